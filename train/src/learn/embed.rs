//! Embeds words by their contexts, and clusters them.
//!
//! The embedding consists of singular vectors of the matrix of words and contexts, in which the root of each count is
//! scaled by the roots of the counts of its word and context (Stratos, Collins and Hsu, 2015). They are found by
//! randomised subspace iteration (Halko, Martinsson and Tropp, 2011). The clusters are found by k-means on the unit
//! sphere.

use super::Shuffle;

/// Counts of words in contexts, as rows of a sparse matrix.
#[derive(Clone, Debug, Default)]
pub struct Contexts {
    /// Where each row begins in the cells. The last entry is the number of cells.
    pub starts: Vec<usize>,
    /// Context and weight of each cell.
    pub cells: Vec<(u32, f32)>,
    /// How many contexts there are.
    pub contexts: usize,
}

impl Contexts {
    /// Scales counts: the root of each count is divided by the fourth roots of the sums of its row and column.
    pub fn scale(&mut self) {
        let mut columns = vec![0.0_f32; self.contexts];
        self.cells.iter().for_each(|&(context, count)| columns[context as usize] += count);
        let fourth = |sum: f32| sum.max(1.0).sqrt().sqrt();
        for row in self.starts.windows(2) {
            let cells = &mut self.cells[row[0]..row[1]];
            let sum = fourth(cells.iter().map(|cell| cell.1).sum());
            for cell in cells {
                cell.1 = cell.1.sqrt() / (sum * fourth(columns[cell.0 as usize]));
            }
        }
    }

    /// The rows in a space of `width` dimensions, one after another, each of length one.
    pub fn embed(&self, width: usize, rounds: usize, mut tick: impl FnMut()) -> Vec<f32> {
        let mut shuffle = Shuffle::new(7);
        let unit = |draw: u64| (draw >> 40) as f32 / (1_u64 << 23) as f32 - 1.0;
        let seed: Vec<f32> = (0..self.contexts * width).map(|_| unit(shuffle.draw())).collect();
        let mut rows = self.times(&seed, width);
        for _ in 0..rounds {
            orthonormal(&mut rows, width);
            rows = self.times(&self.transposed_times(&rows, width), width);
            tick();
        }
        orthonormal(&mut rows, width);
        orthonormal(&mut rows, width);
        rows.chunks_mut(width).for_each(normalize);
        rows
    }

    fn times(&self, of: &[f32], width: usize) -> Vec<f32> {
        let mut out = vec![0.0; (self.starts.len() - 1) * width];
        for (row, out) in self.starts.windows(2).zip(out.chunks_mut(width)) {
            for &(context, weight) in &self.cells[row[0]..row[1]] {
                add(out, &of[context as usize * width..][..width], weight);
            }
        }
        out
    }

    fn transposed_times(&self, of: &[f32], width: usize) -> Vec<f32> {
        let mut out = vec![0.0; self.contexts * width];
        for (row, of) in self.starts.windows(2).zip(of.chunks(width)) {
            for &(context, weight) in &self.cells[row[0]..row[1]] {
                add(&mut out[context as usize * width..][..width], of, weight);
            }
        }
        out
    }
}

fn add(out: &mut [f32], of: &[f32], weight: f32) {
    out.iter_mut().zip(of).for_each(|(sum, value)| *sum += weight * value);
}

fn normalize(row: &mut [f32]) {
    let length = dot(row, row).sqrt().max(1e-12);
    row.iter_mut().for_each(|value| *value /= length);
}

/// The dot product of two rows whose width is a multiple of eight, in eight sums for speed.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// Makes the columns orthonormal, by the Cholesky factor of their Gram matrix.
fn orthonormal(rows: &mut [f32], width: usize) {
    let mut gram = vec![0.0_f64; width * width];
    for row in rows.chunks(width) {
        for (i, &a) in row.iter().enumerate() {
            let sums = &mut gram[i * width..i * width + i + 1];
            sums.iter_mut().zip(row).for_each(|(sum, &b)| *sum += f64::from(a * b));
        }
    }
    for j in 0..width {
        for i in j..width {
            let inner: f64 = (0..j).map(|k| gram[i * width + k] * gram[j * width + k]).sum();
            let rest = gram[i * width + j] - inner;
            gram[i * width + j] = if i == j { rest.max(1e-20).sqrt() } else { rest / gram[j * width + j] };
        }
    }
    for row in rows.chunks_mut(width) {
        for i in 0..width {
            let inner: f64 = (0..i).map(|k| gram[i * width + k] * f64::from(row[k])).sum();
            row[i] = ((f64::from(row[i]) - inner) / gram[i * width + i]) as f32;
        }
    }
}

/// Groups rows of length one around `groups` centres. Only the first `seeds` rows can be initial centres.
pub fn group(
    rows: &[f32],
    width: usize,
    groups: usize,
    seeds: usize,
    rounds: usize,
    mut tick: impl FnMut(),
) -> Vec<u16> {
    let count = rows.len() / width;
    let order = Shuffle::new(groups as u64).order(seeds.min(count));
    let mut centres: Vec<f32> =
        order.iter().take(groups).flat_map(|&at| rows[at * width..][..width].iter().copied()).collect();
    let mut nearest = vec![0_u16; count];
    for _ in 0..rounds {
        for (row, near) in rows.chunks(width).zip(&mut nearest) {
            let mut best = f32::NEG_INFINITY;
            for (at, centre) in centres.chunks(width).enumerate() {
                let like = dot(row, centre);
                if like > best {
                    (best, *near) = (like, at as u16);
                }
            }
        }
        let mut sums = vec![0.0; centres.len()];
        for (row, &near) in rows.chunks(width).zip(&nearest) {
            add(&mut sums[near as usize * width..][..width], row, 1.0);
        }
        for (sum, centre) in sums.chunks_mut(width).zip(centres.chunks_mut(width)) {
            if sum.iter().any(|&value| value != 0.0) {
                normalize(sum);
                centre.copy_from_slice(sum);
            }
        }
        tick();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_like_contexts_meet() {
        // Sixty words. The first thirty share contexts 0 to 19, the others 20 to 39.
        let mut contexts = Contexts { contexts: 40, starts: vec![0], ..Contexts::default() };
        for word in 0..60_u32 {
            let from = word / 30 * 20;
            contexts.cells.extend((0..9).map(|i| (from + (word * 7 + i * i) % 20, 1.0 + ((word + i) % 3) as f32)));
            contexts.starts.push(contexts.cells.len());
        }
        contexts.scale();
        let rows = contexts.embed(8, 3, || ());
        let near = |a: usize, b: usize| dot(&rows[a * 8..][..8], &rows[b * 8..][..8]);
        let mean = |other: usize| (1..30).map(|word| near(0, other + word)).sum::<f32>() / 29.0;
        assert!(mean(0) > mean(30) + 0.1, "{} {}", mean(0), mean(30));
    }
}
