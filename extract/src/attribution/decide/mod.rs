//! The learned decisions of attribution: is this a cue, how far does it reach, who is its source, what is its content,
//! and is the whole an attribution?
//!
//! Each decision ranks a few possibilities that the grammar of the sentence offers, by a linear model over hashed
//! features. What hand-written rules would have chosen is one feature among them.
//!
//! | file | decides | model |
//! |---|---|---|
//! | [`cue`] | whether a candidate is a cue, and which words belong to it | `cue.bin`, `extent.bin` |
//! | [`source`] | which noun phrase is the source | `source.bin` |
//! | [`content`], [`content_features`] | which span is the content | `content.bin` |
//! | [`whole`] | whether cue, source and content make an attribution | `whole.bin` |
//! | [`select`] | which of the overlapping attributions stay | |
//! | `encoded` | the same from the encoder's marks, with the linear decisions as a second opinion | the encoder |
//! | [`bounds`] | where content must end: at its paragraph, after a dateline | |
//! | [`continued`] | which quotations go on with what the same speaker said before | |
//!
//! [`features`] and [`syntax`] hold what the features of all decisions are made from; `cases` is for fitting.
//!
//! A feature has a number, its template. Changing what a template means, or adding one, needs a refit of that model and
//! of all after it.
//!
//! Fitting goes in the same order. Each model is fitted on what those before it find in articles
//! that they were not fitted on, so that it learns from the errors that it will meet.

pub(crate) mod bounds;
#[cfg(feature = "training")]
pub(crate) mod cases;
mod content;
mod content_features;
pub(crate) mod continued;
mod cue;
#[cfg(feature = "encoder")]
pub(crate) mod encoded;
pub(crate) mod features;
mod makers;
pub(crate) mod runs;
pub(crate) mod select;
mod source;
pub(crate) mod syntax;
mod whole;

pub(crate) use features::{Features, Seen, Sight};

use std::ops::Range;

use crate::model::{Files, Linear, ModelError};

/// Content in one or more pieces, in reading order.
pub(crate) type Content = Vec<Range<usize>>;

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
    /// Reads the models from their files, each with one label.
    ///
    /// # Errors
    /// If a file is missing, damaged, or of another version of the features.
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
pub(crate) struct Offer<T> {
    /// What is offered.
    pub(crate) value: T,
    /// Features of this offer alone.
    features: Vec<u32>,
    /// Positions in [`Offers::shared`] of two lists that this offer has in common with others.
    shared: Option<[usize; 2]>,
}

/// All that a ranking offers.
#[derive(Clone, Debug)]
pub(crate) struct Offers<T> {
    /// The offers, in a fixed order: of equal scores the first wins.
    pub(crate) list: Vec<Offer<T>>,
    /// Lists of features that several offers have, which are summed up once.
    shared: Vec<Vec<u32>>,
}

impl<T: Clone> Offers<T> {
    /// Offers that share no features.
    fn new(list: Vec<Offer<T>>) -> Self {
        Self { list, shared: Vec::new() }
    }

    /// All features of the offer at a position, its own before the shared ones.
    #[cfg(feature = "training")]
    pub(crate) fn features(&self, place: usize) -> Vec<u32> {
        let offer = &self.list[place];
        let shared = offer.shared.iter().flatten().flat_map(|&at| &self.shared[at]);
        offer.features.iter().chain(shared).copied().collect()
    }

    /// The offer with the highest score, and the margin to the next, 20 at most. None when nothing
    /// is offered.
    pub(crate) fn best(&self, model: &Linear) -> Option<(T, f32)> {
        let shared: Vec<f32> = self.shared.iter().map(|features| model.score(features)).collect();
        let (mut top, mut second): (Option<(usize, f32)>, f32) = (None, f32::NEG_INFINITY);
        for (place, offer) in self.list.iter().enumerate() {
            let score = model.score(&offer.features) + offer.shared.iter().flatten().map(|&at| shared[at]).sum::<f32>();
            match top {
                Some((_, best)) if score <= best => second = second.max(score),
                _ => {
                    second = top.map_or(second, |(_, best)| best);
                    top = Some((place, score));
                }
            }
        }
        top.map(|(place, score)| (self.list[place].value.clone(), (score - second).min(20.0)))
    }
}

/// Whether two ranges share a token.
pub(crate) fn meet(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
