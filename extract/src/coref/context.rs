//! What the words around a mention tell: whether it is quoted, and what part it plays in its clause.

use sayso_document::{Document, TokenKind};

use crate::lexicon::{Class, Lexicon};
use crate::model;

/// A document as the linking of mentions reads it.
pub(super) struct Scene<'a, 't> {
    pub(super) document: &'a Document<'t>,
    pub(super) lexicon: &'a Lexicon,
    /// For every token the number of the quotation that it stands in, from 1; 0 outside of quotations.
    quotations: Vec<u32>,
    /// For every token its sentence.
    sentences: Vec<u32>,
}

/// The part that a mention plays in its clause, as far as its neighbours tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Part {
    /// A verb follows.
    Subject,
    /// A verb of saying goes before it: "said Lavrov".
    Inverted,
    /// Something of its own follows: "Lavrov's plan".
    Owner,
    /// A preposition goes before it.
    Complement,
    /// A comma or bracket follows, with an apposition or the end of a list behind it.
    Parted,
    /// Any other.
    #[default]
    Object,
}

const PREPOSITIONS: [&str; 30] = [
    "about",
    "after",
    "against",
    "among",
    "around",
    "as",
    "at",
    "before",
    "behind",
    "between",
    "by",
    "during",
    "for",
    "from",
    "in",
    "including",
    "into",
    "like",
    "of",
    "on",
    "over",
    "since",
    "than",
    "through",
    "to",
    "toward",
    "under",
    "with",
    "within",
    "without",
];
const AUXILIARIES: [&str; 34] = [
    "also", "are", "became", "began", "came", "can", "could", "did", "does", "doesn't", "gave", "got", "had", "has",
    "have", "is", "knew", "left", "made", "may", "might", "must", "should", "spoke", "took", "tried", "wanted", "was",
    "wasn't", "went", "were", "will", "won", "would",
];

impl<'a, 't> Scene<'a, 't> {
    pub(super) fn new(document: &'a Document<'t>, lexicon: &'a Lexicon) -> Self {
        let n = document.tokens().len();
        let (mut quotations, mut sentences) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut paragraph, mut open, mut number) = (u32::MAX, false, 0);
        for sentence in 0..document.sentences().len() {
            let here = document.sentences()[sentence].paragraph;
            open &= here == paragraph;
            paragraph = here;
            for i in document.tokens_of(sentence) {
                match document.tokens()[i].kind {
                    TokenKind::OpenQuote => {
                        number += u32::from(!open);
                        open = true;
                    }
                    TokenKind::CloseQuote => open = false,
                    _ => {}
                }
                quotations.push(if open { number } else { 0 });
                sentences.push(sentence as u32);
            }
        }
        Self { document, lexicon, quotations, sentences }
    }

    pub(super) fn len(&self) -> usize {
        self.sentences.len()
    }

    /// The word; empty outside of the text.
    pub(super) fn word(&self, i: usize) -> &'t str {
        if i < self.len() { self.document.word(i) } else { "" }
    }

    pub(super) fn quotation(&self, i: usize) -> u32 {
        self.quotations.get(i).copied().unwrap_or(0)
    }

    pub(super) fn sentence(&self, i: usize) -> u32 {
        self.sentences.get(i).copied().unwrap_or(0)
    }

    pub(super) fn paragraph(&self, i: usize) -> u32 {
        self.document.sentences().get(self.sentence(i) as usize).map_or(0, |sentence| sentence.paragraph)
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
        AUXILIARIES.binary_search(&word).is_ok()
            || word.len() > 3 && word.ends_with("ed") && word.starts_with(|c: char| c.is_ascii_lowercase())
            || self.says(i)
    }

    /// Whether a noun phrase may go on with the token: it is a word, but no verb, preposition or conjunction.
    pub(super) fn goes_on(&self, i: usize) -> bool {
        let word = self.word(i);
        word.starts_with(char::is_alphabetic)
            && !self.is_verb(i)
            && PREPOSITIONS.binary_search(&word).is_err()
            && !matches!(word, "and" | "or" | "but" | "because" | "that" | "who" | "when" | "if" | "the" | "a" | "an")
    }

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
            if small(self.word(before), |word| PREPOSITIONS.binary_search(&word).is_ok()) {
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

    /// The token before a name and what its bearer is called before it: "said | NBC's Ana Dunmore".
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

    /// Whether a verb follows the comma or bracket that closes a parenthesis: "Dunmore, the minister, said".
    fn verb_after_parenthesis(&self, open: usize) -> bool {
        let here = |i: &usize| self.sentence(*i) == self.sentence(open) && *i < self.len();
        let mut closes =
            (open + 1..open + 25).take_while(here).filter(|&i| matches!(self.word(i), "," | ")" | "—" | "--" | "–"));
        closes.any(|i| self.is_verb(i + 1))
    }
}

/// What `of` makes of a word in small letters; words of other letters than Latin ones stay as they are.
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
