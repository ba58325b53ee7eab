//! Page keys: where in the order of one query's hits a page ends.

use std::fmt::{self, Debug, Write};

use crate::{Error, ErrorKind, PageKey, Result};

/// A hit's place in the order of hits: smaller comes first. No two hits of a query share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Score or date, turned so that smaller comes first.
    pub(super) rank: u64,
    /// Breaks ties: the article's version, or what else is the hit's own.
    pub(super) tie: u64,
    /// Place within the article.
    pub(super) ordinal: u32,
}

const VERSION: u8 = 1;

/// The key of the page after the hit at this place.
pub(super) fn key(query: u64, place: Place) -> PageKey {
    let mut bytes = vec![VERSION];
    bytes.extend(query.to_be_bytes());
    bytes.extend(place.rank.to_be_bytes());
    bytes.extend(place.tie.to_be_bytes());
    bytes.extend(place.ordinal.to_be_bytes());
    PageKey(bytes)
}

/// The place that a key names, if it belongs to this query.
pub(super) fn place(query: u64, key: &PageKey) -> Result<Place> {
    let fault = |message| Error::new(ErrorKind::PageKey, message);
    let bytes: &[u8; 29] = key.as_bytes().try_into().map_err(|_| fault("the page key is damaged"))?;
    let number = |at: usize| bytes[at..at + 8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    if bytes[0] != VERSION {
        return Err(fault("the page key is of another version"));
    }
    if number(1) != query {
        return Err(fault("the page key belongs to another query"));
    }
    let ordinal = bytes[25..].iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
    Ok(Place { rank: number(9), tie: number(17), ordinal })
}

/// Tells queries apart by what they ask.
pub(super) fn query_hash(query: &impl Debug) -> u64 {
    let mut hasher = Fnv::new();
    // Hashing cannot fail; a value whose Debug does gets the hash of what it wrote.
    let _ = write!(hasher, "{query:?}");
    hasher.0
}

/// A number for a text, the same in all versions and on all machines: FNV-1a.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = Fnv::new();
    hasher.feed(text.as_bytes());
    hasher.0
}

struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.feed(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_and_know_their_query() -> Result<()> {
        let there = Place { rank: 1 << 63, tie: 7, ordinal: u32::MAX };
        assert_eq!(place(5, &key(5, there))?, there);
        for bad in [key(6, there), PageKey(Vec::new()), PageKey(vec![9; 29])] {
            assert_eq!(place(5, &bad).map_err(|error| error.kind()), Err(ErrorKind::PageKey));
        }
        Ok(())
    }
}
