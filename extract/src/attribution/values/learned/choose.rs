//! The answer that a model gives to a question for a value.

use crate::attribution::values::question::{Value, ValueAsked};
use crate::model::Linear;

/// What is added to the log odds of the second answer on, which are rare, for leaving one out costs as much as a wrong
/// one: of a hypothetical saying …
const SUPPOSED: f32 = 1.6;
/// … and of any addressee against none.
const HEARD: f32 = 0.8;
/// What is added for the addressee that the grammar names: it is seldom wrong where it names one.
const NAMED_BY_GRAMMAR: f32 = 1.0;

/// The likeliest answer by a model of the value. Equals: the first.
pub(crate) fn choose(model: &Linear, asked: &ValueAsked<'_>) -> usize {
    let ValueAsked { value, features, usual, .. } = *asked;
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
    if value == Value::Addressee && usual > 0 {
        scores[usual] += NAMED_BY_GRAMMAR;
    }
    (1..scores.len()).fold(0, |best, next| if scores[next] > scores[best] { next } else { best })
}
