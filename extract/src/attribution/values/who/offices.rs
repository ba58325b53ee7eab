//! Offices of one word that differ: "the mayor" is not the deputy mayor, where there is a mayor.

use sayso_document::EntityType;

use super::room::Room;
use super::source::{Kind, Source};
use crate::attribution::values::mentions::Place;

/// Words that make another office of one, sorted.
const OTHER: [&str; 10] =
    ["assistant", "associate", "deputy", "ex", "former", "junior", "prime", "retired", "under", "vice"];

/// So many places of an office are looked at, before and after.
const PLACES: usize = 24;

/// Who holds the office that a source tells of.
#[derive(Debug, Default)]
pub(super) struct Office {
    /// The one who holds it, where there is one.
    pub(super) held: Option<usize>,
    /// Those who hold another of the same name: a deputy, or a predecessor.
    pub(super) barred: Vec<usize>,
}

/// Who holds the office that a description tells of, by titles before names and in apposition. Nobody is barred where
/// the article names none who holds it.
pub(super) fn of(room: &Room<'_, '_>, source: &Source) -> Office {
    let r = room.r;
    let single = matches!(source.kind, Kind::Definite | Kind::Bare) && !source.plural && !source.joined;
    let Some(nouns) = room.nouns.get(&source.noun).filter(|_| single && source.noun != 0) else {
        return Office::default();
    };
    let other = |at: usize| at > 0 && OTHER.binary_search(&r.lower(at - 1)).is_ok();
    let mine = other(source.phrase.end - 1);
    let at = nouns.partition_point(|&at| (at as usize) < source.at);
    let near = nouns[..at].iter().rev().take(PLACES).chain(nouns[at..].iter().take(PLACES));
    let (mut held, mut barred): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for place in near.map(|&place| place as usize) {
        if let Some(holder) = holder(room, place) {
            let list = if other(place) == mine { &mut held } else { &mut barred };
            if !list.contains(&holder) {
                list.push(holder);
            }
        }
    }
    barred.retain(|one| !held.contains(one) && !held.is_empty());
    Office { held: held.first().copied().filter(|_| held.len() == 1), barred }
}

/// The person whose title a noun is: "Mayor Ines Calloway", "Ines Calloway, the mayor of Kessel,".
fn holder(room: &Room<'_, '_>, at: usize) -> Option<usize> {
    let (r, cast) = (room.r, room.cast);
    let person = |entity: usize| cast.kind_of(entity) == EntityType::Person;
    let named = |token: usize| {
        let place = cast.over(token).filter(|place| place.mention.name.is_some() && person(place.mention.entity))?;
        Some(place.clone())
    };
    let name_start = |place: &Place<'_>| place.mention.name.map_or(place.tokens.start, |name| r.token_at(name.start()));
    if let Some(place) = named(at + 1).filter(|place| name_start(place) == at + 1) {
        return Some(place.mention.entity);
    }
    let start = (at.saturating_sub(5)..at).rev().find(|&i| r.is(i, ","))?;
    let phrase = (start + 1..at).all(|i| r.tag(i).in_phrase());
    let place = named(start.checked_sub(1)?).filter(|place| phrase && place.name_end == start)?;
    Some(place.mention.entity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(OTHER.is_sorted());
    }
}
