//! What the tagger sees of each word: its letters as numbers, its shape, what the dictionary knows.

use std::ops::Range;

use sayso_document::{Document, TokenKind};

use super::{Class, Dictionary, Tag};
use crate::model::{Clusters, Groups, word};

/// The words of a document in small letters, with straight apostrophes, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letters {
    text: String,
    bounds: Vec<u32>,
}

impl Letters {
    pub(crate) fn new(document: &Document<'_>) -> Self {
        let mut text = String::with_capacity(document.text().len());
        let mut bounds = Vec::with_capacity(document.tokens().len() + 1);
        bounds.push(0);
        for s in 0..document.sentences().len() {
            let tokens = document.tokens_of(s);
            let shouted = !tokens.clone().any(|i| document.word(i).starts_with(char::is_lowercase));
            for i in tokens {
                let word = document.word(i);
                if !shouted && is_acronym(word) {
                    text.push_str(word);
                } else {
                    push_small(&mut text, word);
                }
                bounds.push(text.len() as u32);
            }
        }
        Self { text, bounds }
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// A word; empty beyond the last.
    pub(crate) fn get(&self, i: usize) -> &str {
        if i >= self.len() {
            return "";
        }
        &self.text[self.bounds[i] as usize..self.bounds[i + 1] as usize]
    }
}

/// Adds a word in small letters, with straight apostrophes.
fn push_small(text: &mut String, word: &str) {
    for c in word.chars() {
        match c {
            '’' | 'ʼ' => text.push('\''),
            _ if c.is_ascii() => text.push(c.to_ascii_lowercase()),
            _ => text.extend(c.to_lowercase()),
        }
    }
}

/// Acronyms that in small letters are pronouns: "The WHO said".
fn is_acronym(word: &str) -> bool {
    matches!(word, "WHO" | "US" | "IT")
}

/// What is known of words beforehand.
pub(crate) type Known<'k> = (&'k Dictionary, &'k Clusters);

/// One word in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// The number of the word in small letters; 0 for words that the dictionary lacks.
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
pub(crate) fn forms(document: &Document<'_>, letters: &Letters, (dictionary, clusters): Known<'_>) -> Vec<Form> {
    let mut forms = Vec::with_capacity(letters.len());
    for s in 0..document.sentences().len() {
        let tokens = document.tokens_of(s);
        let title = is_title_case(document, letters, tokens.clone());
        for i in tokens.clone() {
            let first = i == tokens.start
                || BREAKS.contains(&document.word(i - 1))
                || document.tokens()[i - 1].kind == TokenKind::OpenQuote;
            let place = u32::from(first) | u32::from(title) << 1;
            forms.push(form(document, letters.get(i), (dictionary, clusters), i, place));
        }
    }
    forms
}

fn form(document: &Document<'_>, lower: &str, (dictionary, clusters): Known<'_>, i: usize, place: u32) -> Form {
    let number = word(lower);
    let bytes = lower.as_bytes();
    let tail = bytes.iter().rev().take(4).rev().fold(0, |tail, byte| tail << 8 | u32::from(*byte));
    let long_tail = bytes.iter().rev().take(6).fold(0_u64, |tail, byte| tail << 8 | u64::from(*byte));
    let head = bytes.iter().take(3).fold(0, |head, byte| head << 8 | u32::from(*byte));
    let acronym = is_acronym(lower).then_some(Tag::Nnp);
    let class = fixed(document, i).or(acronym).map(Class::settled).or_else(|| dictionary.class(number));
    let long_tail = (long_tail ^ long_tail >> 23) as u32;
    let shape = shape(document.word(i)) << 2 | place;
    let groups = clusters.of(document.word(i));
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
fn is_title_case(document: &Document<'_>, letters: &Letters, tokens: Range<usize>) -> bool {
    let words = tokens.filter(|&i| document.tokens()[i].kind == TokenKind::Word && letters.get(i).len() > 3);
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
