//! A linear-chain CRF for labels that are only partly known.

use sayso_extract::model::Linear;

use super::{Settings, Shuffle, Table};

/// A sequence in which each position may have one of several labels.
#[derive(Clone, Debug, Default)]
pub struct PartialExample {
    /// Hashed features of all positions, one after another.
    pub features: Vec<u32>,
    /// Where the features of each position end.
    pub ends: Vec<u32>,
    /// The labels that each position may have, one bit for each. A single bit if the label is known.
    pub allowed: Vec<u64>,
}

impl PartialExample {
    /// The example with other numbers for its features. Features without a number are left out.
    pub fn map(&self, number: impl Fn(u32) -> Option<u32>) -> Self {
        let mut out = Self { allowed: self.allowed.clone(), ..Self::default() };
        let mut from = 0;
        for &end in &self.ends {
            out.features.extend(self.features[from..end as usize].iter().filter_map(|&one| number(one)));
            out.ends.push(out.features.len() as u32);
            from = end as usize;
        }
        out
    }
}

/// A linear-chain CRF that maximises the probability of all labellings that are allowed (Tsuboi et al., 2008). As in
/// [`super::Chain`], transitions are features.
#[derive(Debug)]
pub struct PartialChain;

impl PartialChain {
    /// Fits a model. Calls `tick` after each epoch. `moves` are the features for each previous label and, last, for the
    /// start of a sequence.
    pub fn fit(examples: &[PartialExample], moves: &[u32], settings: &Settings, mut tick: impl FnMut()) -> Linear {
        let mut table = Table::new(moves.len() - 1, settings);
        let mut shuffle = Shuffle::new(1);
        let mut work = Work::default();
        // The mean over the later epochs depends less on the order of the examples than the last weights do.
        let (mut mean, later) = (table.mean(), settings.epochs.div_ceil(2));
        for epoch in 0..settings.epochs {
            for at in shuffle.order(examples.len()) {
                step(&mut table, moves, &examples[at], &mut work);
            }
            if epoch >= later {
                mean.add(&table);
            }
            tick();
        }
        if later < settings.epochs { mean.finish() } else { table.finish() }
    }
}

/// Buffers that are reused for every sequence.
#[derive(Default)]
struct Work {
    moves: Vec<f32>,
    local: Vec<f32>,
    masked: Vec<f32>,
    forward: Vec<f32>,
    backward: Vec<f32>,
    ahead: Vec<f32>,
    slopes: Vec<f32>,
    pairs: Vec<f32>,
}

fn step(table: &mut Table, transitions: &[u32], example: &PartialExample, work: &mut Work) {
    let (n, labels) = (example.allowed.len(), table.labels());
    if n == 0 {
        return;
    }
    let range = |i: usize| if i == 0 { 0 } else { example.ends[i - 1] as usize }..example.ends[i] as usize;
    work.moves.clear();
    work.moves.resize((labels + 1) * labels, 0.0);
    for (&transition, row) in transitions.iter().zip(work.moves.chunks_mut(labels)) {
        table.add(&[transition], row);
        row.iter_mut().for_each(|score| *score = libm::expf(*score));
    }
    work.local.clear();
    work.local.resize(n * labels, 0.0);
    for (i, row) in work.local.chunks_mut(labels).enumerate() {
        table.add(&example.features[range(i)], row);
        let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter_mut().for_each(|score| *score = libm::expf(*score - top));
    }
    work.masked.clone_from(&work.local);
    for (row, allowed) in work.masked.chunks_mut(labels).zip(&example.allowed) {
        row.iter_mut().enumerate().filter(|(label, _)| allowed >> label & 1 == 0).for_each(|(_, p)| *p = 0.0);
        if row.iter().all(|&p| p < 1e-30) {
            row.iter_mut().enumerate().for_each(|(label, p)| *p = (allowed >> label & 1) as f32 * 1e-20);
        }
    }
    work.slopes.clear();
    work.slopes.resize(n * labels, 0.0);
    work.pairs.clear();
    work.pairs.resize((labels + 1) * labels, 0.0);
    let (local, masked) = (std::mem::take(&mut work.local), std::mem::take(&mut work.masked));
    expect(&local, labels, 1.0, work);
    expect(&masked, labels, -1.0, work);
    (work.local, work.masked) = (local, masked);
    for (i, slopes) in work.slopes.chunks(labels).enumerate() {
        table.step(&example.features[range(i)], slopes);
    }
    for (&transition, row) in transitions.iter().zip(work.pairs.chunks(labels)) {
        table.step(&[transition], row);
    }
}

/// Adds `sign` times the probabilities of labels and of pairs of labels, by the forward-backward algorithm.
fn expect(local: &[f32], labels: usize, sign: f32, work: &mut Work) {
    let n = local.len() / labels;
    let Work { moves, forward, backward, ahead, slopes, pairs, .. } = work;
    forward.clear();
    forward.resize(local.len(), 0.0);
    for i in 0..n {
        let (done, rest) = forward.split_at_mut(i * labels);
        let row = &mut rest[..labels];
        if i == 0 {
            row.copy_from_slice(&moves[labels * labels..]);
        } else {
            for (p, steps) in done[(i - 1) * labels..].iter().zip(moves.chunks(labels)).filter(|(p, _)| **p > 0.0) {
                row.iter_mut().zip(steps).for_each(|(sum, step)| *sum += p * step);
            }
        }
        row.iter_mut().zip(&local[i * labels..]).for_each(|(p, here)| *p *= here);
        scale(row);
    }
    backward.clear();
    backward.resize(labels, 1.0);
    ahead.clear();
    ahead.resize(labels, 0.0);
    for i in (0..n).rev() {
        let here = &forward[i * labels..(i + 1) * labels];
        let sum: f32 = here.iter().zip(&*backward).map(|(a, b)| a * b).sum::<f32>().max(1e-30);
        let odds = slopes[i * labels..].iter_mut().zip(here).zip(&*backward);
        odds.for_each(|((slope, a), b)| *slope += sign * a * b / sum);
        ahead.iter_mut().zip(&*backward).zip(&local[i * labels..]).for_each(|((x, b), l)| *x = b * l);
        if i == 0 {
            let first = &moves[labels * labels..];
            let sum: f32 = first.iter().zip(&*ahead).map(|(m, x)| m * x).sum::<f32>().max(1e-30);
            let row = pairs[labels * labels..].iter_mut().zip(first).zip(&*ahead);
            row.for_each(|((pair, m), x)| *pair += sign * m * x / sum);
            break;
        }
        let before = &forward[(i - 1) * labels..i * labels];
        let mut sum = 0.0;
        for (value, steps) in backward.iter_mut().zip(moves.chunks(labels)) {
            *value = steps.iter().zip(&*ahead).map(|(step, x)| step * x).sum();
        }
        sum += before.iter().zip(&*backward).map(|(p, b)| p * b).sum::<f32>();
        let by = sign / sum.max(1e-30);
        for ((p, steps), row) in before.iter().zip(moves.chunks(labels)).zip(pairs.chunks_mut(labels)) {
            if *p > 1e-7 {
                let by = by * p;
                row.iter_mut().zip(steps).zip(&*ahead).for_each(|((pair, step), x)| *pair += by * step * x);
            }
        }
        scale(backward);
    }
}

fn scale(row: &mut [f32]) {
    let sum: f32 = row.iter().sum::<f32>().max(1e-30);
    row.iter_mut().for_each(|p| *p /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_from_labels_known_in_part() {
        // Feature 5 is label 0. Feature 7 is label 1 or 2 in half of the sequences, and 2 in the others.
        let example =
            |known: u64| PartialExample { features: vec![5, 7, 5], ends: vec![1, 2, 3], allowed: vec![1, known, 1] };
        let all: Vec<_> = (0..40).map(|i| example(if i % 2 == 0 { 0b110 } else { 0b100 })).collect();
        let model =
            PartialChain::fit(&all, &[100, 200, 300, 400], &Settings { bits: 10, ..Settings::default() }, || ());
        assert_eq!((model.best(&[5]), model.best(&[7])), (0, 2));
    }
}
