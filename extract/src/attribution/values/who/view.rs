//! What is seen of one entity that a source may mean.

use std::ops::Range;

use sayso_document::{EntityType, MentionForm};

use super::offers::Offers;
use super::room::Room;
use super::rules::USUAL;
use super::source::{Kind, Source};
use crate::attribution::draft::Draft;
use crate::attribution::values::mentions::Place;
use crate::coref::{Called, comparable_word, step};
use crate::model::word;
use crate::tags::Tag;

/// How a mention lies in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Inside {
    #[default]
    No,
    /// It is the head of the phrase.
    Head,
    /// It heads an earlier part of the phrase.
    Joined,
    /// It goes before the head.
    Before,
    /// The same, with a possessive ending.
    Owner,
    /// A preposition right after the phrase goes before it.
    Linked,
    /// It follows a comma.
    Apposed,
    /// It ends the source, and no preposition goes before it.
    Last,
    /// It is elsewhere.
    Elsewhere,
}

/// What is seen of one entity.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    /// Its type.
    pub(crate) kind: u32,
    /// How its mentions lie in the source: see [`Inside`].
    pub(crate) inside: u32,
    /// The preposition before it, in the source.
    pub(crate) link: u32,
    /// Whether its name ends the source: 1 the last of several, 2 the only one of its sort, 3 after what is of another sort.
    pub(crate) ends: u32,
    /// The rules that name it, as bits, with [`USUAL`] where the rules would answer it.
    pub(crate) rules: u32,
    /// How sure the rules are, in sixths.
    pub(crate) sure: u32,
    /// How well the head of the source fits what it is called: see [`Called`].
    pub(crate) head: u32,
    /// How many other words of the source fit what it is called, up to 3.
    pub(crate) hits: u32,
    /// How many words of the first phrase do not, up to 3.
    pub(crate) misses: u32,
    /// Whether the sex that the source tells of fits: see [`sex()`].
    pub(crate) sex: u32,
    /// Sentences back to its latest mention, by [`step()`]; 9 for none.
    pub(crate) sentences: u32,
    /// Paragraphs back to its latest mention, up to 3; 4 for none.
    pub(crate) paragraphs: u32,
    /// Sentences on to its next mention, by [`step()`]; 9 for none.
    pub(crate) after: u32,
    /// How many of its sort were mentioned since.
    pub(crate) rank: u32,
    /// The form of its latest mention: 1 a name, 2 one with a title, 3 a description, 4 a pronoun; 0 for none.
    pub(crate) form: u32,
    /// What its latest mention is to the word that it depends on; 99 for none.
    pub(crate) relation: u32,
    /// Whether its latest mention stands within a quotation.
    pub(crate) quoted: u32,
    /// How many answers ago it was the answer, up to 3; 4 for never.
    pub(crate) spoke: u32,
    /// How many paragraphs away it was the answer, up to 2; 3 for never.
    pub(crate) spoke_here: u32,
    /// How often it was the answer, by [`step()`].
    pub(crate) times: u32,
    /// What an earlier source of the same words meant: 1 it, 2 another, 3 nobody; 0 where there was none.
    pub(crate) again: u32,
    /// How many mentions it has before the source, by [`step()`].
    pub(crate) before: u32,
    /// How many mentions it has in all, by [`step()`].
    pub(crate) total: u32,
    /// 1 for the person who is named first, and 2 more if no other is named.
    pub(crate) first: u32,
    /// Whether the content of the draft mentions it.
    pub(crate) content: u32,
    /// Whether the sentence of the source mentions it.
    pub(crate) clause: u32,
    /// 1 if its name is a full one, and 2 more if it has an office.
    pub(crate) full: u32,
    /// Whether the source lies in what it says: 0 in no content, 1 in its, 2 in another's, 3 in one of nobody.
    pub(crate) outer: u32,
    /// How it stands beside another mention of the source's head.
    pub(crate) anchor: u32,
    /// What an earlier source with the same head meant.
    pub(crate) again_head: u32,
    /// How sure it is that the entity is one, in fifths.
    pub(crate) sure_name: u32,
    /// Whether the first paragraph mentions it first.
    pub(crate) lead: u32,
    /// How often it is mentioned shortly before.
    pub(crate) recent: u32,
    /// How near the source's head is to what the entity is called: 4 the same word, 3 to 1 words of one fine, middle or
    /// coarse cluster, 0 none of these.
    pub(crate) kindred: u32,
    /// What ties it to the source: 0 it lies in it, 1 its head, 2 another place of the head, 3 an earlier source of the
    /// head, 4 other words, 5 it has spoken, 6 nothing.
    pub(crate) tie: u32,
    /// The log odds that the source and its mentions mean the same, if the encoder was asked.
    pub(crate) kin: Option<f32>,
    /// The same of its mentions in the source alone.
    pub(crate) kin_inside: Option<f32>,
    /// Its place among all offered by these odds, from 1 for the likeliest up to 5; 0 without them.
    pub(crate) kin_rank: u32,
    /// By how much these odds lie above the best of the others, or above even odds if that is more.
    pub(crate) margin: f32,
}

impl View {
    /// Whether something ties a description to the entity: it lies in the source, it is called so, it stands beside the
    /// same head elsewhere, the same head meant it before, or it has spoken.
    pub(crate) fn tied(&self) -> bool {
        self.inside > 0 || self.head > 0 || self.hits > 0 || self.anchor != 7 || self.again_head == 1 || self.spoke < 4
    }
}

/// What an earlier source of the same words meant: 0 there was none, 1 nobody, 2 somebody.
pub(crate) fn again(room: &Room<'_, '_>, source: &Source) -> Option<usize> {
    if source.kind.is_pronoun() || source.words == 0 {
        return None;
    }
    room.by_words.get(&source.words).copied()
}

/// What is seen of `entity` for a source. `others` are the words of the source beside its head, by [`others()`].
pub(crate) fn view(
    room: &Room<'_, '_>,
    (draft, source): (&Draft, &Source),
    others: &[(u32, bool)],
    offers: &Offers,
    entity: usize,
) -> View {
    let (r, known) = (room.r, room.cast.chains().known(entity));
    let mentions = &room.mentions[entity];
    let place = |at: usize| room.place(mentions[at]);
    let start = |&at: &u32| room.place(at).tokens.start;
    let before = mentions.partition_point(|at| start(at) < source.at);
    let later = mentions.partition_point(|at| start(at) < source.tokens.end.max(source.at));
    let here = r.sentence_of(source.at) as u32;
    let &(rules, sure) = offers.ruled.get(&entity).unwrap_or(&(0, 0.0));
    let usual = offers.list[offers.usual].contains(&entity);
    let mut view = View {
        kind: room.kind_of(entity) as u32,
        rules: rules | if usual { USUAL } else { 0 },
        sure: (sure * 6.0) as u32,
        sex: sex(room, source, entity),
        sentences: 9,
        paragraphs: 4,
        after: 9,
        relation: 99,
        before: step(before as u32),
        total: step(known.total()),
        full: u32::from(known.full()) + 2 * u32::from(known.has_office()),
        first: u32::from(room.first_person == Some(entity))
            + 2 * u32::from(room.persons == 1 && room.first_person == Some(entity)),
        ..View::default()
    };
    (view.inside, view.link) = inside(room, source, mentions, before);
    view.ends = ends(room, source, entity);
    (view.head, view.hits, view.misses) = called(room, source, others, entity);
    if let Some(last) = before.checked_sub(1) {
        latest(room, source, place(last), &mut view);
    }
    if later < mentions.len() {
        view.after = step(r.sentence_of(place(later).tokens.start) as u32 - here);
    }
    let holds = |tokens: &Range<usize>| {
        let from = mentions.partition_point(|at| start(at) < tokens.start);
        mentions.get(from).is_some_and(|at| start(at) < tokens.end)
    };
    view.content = u32::from(draft.content.iter().any(holds));
    view.clause = u32::from(holds(&r.unit(source.at)));
    view.sure_name = (room.cast.chains().entities[entity].confidence * 5.0) as u32;
    view.lead = u32::from(mentions.first().is_some_and(|&at| r.paragraph_of(start(&at)) == 0));
    let near = mentions[..before].iter().rev().take(8).filter(|at| start(at) + RECENT > source.at);
    view.recent = near.count().min(5) as u32;
    spoken(room, source, entity, &mut view);
    view.kindred = if view.head > 0 { 4 } else { kindred(room, source, entity) };
    view
}

/// How near the head of a source is to the heads of an entity's titles and names, by clusters.
fn kindred(room: &Room<'_, '_>, source: &Source, entity: usize) -> u32 {
    if source.kind.is_pronoun() || source.phrase.is_empty() {
        return 0;
    }
    let r = room.r;
    let mine = r.groups(source.phrase.end - 1);
    let known = room.cast.chains().known(entity);
    let near = |word: &u32| {
        let place = room.nouns.get(word).and_then(|places| places.first())?;
        let other = r.groups(*place as usize);
        (0..3).rev().find(|&at| mine[at] != 0 && mine[at] == other[at]).map(|at| 1 + at as u32)
    };
    known.offices().iter().chain(known.heads()).take(12).filter_map(near).max().unwrap_or(0)
}

/// What is seen of the latest mention before the source.
fn latest(room: &Room<'_, '_>, source: &Source, last: &Place<'_>, view: &mut View) {
    let r = room.r;
    let token = last.name_end.min(last.tokens.end).max(last.tokens.start + 1) - 1;
    view.sentences = step(r.sentence_of(source.at) as u32 - r.sentence_of(last.tokens.start) as u32);
    view.paragraphs = (r.paragraph_of(source.at) - r.paragraph_of(last.tokens.start)).min(3);
    view.form = match last.mention.form {
        MentionForm::Name => 1,
        MentionForm::TitledName => 2,
        MentionForm::Description => 3,
        MentionForm::Pronoun => 4,
    };
    view.relation = room.syntax.relation(token);
    view.quoted = u32::from(r.quotation_at(token).is_some());
}

/// What is seen of the entity as the speaker of earlier sources, of those with the same head or words before all.
fn spoken(room: &Room<'_, '_>, source: &Source, entity: usize, view: &mut View) {
    let r = room.r;
    view.again_head = match room.by_head.get(&source.noun).filter(|_| source.noun != 0) {
        None => 0,
        Some(&at) if room.answered[at].entities.is_empty() => 3,
        Some(&at) => 1 + u32::from(!room.answered[at].entities.contains(&entity)),
    };
    view.spoke_here = 3;
    view.spoke = 4;
    if let Some(&(times, latest)) = room.spoke.get(&entity) {
        view.times = step(times);
        view.spoke = ((room.answered.len() - 1 - latest) as u32).min(3);
        let gap = r.paragraph_of(source.at).abs_diff(r.paragraph_of(room.answered[latest].at));
        view.spoke_here = gap.min(2);
    }
    view.again = again(room, source).map_or(0, |at| {
        let entities = &room.answered[at].entities;
        if entities.is_empty() { 3 } else { 1 + u32::from(!entities.contains(&entity)) }
    });
}

/// So many tokens before a source are shortly before.
const RECENT: usize = 70;

/// Where in the source an entity is mentioned, and after which preposition.
pub(crate) fn inside(room: &Room<'_, '_>, source: &Source, mentions: &[u32], before: usize) -> (u32, u32) {
    let r = room.r;
    let mut best = (Inside::No, 0);
    let within =
        mentions[before..].iter().map(|&at| room.place(at)).take_while(|place| place.tokens.start < source.tokens.end);
    for place in within.filter(|place| place.mention.name.is_some() || place.tokens.len() > 1).take(4) {
        let end = place.name_end.min(source.tokens.end);
        let last = source.phrase.end.saturating_sub(1);
        let heads = |token: usize| place.tokens.end == token + 1 || place.name_end == token + 1;
        let found = if heads(last) || last > 0 && r.tag(last) == Tag::Pos && heads(last - 1) {
            (Inside::Head, 0)
        } else if place.tokens.start < source.phrase.end {
            match r.tag(end) {
                Tag::Cc | Tag::Comma => (Inside::Joined, 0),
                Tag::Pos => (Inside::Owner, 0),
                _ => (Inside::Before, 0),
            }
        } else {
            in_rest(room, source, place)
        };
        if best.0 == Inside::No || (found.0 as u32) < best.0 as u32 {
            best = found;
        }
    }
    (best.0 as u32, best.1)
}

/// Whether the name that ends a source is the entity's: "the chief of Orbit, Ada Lind".
fn ends(room: &Room<'_, '_>, source: &Source, entity: usize) -> u32 {
    if source.tokens.len() < 2 {
        return 0;
    }
    let r = room.r;
    let comma = |i: &usize| matches!(r.tag(*i - 1), Tag::Comma | Tag::Close);
    let mut end = source.tokens.end;
    while end > source.tokens.start + 1 && comma(&end) {
        end -= 1;
    }
    let named = || room.cast.inside(&source.tokens).filter(|place| place.mention.name.is_some()).take(12);
    let last = named().find(|place| place.name_end == end && place.mention.entity == entity);
    if last.is_none() {
        return 0;
    }
    let same = |place: &&Place<'_>| room.kind_of(place.mention.entity) == room.kind_of(entity);
    let all = named().map(|place| place.mention.entity).filter(|&other| other != entity).count();
    match named().filter(same).filter(|place| place.mention.entity != entity).count() {
        0 if all > 0 => 3,
        0 => 2,
        _ => 1,
    }
}

/// How a mention lies in what follows the first phrase, and the preposition before it.
pub(crate) fn in_rest(room: &Room<'_, '_>, source: &Source, place: &Place<'_>) -> (Inside, u32) {
    let r = room.r;
    let start = place.tokens.start;
    let ends = place.name_end == source.tokens.end || place.tokens.end == source.tokens.end;
    if ends && !matches!(r.tag(start - 1), Tag::In | Tag::To | Tag::Comma) {
        return (Inside::Last, 0);
    }
    let link = (source.rest.start..start).rev().take(4).find(|&i| matches!(r.tag(i), Tag::In | Tag::To | Tag::Comma));
    match link {
        Some(i) if r.tag(i) == Tag::Comma && i + 1 == start => (Inside::Apposed, 0),
        Some(i) if i == source.rest.start => (Inside::Linked, word(r.lower(i))),
        Some(i) => (Inside::Elsewhere, word(r.lower(i))),
        None => (Inside::Elsewhere, 0),
    }
}

/// The words of a source beside its head that may stand in what an entity is called, as titles are compared; and whether
/// each is in the first phrase.
pub(crate) fn others(room: &Room<'_, '_>, source: &Source) -> Vec<(u32, bool)> {
    if source.kind.is_pronoun() {
        return Vec::new();
    }
    let r = room.r;
    let others = source.tokens.clone().take(24).filter(|&i| i + 1 != source.phrase.end);
    let telling = others.filter(|&i| matches!(r.tag(i), Tag::Nn | Tag::Nns | Tag::Nnp | Tag::Jj));
    telling.map(|i| (comparable_word(r.document.word(i)), i < source.phrase.end)).collect()
}

/// How well the words of a source fit what an entity is called: its head, and how many other words do and do not.
pub(crate) fn called(room: &Room<'_, '_>, source: &Source, others: &[(u32, bool)], entity: usize) -> (u32, u32, u32) {
    if source.kind.is_pronoun() || source.tokens.is_empty() {
        return (0, 0, 0);
    }
    let known = room.cast.chains().known(entity);
    let (mut hits, mut misses) = (0, 0);
    for &(word, inside) in others {
        if known.called(word) > Called::No {
            hits += 1;
        } else if inside {
            misses += 1;
        }
    }
    (known.called(source.head) as u32, hits.min(3), misses.min(3))
}

/// Whether the sex that the source tells of fits: 0 it tells of none, 1 and 2 it does, 3 nothing is known, 4 and 5 it does
/// not; by pronouns or by name.
pub(crate) fn sex(room: &Room<'_, '_>, source: &Source, entity: usize) -> u32 {
    let Some(male) = source.male else { return 0 };
    if room.kind_of(entity) != EntityType::Person {
        return 6;
    }
    if let Some(known) = room.cast.chains().known(entity).male() {
        return if known == male { 1 } else { 5 };
    }
    let [he, she] = room.sexes[entity];
    match he.cmp(&she) {
        std::cmp::Ordering::Equal => 3,
        order => {
            if (order == std::cmp::Ordering::Greater) == male {
                2
            } else {
                4
            }
        }
    }
}

/// So many other places of a head are looked at, before and after.
const ANCHORS: usize = 3;

/// How each entity stands beside other places where the source's head is found: "a report by the Institute" tells of "the
/// report". The nearer the relation the lower the number, from 1; 7 is none; ten more where the place comes after.
pub(crate) fn anchors(room: &Room<'_, '_>, source: &Source, entities: &[usize], views: &mut [View]) {
    views.iter_mut().for_each(|view| view.anchor = 7);
    let named = [Kind::FullPerson, Kind::ShortPerson, Kind::FullBody, Kind::ShortBody, Kind::OtherName];
    let Some(nouns) = room.nouns.get(&source.noun).filter(|_| source.noun != 0 && !named.contains(&source.kind)) else {
        return;
    };
    let before = nouns.partition_point(|&at| (at as usize) < source.tokens.start);
    let after = nouns.partition_point(|&at| (at as usize) < source.tokens.end);
    let places = nouns[..before].iter().rev().take(ANCHORS).map(|&at| (at as usize, 0));
    for (noun, later) in places.chain(nouns[after..].iter().take(ANCHORS).map(|&at| (at as usize, 10))) {
        let r = room.r;
        let unit = r.unit(noun);
        let near = unit.start.max(noun.saturating_sub(24))..unit.end.min(noun + 16);
        for place in room.cast.inside(&near) {
            let Some(at) = entities.iter().position(|&entity| entity == place.mention.entity) else { continue };
            let end = place.name_end.min(place.tokens.end).max(place.tokens.start + 1);
            let relation = match () {
                () if place.tokens.contains(&noun) => 1,
                () if place.tokens.start > noun && place.tokens.start <= noun + 2 => 2,
                () if end <= noun && noun - end < 8 && (end..noun).any(|i| r.tag(i) == Tag::Comma) => 3,
                () if end <= noun && noun - end < 4 => 4,
                () if place.tokens.start > noun
                    && place.tokens.start <= noun + 4
                    && matches!(r.lower(noun + 1), "of" | "by" | "from" | "for" | "at") =>
                {
                    4
                }
                () if end <= noun => 5,
                () => 6,
            };
            let view = &mut views[at];
            if view.anchor == 7 || relation + later < view.anchor {
                view.anchor = relation + later;
            }
        }
    }
}

/// How many of its sort were mentioned since each was.
pub(crate) fn ranks(room: &Room<'_, '_>, source: &Source, entities: &[usize], views: &mut [View]) {
    let last = |entity: usize| {
        let mentions = &room.mentions[entity];
        let before = mentions.partition_point(|&at| room.place(at).tokens.start < source.at);
        before.checked_sub(1).map_or(0, |at| room.place(mentions[at]).tokens.start + 1)
    };
    let latest: Vec<(bool, usize)> =
        entities.iter().map(|&entity| (room.kind_of(entity) == EntityType::Person, last(entity))).collect();
    for (at, view) in views.iter_mut().enumerate() {
        let (person, mine) = latest[at];
        let fits = |other: usize| {
            room.cast.chains().known(entities[other]).male().is_none_or(|male| source.male.is_none_or(|m| m == male))
        };
        let nearer = |other: &usize| latest[*other].0 == person && latest[*other].1 > mine && fits(*other);
        view.rank = ((0..entities.len()).filter(nearer).count() as u32).min(5);
    }
}

/// What ties each to the source; to be asked when all else is seen.
pub(crate) fn tie(view: &View) -> u32 {
    match () {
        () if view.inside > 0 => 0,
        () if view.head > 0 => 1,
        () if view.anchor != 7 => 2,
        () if view.again_head == 1 => 3,
        () if view.hits > 0 => 4,
        () if view.spoke < 4 => 5,
        () => 6,
    }
}
