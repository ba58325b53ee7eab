//! The learned decisions of attribution: is this a cue, how far does it reach, who is its source, what is
//! its content, and is the whole an attribution?
//!
//! Each decision ranks a few possibilities that the grammar of the sentence offers, by a linear model
//! over hashed features. What hand-written rules would have chosen is one feature among them.

mod content;
mod cue;
mod sight;
mod source;
mod syntax;
mod whole;

pub(super) use content::{Content, contents};
pub(super) use cue::{cue_features, extents};
pub(crate) use sight::Seen;
pub(super) use sight::{Features, Sight};
pub(super) use source::sources;
pub(super) use whole::{Found, whole_features};

use std::ops::Range;

use crate::model::{Files, Linear, ModelError};

/// The models that decide attributions, in the order in which they are asked.
#[derive(Clone, Debug)]
pub struct Models {
    /// Whether a word attributes: logistic.
    pub cue: Linear,
    /// Which noun phrase is the source: ranking, "none" among the candidates.
    pub source: Linear,
    /// Which words are the content: ranking.
    pub content: Linear,
    /// Which words around its head belong to the cue: ranking.
    pub extent: Linear,
    /// Whether cue, source and content together are an attribution: logistic.
    pub whole: Linear,
}

impl Models {
    /// Reads the models.
    pub(crate) fn read(files: &Files) -> Result<Self, ModelError> {
        Ok(Self {
            cue: files.linear("cue", 1)?,
            source: files.linear("source", 1)?,
            content: files.linear("content", 1)?,
            extent: files.linear("extent", 1)?,
            whole: files.linear("whole", 1)?,
        })
    }
}

/// What a ranking offers: some tokens, or nothing; with the features of the choice.
#[derive(Clone, Debug)]
pub(super) struct Offer<T> {
    pub(super) value: T,
    pub(super) features: Vec<u32>,
}

/// The offer with the highest score, that score, and how far it lies above the next; none when there is none.
pub(super) fn best<T: Clone>(model: &Linear, offers: &[Offer<T>]) -> Option<(T, f32, f32)> {
    let mut top: Option<(usize, f32)> = None;
    let mut second = f32::NEG_INFINITY;
    for (place, offer) in offers.iter().enumerate() {
        let score = model.score(&offer.features);
        match top {
            Some((_, best)) if score <= best => second = second.max(score),
            _ => {
                second = top.map_or(second, |(_, best)| best);
                top = Some((place, score));
            }
        }
    }
    top.map(|(place, score)| (offers[place].value.clone(), score, (score - second).min(20.0)))
}

/// Whether two ranges share a token.
pub(super) fn meet(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
