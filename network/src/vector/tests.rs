//! Every vector width gives the same bits, and functions are close to what they are.

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
