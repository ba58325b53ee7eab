//! Attention: each piece of a window looks at all others, and takes from each as much as concerns it.
//!
//! For each head, the query of a piece is multiplied by the keys of all pieces. The exponentials of these scores, divided
//! by their sum, are the shares with which the values of the pieces are added up:
//!
//! ```text
//! seen = softmax(queries × keysᵀ × scale) × values
//! ```
//!
//! These products are products of floats, and so they are computed by `vector`. A window has at most a few hundred
//! pieces, so the scores of a block of queries fit into the nearest cache.

use rten_simd::{Isa, SimdOp};

use crate::error::NetworkError;
use crate::vector::{self, LANES};

/// The queries that are worked on together, so that their scores stay in the nearest cache.
const BLOCK_QUERIES: usize = 16;

/// Attention with several heads. Each works on its own part of the rows.
#[derive(Clone, Debug)]
pub(crate) struct Attention {
    /// How many heads there are.
    heads: usize,
    /// The numbers of a row that belong to one head.
    size: usize,
    /// The factor of the products of queries and keys.
    scale: f32,
}

impl Attention {
    /// Attention with `heads` heads over rows of `width` numbers. Fails unless each head gets an equal part of a row, and
    /// a part that every processor can load in whole vectors.
    pub(crate) fn new(width: usize, heads: i64, scale: f32) -> Result<Self, NetworkError> {
        match usize::try_from(heads) {
            Ok(heads) if heads > 0 && width > 0 && width.is_multiple_of(heads * 2 * LANES) => {
                Ok(Self { heads, size: width / heads, scale })
            }
            _ => Err(NetworkError::new(format!("{heads} heads do not fit rows of {width} numbers"))),
        }
    }

    /// The numbers of a row.
    pub(crate) fn width(&self) -> usize {
        self.heads * self.size
    }

    /// What pieces see: those at the positions `asking`, or all. A row of `qkv` is the query, the key and the value of a
    /// piece, side by side. Returns a row for each piece that asks.
    pub(crate) fn apply(&self, qkv: &[f32], asking: Option<&[usize]>) -> Vec<f32> {
        let width = self.width();
        let count = qkv.len() / (3 * width);
        let asked = asking.map_or(count, <[usize]>::len);
        let mut seen = vec![0.0; asked * width];
        for head in 0..self.heads {
            let from = head * self.size;
            let part = |row: usize, of: usize| &qkv[(3 * row + of) * width + from..][..self.size];
            let queries = (0..asked).map(|at| part(asking.map_or(at, |rows| rows[at]), 0));
            let queries: Vec<f32> = queries.flatten().map(|number| number * self.scale).collect();
            let values: Vec<f32> = (0..count).flat_map(|row| part(row, 2)).copied().collect();
            // Keys stand in columns, padded so that every processor can take as many at once as it does.
            let columns = count.next_multiple_of(2 * LANES);
            let mut keys = vec![0.0; self.size * columns];
            for row in 0..count {
                for (at, number) in part(row, 1).iter().enumerate() {
                    keys[at * columns + row] = *number;
                }
            }
            let head = Head { queries: &queries, keys: &keys, values: &values, size: self.size, count, columns };
            let found = head.dispatch();
            for (row, found) in seen.chunks_exact_mut(width).zip(found.chunks_exact(self.size)) {
                row[from..from + self.size].copy_from_slice(found);
            }
        }
        seen
    }
}

/// The input of one head.
struct Head<'a> {
    /// A row for each piece that asks, already scaled.
    queries: &'a [f32],
    /// A column for each piece, and columns of zeros up to `columns`.
    keys: &'a [f32],
    /// A row for each piece.
    values: &'a [f32],
    /// The numbers of a query, of a key and of a value.
    size: usize,
    /// How many keys and values there are.
    count: usize,
    /// The same, rounded up so that whole vectors can be loaded.
    columns: usize,
}

impl SimdOp for Head<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Vec<f32> {
        let mut seen = vec![0.0; self.queries.len()];
        let mut scores = vec![0.0; BLOCK_QUERIES * self.columns];
        let block = BLOCK_QUERIES * self.size;
        for (queries, seen) in self.queries.chunks(block).zip(seen.chunks_mut(block)) {
            let rows = queries.len() / self.size;
            let scores = &mut scores[..rows * self.columns];
            vector::multiply(isa, queries, self.size, self.keys, self.columns, scores);
            let mut shares = [0.0; BLOCK_QUERIES];
            for (row, share) in scores.chunks_exact_mut(self.columns).zip(&mut shares) {
                row[self.count..].fill(f32::NEG_INFINITY);
                *share = 1.0 / vector::exponentials(isa, row);
            }
            // The padding has no values. `multiply` takes as many scores of a row as there are values.
            let values = &self.values[..self.count * self.size];
            vector::multiply(isa, scores, self.columns, values, self.size, seen);
            for (row, share) in seen.chunks_exact_mut(self.size).zip(shares) {
                for number in row {
                    *number *= share;
                }
            }
        }
        seen
    }
}
