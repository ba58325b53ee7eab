//! What speaks for and against an entity being who a source means, as hashed features.

use std::ops::Range;

use sayso_document::{EntityType, MentionForm};

use super::offers::{Offers, Room, USUAL};
use super::source::{Kind, Source};
use crate::attribution::draft::Draft;
use crate::attribution::values::mentions::Place;
use crate::coref::{Called, comparable_word};
use crate::model::{feature, word};
use crate::tags::Tag;

/// How a mention lies in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
enum Inside {
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
struct View {
    kind: u32,
    inside: u32,
    /// The preposition before it, in the source.
    link: u32,
    rules: u32,
    sure: u32,
    head: u32,
    hits: u32,
    misses: u32,
    sex: u32,
    /// Sentences and paragraphs back to its latest mention; 9 for none.
    sentences: u32,
    paragraphs: u32,
    after: u32,
    /// How many of its sort were mentioned since.
    rank: u32,
    form: u32,
    relation: u32,
    quoted: u32,
    spoke: u32,
    spoke_here: u32,
    times: u32,
    again: u32,
    before: u32,
    total: u32,
    first: u32,
    content: u32,
    clause: u32,
    full: u32,
    /// Whether the source lies in what it says: 0 in no content, 1 in its, 2 in another's, 3 in one of nobody.
    outer: u32,
    /// How it stands beside another mention of the source's head.
    anchor: u32,
    /// What an earlier source with the same head meant.
    again_head: u32,
    sure_name: u32,
    lead: u32,
    /// How often it is mentioned shortly before.
    recent: u32,
    kin: Option<f32>,
    /// The same of its mentions in the source alone.
    kin_inside: Option<f32>,
    kin_rank: u32,
    margin: f32,
}

fn step(n: u32) -> u32 {
    match n {
        0..=3 => n,
        4..=5 => 4,
        6..=9 => 5,
        10..=19 => 6,
        _ => 7,
    }
}

/// The features of each offer. A description is nobody's unless something ties it: offers that nothing does are taken away.
pub(crate) fn of(
    room: &Room<'_, '_>,
    (draft, source): (&Draft, &Source),
    within: Option<&[usize]>,
    offers: &mut Offers,
) -> Vec<Vec<u32>> {
    let entities: Vec<usize> = offers.list.iter().filter(|one| one.len() == 1).map(|one| one[0]).collect();
    let others = others(room, source);
    let known = &*offers;
    let of = |&entity: &usize| view(room, (draft, source), &others, known, entity);
    let mut views: Vec<View> = entities.iter().map(of).collect();
    ranks(room, source, &entities, &mut views);
    anchors(room, source, &entities, &mut views);
    if let Some(within) = within {
        for (view, entity) in views.iter_mut().zip(&entities) {
            view.outer = 1 + u32::from(!within.contains(entity)) + u32::from(within.is_empty());
        }
    }
    kin(room, source, &entities, &mut views);
    let asked = Asked::new(room, draft, source, offers, &views);
    let mut table = vec![none(&asked)];
    table.extend(views.iter().map(|view| single(&asked, view)));
    for offer in &offers.list[table.len()..] {
        let parts: Vec<&View> =
            offer.iter().filter_map(|entity| entities.iter().position(|e| e == entity)).map(|at| &views[at]).collect();
        let usual = offers.list.get(offers.usual) == Some(offer);
        let last =
            room.answered.iter().rev().take(2).position(|answer| answer.entities == *offer).map_or(3, |at| at as u32);
        table.push(several(&asked, &parts, usual, last));
    }
    // Which of those who share a name is meant by it was found out before, by titles and kin.
    let full = |view: &View| view.inside == Inside::Head as u32 && view.full & 1 == 1;
    let named = matches!(source.kind, Kind::FullPerson | Kind::ShortPerson) && views.iter().any(full);
    let tied = |entity: &usize| {
        let view = entities.iter().position(|e| e == entity).map(|at| &views[at]);
        match source.kind {
            _ if named => view.is_some_and(|view| view.inside > 0),
            Kind::Definite | Kind::Bare => view.is_some_and(View::tied),
            _ => true,
        }
    };
    let kept: Vec<bool> = offers.list.iter().map(|offer| offer.iter().all(tied)).collect();
    let places = |at: usize| kept[..at].iter().filter(|&&kept| kept).count();
    offers.usual = if kept[offers.usual] { places(offers.usual) } else { 0 };
    let (mut list, mut rows) = (kept.iter(), kept.iter());
    offers.list.retain(|_| list.next().copied().unwrap_or(true));
    table.retain(|_| rows.next().copied().unwrap_or(true));
    table
}

impl View {
    /// Whether something ties a description to the entity: it lies in the source, it is called so, it stands beside the
    /// same head elsewhere, the same head meant it before, or it has spoken.
    fn tied(&self) -> bool {
        self.inside > 0 || self.head > 0 || self.hits > 0 || self.anchor != 7 || self.again_head == 1 || self.spoke < 4
    }
}

/// What is asked once for a source.
struct Asked {
    kind: u32,
    /// The same, more coarsely.
    sort: u32,
    head: u32,
    first: u32,
    lemma: u32,
    plural: u32,
    document: u32,
    joined: u32,
    quoted: u32,
    follows: u32,
    usual: u32,
    sure: u32,
    rules: u32,
    persons: u32,
    best_called: u32,
    best_hits: u32,
    any_inside: u32,
    again: u32,
    kin: Option<f32>,
    spoke_here: u32,
    opens: u32,
    outer: u32,
    anchor: u32,
    again_head: u32,
    /// How many of a fitting sex were mentioned in the last sentences.
    rivals: u32,
    /// The coarse and the middle cluster of the head.
    broad: u32,
    group: u32,
    /// The middle cluster of the verb.
    manner: u32,
    pronoun: u32,
}

/// What an earlier source of the same words meant: 0 there was none, 1 nobody, 2 somebody.
fn again(room: &Room<'_, '_>, source: &Source) -> Option<usize> {
    if source.kind.is_pronoun() || source.words == 0 {
        return None;
    }
    room.by_words.get(&source.words).copied()
}

impl Asked {
    fn new(room: &Room<'_, '_>, draft: &Draft, source: &Source, offers: &Offers, views: &[View]) -> Self {
        let r = room.r;
        let last = source.phrase.end.saturating_sub(1).max(source.phrase.start);
        let groups = room.means.clusters.of(if last < r.len() { r.document.word(last) } else { "" });
        let manner = room.means.clusters.of(if draft.head < r.len() { r.document.word(draft.head) } else { "" });
        let sort = match source.kind {
            Kind::He | Kind::She => 0,
            Kind::It => 1,
            Kind::They | Kind::OtherPronoun | Kind::FirstPerson => 2,
            Kind::Relative => 3,
            Kind::FullPerson | Kind::ShortPerson => 4,
            Kind::FullBody | Kind::ShortBody | Kind::OtherName | Kind::Unknown => 5,
            Kind::NamedBefore | Kind::NamedAfter => 6,
            Kind::Definite | Kind::Owned | Kind::Bare => 7,
            Kind::Indefinite | Kind::Counted | Kind::BarePlural => 8,
            Kind::Nothing => 9,
        };
        Self {
            kind: source.kind as u32,
            sort,
            head: if source.kind.is_pronoun() { word(r.lower(source.at)) } else { source.head },
            first: source.first,
            lemma: word(&draft.lemma),
            plural: u32::from(source.plural),
            document: u32::from(source.document),
            joined: u32::from(source.joined),
            quoted: u32::from(r.quotation_at(source.at).is_some()),
            follows: u32::from(draft.follows_content()),
            usual: offers.list[offers.usual].len().min(2) as u32,
            sure: (offers.sure * 8.0) as u32,
            rules: offers.ruled.values().fold(0, |all, (rules, _)| all | rules),
            persons: (room.persons as u32).min(3),
            best_called: views.iter().map(|view| view.head).max().unwrap_or(0),
            best_hits: views.iter().filter(|view| view.head > 0).map(|view| view.hits).max().unwrap_or(0),
            any_inside: views.iter().filter(|view| view.inside > 0).map(|view| view.inside).min().unwrap_or(0),
            again: again(room, source).map_or(0, |at| 1 + u32::from(!room.answered[at].entities.is_empty())),
            kin: views.iter().filter_map(|view| view.kin).reduce(f32::max),
            spoke_here: views.iter().map(|view| view.spoke_here).min().unwrap_or(3),
            opens: u32::from(source.at < 120),
            pronoun: u32::from(source.kind.is_pronoun()),
            broad: u32::from(groups[0]),
            group: u32::from(groups[1]),
            manner: u32::from(manner[1]),
            rivals: views.iter().filter(|v| matches!(v.sex, 1..=3) && v.sentences <= 3).take(4).count() as u32,
            outer: views.iter().map(|view| view.outer).min().unwrap_or(0),
            anchor: views.iter().map(|view| view.anchor).min().unwrap_or(7),
            again_head: room
                .by_head
                .get(&source.noun)
                .filter(|_| source.noun != 0)
                .map_or(0, |&at| 1 + u32::from(!room.answered[at].entities.is_empty())),
        }
    }
}

fn view(
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
    (view.head, view.hits, view.misses) = called(room, source, others, entity);
    if let Some(last) = before.checked_sub(1) {
        let last = place(last);
        let token = last.name_end.min(last.tokens.end).max(last.tokens.start + 1) - 1;
        view.sentences = step(here - r.sentence_of(last.tokens.start) as u32);
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
    if later < mentions.len() {
        view.after = step(r.sentence_of(place(later).tokens.start) as u32 - here);
    }
    let holds = |tokens: &Range<usize>| {
        let from = mentions.partition_point(|at| start(at) < tokens.start);
        mentions.get(from).is_some_and(|at| start(at) < tokens.end)
    };
    view.content = u32::from(draft.content.iter().any(holds));
    view.clause = u32::from(holds(&r.unit(source.at)));
    view.again_head = match room.by_head.get(&source.noun).filter(|_| source.noun != 0) {
        None => 0,
        Some(&at) if room.answered[at].entities.is_empty() => 3,
        Some(&at) => 1 + u32::from(!room.answered[at].entities.contains(&entity)),
    };
    view.sure_name = (room.cast.chains().entities[entity].confidence * 5.0) as u32;
    view.lead = u32::from(mentions.first().is_some_and(|&at| r.paragraph_of(start(&at)) == 0));
    let near = mentions[..before].iter().rev().take(8).filter(|at| start(at) + RECENT > source.at);
    view.recent = near.count().min(5) as u32;
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
    view
}

/// So many tokens before a source are shortly before.
const RECENT: usize = 70;

/// Where in the source an entity is mentioned, and after which preposition.
fn inside(room: &Room<'_, '_>, source: &Source, mentions: &[u32], before: usize) -> (u32, u32) {
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

fn in_rest(room: &Room<'_, '_>, source: &Source, place: &Place<'_>) -> (Inside, u32) {
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
fn others(room: &Room<'_, '_>, source: &Source) -> Vec<(u32, bool)> {
    if source.kind.is_pronoun() {
        return Vec::new();
    }
    let r = room.r;
    let others = source.tokens.clone().take(24).filter(|&i| i + 1 != source.phrase.end);
    let telling = others.filter(|&i| matches!(r.tag(i), Tag::Nn | Tag::Nns | Tag::Nnp | Tag::Jj));
    telling.map(|i| (comparable_word(r.document.word(i)), i < source.phrase.end)).collect()
}

/// How well the words of a source fit what an entity is called: its head, and how many other words do and do not.
fn called(room: &Room<'_, '_>, source: &Source, others: &[(u32, bool)], entity: usize) -> (u32, u32, u32) {
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
fn sex(room: &Room<'_, '_>, source: &Source, entity: usize) -> u32 {
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
fn anchors(room: &Room<'_, '_>, source: &Source, entities: &[usize], views: &mut [View]) {
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
fn ranks(room: &Room<'_, '_>, source: &Source, entities: &[usize], views: &mut [View]) {
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

/// So many mentions of an entity are held against a source at most.
const HELD: usize = 6;
/// So many of its mentions are looked through for names.
const LOOKED: usize = 40;

/// What the encoder says of the best mention of each entity.
fn kin(room: &Room<'_, '_>, source: &Source, entities: &[usize], views: &mut [View]) {
    let Some(kin) = room.means.kin.filter(|_| !source.tokens.is_empty()) else { return };
    let (mut offers, mut owner): (Vec<Range<usize>>, Vec<(usize, bool)>) = (Vec::new(), Vec::new());
    for (at, &entity) in entities.iter().enumerate() {
        let mentions = &room.mentions[entity];
        let start = |&at: &u32| room.place(at).tokens.start;
        let before = mentions.partition_point(|at| start(at) < source.at);
        let after = mentions.partition_point(|at| start(at) < source.tokens.end);
        let named = |at: &&u32| room.place(**at).mention.name.is_some();
        let latest = || mentions[..before].iter().rev().take(LOOKED);
        let mut held: Vec<u32> = Vec::with_capacity(HELD);
        held.extend(latest().take(2));
        held.extend(latest().filter(named).take(2));
        held.extend(mentions[..before].iter().take(1));
        held.extend(mentions[after..].iter().take(LOOKED).filter(named).take(1));
        held.extend(mentions[before..after].iter().filter(named).take(2));
        held.sort_unstable();
        held.dedup();
        for place in held {
            let place = room.place(place);
            offers.push(place.tokens.start..place.name_end.min(place.tokens.end).max(place.tokens.start + 1));
            owner.push((at, place.tokens.start >= source.at && place.tokens.start < source.tokens.end));
        }
    }
    for (odds, (at, inside)) in kin(&source.tokens, &offers).into_iter().zip(owner) {
        // Exactly nothing: it was not seen together with the source.
        if odds != 0.0 && odds > -1e3 {
            let best = views[at].kin.map_or(odds, |best| best.max(odds));
            views[at].kin = Some(best);
            if inside {
                views[at].kin_inside = Some(views[at].kin_inside.map_or(odds, |best| best.max(odds)));
            }
        }
    }
    let all: Vec<Option<f32>> = views.iter().map(|view| view.kin).collect();
    for (at, view) in views.iter_mut().enumerate() {
        let others = all.iter().enumerate().filter(|&(other, _)| other != at).filter_map(|(_, odds)| *odds);
        if let Some(mine) = view.kin {
            view.kin_rank = 1 + (others.clone().filter(|&odds| odds > mine).count() as u32).min(4);
            view.margin = mine - others.fold(0.0, f32::max);
        }
    }
}

/// Adds a feature for each threshold that a number lies above, and one for its step.
fn rising(out: &mut Vec<u32>, template: u32, sort: u32, number: f32) {
    const STEPS: [f32; 12] = [-6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0];
    for at in (0..STEPS.len()).filter(|&at| number > STEPS[at]) {
        out.push(feature(template, &[at as u32]));
        out.push(feature(template, &[50 + sort, at as u32]));
    }
}

fn single(asked: &Asked, v: &View) -> Vec<u32> {
    let mut out = Vec::with_capacity(96);
    let &Asked { kind: k, sort: s, head, first, lemma, plural, document, joined, quoted, follows, .. } = asked;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    let usual = u32::from(v.rules & USUAL > 0);
    add(1, &[k, v.kind]);
    add(2, &[k, v.rules]);
    add(3, &[s, v.rules, v.sure]);
    add(4, &[k, usual, asked.usual, asked.sure]);
    add(5, &[usual, asked.usual]);
    add(6, &[k, v.inside]);
    add(7, &[k, v.inside, v.kind]);
    add(8, &[s, v.inside, v.link]);
    add(9, &[head, v.inside, v.kind]);
    add(10, &[head, v.inside, v.link]);
    add(11, &[document, v.inside, v.kind, v.link]);
    add(12, &[s, v.inside, v.full, v.kind]);
    add(13, &[v.inside, joined, plural]);
    add(14, &[k, v.head]);
    add(15, &[k, v.head, v.hits, v.misses]);
    add(16, &[s, v.head, v.hits.min(1), v.kind]);
    add(17, &[head, v.head]);
    add(18, &[s, v.head, v.sentences]);
    add(19, &[s, v.sex]);
    add(20, &[s, v.sex, v.rank]);
    add(21, &[s, plural, v.kind]);
    add(22, &[s, v.sentences]);
    add(23, &[s, v.sentences, v.kind]);
    add(24, &[s, v.sentences, v.relation]);
    add(25, &[s, v.paragraphs, v.sentences]);
    add(26, &[s, v.after]);
    add(27, &[s, v.after, v.sentences]);
    add(28, &[s, v.rank]);
    add(29, &[k, v.rank, v.sentences.min(3), v.kind]);
    add(30, &[s, v.form, v.sentences.min(2)]);
    add(31, &[s, v.relation, v.quoted]);
    add(32, &[s, v.quoted, quoted, v.sentences.min(1)]);
    add(33, &[s, v.spoke]);
    add(34, &[s, v.spoke, v.spoke_here]);
    add(35, &[k, v.spoke, v.spoke_here, v.rank.min(1)]);
    add(36, &[s, v.spoke_here, follows, v.sentences.min(3)]);
    add(37, &[s, v.times]);
    add(38, &[s, v.times, v.total]);
    add(39, &[k, v.again]);
    add(40, &[s, v.before]);
    add(41, &[s, v.total, v.kind]);
    add(42, &[s, v.first, asked.persons]);
    add(43, &[s, v.content, v.clause]);
    add(44, &[s, v.content, v.sentences.min(2), v.rank.min(1)]);
    add(45, &[s, v.clause, v.relation, v.sentences.min(1)]);
    add(46, &[s, v.full, v.kind]);
    add(47, &[lemma, v.kind]);
    add(48, &[first, v.inside, v.kind]);
    add(49, &[head, v.kind]);
    add(50, &[k, quoted, v.spoke, v.spoke_here]);
    add(51, &[s, v.sex, v.spoke, v.sentences.min(2)]);
    add(52, &[s, v.rank, v.relation, v.sentences.min(2)]);
    add(53, &[s, asked.opens, v.after, v.total]);
    add(54, &[s, v.rules, v.spoke]);
    add(55, &[s, v.rules, v.sentences.min(3), v.rank.min(2)]);
    add(56, &[usual, v.head, s, v.hits.min(1)]);
    add(57, &[usual, head]);
    add(58, &[v.rules, document, v.inside]);
    add(70, &[k, v.outer]);
    add(71, &[s, v.outer, quoted, usual]);
    add(72, &[s, v.outer, v.sex, v.rank.min(2)]);
    add(73, &[k, v.anchor]);
    add(74, &[s, v.anchor, v.kind, document]);
    add(75, &[s, v.anchor, v.rules]);
    add(76, &[s, v.anchor, v.head, v.sentences.min(4)]);
    add(77, &[k, v.again_head]);
    add(78, &[s, v.again_head, plural, v.spoke]);
    add(79, &[s, v.sure_name, v.kind]);
    add(80, &[s, v.lead, v.total]);
    add(81, &[s, v.anchor, first]);
    add(82, &[s, v.recent, v.rank]);
    add(83, &[s, v.recent, v.kind, v.sentences.min(3)]);
    add(84, &[s, asked.rivals, v.sex, v.rank]);
    add(85, &[s, asked.rivals, v.spoke, v.spoke_here]);
    add(86, &[k, v.recent, v.spoke]);
    if asked.pronoun == 0 {
        let &Asked { broad, group, .. } = asked;
        add(87, &[group, v.kind, v.inside]);
        add(88, &[broad, v.kind, v.inside, v.link]);
        add(89, &[group, v.rules]);
        add(90, &[group, v.head, v.hits.min(1)]);
        add(91, &[broad, v.anchor, v.kind]);
        add(92, &[broad, plural, v.inside, v.kind]);
        add(93, &[broad, v.sentences, v.rank, v.kind]);
    }
    add(94, &[asked.manner, v.kind, s]);
    match v.kin {
        None => add(60, &[s, usual]),
        Some(odds) => {
            add(61, &[s, v.kin_rank]);
            add(62, &[k, v.kin_rank, usual]);
            add(63, &[s, v.kin_rank, v.inside, v.head]);
            add(64, &[s, v.kin_rank, v.rules]);
            add(65, &[s, v.kin_rank, v.spoke]);
            rising(&mut out, 66, s, odds);
            rising(&mut out, 67, s, v.margin);
        }
    }
    if let Some(odds) = v.kin_inside {
        rising(&mut out, 68, s, odds);
        rising(&mut out, 69, 20 + v.inside, odds);
    }
    out
}

fn none(asked: &Asked) -> Vec<u32> {
    let mut out = Vec::with_capacity(48);
    let &Asked { kind: k, sort: s, head, first, lemma, plural, document, joined, quoted, follows, .. } = asked;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(100, &[]);
    add(101, &[k]);
    add(102, &[k, head]);
    add(103, &[k, first]);
    add(104, &[k, plural, document]);
    add(105, &[head, plural]);
    add(106, &[k, asked.usual, asked.sure]);
    add(107, &[s, asked.rules]);
    add(108, &[k, asked.any_inside]);
    add(109, &[head, asked.any_inside]);
    add(110, &[k, asked.best_called, asked.best_hits]);
    add(111, &[head, asked.best_called]);
    add(112, &[s, asked.persons]);
    add(113, &[k, asked.again]);
    add(114, &[s, lemma]);
    add(115, &[k, asked.spoke_here, quoted]);
    add(116, &[k, asked.opens]);
    add(117, &[s, joined, plural, asked.any_inside]);
    add(118, &[k, follows]);
    add(119, &[first, head]);
    add(120, &[s, asked.usual, asked.best_called]);
    add(121, &[first, plural, asked.any_inside]);
    add(122, &[k, asked.outer, quoted]);
    add(123, &[k, asked.anchor, document]);
    add(124, &[s, asked.anchor, asked.best_called, plural]);
    add(125, &[k, asked.again_head]);
    add(126, &[head, asked.anchor]);
    if asked.pronoun == 0 {
        let &Asked { broad, group, .. } = asked;
        add(127, &[k, group, plural]);
        add(128, &[group, asked.any_inside, plural]);
        add(129, &[k, broad, first]);
        add(140, &[group, asked.best_called]);
        add(141, &[broad, asked.anchor, plural]);
        add(142, &[k, broad, asked.any_inside, plural]);
    }
    add(143, &[s, asked.manner]);
    if let Some(kin) = asked.kin {
        rising(&mut out, 130, s, kin);
    }
    out
}

fn several(asked: &Asked, parts: &[&View], usual: bool, last: u32) -> Vec<u32> {
    let mut out = Vec::with_capacity(32);
    let &Asked { kind: k, sort: s, plural, joined, .. } = asked;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    let usual = u32::from(usual);
    let many = parts.len().min(4) as u32;
    let same = |of: fn(&View) -> u32| {
        let first = parts.first().map_or(0, |view| of(view));
        if parts.iter().all(|view| of(view) == first) { first + 1 } else { 0 }
    };
    let (kind, inside, head) =
        (same(|view| view.kind), same(|view| u32::from(view.inside > 0)), same(|view| view.head));
    let all = |is: fn(&View) -> bool| u32::from(parts.iter().all(|view| is(view)));
    let heads = all(|view| view.inside == Inside::Head as u32 || view.inside == Inside::Joined as u32);
    add(200, &[]);
    add(201, &[k]);
    add(202, &[k, usual]);
    add(203, &[s, usual, asked.sure]);
    add(204, &[many, usual]);
    add(205, &[kind, inside, s]);
    add(206, &[inside, joined, plural]);
    add(207, &[heads, joined, kind]);
    add(208, &[heads, usual, s]);
    add(209, &[k, last, usual]);
    add(210, &[head, s, usual]);
    add(211, &[asked.head, usual, kind]);
    add(212, &[asked.document, inside, kind]);
    out
}
