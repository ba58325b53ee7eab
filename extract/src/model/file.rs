//! The format of model files: a header of 48 bytes, then the weights.
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | `SAYSOLM` or `SAYSORM`, and the version of the format, 1 |
//! | 8..24 | the name of the model, filled up with zeros |
//! | 24..28 | number of labels |
//! | 28..32 | size of the table, or number of buckets, as a power of two |
//! | 32..36 | what a weight of 1 is worth, a 32-bit float |
//! | 36..40 | version of the features that it was fitted with |
//! | 40..48 | checksum of the rest (FNV-1a over words of 8 bytes) |
//!
//! All numbers are little-endian. [`Linear`] has one byte per weight behind it; what [`Rows`](super::Rows) has is
//! told there.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::{Linear, ModelError, versions};

/// Bytes before the weights.
const HEADER_BYTES: usize = 48;

/// A format of model files. They differ in what follows the header.
pub(super) struct Format {
    /// The first bytes: seven letters and the version of the format.
    magic: [u8; 8],
    /// What a file is called in errors.
    title: &'static str,
    /// What the power of two in the header counts.
    counted: &'static str,
    /// The powers of two that this version takes.
    bits: RangeInclusive<u32>,
}

/// Files of [`Linear`] models.
const LINEAR: Format =
    Format { magic: *b"SAYSOLM\x01", title: "model file", counted: "places of a table", bits: 1..=28 };

/// Files of [`Rows`](super::Rows).
pub(super) const ROWS: Format =
    Format { magic: *b"SAYSORM\x01", title: "file of rows", counted: "buckets", bits: 0..=24 };

/// What the header of a file says of the numbers behind it.
pub(super) struct Header {
    /// How many labels the model tells apart.
    pub(super) labels: usize,
    /// The power of two.
    pub(super) bits: u32,
    /// What a weight of 1 is worth.
    pub(super) scale: f32,
}

impl Format {
    /// The bytes of a file: the header of the model `name`, and `rest`.
    pub(super) fn write(&self, name: &str, header: &Header, rest: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + rest.len());
        bytes.extend_from_slice(&self.magic);
        let mut padded = [0; 16];
        padded[..name.len().min(16)].copy_from_slice(&name.as_bytes()[..name.len().min(16)]);
        bytes.extend_from_slice(&padded);
        bytes.extend_from_slice(&(header.labels as u32).to_le_bytes());
        bytes.extend_from_slice(&header.bits.to_le_bytes());
        bytes.extend_from_slice(&header.scale.to_le_bytes());
        bytes.extend_from_slice(&versions::version(name).to_le_bytes());
        bytes.extend_from_slice(&checksum(rest).to_le_bytes());
        bytes.extend_from_slice(rest);
        bytes
    }

    /// Reads the file of the model `name`, which must have `labels` labels: its header, and what follows. `size` is
    /// how many bytes follow, by the power of two. Compiled-in bytes are used in place, without a copy.
    ///
    /// # Errors
    /// If it is damaged, holds another model, or was fitted with another version of the features.
    pub(super) fn read(
        &self,
        name: &str,
        labels: usize,
        bytes: Cow<'static, [u8]>,
        size: impl Fn(u32) -> usize,
    ) -> Result<(Header, Cow<'static, [u8]>), ModelError> {
        let fault = |what: String| Err(ModelError::new(format!("model \"{name}\": {what}")));
        let (title, letters) = (self.title, String::from_utf8_lossy(&self.magic[..7]));
        let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else {
            return fault(format!("{} bytes are too few for a {title}", bytes.len()));
        };
        if header[..8] != self.magic {
            return fault(format!("this is no {title} of version 1 (it does not begin with {letters})"));
        }
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let named = String::from_utf8_lossy(&header[8..24]);
        if named.trim_end_matches('\0') != name {
            return fault(format!("the file holds the model \"{}\"", named.trim_end_matches('\0')));
        }
        let (has, bits, scale) = (number(24) as usize, number(28), f32::from_bits(number(32)));
        if has != labels || !self.bits.contains(&bits) {
            let (counted, most) = (self.counted, self.bits.end());
            return fault(format!(
                "{has} labels and 2^{bits} {counted}; this version takes {labels} labels and up to 2^{most}"
            ));
        }
        if let Err(why) = versions::check(name, number(36)) {
            return fault(why);
        }
        if rest.len() != size(bits) {
            return fault(format!("{} bytes of weights, but its header promises {}", rest.len(), size(bits)));
        }
        if checksum(rest) != u64::from(number(44)) << 32 | u64::from(number(40)) {
            return fault("the checksum does not fit the weights: the file is damaged".into());
        }
        let rest = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[HEADER_BYTES..]),
            Cow::Owned(bytes) => Cow::Owned(bytes[HEADER_BYTES..].to_vec()),
        };
        Ok((Header { labels, bits, scale }, rest))
    }
}

impl Linear {
    /// The bytes of the model's file.
    pub fn to_bytes(&self, name: &str) -> Vec<u8> {
        let header = Header { labels: self.labels, bits: self.mask.count_ones(), scale: self.scale };
        LINEAR.write(name, &header, &self.weights)
    }

    /// Reads the file of the model `name`, which must have `labels` labels. Weights of a
    /// compiled-in file are used in place, without a copy.
    ///
    /// # Errors
    /// If it is damaged, holds another model, or was fitted with another version of the features.
    pub fn from_bytes(name: &str, labels: usize, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        let (header, weights) = LINEAR.read(name, labels, bytes.into(), |bits| (1 << bits) + labels)?;
        Ok(Self { labels, mask: (1 << header.bits) - 1, scale: header.scale, weights })
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
