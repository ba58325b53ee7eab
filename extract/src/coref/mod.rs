//! Coreference: puts the mentions of one person, organisation or place together.
//!
//! "Harbour Commissioner Ada Lind", "Lind", "the commissioner" and "she" become one entity with four mentions.
//!
//! | file | does |
//! |---|---|
//! | [`cluster`], [`bodies`], [`person`], [`alias`] | puts names together: full names, surnames, short forms, acronyms |
//! | [`entity`] | chooses the name that stands for an entity |
//! | [`office`], [`pollsters`] | finds organisations that are called after a name |
//! | [`anaphor`] | finds pronouns and descriptions that refer to something |
//! | [`profile`], [`gender`], [`describe`] | what is known of each entity so far, and which descriptions fit it |
//! | [`context`], [`question`] | what the text shows around a mention, and what the model is asked |
//! | [`features`], [`resolver`] | ranks the entities for each anaphor, from left to right (`speakers.bin`) |
//!
//! Three steps, each in its own files:
//!
//! 1. Names meet in clusters, one for each entity ([`cluster`], [`bodies`]); organisations called after a name
//!    are added ([`office`]).
//! 2. Everything known of an entity from its own names goes into a profile: titles, gender, words
//!    ([`profile`]).
//! 3. The document is read from left to right. For each pronoun and description, a model ranks the
//!    entities mentioned so far against "none of them" ([`resolver`]), with the encoder's opinion
//!    on the accurate tier ([`Kin`]).
//!
//! Who a *source* is, is decided again later with more knowledge (`attribution/values/who`), and
//! mentions follow it.

mod alias;
mod anaphor;
#[cfg(feature = "training")]
mod asked;
mod bodies;
mod cluster;
mod context;
mod describe;
mod entity;
mod features;
mod gender;
mod known;
mod office;
mod person;
mod pollsters;
mod profile;
mod question;
mod resolver;
mod title;

use std::ops::Range;

use sayso_document::{Document, Entity, Mention, MentionForm, Patience};

use crate::lexicon::Lexicon;
use crate::model::{Files, Linear, ModelError};
use crate::names::NameMention;
use crate::view::View;
use anaphor::Sort;
#[cfg(feature = "training")]
pub use asked::Asked;
#[cfg(feature = "training")]
pub(crate) use asked::{choose, questions};
use context::Scene;
pub(crate) use describe::Described;
pub(crate) use features::step;
use gender::Genders;
pub(crate) use known::{Called, Known, comparable_word};
use profile::Profile;
use question::{Answer, Discourse, Question};
pub(crate) use resolver::Guess;
use resolver::Walk;

/// What coreference has learned.
#[derive(Clone, Debug)]
pub(crate) struct ChainModels {
    /// Ranks the entities that a pronoun or description may stand for (`speakers.bin`).
    pub(crate) ranking: Linear,
    /// First names with the pronoun that news uses for their bearers (`genders.tsv`).
    pub(crate) genders: Genders,
}

impl ChainModels {
    /// Reads the models.
    /// Reads the models.
    ///
    /// # Errors
    /// If a file is missing, damaged, or of another version of the features.
    pub(crate) fn read(files: &Files) -> Result<Self, ModelError> {
        Ok(Self { ranking: files.linear("speakers", 1)?, genders: Genders::read(&files.text("genders.tsv")?) })
    }
}

/// The entities of a document and where they are mentioned.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    /// In order of first mention.
    pub entities: Vec<Entity>,
    /// By start, then longest first.
    pub mentions: Vec<Mention>,
    /// The confidence that each mention is one of its entity, from 0 to 1; one for each of
    /// `mentions`.
    pub sure: Vec<f32>,
    /// Pronouns and descriptions that were taken to mean none of the entities, with the likeliest
    /// one; sorted by token.
    pub guesses: Vec<Guess>,
    /// Dates and sums of money, which no chain holds.
    pub quantities: Vec<NameMention>,
    /// What is known of each entity; one for each of `entities`.
    profiles: Vec<Profile>,
}

impl Chains {
    /// What is known of an entity.
    pub(crate) fn known(&self, entity: usize) -> Known<'_> {
        Known(&self.profiles[entity])
    }

    /// Leaves out the mentions for which `keep` does not hold; all entities stay.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Mention) -> bool) {
        let kept = self.mentions.iter().map(keep).collect::<Vec<_>>();
        let (mut mention, mut sure) = (kept.iter(), kept.iter());
        self.mentions.retain(|_| mention.next().copied().unwrap_or(true));
        self.sure.retain(|_| sure.next().copied().unwrap_or(true));
    }
}

/// The encoder's opinion on coreference: for the tokens of the first range and each of the others,
/// the log odds that they mean the same entity against "none of them"; 0 where it cannot tell.
pub(crate) type Kin<'k> = dyn Fn(&Range<usize>, &[Range<usize>]) -> Vec<f32> + 'k;

/// The weight of that opinion beside the score of the linear model.
const KIN: f32 = 1.0;

/// Links names to entities, then descriptions and pronouns to these. The names are sorted by start.
/// Without `kin` the linear model decides alone. None when nobody waits any longer.
pub(crate) fn link(
    view: &View<'_>,
    lexicon: &Lexicon,
    models: &ChainModels,
    names: Vec<NameMention>,
    kin: Option<&Kin<'_>>,
    patience: &Patience<'_>,
) -> Option<Chains> {
    let scene = Scene::new(view, lexicon);
    let names = pollsters::part(view.document, names);
    let (mut entities, known, walk) = prepare(&scene, &models.genders, &names, patience)?;
    let mut profiles = walk.discourse.profiles.clone();
    let found = walk.run(&known, patience, |discourse, question| answer(discourse, &models.ranking, question, kin))?;
    let mut all: Vec<(Mention, f32)> = known.into_iter().map(|mention| (mention, SURE)).collect();
    all.extend(found.mentions);
    all.sort_by_key(|(mention, _)| order(mention));
    let (mut mentions, sure): (Vec<Mention>, Vec<f32>) = all.into_iter().unzip();
    let mut guesses = found.guesses;
    let place = in_order_of_mention(&mut entities, &mut mentions);
    guesses.iter_mut().for_each(|guess| guess.entity = place[guess.entity]);
    let mut order: Vec<usize> = (0..profiles.len()).filter(|&old| place[old] < usize::MAX).collect();
    order.sort_by_key(|&old| place[old]);
    profiles = order.into_iter().map(|old| std::mem::take(&mut profiles[old])).collect();
    Some(Chains { entities, mentions, sure, guesses, profiles, ..Chains::default() })
}

/// The confidence that a name belongs to the entity that bears it.
const SURE: f32 = 0.97;

/// The entities that have names, their mentions sorted by start, and a walk that knows their
/// profiles.
fn prepare<'a, 's, 't>(
    scene: &'s Scene<'a, 't>,
    genders: &Genders,
    names: &[NameMention],
    patience: &Patience<'_>,
) -> Option<(Vec<Entity>, Vec<Mention>, Walk<'a, 's, 't>)> {
    let (document, lexicon) = (scene.document, scene.lexicon);
    let clusters = cluster::cluster(document, lexicon, genders, names, patience)?;
    let clusters = bodies::joined(document, lexicon, names, clusters);
    let mut entity_of = vec![0; names.len()];
    for (entity, cluster) in clusters.iter().enumerate() {
        for &name in &cluster.names {
            entity_of[name] = entity;
        }
    }
    let mut entities: Vec<Entity> = clusters.iter().map(|c| entity::entity(document, lexicon, names, c)).collect();
    let mut profiles = profile::profiles(scene, names, &clusters);
    let mut mentions: Vec<Mention> =
        names.iter().zip(&entity_of).map(|(name, &e)| mention(document, name, e)).collect();
    office::offices(document, lexicon, names, &mut entities, &mut mentions);
    mentions.sort_by_key(order);
    let named = profiles.len();
    profiles.resize_with(entities.len(), Profile::default);
    // The first mention of each decides.
    for mention in mentions.iter().rev().filter(|mention| mention.entity >= named) {
        profiles[mention.entity] = profile::body(document, mention.span);
    }
    Some((entities, mentions, Walk::new(scene, profiles)))
}

/// The confidence of a description whose words all fit a title.
const TITLED: f32 = 0.88;
/// The least confidence with which "it" and "they" are linked; mostly they stand for nothing named.
const BOLD: f32 = 0.6;

/// How much the score of "none of them" is lowered. News names the entities it speaks of more often
/// than the texts that the model was fitted on.
const SHY: f32 = 0.5;

/// For which candidate an anaphor stands: a description by the titles and names that it repeats,
/// all others as the model ranks them.
fn answer(
    discourse: &Discourse<'_, '_, '_>,
    model: &Linear,
    question: &Question<'_>,
    kin: Option<&Kin<'_>>,
) -> Option<Answer> {
    if let Some(place) = features::titled(discourse, question) {
        return Some(Answer { place, sure: TITLED, stands: true });
    }
    let told = kin.map_or_else(Vec::new, |kin| {
        let latest: Vec<Range<usize>> =
            question.candidates.iter().map(|&entity| discourse.states[entity].tokens.clone()).collect();
        kin(&question.anaphor.tokens, &latest)
    });
    let (none, place, sure) = rank(model, question.features, SHY, &told)?;
    let bold = match question.anaphor.sort {
        Sort::Thing if question::says_after(discourse.scene, question.anaphor.tokens.end) => sure > 0.3,
        Sort::Thing | Sort::Many => sure >= BOLD,
        _ => !none,
    };
    Some(Answer { place, sure, stands: bold })
}

/// Whether "none of them" has the highest score, after it was lowered by `shy`; the position of the
/// best candidate; and the probability of that one. `told` is added to the scores of the
/// candidates, if it is not empty.
fn rank(model: &Linear, features: &[Vec<u32>], shy: f32, told: &[f32]) -> Option<(bool, usize, f32)> {
    let mut scores: Vec<f32> = features.iter().map(|features| model.score(features)).collect();
    *scores.first_mut()? -= shy;
    scores[1..].iter_mut().zip(told).for_each(|(score, told)| *score += KIN * told);
    let (none, candidates) = scores.split_first()?;
    let best = candidates.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let rest: f32 = scores.iter().map(|score| libm::expf(score - best.1)).sum();
    Some((none >= best.1, best.0, 1.0 / rest))
}

/// Sorts the entities by first mention, and returns the new position of each.
fn in_order_of_mention(entities: &mut Vec<Entity>, mentions: &mut [Mention]) -> Vec<usize> {
    let mut place = vec![usize::MAX; entities.len()];
    let mut order = Vec::with_capacity(entities.len());
    for mention in mentions.iter_mut() {
        if place[mention.entity] == usize::MAX {
            place[mention.entity] = order.len();
            order.push(mention.entity);
        }
        mention.entity = place[mention.entity];
    }
    let mut old: Vec<Option<Entity>> = std::mem::take(entities).into_iter().map(Some).collect();
    entities.extend(order.into_iter().filter_map(|i| old[i].take()));
    place
}

/// The mention of an entity by a name.
fn mention(document: &Document, name: &NameMention, entity: usize) -> Mention {
    let form = if name.title.is_some() { MentionForm::TitledName } else { MentionForm::Name };
    let sentence = document.sentence_of_token(name.tokens.start);
    Mention { entity, sentence, span: name.span, name: Some(name.name), form }
}

/// By start, then longest first.
fn order(mention: &Mention) -> (usize, std::cmp::Reverse<usize>) {
    (mention.span.start(), std::cmp::Reverse(mention.span.end()))
}
