//! Which entity a description means, wherever in the text it is named: "the harbour commissioner"
//! may come before the name. Scores are sums of hand-set weights, and rank entities by title, name,
//! frequency and distance.

use std::ops::Range;

use rustc_hash::FxHashMap;
use sayso_document::{Document, EntityType};

use super::Chains;
use super::profile::Profile;
use super::title::comparable;
use crate::model;

/// The least score with which a description is taken to mean its entity.
const ENOUGH: f32 = 2.4;

/// The confidence that a description which fits no titles means the entity of which the text speaks
/// most.
const PROMINENT: f32 = 0.45;

/// Where each entity is mentioned, and which may be described by which head: made once for a document.
#[derive(Debug)]
pub(crate) struct Described<'c> {
    /// The entities and their mentions.
    chains: &'c Chains,
    /// The sentences of each entity's mentions, ascending.
    sentences: Vec<Vec<u32>>,
    /// The entities by each word that heads one of their titles or names, or stands in one of them,
    /// ascending.
    by_head: FxHashMap<u32, Vec<u32>>,
    /// The persons, then the organisations, that are named most, ascending.
    named_most: [Vec<u32>; 2],
}

/// How many mentions before and behind a description are searched for the entity that it means …
const NEAR: usize = 150;
/// … besides this many entities that share its head or are named most.
const MOST: usize = 50;

impl<'c> Described<'c> {
    /// Indexes the entities of a document.
    pub(crate) fn new(chains: &'c Chains) -> Self {
        let mut sentences = vec![Vec::new(); chains.profiles.len()];
        chains.mentions.iter().for_each(|mention| sentences[mention.entity].push(mention.sentence as u32));
        let mut by_head: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (entity, profile) in chains.profiles.iter().enumerate() {
            for &head in [&profile.offices, &profile.roles, &profile.heads, &profile.name].into_iter().flatten() {
                let list = by_head.entry(head).or_default();
                if list.last() != Some(&(entity as u32)) {
                    list.push(entity as u32);
                }
            }
        }
        let named_most = [EntityType::Person, EntityType::Organization].map(|kind| {
            let of_kind = chains.profiles.iter().enumerate().filter(|(_, profile)| profile.kind == Some(kind));
            let mut most: Vec<(usize, u32)> = of_kind.map(|(entity, profile)| (entity, profile.total)).collect();
            most.sort_by_key(|&(entity, total)| (std::cmp::Reverse(total), entity));
            most.truncate(MOST);
            let mut most: Vec<u32> = most.into_iter().map(|(entity, _)| entity as u32).collect();
            most.sort_unstable();
            most
        });
        Self { chains, sentences, by_head, named_most }
    }

    /// The entities mentioned near a token and those of `beside`, each once, ascending.
    fn near(&self, document: &Document<'_>, token: usize, beside: &[u32]) -> Vec<usize> {
        let mentions = &self.chains.mentions;
        let here = document.tokens().get(token).map_or(0, |token| token.span.start());
        let at = mentions.partition_point(|mention| mention.span.start() < here);
        let near = &mentions[at.saturating_sub(NEAR)..mentions.len().min(at + NEAR)];
        let mut all: Vec<usize> = near.iter().map(|mention| mention.entity).collect();
        all.extend(beside.iter().map(|&entity| entity as usize));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The person or body whose titles, appositions or names repeat the head of a description and
    /// most of its other words, with a confidence of at most 0.9, which grows with the margin to
    /// the next.
    pub(crate) fn described(&self, document: &Document<'_>, tokens: &Range<usize>) -> Option<(usize, f32)> {
        let link = |i: &usize| matches!(document.word(*i), "of" | "for" | "at" | "in" | "and");
        let end = tokens.clone().find(link).unwrap_or(tokens.end);
        let head = end.checked_sub(1).filter(|&head| head > tokens.start || tokens.len() == 1)?;
        let heads = alike(comparable(document.word(head)));
        let with_head = heads.iter().filter_map(|head| self.by_head.get(head));
        let fitting: Vec<u32> = with_head.flat_map(|list| list.iter().take(MOST).copied()).collect();
        let entities = if fitting.is_empty() { Vec::new() } else { self.near(document, tokens.start, &fitting) };
        let mut scored: Vec<(f32, usize)> = Vec::new();
        for entity in entities {
            let profile = &self.chains.profiles[entity];
            let by_head = heads.iter().map(|&head| fit(profile, head)).fold(0.0, f32::max);
            if by_head > 0.0 {
                let others = (tokens.start..tokens.end).filter(|&i| i != head && !link(&i));
                let by_others: f32 = others.map(|i| fit_other(profile, document.word(i))).sum();
                let named = 0.05 * profile.total.min(10) as f32;
                scored.push((by_head + by_others + named + self.nearness(document, entity, tokens.start), entity));
            }
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let &(best, entity) = scored.first().filter(|(score, _)| *score >= ENOUGH)?;
        let margin = scored.get(1).map_or(2.0, |second| best - second.0);
        Some((entity, (0.7 + 0.15 * margin).min(0.9)))
    }

    /// The person, or the organisation, that is named most and nearest before a token.
    pub(crate) fn prominent(&self, document: &Document<'_>, token: usize, person: bool) -> Option<(usize, f32)> {
        let kind = if person { EntityType::Person } else { EntityType::Organization };
        let weight = if person { 0.15 } else { 0.05 };
        let here = document.sentence_of_token(token) as u32;
        let named_before = |entity: usize| self.sentences[entity].first().is_some_and(|&first| first <= here);
        let known = self.near(document, token, &self.named_most[usize::from(!person)]).into_iter();
        let fitting = known.filter(|&entity| self.chains.profiles[entity].kind == Some(kind) && named_before(entity));
        let score = |entity: usize| {
            weight * self.chains.profiles[entity].total.min(12) as f32 + self.nearness(document, entity, token)
        };
        let best = fitting.map(|entity| (score(entity), entity)).reduce(|a, b| if b.0 > a.0 { b } else { a })?;
        Some((best.1, PROMINENT))
    }

    /// Up to 0.6 for an entity that is named shortly before, less for one named after.
    fn nearness(&self, document: &Document<'_>, entity: usize, token: usize) -> f32 {
        let here = document.sentence_of_token(token) as u32;
        let sentences = &self.sentences[entity];
        let after = sentences.partition_point(|&sentence| sentence <= here);
        let gap = |sentence: u32| sentence.abs_diff(here) as f32;
        let before = after.checked_sub(1).map_or(0.0, |last| 0.6 / (1.0 + gap(sentences[last]) / 3.0));
        let after = sentences.get(after).map_or(0.0, |&next| 0.3 / (1.0 + gap(next) / 3.0));
        before.max(after)
    }
}

/// A head, and the heads that it may stand for: a lawmaker is a representative or a senator.
fn alike(head: u32) -> Vec<u32> {
    let mut all = vec![head];
    if head == model::word("lawmaker") {
        all.extend(["representative", "senator"].map(model::word));
    }
    all
}

/// How well an entity fits a description with this head: most for an office or the head of a name.
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

/// What another word of the description adds or takes away: more if the entity is called so, less
/// if it is not.
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
