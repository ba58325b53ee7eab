//! A linear model with a row of weights for each chosen feature.
//!
//! [`Linear`](super::Linear) lets features with the same hash share weights; with many labels that
//! costs accuracy. Here each chosen feature has a row of its own, found by 16 bits of its hash
//! among the eight places of a bucket; all others have no weights.
//!
//! The file is `SAYSORM` and the version of the format, 1; the name of the model in 16 bytes; the
//! number of labels, the power of two of the number of buckets, what a weight of 1 is worth (a
//! 32-bit float) and the version of the features, 32 bits each; a checksum of the rest, 64 bits;
//! two bytes for each place, zeros where it is empty; a row of signed bytes for each place. All
//! numbers are little-endian.

use std::borrow::Cow;

use super::file::checksum;
use super::{ModelError, versions};

/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"SAYSORM\x01";
/// Bytes before the buckets.
const HEADER: usize = 48;
/// Places in a bucket.
const PLACES: usize = 8;

/// A linear model with rows for chosen features.
#[derive(Clone, Debug)]
pub struct Rows {
    /// How many labels a feature has weights for.
    labels: usize,
    /// What a weight of 1 is worth.
    scale: f32,
    /// The number of buckets less one.
    mask: usize,
    /// The fingerprints of all places, and behind them the rows.
    bytes: Cow<'static, [u8]>,
    /// Where the rows begin in `bytes`.
    rows_from: usize,
}

impl Rows {
    /// A model from features and their weights in units of `scale`, the most important first: a
    /// feature that finds no free place in its bucket is left out.
    pub fn new<'r>(labels: usize, bits: u32, scale: f32, rows: impl IntoIterator<Item = (u32, &'r [i8])>) -> Self {
        let places = PLACES << bits;
        let rows_from = places * 2;
        let mut bytes = vec![0; rows_from + places * labels];
        let mask = (1 << bits) - 1;
        for (feature, row) in rows {
            let from = (feature as usize & mask) * PLACES;
            let free = (from..from + PLACES).find(|place| bytes[2 * place..2 * place + 2] == [0, 0]);
            if let Some(place) = free {
                bytes[2 * place..2 * place + 2].copy_from_slice(&sign(feature).to_le_bytes());
                let to = rows_from + place * labels;
                bytes[to..to + labels].iter_mut().zip(row).for_each(|(byte, &weight)| *byte = weight as u8);
            }
        }
        Self { labels, scale, mask, bytes: Cow::Owned(bytes), rows_from }
    }

    /// How many labels the model tells apart.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// The size of one step of a score.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The weights of a feature, if it has any.
    pub fn row(&self, feature: u32) -> Option<&[u8]> {
        let from = (feature as usize & self.mask) * PLACES;
        let sign = sign(feature);
        let signs: &[u8; 2 * PLACES] = self.bytes[2 * from..][..2 * PLACES].try_into().ok()?;
        // All places are compared, without a branch: most features have no row.
        let mut found = 0_u32;
        for place in 0..PLACES {
            found |= u32::from(u16::from_le_bytes([signs[2 * place], signs[2 * place + 1]]) == sign) << place;
        }
        if found == 0 {
            return None;
        }
        let place = found.trailing_zeros() as usize;
        Some(&self.bytes[self.rows_from + (from + place) * self.labels..][..self.labels])
    }

    /// Adds the weights of the features for each label to `scores`, in units of [`Rows::scale`].
    pub fn add<const LABELS: usize>(&self, features: &[u32], scores: &mut [i32; LABELS]) {
        #[cfg(test)]
        super::versions::seen::note(&self.bytes, features);
        for row in features.iter().filter_map(|&feature| self.row(feature)) {
            // A row of known length is added at once.
            if let Ok(row) = <&[u8; LABELS]>::try_from(row) {
                scores.iter_mut().zip(row).for_each(|(score, &weight)| *score += i32::from(weight as i8));
            }
        }
    }

    /// The bytes of the model's file.
    pub fn to_bytes(&self, name: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + self.bytes.len());
        out.extend_from_slice(MAGIC);
        let mut padded = [0; 16];
        padded[..name.len().min(16)].copy_from_slice(&name.as_bytes()[..name.len().min(16)]);
        out.extend_from_slice(&padded);
        out.extend_from_slice(&(self.labels as u32).to_le_bytes());
        out.extend_from_slice(&(self.mask.count_ones()).to_le_bytes());
        out.extend_from_slice(&self.scale.to_le_bytes());
        out.extend_from_slice(&versions::version(name).to_le_bytes());
        out.extend_from_slice(&checksum(&self.bytes).to_le_bytes());
        out.extend_from_slice(&self.bytes);
        out
    }

    /// Reads the file of the model `name`, which must have `labels` labels.
    ///
    /// # Errors
    /// If it is damaged, holds another model, or was fitted with another version of the features.
    pub fn from_bytes(name: &str, labels: usize, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        let bytes = bytes.into();
        let fault = |what: String| Err(ModelError::new(format!("model \"{name}\": {what}")));
        let Some((header, rest)) = bytes.split_at_checked(HEADER) else {
            return fault(format!("{} bytes are too few for a model file", bytes.len()));
        };
        if &header[..8] != MAGIC {
            return fault("this is no file of rows of version 1 (it does not begin with SAYSORM)".into());
        }
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let named = String::from_utf8_lossy(&header[8..24]);
        if named.trim_end_matches('\0') != name {
            return fault(format!("the file holds the model \"{}\"", named.trim_end_matches('\0')));
        }
        let (has, bits, scale) = (number(24) as usize, number(28), f32::from_bits(number(32)));
        if has != labels || bits > 24 {
            return fault(format!(
                "{has} labels and 2^{bits} buckets; this version takes {labels} labels and up to 2^24"
            ));
        }
        if let Err(why) = versions::check(name, number(36)) {
            return fault(why);
        }
        let places = PLACES << bits;
        if rest.len() != places * (2 + labels) {
            return fault(format!("{} bytes, but its header promises {}", rest.len(), places * (2 + labels)));
        }
        if checksum(rest) != u64::from(number(44)) << 32 | u64::from(number(40)) {
            return fault("the checksum does not fit the weights: the file is damaged".into());
        }
        let bytes = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[HEADER..]),
            Cow::Owned(bytes) => Cow::Owned(bytes[HEADER..].to_vec()),
        };
        Ok(Self { labels, scale, mask: (1 << bits) - 1, bytes, rows_from: places * 2 })
    }
}

/// The fingerprint that tells a feature from others of its bucket; never zero.
fn sign(feature: u32) -> u16 {
    ((feature >> 16) as u16).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Rows {
        let rows: Vec<(u32, [i8; 2])> =
            (1..40).map(|i| (crate::model::feature(i, &[7]), [i as i8, -(i as i8)])).collect();
        Rows::new(2, 3, 0.5, rows.iter().map(|(feature, row)| (*feature, row.as_slice())))
    }

    #[test]
    fn keeps_chosen_features_alone() {
        let model = Rows::from_bytes("entities", 2, model().to_bytes("entities")).unwrap();
        let mut scores = [0; 2];
        model.add(&[crate::model::feature(3, &[7]), crate::model::feature(500, &[7])], &mut scores);
        assert_eq!(scores, [3, -3]);
        assert_eq!((model.labels(), model.scale()), (2, 0.5));
    }

    #[test]
    fn names_what_is_wrong() {
        let good = model().to_bytes("entities");
        let error =
            |name: &str, labels: usize, bytes: Vec<u8>| Rows::from_bytes(name, labels, bytes).unwrap_err().to_string();
        assert!(error("cues", 2, good.clone()).contains("\"entities\""));
        assert!(error("entities", 3, good.clone()).contains("2 labels"));
        assert!(error("entities", 2, good[..20].to_vec()).contains("too few"));
        assert!(error("entities", 2, good[..50].to_vec()).contains("promises"));
        let mut fitted_later = good.clone();
        fitted_later[36] ^= 9;
        assert!(error("entities", 2, fitted_later).contains("fitted with version 9 of its features"));
        assert!(error("entities", 2, [b"PK", &good[2..]].concat()).contains("SAYSORM"));
        let mut damaged = good.clone();
        damaged[60] ^= 1;
        assert!(error("entities", 2, damaged).contains("damaged"));
    }
}
