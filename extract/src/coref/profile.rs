//! What is known of an entity from its names, titles and appositions, which descriptions and
//! pronouns are compared with. The profile is made from the whole document before the walk begins:
//! a title may come later than the description.

use sayso_document::{Document, EntityType};

use super::cluster::Cluster;
use super::context::Scene;
use super::gender::Gender;
use super::title::comparable;
use crate::names::NameMention;

/// How many words of titles and appositions are kept for an entity, so that a name in every
/// sentence costs no more.
const WORDS: usize = 24;

/// What its names, titles and appositions tell of an entity. Words are numbers, in comparable form.
/// Words are hashes of their comparable form ([`comparable`]).
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// The type of the entity.
    pub(super) kind: Option<EntityType>,
    /// What is known of a person's gender.
    pub(super) gender: Gender,
    /// How many names it has in the text.
    pub(super) total: u32,
    /// Whether it is ever named by several words.
    pub(super) full: bool,
    /// The words of its names.
    pub(super) name: Vec<u32>,
    /// The heads of names of several words: "agency" of "Space Agency".
    pub(super) heads: Vec<u32>,
    /// The words of its titles and appositions.
    pub(super) roles: Vec<u32>,
    /// The heads of its titles and of the noun phrases in apposition.
    pub(super) offices: Vec<u32>,
}

/// The profiles of all clusters, in their order.
pub(super) fn profiles(scene: &Scene, names: &[NameMention], clusters: &[Cluster]) -> Vec<Profile> {
    clusters.iter().map(|cluster| profile(scene, names, cluster)).collect()
}

/// The profile of a cluster.
fn profile(scene: &Scene, names: &[NameMention], cluster: &Cluster) -> Profile {
    let text = scene.document.text();
    let mut profile = Profile {
        kind: Some(cluster.kind),
        gender: cluster.gender,
        total: cluster.names.len() as u32,
        ..Profile::default()
    };
    for name in cluster.names.iter().map(|&i| &names[i]) {
        profile.full |= name.tokens.len() > 1;
        let words = name.name.of(text);
        let first = profile.name.len() == profile.heads.len() && profile.name.is_empty();
        if first || name.tokens.len() > 1 && profile.name.len() < WORDS {
            add_phrase(words, name.tokens.len() > 1, &mut profile.name, &mut profile.heads);
        }
        if let Some(title) = name.title {
            add_phrase(title.of(text), true, &mut profile.roles, &mut profile.offices);
        }
        if cluster.kind == EntityType::Person && profile.roles.len() < WORDS {
            apposition(scene, name.tokens.end, &mut profile);
        }
    }
    profile
}

/// Adds the words of a phrase, and if it is `headed`, the last word before a preposition as its
/// head.
fn add_phrase(phrase: &str, headed: bool, words: &mut Vec<u32>, heads: &mut Vec<u32>) {
    let (mut head, mut linked) = (None, false);
    for word in phrase.split([' ', '\n', '\u{a0}', '-']).filter(|word| !word.is_empty()) {
        linked |= matches!(word, "of" | "for" | "at" | "in" | "on" | "to");
        let number = comparable(word);
        if !linked {
            head = Some(number);
        }
        if words.len() < 2 * WORDS && !words.contains(&number) {
            words.push(number);
        }
    }
    if let Some(head) = head.filter(|_| headed) {
        add_head(head, heads);
    }
}

/// Adds a head that is not known yet, where there is room.
fn add_head(head: u32, heads: &mut Vec<u32>) {
    if heads.len() < 2 * WORDS && !heads.contains(&head) {
        heads.push(head);
    }
}

/// Adds what an apposition behind a name says of its bearer: "Ada Lind, a Republican tax
/// consultant, …". A bracket in between is passed over: "(R-Ohio)".
fn apposition(scene: &Scene, end: usize, profile: &mut Profile) {
    let mut at = end;
    if scene.word(at) == "(" {
        at = (at..at + 8).find(|&i| scene.word(i) == ")").map_or(at, |close| close + 1);
    }
    if !matches!(scene.word(at), "," | "—" | "--" | "–" | "(") {
        return;
    }
    at += 1;
    let first = scene.word(at);
    let opens = matches!(first, "a" | "an" | "the" | "his" | "her" | "their" | "one" | "its")
        || first.starts_with(|c: char| c.is_ascii_lowercase()) && !matches!(first, "and" | "who" | "but" | "which");
    if !opens {
        return;
    }
    let mut head = None;
    for i in at..(at + 14).min(scene.len()) {
        let word = scene.word(i);
        if matches!(word, "," | "." | ";" | ")" | "—" | "--" | "–" | "who" | "whose") || scene.is_verb(i) {
            break;
        }
        let number = comparable(word);
        if matches!(word, "of" | "for" | "at" | "in" | "on" | "to" | "with" | "and" | "from") {
            if let Some(head) = head.take() {
                add_head(head, &mut profile.offices);
            }
            if word != "and" {
                // What hangs on the head is no office itself.
                profile.roles.extend((i + 1..i + 5).map(|j| comparable(scene.word(j))));
                break;
            }
            continue;
        }
        head = Some(number);
        profile.roles.push(number);
    }
    if let Some(head) = head {
        add_head(head, &mut profile.offices);
    }
}

/// The profile of an organisation without a cluster of names: "the Ostrey administration".
pub(super) fn body(document: &Document, span: sayso_document::Span) -> Profile {
    let mut profile = Profile { kind: Some(EntityType::Organization), total: 1, full: true, ..Profile::default() };
    add_phrase(span.of(document.text()), true, &mut profile.name, &mut profile.heads);
    profile
}
