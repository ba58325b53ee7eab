//! The entities that a source may mean.
//!
//! Offers are entities that the rules name, that stand in the source, that were mentioned shortly
//! before or after, that spoke last, or that the article names most; besides, several of them
//! together, and nobody. An entity that is not offered cannot be chosen, so the window is wide; its
//! size is fixed, so the cost per source is too.

use std::collections::BTreeMap;

use sayso_document::{EntityType, Patience};

use super::offices::{self, Office};
use super::room::{Room, SPOKE, voiced};
use super::rules::ruled;
use super::source::{Kind, Source};
use super::together::{lists, pairs, two_persons};
use crate::attribution::values::mentions::{Place, Speaker};
use crate::attribution::values::speaker;

/// The most single entities that are offered for one source.
const MOST: usize = 28;
/// How many different entities are taken from the mentions before the source …
const BEFORE: usize = 14;
/// … and from those behind it …
const AFTER: usize = 6;
/// … looking through this many mentions on either side.
const DEPTH: usize = 240;
/// What is offered for one source.
#[derive(Debug)]
pub(crate) struct Offers {
    /// The entities of each; the first is nobody.
    pub(crate) list: Vec<Vec<usize>>,
    /// The position of what the rules take; 0 where they take nobody.
    pub(crate) usual: usize,
    /// How sure the rules are of it, from 0 to 1.
    pub(crate) sure: f32,
    /// Which rules name an entity, and how sure the surest is.
    pub(crate) ruled: BTreeMap<usize, (u32, f32)>,
    /// Two that were last named side by side, and the last two that spoke.
    pub(crate) pairs: Vec<Vec<usize>>,
    /// Those who hold another office than the one that the source tells of.
    pub(crate) barred: Vec<usize>,
    /// All persons that the source names, and all bodies, where there are several; and whether no verb parts them.
    pub(crate) lists: Vec<(Vec<usize>, bool)>,
}

/// What is offered for a source.
pub(crate) fn offers(room: &Room<'_, '_>, source: &Source, patience: &Patience<'_>) -> Option<Offers> {
    let (r, cast) = (room.r, room.cast);
    let ruled = ruled(room, source);
    let lists = lists(room, source);
    let pairs = if source.means_several(r) { pairs(room, source) } else { Vec::new() };
    let office = offices::of(room, source);
    let (usual, sure) = usual(room, source, ruled.usual, &lists, &pairs, &office);
    let (ruled, barred) = (ruled.of, office.barred);
    let mut list: Vec<usize> = Vec::with_capacity(MOST);
    let mut add = |entity: usize, always: bool| {
        if (always || voiced(cast.kind_of(entity)) && list.len() < MOST) && !list.contains(&entity) {
            list.push(entity);
        }
    };
    usual.iter().for_each(|&entity| add(entity, true));
    let inside: Vec<usize> = cast.inside(&source.tokens).take(24).map(|place| place.mention.entity).collect();
    inside.iter().take(12).for_each(|&entity| add(entity, false));
    ruled.keys().for_each(|&entity| add(entity, false));
    let spoke = room.answered.iter().rev().take(SPOKE).flat_map(|answer| &answer.entities);
    spoke.for_each(|&entity| add(entity, false));
    let places = cast.places();
    let at = places.partition_point(|place| place.tokens.start < source.at);
    patience.spend(DEPTH / 4)?;
    let mut near = |places: &mut dyn Iterator<Item = &Place<'_>>, most: usize| {
        let mut found = Vec::new();
        for place in places.take(DEPTH).filter(|place| voiced(cast.kind_of(place.mention.entity))) {
            if found.len() < most && !found.contains(&place.mention.entity) {
                found.push(place.mention.entity);
                add(place.mention.entity, false);
            }
        }
    };
    near(&mut places[..at].iter().rev(), BEFORE);
    near(&mut places[at..].iter().filter(|place| place.tokens.start >= source.tokens.end), AFTER);
    room.named_most.iter().for_each(|&entity| add(entity, false));
    let mut offers: Vec<Vec<usize>> = vec![Vec::new()];
    offers.extend(list.iter().map(|&entity| vec![entity]));
    let mut several = vec![usual.clone()];
    if source.kind == Kind::They || source.kind == Kind::OtherPronoun || source.plural {
        several.extend(room.answered.iter().rev().take(2).map(|answer| answer.entities.clone()));
    }
    several.extend(lists.iter().map(|(list, _)| list.clone()));
    several.extend(pairs.iter().cloned());
    let all = once_each(inside.into_iter().filter(|&entity| voiced(cast.kind_of(entity))));
    if all.len() <= 5 {
        several.push(all);
    }
    for one in several {
        if one.len() > 1 && !offers.contains(&one) {
            offers.push(one);
        }
    }
    let usual = offers.iter().position(|offer| *offer == usual).unwrap_or(0);
    Some(Offers { list: offers, usual, sure, ruled, pairs, barred, lists })
}

/// Who the rules take, and how sure they are, where several are known or the office is another's.
fn usual(
    room: &Room<'_, '_>,
    source: &Source,
    found: Vec<Speaker>,
    lists: &[(Vec<usize>, bool)],
    pairs: &[Vec<usize>],
    office: &Office,
) -> (Vec<usize>, f32) {
    let (mut usual, mut sure) = speaker::voiced(room.cast, found);
    if usual.iter().any(|entity| office.barred.contains(entity)) {
        usual = office.held.filter(|_| usual.len() == 1).into_iter().collect();
    }
    // "Ada Lind of Oster and Jon Veld": the rules see the first alone.
    let joined = |list: &[usize]| usual.len() == 1 && list.first() == usual.first();
    if let Some((list, _)) = lists.iter().find(|(list, clean)| *clean && joined(list)) {
        usual.clone_from(list);
    }
    // "The two leaders": those who were named or spoke side by side.
    if usual.len() < 2 && source.means_two(room.r) {
        let persons = |two: &&Vec<usize>| two.iter().all(|&one| room.kind_of(one) == EntityType::Person);
        let side_by_side = pairs.iter().find(persons).cloned();
        if let Some(two) = side_by_side.or_else(|| two_persons(room, source)).or_else(|| pairs.first().cloned()) {
            usual = two;
            sure = sure.max(0.8);
        }
    }
    (usual, sure)
}

/// Each of a few entities once, in order.
fn once_each(entities: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all = Vec::new();
    for entity in entities {
        if !all.contains(&entity) {
            all.push(entity);
        }
    }
    all
}
