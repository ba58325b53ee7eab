//! Several entities that a source may mean together.
//!
//! Either the source lists them, "Ada Lind of Oster and Jon Veld", or it tells of several that were named or spoke before:
//! "they", "both", "the two leaders".

use sayso_document::EntityType;

use super::room::{Room, SPOKE, voiced};
use super::source::Source;
use crate::attribution::values::mentions::Place;
use crate::tags::Tag;
use crate::view::Reading;

/// The most parts of a list.
const LISTED: usize = 6;

/// The persons that a source with "and" names, and the bodies, where there are two to [`LISTED`] of
/// them: "Ada Lind of Oster and Jon Veld". The flag says that the list is clean: all parts are
/// joined by commas and "and", and no verb stands between them.
pub(super) fn lists(room: &Room<'_, '_>, source: &Source) -> Vec<(Vec<usize>, bool)> {
    let (r, cast) = (room.r, room.cast);
    if !source.tokens.clone().any(|i| r.tag(i) == Tag::Cc) {
        return Vec::new();
    }
    let mut lists = Vec::new();
    for kinds in [&[EntityType::Person][..], &[EntityType::Organization, EntityType::Facility]] {
        let of = |place: &&Place<'_>| {
            kinds.contains(&cast.kind_of(place.mention.entity)) && r.tag(place.name_end) != Tag::Pos
        };
        let places: Vec<&Place<'_>> = cast.inside(&source.tokens).take(24).filter(of).collect();
        let mut list: Vec<usize> = Vec::new();
        for place in &places {
            if !list.contains(&place.mention.entity) {
                list.push(place.mention.entity);
            }
        }
        if let [first, .., last] = places.as_slice()
            && (2..=LISTED).contains(&list.len())
        {
            let between = first.tokens.end..last.tokens.start.max(first.tokens.end);
            let verb = |i: usize| matches!(r.tag(i), Tag::Vbd | Tag::Vbz | Tag::Vbp | Tag::Vb | Tag::Wp | Tag::Wdt);
            let joined = places[1..].iter().all(|place| joins(r, place.tokens.start).is_some());
            let clean = joined && joins(r, last.tokens.start) == Some(Tag::Cc) && !between.clone().any(verb);
            lists.push((list, clean));
        }
    }
    lists
}

/// The "and" or comma before the name that begins at `start`, with its titles stepped over: "and
/// her counterpart, Jon Veld". None if the name is joined to nothing.
fn joins(r: &Reading<'_>, start: usize) -> Option<Tag> {
    let title = |i: &usize| matches!(r.tag(*i), Tag::Nnp | Tag::Nn | Tag::Jj | Tag::Prps | Tag::Dt | Tag::Pos);
    if start > 0 && r.is(start - 1, "/") {
        return Some(Tag::Cc);
    }
    let stop = |from: usize| (from.saturating_sub(LISTED + 2)..from).rev().find(|i| !title(i));
    let at = stop(start)?;
    match r.tag(at) {
        Tag::Comma if stop(at).is_some_and(|before| before + 1 < at && r.tag(before) == Tag::Cc) => Some(Tag::Cc),
        tag @ (Tag::Cc | Tag::Comma) => Some(tag),
        _ => None,
    }
}

/// How many mentions back a pair is looked for.
const PAIRED: usize = 60;

/// The last two of one type that "and" joined before a source, "Ada Lind and Jon Oster", and the
/// last two that spoke.
pub(super) fn pairs(room: &Room<'_, '_>, source: &Source) -> Vec<Vec<usize>> {
    let (r, cast) = (room.r, room.cast);
    let joined = near(room, source).windows(2).find_map(|two| {
        let (second, first) = (two[0], two[1]);
        let apart = first.tokens.end <= second.tokens.start && second.tokens.start - first.tokens.end <= 8;
        let and = apart && (first.tokens.end..second.tokens.start).any(|i| r.is(i, "and"));
        let (one, other) = (first.mention.entity, second.mention.entity);
        (and && one != other && cast.kind_of(one) == cast.kind_of(other)).then(|| vec![one, other])
    });
    let answers = room.answered.iter().rev().take(SPOKE).filter(|answer| answer.entities.len() == 1);
    let spoke = two(answers.map(|answer| answer.entities[0]));
    joined.into_iter().chain(spoke).collect()
}

/// The names before a source, the last first.
fn near<'r>(room: &'r Room<'_, '_>, source: &Source) -> Vec<&'r Place<'r>> {
    let cast = room.cast;
    let before = cast.places().partition_point(|place| place.tokens.start < source.at);
    let named = |place: &&Place<'_>| place.mention.name.is_some() && voiced(cast.kind_of(place.mention.entity));
    cast.places()[..before].iter().rev().take(PAIRED).filter(named).collect()
}

/// The first two different ones of what is read backwards, in the order of the text.
fn two(mut backwards: impl Iterator<Item = usize>) -> Option<Vec<usize>> {
    let second = backwards.next()?;
    let first = backwards.find(|&one| one != second)?;
    Some(vec![first, second])
}

/// The most tokens between two persons that "and" joins.
const BETWEEN: usize = 12;

/// Two persons, where a source tells of two: "President Ada Lind of Oster and Prime Minister Jon Veld", or else the only
/// two that have spoken.
pub(super) fn two_persons(room: &Room<'_, '_>, source: &Source) -> Option<Vec<usize>> {
    let (r, cast) = (room.r, room.cast);
    let mut persons = near(room, source);
    persons.retain(|place| cast.kind_of(place.mention.entity) == EntityType::Person);
    let parts = |i: usize| matches!(r.tag(i), Tag::Vbd | Tag::Vbz | Tag::Vbp | Tag::Stop | Tag::Colon | Tag::Comma);
    let joined = persons.windows(2).find_map(|two| {
        let (first, second) = (two[1], two[0]);
        let between = first.name_end..second.tokens.start;
        let and = between.len() <= BETWEEN && between.clone().any(|i| r.is(i, "and")) && !between.clone().any(parts);
        let other = first.mention.entity != second.mention.entity;
        (and && other).then(|| vec![first.mention.entity, second.mention.entity])
    });
    let spoke = || Some(room.voices.clone()).filter(|voices| voices.len() == 2);
    let person = |&entity: &usize| cast.kind_of(entity) == EntityType::Person;
    joined.or_else(spoke).filter(|two| two.iter().all(person))
}
