//! Scores what sort of thing a candidate names.
//!
//! The score of each type is a sum of logarithms: how the words of the name and those beside it were
//! counted in annotated news ([`crate::lexicon::Cues`]), and what the word lists and the rules add.

use std::ops::Range;

use sayso_document::TokenKind;

use super::cut::Candidate;
use super::words::Words;
use crate::lexicon::{Class, Kind, Position, Weights};

/// What is added to each type's score (in the order of [`Kind::ALL`]) for names of one word and of several:
/// the counts come from names alone, candidates are more mixed. Set on development data.
const BIAS_SINGLE: Weights = [-1.2, -1.3, -0.1, 0.0, 0.0, 0.0, 0.0, 0.7];
const BIAS_SEVERAL: Weights = [0.3, -1.0, -0.7, 0.0, 0.0, 0.0, 0.0, 0.3];

/// The score of each type for a candidate, on its own evidence alone. `from` is where its sentence begins.
pub(super) fn score(words: &Words, candidate: &Candidate, from: usize) -> Weights {
    let run = &candidate.tokens;
    let mut sum = if run.len() == 1 { single(words, run.start) } else { several(words, run) };
    add(&mut sum, if run.len() == 1 { &BIAS_SINGLE } else { &BIAS_SEVERAL }, 1.0);
    context(words, run, from, &mut sum);
    if candidate.long_form {
        sum[Kind::Org as usize] += 3.0;
    }
    if candidate.titled {
        sum[Kind::Person as usize] += 8.0;
    } else if candidate.title.is_some() {
        sum[Kind::Person as usize] += 3.0;
    }
    sum
}

fn single(words: &Words, i: usize) -> Weights {
    let class = words.class(i);
    let mut sum = words.lexicon.cues.prior_single;
    let (counted, weights) = words.cue(Position::Single, i);
    if let Some(weights) = weights {
        add(&mut sum, weights, 1.0);
    }
    for (of, kind, by) in
        [(Class::PLACE_WORD, Kind::Place, 4.0), (Class::ORG_WORD, Kind::Org, 4.0), (Class::NORP_WORD, Kind::Norp, 5.0)]
    {
        if class.is(of) {
            add_to(&mut sum, kind, by);
        }
    }
    if words.is_place(i, i + 1) {
        add_to(&mut sum, Kind::Place, if counted { 2.9 } else { 0.7 });
    }
    if words.lexicon.is_body(&words.folded(i, i + 1)) {
        add_to(&mut sum, Kind::Org, 2.0);
    }
    if words.only_in_title(i) && !words.is_place(i, i + 1) {
        add_to(&mut sum, Kind::None, 1.0);
    }
    let listed = Class::PLACE_WORD.or(Class::ORG_WORD).or(Class::NORP_WORD).or(Class::FIRST_NAME).or(Class::SURNAME);
    if words.forced(i) && !class.is(listed) {
        // The capital of a first word says little.
        add_to(&mut sum, Kind::None, 1.5);
    }
    if is_camel(words.text(i)) {
        add_to(&mut sum, Kind::Org, 2.7);
        add_to(&mut sum, Kind::Person, -2.0);
    }
    if words.forced(i) && !words.seen(i) && !class.is(listed) && words.text(i).ends_with(['y', 'd', 'g', 's']) {
        // "Conversely", "Chastened", "Explores": forms of ordinary words that no list holds.
        add_to(&mut sum, Kind::None, 1.2);
    }
    if words.document.tokens().get(i + 1).is_some_and(|next| next.kind == TokenKind::Number) {
        // "RM 177", "Phase 1".
        add_to(&mut sum, Kind::None, 3.5);
    }
    sum
}

/// "PolitiFact": capitals inside, but not as in "McDonald" or "DeSantis".
fn is_camel(word: &str) -> bool {
    let bytes = word.as_bytes();
    let inner = bytes.windows(2).position(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    inner.is_some_and(|at| at >= 3 || bytes[0].is_ascii_lowercase())
}

fn several(words: &Words, run: &Range<usize>) -> Weights {
    let mut sum = words.lexicon.cues.prior_several;
    let head = head(words, run);
    for (position, i, weight) in [(Position::First, run.start, 0.8), (Position::Last, head, 1.5)] {
        if let (_, Some(weights)) = words.cue(position, i) {
            add(&mut sum, weights, weight);
        }
    }
    let inner = run.start + 1..run.end - 1;
    let share = 0.5 / inner.len().max(1) as f32;
    for i in inner {
        if let (_, Some(weights)) = words.cue(Position::Inner, i) {
            add(&mut sum, weights, share);
        }
    }
    if words.is_place(run.start, run.end) {
        add_to(&mut sum, Kind::Place, 6.5);
    }
    let body = words.lexicon.is_body(&words.folded(run.start, run.end));
    if body {
        add_to(&mut sum, Kind::Org, 5.5);
    }
    if !body && run.len() == 2 && words.is(run.start, Class::PLACE_FIRST) && words.is(run.end - 1, Class::NORP_WORD) {
        add_to(&mut sum, Kind::Norp, 8.0);
    }
    let common = |i: usize| {
        words.forced(i)
            && words.is(i, Class::ORDINARY.or(Class::MIXED))
            && !words.is(i, Class::FIRST_NAME.or(Class::SURNAME))
    };
    if run.clone().all(common) {
        // Words of a title line: "Limited Tools".
        add_to(&mut sum, Kind::None, 3.0);
    }
    if run.clone().all(|i| words.only_in_title(i)) {
        add_to(&mut sum, Kind::None, 1.0);
    }
    heads(words, run, head, &mut sum);
    if (run.start..run.end).any(|i| words.is(i, Class::ORDINARY)) {
        add_to(&mut sum, Kind::Person, 0.0);
    }
    sum
}

/// What the head and the first word of a name of several words add.
fn heads(words: &Words, run: &Range<usize>, head: usize, sum: &mut Weights) {
    let class = words.class(head);
    let mut found = false;
    for (of, kind, by) in [
        (Class::ORG, Kind::Org, 2.2),
        (Class::ORG_ONLY, Kind::Org, 1.5),
        (Class::FACILITY, Kind::Facility, 4.0),
        (Class::PLACE, Kind::Place, 2.5),
        (Class::EVENT, Kind::Event, 4.0),
        (Class::PRODUCT, Kind::Product, 2.5),
    ] {
        if class.is(of) {
            add_to(sum, kind, by);
            found = true;
        }
    }
    if words.is(run.start, Class::PLACE_FIRST) {
        add_to(sum, Kind::Place, 0.0);
    }
    let first = words.class(run.start);
    let surname = class.is(Class::SURNAME);
    if first.is(Class::FIRST_NAME) && (!found || surname) && !first.is(Class::ORDINARY) {
        add_to(sum, Kind::Person, 0.0);
    }
    if surname && !found {
        add_to(sum, Kind::Person, 0.3);
    }
    let initial = |i: usize| words.text(i).len() == 2 && words.text(i).ends_with('.') && words.capital(i);
    if (run.start..run.end - 1).any(initial) {
        add_to(sum, Kind::Person, 2.0);
    }
    if run.clone().any(|i| is_given_pair(words.text(i))) {
        add_to(sum, Kind::Person, 2.0);
    }
    if (run.start + 1..run.end - 1).any(|i| words.is(i, Class::PARTICLE) && !words.capital(i)) {
        add_to(sum, Kind::Person, 1.5);
    }
}

/// "Jong-un", "Ing-wen": a given name of two syllables.
fn is_given_pair(word: &str) -> bool {
    word.split_once('-').is_some_and(|(first, second)| {
        let syllable = |part: &str| (2..=5).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
        syllable(first) && syllable(second) && second.bytes().all(|b| b.is_ascii_lowercase())
    })
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
            add_to(sum, Kind::Person, -2.5);
        }
    }
    let after = words.text(run.end).to_lowercase();
    if let Some(weights) = cues.of(Position::After, after.trim_start_matches(['’', '\''])) {
        add(sum, weights, 0.3);
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
