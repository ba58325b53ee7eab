//! Reads a document from start to end and resolves each pronoun and description.
//!
//! The walk keeps a list of the entities mentioned last. A name moves its entity to the end of the
//! list; an anaphor asks which of the fitting entities it means, latest first, and if one is
//! chosen, that is a mention, too. So later answers build on earlier ones. The list is bounded
//! ([`DEPTH`]), and so are the candidates ([`MOST`]): the walk takes time in proportion to the
//! text.

use std::ops::Range;

use sayso_document::{EntityType, Mention, MentionForm, Patience};

use super::anaphor::{self, Anaphor, Sort};
use super::context::{Part, Scene};
use super::features;
use super::profile::Profile;
use super::question::{Answer, Discourse, Question, State, may_be, pronoun_part, says_after};

/// How many sentences back a pronoun may refer.
const PRONOUN_REACH: u32 = 8;
/// The most candidates for one anaphor.
const MOST: usize = 16;
/// How many entities, by latest mention, are kept.
const DEPTH: usize = 120;

/// What a walk finds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The mentions by pronoun and description, with a confidence from 0 to 1.
    pub(super) mentions: Vec<(Mention, f32)>,
    /// Anaphors that were taken to mean none of the entities, with the likeliest one.
    pub(super) guesses: Vec<Guess>,
}

/// The entity that an anaphor would mean if it meant one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Guess {
    /// The token of its head.
    pub(crate) token: usize,
    /// Position in the list of entities.
    pub(crate) entity: usize,
    /// How sure it is, from 0 to 1.
    pub(crate) sure: f32,
}

/// The state of the walk.
pub(super) struct Walk<'a, 's, 't> {
    /// What is known of the text and its entities so far.
    pub(super) discourse: Discourse<'a, 's, 't>,
    /// The entities that were mentioned last, at most [`DEPTH`], the latest at the end.
    recent: Vec<usize>,
    /// One more than the sentence of the latest person.
    led: u32,
}

impl<'a, 's, 't> Walk<'a, 's, 't> {
    /// At the start of a document.
    pub(super) fn new(scene: &'s Scene<'a, 't>, profiles: Vec<Profile>) -> Self {
        Self { discourse: Discourse::new(scene, profiles), recent: Vec::new(), led: 0 }
    }

    /// Finds the mentions by pronoun and description. `known` are the mentions by name, sorted by
    /// start, and `ask` answers the questions. None when nobody waits any longer.
    pub(super) fn run(
        mut self,
        known: &[Mention],
        patience: &Patience<'_>,
        mut ask: impl FnMut(&Discourse<'_, '_, '_>, &Question<'_>) -> Option<Answer>,
    ) -> Option<Found> {
        let mut out = Found::default();
        let mut table: Vec<Vec<u32>> = Vec::new();
        let (mut next, mut covered, mut i) = (0, 0, 0);
        while i < self.discourse.scene.len() {
            patience.spend(1)?;
            let start = self.discourse.scene.document.tokens()[i].span.start();
            while let Some(mention) = known.get(next).filter(|mention| mention.span.start() <= start) {
                covered = covered.max(self.meet(mention));
                next += 1;
            }
            let found = if i < covered { None } else { anaphor::at(self.discourse.scene, i) };
            let Some(anaphor) = found else {
                i += 1;
                continue;
            };
            // A name inside the words, "the Russian president", is met before them.
            let end = self.discourse.scene.document.tokens()[anaphor.head()].span.end();
            let mut named = false;
            while let Some(mention) = known.get(next).filter(|mention| mention.span.start() < end) {
                named |= mention.span.end() >= end;
                self.meet(mention);
                next += 1;
            }
            // "The Russian government" is itself known, but for its article.
            if named {
                i = anaphor.tokens.end;
                continue;
            }
            let candidates = self.candidates(&anaphor);
            if !candidates.is_empty() {
                patience.spend(candidates.len())?;
                features::fill(&self.discourse, &anaphor, &candidates, &mut table);
                let features = &table[..=candidates.len()];
                let answer = ask(&self.discourse, &Question { anaphor: &anaphor, candidates: &candidates, features });
                if let Some(Answer { place, sure, stands }) = answer {
                    let entity = candidates[place];
                    if stands {
                        out.mentions.push((self.mention(&anaphor, entity), sure));
                        self.stand(&anaphor, entity);
                    } else {
                        out.guesses.push(Guess { token: anaphor.head(), entity, sure });
                    }
                }
            }
            i = anaphor.tokens.end;
        }
        Some(out)
    }

    /// The mention of an entity by an anaphor.
    fn mention(&self, anaphor: &Anaphor, entity: usize) -> Mention {
        let span = self.discourse.scene.document.span_of(anaphor.tokens.clone());
        let form = if anaphor.sort.is_pronoun() { MentionForm::Pronoun } else { MentionForm::Description };
        Mention {
            entity,
            sentence: self.discourse.scene.sentence(anaphor.tokens.start) as usize,
            span,
            name: None,
            form,
        }
    }

    /// Notes a name, and returns one past its last token.
    fn meet(&mut self, mention: &Mention) -> usize {
        let document = self.discourse.scene.document;
        let name = mention.name.unwrap_or(mention.span);
        let name = document.tokens_in(name);
        let whole = document.tokens_in(mention.span);
        let end = if whole.end > name.end { name.end } else { whole.end };
        self.note(mention.entity, whole.start..end, mention.form);
        end
    }

    /// Notes that an anaphor stands for an entity.
    fn stand(&mut self, anaphor: &Anaphor, entity: usize) {
        self.discourse.last[anaphor.sort as usize] = Some((entity, anaphor.head()));
        let quoted = self.discourse.scene.quotation(anaphor.head()) > 0;
        if let Sort::Male | Sort::Female = anaphor.sort
            && !quoted
        {
            // What speakers call others tells less of them.
            self.discourse.states[entity].pronouns[anaphor.sort as usize] += 1;
        }
        if anaphor.sort.is_pronoun() {
            self.note(entity, anaphor.tokens.clone(), MentionForm::Pronoun);
        } else {
            self.discourse.states[entity].described = self.discourse.scene.number(anaphor.head());
            self.note(entity, anaphor.tokens.clone(), MentionForm::Description);
        }
    }

    /// Notes a mention, as the latest of its entity.
    fn note(&mut self, entity: usize, tokens: Range<usize>, form: MentionForm) {
        let scene = self.discourse.scene;
        let mut part = scene.part(tokens.start, tokens.end);
        if form == MentionForm::Pronoun {
            part = pronoun_part(scene, &tokens, part);
        }
        let sentence = scene.sentence(tokens.start);
        let person = self.discourse.profiles[entity].kind == Some(EntityType::Person);
        let leads = person && self.led != sentence + 1;
        if person {
            self.led = sentence + 1;
        }
        let says = part == Part::Inverted || part == Part::Subject && says_after(scene, tokens.end);
        let state = &mut self.discourse.states[entity];
        if says && scene.quotation(tokens.start) == 0 {
            state.said = tokens.start + 1;
            self.discourse.speaker = Some((entity, tokens.start));
        }
        let outside = if scene.quotation(tokens.start) == 0 { tokens.start + 1 } else { state.outside };
        *state = State {
            tokens,
            form: Some(form),
            part,
            leads,
            says,
            count: state.count + 1,
            pronouns: state.pronouns,
            said: state.said,
            outside,
            described: state.described,
        };
        match self.recent.iter().rposition(|&e| e == entity) {
            Some(place) => drop(self.recent.remove(place)),
            None if self.recent.len() == DEPTH => drop(self.recent.remove(0)),
            None => {}
        }
        self.recent.push(entity);
    }

    /// Whether an entity is the subject of the verb whose object the pronoun is, and so cannot be
    /// meant: "the president thanked her".
    fn binds(&self, anaphor: &Anaphor, entity: usize) -> bool {
        let (here, state) = (anaphor.tokens.start, &self.discourse.states[entity]);
        let object = match self.discourse.scene.word(here) {
            "him" => true,
            "her" => !self.discourse.scene.goes_on(here + 1),
            _ => false,
        };
        let between = state.tokens.end..here;
        object
            && state.part == Part::Subject
            && (1..=3).contains(&between.len())
            && between.clone().all(|i| self.discourse.scene.word(i).starts_with(char::is_alphabetic))
            && between.clone().any(|i| self.discourse.scene.is_verb(i))
            && !between
                .clone()
                .any(|i| matches!(self.discourse.scene.word(i), "and" | "or" | "that" | "who" | "when" | "if"))
    }

    /// The entities that an anaphor may mean, the latest first: by type, distance and gender.
    fn candidates(&self, anaphor: &Anaphor) -> Vec<usize> {
        let sentence = self.discourse.scene.sentence(anaphor.tokens.start);
        let fits = |&entity: &usize| {
            let (profile, state) = (&self.discourse.profiles[entity], &self.discourse.states[entity]);
            let Some(kind) = profile.kind else { return false };
            let near = sentence - self.discourse.scene.sentence(state.tokens.start) <= PRONOUN_REACH;
            let inside = state.tokens.end > anaphor.tokens.start;
            match anaphor.sort {
                Sort::Male | Sort::Female => {
                    let sex = usize::from(anaphor.sort == Sort::Female);
                    near && kind == EntityType::Person && (self.discourse.blind || may_be(profile, state, sex))
                }
                Sort::Thing => near && !matches!(kind, EntityType::Person | EntityType::Norp),
                Sort::Many => near && !matches!(kind, EntityType::Facility | EntityType::Event),
                Sort::Person => kind == EntityType::Person && !inside,
                Sort::Body => {
                    matches!(kind, EntityType::Organization | EntityType::Place | EntityType::Facility) && !inside
                }
            }
        };
        let free = |entity: &usize| fits(entity) && !self.binds(anaphor, *entity);
        self.recent.iter().rev().copied().filter(free).take(MOST).collect()
    }
}
