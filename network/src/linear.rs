//! Products with matrices of 8-bit integers.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use crate::error::NetworkError;
use crate::onnx::Parts;
use crate::vector;

/// The greatest weight. Processors without VNNI add two products of a weight and an activation, which is up to 255, in
/// 16 bits and cut off what does not fit. Up to this weight all fits, and all processors find the same.
const REACH: u8 = 64;

/// A matrix, and what is added.
pub(crate) struct Linear {
    weights: PackedBMatrix<i8>,
    /// What the products of each output are multiplied by.
    scales: Vec<f32>,
    bias: Vec<f32>,
    /// What the inputs are multiplied by before they are rounded.
    soft: Option<Vec<f32>>,
}

/// Activations as unsigned bytes: `scale` times what each is above `zero`.
pub(crate) struct Rounded {
    bytes: Vec<u8>,
    width: usize,
    scale: f32,
    zero: u8,
}

impl Rounded {
    /// Rows of this width, rounded by the range of all.
    pub(crate) fn of(rows: &[f32], width: usize) -> Self {
        let (least, greatest) = vector::range(rows);
        let scale = (greatest - least) / 255.0;
        if scale <= 0.0 {
            return Self { bytes: vec![0; rows.len()], width, scale: 1.0, zero: 0 };
        }
        let zero = (-least / scale).clamp(0.0, 255.0).round_ties_even() as u8;
        Self { bytes: vector::bytes(rows, 1.0 / scale, zero), width, scale, zero }
    }
}

impl Linear {
    /// Takes a matrix of so many inputs from the file.
    pub(crate) fn read(parts: &mut Parts, name: &str, inputs: usize) -> Result<Self, NetworkError> {
        let fault = |what: &str| NetworkError::new(format!("the matrix {name} {what}"));
        let (shape, weights) = parts.bytes::<2>(&format!("{name}.weight"))?;
        let ([], zero) = parts.bytes(&format!("{name}.zero"))?;
        let (_, scales) = parts.floats::<1>(&format!("{name}.scales"))?;
        let (_, bias) = parts.floats::<1>(&format!("{name}.bias"))?;
        let soft = format!("{name}.soft");
        let soft = if parts.has(&soft) { Some(parts.floats::<1>(&soft)?.1) } else { None };
        let sizes = [shape[0], scales.len(), bias.len(), soft.as_ref().map_or(inputs, Vec::len)];
        if sizes != [inputs, shape[1], shape[1], inputs] || zero != [0] {
            return Err(fault("does not fit what belongs to it"));
        }
        if weights.iter().any(|weight| weight.unsigned_abs() > REACH) {
            return Err(fault(&format!("has weights beyond {REACH}, whose sums some processors cut off")));
        }
        let weights = executor().prepack_b(NdTensorView::from_data(shape, weights.as_slice()));
        Ok(Self { weights, scales, bias, soft })
    }

    /// How many numbers come out for each row.
    pub(crate) fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Rows times the matrix.
    pub(crate) fn apply(&self, rows: &[f32]) -> Result<Vec<f32>, NetworkError> {
        let width = self.weights.rows();
        match &self.soft {
            Some(soft) => self.products(&Rounded::of(&vector::softened(rows, soft), width)),
            None => self.products(&Rounded::of(rows, width)),
        }
    }

    /// Rows that were rounded before, times the matrix.
    pub(crate) fn products(&self, rows: &Rounded) -> Result<Vec<f32>, NetworkError> {
        let sums = self.sums(rows)?;
        let scales: Vec<f32> = self.scales.iter().map(|scale| rows.scale * scale).collect();
        Ok(vector::scaled(&sums, &scales, &self.bias))
    }

    /// The sums of integers.
    fn sums(&self, rows: &Rounded) -> Result<Vec<i32>, NetworkError> {
        let count = rows.bytes.len() / rows.width;
        let mut sums = vec![0; count * self.outputs()];
        let zeros = vec![rows.zero; count];
        let matrix = NdTensorView::from_data([count, rows.width], rows.bytes.as_slice());
        let options = GemmOptions { a_quant: Some(QuantParams { zero_point: &zeros }), ..GemmOptions::default() };
        executor()
            .gemm(&mut sums, GemmInputA::Unpacked(matrix), GemmInputB::Packed(&self.weights), options)
            .map_err(|error| NetworkError::new(format!("a product of matrices failed: {error}")))?;
        Ok(sums)
    }
}

/// The fastest kernel of this processor.
fn executor() -> GemmExecutor<u8, i8, i32> {
    GemmExecutor::new()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The greatest weights beside the greatest activations, too, where 16 bits are nearly full.
        #[test]
        fn sums_of_integers_are_exact(
            (rows, width, outputs) in (1_usize..20, 1_usize..1_300, 1_usize..90),
            seed in any::<u32>(),
            zero in any::<u8>(),
        ) {
            let mut state = u64::from(seed) + 1;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize
            };
            let weights: Vec<i8> = (0..width * outputs).map(|_| [64, -64, ((next() % 129) as i16 - 64) as i8][next() % 3]).collect();
            let bytes: Vec<u8> = (0..rows * width).map(|_| [255, (next() % 256) as u8][next() % 2]).collect();
            let linear = Linear {
                weights: executor().prepack_b(NdTensorView::from_data([width, outputs], weights.as_slice())),
                scales: vec![1.0; outputs],
                bias: vec![0.0; outputs],
                soft: None,
            };
            let found = linear.sums(&Rounded { bytes: bytes.clone(), width, scale: 1.0, zero }).unwrap();
            for (at, found) in found.iter().enumerate() {
                let (row, output) = (at / outputs, at % outputs);
                let above = |k: usize| i32::from(bytes[row * width + k]) - i32::from(zero);
                let expected: i32 = (0..width).map(|k| above(k) * i32::from(weights[k * outputs + output])).sum();
                prop_assert_eq!(*found, expected);
            }
        }
    }

    #[test]
    fn nothing_but_zeros_is_rounded_to_zeros() {
        let rounded = Rounded::of(&[0.0; 128], 64);
        assert_eq!((rounded.bytes, rounded.scale), (vec![0; 128], 1.0));
    }
}
