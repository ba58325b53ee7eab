//! Which entity a description fits, wherever in the text it is named.

use std::ops::Range;

use sayso_document::{Document, EntityType};

use super::Chains;
use super::profile::{Profile, comparable};
use crate::model;

/// A description that fits so well stands for its entity.
const ENOUGH: f32 = 2.4;

/// How sure it is that a description means the one of whom the text speaks most.
const PROMINENT: f32 = 0.45;

/// The entity whose titles, appositions or names repeat the head of a description, and most of its other words; with
/// how sure that is. Persons and bodies alone are described.
pub(crate) fn described(chains: &Chains, document: &Document<'_>, tokens: &Range<usize>) -> Option<(usize, f32)> {
    let link = |i: &usize| matches!(document.word(*i), "of" | "for" | "at" | "in" | "and");
    let end = tokens.clone().find(link).unwrap_or(tokens.end);
    let head = end.checked_sub(1).filter(|&head| head > tokens.start || tokens.len() == 1)?;
    let heads = alike(comparable(document.word(head)));
    let mut scored: Vec<(f32, usize)> = Vec::new();
    for (entity, profile) in chains.profiles.iter().enumerate() {
        let by_head = heads.iter().map(|&head| fit(profile, head)).fold(0.0, f32::max);
        if by_head > 0.0 {
            let others = (tokens.start..tokens.end).filter(|&i| i != head && !link(&i));
            let by_others: f32 = others.map(|i| fit_other(profile, document.word(i))).sum();
            let named = 0.05 * profile.total.min(10) as f32;
            scored.push((by_head + by_others + named + nearness(chains, document, entity, tokens.start), entity));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let &(best, entity) = scored.first().filter(|(score, _)| *score >= ENOUGH)?;
    let margin = scored.get(1).map_or(2.0, |second| best - second.0);
    Some((entity, (0.7 + 0.15 * margin).min(0.9)))
}

/// A head and those that it may stand for: lawmakers are called by their house.
fn alike(head: u32) -> Vec<u32> {
    let mut all = vec![head];
    if head == model::word("lawmaker") {
        all.extend(["representative", "senator"].map(model::word));
    }
    all
}

fn fit(profile: &Profile, head: u32) -> f32 {
    let body = matches!(profile.kind, Some(EntityType::Organization));
    match profile.kind {
        Some(EntityType::Person) if profile.offices.contains(&head) => 2.5,
        Some(EntityType::Person) if profile.roles.contains(&head) => 1.2,
        Some(_) if body && profile.heads.contains(&head) => 2.5,
        Some(_) if body && profile.name.contains(&head) && profile.full => 1.5,
        _ => 0.0,
    }
}

fn fit_other(profile: &Profile, word: &str) -> f32 {
    if matches!(word, "the" | "The" | "a" | "A" | "an" | "An" | "this" | "That" | "that") {
        return 0.0;
    }
    let number = comparable(word);
    if profile.roles.contains(&number) || profile.name.contains(&number) {
        0.8
    } else if word.starts_with(char::is_uppercase) || matches!(word, "former" | "current" | "new" | "top" | "then") {
        0.0
    } else {
        -0.5
    }
}

/// The person, or the body, that is named most and nearest before a token.
pub(crate) fn prominent(chains: &Chains, document: &Document<'_>, token: usize, person: bool) -> Option<(usize, f32)> {
    let kind = if person { EntityType::Person } else { EntityType::Organization };
    let weight = if person { 0.15 } else { 0.05 };
    let here = document.sentence_of_token(token);
    let named_before = |entity: usize| chains.mentions.iter().any(|m| m.entity == entity && m.sentence <= here);
    let known = chains.profiles.iter().enumerate();
    let fitting = known.filter(|&(entity, profile)| profile.kind == Some(kind) && named_before(entity));
    let score = |entity: usize, profile: &Profile| {
        weight * profile.total.min(12) as f32 + nearness(chains, document, entity, token)
    };
    let best = fitting
        .map(|(entity, profile)| (score(entity, profile), entity))
        .reduce(|a, b| if b.0 > a.0 { b } else { a })?;
    Some((best.1, PROMINENT))
}

/// Up to 0.6 for an entity that is named shortly before, less for one named after.
fn nearness(chains: &Chains, document: &Document<'_>, entity: usize, token: usize) -> f32 {
    let here = document.sentence_of_token(token);
    let sentences = chains.mentions.iter().filter(|mention| mention.entity == entity).map(|mention| mention.sentence);
    let gap = |sentence: usize| {
        let gap = sentence.abs_diff(here) as f32;
        if sentence > here { 0.3 / (1.0 + gap / 3.0) } else { 0.6 / (1.0 + gap / 3.0) }
    };
    sentences.map(gap).fold(0.0, f32::max)
}
