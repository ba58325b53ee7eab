//! Finds anaphors: pronouns, and definite descriptions such as "the minister", which refer to
//! something named elsewhere. Finding is by word lists; for whom they stand is decided in
//! [`resolver`](super::resolver).

use std::ops::Range;

use sayso_document::TokenKind;

use super::context::{Scene, small};
use crate::lexicon::{Class, List, fold};

/// What sort of words an anaphor is, which also says what it can refer to. Features take the
/// numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Sort {
    /// "he", "him", "his".
    Male,
    /// "she", "her".
    Female,
    /// "it", "its".
    Thing,
    /// "they", "them", "their".
    Many,
    /// "the minister": the head is a person.
    Person,
    /// "the ministry": the head is a body, or a thing that speaks for one.
    Body,
}

impl Sort {
    /// Whether it is a pronoun, not a description.
    pub(super) fn is_pronoun(self) -> bool {
        !matches!(self, Self::Person | Self::Body)
    }
}

/// Words that stand for a name.
/// Its head is its last token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anaphor {
    /// Its tokens.
    pub(super) tokens: Range<usize>,
    /// What it may refer to.
    pub(super) sort: Sort,
}

impl Anaphor {
    /// The token of its head.
    pub(super) fn head(&self) -> usize {
        self.tokens.end - 1
    }
}

/// The most words between the article and the head of a description.
const MODIFIERS: usize = 4;

/// The sort of a pronoun, also with a verb contracted to it; none for any other word. "US" and "IT"
/// in capitals are a country and a trade.
pub(super) fn pronoun(word: &str) -> Option<Sort> {
    // In capitals they are countries and trades: "the US", "the IT firm".
    if word.len() > 10 || matches!(word, "US" | "IT") {
        return None;
    }
    small(word, |word| match word {
        "he" | "him" | "his" | "himself" | "he's" | "he’s" | "he'd" | "he’d" | "he'll" | "he’ll" => {
            Some(Sort::Male)
        }
        "she" | "her" | "hers" | "herself" | "she's" | "she’s" | "she'd" | "she’d" | "she'll" | "she’ll" => {
            Some(Sort::Female)
        }
        "it" | "its" | "itself" => Some(Sort::Thing),
        "they" | "them" | "their" | "themselves" | "they're" | "they’re" | "they've" | "they’ve" => {
            Some(Sort::Many)
        }
        _ => None,
    })
}

/// The anaphor that begins at a token, if one does.
pub(super) fn at(scene: &Scene, i: usize) -> Option<Anaphor> {
    let word = scene.word(i);
    if let Some(sort) = pronoun(word) {
        return Some(Anaphor { tokens: i..i + 1, sort });
    }
    matches!(word, "the" | "The").then(|| description(scene, i)).flatten()
}

/// The description after the article at token `at`. None if the head is followed by what it belongs
/// to ("the head of the port") or by a name ("the minister Ada Lind"), since it then refers to
/// nothing before it.
fn description(scene: &Scene, at: usize) -> Option<Anaphor> {
    for head in at + 1..(at + 2 + MODIFIERS).min(scene.len()) {
        if scene.document.tokens()[head].kind != TokenKind::Word || scene.sentence(head) != scene.sentence(at) {
            return None;
        }
        let word = scene.word(head);
        if List::DescriptionStops.has(word) || scene.says(head) {
            return None;
        }
        if word.starts_with(char::is_uppercase) {
            // "the Russian president", "the Vermont senator"; but "the Times" is a name.
            let class = scene.lexicon.class(word);
            let adjective = class.is(Class::NORP_WORD.or(Class::PLACE_WORD).or(Class::ORG_WORD));
            if adjective || scene.lexicon.is_place(&fold(word)) || sort_of(scene, head + 1).is_some() {
                continue;
            }
            if small(word, |word| matches!(word, "south" | "north" | "new" | "democratic" | "republican" | "gop")) {
                continue;
            }
            return None;
        }
        let Some(sort) = sort_of(scene, head) else { continue };
        let next = scene.word(head + 1);
        if sort_of(scene, head + 1).is_some() && scene.sentence(head + 1) == scene.sentence(at) {
            continue;
        }
        // What it belongs to, or the name itself, follows: then it is no reference back.
        let named = next.starts_with(char::is_uppercase) && scene.sentence(head + 1) == scene.sentence(at);
        let bound = matches!(next, "of" | "who" | "that" | "which" | "-");
        return (!named && !bound).then_some(Anaphor { tokens: at..head + 1, sort });
    }
    None
}

/// The sort of a description with this head: a person or a body; none for other words. Heads are in
/// lower case.
fn sort_of(scene: &Scene, i: usize) -> Option<Sort> {
    let word = scene.word(i);
    if !word.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    if List::PersonHeads.has(word) {
        return Some(Sort::Person);
    }
    if List::BodyHeads.has(word) {
        return Some(Sort::Body);
    }
    let class = scene.lexicon.class(word);
    if class.is(Class::TITLE) {
        return Some(Sort::Person);
    }
    class.is(Class::ORG).then_some(Sort::Body)
}
