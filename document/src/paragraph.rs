//! Finds the paragraphs: lines, or the lines of a hard-wrapped text put together again.

use std::ops::Range;

use crate::Patience;
use crate::chars::{is_closing_bracket, is_line_break, is_quotation_mark, is_terminal};
use crate::markup::{self, Leftover};

/// Lines of hard-wrapped text are at most this many characters wide …
const WIDEST: usize = 100;
/// … and, but for the last, at least this many.
const NARROWEST: usize = 40;

/// The byte ranges of the paragraphs, in order; blank lines belong to none.
pub(crate) fn paragraphs(text: &str, patience: &Patience<'_>) -> Option<Vec<Range<usize>>> {
    let mut out = Vec::new();
    let mut block: Vec<Line> = Vec::new();
    for line in lines(text) {
        patience.spend(line.len() / 100)?;
        let words = text[line.clone()].trim();
        if words.is_empty() {
            flush(&mut block, &mut out);
        } else {
            block.push(Line::new(line, words));
        }
    }
    flush(&mut block, &mut out);
    Some(out)
}

struct Line {
    range: Range<usize>,
    /// In characters, counted no further than one past [`WIDEST`].
    width: usize,
    ends_sentence: bool,
    starts_lower: bool,
}

impl Line {
    fn new(range: Range<usize>, words: &str) -> Self {
        let closes = |c: char| is_quotation_mark(c) || is_closing_bracket(c);
        let last = words.trim_end_matches(closes).chars().next_back();
        Self {
            range,
            width: words.chars().take(WIDEST + 1).count(),
            ends_sentence: last.is_none_or(|c| is_terminal(c) || c == ':'),
            starts_lower: words.chars().next().is_some_and(char::is_lowercase),
        }
    }

    /// Whether this line of a wrapped text is broken in the midst of a sentence.
    fn goes_on(&self, next: &Line) -> bool {
        !self.ends_sentence && next.starts_lower && (NARROWEST..=WIDEST).contains(&self.width)
    }
}

/// Ranges of the lines, without their line breaks. A carriage return and line feed are one break, and so
/// is a left-over tag that begins a line or block.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let mut from = start;
        loop {
            let Some(width) = text[from..].find(|c| c == '<' || is_line_break(c)) else {
                next = None;
                return Some(start..text.len());
            };
            let end = from + width;
            match markup::leftover(text, end) {
                Some(Leftover::Break { end: after, .. }) => next = Some(after),
                Some(Leftover::Gap { end: after }) if text[end..].starts_with('<') => {
                    from = after;
                    continue;
                }
                _ if text[end..].starts_with('<') => {
                    from = end + 1;
                    continue;
                }
                _ if text[end..].starts_with("\r\n") => next = Some(end + 2),
                _ => next = Some(end + text[end..].chars().next().map_or(0, char::len_utf8)),
            }
            return Some(start..end);
        }
    })
}

/// The paragraphs of a block of lines without a blank line in between.
fn flush(block: &mut Vec<Line>, out: &mut Vec<Range<usize>>) {
    let wrapped = is_wrapped(block);
    let widest = block.iter().map(|line| line.width).max().unwrap_or(0);
    let mut from: Option<usize> = None;
    for (i, line) in block.iter().enumerate() {
        let start = *from.get_or_insert(line.range.start);
        let joined = block.get(i + 1).is_some_and(|next| {
            // In wrapped text only a markedly short line that ends a sentence ends a paragraph.
            line.goes_on(next) || wrapped && !(line.ends_sentence && line.width * 4 < widest * 3)
        });
        if !joined {
            out.push(start..line.range.end);
            from = None;
        }
    }
    block.clear();
}

/// Whether a block is one hard-wrapped text: no line too wide, and enough of them broken in a sentence.
fn is_wrapped(block: &[Line]) -> bool {
    let Some((_, before_last)) = block.split_last() else { return false };
    let broken = block.windows(2).filter(|pair| pair[0].goes_on(&pair[1])).count();
    before_last.len() >= 2 && broken * 3 >= before_last.len() && block.iter().all(|line| line.width <= WIDEST)
}
