//! Moves the short forms of organisations to the long ones: "the Institute", "IISc".

use rustc_hash::FxHashMap;
use sayso_document::{Document, EntityType};

use super::alias::{abbreviates, acronyms, as_acronym, goes_on, shortens};
use super::cluster::Cluster;
use crate::lexicon::{Class, Lexicon};
use crate::names::NameMention;

/// So many bodies that share their first or last word are compared with another.
const BODIES: usize = 200;

/// The clusters after short forms of organisations have moved to their long forms, in order of first
/// mention.
pub(super) fn joined(
    document: &Document,
    lexicon: &Lexicon,
    names: &[NameMention],
    mut all: Vec<Cluster>,
) -> Vec<Cluster> {
    join(document, names, &mut all, lexicon);
    for cluster in &mut all {
        cluster.names.sort_unstable();
    }
    all.retain(|cluster| !cluster.names.is_empty());
    all.sort_by_key(|cluster| cluster.names[0]);
    all
}

/// Moves short forms and acronyms of organisations to their long forms: by brackets ("Institute of
/// Science (IISc)"), legal endings, what a name goes on with, its head alone, and its letters, in
/// this order.
fn join(document: &Document, names: &[NameMention], all: &mut [Cluster], lexicon: &Lexicon) {
    let bodies: Vec<usize> = (0..all.len()).filter(|&c| all[c].kind == EntityType::Organization).collect();
    let bracketed = bracketed(document, names, all);
    let mut by_acronym: FxHashMap<String, usize> = FxHashMap::default();
    let mut by_end: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for &c in &bodies {
        for acronym in acronyms(&all[c].surface) {
            by_acronym.entry(acronym).or_insert(c);
        }
        let (first, last) = ends(&all[c].key);
        for word in [first, last] {
            let list = by_end.entry(word).or_default();
            if list.len() < BODIES {
                list.push(c);
            }
        }
    }
    let mut moves: FxHashMap<usize, usize> = FxHashMap::default();
    for &c in &bodies {
        let short = all[c].key.as_str();
        let (first, last) = ends(short);
        let longer =
            || [first, last].into_iter().filter_map(|word| by_end.get(word)).flatten().copied().filter(|&l| l != c);
        let long = bracketed.get(&c).copied();
        let long = long.or_else(|| longer().find(|&l| shortens(short, &all[l].key)));
        let long = long.or_else(|| only(longer().filter(|&l| goes_on(short, &all[l].key))));
        let long = long.or_else(|| only_long(all, short, by_end.get(short)?, lexicon));
        let long = long.or_else(|| by_acronym.get(&as_acronym(&all[c].surface)?).copied());
        moves.extend(long.filter(|&l| l != c).map(|l| (c, l)));
    }
    for &from in &bodies {
        // A short form of a short form goes to the longest.
        let steps = std::iter::successors(moves.get(&from).copied(), |to| moves.get(to).copied());
        let Some(to) = steps.take(STEPS).last().filter(|&to| to != from) else { continue };
        let names = std::mem::take(&mut all[from].names);
        all[to].names.extend(names);
    }
}

/// A body is followed through at most this many shorter forms.
const STEPS: usize = 4;

/// The item that all of them are; none if two differ or there is none.
fn only(mut all: impl Iterator<Item = usize>) -> Option<usize> {
    let first = all.next()?;
    all.all(|one| one == first).then_some(first)
}

/// Short forms in brackets right behind a long one, or the other way round. The long form's letters
/// must give the short one, unless it is used alone later on.
fn bracketed(document: &Document, names: &[NameMention], all: &[Cluster]) -> FxHashMap<usize, usize> {
    let mut owner = vec![usize::MAX; names.len()];
    for (c, cluster) in all.iter().enumerate() {
        cluster.names.iter().for_each(|&name| owner[name] = c);
    }
    let body = |name: usize| all[owner[name]].kind == EntityType::Organization;
    let mut found = FxHashMap::default();
    for (one, next) in (0..names.len()).zip(1..names.len()) {
        let (before, behind) = (&names[one].tokens, &names[next].tokens);
        let open = behind.start == before.end + 1 && document.word(before.end) == "(";
        if !open || behind.end >= document.tokens().len() || document.word(behind.end) != ")" {
            continue;
        }
        if !body(one) || !body(next) {
            continue;
        }
        let (long, short) = if before.len() >= behind.len() { (one, next) } else { (next, one) };
        let text = |name: usize| names[name].name.of(document.text());
        // "Centre for Rights (Cenidh)": of another language, where it is used alone, too.
        let used = || behind.len() == 1 && all[owner[short]].names.len() > 2;
        let fits = abbreviates(text(short), text(long)) || used();
        if names[short].tokens.len() == 1 && names[long].tokens.len() > 1 && fits {
            found.entry(owner[short]).or_insert(owner[long]);
        }
    }
    found
}

/// The one long name that its head ("the Times"), or its first word ("Norvik" for "Norvik Energy"),
/// can be short for; none if several fit.
fn only_long(all: &[Cluster], short: &str, same_end: &[usize], lexicon: &Lexicon) -> Option<usize> {
    if short.contains(' ') {
        return None;
    }
    let head = lexicon.class(short).is(Class::ORG);
    let own = !lexicon.class(short).is(Class::ORDINARY.or(Class::MIXED));
    let fits = |long: &str| {
        let rest = if head { long.strip_suffix(short) } else { long.strip_prefix(short).filter(|_| own) };
        let of = || long.strip_prefix(short).is_some_and(|rest| rest.starts_with(" of ") || rest.starts_with(" for "));
        rest.is_some_and(|rest| rest.starts_with(' ') || rest.ends_with(' ')) || head && of()
    };
    let mut long = same_end.iter().copied().filter(|&l| fits(&all[l].key));
    let first = long.next()?;
    long.all(|l| l == first).then_some(first)
}

/// The first and last word of a key.
fn ends(key: &str) -> (&str, &str) {
    let mut words = key.split([' ', ',']).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("");
    (first, words.next_back().unwrap_or(first))
}
