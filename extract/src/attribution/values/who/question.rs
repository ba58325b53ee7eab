//! A question who a source is, and what it takes to answer it.

use sayso_document::{Entity, Span};

use crate::attribution::values::value::ValueAsked;
use crate::coref::Kin;
use crate::model::Clusters;
use crate::parse::Tree;

/// A question who a source of an article is.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'q> {
    /// The words of the source; empty where there is none.
    pub source: Span,
    /// What is attributed to it.
    pub content: &'q [Span],
    /// The entities of the article.
    pub entities: &'q [Entity],
    /// The entities of each offer; the first offer is nobody.
    pub offers: &'q [Vec<usize>],
    /// The hashed features of each offer.
    pub features: &'q [Vec<u32>],
    /// The place of the offer that the rules take.
    pub usual: usize,
}

/// What answers the questions for speakers and values.
pub(crate) trait Decides {
    /// Picks the place of an offer, and tells how sure it is.
    fn who(&mut self, asked: &Asked<'_>) -> (usize, f32);

    /// Picks the answer to a question for a value.
    fn value(&mut self, asked: &ValueAsked<'_>) -> usize;
}

/// What answers, whoever it is.
pub(crate) type Decide<'d> = dyn Decides + 'd;

/// What the decisions are made of, beside the document.
#[derive(Clone, Copy)]
pub(crate) struct Means<'m> {
    pub(crate) tree: &'m Tree,
    pub(crate) clusters: &'m Clusters,
    /// What the encoder says of words that mean the same, if it was asked.
    pub(crate) kin: Option<&'m Kin<'m>>,
}

/// One that was asked about before.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) at: usize,
    pub(crate) words: u32,
    pub(crate) head: u32,
    pub(crate) entities: Vec<usize>,
}
