//! The other forms under which a word can be found.
//!
//! | in the text | also found as | for |
//! |---|---|---|
//! | "e-mail", "COVID-19" | "email", "covid19" | whoever writes it as one word |
//! | "d'Ivoire", "O'Brien" | "ivoire", "brien" | whoever leaves out what is elided |
//! | "WHO", "U.S.", "NGOs" | [`capitals`] of "who", "us", "ngo" | whoever means the acronym and not the pronoun |
//! | "May", "Nato", "NATO" | [`capital`] of "may", "nato" | whoever means the name and not the verb |
//!
//! A form stands at the place of its word, so phrases can have it. Only short words have forms for their capitals: long
//! ones are hardly ever other words in small letters.

use std::collections::VecDeque;

use super::{Word, folded, is_apostrophe, is_possessive, is_word_char, next_word};
use crate::steps;

/// A word or another form of one.
pub(crate) struct Form {
    /// The form, and the bytes that it covers.
    pub(crate) word: Word,
    /// The number of its word in the text.
    pub(crate) position: usize,
    /// Whether this is the word itself.
    pub(crate) main: bool,
}

/// The words of a text with their other forms, each after its word.
pub(crate) struct Forms<'a> {
    text: &'a str,
    /// Whether to tell capitals.
    cased: bool,
    at: usize,
    next: usize,
    queue: VecDeque<Form>,
    /// Room for the next word.
    spare: String,
}

/// Words with more letters have no form for a first capital.
const CAPITAL_LETTERS: usize = 6;
/// Acronyms have at most this many letters. Longer words in capitals are taken for emphasis.
const ACRONYM_LETTERS: usize = 5;
/// What is left of a word without what is elided has at least this many letters: "don't" is no "t".
const REST_LETTERS: usize = 3;

/// What is elided before a vowel, and the Irish "O'".
const ELIDED: [&str; 12] = ["all", "d", "dall", "dell", "l", "m", "n", "nell", "o", "qu", "s", "sull"];

/// The form of a folded word that is written in capitals. No folded word begins with this sign.
pub(crate) fn capitals(folded: &str) -> String {
    format!("{CAPITALS}{folded}")
}

/// The form of a folded word with a capital in front.
pub(crate) fn capital(folded: &str) -> String {
    format!("{CAPITAL}{folded}")
}

/// The mark in front of a word that is written in capitals throughout. No folded word begins with it.
const CAPITALS: char = '\u{1}';
/// The mark in front of a word that begins with a capital.
const CAPITAL: char = '\u{2}';

/// Whether a form is about capitals.
pub(crate) fn is_case(form: &str) -> bool {
    form.starts_with([CAPITALS, CAPITAL])
}

/// How a word is capitalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// Not at all, or in a way that says nothing.
    Plain,
    /// The first letter is a capital.
    Capital,
    /// All are, or there are dots between: "WHO", "U.S.", "u.s.".
    Capitals,
}

/// The words of a text with their other forms.
pub(crate) fn forms(text: &str, cased: bool) -> Forms<'_> {
    Forms { text, cased, at: 0, next: 0, queue: VecDeque::new(), spare: String::new() }
}

impl Iterator for Forms<'_> {
    type Item = Form;

    fn next(&mut self) -> Option<Form> {
        if let Some(form) = self.queue.pop_front() {
            return Some(form);
        }
        let mut word = std::mem::take(&mut self.spare);
        let (start, end) = next_word(self.text, self.at, &mut word)?;
        let position = self.next;
        (self.at, self.next) = (end, position + 1);
        let main = Word { text: word, start, end };
        self.queue_others(&main, position);
        Some(Form { word: main, position, main: true })
    }
}

impl Forms<'_> {
    /// Takes back the text of a form, so that the next word needs no memory of its own.
    pub(crate) fn reuse(&mut self, text: String) {
        self.spare = text;
    }

    /// Queues the other forms of a word.
    fn queue_others(&mut self, main: &Word, position: usize) {
        let raw = &self.text[main.start..main.end];
        let mut add = |text: String, start: usize, end: usize| {
            self.queue.push_back(Form { word: Word { text, start, end }, position, main: false });
        };
        if let Some((joined, end)) = joined(self.text, main) {
            add(joined, main.start, end);
        }
        if let Some((rest, at)) = unelided(raw) {
            add(rest, main.start + at, main.end);
        }
        if self.cased {
            let (case, bare) = case_of(raw, &main.text);
            if case == Case::Capitals && bare.chars().count() <= ACRONYM_LETTERS {
                add(capitals(bare), main.start, main.end);
            }
            if case != Case::Plain && bare.chars().count() <= CAPITAL_LETTERS {
                add(capital(bare), main.start, main.end);
            }
        }
    }
}

/// The word and the next one as one word, if only a hyphen parts them; and where it ends. Ranges of numbers stay apart.
pub(crate) fn joined(text: &str, word: &Word) -> Option<(String, usize)> {
    let rest = text[word.end..].strip_prefix(['-', '‐', '‑'])?;
    if !rest.starts_with(is_word_char) {
        return None;
    }
    let from = text.len() - rest.len();
    let mut next = String::new();
    let (start, end) = next_word(text, from, &mut next)?;
    let digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let fits = start == from && word.text.len() + next.len() <= super::WORD_BYTES;
    (fits && !(digits(&word.text) && digits(&next))).then(|| (word.text.clone() + &next, end))
}

/// The word without what is elided before it, and where that begins in `raw`.
fn unelided(raw: &str) -> Option<(String, usize)> {
    let (at, sign) = raw.char_indices().take(6).find(|&(_, c)| is_apostrophe(c))?;
    let after = at + sign.len_utf8();
    let rest = folded(&raw[after..]);
    let is_elided = ELIDED.contains(&raw[..at].to_lowercase().as_str());
    (is_elided && rest.chars().count() >= REST_LETTERS && !rest.contains(' ')).then_some((rest, after))
}

/// How a word is capitalised, and its folded form without the s of a plural in capitals: "NGOs" are NGO.
pub(crate) fn case_of<'w>(raw: &str, folded: &'w str) -> (Case, &'w str) {
    steps::take(raw.len());
    let end = raw.char_indices().find(|&(at, c)| is_apostrophe(c) && is_possessive(&raw[at + c.len_utf8()..]));
    let raw = &raw[..end.map_or(raw.len(), |(at, _)| at)];
    let letters = || raw.chars().filter(|c| c.is_alphabetic());
    if !letters().next().is_some_and(|first| first.is_uppercase() || raw.contains('.')) || folded.len() < 2 {
        return (Case::Plain, folded);
    }
    let (upper, all) = (letters().filter(|c| c.is_uppercase()).count(), letters().count());
    let dotted = raw.chars().nth(1) == Some('.') && all > 1;
    match raw.strip_suffix('s').zip(folded.strip_suffix('s')) {
        Some((_, one)) if upper > 1 && upper + 1 == all && !raw.contains('.') => (Case::Capitals, one),
        _ if dotted || upper > 1 && upper == all => (Case::Capitals, folded),
        _ if raw.starts_with(char::is_uppercase) => (Case::Capital, folded),
        _ => (Case::Plain, folded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The other forms of each word, in few signs: `^` for capitals, `'` for a first capital.
    fn shown(text: &str) -> String {
        let sign = |text: String| text.replace(CAPITALS, "^").replace(CAPITAL, "'");
        let others = forms(text, true).filter(|form| !form.main);
        others.map(|form| format!("{}{}", form.position, sign(form.word.text))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_found_in_other_forms() {
        for (text, others) in [
            ("an e-mail address", "1email"),
            ("a co‑operative, non-co-operative", "1cooperative 3nonco 4cooperative"),
            ("COVID-19, 2010-12", "0covid19 0^covid 0'covid"),
            ("Côte d'Ivoire, l’Oréal, O'Brien", "0'cote 1ivoire 2oreal 3brien 3'obrien"),
            ("don't, we're, she'll, aujourd'hui", ""),
            ("the WHO's, U.S., u.s. and NGOs", "1^who 1'who 2^us 2'us 3^us 3'us 5^ngo 5'ngo"),
            ("May, Nato, e.g. STRIKE, iPhone", "0'may 1'nato 2^eg 2'eg 3'strike"),
            ("A 2 B", ""),
        ] {
            assert_eq!(shown(text), others, "{text}");
        }
    }
}
