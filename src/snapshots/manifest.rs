//! What a snapshot consists of: the file that makes it complete.

use jiff::Timestamp;
use sayso_index::Exported;
use serde::{Deserialize, Serialize};

use super::fault::{Fault, Result};

/// The version of the layout of manifests and chunks.
const FORMAT: u32 = 1;

/// How many hexadecimal digits of its checksum the id of a snapshot ends with.
const CHECK_DIGITS: usize = 16;

/// What a snapshot consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The version of the layout.
    pub(crate) format: u32,
    /// The version of the program that made it.
    pub(crate) version: String,
    /// When the state was taken that it holds.
    pub(crate) create_time: Timestamp,
    /// The last change in it.
    pub(crate) seq: u64,
    /// Articles in it.
    pub(crate) articles: u64,
    /// Their sentences.
    pub(crate) sentences: u64,
    /// Their quotes.
    pub(crate) quotes: u64,
    /// Articles that were left out because their record was damaged.
    pub(crate) damaged: u64,
    /// The files that hold the articles, in their order.
    pub(crate) chunks: Vec<Chunk>,
}

/// A file of articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chunk {
    /// Its BLAKE3 checksum in hexadecimal digits, which is its name.
    pub(crate) blake3: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// Articles in it.
    pub(crate) articles: u64,
}

impl Manifest {
    /// An empty manifest of this program.
    pub(super) fn begin(create_time: Timestamp) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            create_time,
            seq: 0,
            articles: 0,
            sentences: 0,
            quotes: 0,
            damaged: 0,
            chunks: Vec::new(),
        }
    }

    /// What the engine handed over for it.
    pub(crate) fn exported(&self) -> Exported {
        let &Self { seq, articles, sentences, quotes, damaged, .. } = self;
        Exported { seq, articles, sentences, quotes, damaged }
    }

    /// The bytes of all its chunks.
    pub(crate) fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.bytes).sum()
    }

    /// The id of the snapshot, and the manifest as a file.
    pub(super) fn sealed(&self) -> Result<(String, Vec<u8>)> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| Fault::Damaged(error.to_string()))?;
        let time = self.create_time.strftime("%Y%m%dT%H%M%S%3fZ");
        Ok((format!("{time}-{}", check(&bytes)), bytes))
    }

    /// Reads the manifest of a snapshot. Its id has a checksum.
    pub(super) fn read(id: &str, bytes: &[u8]) -> Result<Self> {
        let damaged = |what: &str| Fault::Damaged(format!("the manifest of snapshot {id} {what}"));
        if !id.ends_with(&check(bytes)) {
            return Err(damaged("does not match its checksum"));
        }
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let Version { format } = serde_json::from_slice(bytes).map_err(|error| damaged(&error.to_string()))?;
        if format > FORMAT {
            return Err(Fault::Damaged(format!(
                "snapshot {id} has format {format}; this program reads formats up to {FORMAT}"
            )));
        }
        serde_json::from_slice(bytes).map_err(|error| damaged(&error.to_string()))
    }
}

/// What the id of a snapshot with this manifest ends with.
fn check(bytes: &[u8]) -> String {
    let mut digits = blake3::hash(bytes).to_hex().to_string();
    digits.truncate(CHECK_DIGITS);
    digits
}

/// An id that fits any bytes, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(super) fn id_of(bytes: &[u8]) -> String {
    check(bytes)
}
