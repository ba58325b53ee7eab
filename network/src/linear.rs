//! Products of rows with matrices of 8-bit integers.
//!
//! The rows are floats. Before a product they are rounded to unsigned bytes, which span the range of all numbers of the
//! window ("dynamic quantisation"; see [`Rounded`]). The sums of the products are exact 32-bit integers. They become
//! floats again with one factor for the rows and one for each column of the matrix:
//!
//! ```text
//! output[row][column] = sum[row][column] × (rows.scale × scales[column]) + bias[column]
//! ```
//!
//! Where a few inputs reach much further than the others, rounding would cost these their precision. Such matrices come
//! with factors that shrink those inputs first, and their weights are larger by as much (`soft`; after Xiao et al.,
//! SmoothQuant, 2023).

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use crate::error::NetworkError;
use crate::onnx::Parts;
use crate::vector;

/// The greatest absolute value of a weight.
///
/// Processors without VNNI add two products of a weight and an activation in 16 bits, and clip what does not fit. An
/// activation is at most 255, so with weights up to 64 the sum is at most 2 × 255 × 64 = 32,640, and fits.
const MAX_WEIGHT: u8 = 64;

/// A matrix with its bias: the linear map from `inputs` to `outputs` numbers.
pub(crate) struct Linear {
    /// A row for each input and a column for each output, in the layout that this processor's kernel wants.
    weights: PackedBMatrix<i8>,
    /// The factor of each output's sums.
    scales: Vec<f32>,
    /// What is added to each output.
    bias: Vec<f32>,
    /// The factor of each input before it is rounded, if the matrix has such factors.
    soft: Option<Vec<f32>>,
}

/// Rows of numbers as unsigned bytes. A byte stands for `scale × (byte − zero)`.
///
/// Rounding once serves all matrices that are applied to the same rows.
pub(crate) struct Rounded {
    /// Row by row.
    bytes: Vec<u8>,
    /// The numbers of a row.
    width: usize,
    /// The difference between two neighbouring bytes.
    scale: f32,
    /// The byte that stands for zero.
    zero: u8,
}

impl Rounded {
    /// Rounds rows of this width. The 256 steps are spread over the range of all their numbers, zero included.
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
    /// Takes the matrix `name` from the file. Fails if it has another number of inputs, if scales, bias or factors have
    /// another length than its sides, if its zero is not 0, or if a weight is greater than [`MAX_WEIGHT`].
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
        if weights.iter().any(|weight| weight.unsigned_abs() > MAX_WEIGHT) {
            return Err(fault(&format!("has weights beyond {MAX_WEIGHT}, whose sums some processors cut off")));
        }
        let weights = executor().prepack_b(NdTensorView::from_data(shape, weights.as_slice()));
        Ok(Self { weights, scales, bias, soft })
    }

    /// The numbers of an output row.
    pub(crate) fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Rounds rows and multiplies them by the matrix, with its factors for the inputs.
    pub(crate) fn apply(&self, rows: &[f32]) -> Result<Vec<f32>, NetworkError> {
        let width = self.weights.rows();
        match &self.soft {
            Some(soft) => self.products(&Rounded::of(&vector::softened(rows, soft), width)),
            None => self.products(&Rounded::of(rows, width)),
        }
    }

    /// Multiplies rounded rows by the matrix. For matrices without factors for the inputs, such as those of the heads.
    pub(crate) fn products(&self, rows: &Rounded) -> Result<Vec<f32>, NetworkError> {
        let sums = self.sums(rows)?;
        let scales: Vec<f32> = self.scales.iter().map(|scale| rows.scale * scale).collect();
        Ok(vector::scaled(&sums, &scales, &self.bias))
    }

    /// The sums of products of integers, before scales and bias.
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

/// The fastest kernel that this processor has. All kernels yield the same sums.
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
