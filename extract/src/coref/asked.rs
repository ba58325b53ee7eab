//! The questions of coreference, as fitting sees them. Analysis has no use for this file.

use sayso_document::{Patience, Span};

use super::anaphor::Sort;
use super::context::Scene;
use super::gender::Genders;
use super::question::{Answer, Discourse, Question};
use super::{prepare, rank};
use crate::lexicon::Lexicon;
use crate::model::Linear;
use crate::names::NameMention;
use crate::view::View;

/// The position of the likeliest candidate, and its probability; none where "none of them" is
/// likelier.
pub(crate) fn choose(model: &Linear, features: &[Vec<u32>]) -> Option<(usize, f32)> {
    rank(model, features, 0.0, &[]).filter(|&(none, ..)| !none).map(|(_, place, sure)| (place, sure))
}

/// A question of coreference, with what is needed to find the right answer in a corpus.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'q> {
    /// The pronoun or description.
    pub words: Span,
    /// The names of the document and their entities, by start.
    pub names: &'q [(Span, usize)],
    /// The entities, the latest mentioned first.
    pub candidates: &'q [usize],
    /// The hashed features of "none of them", then of each candidate.
    pub features: &'q [Vec<u32>],
    /// The position of the candidate that gender alone settles.
    pub settled: Option<usize>,
}

/// Puts every question of a document to `answer`, which picks the position of a candidate or none.
/// With `blind`, features do not tell gender, and persons of both genders are candidates: so texts
/// in which gender settles the answer still teach what position and distance say.
pub(crate) fn questions(
    view: &View<'_>,
    lexicon: &Lexicon,
    genders: &Genders,
    names: &[NameMention],
    blind: bool,
    mut answer: impl FnMut(&Asked<'_>) -> Option<usize>,
) {
    let scene = Scene::new(view, lexicon);
    let (_, known, mut walk) = Patience::endless(|patience| prepare(&scene, genders, names, patience));
    walk.discourse.blind = blind;
    let named: Vec<(Span, usize)> = known.iter().filter_map(|m| Some((m.name?, m.entity))).collect();
    let put = |discourse: &Discourse<'_, '_, '_>, question: &Question<'_>| {
        let asked = Asked {
            words: discourse.scene.document.span_of(question.anaphor.tokens.clone()),
            names: &named,
            candidates: question.candidates,
            features: question.features,
            settled: settled(discourse, question),
        };
        answer(&asked).map(|place| Answer { place, sure: 1.0, stands: true })
    };
    Patience::endless(|patience| walk.run(&known, patience, put));
}

/// The candidate that gender alone settles: all others are known to be of the other one.
fn settled(discourse: &Discourse<'_, '_, '_>, question: &Question<'_>) -> Option<usize> {
    let male = match question.anaphor.sort {
        Sort::Male => true,
        Sort::Female => false,
        _ => return None,
    };
    let genders = question.candidates.iter().map(|&entity| discourse.profiles[entity].gender);
    let mut same = genders.clone().enumerate().filter(|(_, gender)| gender.male == male);
    let (found, _) = same.next()?;
    (same.next().is_none() && genders.clone().all(|gender| gender.known())).then_some(found)
}
