//! Yes or no, and one of many.

use sayso_extract::model::Linear;

use super::{Settings, Shuffle, Table};

/// The features of one case, its answer and how much it counts.
#[derive(Clone, Debug)]
pub struct LogisticExample {
    /// Hashed features.
    pub features: Vec<u32>,
    /// For [`Logistic`] 0 or 1, for [`Softmax`] the label.
    pub label: usize,
    /// 1 for a case like any other.
    pub weight: f32,
}

/// Logistic regression: the probability of yes.
#[derive(Debug)]
pub struct Logistic;

impl Logistic {
    /// Fits a model with one label; calls `tick` after each epoch.
    pub fn fit(examples: &[LogisticExample], settings: &Settings, mut tick: impl FnMut()) -> Linear {
        let mut table = Table::new(1, settings);
        let mut shuffle = Shuffle::new(1);
        for _ in 0..settings.epochs {
            for at in shuffle.order(examples.len()) {
                let example = &examples[at];
                let p = 1.0 / (1.0 + libm::expf(-table.score(&example.features)));
                table.step_one(&example.features, (p - example.label as f32) * example.weight);
            }
            tick();
        }
        table.finish()
    }
}

/// Multinomial logistic regression: the probability of each label.
#[derive(Debug)]
pub struct Softmax;

impl Softmax {
    /// Fits a model with `labels` labels; calls `tick` after each epoch.
    pub fn fit(examples: &[LogisticExample], labels: usize, settings: &Settings, mut tick: impl FnMut()) -> Linear {
        let mut table = Table::new(labels, settings);
        let mut shuffle = Shuffle::new(1);
        for _ in 0..settings.epochs {
            Self::epoch(examples, &mut table, &mut shuffle);
            tick();
        }
        table.finish()
    }

    /// The same, with the mean of the weights over the second half of the epochs.
    pub fn mean(examples: &[LogisticExample], labels: usize, settings: &Settings) -> Linear {
        let mut table = Table::new(labels, settings);
        let mut shuffle = Shuffle::new(1);
        let mut mean = table.mean();
        for epoch in 0..settings.epochs {
            Self::epoch(examples, &mut table, &mut shuffle);
            if 2 * epoch >= settings.epochs {
                mean.add(&table);
            }
        }
        mean.finish()
    }

    fn epoch(examples: &[LogisticExample], table: &mut Table, shuffle: &mut Shuffle) {
        let mut scores = vec![0.0; table.labels()];
        for at in shuffle.order(examples.len()) {
            let example = &examples[at];
            scores.fill(0.0);
            table.add(&example.features, &mut scores);
            normalize(&mut scores);
            scores[example.label] -= 1.0;
            scores.iter_mut().for_each(|slope| *slope *= example.weight);
            table.step(&example.features, &scores);
        }
    }
}

/// Turns scores into probabilities that add up to one.
pub fn normalize(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|score| *score = libm::expf(*score - top));
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(features: &[u32], label: usize) -> LogisticExample {
        LogisticExample { features: features.to_vec(), label, weight: 1.0 }
    }

    #[test]
    fn learns_what_decides() {
        let examples: Vec<_> = (0..200_u32).map(|i| example(&[i % 2, 10 + i % 7], (i % 2) as usize)).collect();
        let settings = Settings { bits: 8, ..Settings::default() };
        let model = Logistic::fit(&examples, &settings, || ());
        assert!(model.probability(&[1, 12]) > 0.9 && model.probability(&[0, 12]) < 0.1);
        let model = Softmax::fit(&examples, 2, &settings, || ());
        assert_eq!((model.best(&[1, 12]), model.best(&[0, 12])), (1, 0));
    }
}
