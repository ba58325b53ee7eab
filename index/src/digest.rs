//! Numbers for queries and texts, the same in all versions and on all machines.

use std::fmt::{self, Debug, Write};

/// A hash of what a query asks, to recognise the query that a key belongs to.
pub(crate) fn query_hash(query: &impl Debug) -> u64 {
    let mut hasher = Fnv::new();
    // Hashing cannot fail; a value whose Debug does gets the hash of what it wrote.
    let _ = write!(hasher, "{query:?}");
    hasher.0
}

/// A number for a text, the same in all versions and on all machines: FNV-1a.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = Fnv::new();
    hasher.feed(text.as_bytes());
    hasher.0
}

/// The state of the hash so far.
struct Fnv(u64);

impl Fnv {
    /// The state before the first byte: the offset that FNV-1a begins with.
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in bytes, one after another.
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
