//! From the words of a source to the entities that they name, by rules: the mention at its head,
//! what a pronoun or description stands for, an apposition, the issuer of a document.
//!
//! The rules decide nothing. [`who`](super::who) offers what they find beside all other entities,
//! and its model hears which rule named each.

use std::ops::Range;

use sayso_document::EntityType;

use super::issuer::{self, is_document};
use super::mentions::{Cast, Place, Speaker};
use crate::lexicon::List;
use crate::tags::Tag;
use crate::view::Reading;

/// What the confidence of the likeliest entity is multiplied by where the words may stand for none.
const GUESSED: f32 = 0.8;
/// The least confidence of a likeliest entity that is no person.
const LEAST: f32 = 0.1;
/// Within this many tokens an article introduces persons by description and names them later.
pub(super) const LEAD: usize = 120;

/// The entities that can speak, each once, and the lowest confidence of all. Peoples, events and
/// products have no voice.
pub(super) fn voiced(cast: &Cast<'_>, found: Vec<Speaker>) -> (Vec<usize>, f32) {
    let mut speakers: Vec<usize> = Vec::new();
    let mut sure = 1.0_f32;
    for (entity, so_sure) in found {
        sure = sure.min(so_sure);
        // Peoples, events and products have no voice of their own.
        let voiceless = matches!(cast.kind_of(entity), EntityType::Norp | EntityType::Event | EntityType::Product);
        if !voiceless && !speakers.contains(&entity) {
            speakers.push(entity);
        }
    }
    let sure = if speakers.is_empty() { 0.0 } else { sure };
    (speakers, sure)
}

/// The entities that the first rule finds, in the order: relative pronoun, pronoun, issuer of a
/// document, heads of the phrase, apposition, part of a body, description. Empty if no rule finds
/// any.
pub(super) fn found(r: &Reading<'_>, cast: &Cast<'_>, source: &Range<usize>) -> Vec<Speaker> {
    let first = source.start;
    if matches!(r.tag(first), Tag::Wp | Tag::Wdt) || r.is(first, "that") && source.len() == 1 {
        return antecedent(r, cast, first);
    }
    if source.len() == 1 && is_pronoun(r.lower(first)) {
        return pronoun(r, cast, first).into_iter().collect();
    }
    let (phrase, rest) = head_phrase(r, cast, source);
    let issuers = issuer::issuers(r, cast, &phrase, &rest, LEAD);
    if !issuers.is_empty() {
        return issuers;
    }
    let heads = by_head(r, cast, &phrase);
    if !heads.is_empty() {
        return heads;
    }
    if let Some(named) = apposed(r, cast, &rest).or_else(|| called(r, cast, &phrase, &rest)) {
        return vec![named];
    }
    // "The nominee and his aides": the first of them speaks for all.
    let first = phrase.start..phrase.clone().find(|&i| r.tag(i) == Tag::Cc).unwrap_or(phrase.end);
    by_description(r, cast, &phrase).or_else(|| by_description(r, cast, &first)).into_iter().collect()
}

/// Whether the word, in lower case, is a personal or possessive pronoun of the third person.
fn is_pronoun(word: &str) -> bool {
    matches!(word, "he" | "she" | "it" | "they" | "his" | "her" | "its" | "their" | "him" | "them" | "hers")
}

/// What a pronoun stands for: its mention, or else the likeliest entity, but not for "they", which
/// mostly means no one with a name.
pub(super) fn pronoun(r: &Reading<'_>, cast: &Cast<'_>, token: usize) -> Option<Speaker> {
    let told = cast.headed_by(token).map(speaker);
    let guess = || guess(cast, token);
    if r.lower(token).starts_with("th") { told } else { told.or_else(guess) }
}

/// The likeliest entity of words that may stand for none, with its confidence lowered by
/// [`GUESSED`].
pub(super) fn guess(cast: &Cast<'_>, token: usize) -> Option<Speaker> {
    let person = |entity| cast.kind_of(entity) == EntityType::Person;
    cast.guess(token)
        .filter(|&(entity, sure)| person(entity) || sure >= LEAST)
        .map(|(entity, sure)| (entity, sure * GUESSED))
}

/// The entity of a mention.
fn speaker(place: &Place<'_>) -> Speaker {
    (place.mention.entity, place.sure)
}

/// What a relative pronoun stands for: the mention that ends right before it ("Orlek, who said").
/// "Who" also looks up to twelve tokens back for a person.
pub(super) fn antecedent(r: &Reading<'_>, cast: &Cast<'_>, pronoun: usize) -> Vec<Speaker> {
    let unit = r.unit(pronoun);
    let Some(last) = (unit.start..pronoun).rev().take(2).find(|&i| r.tag(i) != Tag::Comma) else { return Vec::new() };
    let near = cast.over(last);
    let person = |place: &&Place<'_>| cast.kind_of(place.mention.entity) == EntityType::Person;
    let found = if r.is(pronoun, "who") {
        // Not in "the Varrin aide who": there the name only modifies a noun.
        let modifies = |i: &usize| matches!(r.tag(i + 1), Tag::Nn | Tag::Nns | Tag::Nnp | Tag::Pos);
        let back = (unit.start.max(pronoun.saturating_sub(12))..pronoun).rev().filter(|i| !modifies(i));
        near.filter(person).or_else(|| back.filter_map(|i| cast.headed_by(i)).find(person))
    } else {
        near
    };
    found.map(|place| (place.mention.entity, place.sure * 0.9)).into_iter().collect()
}

/// The first noun phrase of a source, with all that "and" joins to it, and what follows: of "the
/// head of the port", "the head" and "of the port".
pub(super) fn head_phrase(r: &Reading<'_>, cast: &Cast<'_>, source: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let ends = |i: usize| {
        matches!(
            r.tag(i),
            Tag::Comma | Tag::In | Tag::To | Tag::Wp | Tag::Wdt | Tag::Open | Tag::Vbn | Tag::Vbd | Tag::Colon
        ) && r.quotation_at(i).is_none()
            && !r.is(i, "/")
    };
    // "The Alliance to Save Schools": function words inside a name do not end the phrase.
    let named = |i: usize| cast.over(i).is_some_and(|place| place.tokens.start < i && i + 1 < place.name_end);
    let mut end = (source.start + 1..source.end).find(|&i| ends(i) && !named(i)).unwrap_or(source.end);
    // A list: "Smith, Jones and Brown", "Smith, R-Ohio, and Brown".
    let list = r.tag(end) == Tag::Comma
        && end < source.end
        && (end..source.end).any(|i| r.tag(i) == Tag::Cc && r.tag(i + 1) == Tag::Nnp)
        && r.tag(end + 1) == Tag::Nnp;
    if list {
        end = source.end;
    }
    (source.start..end, end..source.end)
}

/// The mentions that end the parts of a noun phrase; parts are separated by "and" and commas.
pub(super) fn by_head(r: &Reading<'_>, cast: &Cast<'_>, phrase: &Range<usize>) -> Vec<Speaker> {
    let mut found = Vec::new();
    let mut from = phrase.start;
    for part_end in phrase.clone().filter(|&i| matches!(r.tag(i), Tag::Cc | Tag::Comma)).chain([phrase.end]) {
        let inside = cast.over(part_end).is_some_and(|place| place.tokens.start < part_end && part_end < phrase.end);
        if part_end > from && !inside {
            let mut last = part_end - 1;
            if r.tag(last) == Tag::Pos && last > from {
                last -= 1;
            }
            let part = from..last + 1;
            let headed = cast.headed_by(last).filter(|place| !only_place(r, cast, place, &part));
            found.extend(headed.map(speaker).or_else(|| body_before(r, cast, &part)));
        }
        from = part_end + 1;
    }
    found
}

/// Whether a place only tells a member's state, as in "R-Ohio", and so speaks for no one.
fn only_place(r: &Reading<'_>, cast: &Cast<'_>, place: &Place<'_>, part: &Range<usize>) -> bool {
    cast.kind_of(place.mention.entity) == EntityType::Place
        && (part.len() <= 2 && (r.lower(part.start).starts_with("r-") || r.lower(part.start).starts_with("d-")))
}

/// A body whose name stands before what it is: "the Tidewater newspaper chain".
fn body_before(r: &Reading<'_>, cast: &Cast<'_>, part: &Range<usize>) -> Option<Speaker> {
    let last = part.end - 1;
    let sort = List::BodySorts.has(r.lower(last));
    let mut name = last;
    while name > part.start && matches!(r.tag(name), Tag::Nn | Tag::Jj) {
        name -= 1;
    }
    let place = cast.headed_by(name).filter(|place| sort && name < last && place.tokens.start >= part.start)?;
    let body = matches!(cast.kind_of(place.mention.entity), EntityType::Organization | EntityType::Product);
    body.then_some((place.mention.entity, place.sure * 0.9))
}

/// The person whose name follows in apposition: "a lawyer for the paper, Nils Harth,".
pub(super) fn apposed(r: &Reading<'_>, cast: &Cast<'_>, rest: &Range<usize>) -> Option<Speaker> {
    let comma = rest.clone().find(|&i| r.tag(i) == Tag::Comma)?;
    let place = cast.over(comma + 1).filter(|place| place.tokens.start == comma + 1 && comma + 1 < rest.end)?;
    let person = place.mention.name.is_some() && cast.kind_of(place.mention.entity) == EntityType::Person;
    person.then(|| speaker(place))
}

/// The body whose name follows in apposition: "the buyer, Norden Drinks,".
pub(super) fn body_apposed(r: &Reading<'_>, cast: &Cast<'_>, rest: &Range<usize>) -> Option<Speaker> {
    let comma = rest.clone().find(|&i| r.tag(i) == Tag::Comma)?;
    let place = cast.over(comma + 1).filter(|place| place.tokens.start == comma + 1 && comma + 1 < rest.end)?;
    let ends = place.name_end >= rest.end || r.tag(place.name_end) == Tag::Comma;
    let body = matches!(cast.kind_of(place.mention.entity), EntityType::Organization | EntityType::Facility);
    (place.mention.name.is_some() && body && ends).then(|| speaker(place))
}

/// The body that a part of it speaks for: "a panel of the Appeals Court".
pub(super) fn called(r: &Reading<'_>, cast: &Cast<'_>, phrase: &Range<usize>, rest: &Range<usize>) -> Option<Speaker> {
    let part = List::BodyParts.has(r.lower(phrase.end.saturating_sub(1)));
    let linked = part && r.is(rest.start, "of") && !rest.is_empty();
    let place = cast.inside(rest).find(|place| linked && place.tokens.start <= rest.start + 3)?;
    let body = cast.kind_of(place.mention.entity) == EntityType::Organization;
    body.then_some((place.mention.entity, place.sure * 0.85))
}

/// The entity that a description means: by titles and names that fit, or for "the …" the entity of
/// its sort that the article speaks of most. "A judge" may be someone named later only within the
/// first [`LEAD`] tokens.
pub(super) fn by_description(r: &Reading<'_>, cast: &Cast<'_>, phrase: &Range<usize>) -> Option<Speaker> {
    let (first, last) = (phrase.start, phrase.end.checked_sub(1)?);
    let opening = r.lower(first);
    let definite = matches!(opening, "the" | "this" | "that");
    let bare = matches!(r.tag(first), Tag::Nn | Tag::Nnp | Tag::Jj);
    let new = matches!(opening, "a" | "an") || bare;
    let single = matches!(r.tag(last), Tag::Nn | Tag::Nnp | Tag::Pos);
    if !single || is_document(r.lower(last)) || !(definite || new && first < LEAD) {
        return None;
    }
    cast.described(r, phrase).or_else(|| cast.prominent(r, last).filter(|_| definite))
}
