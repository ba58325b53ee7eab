//! A linear model over hashed features: the sum of the weights of the features that are present.

use std::borrow::Cow;

/// A table of one signed byte for each feature and label. Sums are whole numbers, so they are the
/// same in any order and on any processor.
#[derive(Clone, Debug)]
pub struct Linear {
    /// How many labels a feature has weights for.
    pub(super) labels: usize,
    /// The size of the table less one; the size is a power of two, so a hash is reduced to it by
    /// its lower bits.
    pub(super) mask: u32,
    /// What a weight of 1 is worth.
    pub(super) scale: f32,
    /// `mask + 1 + labels` signed bytes.
    pub(super) weights: Cow<'static, [u8]>,
}

impl Linear {
    /// A model from float weights, `2^bits + labels` of them, rounded to 255 steps. The largest one
    /// in 10,000 are cut, so that a few outliers do not coarsen all others.
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

    /// Adds the weights of the features for each label to `scores`, in units of [`Linear::scale`].
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

    /// The score of the first label: log odds, if the model is logistic.
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

    /// The label with the highest sum, the first of equals; at most 64 labels.
    pub fn best(&self, features: &[u32]) -> usize {
        let mut scores = [0_i32; 64];
        let scores = &mut scores[..self.labels.min(64)];
        self.add(features, scores);
        (0..scores.len()).rev().max_by_key(|&label| scores[label]).unwrap_or(0)
    }

    /// What a weight of 1 is worth.
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
