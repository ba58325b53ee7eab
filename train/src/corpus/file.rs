//! Reads files, compressed or not, and converts positions in their texts.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// Reads the text of a file. One that ends in `.gz` is unpacked.
pub fn read(path: &Path) -> io::Result<String> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let file = BufReader::new(File::open(path).map_err(named)?);
    let mut text = String::new();
    if path.extension().is_some_and(|ext| ext == "gz") {
        MultiGzDecoder::new(file).read_to_string(&mut text).map_err(named)?;
    } else {
        BufReader::new(file).read_to_string(&mut text).map_err(named)?;
    }
    Ok(text)
}

/// Reads the values of a file of JSON Lines.
pub fn lines<T: serde::de::DeserializeOwned>(path: &Path) -> io::Result<Vec<T>> {
    let fault =
        |at: usize, error: serde_json::Error| io::Error::other(format!("{}:{}: {error}", path.display(), at + 1));
    let text = read(path)?;
    let full = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    full.map(|(at, line)| serde_json::from_str(line).map_err(|error| fault(at, error))).collect()
}

/// Reads the first values of a compressed file of JSON Lines, without unpacking the rest.
pub fn first_lines<T: serde::de::DeserializeOwned>(path: &Path, most: usize) -> io::Result<Vec<T>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(File::open(path).map_err(named)?)));
    reader
        .lines()
        .take(most)
        .map(|line| serde_json::from_str(&line.map_err(named)?).map_err(io::Error::other))
        .collect()
}

/// Converts positions in code points, as in the corpora, to bytes and back.
#[derive(Clone, Debug)]
pub struct Points {
    bytes: Vec<usize>,
}

impl Points {
    /// The positions of a text.
    pub fn new(text: &str) -> Self {
        Self { bytes: text.char_indices().map(|(at, _)| at).chain([text.len()]).collect() }
    }

    /// The byte where a code point begins. The end of the text for one beyond it.
    pub fn byte(&self, point: usize) -> usize {
        self.bytes.get(point).or(self.bytes.last()).copied().unwrap_or(0)
    }

    /// The code point that begins at a byte.
    pub fn point(&self, byte: usize) -> usize {
        self.bytes.partition_point(|&at| at < byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_positions_both_ways() {
        let points = Points::new("aé b");
        assert_eq!((points.byte(2), points.byte(9)), (3, 5));
        assert_eq!((points.point(3), points.point(5)), (2, 4));
    }
}
