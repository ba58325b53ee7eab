//! Operations on floats that yield the same bits on every processor.
//!
//! They consist of single additions, multiplications, divisions, square roots and roundings, which IEEE 754 defines to
//! the bit. A multiplication is never fused with an addition. Exponentials and the error function are polynomials.
//!
//! The order of adding is fixed, too. The sum over a row is kept as sixteen sums, of every sixteenth number, which are
//! added in pairs at the end. So processors with vectors of 4, 8 or 16 floats add in the same order. The tests compare
//! all vector widths that the machine has, and `scripts/other-processor` compares another kind of processor.
//!
//! Each operation is a `SimdOp`, which `dispatch` runs with the widest vectors of this processor. The functions that take
//! an `isa` are parts of such operations, and are inlined into them.

use rten_simd::ops::{BitOps, FloatOps, IntOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, Simd, SimdOp};

use crate::error::NetworkError;
use crate::onnx::Parts;

/// The floats of the widest vector (AVX-512).
pub(crate) const LANES: usize = 16;
/// The widths of rows are multiples of this many floats, because four vectors of floats become one of bytes.
pub(crate) const STEP: usize = 4 * LANES;
/// The floats of the narrowest vector.
const MIN_LANES: usize = 4;

/// Below this, the exponential counts as 0. At this number it is some 1e-28, so that products with it are still normal
/// numbers: processors may treat subnormal ones differently.
const MIN_EXPONENT: f32 = -64.0;

/// The exponential function for `x` of at most 0: a power of two times a polynomial of the rest (Cody and Waite, 1980).
/// The relative error is below 1e-6.
#[inline(always)]
fn exp<I: Isa>(isa: I, x: I::F32) -> I::F32 {
    let (ops, ints) = (isa.f32(), isa.i32());
    let nothing = ops.gt(ops.splat(MIN_EXPONENT), x);
    let x = ops.select(ops.splat(MIN_EXPONENT), x, nothing);
    // Added to a number, this leaves no bit for fractions.
    let whole = ops.splat(12_582_912.0);
    let power = ops.sub(ops.add(ops.mul(x, ops.splat(std::f32::consts::LOG2_E)), whole), whole);
    // The logarithm of 2 in two parts: the first has so few bits that its product is exact.
    let rest = ops.sub(x, ops.mul(power, ops.splat(6.931_457_5e-1)));
    let rest = ops.sub(rest, ops.mul(power, ops.splat(1.428_606_8e-6)));
    let mut sum = ops.splat(1.378_059_4e-3);
    for factor in [8.373_124_5e-3, 4.166_953_6e-2, 1.666_647_2e-1, 4.999_998_5e-1, 1.0, 1.0] {
        sum = ops.add(ops.mul(sum, rest), ops.splat(factor));
    }
    let power: I::I32 = ops.to_int_trunc(power);
    let power = ints.shift_left::<23>(ints.add(power, ints.splat(127)));
    let found = ops.mul(sum, power.reinterpret_cast());
    ops.select(ops.zero(), found, nothing)
}

/// GELU: `x` times the share of the normal distribution below `x` (Hendrycks and Gimpel, 2016). The error function is
/// approximated as by Abramowitz and Stegun (1964), 7.1.26. The absolute error is below 1e-5.
#[inline(always)]
fn gelu_of<I: Isa>(isa: I, x: I::F32) -> I::F32 {
    let ops = isa.f32();
    let y = ops.mul(x, ops.splat(std::f32::consts::FRAC_1_SQRT_2));
    let negative = ops.gt(ops.zero(), y);
    let size = ops.select(ops.sub(ops.zero(), y), y, negative);
    let t = ops.div(ops.one(), ops.add(ops.mul(size, ops.splat(0.327_591_1)), ops.one()));
    let mut sum = ops.splat(1.061_405_4);
    for factor in [-1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6] {
        sum = ops.add(ops.mul(sum, t), ops.splat(factor));
    }
    let rest = ops.mul(ops.mul(sum, t), exp(isa, ops.sub(ops.zero(), ops.mul(size, size))));
    let erf = ops.sub(ops.one(), rest);
    let erf = ops.select(ops.sub(ops.zero(), erf), erf, negative);
    ops.mul(ops.mul(x, ops.splat(0.5)), ops.add(erf, ops.one()))
}

/// The sum of `of(x)` over the numbers `x` of a row, whose length is a multiple of [`LANES`].
#[inline(always)]
fn sum<I: Isa>(isa: I, row: &[f32], of: impl Fn(I::F32) -> I::F32) -> f32 {
    let ops = isa.f32();
    let lanes = ops.len();
    let mut sums = [ops.zero(); LANES / MIN_LANES];
    for numbers in row.chunks_exact(LANES) {
        for (numbers, sum) in numbers.chunks_exact(lanes).zip(&mut sums) {
            *sum = ops.add(*sum, of(ops.load(numbers)));
        }
    }
    let mut all = [0.0; LANES];
    for (place, sum) in all.chunks_exact_mut(lanes).zip(sums) {
        ops.store(sum, place);
    }
    for half in [8, 4, 2, 1] {
        for at in 0..half {
            all[at] += all[at + half];
        }
    }
    all[0]
}

/// The greater of each pair of numbers. `b` where one is not a number, which no row holds.
#[inline(always)]
fn greater<I: Isa>(isa: I, a: I::F32, b: I::F32) -> I::F32 {
    let ops = isa.f32();
    ops.select(a, b, ops.gt(a, b))
}

/// The first half of softmax: subtracts the greatest score from all, replaces each by its exponential, and returns the
/// sum of these. The caller divides by it.
#[inline(always)]
pub(crate) fn exponentials<I: Isa>(isa: I, row: &mut [f32]) -> f32 {
    let ops = isa.f32();
    let mut tops = ops.splat(f32::NEG_INFINITY);
    for numbers in row.chunks_exact(ops.len()) {
        tops = greater(isa, ops.load(numbers), tops);
    }
    let top = tops.to_array().into_iter().fold(f32::NEG_INFINITY, |a, b| if a > b { a } else { b });
    let top = ops.splat(top);
    for numbers in row.chunks_exact_mut(ops.len()) {
        ops.store(exp(isa, ops.sub(ops.load(numbers), top)), numbers);
    }
    sum(isa, row, |numbers| numbers)
}

/// Multiplies the rows of `a` by the matrix `b`, and writes the products to `out`.
///
/// The number of `columns` of `b` and `out` is a multiple of twice [`LANES`]. A row of `a` begins every `stride` numbers,
/// and as many numbers of it are taken as `b` has rows. Each sum starts at zero and adds the products in order.
#[inline(always)]
pub(crate) fn multiply<I: Isa>(isa: I, a: &[f32], stride: usize, b: &[f32], columns: usize, out: &mut [f32]) {
    const ROWS: usize = 4;
    let (a_rows, out_rows) = (a.chunks(ROWS * stride), out.chunks_mut(ROWS * columns));
    for (a, out) in a_rows.zip(out_rows) {
        if out.len() == ROWS * columns {
            tiles::<I, ROWS>(isa, a, stride, b, columns, out);
        } else {
            for (a, out) in a.chunks(stride).zip(out.chunks_mut(columns)) {
                tiles::<I, 1>(isa, a, stride, b, columns, out);
            }
        }
    }
}

/// Multiplies `ROWS` rows at once, two vectors of columns at a time, so that all sums stay in registers.
#[inline(always)]
fn tiles<I: Isa, const ROWS: usize>(isa: I, a: &[f32], stride: usize, b: &[f32], columns: usize, out: &mut [f32]) {
    let ops = isa.f32();
    let lanes = ops.len();
    let depth = b.len() / columns;
    let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
    for (at, row) in rows.iter_mut().enumerate() {
        *row = &a[at * stride..][..depth];
    }
    for column in (0..columns).step_by(2 * lanes) {
        let mut sums = [[ops.zero(); 2]; ROWS];
        for at in 0..depth {
            let numbers = &b[at * columns + column..][..2 * lanes];
            let (left, right) = (ops.load(&numbers[..lanes]), ops.load(&numbers[lanes..]));
            for (sums, row) in sums.iter_mut().zip(rows) {
                let number = ops.splat(row[at]);
                sums[0] = ops.add(sums[0], ops.mul(number, left));
                sums[1] = ops.add(sums[1], ops.mul(number, right));
            }
        }
        for (at, sums) in sums.into_iter().enumerate() {
            let place = &mut out[at * columns + column..][..2 * lanes];
            ops.store(sums[0], &mut place[..lanes]);
            ops.store(sums[1], &mut place[lanes..]);
        }
    }
}

/// Layer normalisation (Ba et al., 2016): brings each row to a mean of zero and a variance of one, then multiplies each
/// number by its weight and adds its bias.
#[derive(Clone, Debug)]
pub(crate) struct Norm {
    /// A factor for each column.
    weights: Vec<f32>,
    /// What is added to each column.
    bias: Vec<f32>,
    /// Added to the variance, so that a row of equal numbers is not divided by zero.
    epsilon: f32,
}

impl Norm {
    /// Takes the normalisation `name` from the file. Fails unless weights and biases are equally many, and a multiple of
    /// [`STEP`].
    pub(crate) fn read(parts: &mut Parts, name: &str, epsilon: f32) -> Result<Self, NetworkError> {
        let ([width], weights) = parts.floats(&format!("{name}.weight"))?;
        let ([also], bias) = parts.floats(&format!("{name}.bias"))?;
        if width != also || !width.is_multiple_of(STEP) {
            return Err(NetworkError::new(format!("{name} has {width} weights and {also} biases")));
        }
        Ok(Self { weights, bias, epsilon })
    }

    /// The numbers of a row.
    pub(crate) fn width(&self) -> usize {
        self.weights.len()
    }

    /// Normalises all rows in place.
    pub(crate) fn apply(&self, rows: &mut [f32]) {
        Normed { norm: self, rows }.dispatch();
    }
}

/// The operation of [`Norm::apply`].
struct Normed<'a> {
    norm: &'a Norm,
    rows: &'a mut [f32],
}

impl SimdOp for Normed<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let (lanes, width) = (ops.len(), self.norm.width());
        for row in self.rows.chunks_exact_mut(width) {
            let mean = ops.splat(sum(isa, row, |numbers| numbers) / width as f32);
            let square = |numbers| {
                let apart = ops.sub(numbers, mean);
                ops.mul(apart, apart)
            };
            let variance = sum(isa, row, square) / width as f32;
            let scale = ops.splat(1.0 / (variance + self.norm.epsilon).sqrt());
            let factors = self.norm.weights.chunks_exact(lanes).zip(self.norm.bias.chunks_exact(lanes));
            for (numbers, (weights, bias)) in row.chunks_exact_mut(lanes).zip(factors) {
                let found = ops.mul(ops.mul(ops.sub(ops.load(numbers), mean), scale), ops.load(weights));
                ops.store(ops.add(found, ops.load(bias)), numbers);
            }
        }
    }
}

/// Applies GELU to all numbers in place.
pub(crate) fn gelu(numbers: &mut [f32]) {
    Gelu(numbers).dispatch();
}

/// The operation of [`gelu`].
struct Gelu<'a>(&'a mut [f32]);

impl SimdOp for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        for numbers in self.0.chunks_exact_mut(ops.len()) {
            ops.store(gelu_of(isa, ops.load(numbers)), numbers);
        }
    }
}

/// The least and the greatest of the numbers and zero.
pub(crate) fn range(numbers: &[f32]) -> (f32, f32) {
    Range(numbers).dispatch()
}

/// The operation of [`range`].
struct Range<'a>(&'a [f32]);

impl SimdOp for Range<'_> {
    type Output = (f32, f32);

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> (f32, f32) {
        let ops = isa.f32();
        let (mut least, mut greatest) = (ops.zero(), ops.zero());
        for numbers in self.0.chunks_exact(ops.len()) {
            let numbers = ops.load(numbers);
            least = ops.select(numbers, least, ops.gt(least, numbers));
            greatest = greater(isa, numbers, greatest);
        }
        let least = least.to_array().into_iter().fold(0.0, |a, b| if b < a { b } else { a });
        (least, greatest.to_array().into_iter().fold(0.0, |a, b| if b > a { b } else { a }))
    }
}

/// Numbers as bytes: each is multiplied by `inverse`, rounded (halves to even), added to `zero`, and clipped to 0 to 255.
pub(crate) fn bytes(numbers: &[f32], inverse: f32, zero: u8) -> Vec<u8> {
    let mut out = vec![0; numbers.len()];
    Bytes { numbers, inverse, zero, out: &mut out }.dispatch();
    out
}

/// The operation of [`bytes`].
struct Bytes<'a> {
    numbers: &'a [f32],
    inverse: f32,
    zero: u8,
    /// As long as `numbers`.
    out: &'a mut [u8],
}

impl SimdOp for Bytes<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let (ops, ints, shorts, bytes) = (isa.f32(), isa.i32(), isa.i16(), isa.u8());
        let lanes = ops.len();
        let (inverse, zero) = (ops.splat(self.inverse), ints.splat(self.zero.into()));
        for (numbers, out) in self.numbers.chunks_exact(4 * lanes).zip(self.out.chunks_exact_mut(4 * lanes)) {
            let rounded = ops.load_many::<4>(numbers).map(
                #[inline(always)]
                |numbers| ints.add(ops.to_int_round(ops.mul(numbers, inverse)), zero),
            );
            let low = ints.narrow_saturate(rounded[0], rounded[1]);
            let high = ints.narrow_saturate(rounded[2], rounded[3]);
            bytes.store(shorts.narrow_saturate(low, high), out);
        }
    }
}

/// Rows with each number multiplied by the factor of its column.
pub(crate) fn softened(rows: &[f32], factors: &[f32]) -> Vec<f32> {
    let mut out = rows.to_vec();
    Softened { rows: &mut out, factors }.dispatch();
    out
}

/// The operation of [`softened`].
struct Softened<'a> {
    rows: &'a mut [f32],
    factors: &'a [f32],
}

impl SimdOp for Softened<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        for row in self.rows.chunks_exact_mut(self.factors.len()) {
            for (numbers, factors) in row.chunks_exact_mut(ops.len()).zip(self.factors.chunks_exact(ops.len())) {
                ops.store(ops.mul(ops.load(numbers), ops.load(factors)), numbers);
            }
        }
    }
}

/// Rows of integers as floats, each multiplied by the scale of its column and added to its bias.
pub(crate) fn scaled(rows: &[i32], scales: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; rows.len()];
    Scaled { rows, scales, bias, out: &mut out }.dispatch();
    out
}

/// The operation of [`scaled`].
struct Scaled<'a> {
    rows: &'a [i32],
    scales: &'a [f32],
    bias: &'a [f32],
    /// As long as `rows`.
    out: &'a mut [f32],
}

impl SimdOp for Scaled<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let (ops, ints) = (isa.f32(), isa.i32());
        let lanes = ops.len();
        let whole = self.scales.len() / lanes * lanes;
        for (row, out) in self.rows.chunks_exact(self.scales.len()).zip(self.out.chunks_exact_mut(self.scales.len())) {
            for at in (0..whole).step_by(lanes) {
                let found = ops.mul(ints.to_float(ints.load(&row[at..])), ops.load(&self.scales[at..]));
                ops.store(ops.add(found, ops.load(&self.bias[at..])), &mut out[at..]);
            }
            // The rows of some heads are not a whole number of vectors long.
            for at in whole..row.len() {
                out[at] = row[at] as f32 * self.scales[at] + self.bias[at];
            }
        }
    }
}

#[cfg(test)]
mod tests;
