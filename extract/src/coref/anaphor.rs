//! Words that stand for something named elsewhere: pronouns and descriptions.

use std::ops::Range;

use sayso_document::TokenKind;

use super::context::{Scene, small};
use crate::lexicon::{Class, fold};

/// What sort of words stand for a name.
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
    pub(super) fn is_pronoun(self) -> bool {
        !matches!(self, Self::Person | Self::Body)
    }
}

/// Words that stand for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anaphor {
    pub(super) tokens: Range<usize>,
    pub(super) sort: Sort,
}

impl Anaphor {
    /// The token of its head.
    pub(super) fn head(&self) -> usize {
        self.tokens.end - 1
    }
}

/// A description has at most this many words between article and head.
const MODIFIERS: usize = 4;

/// Heads of descriptions of persons beside titles.
const PERSONS: [&str; 22] = [
    "actor",
    "attacker",
    "author",
    "boy",
    "businessman",
    "campaigner",
    "celebrity",
    "defendant",
    "frontrunner",
    "girl",
    "hopeful",
    "incumbent",
    "man",
    "mogul",
    "newcomer",
    "official",
    "plaintiff",
    "republican",
    "suspect",
    "tycoon",
    "victim",
    "woman",
];
/// Heads of descriptions of bodies beside the heads of their names.
const BODIES: [&str; 24] = [
    "airline",
    "automaker",
    "band",
    "broadcaster",
    "carmaker",
    "chain",
    "charity",
    "daily",
    "firm",
    "giant",
    "lab",
    "manufacturer",
    "newspaper",
    "non-profit",
    "nonprofit",
    "outlet",
    "panel",
    "paper",
    "publication",
    "publisher",
    "regulator",
    "retailer",
    "watchdog",
    "website",
];
/// Words that end the search for a head.
const STOPS: [&str; 40] = [
    "a", "after", "an", "and", "are", "as", "at", "be", "been", "but", "by", "for", "from", "had", "has", "have", "he",
    "his", "if", "in", "into", "is", "it", "its", "not", "of", "on", "or", "she", "than", "that", "the", "their",
    "they", "this", "to", "was", "were", "who", "with",
];

/// The pronoun at a token.
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

/// The pronoun or description that begins at a token.
pub(super) fn at(scene: &Scene, i: usize) -> Option<Anaphor> {
    let word = scene.word(i);
    if let Some(sort) = pronoun(word) {
        return Some(Anaphor { tokens: i..i + 1, sort });
    }
    matches!(word, "the" | "The").then(|| description(scene, i)).flatten()
}

/// The description after the article at token `at`.
fn description(scene: &Scene, at: usize) -> Option<Anaphor> {
    for head in at + 1..(at + 2 + MODIFIERS).min(scene.len()) {
        if scene.document.tokens()[head].kind != TokenKind::Word || scene.sentence(head) != scene.sentence(at) {
            return None;
        }
        let word = scene.word(head);
        if STOPS.binary_search(&word).is_ok() || scene.says(head) {
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

/// What the head of a description at a token tells of.
fn sort_of(scene: &Scene, i: usize) -> Option<Sort> {
    let word = scene.word(i);
    if !word.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    if PERSONS.binary_search(&word).is_ok() {
        return Some(Sort::Person);
    }
    if BODIES.binary_search(&word).is_ok() {
        return Some(Sort::Body);
    }
    let class = scene.lexicon.class(word);
    if class.is(Class::TITLE) {
        return Some(Sort::Person);
    }
    class.is(Class::ORG).then_some(Sort::Body)
}
