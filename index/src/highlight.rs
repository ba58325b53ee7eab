//! Which words of a hit matched, found by reading the text in the same way as for the index.
//!
//! The index does not store where words are in a text, so the words of each hit are read again and compared with the query. That is
//! done for the hits of one page only. Most patterns begin with a known word or stem, so one look-up per word of the text suffices;
//! prefixes and fuzzy words are compared one by one. Stems are found only of words that begin like a stem that is looked for. What
//! must not match is never highlighted.

use std::collections::{BTreeSet, HashMap};

use sayso_document::Span;

use crate::edits::within;
use crate::query::{Expr, Field};
use crate::rows::{Matcher, Row, rows};
use crate::text::forms;
use crate::text::{Stemmer, Word, initials};
use crate::wildcard::Wildcard;
use crate::{Interrupt, Result};

/// What marks the words that matched.
pub(crate) struct Highlighters {
    /// Those of the text.
    pub(crate) text: Highlighter,
    /// Those of the title.
    pub(crate) title: Highlighter,
}

impl Highlighters {
    /// For a query.
    pub(crate) fn new(expr: &Expr) -> Self {
        Self { text: Highlighter::new(expr, &[Field::Text]), title: Highlighter::new(expr, &[Field::Title]) }
    }
}

/// Finds the words of a text that a query asks for.
pub(crate) struct Highlighter {
    patterns: Vec<Row>,
    /// The patterns that begin with a word, by that word.
    by_word: HashMap<String, Vec<usize>>,
    /// The patterns that begin with a stem, by that stem.
    by_stem: HashMap<String, Vec<usize>>,
    /// Those that begin with a prefix or a fuzzy word, which have to be compared with each word.
    others: Vec<usize>,
    /// What words begin with that may have one of the stems.
    initials: BTreeSet<char>,
}

/// The deadline is checked once in this many words.
const CHECK_EVERY: usize = 64;

impl Highlighter {
    /// For what `expr` asks of these fields. What must not match is never highlighted.
    pub(crate) fn new(expr: &Expr, fields: &[Field]) -> Self {
        let mut patterns = Vec::new();
        collect(expr, fields, &mut patterns);
        let (mut by_word, mut by_stem, mut others) = (HashMap::new(), HashMap::new(), Vec::new());
        for (number, pattern) in patterns.iter().enumerate() {
            match pattern.words.first() {
                Some(Matcher::Exact(word)) => by_word.entry(word.clone()).or_insert_with(Vec::new).push(number),
                Some(Matcher::Stem(stem)) => by_stem.entry(stem.clone()).or_insert_with(Vec::new).push(number),
                Some(_) => others.push(number),
                None => {}
            }
        }
        let matchers = patterns.iter().flat_map(|pattern: &Row| &pattern.words);
        let stems = matchers.filter_map(|matcher| if let Matcher::Stem(stem) = matcher { Some(stem) } else { None });
        let initials = stems.flat_map(|stem| initials(stem)).collect();
        Self { patterns, by_word, by_stem, others, initials }
    }

    /// The matching words of a whole text.
    pub(crate) fn spans_of(&self, text: &str, interrupt: &Interrupt) -> Result<Vec<Span>> {
        self.spans(text, Span::new(0, text.len()), interrupt)
    }

    /// The matching words within `part` of `body`, in reading order; a phrase is one span.
    pub(crate) fn spans(&self, body: &str, part: Span, interrupt: &Interrupt) -> Result<Vec<Span>> {
        if self.patterns.is_empty() {
            return Ok(Vec::new());
        }
        let shown = part.of(body);
        let places = places(shown, &self.initials);
        let mut spans: Vec<Span> = Vec::new();
        // From the end, so that of two matches with the same last word the closer is taken.
        let mut taken = vec![places.len(); self.patterns.len()];
        for first in (0..places.len()).rev() {
            if first % CHECK_EVERY == 0 {
                interrupt.check()?;
            }
            let forms = &places[first].forms;
            let begun = forms.iter().filter_map(|form| self.by_word.get(&form.text));
            let stemmed =
                forms.iter().filter(|form| !forms::is_case(&form.text)).filter_map(|form| self.by_stem.get(&form.stem));
            for &number in begun.chain(stemmed).flatten().chain(&self.others) {
                match self.patterns[number].match_at(first, &places) {
                    Some((last, start, end)) if last != taken[number] => {
                        spans.push(Span::new(part.start() + start, part.start() + end));
                        taken[number] = last;
                    }
                    _ => {}
                }
            }
        }
        Ok(merge(spans))
    }
}

/// Adds the patterns that an expression looks for in these fields.
fn collect(expr: &Expr, fields: &[Field], patterns: &mut Vec<Row>) {
    match expr {
        Expr::Bool { must, should, must_not: _ } => {
            must.iter().chain(should).for_each(|part| collect(part, fields, patterns))
        }
        Expr::Either(parts) => parts.iter().for_each(|part| collect(part, fields, patterns)),
        Expr::Boost { expr, .. } => collect(expr, fields, patterns),
        _ => {
            let rows = rows(expr).into_iter().filter(|(field, _)| fields.contains(field)).flat_map(|(_, rows)| rows);
            for row in rows {
                patterns.extend(turned(&row));
                patterns.push(row);
            }
        }
    }
}

/// Two words the other way round, which takes two of the words that may be between them.
fn turned(row: &Row) -> Option<Row> {
    let slop = row.slop.checked_sub(2)?;
    (row.words.len() == 2).then(|| Row { words: row.words.iter().rev().cloned().collect(), slop })
}

/// A word of a text with all forms under which it is found.
struct Place {
    end: usize,
    forms: Vec<Form>,
}

/// A form of a word, its stem, and where it ends: a joined one reaches over the next word.
struct Form {
    text: String,
    stem: String,
    start: usize,
    end: usize,
}

/// The words of a text. Stems only of those that begin like this.
fn places(text: &str, initials: &BTreeSet<char>) -> Vec<Place> {
    let mut stemmer = Stemmer::default();
    let mut places: Vec<Place> = Vec::new();
    for form in forms::forms(text, true) {
        if form.main {
            places.push(Place { end: form.word.end, forms: Vec::with_capacity(1) });
        }
        let stemmed = form.word.text.starts_with(|c| initials.contains(&c));
        let stem = if stemmed { stemmer.stem(&form.word.text).into_owned() } else { String::new() };
        let Word { text, start, end } = form.word;
        if let Some(place) = places.last_mut() {
            place.forms.push(Form { text, stem, start, end });
        }
    }
    places
}

impl Row {
    /// Matches from the word at `first` on; returns the last word of the match and the bytes that it covers.
    fn match_at(&self, first: usize, places: &[Place]) -> Option<(usize, usize, usize)> {
        let (head, tail) = self.words.split_first()?;
        let found = head.find(&places[first])?;
        let (start, mut end) = (found.start, found.end);
        let mut last = first;
        let mut slop = self.slop as usize;
        for matcher in tail {
            let mut following = (last + 1..places.len()).take(slop + 1);
            let (next, form) = following.find_map(|at| Some((at, matcher.find(&places[at])?)))?;
            slop -= next - last - 1;
            last = next;
            // A joined form ends later than the word at whose place it is.
            end = end.max(places[next].end).max(form.end);
        }
        Some((last, start, end))
    }
}

impl Matcher {
    /// The form of a word that matches, and of several the one that reaches furthest: `e*` means all of "e-mail".
    fn find<'p>(&self, place: &'p Place) -> Option<&'p Form> {
        let plain = |form: &&Form| !forms::is_case(&form.text);
        let furthest = |fits: &dyn Fn(&str) -> bool, forms: &mut dyn Iterator<Item = &'p Form>| {
            forms.filter(|form| fits(&form.text)).max_by_key(|form| form.end)
        };
        let mut forms = place.forms.iter();
        match self {
            Self::Exact(text) => forms.find(|form| form.text == *text),
            Self::Stem(stem) => forms.filter(plain).find(|form| form.stem == *stem),
            Self::Prefix(begun) => furthest(&|text| text.starts_with(begun.as_str()), &mut forms),
            Self::Wildcard(form) => {
                let wildcard = Wildcard::new(form);
                furthest(&|text| wildcard.matches(text), &mut forms.filter(plain))
            }
            Self::Fuzzy(text, distance) => {
                let letters: Vec<char> = text.chars().collect();
                furthest(&|text| within(&letters, text, usize::from(*distance)), &mut forms.filter(plain))
            }
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
        let spans = Highlighter::new(&expr, &[Field::Text]).spans(&body, part, &Interrupt::default()).unwrap();
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
    fn marks_the_whole_of_a_joined_word() {
        check(phrase("us email", 0), "a US e-mail port", &["US e-mail"]);
        check(phrase("email us", 3), "US e-mail port", &["US e-mail"]);
        check(Expr::Prefix { field: Field::Text, text: "e".into() }, "an e-mail", &["e-mail"]);
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
}
