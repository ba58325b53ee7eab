//! The part of a long text that shows most of what matched.

use std::ops::Range;

use super::Fault;
use crate::proto::OffsetEncoding;

/// Fewer characters than this show nothing.
const LEAST: i32 = 20;
/// Marks where words are left out.
const OMITTED: &str = "…";
/// How many characters before the first match are shown, if there is room.
const BEFORE: usize = 24;

/// How many characters fragments may have. None: no fragments are asked for.
pub(crate) fn fragment_characters(asked: i32) -> Result<Option<usize>, Fault> {
    match usize::try_from(asked) {
        Ok(0) => Ok(None),
        Ok(most) if asked >= LEAST => Ok(Some(most)),
        _ => {
            let said = format!("{asked} is too few to show anything; ask for 0 (no fragments), or {LEAST} and more");
            Err(Fault::invalid("fragment_characters", said))
        }
    }
}

/// How hits are told.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// The unit of spans.
    pub(crate) encoding: OffsetEncoding,
    /// The most characters of fragments. None: no fragments.
    pub(crate) fragment: Option<usize>,
}

impl From<OffsetEncoding> for Shape {
    fn from(encoding: OffsetEncoding) -> Self {
        Self { encoding, fragment: None }
    }
}

/// A part of a text, and what is marked in it, in bytes of the part.
#[derive(Debug, PartialEq)]
pub(super) struct Fragment {
    pub(super) text: String,
    pub(super) marks: Vec<Range<usize>>,
}

/// The part of `text` of at most `most` characters with most of `marks` in it, the first of several; cut between words, where a
/// word is not longer than all of it. The marks are ranges of bytes in reading order.
pub(super) fn fragment(text: &str, marks: &[Range<usize>], most: usize) -> Fragment {
    if text.chars().count() <= most {
        return Fragment { text: text.to_owned(), marks: marks.to_vec() };
    }
    let part = best(text, marks, most.saturating_sub(2));
    let mut cut = String::new();
    let start = if part.start > 0 { OMITTED } else { "" };
    cut.push_str(start);
    cut.push_str(&text[part.clone()]);
    if part.end < text.len() {
        cut.push_str(OMITTED);
    }
    let inside = |mark: &Range<usize>| {
        let (from, until) = (mark.start.max(part.start), mark.end.min(part.end));
        (from < until).then(|| from - part.start + start.len()..until - part.start + start.len())
    };
    Fragment { text: cut, marks: marks.iter().filter_map(inside).collect() }
}

/// The window of at most `most` characters with most marks.
fn best(text: &str, marks: &[Range<usize>], most: usize) -> Range<usize> {
    let mut found = window(text, 0, 0, most);
    let mut marked = 0;
    // From here on, all that is left fits.
    let last = text.char_indices().rev().nth(most.saturating_sub(1)).map_or(0, |(at, _)| at);
    for (number, mark) in marks.iter().enumerate() {
        let from = text[..mark.start].char_indices().rev().nth(BEFORE.min(most / 4)).map_or(0, |(at, _)| at);
        let here = window(text, from.min(last), mark.start, most);
        let within = marks[number..].iter().take_while(|mark| mark.end <= here.end).count();
        if within > marked {
            (found, marked) = (here, within);
        }
    }
    found
}

/// At most `most` characters from the first word on that begins at or after `from`, unless that would leave out what is
/// at `kept`.
fn window(text: &str, from: usize, kept: usize, most: usize) -> Range<usize> {
    let begins = |at: usize| at == 0 || text[..at].ends_with(char::is_whitespace);
    let start = match text[from..].find(char::is_whitespace) {
        _ if begins(from) => from,
        Some(blank) => from + blank + text[from + blank..].find(|c: char| !c.is_whitespace()).unwrap_or(0),
        None => from,
    };
    let start = if start > kept { from } else { start };
    let end = text[start..].char_indices().nth(most).map_or(text.len(), |(at, _)| start + at);
    if end == text.len() || text[end..].starts_with(char::is_whitespace) {
        return start..end;
    }
    match text[start..end].trim_end_matches(|c: char| !c.is_whitespace()).trim_end().len() {
        len if start + len > kept => start..start + len,
        _ => start..end,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str, word: &str) -> Vec<Range<usize>> {
        text.match_indices(word).map(|(at, word)| at..at + word.len()).collect()
    }

    #[track_caller]
    fn check(text: &str, word: &str, most: usize, expected: &str) {
        let found = fragment(text, &marked(text, word), most);
        assert_eq!(found.text, expected);
        assert!(found.marks.iter().all(|mark| &found.text[mark.clone()] == word), "{found:?}");
        assert!(found.marks.len() == marked(expected, word).len(), "{found:?}");
    }

    #[test]
    fn shows_where_most_is_marked() {
        let text =
            "The tide was late. Nobody saw the Größe ferry, nor the other ferry, nor the boat of the ferry company.";
        check(text, "tide", 40, "The tide was late. Nobody saw the…");
        check(text, "ferry", 40, "…the Größe ferry, nor the other ferry,…");
        check(text, "company", 40, "…nor the boat of the ferry company.");
        check(text, "nothing", 20, "The tide was late.…");
        check("short", "short", 20, "short");
        check(&"x".repeat(50), "nothing", 20, &("x".repeat(18) + "…"));
    }

    proptest! {
        #[test]
        fn a_fragment_is_a_part_with_its_marks(text in "[aé ß.]{0,60}", most in 20..40usize) {
            let marks = marked(&text, "é");
            let found = fragment(&text, &marks, most);
            prop_assert!(found.text.chars().count() <= most);
            prop_assert!(text.contains(found.text.trim_matches('…')));
            prop_assert!(found.marks.iter().all(|mark| &found.text[mark.clone()] == "é"));
            prop_assert_eq!(found.marks.len(), found.text.matches('é').count());
            prop_assert!(marks.is_empty() || !found.marks.is_empty(), "{:?}", found);
        }
    }
}
