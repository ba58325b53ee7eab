//! Reads a text that somebody pasted: nothing in it is a fault.
//!
//! Only quotation marks in pairs mean something. Of an address, the words of host and path are looked for, but for the
//! shortest. All other signs only part words. A word that comes again is looked for once: people do not repeat a word
//! because it matters more. Words that shout, in capitals one after another, are no acronyms.

use std::collections::BTreeSet;
use std::ops::Range;

use super::join::{Part, Sign, combine};
use super::{Parsed, Parser, is_quote};
use crate::query::{Expr, Field};
use crate::steps;
use crate::text::phrases::is_function_word;
use crate::text::{Stemmer, folded};

/// Words of an address with fewer letters say nothing: "t" and "co" are in many.
const OF_ADDRESS: usize = 3;
/// A quotation of more words is cited: it hardly stands anywhere else word for word, so that its words count alone, too.
const CITED: usize = 4;
/// So many words in capitals one after another shout, if one of them is longer than acronyms are.
const SHOUTED: usize = 4;
/// So long.
const LONG: usize = 6;

impl Parser<'_> {
    /// Reads all of the text as words and phrases.
    pub(super) fn plain_text(&mut self) -> Parsed<Option<Expr>> {
        let mut parts = Vec::new();
        let mut cited = Vec::new();
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
            if !self.options.all_words && words.split_whitespace().nth(CITED).is_some() {
                cited.push(open..self.at);
            }
        }
        self.words_until(self.text.len(), &mut parts)?;
        // Whoever asks for a quotation alone means it word for word.
        if parts.iter().any(|part| matches!(part.expr, Expr::Word { .. })) {
            for Range { start, end } in cited {
                // A text that is short enough is no fault because its words are looked for twice.
                let words = self.text[start..end].split(|c: char| !c.is_alphanumeric()).count();
                if self.clauses + words > self.options.max_clauses {
                    break;
                }
                self.at = start;
                self.words_until(end, &mut parts)?;
            }
            self.at = self.text.len();
        }
        calm(&mut parts);
        once(&mut parts);
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
                    let words = || address.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                    let telling = |word: &str| word.chars().count() >= OF_ADDRESS;
                    let all = !words().any(telling);
                    for word in words().filter(|word| all || telling(word)) {
                        parts.extend(self.plain_word(at, word)?);
                    }
                }
                None => {
                    for word in Glued(word) {
                        parts.extend(self.plain_word(at, word)?);
                    }
                }
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

/// Words between which somebody forgot the blank: "ended,she", "children.We", "talks.#harbour". Digits stay together, as
/// in "1,000", and so do abbreviations.
struct Glued<'w>(&'w str);

impl<'w> Iterator for Glued<'w> {
    type Item = &'w str;

    fn next(&mut self) -> Option<&'w str> {
        let text = self.0;
        let (first, _) = text.char_indices().next()?;
        let mut before = None;
        for (at, sign) in text.char_indices() {
            let after = text[at + sign.len_utf8()..].chars().next();
            let parts = match sign {
                '.' => before.is_some_and(char::is_lowercase) && after.is_some_and(char::is_uppercase),
                ',' | ';' | ':' => !(before.is_some_and(char::is_numeric) && after.is_some_and(char::is_numeric)),
                '!' | '?' | '#' | '…' | '—' | '(' | ')' | '[' | ']' => true,
                _ => false,
            };
            if parts && at > first {
                self.0 = &text[at + sign.len_utf8()..];
                return Some(&text[..at]);
            }
            before = Some(sign);
        }
        self.0 = "";
        Some(text)
    }
}

/// Takes shouted words in small letters.
fn calm(parts: &mut [Part]) {
    let shouts = |part: &Part| match &part.expr {
        Expr::Word { text, .. } => text.contains(char::is_uppercase) && !text.contains(char::is_lowercase),
        _ => false,
    };
    let long = |part: &Part| matches!(&part.expr, Expr::Word { text, .. } if text.chars().count() >= LONG);
    for run in parts.chunk_by_mut(|a, b| shouts(a) == shouts(b)) {
        if run.len() < SHOUTED || !shouts(&run[0]) || !run.iter().any(long) {
            continue;
        }
        for part in run {
            if let Expr::Word { text, .. } = &mut part.expr {
                *text = text.to_lowercase();
            }
        }
    }
}

/// Drops words that were there before, in any inflection.
fn once(parts: &mut Vec<Part>) {
    let (mut stemmer, mut seen) = (Stemmer::default(), BTreeSet::new());
    parts.retain(|part| {
        let Expr::Word { text, .. } = &part.expr else { return true };
        seen.insert((in_capitals(text), stemmer.stem(&folded(text)).into_owned()))
    });
}

/// Whether a word is written as acronyms are.
fn in_capitals(word: &str) -> bool {
    word.chars().nth(1).is_some() && !word.contains(char::is_lowercase)
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
    !in_capitals(text) && is_function_word(&folded(text))
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
