//! Reads a text that somebody pasted: nothing in it is a fault.
//!
//! Only quotation marks in pairs mean something. Of an address, the words of host and path are looked for. All other
//! signs only part words.

use super::join::{Part, Sign, combine};
use super::{Parsed, Parser, is_quote};
use crate::query::{Expr, Field};
use crate::steps;

impl Parser<'_> {
    /// Reads all of the text as words and phrases.
    pub(super) fn plain_text(&mut self) -> Parsed<Option<Expr>> {
        let mut parts = Vec::new();
        let marks: Vec<usize> = self.text.match_indices(is_quote).map(|(at, _)| at).collect();
        // A mark without a partner is the last one.
        let mut pairs = marks.chunks_exact(2);
        for pair in &mut pairs {
            self.words_until(pair[0], &mut parts)?;
            let open = self.at;
            self.at = pair[1] + self.text[pair[1]..].chars().next().map_or(0, char::len_utf8);
            let words = self.text[open..self.at].trim_matches(is_quote);
            let phrase = Expr::Phrase { field: Field::Text, text: words.to_owned(), slop: 0 };
            parts.extend(self.clause(open, words, phrase)?.map(part));
        }
        self.words_until(self.text.len(), &mut parts)?;
        Ok(combine(parts, self.options.all_words))
    }

    /// Reads words up to this byte.
    fn words_until(&mut self, end: usize, parts: &mut Vec<Part>) -> Parsed<()> {
        let (text, start) = (self.text, self.at);
        for word in text[start..end].split(|c: char| c.is_whitespace() || is_quote(c)) {
            steps::take(word.len() + 1);
            let at = word.as_ptr() as usize - text.as_ptr() as usize;
            match address(word) {
                Some(address) => {
                    for word in address.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
                        parts.extend(self.plain_word(at, word)?);
                    }
                }
                None => parts.extend(self.plain_word(at, word)?),
            }
        }
        self.at = end;
        Ok(())
    }

    /// A word that is looked for as it is, without the marks around it. None if nothing is left.
    fn plain_word(&mut self, at: usize, word: &str) -> Parsed<Option<Part>> {
        let text = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
        // A full stop belongs to an abbreviation only.
        let text = if text.matches('.').count() > 1 { text } else { text.trim_matches('.') };
        let expr = Expr::Word { field: Field::Text, text: text.to_owned() };
        Ok(self.clause(at, text, expr)?.map(part))
    }
}

/// An expression as a part of a group, without sign or operator.
fn part(expr: Expr) -> Part {
    Part { sign: Sign::Plain, expr, narrows: false, or_before: false, or_after: false }
}

/// Host and path of an address, without "www.".
fn address(word: &str) -> Option<&str> {
    let from = match word.find("://") {
        Some(at) => &word[at + 3..],
        None => &word[word.find("www.")?..],
    };
    let from = from.strip_prefix("www.").unwrap_or(from);
    from.split(['?', '#']).next()
}
