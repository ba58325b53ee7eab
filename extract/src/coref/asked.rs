//! The questions of a document as fitting sees them. Analysis has no use for this.

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

/// The candidate that the model gives the highest odds, with its probability; none when that is likelier.
pub(crate) fn choose(model: &Linear, features: &[Vec<u32>]) -> Option<(usize, f32)> {
    rank(model, features, 0.0, &[]).filter(|&(none, ..)| !none).map(|(_, place, sure)| (place, sure))
}

/// A question as fitting sees it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'q> {
    /// The words.
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

/// Puts every question of a document to `answer`, which picks a candidate. Where `blind` is set, gender tells the
/// features nothing. It serves to fit the model; analysis has no use for it.
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
