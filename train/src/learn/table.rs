//! The weights while they are fitted.

use sayso_extract::model::Linear;

/// The settings of a fit.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The size of the table of weights, as a power of two.
    pub bits: u32,
    /// How often the examples are gone through.
    pub epochs: usize,
    /// The size of the first step of a weight.
    pub rate: f32,
    /// How strongly a weight is drawn back to zero at each step.
    pub decay: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bits: 20, epochs: 10, rate: 0.2, decay: 1e-5 }
    }
}

/// Weights of hashed features, with the sums of squared gradients that AdaGrad keeps.
#[derive(Clone, Debug)]
pub struct Table {
    labels: usize,
    bits: u32,
    mask: u32,
    rate: f32,
    decay: f32,
    weights: Vec<f32>,
    squares: Vec<f32>,
}

impl Table {
    /// A table of zeros.
    pub fn new(labels: usize, settings: &Settings) -> Self {
        let size = (1_usize << settings.bits) + labels;
        Self {
            labels,
            bits: settings.bits,
            mask: (1_u32 << settings.bits) - 1,
            rate: settings.rate,
            decay: settings.decay,
            weights: vec![0.0; size],
            squares: vec![0.0; size],
        }
    }

    /// How many labels there are.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Adds the weights of the features for each label to `scores`.
    pub fn add(&self, features: &[u32], scores: &mut [f32]) {
        for &feature in features {
            let from = (feature & self.mask) as usize;
            for (score, weight) in scores.iter_mut().zip(&self.weights[from..from + self.labels]) {
                *score += weight;
            }
        }
    }

    /// The sum of the features' weights for the first label.
    pub fn score(&self, features: &[u32]) -> f32 {
        features.iter().map(|&f| self.weights[(f & self.mask) as usize]).sum()
    }

    /// Moves the weights of the features against the gradient of the loss with respect to each label's score.
    pub fn step(&mut self, features: &[u32], gradient: &[f32]) {
        for &feature in features {
            let from = (feature & self.mask) as usize;
            for (label, &slope) in gradient.iter().enumerate() {
                if slope.abs() > 1e-6 {
                    self.move_weight(from + label, slope);
                }
            }
        }
    }

    /// The same for the first label alone.
    pub fn step_one(&mut self, features: &[u32], slope: f32) {
        if slope.abs() > 1e-6 {
            for &feature in features {
                self.move_weight((feature & self.mask) as usize, slope);
            }
        }
    }

    fn move_weight(&mut self, at: usize, slope: f32) {
        let slope = slope + self.decay * self.weights[at];
        self.squares[at] += slope * slope;
        self.weights[at] -= self.rate * slope / (self.squares[at].sqrt() + 1e-3);
    }

    /// Starts a mean of the weights over the course of fitting.
    pub fn mean(&self) -> Mean {
        Mean { labels: self.labels, bits: self.bits, sums: vec![0.0; self.weights.len()], count: 0 }
    }

    /// The fitted model. Weights too small to matter become zero.
    pub fn finish(&self) -> Linear {
        Linear::quantized(self.labels, self.bits, &self.weights)
    }
}

/// The mean of the weights at several times. It generalises better than the weights at any one time.
#[derive(Clone, Debug)]
pub struct Mean {
    labels: usize,
    bits: u32,
    sums: Vec<f32>,
    count: u32,
}

impl Mean {
    /// Adds the current weights to the mean.
    pub fn add(&mut self, table: &Table) {
        self.sums.iter_mut().zip(&table.weights).for_each(|(sum, weight)| *sum += weight);
        self.count += 1;
    }

    /// The model with the mean weights.
    pub fn finish(mut self) -> Linear {
        let count = self.count.max(1) as f32;
        self.sums.iter_mut().for_each(|sum| *sum /= count);
        Linear::quantized(self.labels, self.bits, &self.sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_lies_between() {
        let settings = Settings { bits: 4, decay: 0.0, ..Settings::default() };
        let mut table = Table::new(1, &settings);
        let mut mean = table.mean();
        for _ in 0..2 {
            table.step_one(&[3], -1.0);
            mean.add(&table);
        }
        let (last, mean) = (table.finish().score(&[3]), mean.finish().score(&[3]));
        assert!(0.0 < mean && mean < last);
    }
}
