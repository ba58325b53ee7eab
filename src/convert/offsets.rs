//! Counting spans in the unit that a client's language indexes strings by.

use std::collections::HashMap;

use sayso_document::Span;

use crate::proto::{self, OffsetEncoding};

/// The distance between the marks of [`Offsets`], in bytes.
const STRIDE: usize = 512;

/// Turns byte offsets of one text into offsets of another unit.
///
/// One pass over the text notes the count at every [`STRIDE`] bytes; an offset then costs a look-up
/// and a count within one stride, so that a text with many spans is not read again for each.
#[derive(Debug)]
pub(crate) struct Offsets<'t> {
    text: &'t str,
    unit: fn(char) -> usize,
    /// Whether the unit is bytes, so that nothing needs counting.
    is_bytes: bool,
    /// Units before each multiple of the stride; empty when bytes are the unit (or equal it).
    marks: Vec<i32>,
}

impl<'t> Offsets<'t> {
    /// Prepares to count in `text`.
    pub(crate) fn new(text: &'t str, encoding: OffsetEncoding) -> Self {
        let unit: fn(char) -> usize = match encoding {
            OffsetEncoding::Unspecified | OffsetEncoding::Utf8 => char::len_utf8,
            OffsetEncoding::Utf16 => char::len_utf16,
            OffsetEncoding::Utf32 => |_| 1,
        };
        let is_bytes = matches!(encoding, OffsetEncoding::Unspecified | OffsetEncoding::Utf8);
        let marks = if is_bytes || text.is_ascii() { Vec::new() } else { marks(text, unit) };
        Self { text, unit, is_bytes, marks }
    }

    /// A span in the chosen unit.
    pub(crate) fn span(&self, span: Span) -> proto::TextSpan {
        let start = self.count(span.start());
        proto::TextSpan { start, end: start + self.width(span.of(self.text)) }
    }

    /// The length of some words in units.
    pub(crate) fn width(&self, words: &str) -> i32 {
        if self.is_bytes { words.len() as i32 } else { self.units(words) }
    }

    fn count(&self, byte: usize) -> i32 {
        if self.marks.is_empty() {
            return byte as i32;
        }
        let mark = byte / STRIDE;
        let from = self.text.ceil_char_boundary(mark * STRIDE);
        // A mark inside a character is moved behind it, which can be past the offset only if that is the mark's own.
        self.marks[mark] + self.units(&self.text[from.min(byte)..byte])
    }

    fn units(&self, words: &str) -> i32 {
        words.chars().map(self.unit).sum::<usize>() as i32
    }
}

/// The [`Offsets`] of the texts of a page of hits, each made once.
#[derive(Debug)]
pub(crate) struct OffsetsOfPage<'t> {
    encoding: OffsetEncoding,
    /// By where the texts lie in memory: hits of one article share it.
    texts: HashMap<(usize, usize), Offsets<'t>>,
}

impl<'t> OffsetsOfPage<'t> {
    /// With no text yet.
    pub(crate) fn new(encoding: OffsetEncoding) -> Self {
        Self { encoding, texts: HashMap::new() }
    }

    /// The offsets of this text, computed when they are first asked for.
    pub(crate) fn of(&mut self, text: &'t str) -> &Offsets<'t> {
        let place = (text.as_ptr().addr(), text.len());
        self.texts.entry(place).or_insert_with(|| Offsets::new(text, self.encoding))
    }
}

fn marks(text: &str, unit: fn(char) -> usize) -> Vec<i32> {
    let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        while marks.len() * STRIDE <= byte {
            marks.push(units as i32);
        }
        units += unit(c);
    }
    while marks.len() * STRIDE <= text.len() {
        marks.push(units as i32);
    }
    marks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_as_the_standard_library_does(text in "(?s).{0,40}([a-zé漢😀]{0,400}){0,4}", cut in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
            let at = |index: prop::sample::Index| text.floor_char_boundary(index.index(text.len() + 1));
            let (a, b) = (at(cut).min(at(other)), at(cut).max(at(other)));
            let span = Span::new(a, b);
            let utf16 = Offsets::new(&text, OffsetEncoding::Utf16).span(span);
            prop_assert_eq!(utf16.start as usize, text[..a].encode_utf16().count());
            prop_assert_eq!(utf16.end as usize, text[..b].encode_utf16().count());
            let utf32 = Offsets::new(&text, OffsetEncoding::Utf32).span(span);
            prop_assert_eq!(utf32.start as usize, text[..a].chars().count());
            prop_assert_eq!(utf32.end as usize, text[..b].chars().count());
            let utf8 = Offsets::new(&text, OffsetEncoding::Unspecified).span(span);
            prop_assert_eq!((utf8.start as usize, utf8.end as usize), (a, b));
        }
    }
}
