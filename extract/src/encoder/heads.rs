//! What is computed outside of the network: the chains of labels, and the biases of links.
//!
//! The file `encoder.heads`, as `train/encoder/export.py` writes it:
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | `SAYSOEH` and the version of the form, 2 |
//! | 8..12 | number of labels of tags |
//! | 12..16 | number of labels of names |
//! | 16..20 | how many segments away links have biases of their own |
//! | 20..24 | number of labels of addressees |
//! | 24..40 | checksums of the network and of the vocabulary that belong to it |
//! | 40..48 | checksum of the rest |
//! | 48.. | 32-bit floats |
//!
//! The floats are, of the chains of tags, names and addressees, how well each label begins and a row of moves from each;
//! and the biases of sources, cues and kin.
//!
//! All numbers are little-endian; checksums are FNV-1a over words of 8 bytes.

use super::chain::Chain;
use super::links::{Biases, KinBiases, NEAR};
use crate::model::{ModelError, checksum};

/// Labels of tags: outside, then begin and inside of source, cue, content.
pub(crate) const TAGS: usize = 7;
/// Labels of names: outside, then begin and inside of PERSON, ORG, LOC, FACILITY, NORP, PRODUCT, MISC, DATE, MONEY.
pub(crate) const NAMES: usize = 19;
/// Labels of addressees: outside, begin and inside.
const ADDRESSEES: usize = 3;

/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"SAYSOEH\x02";
/// Bytes before the numbers.
const HEADER_BYTES: usize = 48;

/// The parts of the network that are computed here: the chains of its labels and the biases of its
/// links.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heads {
    /// Which tags follow which ([`TAGS`]).
    pub(crate) tags: Chain<TAGS>,
    /// Which labels of names follow which ([`NAMES`]).
    pub(crate) names: Chain<NAMES>,
    /// Biases of the link from a cue to its source.
    pub(crate) sources: Biases,
    /// Biases of the link from a content to its cue.
    pub(crate) cues: Biases,
    /// Biases of the link between mentions of one entity.
    pub(crate) who: KinBiases,
}

impl Heads {
    /// Reads the file.
    ///
    /// # Errors
    /// If it is damaged or of another version, or if it does not belong to this network and
    /// vocabulary: the three are fitted together, and mixing them would give nonsense without any
    /// other sign.
    pub(crate) fn from_bytes(bytes: &[u8], network: &[u8], vocabulary: &[u8]) -> Result<Self, ModelError> {
        let fault = |what: &str| Err(ModelError::new(what));
        let Some((header, body)) = bytes.split_at_checked(HEADER_BYTES) else {
            return fault("too few bytes for the heads of an encoder");
        };
        if &header[..8] != MAGIC {
            return fault("these are no heads of an encoder, version 2 (they do not begin with SAYSOEH)");
        }
        let words: Vec<u32> = numbers(&header[8..24], u32::from_le_bytes);
        if words != [TAGS as u32, NAMES as u32, NEAR as u32, ADDRESSEES as u32] {
            return fault("heads for other labels than those of this version");
        }
        let sums: Vec<u64> = numbers(&header[24..], u64::from_le_bytes);
        if sums[2] != checksum(body) {
            return fault("the checksum does not fit: the file is damaged");
        }
        if sums[..2] != [checksum(network), checksum(vocabulary)] {
            return fault("it belongs to another encoder.onnx or encoder.vocab.txt; the three are replaced together");
        }
        let floats: Vec<f32> = numbers(body, f32::from_le_bytes);
        match read(&mut floats.iter().copied()) {
            Some(heads) if floats.len() * 4 == body.len() => Ok(heads),
            _ => fault("the header promises another number of weights"),
        }
    }
}

/// Reads little-endian numbers of `SIZE` bytes; bytes left over are ignored.
fn numbers<const SIZE: usize, T>(bytes: &[u8], of: fn([u8; SIZE]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|chunk| of(*chunk)).collect()
}

/// All heads; none if there are more or fewer numbers than they take.
fn read(numbers: &mut dyn Iterator<Item = f32>) -> Option<Heads> {
    let (tags, names) = (chain(numbers)?, chain(numbers)?);
    // The chain of addressees is not used: the models that hear the grammar are better.
    chain::<ADDRESSEES>(numbers)?;
    let (sources, cues, who) = (row(numbers)?, row(numbers)?, row(numbers)?);
    numbers.next().is_none().then_some(Heads { tags, names, sources, cues, who })
}

/// Reads the scores of a chain.
fn chain<const N: usize>(numbers: &mut dyn Iterator<Item = f32>) -> Option<Chain<N>> {
    let mut chain = Chain { begin: row(numbers)?, moves: [[0.0; N]; N] };
    for moves in &mut chain.moves {
        *moves = row(numbers)?;
    }
    Some(chain)
}

/// Reads a row of numbers.
fn row<const N: usize>(numbers: &mut dyn Iterator<Item = f32>) -> Option<[f32; N]> {
    let mut row = [0.0; N];
    for place in &mut row {
        *place = numbers.next()?;
    }
    Some(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::links::KIN_BIASES;

    const CHAINS: usize = TAGS * (TAGS + 1) + NAMES * (NAMES + 1) + ADDRESSEES * (ADDRESSEES + 1);
    const COUNT: usize = CHAINS + 2 * (2 * NEAR + 2) + KIN_BIASES;

    fn file(count: usize) -> Vec<u8> {
        let body: Vec<u8> = (0..count).flat_map(|number| (number as f32).to_le_bytes()).collect();
        let counts = [TAGS as u32, NAMES as u32, NEAR as u32, ADDRESSEES as u32].map(u32::to_le_bytes).concat();
        let sums = [checksum(b"net"), checksum(b"words"), checksum(&body)].map(u64::to_le_bytes).concat();
        [&MAGIC[..], &counts, &sums, &body].concat()
    }

    #[test]
    fn reads_all_numbers_in_order() {
        let heads = Heads::from_bytes(&file(COUNT), b"net", b"words").unwrap();
        assert_eq!(heads.tags.begin[1], 1.0);
        assert_eq!(heads.tags.moves[1][0], (2 * TAGS) as f32);
        assert_eq!(heads.names.begin[0], (TAGS * (TAGS + 1)) as f32);
        assert_eq!(heads.sources[0], CHAINS as f32);
        assert_eq!(heads.who[KIN_BIASES - 1], (COUNT - 1) as f32);
    }

    #[test]
    fn names_what_is_wrong() {
        let error = |bytes: &[u8], network: &[u8]| Heads::from_bytes(bytes, network, b"words").unwrap_err().to_string();
        assert!(error(&file(COUNT), b"other").contains("belongs to another"));
        assert!(error(&file(COUNT - 1), b"net").contains("promises"));
        assert!(error(&file(COUNT + 1), b"net").contains("promises"));
        assert!(error(&file(COUNT)[..40], b"net").contains("too few"));
        let mut damaged = file(COUNT);
        damaged[60] ^= 1;
        assert!(error(&damaged, b"net").contains("damaged"));
        damaged[0] = b'X';
        assert!(error(&damaged, b"net").contains("SAYSOEH"));
    }
}
