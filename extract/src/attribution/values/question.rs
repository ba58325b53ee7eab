//! Questions of an attribution that models answer: who its source is, its act, its polarity, its addressee.
//!
//! Analysis puts these questions to a [`Decides`]: in the product the models, in fitting something
//! that also writes the questions down. So a model learns from just what it will be asked.

use sayso_document::{Act, Entity, Polarity, Span};

use crate::coref::Kin;
use crate::parse::Tree;

/// A question who a source of an article is.
/// The lists run in parallel: offer, entities and features of an answer have one position.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "training"), expect(dead_code, reason = "fitting alone reads more than the features"))]
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
    /// The position of the offer that the rules take.
    pub usual: usize,
}

/// The acts, by their number.
pub const ACTS: [Act; 5] = [Act::Speech, Act::Thought, Act::Intent, Act::Finding, Act::Other];

/// The polarities of what the grammar does not take for negated, by their number.
pub const POLARITIES: [Polarity; 2] = [Polarity::Asserted, Polarity::Hypothetical];

/// A value that is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Saying, thinking, intending, finding or none of these.
    Act,
    /// Asserted or hypothetical, where the grammar sees no negation.
    Polarity,
    /// To whom it was said.
    Addressee,
}

impl Value {
    /// All of them.
    #[cfg(feature = "training")]
    pub const ALL: [Self; 3] = [Self::Act, Self::Polarity, Self::Addressee];

    /// The name of its model, and of the file without `.bin`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Polarity => "polarity",
            Self::Addressee => "addressee",
        }
    }

    /// How many labels its model tells apart; one that ranks offers has one.
    pub fn labels(self) -> usize {
        match self {
            Self::Act => ACTS.len(),
            Self::Polarity => POLARITIES.len(),
            Self::Addressee => 1,
        }
    }
}

/// A question for a value of an attribution.
/// Labels have the positions of [`ACTS`] and [`POLARITIES`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "training"), expect(dead_code, reason = "fitting alone reads more than the features"))]
pub struct ValueAsked<'q> {
    /// What is asked for.
    pub value: Value,
    /// What is attributed.
    pub content: &'q [Span],
    /// The words that may name the addressee; the answer 0 stands for none of them, 1 for the first.
    pub offers: &'q [Span],
    /// The hashed features: of an addressee one list for each answer, else one for all.
    pub features: &'q [Vec<u32>],
    /// The answer that the grammar gives.
    pub usual: usize,
}

/// What answers the questions for speakers and values.
pub(crate) trait Decides {
    /// Picks an offer: its position, and a probability from 0 to 1.
    fn who(&mut self, asked: &Asked<'_>) -> (usize, f32);

    /// Picks the answer to a question for a value: the position of a label, or 0 for nobody and 1
    /// for the first offer.
    fn value(&mut self, asked: &ValueAsked<'_>) -> usize;
}

/// Whatever answers; stages hold it as a trait object, so they are compiled once.
pub(crate) type Decide<'d> = dyn Decides + 'd;

/// What the decisions are made of, beside the document.
#[derive(Clone, Copy)]
pub(crate) struct Means<'m> {
    /// The dependencies.
    pub(crate) tree: &'m Tree,
    /// The encoder's scores of whether mentions mean the same entity; none on the fast tier.
    pub(crate) kin: Option<&'m Kin<'m>>,
}
