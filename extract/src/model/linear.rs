//! A linear model: scores of labels from the features that are present.

use std::borrow::Cow;

/// A linear model over hashed features.
#[derive(Clone, Debug)]
pub struct Linear {
    pub(super) labels: usize,
    pub(super) mask: u32,
    pub(super) scale: f32,
    /// `mask + 1 + labels` signed bytes.
    pub(super) weights: Cow<'static, [u8]>,
}

impl Linear {
    /// A model from the weights of its table, which has `2^bits + labels` of them; they are rounded to
    /// 255 steps of equal width. The largest weights (one in 10,000) are cut to the next smaller.
    pub fn quantized(labels: usize, bits: u32, weights: &[f32]) -> Self {
        let mut sizes: Vec<f32> = weights.iter().map(|w| w.abs()).filter(|&w| w > 0.0).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let top = sizes.len().checked_sub(1 + sizes.len() / 10_000).map_or(1.0, |at| sizes[at]);
        let scale = top / 127.0;
        let bytes = weights.iter().map(|w| ((w / scale).round().clamp(-127.0, 127.0) as i8) as u8).collect::<Vec<_>>();
        debug_assert_eq!(bytes.len(), (1_usize << bits) + labels);
        Self { labels, mask: (1_u32 << bits) - 1, scale, weights: Cow::Owned(bytes) }
    }

    /// How many labels the model tells apart.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Adds what the features say for each label to `scores`, in steps of [`Linear::scale`].
    pub fn add(&self, features: &[u32], scores: &mut [i32]) {
        #[cfg(test)]
        super::versions::seen::note(&self.weights, features);
        for &feature in features {
            let from = (feature & self.mask) as usize;
            let row = &self.weights[from..from + self.labels];
            for (score, &weight) in scores.iter_mut().zip(row) {
                *score += i32::from(weight as i8);
            }
        }
    }

    /// What the features say for the first label, as log odds when the model was fitted as a logistic one.
    pub fn score(&self, features: &[u32]) -> f32 {
        #[cfg(test)]
        super::versions::seen::note(&self.weights, features);
        let sum: i32 = features.iter().map(|&f| i32::from(self.weights[(f & self.mask) as usize] as i8)).sum();
        sum as f32 * self.scale
    }

    /// The probability that a logistic model with one label gives.
    pub fn probability(&self, features: &[u32]) -> f32 {
        1.0 / (1.0 + libm::expf(-self.score(features)))
    }

    /// The label with the highest sum of weights; the first of equals.
    pub fn best(&self, features: &[u32]) -> usize {
        let mut scores = [0_i32; 64];
        let scores = &mut scores[..self.labels.min(64)];
        self.add(features, scores);
        (0..scores.len()).rev().max_by_key(|&label| scores[label]).unwrap_or(0)
    }

    /// The size of one step of a score.
    pub fn scale(&self) -> f32 {
        self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_weights_within_half_a_step() {
        let weights = [0.5, -1.0, 0.25, 0.0, 0.75, 0.1, -0.2, 0.3, 0.0, 0.0];
        let model = Linear::quantized(2, 3, &weights);
        for (at, weight) in weights.iter().take(8).enumerate() {
            assert!((model.score(&[at as u32]) - weight).abs() <= model.scale() / 2.0 + 1e-6);
        }
        assert_eq!(model.best(&[0]), 0);
        assert_eq!(model.best(&[1]), 1);
    }
}
