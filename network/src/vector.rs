//! Operations on floats, the same on every processor.
//!
//! They are made of single additions, multiplications, divisions and roundings, which IEEE 754 defines to the bit. None
//! is fused, and functions are polynomials written down here. Sums over a row are sixteen, of every sixteenth number,
//! which are then added by halves: so processors that take 4, 8 or 16 numbers at once add in one order.

use rten_simd::ops::{BitOps, FloatOps, IntOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, Simd, SimdOp};

use crate::error::NetworkError;
use crate::onnx::Parts;

/// The most numbers that a processor takes at once.
pub(crate) const LANES: usize = 16;
/// The rows that go from layer to layer are multiples of this: four vectors of floats make one of bytes.
pub(crate) const STEP: usize = 4 * LANES;
/// The fewest.
const FEWEST: usize = 4;

/// Below this, exponentials count as nothing. They are so small that their products would still be normal numbers.
const NOTHING: f32 = -64.0;

/// The exponential of numbers of at most 0: a power of two times a polynomial over what remains (Cody and Waite, 1980).
#[inline(always)]
fn exp<I: Isa>(isa: I, x: I::F32) -> I::F32 {
    let (ops, ints) = (isa.f32(), isa.i32());
    let nothing = ops.gt(ops.splat(NOTHING), x);
    let x = ops.select(ops.splat(NOTHING), x, nothing);
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

/// `x` times how much of a normal distribution lies below it (Hendrycks and Gimpel, 2016). The error function is that of
/// Abramowitz and Stegun (1964), 7.1.26.
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

/// The sum of what `of` makes of a row.
#[inline(always)]
fn sum<I: Isa>(isa: I, row: &[f32], of: impl Fn(I::F32) -> I::F32) -> f32 {
    let ops = isa.f32();
    let lanes = ops.len();
    let mut sums = [ops.zero(); LANES / FEWEST];
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

/// The greater of two numbers.
#[inline(always)]
fn greater<I: Isa>(isa: I, a: I::F32, b: I::F32) -> I::F32 {
    let ops = isa.f32();
    ops.select(a, b, ops.gt(a, b))
}

/// Replaces scores by the exponentials of what they are below the greatest, and yields their sum.
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

/// Rows of `a` times the matrix `b`, whose columns are a multiple of twice [`LANES`]. A row of `a` stands every
/// `stride` numbers; of each, as many are taken as `b` has rows. Each sum begins with the first product.
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

/// Brings rows to a mean of zero and a variance of one (Ba et al., 2016), then scales and moves each number.
#[derive(Clone, Debug)]
pub(crate) struct Norm {
    weights: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl Norm {
    /// Takes it from the file.
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

    /// Does it to all rows.
    pub(crate) fn apply(&self, rows: &mut [f32]) {
        Normed { norm: self, rows }.dispatch();
    }
}

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

/// Replaces numbers by what GELU makes of them.
pub(crate) fn gelu(numbers: &mut [f32]) {
    Gelu(numbers).dispatch();
}

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

/// The least and the greatest number, and zero if all are above or below.
pub(crate) fn range(numbers: &[f32]) -> (f32, f32) {
    Range(numbers).dispatch()
}

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

/// Numbers as bytes: multiplied by `inverse`, rounded, halves to the even one, and added to `zero`.
pub(crate) fn bytes(numbers: &[f32], inverse: f32, zero: u8) -> Vec<u8> {
    let mut out = vec![0; numbers.len()];
    Bytes { numbers, inverse, zero, out: &mut out }.dispatch();
    out
}

struct Bytes<'a> {
    numbers: &'a [f32],
    inverse: f32,
    zero: u8,
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

/// Rows with each number multiplied by its factor.
pub(crate) fn softened(rows: &[f32], factors: &[f32]) -> Vec<f32> {
    let mut out = rows.to_vec();
    Softened { rows: &mut out, factors }.dispatch();
    out
}

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

/// Rows of integers as floats, each multiplied by its scale and added to its bias.
pub(crate) fn scaled(rows: &[i32], scales: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; rows.len()];
    Scaled { rows, scales, bias, out: &mut out }.dispatch();
    out
}

struct Scaled<'a> {
    rows: &'a [i32],
    scales: &'a [f32],
    bias: &'a [f32],
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
            // The heads of tags and names are no multiples.
            for at in whole..row.len() {
                out[at] = row[at] as f32 * self.scales[at] + self.bias[at];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rten_simd::isa::GenericIsa;

    use super::*;

    /// What an operation yields with the vectors of this processor, which must be what it yields with every other width
    /// that runs here, bit for bit.
    fn on_all<Op: SimdOp<Output = Vec<f32>>>(operation: impl Fn() -> Op) -> Vec<f32> {
        let own = operation().dispatch();
        let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&operation().eval(GenericIsa::new())), bits(&own), "without vectors");
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(isa) = rten_simd::isa::Avx2Isa::new() {
                assert_eq!(bits(&operation().eval(isa)), bits(&own), "AVX2");
            }
            if let Some(isa) = rten_simd::isa::Avx512Isa::new() {
                assert_eq!(bits(&operation().eval(isa)), bits(&own), "AVX-512");
            }
        }
        own
    }

    /// An operation on a copy of some numbers.
    struct On<'a, F>(&'a [f32], F);

    /// What is done to the copy.
    trait Doing {
        fn act<I: Isa>(&self, isa: I, numbers: &mut Vec<f32>);
    }

    impl<F: Doing> SimdOp for On<'_, F> {
        type Output = Vec<f32>;

        #[inline(always)]
        fn eval<I: Isa>(self, isa: I) -> Vec<f32> {
            let mut numbers = self.0.to_vec();
            self.1.act(isa, &mut numbers);
            numbers
        }
    }

    macro_rules! doing {
        ($name:ident, |$isa:ident, $numbers:ident| $body:expr) => {
            struct $name;

            impl Doing for $name {
                #[inline(always)]
                fn act<I: Isa>(&self, $isa: I, $numbers: &mut Vec<f32>) {
                    $body
                }
            }
        };
    }

    doing!(Exponentials, |isa, numbers| {
        let sum = exponentials(isa, numbers);
        numbers.push(sum);
    });
    doing!(Gelus, |isa, numbers| Gelu(numbers).eval(isa));
    doing!(Products, |isa, numbers| {
        let mut out = vec![0.0; 7 * 64];
        multiply(isa, &numbers[..7 * 9], 9, &numbers[63..][..9 * 64], 64, &mut out);
        *numbers = out;
    });
    doing!(Norms, |isa, numbers| {
        let (weights, bias) = (numbers[..128].to_vec(), numbers[64..192].to_vec());
        let norm = Norm { weights, bias, epsilon: 1e-12 };
        Normed { norm: &norm, rows: numbers }.eval(isa);
    });
    doing!(Others, |isa, numbers| {
        let (least, greatest) = Range(numbers).eval(isa);
        let mut out = vec![0; numbers.len()];
        Bytes { numbers, inverse: 20.0, zero: 117, out: &mut out }.eval(isa);
        let sums: Vec<i32> = numbers.iter().map(|number| (number * 1e6) as i32).collect();
        let (scales, bias) = (&numbers[..19].to_vec(), &numbers[19..38].to_vec());
        let mut found = vec![0.0; 19 * (sums.len() / 19)];
        Scaled { rows: &sums, scales, bias, out: &mut found }.eval(isa);
        Softened { rows: numbers, factors: &found[..64] }.eval(isa);
        numbers.extend(out.iter().map(|&byte| f32::from(byte)));
        numbers.extend(found);
        numbers.extend([least, greatest]);
    });

    fn numbers() -> impl Strategy<Value = Vec<f32>> {
        let number = prop_oneof![8 => -9.0_f32..9.0, 1 => -200.0_f32..200.0, 1 => Just(0.0), 1 => Just(-0.0)];
        prop::collection::vec(number, 640)
    }

    proptest! {
        #[test]
        fn every_width_finds_the_same(numbers in numbers()) {
            on_all(|| On(&numbers, Exponentials));
            on_all(|| On(&numbers, Gelus));
            on_all(|| On(&numbers, Products));
            on_all(|| On(&numbers, Norms));
            on_all(|| On(&numbers, Others));
        }

        #[test]
        fn products_are_products(numbers in numbers()) {
            let found = on_all(|| On(&numbers, Products));
            for (at, found) in found.iter().enumerate() {
                let of = |k: usize| f64::from(numbers[at / 64 * 9 + k]) * f64::from(numbers[63 + k * 64 + at % 64]);
                let expected: f64 = (0..9).map(of).sum();
                prop_assert!((f64::from(*found) - expected).abs() < 0.1, "{found} is not {expected}");
            }
        }

        #[test]
        fn rows_are_normed(numbers in numbers()) {
            let found = on_all(|| On(&numbers, Norms));
            let rows = numbers.chunks_exact(128).zip(found.chunks_exact(128));
            for (row, found) in rows {
                let mean = row.iter().sum::<f32>() / 128.0;
                let variance = row.iter().map(|number| (number - mean) * (number - mean)).sum::<f32>() / 128.0;
                for (at, found) in found.iter().enumerate() {
                    let expected = (row[at] - mean) / variance.sqrt() * numbers[at] + numbers[64 + at];
                    prop_assert!((found - expected).abs() < 0.01, "{found} is not {expected}");
                }
            }
        }
    }

    #[test]
    fn functions_are_close_to_what_they_are() {
        let numbers: Vec<f32> = (0..2_000).map(|step| step as f32 * -0.03).collect();
        let found = on_all(|| On(&numbers, Exponentials));
        for (x, found) in numbers.iter().zip(&found) {
            let expected = libm::expf(*x);
            assert!((found - expected).abs() <= expected * 1e-6, "exp({x}) is {expected}, not {found}");
        }
        let sum: f32 = numbers.iter().copied().map(libm::expf).sum();
        assert!((found[numbers.len()] / sum - 1.0).abs() < 1e-5);
        let numbers: Vec<f32> = (0..2_000).map(|step| step as f32 * 0.01 - 10.0).collect();
        for (x, found) in numbers.iter().zip(on_all(|| On(&numbers, Gelus))) {
            let expected = x * 0.5 * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2));
            assert!((found - expected).abs() < 1e-5, "GELU of {x} is {expected}, not {found}");
        }
    }

    #[test]
    fn bytes_round_halves_to_even_and_stay_in_range() {
        let mut numbers = vec![0.0; STEP];
        numbers[..8].copy_from_slice(&[0.5, 1.5, -0.5, -1.5, 2.4, 300.0, -300.0, 155.0]);
        assert_eq!(bytes(&numbers, 1.0, 100)[..8], [100, 102, 100, 98, 102, 255, 0, 255]);
    }
}
