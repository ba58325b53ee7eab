//! What pieces make of each other.

use rten_simd::{Isa, SimdOp};

use crate::error::NetworkError;
use crate::vector::{self, LANES};

/// Rows of queries that are worked on together: their scores stay in the nearest cache.
const BLOCK: usize = 16;

/// Attention with several heads, each of which sees its part of the rows.
#[derive(Clone, Debug)]
pub(crate) struct Attention {
    heads: usize,
    /// Numbers of a head.
    size: usize,
    /// What products of queries and keys are multiplied by.
    scale: f32,
}

impl Attention {
    /// With so many heads over rows of this width.
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

    /// What the rows that ask, or all, see. A row of `qkv` is a query, a key and a value.
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

/// What one head works on.
struct Head<'a> {
    /// A row each.
    queries: &'a [f32],
    /// A column each.
    keys: &'a [f32],
    /// A row each.
    values: &'a [f32],
    /// Numbers of a query, a key, a value.
    size: usize,
    /// Keys and values.
    count: usize,
    /// The same, with what was padded.
    columns: usize,
}

impl SimdOp for Head<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Vec<f32> {
        let mut seen = vec![0.0; self.queries.len()];
        let mut scores = vec![0.0; BLOCK * self.columns];
        let block = BLOCK * self.size;
        for (queries, seen) in self.queries.chunks(block).zip(seen.chunks_mut(block)) {
            let rows = queries.len() / self.size;
            let scores = &mut scores[..rows * self.columns];
            vector::multiply(isa, queries, self.size, self.keys, self.columns, scores);
            let mut shares = [0.0; BLOCK];
            for (row, share) in scores.chunks_exact_mut(self.columns).zip(&mut shares) {
                row[self.count..].fill(f32::NEG_INFINITY);
                *share = 1.0 / vector::exponentials(isa, row);
            }
            // What was padded has no value, and is not multiplied: `count` is the depth, not `columns`.
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
