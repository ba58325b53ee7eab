//! The entities that a source may mean, and what was answered so far.
//!
//! Offers are entities that the rules name, that stand in the source, that were mentioned shortly
//! before or after, that spoke last, or that the article names most; besides, several of them
//! together, and nobody. An entity that is not offered cannot be chosen, so the window is wide; its
//! size is fixed, so the cost per source is too.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use sayso_document::{EntityType, Patience};

use super::source::{Kind, Source, noun};
use crate::attribution::decide::syntax::Syntax;
use crate::attribution::values::mentions::{Cast, Place, Speaker};
use crate::attribution::values::question::Means;
use crate::attribution::values::{issuer, speaker};
use crate::tags::Tag;
use crate::view::Reading;

/// A source that was decided.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    /// The token that stands for the source.
    pub(crate) at: usize,
    /// A hash over all of its words.
    pub(crate) words: u32,
    /// A hash of its head in the singular; 0 without one.
    pub(crate) head: u32,
    /// Who it was; empty for nobody.
    pub(crate) entities: Vec<usize>,
}

/// The most single entities that are offered for one source.
const MOST: usize = 28;
/// How many different entities are taken from the mentions before the source …
const BEFORE: usize = 14;
/// … and from those behind it …
const AFTER: usize = 6;
/// … looking through this many mentions on either side.
const DEPTH: usize = 240;
/// How many persons and how many bodies are offered because the article names them most.
const NAMED_MOST: usize = 5;
/// How many earlier answers are offered again.
const SPOKE: usize = 4;

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
    /// All persons that the source names, and all bodies, where there are several; and whether no verb parts them.
    pub(crate) lists: Vec<(Vec<usize>, bool)>,
}

/// A document with what was decided so far. Indexes by words, heads and entities keep a look-up
/// from growing with the article.
pub(crate) struct Room<'r, 'd> {
    /// The document.
    pub(crate) r: &'r Reading<'d>,
    /// Its mentions and entities.
    pub(crate) cast: &'r Cast<'r>,
    /// What depends on what.
    pub(crate) syntax: Syntax<'r>,
    /// What else decisions are made of.
    pub(crate) means: Means<'r>,
    /// The places of each entity's mentions in [`Cast::places`], ascending.
    pub(crate) mentions: Vec<Vec<u32>>,
    /// The answers so far, in the order in which they were given.
    pub(crate) answered: Vec<Answered>,
    /// The latest answer for the same words.
    pub(crate) by_words: FxHashMap<u32, usize>,
    /// How often each entity was the answer, and which answer was the latest.
    pub(crate) spoke: FxHashMap<usize, (u32, usize)>,
    /// The persons, and all others that speak, that are named most; and how many persons there are.
    named_most: Vec<usize>,
    pub(crate) persons: usize,
    /// The person who is named first.
    pub(crate) first_person: Option<usize>,
    /// "He" and "she" that stand for each entity.
    pub(crate) sexes: Vec<[u32; 2]>,
    /// Where each noun stands, by its number in the singular.
    pub(crate) nouns: FxHashMap<u32, Vec<u32>>,
    /// The latest answer for a source with this head.
    pub(crate) by_head: FxHashMap<u32, usize>,
    /// Who wrote the article, where it says so.
    pub(crate) author: Option<usize>,
    /// Whom the labels of a conversation name.
    pub(crate) labelled: Vec<usize>,
}

impl<'r, 'd> Room<'r, 'd> {
    /// With nothing decided yet.
    pub(crate) fn new(r: &'r Reading<'d>, cast: &'r Cast<'r>, means: Means<'r>) -> Self {
        let chains = cast.chains();
        let mut mentions = vec![Vec::new(); chains.entities.len()];
        let mut sexes = vec![[0; 2]; chains.entities.len()];
        for (place, at) in cast.places().iter().enumerate() {
            mentions[at.mention.entity].push(place as u32);
            match r.lower(at.tokens.start) {
                "he" | "him" | "his" if at.tokens.len() == 1 => sexes[at.mention.entity][0] += 1,
                "she" | "her" if at.tokens.len() == 1 => sexes[at.mention.entity][1] += 1,
                _ => {}
            }
        }
        let is_person = |&entity: &usize| chains.entities[entity].kind == EntityType::Person;
        let mut named_most = Vec::new();
        for wanted in [true, false] {
            let of_kind = (0..chains.entities.len()).filter(|entity| is_person(entity) == wanted);
            let mut most: Vec<usize> =
                of_kind.filter(|&entity| wanted || voiced(chains.entities[entity].kind)).collect();
            most.sort_by_key(|&entity| (std::cmp::Reverse(chains.known(entity).total()), entity));
            named_most.extend(most.into_iter().take(NAMED_MOST));
        }
        Self {
            r,
            cast,
            syntax: Syntax::new(means.tree),
            means,
            mentions,
            answered: Vec::new(),
            by_words: FxHashMap::default(),
            spoke: FxHashMap::default(),
            named_most,
            persons: (0..chains.entities.len()).filter(is_person).count(),
            first_person: (0..chains.entities.len()).find(is_person),
            sexes,
            nouns: nouns(r),
            by_head: FxHashMap::default(),
            author: author(r, cast),
            labelled: labelled(r, cast),
        }
    }

    /// Remembers an answer for the sources that come.
    pub(crate) fn note(&mut self, answer: Answered) {
        let place = self.answered.len();
        for &entity in &answer.entities {
            let spoke = self.spoke.entry(entity).or_default();
            *spoke = (spoke.0 + 1, place);
        }
        if answer.head != 0 {
            self.by_head.insert(answer.head, place);
        }
        if answer.words != 0 {
            self.by_words.insert(answer.words, place);
        }
        self.answered.push(answer);
    }

    /// The type of an entity.
    pub(crate) fn kind_of(&self, entity: usize) -> EntityType {
        self.cast.kind_of(entity)
    }

    /// Whether a source is the label of a turn in a conversation.
    pub(crate) fn is_label(&self, source: &Source) -> bool {
        let start = source.tokens.start;
        !source.tokens.is_empty() && self.r.turns().binary_search_by_key(&start, |turn| turn.source.start).is_ok()
    }

    /// The mention with this number.
    pub(crate) fn place(&self, place: u32) -> &Place<'r> {
        &self.cast.places()[place as usize]
    }
}

/// Where each noun stands.
fn nouns(r: &Reading<'_>) -> FxHashMap<u32, Vec<u32>> {
    let mut all: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for i in (0..r.len()).filter(|&i| matches!(r.tag(i), Tag::Nn | Tag::Nns | Tag::Nnp)) {
        all.entry(noun(r, i)).or_default().push(i as u32);
    }
    all
}

/// Whether an entity of a type may have a voice.
pub(crate) fn voiced(kind: EntityType) -> bool {
    !matches!(kind, EntityType::Norp | EntityType::Event)
}

/// What is offered for a source.
pub(crate) fn offers(room: &Room<'_, '_>, source: &Source, patience: &Patience<'_>) -> Option<Offers> {
    let (r, cast) = (room.r, room.cast);
    let ruled = ruled(room, source);
    let (mut usual, mut sure) = speaker::voiced(cast, ruled.usual);
    let lists = lists(room, source);
    // "Ada Lind of Oster and Jon Veld": the rules see the first alone.
    if let Some((list, _)) =
        lists.iter().find(|(list, clean)| *clean && usual.len() == 1 && list.first() == usual.first())
    {
        usual.clone_from(list);
    }
    let pairs = if source.means_several(r) { pairs(room, source) } else { Vec::new() };
    // "The two leaders": those who were named or spoke side by side.
    if usual.len() < 2
        && source.means_two(r)
        && let Some(two) = pairs.first()
    {
        usual.clone_from(two);
        sure = sure.max(0.8);
    }
    let ruled = ruled.of;
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
    Some(Offers { list: offers, usual, sure, ruled, pairs, lists })
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

/// The most parts of a list.
const LISTED: usize = 6;

/// The persons that a source with "and" names, and the bodies, where there are two to [`LISTED`] of
/// them: "Ada Lind of Oster and Jon Veld". The flag says that the list is clean: all parts are
/// joined by commas and "and", and no verb stands between them.
fn lists(room: &Room<'_, '_>, source: &Source) -> Vec<(Vec<usize>, bool)> {
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
fn pairs(room: &Room<'_, '_>, source: &Source) -> Vec<Vec<usize>> {
    let (r, cast) = (room.r, room.cast);
    let before = cast.places().partition_point(|place| place.tokens.start < source.at);
    let named = |place: &&Place<'_>| place.mention.name.is_some() && voiced(cast.kind_of(place.mention.entity));
    let near: Vec<&Place<'_>> = cast.places()[..before].iter().rev().take(PAIRED).filter(named).collect();
    let joined = near.windows(2).find_map(|two| {
        let (second, first) = (two[0], two[1]);
        let apart = first.tokens.end <= second.tokens.start && second.tokens.start - first.tokens.end <= 8;
        let and = apart && (first.tokens.end..second.tokens.start).any(|i| r.is(i, "and"));
        let (one, other) = (first.mention.entity, second.mention.entity);
        (and && one != other && cast.kind_of(one) == cast.kind_of(other)).then(|| vec![one, other])
    });
    let mut spoke: Vec<usize> = Vec::new();
    for answer in room.answered.iter().rev().take(SPOKE) {
        if let &[one] = answer.entities.as_slice()
            && !spoke.contains(&one)
        {
            spoke.push(one);
        }
    }
    spoke.truncate(2);
    spoke.reverse();
    let spoke = Some(spoke).filter(|two| two.len() == 2);
    joined.into_iter().chain(spoke).collect()
}

/// Whom the labels of a conversation name.
fn labelled(r: &Reading<'_>, cast: &Cast<'_>) -> Vec<usize> {
    let mut named: Vec<usize> = Vec::new();
    for turn in r.turns() {
        for place in cast.inside(&turn.source) {
            if !named.contains(&place.mention.entity) && named.len() < 40 {
                named.push(place.mention.entity);
            }
        }
    }
    named
}

/// The person whom a line "By Ada Lind" at the top or end names.
fn author(r: &Reading<'_>, cast: &Cast<'_>) -> Option<usize> {
    let starts = |i: usize| i == 0 || r.paragraph_of(i) != r.paragraph_of(i - 1);
    let n = r.len();
    let places = (0..n.min(60)).chain(n.saturating_sub(30).max(60)..n);
    let mut by = places.filter(|&i| r.is(i, "by") && starts(i));
    by.find_map(|i| {
        let place = cast.over(i + 1)?;
        let person = cast.kind_of(place.mention.entity) == EntityType::Person && place.mention.name.is_some();
        let ends =
            place.name_end >= n || starts(place.name_end) || !matches!(r.tag(place.name_end), Tag::Vbd | Tag::Vbz);
        (person && ends).then_some(place.mention.entity)
    })
}

/// What the rules say of a source.
struct Ruled {
    /// Which rules name an entity, and how sure the surest is.
    of: BTreeMap<usize, (u32, f32)>,
    /// What the first rule that names any takes.
    usual: Vec<Speaker>,
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
fn ruled(room: &Room<'_, '_>, source: &Source) -> Ruled {
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
    ruled.add(ISSUER, issuer::issuers(r, cast, phrase, rest, speaker::LEAD));
    ruled.add(HEAD, speaker::by_head(r, cast, phrase));
    let apposed = speaker::apposed(r, cast, rest).or_else(|| speaker::called(r, cast, phrase, rest));
    ruled.add(APPOSED, apposed.into_iter().collect());
    ruled.add(APPOSED, speaker::body_apposed(r, cast, rest).into_iter().collect());
    let part = phrase.start..phrase.clone().find(|&i| r.tag(i) == Tag::Cc).unwrap_or(phrase.end);
    let described = speaker::by_description(r, cast, phrase).or_else(|| speaker::by_description(r, cast, &part));
    ruled.add(DESCRIBED, described.into_iter().collect());
    ruled.note(DESCRIBED, cast.described(r, &part));
    ruled.note(GUESSED, cast.guess(phrase.end - 1));
    ruled
}
