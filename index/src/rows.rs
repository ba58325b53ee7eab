//! What a condition on words looks for: rows of words, each compared in its own way. The index and the highlights are
//! asked for the same rows, so that what is marked is what was found.
//!
//! Several rows of one condition are ways to write the same: "e-mail" is the row "e", "mail", or the row "email".

use crate::query::{Expr, Field};
use crate::text::forms::{self, Case};
use crate::text::{self, Stemmer, Word};

/// Words in a row, with at most `slop` other words between them in total.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// What each word is compared with.
    pub(crate) words: Vec<Matcher>,
    /// How many other words may be between them.
    pub(crate) slop: u32,
}

/// What a word is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Matcher {
    /// This word.
    Exact(String),
    /// This stem.
    Stem(String),
    /// This beginning.
    Prefix(String),
    /// This form, in which `?` is any letter and `*` any letters.
    Wildcard(String),
    /// These letters, with at most so many edits.
    Fuzzy(String, u8),
}

/// Acronyms with more letters are also written like names, "Nato", and hardly ever other words in small letters.
const ACRONYM_LETTERS: usize = 3;

/// Those that are.
const LONGER: [&str; 5] = ["aids", "care", "salt", "start", "swift"];

/// Names that are everyday words in small letters.
const NAMES: [&str; 12] =
    ["august", "bill", "chad", "china", "grant", "march", "mark", "may", "polish", "rose", "turkey", "will"];

/// The rows that a condition looks for in its field; any of them will do. None if it is no condition on words, or has
/// no word.
pub(crate) fn rows(expr: &Expr) -> Option<(Field, Vec<Row>)> {
    let (field, rows) = match expr {
        Expr::Word { field, text } => (*field, word_rows(*field, text)),
        Expr::Phrase { field, text, slop } => (*field, phrase_rows(*field, text, *slop)),
        Expr::Prefix { field, text } => {
            let mut words = exact(*field, text);
            let last = text::exact(text).last().map(|word| Matcher::Prefix(word.text));
            words.pop();
            words.extend(last);
            (*field, vec![Row { words, slop: 0 }])
        }
        Expr::Wildcard { field, text } => {
            (*field, vec![Row { words: vec![Matcher::Wildcard(text::folded_form(text))], slop: 0 }])
        }
        Expr::Fuzzy { field, text, distance } => {
            let fuzzy = |word: Word| Row { words: vec![Matcher::Fuzzy(word.text, *distance)], slop: 0 };
            (*field, text::exact(text).map(fuzzy).collect())
        }
        _ => return None,
    };
    Some((field, rows))
}

/// Whether a field has stems, and forms for capitals.
pub(crate) fn has_stems(field: Field) -> bool {
    matches!(field, Field::Text | Field::Title | Field::Cue)
}

/// Whether a field has forms for capitals, so that a word can be asked for as it is written.
fn has_case(field: Field) -> bool {
    matches!(field, Field::Text | Field::Title)
}

/// A word, in any inflection if the field has stems.
fn word_rows(field: Field, text: &str) -> Vec<Row> {
    let words: Vec<Word> = text::exact(text).collect();
    if let [word] = &words[..]
        && let Some(cased) = cased(field, text, word)
    {
        return vec![Row { words: vec![cased], slop: 0 }];
    }
    let mut stemmer = Stemmer::default();
    let mut form = |word: &str| match has_stems(field) {
        true if field == Field::Cue => Matcher::Stem(stemmer.stem(text::verb(word)).into_owned()),
        true => Matcher::Stem(stemmer.stem(word).into_owned()),
        false => Matcher::Exact(word.to_owned()),
    };
    let joined = joined(text, &words).map(|joined| Row { words: vec![form(&joined)], slop: 0 });
    let apart = Row { words: words.iter().map(|word| form(&word.text)).collect(), slop: 0 };
    std::iter::once(apart).chain(joined).collect()
}

/// Words in this order and form.
fn phrase_rows(field: Field, text: &str, slop: u32) -> Vec<Row> {
    let words: Vec<Word> = text::exact(text).collect();
    let joined = joined(text, &words).map(|joined| Row { words: vec![Matcher::Exact(joined)], slop: 0 });
    std::iter::once(Row { words: exact(field, text), slop }).chain(joined).collect()
}

/// The words as they are, acronyms in capitals.
fn exact(field: Field, text: &str) -> Vec<Matcher> {
    let words: Vec<Word> = text::exact(text).collect();
    let whole = joined(text, &words).is_some();
    let form = |word: Word| match cased(field, text, &word).filter(|_| !whole) {
        Some(cased) => cased,
        None => Matcher::Exact(word.text),
    };
    words.into_iter().map(form).collect()
}

/// Two words with a hyphen between, as one.
fn joined(text: &str, words: &[Word]) -> Option<String> {
    let [first, last] = words else { return None };
    forms::joined(text, first).filter(|&(_, end)| end == last.end).map(|(joined, _)| joined)
}

/// What capitals ask for: "WHO" is no "who", "May" no "may". None if they say nothing.
fn cased(field: Field, text: &str, word: &Word) -> Option<Matcher> {
    if !has_case(field) {
        return None;
    }
    let (case, bare) = forms::case_of(&text[word.start..word.end], &word.text);
    let letters = bare.chars().count();
    match case {
        _ if bare != word.text => None,
        Case::Capitals if letters <= ACRONYM_LETTERS => Some(Matcher::Exact(forms::capitals(bare))),
        Case::Capitals if LONGER.contains(&bare) => Some(Matcher::Exact(forms::capital(bare))),
        Case::Capital if NAMES.contains(&bare) => Some(Matcher::Exact(forms::capital(bare))),
        _ => None,
    }
}
