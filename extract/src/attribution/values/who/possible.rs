//! Which of the offers for a source are possible at all, and which one is settled: what grammar and layout rule out, no
//! weight brings back.

use sayso_document::EntityType;

use super::offers::Offers;
use super::room::Room;
use super::rules::{APPOSED, aged};
use super::source::{Kind, Source};
use super::view::{Inside, View};
use crate::tags::Tag;
use crate::view::Reading;

/// Which offers are possible at all.
pub(super) fn possible(
    room: &Room<'_, '_>,
    source: &Source,
    offers: &Offers,
    entities: &[usize],
    views: &[View],
) -> Vec<bool> {
    let mentioned = |view: &View| view.inside > 0;
    // Which of those who share a name is meant by it was found out before, by titles and kin.
    let full = |view: &View| view.inside == Inside::Head as u32 && view.full & 1 == 1;
    let named = matches!(source.kind, Kind::FullPerson | Kind::ShortPerson) && views.iter().any(full);
    // "Her husband, the director Jon Veld": whatever comes before the name, it is his.
    let apposed = |view: &View| {
        let place = view.inside == Inside::Apposed as u32 || view.inside == Inside::Last as u32;
        place && view.ends == 2 && view.kind == EntityType::Person as u32
    };
    let single = !source.kind.is_pronoun() && !source.joined && !source.plural;
    let named = named || single && views.iter().any(apposed);
    // "PRESENTER:" is none of those whom other labels name.
    let label = room.is_label(source);
    let labelled = label && views.iter().any(mentioned);
    // "Lind's son" is not Lind, and nobody else of whom nothing tells that.
    let owned = source.kin && source.kind == Kind::NamedBefore;
    let written = written(room, source);
    let aged = aged(room, source).map(|(entity, _)| entity);
    let is_possible = |entity: &usize| {
        let Some(view) = entities.iter().position(|e| e == entity).map(|at| &views[at]) else {
            return !named && !matches!(source.kind, Kind::Definite | Kind::Bare);
        };
        match source.kind {
            _ if room.asks(source) => room.interviewed != Some(*entity),
            _ if room.answers(source) && room.interviewed.is_some() => room.interviewed == Some(*entity),
            _ if labelled => mentioned(view),
            _ if label => !room.labelled.contains(entity),
            _ if owned => view.inside != Inside::Owner as u32 && view.tie < 4,
            _ if named => mentioned(view),
            Kind::FirstPerson if written && room.author.is_some() => room.author == Some(*entity),
            Kind::Definite if aged == Some(*entity) => true,
            Kind::Definite | Kind::Bare => view.tied() && !is_another(source, view) && !offers.barred.contains(entity),
            _ => true,
        }
    };
    let usual = &offers.list[offers.usual];
    let paired = |offer: &Vec<usize>| {
        offer.len() > 1 && (offers.pairs.contains(offer) || offer == usual && source.means_two(room.r))
    };
    offers.list.iter().map(|offer| offer.iter().all(is_possible) || paired(offer)).collect()
}

/// Whether a source is "I" outside of what anyone says: whoever wrote the article.
fn written(room: &Room<'_, '_>, source: &Source) -> bool {
    source.tokens.len() == 1 && room.r.is(source.at, "i") && !room.told[source.at]
}

/// Whether a source means two known persons whatever else it may be: "the couple", "the two", "the two leaders".
fn tells_two(r: &Reading<'_>, source: &Source) -> bool {
    let person = |lower: &str| {
        let plurals =
            ["candidates", "friends", "lawmakers", "leaders", "men", "ministers", "presidents", "senators", "women"];
        plurals.contains(&lower)
    };
    let known = r.is(source.at, "the") && matches!(r.lower(source.at + 1), "two" | "pair" | "couple" | "duo");
    known && (source.tokens.len() == 2 || source.tokens.len() == 3 && person(r.lower(source.at + 2)))
}

/// The position of the offer that layout or grammar settles, so that nobody is no answer: the writer for "I", who was
/// interviewed for "A:", the person of an age, the two of "the two leaders", or whoever is named in apposition, "the buyer,
/// Norden Drinks,".
pub(super) fn settled(room: &Room<'_, '_>, source: &Source, offers: &Offers) -> Option<usize> {
    let r = room.r;
    let one = match offers.list[offers.usual].as_slice() {
        [_, _] if tells_two(r, source) => return Some(offers.usual),
        &[one] => one,
        _ => return None,
    };
    let ends = || {
        let named = room.cast.inside(&source.rest).filter(|place| place.mention.entity == one);
        let last = |end: usize| (end..source.tokens.end).all(|i| r.tag(i) == Tag::Comma);
        named.into_iter().any(|place| place.mention.name.is_some() && last(place.name_end))
    };
    let apposed = offers.ruled.get(&one).is_some_and(|(rules, _)| rules & APPOSED > 0);
    let settled = room.answers(source) && room.interviewed == Some(one)
        || written(room, source) && room.author == Some(one)
        || aged(room, source).is_some_and(|(entity, _)| entity == one)
        || apposed && !source.plural && !source.joined && ends();
    settled.then_some(offers.usual)
}

/// Whether a description tells of another than the entity: the body has another name, "the ministry", or the person
/// another office, "the judge", and the entity has done no more than speak before.
fn is_another(source: &Source, view: &View) -> bool {
    let other_word = view.kindred < 2;
    let other_name = source.self_named && view.tie >= 4;
    let other_office = view.full & 2 > 0 && view.tie == 5;
    other_word && (other_name || other_office)
}
