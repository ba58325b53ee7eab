//! Questions of an attribution that models answer: who its source is, its act, its polarity, its addressee.

use sayso_document::{Act, Entity, Polarity, Span};

use crate::coref::Kin;
use crate::parse::Tree;

/// A question who a source of an article is.
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
    /// The place of the offer that the rules take.
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
    /// What depends on what, as the parser took it.
    pub(crate) tree: &'m Tree,
    /// What the encoder says of words that mean the same, if it was asked.
    pub(crate) kin: Option<&'m Kin<'m>>,
}
