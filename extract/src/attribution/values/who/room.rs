//! An article with what was decided of its sources so far.

use rustc_hash::FxHashMap;
use sayso_document::EntityType;

use super::source::{Source, noun};
use crate::attribution::decide::syntax::Syntax;
use crate::attribution::draft::Draft;
use crate::attribution::values::mentions::{Cast, Place};
use crate::attribution::values::question::Means;
use crate::tags::Tag;
use crate::view::Reading;
use crate::view::turns::Look;

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

/// How many persons and how many bodies are offered because the article names them most.
const NAMED_MOST: usize = 5;
/// How many earlier answers are offered again.
pub(super) const SPOKE: usize = 4;

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
    /// The first three to speak.
    pub(super) voices: Vec<usize>,
    /// The persons, and all others that speak, that are named most; and how many persons there are.
    pub(super) named_most: Vec<usize>,
    pub(crate) persons: usize,
    /// The person who is named first.
    pub(crate) first_person: Option<usize>,
    /// "He" and "she" that stand for each entity.
    pub(crate) sexes: Vec<[u32; 2]>,
    /// Where each noun stands, by its number in the singular.
    pub(crate) nouns: FxHashMap<u32, Vec<u32>>,
    /// The latest answer for a source with this head.
    pub(crate) by_head: FxHashMap<u32, usize>,
    /// Whether each token is part of what someone says.
    pub(crate) told: Vec<bool>,
    /// Who wrote the article, where it says so.
    pub(crate) author: Option<usize>,
    /// Whom the labels of a conversation name.
    pub(crate) labelled: Vec<usize>,
    /// Whom the answers of "Q" and "A" are from, where one person alone is named before them.
    pub(crate) interviewed: Option<usize>,
}

impl<'r, 'd> Room<'r, 'd> {
    /// With nothing decided yet.
    pub(crate) fn new(r: &'r Reading<'d>, cast: &'r Cast<'r>, drafts: &[Draft], means: Means<'r>) -> Self {
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
            voices: Vec::new(),
            named_most,
            persons: (0..chains.entities.len()).filter(is_person).count(),
            first_person: (0..chains.entities.len()).find(is_person),
            sexes,
            nouns: nouns(r),
            by_head: FxHashMap::default(),
            told: told(r, drafts),
            author: author(r, cast),
            labelled: labelled(r, cast),
            interviewed: interviewed(r, cast),
        }
    }

    /// Remembers an answer for the sources that come.
    pub(crate) fn note(&mut self, answer: Answered) {
        let place = self.answered.len();
        for &entity in &answer.entities {
            let spoke = self.spoke.entry(entity).or_default();
            if spoke.0 == 0 && self.voices.len() < 3 {
                self.voices.push(entity);
            }
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

    /// Whether a source is the label of an answer: "A:".
    pub(crate) fn answers(&self, source: &Source) -> bool {
        source.tokens.len() == 1 && self.is_label(source) && matches!(self.r.lower(source.at), "a" | "a." | "answer")
    }

    /// Whether it is that of a question: "Q:".
    pub(crate) fn asks(&self, source: &Source) -> bool {
        source.tokens.len() == 1 && self.is_label(source) && matches!(self.r.lower(source.at), "q" | "q." | "question")
    }

    /// The mention with this number.
    pub(crate) fn place(&self, place: u32) -> &Place<'r> {
        &self.cast.places()[place as usize]
    }
}

/// Which tokens are part of what someone says.
fn told(r: &Reading<'_>, drafts: &[Draft]) -> Vec<bool> {
    let mut told: Vec<bool> = (0..r.len()).map(|i| r.quotation_at(i).is_some()).collect();
    drafts.iter().flat_map(|draft| &draft.content).for_each(|piece| told[piece.clone()].fill(true));
    told
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

/// The one person, but for the author, whom the introduction of a conversation with "Q" and "A" names.
fn interviewed(r: &Reading<'_>, cast: &Cast<'_>) -> Option<usize> {
    let first = r.turns().iter().find(|turn| turn.look == Look::Letter)?;
    let author = author(r, cast);
    let person = |entity: &usize| cast.kind_of(*entity) == EntityType::Person && Some(*entity) != author;
    let before = 0..first.source.start;
    let before = cast.inside(&before).filter(|place| place.mention.name.is_some());
    let mut persons = before.map(|place| place.mention.entity).filter(person);
    let one = persons.next()?;
    persons.all(|other| other == one).then_some(one)
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
