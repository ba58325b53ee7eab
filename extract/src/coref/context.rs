//! What the words around a mention show: whether it is quoted, and which part it plays in its
//! clause.
//!
//! Coreference runs before the tagger, so this reads words, not parts of speech: lists of verbs and
//! prepositions, and endings. It is right often enough to be a feature.

use sayso_document::{Document, TokenKind};

use crate::lexicon::{Class, Lexicon, List};
use crate::model;
use crate::view::View;

/// A document as the linking of mentions reads it.
pub(super) struct Scene<'a, 't> {
    /// The document.
    pub(super) document: &'a Document<'t>,
    /// Word lists.
    pub(super) lexicon: &'a Lexicon,
    /// What is known of every word.
    view: &'a View<'t>,
}

/// The part that a mention plays in its clause, as far as its neighbours tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Part {
    /// A verb follows.
    Subject,
    /// A verb of saying goes before it: "said Orlek".
    Inverted,
    /// Something of its own follows: "Orlek's plan".
    Owner,
    /// A preposition goes before it.
    Complement,
    /// A comma or bracket follows, with an apposition or the end of a list behind it.
    Parted,
    /// Any other.
    #[default]
    Object,
}

impl<'a, 't> Scene<'a, 't> {
    /// Reads the context of a document.
    pub(super) fn new(view: &'a View<'t>, lexicon: &'a Lexicon) -> Self {
        Self { document: view.document, view, lexicon }
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.document.tokens().len()
    }

    /// The word; empty outside of the text.
    pub(super) fn word(&self, i: usize) -> &'t str {
        if i < self.len() { self.document.word(i) } else { "" }
    }

    /// The number of the quotation around a token; 0 outside quotations.
    pub(super) fn quotation(&self, i: usize) -> u32 {
        self.view.speech_of(i)
    }

    /// The sentence of a token.
    pub(super) fn sentence(&self, i: usize) -> u32 {
        self.view.sentence_of(i) as u32
    }

    /// The paragraph of a token.
    pub(super) fn paragraph(&self, i: usize) -> u32 {
        self.view.paragraph_of(i)
    }

    /// The token before, in the same sentence.
    pub(super) fn before(&self, i: usize) -> Option<usize> {
        i.checked_sub(1).filter(|&j| self.sentence(j) == self.sentence(i))
    }

    /// Whether a quotation ends right before a token.
    pub(super) fn closes_quotation(&self, i: usize) -> bool {
        let last = i.saturating_sub(1);
        let mark = self.document.tokens().get(last).map(|token| token.kind);
        mark == Some(TokenKind::CloseQuote) || self.word(last) == "," && self.quotation(last.saturating_sub(1)) > 0
    }

    /// The number of a word in small letters, to build features from.
    pub(super) fn number(&self, i: usize) -> u32 {
        small(self.word(i), model::word)
    }

    /// The number of the word before a token; of no word at the start of a sentence.
    pub(super) fn number_before(&self, i: usize) -> u32 {
        self.before(i).map_or(1, |j| self.number(j))
    }

    /// Whether the token is a verb of saying.
    pub(super) fn says(&self, i: usize) -> bool {
        let word = self.word(i);
        word.starts_with(|c: char| c.is_ascii_lowercase()) && self.lexicon.class(word).is(Class::SAY)
    }

    /// Whether the token looks like a verb with tense.
    pub(super) fn is_verb(&self, i: usize) -> bool {
        let word = self.word(i);
        List::SubjectFollowers.has(word)
            || word.len() > 3 && word.ends_with("ed") && word.starts_with(|c: char| c.is_ascii_lowercase())
            || self.says(i)
    }

    /// Whether a noun phrase may go on with the token: it is a word, but no verb, preposition or conjunction.
    pub(super) fn goes_on(&self, i: usize) -> bool {
        let word = self.word(i);
        word.starts_with(char::is_alphabetic)
            && !self.is_verb(i)
            && !List::NoSubjectPrepositions.has(word)
            && !matches!(word, "and" | "or" | "but" | "because" | "that" | "who" | "when" | "if" | "the" | "a" | "an")
    }

    /// Whether the token is a possessive ending.
    pub(super) fn possessive(&self, i: usize) -> bool {
        matches!(self.word(i), "'s" | "’s" | "'" | "’")
    }

    /// The part that the words at tokens `from..to` play.
    pub(super) fn part(&self, from: usize, to: usize) -> Part {
        if self.possessive(to) {
            return Part::Owner;
        }
        if let Some(before) = self.before(from) {
            if self.says(self.before_modifiers(from)) {
                return Part::Inverted;
            }
            if small(self.word(before), |word| List::NoSubjectPrepositions.has(word)) {
                return Part::Complement;
            }
        }
        let next = self.word(to);
        let verb = to + usize::from(next.ends_with("ly") || matches!(next, "then" | "later" | "who"));
        if self.is_verb(verb) {
            return Part::Subject;
        }
        if !matches!(next, "," | "(" | ";" | "—" | "--" | "–") {
            return Part::Object;
        }
        if self.verb_after_parenthesis(to) { Part::Subject } else { Part::Parted }
    }

    /// The token before a name and what describes its bearer before it: "said | NBC's Ana Dunmore".
    fn before_modifiers(&self, from: usize) -> usize {
        let mut at = from.saturating_sub(1);
        for _ in 0..6 {
            let word = self.word(at);
            let modifies = word.starts_with(char::is_uppercase)
                || self.possessive(at)
                || !self.says(at) && self.lexicon.class(word).is(Class::TITLE.or(Class::TITLE_MODIFIER));
            match self.before(at) {
                Some(before) if modifies => at = before,
                _ => break,
            }
        }
        at
    }

    /// Whether a verb follows the end of the apposition or bracket that opens here: "Dunmore, the
    /// minister, said".
    fn verb_after_parenthesis(&self, open: usize) -> bool {
        let here = |i: &usize| self.sentence(*i) == self.sentence(open) && *i < self.len();
        let mut closes =
            (open + 1..open + 25).take_while(here).filter(|&i| matches!(self.word(i), "," | ")" | "—" | "--" | "–"));
        closes.any(|i| self.is_verb(i + 1))
    }
}

/// Calls `of` with the word in lower case, without an allocation. Words with other letters than
/// ASCII, and those of more than 24 bytes, are passed as they are.
pub(super) fn small<T>(word: &str, of: impl FnOnce(&str) -> T) -> T {
    let mut bytes = [0; 24];
    let has_capital = word.bytes().any(|b| b.is_ascii_uppercase());
    match bytes.get_mut(..word.len()) {
        Some(bytes) if has_capital && word.is_ascii() => {
            bytes.copy_from_slice(word.as_bytes());
            bytes.make_ascii_lowercase();
            of(std::str::from_utf8(bytes).unwrap_or(word))
        }
        _ => of(word),
    }
}
