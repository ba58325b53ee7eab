//! The format of a model file: a header of 48 bytes, then one byte per weight.
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | `SAYSOLM` and the version of the format, 1 |
//! | 8..24 | the name of the model, filled up with zeros |
//! | 24..28 | number of labels |
//! | 28..32 | size of the table, as a power of two |
//! | 32..36 | what a weight of 1 is worth, a 32-bit float |
//! | 36..40 | version of the features that it was fitted with |
//! | 40..48 | checksum of the weights (FNV-1a over words of 8 bytes) |
//!
//! All numbers are little-endian.

use std::borrow::Cow;

use super::{Linear, ModelError, versions};

/// The first bytes of a model file.
const MAGIC: &[u8; 8] = b"SAYSOLM\x01";
/// Bytes before the weights.
const HEADER: usize = 48;

impl Linear {
    /// The bytes of the model's file.
    pub fn to_bytes(&self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.weights.len());
        bytes.extend_from_slice(MAGIC);
        let mut padded = [0; 16];
        padded[..name.len().min(16)].copy_from_slice(&name.as_bytes()[..name.len().min(16)]);
        bytes.extend_from_slice(&padded);
        bytes.extend_from_slice(&(self.labels as u32).to_le_bytes());
        bytes.extend_from_slice(&(self.mask.count_ones()).to_le_bytes());
        bytes.extend_from_slice(&self.scale.to_le_bytes());
        bytes.extend_from_slice(&versions::version(name).to_le_bytes());
        bytes.extend_from_slice(&checksum(&self.weights).to_le_bytes());
        bytes.extend_from_slice(&self.weights);
        bytes
    }

    /// Reads the file of the model `name`, which must have `labels` labels. Weights of a
    /// compiled-in file are used in place, without a copy.
    ///
    /// # Errors
    /// If it is damaged, holds another model, or was fitted with another version of the features.
    pub fn from_bytes(name: &str, labels: usize, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        let bytes = bytes.into();
        let fault = |what: String| Err(ModelError::new(format!("model \"{name}\": {what}")));
        let Some(header) = bytes.get(..HEADER) else {
            return fault(format!("{} bytes are too few for a model file", bytes.len()));
        };
        if &header[..8] != MAGIC {
            return fault("this is no model file of version 1 (it does not begin with SAYSOLM)".into());
        }
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let named = String::from_utf8_lossy(&header[8..24]);
        if named.trim_end_matches('\0') != name {
            return fault(format!("the file holds the model \"{}\"", named.trim_end_matches('\0')));
        }
        let (has, bits) = (number(24) as usize, number(28));
        if has != labels || !(1..=28).contains(&bits) {
            return fault(format!(
                "{has} labels and a table of 2^{bits}; this version takes {labels} labels and up to 2^28"
            ));
        }
        if let Err(why) = versions::check(name, number(36)) {
            return fault(why);
        }
        let scale = f32::from_bits(number(32));
        let expected = u64::from(number(44)) << 32 | u64::from(number(40));
        let size = (1_usize << bits) + labels;
        if bytes.len() != HEADER + size {
            return fault(format!("{} bytes, but its header promises {}", bytes.len(), HEADER + size));
        }
        let weights = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[HEADER..]),
            Cow::Owned(bytes) => Cow::Owned(bytes[HEADER..].to_vec()),
        };
        if checksum(&weights) != expected {
            return fault("the checksum does not fit the weights: the file is damaged".into());
        }
        Ok(Self { labels, mask: (1_u32 << bits) - 1, scale, weights })
    }
}

/// FNV-1a over words of 8 bytes.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Linear {
        Linear::quantized(2, 3, &[0.5, -1.0, 0.25, 0.0, 0.75, 0.1, -0.2, 0.3, 0.0, 0.0])
    }

    #[test]
    fn reads_what_it_wrote() {
        let bytes = model().to_bytes("tags");
        let back = Linear::from_bytes("tags", 2, bytes.clone()).unwrap();
        assert_eq!(back.to_bytes("tags"), bytes);
    }

    #[test]
    fn names_what_is_wrong() {
        let good = model().to_bytes("tags");
        let error = |name: &str, labels: usize, bytes: Vec<u8>| {
            Linear::from_bytes(name, labels, bytes).unwrap_err().to_string()
        };
        assert!(error("cues", 2, good.clone()).contains("\"tags\""));
        assert!(error("tags", 3, good.clone()).contains("2 labels"));
        assert!(error("tags", 2, good[..20].to_vec()).contains("too few"));
        assert!(error("tags", 2, good[..50].to_vec()).contains("promises"));
        let mut damaged = good.clone();
        damaged[50] ^= 1;
        assert!(error("tags", 2, damaged).contains("damaged"));
        let mut fitted_later = good.clone();
        fitted_later[36] ^= 9;
        assert!(error("tags", 2, fitted_later).contains("fitted with version 9 of its features"));
        assert!(error("tags", 2, [b"PK", &good[2..]].concat()).contains("no model file"));
    }
}
