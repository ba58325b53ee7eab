//! Names of organisations that the tagger misses, found by the words beside them: "the advocacy
//! group Clear Water" by the noun before it, "Business Tide said" by the verb behind it. Only names
//! of two to five words are taken, and then marked wherever they stand.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_document::EntityType;

use super::tagged::Tagged;
use super::words::Words;
use crate::lexicon::Class;

/// The confidence of such a name.
const SURE: f32 = 0.6;
/// The most words of such a name.
const LONGEST: usize = 5;

/// Adds such names to what was tagged. One whose last word is a known surname is a person.
pub(super) fn called(words: &Words, mut tagged: Vec<Tagged>) -> Vec<Tagged> {
    let count = words.document.tokens().len();
    let mut taken = vec![false; count + 1];
    tagged.iter().for_each(|one| taken[one.tokens.clone()].fill(true));
    let sentence = |i: usize| words.document.sentence_of_token(i);
    let run = |at: usize| {
        let part = |&i: &usize| {
            words.capital(i) && !taken[i] && !words.is(i, Class::TIME.or(Class::TITLE)) && sentence(i) == sentence(at)
        };
        at..(at..count.min(at + LONGEST)).take_while(part).last().map_or(at, |last| last + 1)
    };
    let sort = |i: usize| words.is(i, Class::ORG) && !words.capital(i) && !words.is(i, Class::TITLE);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let says = |i: usize| words.is(i, Class::SAY) && !words.capital(i);
    let told = |at: usize| at > 1 && words.text(at - 1) == "to" && words.text(at - 2).eq_ignore_ascii_case("according");
    let common = Class::TITLE.or(Class::NORP_WORD).or(Class::NOT_NAME).or(Class::FIRST_NAME).or(Class::HONORIFIC);
    // "Business Tide said", "according to the Tide Index": who says something has a name.
    let speaks = |name: &Range<usize>| {
        let (from, last) = (name.start, name.end - 1);
        let the = words.text(from.wrapping_sub(1)).eq_ignore_ascii_case("the");
        let free = the || !words.forced(from) || !words.is(from, Class::ORDINARY);
        let beside = says(name.end) || told(from) || the && told(from - 1);
        beside && free && !words.is(last, common) && !words.is(from, common)
    };
    for at in (0..count).filter(|&at| words.capital(at) && !taken[at] && !words.in_title(at)) {
        if at > 0 && words.capital(at - 1) && sentence(at - 1) == sentence(at) {
            continue;
        }
        let name = run(at);
        let called = at > 0 && sort(at - 1) && sentence(at - 1) == sentence(at);
        // What goes on behind the run is no whole name.
        if name.len() > 1 && !words.capital(name.end) && (called || speaks(&name)) {
            known.insert(words.folded(name.start, name.end).into_owned(), name.len());
            found.push(name);
        }
    }
    if found.is_empty() {
        return tagged;
    }
    let behind = found.clone();
    for at in (0..count).filter(|&at| words.capital(at) && !taken[at]) {
        let name = run(at);
        let begins = at == 0 || !words.capital(at - 1) || taken[at - 1];
        let same = known.get(&*words.folded(name.start, name.end)) == Some(&name.len());
        if begins && same && behind.binary_search_by_key(&at, |name| name.start).is_err() {
            found.push(name);
        }
    }
    // Who bears the surname of somebody is a person.
    let persons = tagged.iter().filter(|one| one.kind == EntityType::Person && one.tokens.len() > 1);
    let surnames: FxHashSet<_> = persons.map(|one| words.folded(one.tokens.end - 1, one.tokens.end)).collect();
    let kind = |name: &Range<usize>| match surnames.contains(&words.folded(name.end - 1, name.end)) {
        true => EntityType::Person,
        false => EntityType::Organization,
    };
    let found = found.into_iter().map(|tokens| Tagged { kind: kind(&tokens), tokens, confidence: SURE });
    tagged.extend(found.collect::<Vec<_>>());
    tagged.sort_by_key(|one| one.tokens.start);
    tagged
}
