//! Reads weights and attributes from the ONNX file that `train/encoder/export.py` writes.
//!
//! Only these tensors are read, by name. `N` stands for the number of a layer, from 0.
//!
//! | tensors | hold |
//! |---|---|
//! | `words.weight`, `words.scales` | a row of integers for each piece of the vocabulary, and its factor |
//! | `places.weight`, `shapes.weight` | a row of floats for each position and for each feature of words |
//! | `norm.*`, `layerN.norm1.*`, `layerN.norm2.*` | `weight` and `bias` of a normalisation |
//! | `layerN.qkv.*`, `layerN.out.*`, `layerN.up.*`, `layerN.down.*` | a matrix; see below |
//! | `tags.*`, `names.*` and those of the other heads | a matrix that turns rows into scores |
//!
//! A matrix has `weight` (signed bytes, a row for each input), `zero` (always 0), `scales` and `bias` (a float for each
//! output), and where its inputs are shrunk before rounding also `soft` (a float for each input).
//!
//! The attributes read are `epsilon` of the normalisations, and `q_num_heads` and `scale` of attention. The operators are
//! compared with those that this crate computes ([`Parts::expect_operators`]). Their wiring is not: the file is written
//! by our own program, and a checksum beside it says that it is that file.

use std::collections::BTreeMap;

use rten_onnx::onnx::{AttributeProto, DataType, ModelProto, NodeProto, TensorProto};

use crate::error::NetworkError;

/// The operators of a product with a matrix, after those that round its input.
const PRODUCT: [&str; 5] = ["MatMulInteger", "Cast", "Mul", "Mul", "Add"];

/// The content of the file. Tensors are taken out as they are read, so that no weight is in memory twice.
pub(crate) struct Parts {
    /// The operators, in the order in which they are computed.
    nodes: Vec<NodeProto>,
    /// The tensors that were not taken yet, by name.
    tensors: BTreeMap<String, TensorProto>,
}

impl Parts {
    /// Parses the file. Fails if it is not ONNX, or has no graph.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NetworkError> {
        let fault = |what: &str| NetworkError::new(format!("this is not an encoder network: {what}"));
        let model = ModelProto::parse_buf(bytes).map_err(|error| fault(&error.to_string()))?;
        let graph = model.graph.ok_or_else(|| fault("it has no graph"))?;
        let tensors = graph.initializer.into_iter().map(|tensor| (tensor.name.clone().unwrap_or_default(), tensor));
        Ok(Self { nodes: graph.node, tensors: tensors.collect() })
    }

    /// Whether there is such a tensor that was not taken yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Takes a tensor of `N` dimensions with 32-bit floats out of the file, with its shape. Fails if it is missing, of
    /// another type or number of dimensions, empty, or not all finite.
    pub(crate) fn floats<const N: usize>(&mut self, name: &str) -> Result<([usize; N], Vec<f32>), NetworkError> {
        let (shape, bytes) = self.tensor(name, DataType::FLOAT, 4)?;
        let floats: Vec<f32> = bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
        match floats.iter().all(|float| float.is_finite()) {
            true => Ok((shape, floats)),
            false => Err(NetworkError::new(format!("{name} has a number that is not finite"))),
        }
    }

    /// Takes a tensor of `N` dimensions with signed bytes out of the file, with its shape. Fails as [`Parts::floats`] does.
    pub(crate) fn bytes<const N: usize>(&mut self, name: &str) -> Result<([usize; N], Vec<i8>), NetworkError> {
        let (shape, bytes) = self.tensor(name, DataType::INT8, 1)?;
        Ok((shape, bytes.into_iter().map(u8::cast_signed).collect()))
    }

    /// Takes a tensor whose numbers have `size` bytes each, as little-endian bytes.
    fn tensor<const N: usize>(
        &mut self,
        name: &str,
        kind: DataType,
        size: usize,
    ) -> Result<([usize; N], Vec<u8>), NetworkError> {
        let fault = |what: &str| NetworkError::new(format!("the tensor {name} {what}"));
        let tensor = self.tensors.remove(name).ok_or_else(|| fault("is missing"))?;
        let wide = || fault(&format!("has {} dimensions, not {N}", tensor.dims.len()));
        let dims: [i64; N] = tensor.dims.as_slice().try_into().map_err(|_| wide())?;
        let shape = dims.map(|size| usize::try_from(size).unwrap_or(0));
        let bytes = tensor.raw_data.map(|bytes| bytes.into_inner()).unwrap_or_default();
        let count = shape.iter().try_fold(size, |product, &size| product.checked_mul(size));
        if tensor.data_type != Some(kind) || count != Some(bytes.len()) || bytes.is_empty() {
            return Err(fault(&format!("does not hold {} of the shape {shape:?}", kind.name().unwrap_or("numbers"))));
        }
        Ok((shape, bytes))
    }

    /// The attribute `name` of the operators `kind`. `of` picks its type. Fails unless all of them have the same value.
    pub(crate) fn attribute<T: PartialEq>(
        &self,
        kind: &str,
        name: &str,
        of: fn(&AttributeProto) -> Option<T>,
    ) -> Result<T, NetworkError> {
        let nodes = self.nodes.iter().filter(|node| node.op_type.as_deref() == Some(kind));
        let own =
            |node: &NodeProto| node.attribute.iter().find(|found| found.name.as_deref() == Some(name)).and_then(of);
        let mut found: Vec<Option<T>> = nodes.map(own).collect();
        found.dedup();
        match found.pop() {
            Some(Some(value)) if found.is_empty() => Ok(value),
            _ => Err(NetworkError::new(format!("not all operators {kind} have the same {name}"))),
        }
    }

    /// Fails unless the operators are those of an encoder with `layers` layers. The error names the first that differs.
    pub(crate) fn expect_operators(&self, layers: usize) -> Result<(), NetworkError> {
        let expected = self.operators(layers);
        let found: Vec<&str> = self.nodes.iter().map(|node| node.op_type.as_deref().unwrap_or_default()).collect();
        if layers == 0 || found != expected {
            let at = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
            let of = |operators: &[&str]| operators.get(at).copied().unwrap_or("nothing").to_owned();
            return Err(NetworkError::new(format!(
                "its operators are not those of an 8-bit encoder: after {at} operators there is {}, but {} is expected",
                of(&found),
                of(&expected)
            )));
        }
        Ok(())
    }

    /// The operators that `train/encoder/export.py` writes, in this order.
    fn operators(&self, layers: usize) -> Vec<&'static str> {
        let linear = |name: String| {
            let soft = self.has(&format!("{name}.soft")).then_some("Mul");
            soft.into_iter().chain(["DynamicQuantizeLinear"]).chain(PRODUCT)
        };
        let mut all = vec!["Gather", "Cast", "Gather", "Mul", "Shape", "Slice", "Gather", "Add", "Add"];
        all.push("LayerNormalization");
        for layer in 0..layers {
            let asks = (layer + 1 == layers).then_some("Gather");
            all.extend(linear(format!("layer{layer}.qkv")));
            all.push("Split");
            all.extend(asks);
            all.extend(["Reshape", "Reshape", "Reshape", "Attention", "Reshape"]);
            all.extend(asks);
            all.extend(linear(format!("layer{layer}.out")));
            all.extend(["Add", "LayerNormalization"]);
            all.extend(linear(format!("layer{layer}.up")));
            all.push("Gelu");
            all.extend(linear(format!("layer{layer}.down")));
            all.extend(["Add", "LayerNormalization"]);
        }
        all.push("DynamicQuantizeLinear");
        all.extend([PRODUCT; 4].concat());
        all
    }
}
