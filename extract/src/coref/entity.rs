//! The name that stands for an entity, and its other wordings.

use std::collections::BTreeMap;

use sayso_document::{Counted, Document, Entity, EntityType};

use super::cluster::Cluster;
use super::person::PersonName;
use crate::lexicon::{Class, Lexicon};
use crate::names::NameMention;

/// The entity of a cluster: its usual name, all other wordings as aliases and its titles, both with
/// counts; its confidence is the mean of its names'.
pub(super) fn entity(document: &Document, lexicon: &Lexicon, names: &[NameMention], cluster: &Cluster) -> Entity {
    let (mut surfaces, mut titles) = (BTreeMap::new(), BTreeMap::new());
    let mut confidence = 0.0;
    let (mut best, mut order) = (String::new(), Vec::new());
    for name in cluster.names.iter().map(|&i| &names[i]) {
        let words = plain(name.name.of(document.text()));
        if rank(cluster.kind, &words) > rank(cluster.kind, &best) {
            best.clone_from(&words);
        }
        if !surfaces.contains_key(&words) {
            order.push(words.clone());
        }
        *surfaces.entry(words).or_insert(0) += 1;
        confidence += name.confidence;
        if let Some(title) = name.title.map(|title| plain(title.of(document.text())))
            && !title.split(' ').all(|word| lexicon.class(word).is(Class::HONORIFIC))
        {
            *titles.entry(title).or_insert(0) += 1;
        }
    }
    best = usual(cluster.kind, best, &order, &surfaces, lexicon);
    surfaces.remove(&best);
    let counted = |all: BTreeMap<String, u32>| all.into_iter().map(|(text, count)| Counted { text, count }).collect();
    Entity {
        name: best,
        kind: cluster.kind,
        aliases: counted(surfaces),
        titles: counted(titles),
        roles: Vec::new(),
        confidence: confidence / cluster.names.len().max(1) as f32,
    }
}

/// The most spellings of a name that are compared.
const SPELLINGS: usize = 40;

/// The name that stands for an entity. Of spellings of a person's name that differ by an accent or
/// a letter, and of one-word names of anything else, it is the one used most, else the first;
/// otherwise `best`.
fn usual(
    kind: EntityType,
    best: String,
    order: &[String],
    surfaces: &BTreeMap<String, u32>,
    lexicon: &Lexicon,
) -> String {
    let count = |name: &String| surfaces.get(name).copied().unwrap_or(0);
    let first_most = |names: &mut dyn Iterator<Item = (&String, u32)>| {
        let most = names.reduce(|most, next| if next.1 > most.1 { next } else { most });
        most.map(|(name, _)| name.clone())
    };
    if kind != EntityType::Person {
        let single = |name: &&String| !best.contains(' ') && !name.is_empty();
        let mut names = order.iter().take(SPELLINGS).filter(single).map(|name| (name, count(name)));
        return first_most(&mut names).unwrap_or(best);
    }
    let person = PersonName::new(&best, lexicon);
    let read = order.iter().take(SPELLINGS).map(|name| (name, PersonName::new(name, lexicon)));
    let near: Vec<(&String, PersonName)> =
        read.filter(|(_, other)| *other == person || other.nearly(&person)).collect();
    // "J." and "J" are one spelling, and so are "José" and "Jose".
    let uses =
        |spelling: &PersonName| near.iter().filter(|(_, other)| other == spelling).map(|(name, _)| count(name)).sum();
    let Some(most) = first_most(&mut near.iter().map(|(name, spelling)| (*name, uses(spelling)))) else { return best };
    let spelling = PersonName::new(&most, lexicon);
    let same = near.into_iter().filter(|(_, other)| *other == spelling);
    let length = |name: &str| (name.chars().count(), name.len());
    same.map(|(name, _)| name)
        .reduce(|one, next| if length(next) > length(one) { next } else { one })
        .cloned()
        .unwrap_or(best)
}

/// Ranks names for an entity: a full name of a person first, then what is not in capitals only,
/// then the longest.
fn rank(kind: EntityType, name: &str) -> (bool, bool, usize) {
    let (person, full) = (kind == EntityType::Person, name.contains(' '));
    let acronym = !person && !full;
    let shouted = !acronym && !name.contains(char::is_lowercase);
    (person && full, !shouted && !name.is_empty(), name.chars().count())
}

/// The words with runs of white space made one blank.
fn plain(words: &str) -> String {
    sayso_document::plain_text(words)
}
