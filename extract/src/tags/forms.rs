//! What the tagger sees of each word: its letters as numbers, its shape, what the dictionary knows.

use std::ops::Range;

use sayso_document::{Document, TokenKind};

use super::spelling::{Spelling, is_acronym};
use super::{Class, Dictionary, Tag};
use crate::model::Groups;

/// One word in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// The number of the word in lower case; 0 for words that the dictionary lacks.
    pub word: u32,
    /// Its last four bytes, the last in the low place.
    pub tail: u32,
    /// Its last five and six bytes, as a number.
    pub long_tail: u32,
    /// Its first three bytes.
    pub head: u32,
    /// Capital letters, hyphens, digits and whether it stands where any word has a capital.
    pub shape: u32,
    /// The clusters of the word.
    pub groups: Groups,
    /// The tags that it may have.
    pub class: Class,
}

impl Form {
    /// The same word, had the dictionary not known it.
    pub fn unknown(self) -> Self {
        Self { word: 0, class: Class::EMPTY, ..self }
    }
}

/// Marks after which a capital letter says nothing.
const BREAKS: [&str; 4] = [":", "-", "—", "–"];

/// The forms of all tokens of a document.
pub(crate) fn forms(document: &Document<'_>, spelling: &Spelling, dictionary: &Dictionary) -> Vec<Form> {
    let mut forms = Vec::with_capacity(document.tokens().len());
    for s in 0..document.sentences().len() {
        let tokens = document.tokens_of(s);
        let title = is_title_case(document, spelling, tokens.clone());
        for i in tokens.clone() {
            let first = i == tokens.start
                || BREAKS.contains(&document.word(i - 1))
                || document.tokens()[i - 1].kind == TokenKind::OpenQuote;
            let place = u32::from(first) | u32::from(title) << 1;
            forms.push(form(document, spelling, dictionary, i, place));
        }
    }
    forms
}

fn form(document: &Document<'_>, spelling: &Spelling, dictionary: &Dictionary, i: usize, place: u32) -> Form {
    let (lower, number, groups) = (spelling.lower(i), spelling.number(i), spelling.groups(i));
    let bytes = lower.as_bytes();
    let tail = bytes.iter().rev().take(4).rev().fold(0, |tail, byte| tail << 8 | u32::from(*byte));
    let long_tail = bytes.iter().rev().take(6).fold(0_u64, |tail, byte| tail << 8 | u64::from(*byte));
    let head = bytes.iter().take(3).fold(0, |head, byte| head << 8 | u32::from(*byte));
    let acronym = is_acronym(lower).then_some(Tag::Nnp);
    let class = fixed(document, i).or(acronym).map(Class::settled).or_else(|| dictionary.class(number));
    let long_tail = (long_tail ^ long_tail >> 23) as u32;
    let shape = shape(document.word(i)) << 2 | place;
    let form = Form { word: number, tail, long_tail, head, shape, groups, class: Class::EMPTY };
    class.map_or(form.unknown(), |class| Form { class, ..form })
}

/// Capital at the start, capitals alone, a hyphen, a digit, a dot.
fn shape(text: &str) -> u32 {
    let mut rest = text.chars();
    let capital = rest.next().is_some_and(char::is_uppercase);
    let all = capital && rest.clone().any(char::is_uppercase) && !rest.any(char::is_lowercase);
    let has = |found: fn(u8) -> bool| text.bytes().any(found);
    u32::from(capital)
        | u32::from(all) << 1
        | u32::from(has(|b| b == b'-')) << 2
        | u32::from(has(|b| b.is_ascii_digit())) << 3
        | u32::from(has(|b| b == b'.')) << 4
}

/// Whether capital letters say nothing about names in this sentence: nearly all words have them.
fn is_title_case(document: &Document<'_>, spelling: &Spelling, tokens: Range<usize>) -> bool {
    let words = tokens.filter(|&i| document.tokens()[i].kind == TokenKind::Word && spelling.lower(i).len() > 3);
    let (all, capital) = words.fold((0, 0), |(all, capital), i| {
        (all + 1, capital + usize::from(document.word(i).starts_with(char::is_uppercase)))
    });
    all >= 4 && capital * 10 >= all * 8
}

/// The tag, where the sort of token settles it.
fn fixed(document: &Document<'_>, i: usize) -> Option<Tag> {
    match document.tokens()[i].kind {
        TokenKind::Number => Some(Tag::Cd),
        TokenKind::OpenQuote | TokenKind::CloseQuote => Some(Tag::Quote),
        TokenKind::Word
            if document.word(i) == "to" && i > 0 && document.word(i - 1).eq_ignore_ascii_case("according") =>
        {
            Some(Tag::In)
        }
        TokenKind::Word => None,
        TokenKind::Mark => Some(match document.word(i).chars().next().unwrap_or(' ') {
            ',' => Tag::Comma,
            '.' if document.word(i).len() == 1 => Tag::Stop,
            '!' | '?' | '。' | '‽' => Tag::Stop,
            '(' | '[' | '{' => Tag::Open,
            ')' | ']' | '}' => Tag::Close,
            '&' => Tag::Cc,
            '$' | '€' | '£' | '#' => Tag::Cd,
            '%' => Tag::Nn,
            '\'' | '’' => Tag::Pos,
            _ => Tag::Colon,
        }),
    }
}
