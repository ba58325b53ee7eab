//! Scores what sort of thing a candidate names.
//!
//! The score of each type is a sum of logarithms: how the words of the name and those beside it were
//! counted in annotated news ([`crate::lexicon::Cues`]), and what the word lists and the rules add.

use std::ops::Range;

use super::cut::Candidate;
use super::words::Words;
use crate::lexicon::{Class, Kind, Position, Weights};

/// The score of each type for a candidate, on its own evidence alone. `from` is where its sentence begins.
pub(super) fn score(words: &Words, candidate: &Candidate, from: usize) -> Weights {
    let run = &candidate.tokens;
    let mut sum = if run.len() == 1 { single(words, run.start) } else { several(words, run) };
    context(words, run, from, &mut sum);
    if candidate.titled {
        sum[Kind::Person as usize] += 8.0;
    } else if candidate.title.is_some() {
        sum[Kind::Person as usize] += 3.0;
    }
    sum
}

fn single(words: &Words, i: usize) -> Weights {
    let cues = &words.lexicon.cues;
    let (class, name) = (words.class(i), words.folded(i, i + 1));
    let mut sum = cues.prior_single;
    let mut bonus = |kind: Kind, by: f32| sum[kind as usize] += by;
    if class.is(Class::PLACE_WORD) {
        bonus(Kind::Place, 4.0);
    }
    if class.is(Class::ORG_WORD) {
        bonus(Kind::Org, 4.0);
    }
    if class.is(Class::NORP_WORD) {
        bonus(Kind::Norp, 5.0);
    }
    if class.is(Class::FIRST_NAME) {
        bonus(Kind::Person, 1.0);
    }
    if class.is(Class::SURNAME) {
        bonus(Kind::Person, 1.0);
    }
    if words.lexicon.is_place(&name) {
        bonus(Kind::Place, 2.0);
    }
    if words.lexicon.is_body(&name) {
        bonus(Kind::Org, 2.0);
    }
    if class.is(Class::ORDINARY) {
        bonus(Kind::None, 2.5);
    } else if class.is(Class::MIXED) {
        bonus(Kind::None, 1.0);
    }
    let counted = cues.of(Position::Single, &name);
    if let Some(weights) = counted {
        add(&mut sum, weights, 1.0);
    } else if words.capitals(i) && name.len() <= 6 {
        add_to(&mut sum, Kind::Org, 1.2);
        add_to(&mut sum, Kind::Person, -2.0);
        add_to(&mut sum, Kind::Place, -1.0);
    } else {
        // An unknown word with a capital is a name more often than the counted words are.
        add_to(&mut sum, Kind::None, -1.5);
        if let Some(weights) = cues.of(Position::Last, &name) {
            add_to(&mut sum, Kind::Person, 0.5 * weights[Kind::Person as usize]);
        }
    }
    sum
}

fn several(words: &Words, run: &Range<usize>) -> Weights {
    let cues = &words.lexicon.cues;
    let mut sum = cues.prior_several;
    let name = words.folded(run.start, run.end);
    let first = words.folded(run.start, run.start + 1);
    let head = head(words, run);
    let last = words.folded(head, head + 1);
    for (position, word, weight) in [(Position::First, first, 0.8), (Position::Last, last, 1.0)] {
        if let Some(weights) = cues.of(position, &word) {
            add(&mut sum, weights, weight);
        }
    }
    let inner = run.start + 1..run.end - 1;
    let share = 0.5 / inner.len().max(1) as f32;
    for i in inner {
        if let Some(weights) = cues.of(Position::Inner, &words.folded(i, i + 1)) {
            add(&mut sum, weights, share);
        }
    }
    if words.lexicon.is_place(&name) {
        add_to(&mut sum, Kind::Place, 4.0);
    }
    if words.lexicon.is_body(&name) {
        add_to(&mut sum, Kind::Org, 4.0);
    }
    heads(words, run, head, &mut sum);
    if (run.start..run.end).any(|i| words.is(i, Class::ORDINARY)) {
        add_to(&mut sum, Kind::Person, -1.5);
    }
    sum
}

/// What the head and the first word of a name of several words add.
fn heads(words: &Words, run: &Range<usize>, head: usize, sum: &mut Weights) {
    let class = words.class(head);
    let mut found = false;
    for (of, kind, by) in [
        (Class::ORG, Kind::Org, 2.0),
        (Class::ORG_ONLY, Kind::Org, 1.5),
        (Class::FACILITY, Kind::Facility, 3.5),
        (Class::PLACE, Kind::Place, 2.0),
        (Class::EVENT, Kind::Event, 4.0),
        (Class::PRODUCT, Kind::Product, 2.5),
    ] {
        if class.is(of) {
            add_to(sum, kind, by);
            found = true;
        }
    }
    if words.is(run.start, Class::PLACE_FIRST) {
        add_to(sum, Kind::Place, 0.7);
    }
    let first = words.class(run.start);
    let surname = class.is(Class::SURNAME);
    if first.is(Class::FIRST_NAME) && (!found || surname) && !first.is(Class::ORDINARY) {
        add_to(sum, Kind::Person, 2.0);
    }
    if surname && !found {
        add_to(sum, Kind::Person, 1.0);
    }
    let initial = |i: usize| words.text(i).len() == 2 && words.text(i).ends_with('.') && words.capital(i);
    if (run.start..run.end - 1).any(initial) {
        add_to(sum, Kind::Person, 2.0);
    }
    if (run.start + 1..run.end - 1).any(|i| words.is(i, Class::PARTICLE) && !words.capital(i)) {
        add_to(sum, Kind::Person, 1.5);
    }
}

/// The head of a name: its last word, or the one before "of", "for", "on".
pub(super) fn head(words: &Words, run: &Range<usize>) -> usize {
    let link = (run.start + 1..run.end).find(|&i| matches!(words.text(i), "of" | "for" | "on"));
    let head = link.unwrap_or(run.end) - 1;
    let suffix = link.is_none() && words.is(head, Class::SUFFIX) && head > run.start;
    if suffix { head - 1 } else { head }
}

/// What the words beside the name add.
fn context(words: &Words, run: &Range<usize>, from: usize, sum: &mut Weights) {
    let cues = &words.lexicon.cues;
    if run.start > from && words.prefix(run.start) == 0 {
        let before = words.text(run.start - 1).to_lowercase();
        if let Some(weights) = cues.of(Position::Before, &before) {
            add(sum, weights, 0.7);
        }
        if before == "the" {
            add_to(sum, Kind::Person, -2.0);
        }
    }
    let after = words.text(run.end).to_lowercase();
    if let Some(weights) = cues.of(Position::After, after.trim_start_matches(['’', '\''])) {
        add(sum, weights, 0.7);
    }
}

fn add(sum: &mut Weights, weights: &Weights, by: f32) {
    for (total, weight) in sum.iter_mut().zip(weights) {
        *total += by * weight;
    }
}

/// Adds to one type's score.
pub(super) fn add_to(sum: &mut Weights, kind: Kind, by: f32) {
    sum[kind as usize] += by;
}

/// The type with the highest score.
pub(super) fn best(sum: &Weights) -> Kind {
    let mut best = Kind::Person;
    for kind in Kind::ALL {
        if sum[kind as usize] > sum[best as usize] {
            best = kind;
        }
    }
    best
}
