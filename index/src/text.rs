//! How text is split into words for search. The same code serves what is indexed, asked and highlighted.
//!
//! | in the text | the word |
//! |---|---|
//! | capitals, accents | are folded: "Größe" is "grosse" |
//! | dots of an abbreviation | are dropped: "U.S." is "us" |
//! | an apostrophe or ʻokina, the possessive `'s` | are dropped: "Lind's" is "lind", "Oʻahu" is "oahu" |
//! | a hyphen | separates words; what it joins is also found as one word |
//! | thousands in a number | are joined: "1,200" is "1200" |
//! | ideographs | are a word each |
//!
//! The stem of a word finds its inflections, in British and in American spelling. The exact word is for phrases, prefixes and fuzzy
//! words. What else a word is found as is in [`forms`].

pub(crate) mod analyzer;
pub(crate) mod forms;
pub(crate) mod phrases;
mod spelling;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use frostem::Algorithm;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::steps;

/// A word as it is indexed, and its bytes in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The folded or stemmed word.
    pub(crate) text: String,
    /// Its first byte.
    pub(crate) start: usize,
    /// One past its last byte.
    pub(crate) end: usize,
}

/// The words of `text`, folded.
pub(crate) fn exact(text: &str) -> impl Iterator<Item = Word> + '_ {
    let mut position = 0;
    std::iter::from_fn(move || {
        let mut word = String::new();
        let (start, end) = next_word(text, position, &mut word)?;
        position = end;
        Some(Word { text: word, start, end })
    })
}

/// The words of `text`, folded and stemmed.
#[cfg(test)]
pub(crate) fn stemmed(text: &str) -> Vec<Word> {
    let mut stemmer = Stemmer::default();
    exact(text).map(|word| Word { text: stemmer.stem(&word.text).into_owned(), ..word }).collect()
}

/// Finds the stems of words.
pub(crate) struct Stemmer(frostem::Stemmer);

impl Default for Stemmer {
    fn default() -> Self {
        Self(frostem::Stemmer::new(Algorithm::English))
    }
}

impl Stemmer {
    /// The stem of a folded word, in American spelling.
    pub(crate) fn stem<'w>(&mut self, folded: &'w str) -> Cow<'w, str> {
        let stem = match spelling::with_z(folded) {
            Some(word) => Cow::Owned(self.0.stem(&word).into_owned()),
            None => self.0.stem(folded),
        };
        match spelling::american(&stem) {
            Some(american) => Cow::Owned(american.into_owned()),
            None => stem,
        }
    }
}

/// What the words with this stem begin with.
pub(crate) fn initials(stem: &str) -> impl Iterator<Item = char> {
    stem.chars().next().into_iter().chain(spelling::other_initials(stem))
}

/// The words of `text`, folded, with one space between them: the form in which whole names are compared.
pub(crate) fn folded(text: &str) -> String {
    exact(text).map(|word| word.text).collect::<Vec<_>>().join(" ")
}

/// The dictionary form of a verb that is inflected irregularly; other words as they are. Folded.
pub(crate) fn verb(word: &str) -> &str {
    static FORMS: LazyLock<HashMap<&str, &str>> =
        LazyLock::new(|| include_str!("text/verbs.txt").lines().filter_map(|line| line.split_once(' ')).collect());
    FORMS.get(word).copied().unwrap_or(word)
}

/// A form with `?` and `*`, folded.
pub(crate) fn folded_form(text: &str) -> String {
    let mut folded = String::new();
    for c in text.chars() {
        if c == '?' || c == '*' { folded.push(c) } else { fold(c, &mut folded) }
    }
    folded.truncate(folded.floor_char_boundary(WORD_BYTES));
    folded
}

/// Words are cut after this many bytes, in the index and in queries, so that a line of base64 costs no more than a
/// word.
const WORD_BYTES: usize = 100;

/// A longer row of single letters with dots is not an abbreviation. This bounds how far each letter looks ahead.
const ABBREVIATION_LETTERS: usize = 32;

/// Finds the first word at or after byte `from`, writes its folded form into `word` and returns its bounds.
fn next_word(text: &str, from: usize, word: &mut String) -> Option<(usize, usize)> {
    let mut from = from;
    loop {
        word.clear();
        let start = from + text[from..].find(is_word_char)?;
        steps::take(start - from);
        let end = read_word(text, start, word);
        if !word.is_empty() {
            word.truncate(word.floor_char_boundary(WORD_BYTES));
            return Some((start, end));
        }
        // Only combining marks, which fold to nothing.
        from = end;
    }
}

/// Reads the word that begins at `start`, folding it into `word`; returns where it ends.
fn read_word(text: &str, start: usize, word: &mut String) -> usize {
    if let Some(end) = read_abbreviation(text, start, word) {
        return end;
    }
    let mut end = start;
    while let Some(c) = text[end..].chars().next() {
        let after = &text[end + c.len_utf8()..];
        steps::take(1);
        if is_word_char(c) {
            if is_ideograph(c) && end > start {
                break;
            }
            fold(c, word);
            end += c.len_utf8();
            if is_ideograph(c) {
                break;
            }
            continue;
        }
        match c {
            _ if is_apostrophe(c) => {
                if is_possessive(after) {
                    return end + c.len_utf8() + 1;
                }
                if !after.chars().next().is_some_and(char::is_alphabetic) {
                    break;
                }
            }
            '.' if digit_before(text, end) && after.starts_with(|c: char| c.is_ascii_digit()) => word.push('.'),
            ',' if digit_before(text, end) && is_thousand(after) => {}
            '\u{ad}' | '\u{200d}' | '\u{200c}' if after.starts_with(is_word_char) => {}
            _ => break,
        }
        end += c.len_utf8();
    }
    end
}

/// "U.S.", "e.g": single letters with dots between become one word. The last dot belongs to it.
fn read_abbreviation(text: &str, start: usize, word: &mut String) -> Option<usize> {
    let mut rest = text[start..].chars();
    let mut end = start;
    let mut letters = 0;
    loop {
        let mut ahead = rest.clone();
        let (letter, mark) = (ahead.next(), ahead.next());
        steps::take(1);
        match (letter, mark) {
            _ if letters > ABBREVIATION_LETTERS => {
                word.clear();
                return None;
            }
            (Some(letter), Some('.')) if letter.is_alphabetic() => {
                fold(letter, word);
                end += letter.len_utf8() + 1;
                letters += 1;
                rest = ahead;
            }
            (Some(letter), mark) if letters > 0 && letter.is_alphabetic() && !mark.is_some_and(is_word_char) => {
                fold(letter, word);
                return Some(end + letter.len_utf8());
            }
            _ if letters > 1 && !letter.is_some_and(is_word_char) => return Some(end),
            _ => {
                word.clear();
                return None;
            }
        }
    }
}

/// Whether it is an apostrophe, or a sign that stands for one: ʻokina, hamza, ayin.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '‘' | '＇' | 'ʻ' | 'ʾ' | 'ʿ' | 'ʹ' | 'ˈ')
}

/// Whether the apostrophe before `after` begins a possessive ending: an s that ends the word.
fn is_possessive(after: &str) -> bool {
    let mut after = after.chars();
    matches!(after.next(), Some('s' | 'S')) && !after.next().is_some_and(is_word_char)
}

/// Whether a digit is right before this byte.
fn digit_before(text: &str, end: usize) -> bool {
    text[..end].ends_with(|c: char| c.is_ascii_digit())
}

/// Three digits and no more: what follows the comma of "1,000".
fn is_thousand(after: &str) -> bool {
    let digits = after.bytes().take(4).take_while(u8::is_ascii_digit).count();
    digits == 3
}

/// Whether a character can be part of a word.
fn is_word_char(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        // Unicode counts some apostrophes among the letters.
        _ => (c.is_alphanumeric() || is_combining_mark(c)) && !is_apostrophe(c),
    }
}

/// Scripts without spaces between words: each character is a word, and phrases find words of several characters.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Appends `c` in lower case and without accents. Marks that are letters' parts in other scripts stay.
fn fold(c: char, into: &mut String) {
    if c.is_ascii() {
        into.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        // These would fall apart to no one's use: й is not и, nor a syllable of Hangul its letters.
        '\u{400}'..='\u{52f}' | '\u{ac00}'..='\u{d7a3}' => into.extend(c.to_lowercase().map(plain_yo)),
        _ if is_ideograph(c) => into.push(c),
        _ => decompose_compatible(c, |part| part.to_lowercase().for_each(|letter| fold_letter(letter, into))),
    }
}

/// In print the dots of ё are left out as often as not.
fn plain_yo(c: char) -> char {
    if c == 'ё' { 'е' } else { c }
}

/// Appends a part of a letter: not if it is an accent, nor the mark in what falls apart into words ("½").
fn fold_letter(c: char, into: &mut String) {
    match c {
        'ß' => into.push_str("ss"),
        'æ' => into.push_str("ae"),
        'œ' => into.push_str("oe"),
        'ø' => into.push('o'),
        'ł' => into.push('l'),
        'đ' | 'ð' => into.push('d'),
        'þ' => into.push_str("th"),
        'ı' => into.push('i'),
        _ if is_accent(c) || !is_word_char(c) => {}
        _ => into.push(c),
    }
}

/// Whether folding drops the character.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folds_words() {
        let cases = [
            ("Sit-down TALKS", "sit down talks"),
            ("the U.S. and the U.S.-led", "the us and the us led"),
            ("in the U.S", "in the us"),
            ("J.D. Marlow; e.g. this", "jd marlow eg this"),
            ("I. Then A.", "i then a"),
            ("Varda’s and Varda's, states' don’t", "varda and varda states dont"),
            ("O'Brien ‘quoted’", "obrien quoted"),
            ("Hawaiʻi Oʻahu ʻohana Qurʾān Nuʿman", "hawaii oahu ohana quran numan"),
            ("1,000.50 dollars in 2,3 or 2022.", "1000.50 dollars in 2 3 or 2022"),
            ("Élodie Żółć Straße", "elodie zolc strasse"),
            ("e\u{301}te\u{301}", "ete"),
            ("Київ Ёлка", "київ елка"),
            ("東京 is", "東 京 is"),
            ("— … ! \u{301}", ""),
        ];
        for (text, words) in cases {
            assert_eq!(folded(text), words, "{text:?}");
        }
    }

    #[test]
    fn stems_and_keeps_places() {
        let text = "Negotiators’ talks";
        let words = stemmed(text);
        assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["negoti", "talk"]);
        assert_eq!(&text[words[0].start..words[0].end], "Negotiators");
    }

    #[test]
    fn a_word_has_one_stem_in_both_spellings() {
        let stem = |word: &str| stemmed(word).into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        for (british, american) in [
            ("harbours", "harbor"),
            ("neighbouring", "neighboring"),
            ("organisation", "organizations"),
            ("recognised", "recognize"),
            ("analysed", "analyzing"),
            ("theatre", "theaters"),
            ("defences", "defense"),
            ("licence", "license"),
            ("travelled", "traveling"),
            ("fulfil", "fulfill"),
            ("programmes", "program"),
            ("paediatric", "pediatric"),
            ("ageing", "aging"),
            ("judgement", "judgments"),
            ("catalogue", "catalogs"),
            ("sceptical", "skeptical"),
            ("jewellery", "jewelry"),
            ("grey", "gray"),
        ] {
            assert_eq!(stem(british), stem(american), "{british} {american}");
        }
        for (one, other) in
            [("four", "for"), ("hour", "hor"), ("prise", "prize"), ("ball", "bal"), ("paradise", "parade")]
        {
            assert_ne!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn cuts_endless_words() {
        assert_eq!(exact(&"é".repeat(1000)).next().map(|word| word.text.len()), Some(WORD_BYTES));
    }

    #[test]
    fn words_begin_like_their_stem() {
        let stem = |word: &str| Stemmer::default().stem(word).into_owned();
        let listed = include_str!("text/spelling.txt").split_whitespace();
        let others =
            ["dying", "skies", "idly", "early", "yes", "younger", "kerbs", "oestrogens", "ünder", "東", "\u{1}who"];
        for word in listed.chain(others) {
            let first = word.chars().next().unwrap();
            assert!(initials(&stem(word)).any(|initial| initial == first), "{word}: {}", stem(word));
        }
    }

    proptest! {
        #[test]
        fn any_word_begins_like_its_stem(word in "[a-z]{1,12}|\\PC{1,6}") {
            for word in exact(&word) {
                let stem = Stemmer::default().stem(&word.text).into_owned();
                prop_assert!(word.text.starts_with(|first| initials(&stem).any(|initial| initial == first)), "{stem}");
            }
        }

        #[test]
        fn any_text_yields_words_in_order(text in "\\PC*|[a-cA-C.'’ -]{0,40}") {
            let mut end = 0;
            for word in exact(&text) {
                prop_assert!(word.start >= end && word.end > word.start);
                prop_assert!(text.get(word.start..word.end).is_some());
                prop_assert!(!word.text.is_empty());
                end = word.end;
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in "[a-zA-Z0-9À-ɏЀ-ӿ '’.,-]{0,40}") {
            prop_assert_eq!(folded(&folded(&text)), folded(&text));
        }
    }
}
