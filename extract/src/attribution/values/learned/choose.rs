//! The answer that a model gives to a question for a value.

use crate::attribution::values::question::{Value, ValueAsked};
use crate::model::Linear;

/// What is added to the scores of all answers but the first. They are rare, so a model that counts
/// errors seldom gives them, though missing one costs as much as a wrong one. Here for
/// "hypothetical" …
const HYPOTHETICAL_SCORE: f32 = 1.6;
/// … and here for any addressee against nobody.
const ADDRESSEE_SCORE: f32 = 0.8;
/// What is added to the addressee that the grammar names, since it is seldom wrong where it names
/// one.
const GRAMMAR_SCORE: f32 = 1.0;

/// The position of the likeliest answer, by the model of the value; of equal scores the first.
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
        Value::Polarity => HYPOTHETICAL_SCORE,
        Value::Addressee => ADDRESSEE_SCORE,
    };
    scores.iter_mut().skip(1).for_each(|score| *score += lean);
    if value == Value::Addressee && usual > 0 {
        scores[usual] += GRAMMAR_SCORE;
    }
    (1..scores.len()).fold(0, |best, next| if scores[next] > scores[best] { next } else { best })
}
