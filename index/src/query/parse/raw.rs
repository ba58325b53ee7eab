//! A word as it was typed, with escaped signs told from those that mean something.
//!
//! In `10\:30*` the colon is a sign of the word, because of the backslash before it, and the star means any letters.
//! What a word means is decided later, so until then each sign keeps whether it was escaped.

use crate::steps;

/// A word of the query up to what ends it.
pub(super) struct Raw {
    /// The word without the backslashes.
    pub(super) text: String,
    /// How many bytes of the query it takes.
    pub(super) len: usize,
    /// Its first byte in the query.
    start: usize,
    /// Which bytes of `text` had a backslash before them, in order.
    escaped: Vec<usize>,
}

impl Raw {
    /// Reads the word that begins at this byte of the query.
    pub(super) fn read(query: &str, start: usize, ends: impl Fn(char) -> bool) -> Self {
        let rest = &query[start..];
        let (mut text, mut escaped, mut len) = (String::new(), Vec::new(), rest.len());
        let mut chars = rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == '\\' {
                if let Some((_, literal)) = chars.next() {
                    escaped.push(text.len());
                    text.push(literal);
                }
            } else if ends(c) {
                len = at;
                break;
            } else {
                text.push(c);
            }
        }
        steps::take(len + 1);
        Self { text, len, start, escaped }
    }

    /// Whether the sign at this byte of `text` means something.
    fn means(&self, at: usize) -> bool {
        self.escaped.binary_search(&at).is_err()
    }

    /// The first of these signs that means something.
    pub(super) fn find(&self, signs: &[char]) -> Option<usize> {
        self.text.char_indices().find(|&(at, c)| signs.contains(&c) && self.means(at)).map(|(at, _)| at)
    }

    /// Where a byte of `text` is in the query.
    pub(super) fn origin(&self, at: usize) -> usize {
        self.start + at + self.escaped.iter().filter(|&&escaped| escaped <= at).count()
    }

    /// Ends the word at this byte of `text`.
    pub(super) fn cut(&mut self, at: usize) {
        self.text.truncate(at);
        self.escaped.retain(|&escaped| escaped < at);
    }
}
