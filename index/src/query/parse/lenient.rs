//! Reads a text that somebody pasted: nothing in it is a fault.
//!
//! Only quotation marks in pairs mean something. Of an address, the words of host and path are looked for. All other
//! signs only part words.

use super::join::{Part, Sign, combine};
use super::{Parsed, Parser, is_quote};
use crate::query::{Expr, Field};
use crate::steps;
use crate::text::folded;
use crate::text::phrases::is_function_word;

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
        Ok(match self.options.all_words {
            true => all_of(parts),
            false => combine(parts, false),
        })
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

/// All words must match, but those that any text has, "is" and "the", which only raise the score: a question is not asked
/// in the words of its answer.
fn all_of(parts: Vec<Part>) -> Option<Expr> {
    let (idle, telling): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| is_idle(&part.expr));
    if idle.is_empty() || telling.is_empty() {
        return combine(if telling.is_empty() { idle } else { telling }, true);
    }
    let must = telling.into_iter().map(|part| part.expr).collect();
    Some(Expr::Bool { must, should: idle.into_iter().map(|part| part.expr).collect(), must_not: Vec::new() })
}

/// Whether it looks for a word that says nothing by itself. "WHO" in capitals says something.
fn is_idle(expr: &Expr) -> bool {
    let Expr::Word { text, .. } = expr else { return false };
    let capitals = text.chars().nth(1).is_some() && !text.contains(char::is_lowercase);
    !capitals && is_function_word(&folded(text))
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
