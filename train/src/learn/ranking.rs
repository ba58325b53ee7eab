//! One of several candidates that have features each.

use std::borrow::Borrow;

use sayso_extract::model::Linear;

use super::logistic::normalize;
use super::{Settings, Shuffle, Table};

/// Candidates of which one or more are right.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Hashed features of each candidate.
    pub candidates: Vec<Vec<u32>>,
    /// Positions of the right ones; never empty.
    pub right: Vec<usize>,
}

/// Conditional logit: candidates are chosen with a probability that grows with the sum of their weights.
#[derive(Debug)]
pub struct Ranking;

impl Ranking {
    /// Fits a model with one label; calls `tick` after each epoch. Where several candidates are right,
    /// what counts is the sum of their probabilities.
    pub fn fit<C: Borrow<Choice>>(choices: &[C], settings: &Settings, mut tick: impl FnMut()) -> Linear {
        let mut table = Table::new(1, settings);
        let mut shuffle = Shuffle::new(1);
        for _ in 0..settings.epochs {
            Self::epoch(choices, &mut table, &mut shuffle);
            tick();
        }
        table.finish()
    }

    /// The same, with the mean of the weights over the second half of the epochs.
    pub fn mean<C: Borrow<Choice>>(choices: &[C], settings: &Settings) -> Linear {
        let mut table = Table::new(1, settings);
        let mut shuffle = Shuffle::new(1);
        let mut mean = table.mean();
        for epoch in 0..settings.epochs {
            Self::epoch(choices, &mut table, &mut shuffle);
            if 2 * epoch >= settings.epochs {
                mean.add(&table);
            }
        }
        mean.finish()
    }

    fn epoch<C: Borrow<Choice>>(choices: &[C], table: &mut Table, shuffle: &mut Shuffle) {
        for at in shuffle.order(choices.len()) {
            let choice = choices[at].borrow();
            let mut odds: Vec<f32> = choice.candidates.iter().map(|f| table.score(f)).collect();
            normalize(&mut odds);
            let right: f32 = choice.right.iter().map(|&place| odds[place]).sum::<f32>().max(1e-9);
            let slopes: Vec<f32> = (0..odds.len())
                .map(|place| odds[place] - if choice.right.contains(&place) { odds[place] / right } else { 0.0 })
                .collect();
            for (features, slope) in choice.candidates.iter().zip(slopes) {
                table.step_one(features, slope);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefers_what_was_right() {
        let choices: Vec<Choice> = (0..100)
            .map(|i| Choice { candidates: vec![vec![1, 20 + i % 5], vec![2, 30 + i % 3], vec![1, 2]], right: vec![1] })
            .collect();
        let model = Ranking::fit(&choices, &Settings { bits: 8, ..Settings::default() }, || ());
        assert!(model.score(&[2, 31]) > model.score(&[1, 22]) + 1.0);
        assert!(model.score(&[2, 31]) > model.score(&[1, 2]) + 1.0);
    }
}
