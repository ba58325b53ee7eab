//! Linear-chain conditional random field (Lafferty et al., 2001).

use sayso_extract::model::{Linear, feature};

use super::{Settings, Shuffle, Table};

/// A sequence: the features and the label of each position.
#[derive(Clone, Debug, Default)]
pub struct ChainExample {
    /// Hashed features, a list for each position.
    pub features: Vec<Vec<u32>>,
    /// The label of each position.
    pub labels: Vec<usize>,
}

/// A linear-chain CRF whose transitions are features like any other: [`Chain::transition`].
#[derive(Debug)]
pub struct Chain;

impl Chain {
    /// The feature for the previous label. Its row holds the weights of all labels after it. The start of a sequence
    /// counts as label `labels`.
    pub fn transition(before: usize) -> u32 {
        feature(u32::MAX, &[before as u32])
    }

    /// Fits a model. Calls `tick` after each epoch.
    pub fn fit(examples: &[ChainExample], labels: usize, settings: &Settings, mut tick: impl FnMut()) -> Linear {
        let mut table = Table::new(labels, settings);
        let mut shuffle = Shuffle::new(1);
        for _ in 0..settings.epochs {
            for at in shuffle.order(examples.len()) {
                step(&mut table, &examples[at]);
            }
            tick();
        }
        table.finish()
    }
}

/// One gradient step by the forward-backward algorithm, with probabilities scaled at each position.
fn step(table: &mut Table, example: &ChainExample) {
    let (n, labels) = (example.labels.len(), table.labels());
    if n == 0 {
        return;
    }
    let mut moves = vec![0.0; (labels + 1) * labels];
    for (before, row) in moves.chunks_mut(labels).enumerate() {
        table.add(&[Chain::transition(before)], row);
        row.iter_mut().for_each(|score| *score = libm::expf(*score));
    }
    let mut local = vec![0.0; n * labels];
    for (row, features) in local.chunks_mut(labels).zip(&example.features) {
        table.add(features, row);
        let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter_mut().for_each(|score| *score = libm::expf(*score - top));
    }
    let forward = forward(&local, &moves, labels);
    let backward = backward(&local, &moves, labels);
    let mut slopes = vec![0.0; (labels + 1) * labels];
    for i in 0..n {
        let now = i * labels..(i + 1) * labels;
        // The gradient of the loss is the probability of each label, less one for the right label.
        let mut odds: Vec<f32> = forward[now.clone()].iter().zip(&backward[now.clone()]).map(|(a, b)| a * b).collect();
        let sum: f32 = odds.iter().sum();
        odds.iter_mut().for_each(|p| *p /= sum);
        pair_slopes(&mut slopes, &forward, &backward[now.clone()], &local[now], &moves, (i, labels));
        let before = if i == 0 { labels } else { example.labels[i - 1] };
        slopes[before * labels + example.labels[i]] -= 1.0;
        odds[example.labels[i]] -= 1.0;
        table.step(&example.features[i], &odds);
    }
    for (before, row) in slopes.chunks(labels).enumerate() {
        table.step(&[Chain::transition(before)], row);
    }
}

fn forward(local: &[f32], moves: &[f32], labels: usize) -> Vec<f32> {
    let mut out = vec![0.0; local.len()];
    for i in 0..local.len() / labels {
        let (done, rest) = out.split_at_mut(i * labels);
        let row = &mut rest[..labels];
        if i == 0 {
            row.copy_from_slice(&moves[labels * labels..]);
        } else {
            for (before, p) in done[(i - 1) * labels..].iter().enumerate() {
                row.iter_mut().zip(&moves[before * labels..]).for_each(|(sum, step)| *sum += p * step);
            }
        }
        row.iter_mut().zip(&local[i * labels..]).for_each(|(p, here)| *p *= here);
        scale(row);
    }
    out
}

fn backward(local: &[f32], moves: &[f32], labels: usize) -> Vec<f32> {
    let n = local.len() / labels;
    let mut out = vec![1.0; local.len()];
    for i in (0..n - 1).rev() {
        let (head, tail) = out.split_at_mut((i + 1) * labels);
        let ahead: Vec<f32> = tail[..labels].iter().zip(&local[(i + 1) * labels..]).map(|(b, l)| b * l).collect();
        let row = &mut head[i * labels..];
        for (before, sum) in row.iter_mut().enumerate() {
            *sum = ahead.iter().zip(&moves[before * labels..]).map(|(b, step)| b * step).sum();
        }
        scale(row);
    }
    out
}

fn scale(row: &mut [f32]) {
    let sum: f32 = row.iter().sum::<f32>().max(1e-30);
    row.iter_mut().for_each(|p| *p /= sum);
}

/// Adds the probabilities of all pairs of labels that end at position `i`.
fn pair_slopes(
    slopes: &mut [f32],
    forward: &[f32],
    back: &[f32],
    local: &[f32],
    moves: &[f32],
    (i, labels): (usize, usize),
) {
    let here: Vec<f32> = back.iter().zip(local).map(|(b, l)| b * l).collect();
    let first = [1.0];
    let (befores, from): (&[f32], usize) =
        if i == 0 { (&first, labels) } else { (&forward[(i - 1) * labels..i * labels], 0) };
    let mut pairs = vec![0.0; befores.len() * labels];
    for (before, p) in befores.iter().enumerate() {
        let row = &mut pairs[before * labels..(before + 1) * labels];
        let steps = &moves[(from + before) * labels..];
        row.iter_mut().zip(&here).zip(steps).for_each(|((pair, h), step)| *pair = p * h * step);
    }
    let sum: f32 = pairs.iter().sum::<f32>().max(1e-30);
    slopes[from * labels..].iter_mut().zip(&pairs).for_each(|(slope, pair)| *slope += pair / sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_transitions_and_features() {
        // Label 2 only follows label 1. Both are seen with the same feature 7.
        let example = ChainExample { features: vec![vec![5], vec![7], vec![7], vec![5]], labels: vec![0, 1, 2, 0] };
        let examples = vec![example; 30];
        let settings = Settings { bits: 10, ..Settings::default() };
        let model = Chain::fit(&examples, 3, &settings, || ());
        let step = |before: usize, label: usize| {
            let mut scores = [0; 3];
            model.add(&[Chain::transition(before)], &mut scores);
            scores[label]
        };
        assert!(step(1, 2) > step(0, 2) && step(0, 1) > step(1, 1));
        assert_eq!(model.best(&[5]), 0);
    }
}
