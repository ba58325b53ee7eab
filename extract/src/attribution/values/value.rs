//! A question for a value of an attribution, and its answer.

use sayso_document::{Act, Polarity, Span};

use crate::model::Linear;

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

/// What is added to the log odds of the second answer on, which are rare, for leaving one out costs as much as a wrong
/// one: of a hypothetical saying …
const SUPPOSED: f32 = 1.6;
/// … and of any addressee against none.
const HEARD: f32 = 0.8;

/// The likeliest answer by a model of the value. Equals: the first.
pub(crate) fn choose(model: &Linear, value: Value, features: &[Vec<u32>]) -> usize {
    let mut scores: Vec<f32> = match value {
        Value::Addressee => features.iter().map(|features| model.score(features)).collect(),
        Value::Act | Value::Polarity => {
            let mut sums = vec![0; value.labels()];
            features.iter().for_each(|features| model.add(features, &mut sums));
            sums.into_iter().map(|sum| sum as f32 * model.scale()).collect()
        }
    };
    let lean = match value {
        Value::Act => 0.0,
        Value::Polarity => SUPPOSED,
        Value::Addressee => HEARD,
    };
    scores.iter_mut().skip(1).for_each(|score| *score += lean);
    (1..scores.len()).fold(0, |best, next| if scores[next] > scores[best] { next } else { best })
}
