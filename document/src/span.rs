//! Half-open ranges of bytes in an article's text.

use std::ops::Range;

/// A half-open range `[start, end)` of UTF-8 byte offsets into one text.
///
/// A span never holds text of its own: [`Span::of`] reads it back from the text that it was made
/// for, so there is one copy of every article and nothing rewrites it. Offsets are 32 bits wide,
/// which is why the service accepts no text of 4 GiB or more.
///
/// ```
/// use sayso_document::Span;
///
/// let text = "Ada Lind said no.";
/// let name = Span::new(0, 8);
/// assert_eq!(name.of(text), "Ada Lind");
/// assert!(name.contains(Span::new(4, 8)) && !name.overlaps(Span::new(8, 9)));
/// assert_eq!(name.cover(Span::new(9, 13)).of(text), "Ada Lind said");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span from byte `start` up to, not including, byte `end`.
    ///
    /// # Panics
    /// When `start > end` or an offset does not fit 32 bits: a caller's error, not an input's.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "span ends at {end}, before its start {start}");
        assert!(u32::try_from(end).is_ok(), "span ends at {end}, beyond 4 GiB");
        Self { start: start as u32, end: end as u32 }
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.end() - self.start()
    }

    /// Whether the span covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The words that the span covers.
    ///
    /// # Panics
    /// When `text` is not the text that the span was made for, so that an offset lies outside of it
    /// or inside a character.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// The span as a range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside this span (an equal one does).
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span without white space at its ends; empty at its start when nothing else is in it.
    pub fn trim(self, text: &str) -> Span {
        let words = self.of(text);
        let start = self.start() + (words.len() - words.trim_start().len());
        let end = start.max(self.start() + words.trim_end().len());
        Span::new(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_to_words_and_to_nothing() {
        let text = " a b \u{a0}";
        assert_eq!(Span::new(0, text.len()).trim(text).of(text), "a b");
        assert!(Span::new(4, text.len()).trim(text).is_empty());
    }

    #[test]
    #[should_panic(expected = "before its start")]
    fn refuses_a_span_that_ends_before_it_starts() {
        Span::new(2, 1);
    }
}
