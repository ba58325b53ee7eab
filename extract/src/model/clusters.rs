//! Clusters of words that occur in similar contexts, at three granularities. They let a model treat
//! a word that it has not seen in training like its neighbours.
//!
//! The file is `SAYSOWC` and the version of the format, 1; the number of words (32 bits); zeros (32
//! bits); a checksum of the rest (64 bits); then a row of 10 bytes for each word, by ascending
//! hash: the hash ([`word`]) and its three clusters (16 bits each). All numbers are
//! little-endian.

use std::borrow::Cow;

use super::ModelError;
use super::feature::word;
use super::file::checksum;

/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"SAYSOWC\x01";
/// Bytes before the rows.
const HEADER_BYTES: usize = 24;
/// Bytes of a row: a hash and three clusters.
const ROW_BYTES: usize = 10;
/// How many leading bits of a hash lead to its rows.
const INDEX_BITS: u32 = 16;
/// Words of more bytes are looked up by this many.
const MAX_WORD_BYTES: usize = 48;

/// The clusters of a word: coarse, middle, fine. Zeros stand for an unknown word.
pub type Groups = [u16; 3];

/// A table from words to clusters.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// All rows, as the file has them.
    rows: Cow<'static, [u8]>,
    /// The first row for each beginning of a hash, and the number of rows at the end.
    starts: Vec<u32>,
}

impl Clusters {
    /// The file for these words, by hash. Of two with the same hash, the second is left out.
    pub fn to_bytes(mut words: Vec<(u32, Groups)>) -> Vec<u8> {
        words.sort_by_key(|(number, _)| *number);
        words.dedup_by_key(|(number, _)| *number);
        let mut rows = Vec::with_capacity(words.len() * ROW_BYTES);
        for (number, groups) in &words {
            rows.extend_from_slice(&number.to_le_bytes());
            groups.iter().for_each(|group| rows.extend_from_slice(&group.to_le_bytes()));
        }
        let mut bytes = Vec::with_capacity(HEADER_BYTES + rows.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(words.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&checksum(&rows).to_le_bytes());
        bytes.extend_from_slice(&rows);
        bytes
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// If it is damaged or of another version.
    pub fn from_bytes(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        let bytes = bytes.into();
        let fault = |what: &str| Err(ModelError::new(format!("word clusters: {what}")));
        let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else {
            return fault("too few bytes for a file of clusters");
        };
        if &header[..8] != MAGIC {
            return fault("this is no file of clusters of version 1 (it does not begin with SAYSOWC)");
        }
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        if rest.len() != number(8) as usize * ROW_BYTES {
            return fault("its length is not what its header promises");
        }
        if checksum(rest) != u64::from(number(20)) << 32 | u64::from(number(16)) {
            return fault("the checksum does not fit: the file is damaged");
        }
        let rows = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[HEADER_BYTES..]),
            Cow::Owned(bytes) => Cow::Owned(bytes[HEADER_BYTES..].to_vec()),
        };
        let mut starts = vec![0; (1 << INDEX_BITS) + 1];
        for row in rows.chunks_exact(ROW_BYTES) {
            starts[(key(row) >> (32 - INDEX_BITS)) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Ok(Self { rows, starts })
    }

    /// The clusters of a word as it is written, or else of its form with one capital, or else in
    /// lower case.
    pub fn of(&self, text: &str) -> Groups {
        let mut buffer = [0; MAX_WORD_BYTES];
        let form = plain(text, &mut buffer);
        self.of_number(word(form)).or_else(|| self.of_other_case(text)).unwrap_or_default()
    }

    /// The clusters of a word with capitals in another case.
    fn of_other_case(&self, text: &str) -> Option<Groups> {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let mut buffer = [0; MAX_WORD_BYTES];
        let len = plain(text, &mut buffer).len();
        buffer[..len].make_ascii_lowercase();
        buffer[..1].make_ascii_uppercase();
        let look = |bytes: &[u8]| self.of_number(word(std::str::from_utf8(bytes).ok()?));
        look(&buffer[..len]).or_else(|| {
            buffer[..1].make_ascii_lowercase();
            look(&buffer[..len])
        })
    }

    /// The clusters of the word with this hash.
    pub fn of_number(&self, number: u32) -> Option<Groups> {
        let bucket = (number >> (32 - INDEX_BITS)) as usize;
        let rows = self.starts[bucket] as usize * ROW_BYTES..self.starts[bucket + 1] as usize * ROW_BYTES;
        let row = self.rows[rows].chunks_exact(ROW_BYTES).find(|row| key(row) == number)?;
        Some(std::array::from_fn(|i| u16::from_le_bytes([row[4 + 2 * i], row[5 + 2 * i]])))
    }
}

/// The number that a row begins with.
fn key(row: &[u8]) -> u32 {
    u32::from_le_bytes([row[0], row[1], row[2], row[3]])
}

/// The form in which words were counted: every digit is a zero, and apostrophes are straight. It is
/// written into `buffer` and cut to its size.
pub fn plain<'b>(text: &str, buffer: &'b mut [u8; MAX_WORD_BYTES]) -> &'b str {
    let mut len = 0;
    for c in text.chars() {
        let c = match c {
            '0'..='9' => '0',
            '’' => '\'',
            c => c,
        };
        if len + c.len_utf8() > MAX_WORD_BYTES {
            break;
        }
        len += c.encode_utf8(&mut buffer[len..]).len();
    }
    // Only whole characters were written.
    std::str::from_utf8(&buffer[..len]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        Clusters::to_bytes(vec![(word("harbour"), [1, 2, 3]), (word("Dorvane"), [4, 5, 6]), (word("0000"), [7, 8, 9])])
    }

    #[test]
    fn finds_words_in_other_case() {
        let clusters = Clusters::from_bytes(file()).unwrap();
        for (text, groups) in [
            ("harbour", [1, 2, 3]),
            ("Harbour", [1, 2, 3]),
            ("DORVANE", [4, 5, 6]),
            ("1987", [7, 8, 9]),
            ("dorvane", [0; 3]),
            ("", [0; 3]),
        ] {
            assert_eq!(clusters.of(text), groups, "{text}");
        }
        assert_eq!(clusters.of(&"é".repeat(40)), [0; 3]);
    }

    #[test]
    fn names_what_is_wrong() {
        let error = |bytes: Vec<u8>| Clusters::from_bytes(bytes).unwrap_err().to_string();
        assert!(error(file()[..10].to_vec()).contains("too few"));
        assert!(error([b"PK", &file()[2..]].concat()).contains("SAYSOWC"));
        assert!(error(file()[..40].to_vec()).contains("length"));
        let mut damaged = file();
        damaged[30] ^= 1;
        assert!(error(damaged).contains("damaged"));
    }
}
