//! A linear model with a row of weights for each chosen feature.
//!
//! [`Linear`](super::Linear) lets features with the same hash share weights; with many labels that
//! costs accuracy. Here each chosen feature has a row of its own, found by 16 bits of its hash
//! among the eight places of a bucket; all others have no weights.
//!
//! The file begins like all model files ([`file`](super::file)). Then come two bytes for each place, zeros where it
//! is empty, and a row of signed bytes for each place.

use std::borrow::Cow;

use super::ModelError;
use super::file::{Header, ROWS};

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
        let header = Header { labels: self.labels, bits: self.mask.count_ones(), scale: self.scale };
        ROWS.write(name, &header, &self.bytes)
    }

    /// Reads the file of the model `name`, which must have `labels` labels.
    ///
    /// # Errors
    /// If it is damaged, holds another model, or was fitted with another version of the features.
    pub fn from_bytes(name: &str, labels: usize, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        let (header, bytes) = ROWS.read(name, labels, bytes.into(), |bits| (PLACES << bits) * (2 + labels))?;
        let places = PLACES << header.bits;
        Ok(Self { labels, scale: header.scale, mask: (1 << header.bits) - 1, bytes, rows_from: places * 2 })
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
