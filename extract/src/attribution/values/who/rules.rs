//! What the rules say of a source: which entities they name, and which they would take.
//!
//! Rules only offer. The model sees which of them speaks for an entity, and decides.

use std::collections::BTreeMap;

use sayso_document::EntityType;

use super::room::Room;
use super::source::{Kind, Source};
use crate::attribution::values::mentions::{Place, Speaker};
use crate::attribution::values::{issuer, speaker};
use crate::tags::Tag;

/// The rules, as bits of what speaks for an entity: it is named by the head of the source.
pub(crate) const HEAD: u32 = 1;
/// It issued the document that the source names.
pub(crate) const ISSUER: u32 = 1 << 1;
/// It is named in apposition.
pub(crate) const APPOSED: u32 = 1 << 2;
/// Its titles fit the description.
pub(crate) const DESCRIBED: u32 = 1 << 3;
/// It stands before a relative pronoun.
pub(crate) const ANTECEDENT: u32 = 1 << 4;
/// A pronoun stands for it.
pub(crate) const TOLD: u32 = 1 << 5;
/// It is the likeliest one, where the words may stand for none.
pub(crate) const GUESSED: u32 = 1 << 6;
/// The rules would answer it.
pub(crate) const USUAL: u32 = 1 << 7;

/// What the rules say of a source.
pub(super) struct Ruled {
    /// Which rules name an entity, and how sure the surest is.
    pub(super) of: BTreeMap<usize, (u32, f32)>,
    /// What the first rule that names any takes.
    pub(super) usual: Vec<Speaker>,
}

impl Ruled {
    /// Notes what a rule found; the first rule that finds any is what the rules take.
    fn add(&mut self, rule: u32, found: Vec<Speaker>) {
        for &(entity, sure) in &found {
            let known = self.of.entry(entity).or_default();
            *known = (known.0 | rule, known.1.max(sure));
        }
        if self.usual.is_empty() {
            self.usual = found;
        }
    }

    /// Notes what a rule found that the rules themselves would not take.
    fn note(&mut self, rule: u32, found: Option<Speaker>) {
        let usual = self.usual.clone();
        self.add(rule, found.into_iter().collect());
        self.usual = usual;
    }
}

/// Which rules name which entities.
pub(super) fn ruled(room: &Room<'_, '_>, source: &Source) -> Ruled {
    let (r, cast) = (room.r, room.cast);
    let mut ruled = Ruled { of: BTreeMap::new(), usual: Vec::new() };
    if source.tokens.is_empty() {
        return ruled;
    }
    let first = source.tokens.start;
    if source.kind == Kind::Relative {
        ruled.add(ANTECEDENT, speaker::antecedent(r, cast, first));
        return ruled;
    }
    if source.kind.is_pronoun() {
        let told = cast.headed_by(first).map(|place| (place.mention.entity, place.sure));
        ruled.note(TOLD, told);
        ruled.note(GUESSED, cast.guess(first));
        if source.kind == Kind::FirstPerson && r.quotation_at(first).is_none() {
            ruled.add(0, room.author.map(|author| (author, 1.0)).into_iter().collect());
        }
        ruled.add(0, speaker::found(r, cast, &source.tokens));
        return ruled;
    }
    let (phrase, rest) = (&source.phrase, &source.rest);
    if room.answers(source) {
        ruled.add(GUESSED, room.interviewed.map(|entity| (entity, 0.9)).into_iter().collect());
    }
    ruled.add(ISSUER, written_by(room, source));
    ruled.add(ISSUER, issuer::issuers(r, cast, phrase, rest, speaker::LEAD));
    ruled.add(HEAD, speaker::by_head(r, cast, phrase));
    let apposed = speaker::apposed(r, cast, rest).or_else(|| speaker::called(r, cast, phrase, rest));
    ruled.add(APPOSED, apposed.into_iter().collect());
    ruled.add(APPOSED, speaker::body_apposed(r, cast, rest).into_iter().collect());
    ruled.add(GUESSED, aged(room, source).into_iter().collect());
    let part = phrase.start..phrase.clone().find(|&i| r.tag(i) == Tag::Cc).unwrap_or(phrase.end);
    let described = speaker::by_description(r, cast, phrase).or_else(|| speaker::by_description(r, cast, &part));
    ruled.add(DESCRIBED, described.into_iter().collect());
    ruled.note(DESCRIBED, cast.described(r, &part));
    ruled.note(GUESSED, cast.guess(phrase.end - 1));
    ruled
}

/// So many answers back the one that quotes a document is looked for.
const QUOTED: usize = 24;

/// Who said something in a document before: "In the letter, Lind warned …" tells who speaks in "the letter says".
fn written_by(room: &Room<'_, '_>, source: &Source) -> Vec<Speaker> {
    let r = room.r;
    let known = matches!(r.lower(source.at), "the" | "this" | "that");
    let Some(nouns) = room.nouns.get(&source.noun).filter(|_| source.document && known && source.tokens.len() == 2)
    else {
        return Vec::new();
    };
    let before = nouns.partition_point(|&at| (at as usize) < source.at);
    let quoted = nouns[..before].iter().rev().take(4).find_map(|&noun| {
        let noun = noun as usize;
        let start = (noun.saturating_sub(4)..noun).rev().take_while(|&i| r.tag(i).in_phrase()).last()?;
        let within = start > 0 && r.is(start - 1, "in") && r.sentence_of(start - 1) == r.sentence_of(noun);
        let here = |at: usize| r.sentence_of(at) == r.sentence_of(noun);
        let answers = room.answered.iter().rev().take(QUOTED);
        answers.into_iter().find(|one| within && here(one.at) && !one.entities.is_empty())
    });
    quoted.map(|one| one.entities.iter().map(|&entity| (entity, 0.8)).collect()).unwrap_or_default()
}

/// How many mentions back a person is looked for.
const PERSONS: usize = 30;

/// Who is meant by an age: "the 78-year-old". The last person whom the writer names, but none of another age.
pub(super) fn aged(room: &Room<'_, '_>, source: &Source) -> Option<Speaker> {
    let (r, cast) = (room.r, room.cast);
    let last = source.phrase.end.checked_sub(1)?;
    let age = r.lower(last).strip_suffix("-year-old").filter(|age| age.bytes().all(|b| b.is_ascii_digit()))?;
    if source.tokens.len() != 2 || !r.is(source.at, "the") {
        return None;
    }
    let before = cast.places().partition_point(|place| place.tokens.start < source.at);
    let near = cast.places()[..before].iter().rev().take(PERSONS);
    let person = |place: &&Place<'_>| {
        let near = r.sentence_of(source.at) - r.sentence_of(place.tokens.start) <= 3;
        near && cast.kind_of(place.mention.entity) == EntityType::Person && !room.told[place.tokens.start]
    };
    let other = |entity: usize| {
        let names = room.mentions[entity].iter().take(PERSONS).map(|&at| room.place(at).name_end);
        let stated = |end: usize| r.is(end, ",") && r.tag(end + 1) == Tag::Cd && !r.is(end + 1, age);
        names.into_iter().any(stated)
    };
    near.filter(person).map(|place| place.mention.entity).find(|&entity| !other(entity)).map(|entity| (entity, 0.8))
}
