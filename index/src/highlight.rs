//! Which words of a hit matched, found by reading the text in the same way as for the index.
//!
//! The index does not store where words are in a text, so the words of each hit are read again and compared with the query. That is
//! done for the hits of one page only. Most patterns begin with a known word or stem, so one look-up per word of the text suffices;
//! prefixes and fuzzy words are compared one by one. What must not match is never highlighted.

use std::collections::HashMap;

use sayso_document::Span;

use crate::query::{Expr, Field};
use crate::text::{self, Word};
use crate::{Interrupt, Result};

/// Finds the words of a text that a query asks for.
pub(crate) struct Highlighter {
    patterns: Vec<Pattern>,
    /// The patterns that begin with a word, by that word.
    by_word: HashMap<String, Vec<usize>>,
    /// The patterns that begin with a stem, by that stem.
    by_stem: HashMap<String, Vec<usize>>,
    /// Those that begin with a prefix or a fuzzy word, which have to be compared with each word.
    others: Vec<usize>,
}

/// Words in a row, with at most `slop` other words between them in total.
struct Pattern {
    words: Vec<Matcher>,
    slop: usize,
}

/// What a word is compared with.
enum Matcher {
    /// This word.
    Exact(String),
    /// This stem.
    Stem(String),
    /// This beginning.
    Prefix(String),
    /// These letters, with at most so many edits.
    Fuzzy(Vec<char>, usize),
}

/// The deadline is checked once in this many words.
const CHECK_EVERY: usize = 64;

impl Highlighter {
    /// For what `expr` asks of the text itself. What must not match is never highlighted.
    pub(crate) fn new(expr: &Expr) -> Self {
        let mut patterns = Vec::new();
        collect(expr, &mut patterns);
        let (mut by_word, mut by_stem, mut others) = (HashMap::new(), HashMap::new(), Vec::new());
        for (number, pattern) in patterns.iter().enumerate() {
            match pattern.words.first() {
                Some(Matcher::Exact(word)) => by_word.entry(word.clone()).or_insert_with(Vec::new).push(number),
                Some(Matcher::Stem(stem)) => by_stem.entry(stem.clone()).or_insert_with(Vec::new).push(number),
                Some(_) => others.push(number),
                None => {}
            }
        }
        Self { patterns, by_word, by_stem, others }
    }

    /// The matching words within `part` of `body`, in reading order; a phrase is one span.
    pub(crate) fn spans(&self, body: &str, part: Span, interrupt: &Interrupt) -> Result<Vec<Span>> {
        if self.patterns.is_empty() {
            return Ok(Vec::new());
        }
        let shown = part.of(body);
        let words: Vec<Word> = text::exact(shown).collect();
        let stems = if self.by_stem.is_empty() { Vec::new() } else { text::stemmed(shown) };
        let mut spans: Vec<Span> = Vec::new();
        // From the end, so that of two matches with the same last word the closer is taken.
        let mut taken = vec![words.len(); self.patterns.len()];
        for first in (0..words.len()).rev() {
            if first % CHECK_EVERY == 0 {
                interrupt.check()?;
            }
            let begun = self.by_word.get(&words[first].text);
            let stemmed = stems.get(first).and_then(|stem| self.by_stem.get(&stem.text));
            let begun = begun.into_iter().chain(stemmed).flatten().chain(&self.others);
            for &number in begun {
                match self.patterns[number].match_at(first, &words, &stems) {
                    Some(last) if last != taken[number] => {
                        spans.push(Span::new(part.start() + words[first].start, part.start() + words[last].end));
                        taken[number] = last;
                    }
                    _ => {}
                }
            }
        }
        Ok(merge(spans))
    }
}

/// Adds the patterns that an expression looks for in the text itself.
fn collect(expr: &Expr, patterns: &mut Vec<Pattern>) {
    let row = |words: Vec<Matcher>, slop| Pattern { words, slop };
    match expr {
        Expr::Word { field: Field::Text, text } => {
            let stems = text::stemmed(text).into_iter().map(|word| Matcher::Stem(word.text));
            patterns.push(row(stems.collect(), 0));
        }
        Expr::Phrase { field: Field::Text, text, slop } => {
            let words = text::exact(text).map(|word| Matcher::Exact(word.text));
            patterns.push(row(words.collect(), *slop as usize));
        }
        Expr::Prefix { field: Field::Text, text } => {
            let mut words: Vec<Matcher> = text::exact(text).map(|word| Matcher::Exact(word.text)).collect();
            if let Some(Matcher::Exact(begun)) = words.pop() {
                words.push(Matcher::Prefix(begun));
            }
            patterns.push(row(words, 0));
        }
        Expr::Fuzzy { field: Field::Text, text, distance } => {
            let fuzzy = |word: Word| Matcher::Fuzzy(word.text.chars().collect(), usize::from(*distance));
            patterns.extend(text::exact(text).map(|word| row(vec![fuzzy(word)], 0)));
        }
        Expr::Bool { must, should, must_not: _ } => {
            for part in must.iter().chain(should) {
                collect(part, patterns);
            }
        }
        _ => {}
    }
}

impl Pattern {
    /// Matches from the word at `first` on; returns the last word of the match.
    fn match_at(&self, first: usize, words: &[Word], stems: &[Word]) -> Option<usize> {
        let (head, tail) = self.words.split_first()?;
        if !head.matches(first, words, stems) {
            return None;
        }
        let mut last = first;
        let mut slop = self.slop;
        for matcher in tail {
            let next = (last + 1..words.len()).take(slop + 1).find(|&at| matcher.matches(at, words, stems))?;
            slop -= next - last - 1;
            last = next;
        }
        Some(last)
    }
}

impl Matcher {
    fn matches(&self, at: usize, words: &[Word], stems: &[Word]) -> bool {
        let word = words[at].text.as_str();
        match self {
            Self::Exact(text) => word == text,
            Self::Stem(stem) => stems.get(at).is_some_and(|word| word.text == *stem),
            Self::Prefix(begun) => word.starts_with(begun.as_str()),
            Self::Fuzzy(text, distance) => within(text, word, *distance),
        }
    }
}

/// Sorts spans and joins those that overlap.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let joined = next.overlaps(*last);
        if joined {
            *last = last.cover(*next);
        }
        joined
    });
    spans
}

/// Whether `b` becomes `a` by at most `distance` edits: a letter more, less or other, or two neighbours
/// swapped (the restricted edit distance of Damerau and Levenshtein).
pub(crate) fn within(a: &[char], b: &str, distance: usize) -> bool {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > distance {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().is_some_and(|&edits| edits <= distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Expr {
        Expr::Word { field: Field::Text, text: text.into() }
    }

    fn phrase(text: &str, slop: u32) -> Expr {
        Expr::Phrase { field: Field::Text, text: text.into(), slop }
    }

    fn any(should: Vec<Expr>) -> Expr {
        Expr::Bool { must: Vec::new(), should, must_not: Vec::new() }
    }

    #[track_caller]
    fn check(expr: Expr, text: &str, marked: &[&str]) {
        let body = format!("Before. {text} After talks.");
        let part = Span::new(8, 8 + text.len());
        let spans = Highlighter::new(&expr).spans(&body, part, &Interrupt::default()).unwrap();
        assert_eq!(spans.iter().map(|span| span.of(&body)).collect::<Vec<_>>(), marked);
    }

    #[test]
    fn marks_inflections_and_parts() {
        check(word("talk"), "Talks, talking; a talk.", &["Talks", "talking", "talk"]);
        check(word("sit-downs"), "A sit-down — they sit, then down.", &["sit-down"]);
        check(word("us"), "The U.S.-led talks", &["U.S."]);
        check(word("élan"), "ELAN’s", &["ELAN’s"]);
        check(Expr::Word { field: Field::Title, text: "talk".into() }, "Talks", &[]);
    }

    #[test]
    fn marks_phrases_only_where_they_match() {
        let text = "Peace talks: talks of peace, “peace talks”, peace in talks.";
        check(phrase("peace talks", 0), text, &["Peace talks", "peace talks"]);
        check(phrase("peace talks", 1), text, &["Peace talks", "peace talks", "peace in talks"]);
        check(phrase("peace talk", 0), text, &[]);
        check(
            any(vec![phrase("peace talks", 0), word("talk")]),
            text,
            &["Peace talks", "talks", "peace talks", "talks"],
        );
    }

    #[test]
    fn marks_beginnings_and_typing_errors() {
        let begun = Expr::Prefix { field: Field::Text, text: "neg".into() };
        check(begun, "Negotiators renegotiate, NEG", &["Negotiators", "NEG"]);
        let fuzzy = Expr::Fuzzy { field: Field::Text, text: "vardna".into(), distance: 1 };
        check(fuzzy, "Varda, Vadrna, Vardnas, Varian", &["Varda", "Vadrna", "Vardnas"]);
    }

    #[test]
    fn never_marks_what_must_not_match() {
        let expr = Expr::Bool { must: vec![word("talk")], should: vec![], must_not: vec![word("peace")] };
        check(expr, "peace talks", &["talks"]);
    }

    #[test]
    fn counts_edits() {
        let within = |a: &str, b: &str, distance| within(&a.chars().collect::<Vec<_>>(), b, distance);
        assert!(within("", "", 0) && within("a", "", 1) && !within("ab", "", 1));
        assert!(within("abcd", "abdc", 1) && !within("abcd", "badc", 1) && within("abcd", "badc", 2));
    }
}
