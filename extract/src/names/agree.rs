//! Makes the names of a document agree: what is clear in one place holds in others.
//!
//! The tagger sees a sentence at a time. "Lind" may be clear after "Mayor Ada Lind" and doubtful
//! alone; here the type of a one-word name follows that of longer names, the same words get the
//! same type everywhere, and capitalised words that are names elsewhere are marked.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_document::EntityType;

use super::tagged::Tagged;
use super::words::Words;
use crate::lexicon::Class;

/// A one-word name below this confidence may take another type.
const UNSURE: f32 = 0.95;
/// A one-word name above this confidence shows that the word is a name elsewhere, too.
const CLEAR: f32 = 0.8;
/// The confidence of a name that was found by what stands elsewhere.
const FOLLOWED: f32 = 0.6;

/// What the names of several words tell of single words.
#[derive(Default)]
struct Known<'t> {
    /// The last words of persons' names …
    surnames: FxHashSet<Cow<'t, str>>,
    /// … and all words of them.
    of_persons: FxHashSet<Cow<'t, str>>,
    /// Endings of persons' names of two words or more: "van der Berg".
    tails: FxHashSet<String>,
    /// The first words of organisations' names.
    bodies: FxHashSet<Cow<'t, str>>,
    /// One-word names that are beyond doubt.
    single: FxHashMap<Cow<'t, str>, EntityType>,
}

/// Gives names of one word the type that longer names tell, and marks words that are names elsewhere.
pub(super) fn agree(words: &Words, tagged: &mut Vec<Tagged>) {
    let mut known = Known::default();
    for one in tagged.iter() {
        let (start, end) = (one.tokens.start, one.tokens.end);
        let word = |i: usize| words.folded(i, i + 1);
        match one.kind {
            EntityType::Person if one.tokens.len() > 1 => {
                known.surnames.insert(word(end - 1));
                known.of_persons.extend(one.tokens.clone().map(word));
                known.tails.extend((start + 1..end - 1).map(|from| words.folded(from, end).to_lowercase()));
            }
            EntityType::Organization if one.tokens.len() > 1 => drop(known.bodies.insert(word(start))),
            EntityType::Date | EntityType::Money | EntityType::Event | EntityType::Product => {}
            kind if one.tokens.len() == 1 && (one.confidence > CLEAR || bracketed(words, start)) => {
                known.single.entry(word(start)).or_insert(kind);
            }
            _ => {}
        }
    }
    let ordinary = Class::ORDINARY.or(Class::PLACE_WORD).or(Class::NORP_WORD).or(Class::TITLE);
    for one in tagged.iter_mut().filter(|one| one.tokens.len() == 1 && one.confidence < UNSURE) {
        let at = one.tokens.start;
        let word = words.folded(at, at + 1);
        let listed = words.is(at, ordinary) || words.is_place(at, at + 1);
        if known.surnames.contains(&word) && !listed {
            one.kind = EntityType::Person;
        } else if one.kind == EntityType::Person && known.bodies.contains(&word) && !known.of_persons.contains(&word) {
            one.kind = EntityType::Organization;
        } else if matches!(one.kind, EntityType::Event | EntityType::Product)
            && let Some(&kind) = known.single.get(&word)
        {
            one.kind = kind;
        }
    }
    for one in tagged.iter_mut().filter(|one| one.tokens.len() > 1 && one.kind != EntityType::Person) {
        if known.tails.contains(&words.folded(one.tokens.start, one.tokens.end).to_lowercase()) {
            one.kind = EntityType::Person;
        }
    }
    vote(words, tagged);
    follow(words, &known, tagged);
}

/// Gives equal names the same type throughout the document: the one with the highest sum of
/// confidences.
fn vote(words: &Words, tagged: &mut [Tagged]) {
    let mut votes: FxHashMap<Cow<'_, str>, Vec<(EntityType, f32)>> = FxHashMap::default();
    let voting = |one: &Tagged| !matches!(one.kind, EntityType::Date | EntityType::Money);
    let name = |one: &Tagged| words.folded(one.tokens.start, one.tokens.end);
    for one in tagged.iter().filter(|one| voting(one)) {
        let sums = votes.entry(name(one)).or_default();
        match sums.iter_mut().find(|(kind, _)| *kind == one.kind) {
            Some((_, sum)) => *sum += one.confidence,
            None => sums.push((one.kind, one.confidence)),
        }
    }
    for one in tagged.iter_mut().filter(|one| voting(one)) {
        let sums = votes.get(&name(one)).map_or(&[][..], Vec::as_slice);
        if let Some((kind, _)) = sums.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best }) {
            one.kind = kind;
        }
    }
}

/// Whether a word in capitals stands alone in brackets, as an acronym behind its long form does.
fn bracketed(words: &Words, at: usize) -> bool {
    words.capitals(at) && at > 0 && words.text(at - 1) == "(" && words.text(at + 1) == ")"
}

/// Marks capitalised words that are names elsewhere, if they stand alone and their place does not
/// demand the capital.
fn follow(words: &Words, known: &Known, tagged: &mut Vec<Tagged>) {
    let mut covered = vec![false; words.document.tokens().len()];
    tagged.iter().for_each(|one| covered[one.tokens.clone()].fill(true));
    let before = tagged.len();
    let beside = |i: usize| !words.capital(i);
    for at in (0..covered.len()).filter(|&at| !covered[at] && words.capital(at)) {
        let alone = beside(at + 1) && at.checked_sub(1).is_none_or(beside);
        let owed = words.forced(at) && !words.capitals(at);
        if !alone || owed || words.is(at, Class::ORDINARY.or(Class::TITLE).or(Class::TIME).or(Class::MONTH)) {
            continue;
        }
        let word = words.folded(at, at + 1);
        let kind = match known.single.get(&word) {
            Some(&kind) => Some(kind),
            None if known.surnames.contains(&word) => Some(EntityType::Person),
            None => known.bodies.contains(&word).then_some(EntityType::Organization),
        };
        if let Some(kind) = kind {
            tagged.push(Tagged { tokens: at..at + 1, kind, confidence: FOLLOWED });
        }
    }
    if tagged.len() > before {
        tagged.sort_by_key(|one| one.tokens.start);
    }
}
