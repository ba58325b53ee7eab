//! Prints text for people: styled, and wrapped to the width of the terminal.
//!
//! Styles are always written as ANSI sequences. [`anstream`] removes them if the output is not a terminal or `NO_COLOR`
//! is set.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::fault::Fault;
use crate::echo;
use crate::proto::{Highlight, TextSpan};

/// Ordinary text.
pub(super) const PLAIN: Style = Style::new();
/// Words that matched the query.
pub(super) const HIT: Style = AnsiColor::Yellow.on_default().bold();
/// Secondary information: ids, outlets, dates.
pub(super) const DIM: Style = Style::new().dimmed();
/// Names.
pub(super) const NAME: Style = Style::new().bold();
/// What was said.
pub(super) const SAID: Style = AnsiColor::Cyan.on_default();
/// Types and kinds.
pub(super) const KIND: Style = AnsiColor::Green.on_default();

/// Longer lines are hard to read, however wide the terminal is.
const MAX_COLUMNS: usize = 100;

/// How many columns to fill: those of the terminal, at most 100; `COLUMNS` overrides it. None if the output is not a
/// terminal: lines stay whole then, for `grep` and the like.
pub(super) fn width() -> Option<usize> {
    if let Some(columns) = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()) {
        return Some(columns);
    }
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0).min(MAX_COLUMNS))
}

/// A span as a range relative to `origin`. One that begins before it marks nothing.
pub(super) fn range(span: TextSpan, origin: i32) -> Range<usize> {
    let from_there = |at: i32| usize::try_from(at.saturating_sub(origin));
    match (from_there(span.start), from_there(span.end)) {
        (Ok(start), Ok(end)) => start..end,
        _ => usize::MAX..usize::MAX,
    }
}

/// Where the matching words stand in the text of a hit.
pub(super) fn marks(highlights: &[Highlight]) -> Vec<Range<usize>> {
    highlights.iter().filter_map(|highlight| highlight.text_span).map(|span| range(span, 0)).collect()
}

/// Writes text to standard output, in colour if that is wanted.
pub(super) fn print(text: &str) -> Result<(), Fault> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// A paragraph of styled words.
#[derive(Clone, Debug, Default)]
pub(super) struct Paragraph {
    runs: Vec<(Style, String)>,
}

impl Paragraph {
    /// An empty paragraph.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds text in a style. Characters that control the terminal, or change the direction of text, become "\u{fffd}".
    pub(super) fn add(mut self, style: Style, text: &str) -> Self {
        self.runs.push((style, text.chars().map(safe).collect()));
        self
    }

    /// Adds text in a style, with its `marked` byte ranges in another. Ranges that do not fit the text are skipped.
    pub(super) fn add_marked(mut self, style: Style, text: &str, mark: Style, marked: &[Range<usize>]) -> Self {
        let mut at = 0;
        for range in marked {
            let Some(words) = text.get(range.clone()).filter(|_| range.start >= at) else { continue };
            self = self.add(style, &text[at..range.start]).add(mark, words);
            at = range.end;
        }
        self.add(style, &text[at..])
    }

    /// Adds the parts that are not empty, with " · " between them.
    pub(super) fn add_parts(mut self, style: Style, parts: &[String]) -> Self {
        for (i, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
            if i > 0 {
                self = self.add(style, " · ");
            }
            self = self.add(style, part);
        }
        self
    }

    /// The paragraph in lines of at most `width` columns. A longer word stands alone on a line. Each line is indented,
    /// and ends with a line feed. White space of any length becomes one space.
    pub(super) fn lines(&self, width: Option<usize>, indent: usize) -> String {
        let mut out = " ".repeat(indent);
        let mut column = indent;
        let mut now = PLAIN;
        for word in self.words() {
            let wide: usize = word.iter().map(|(_, text)| text.width()).sum();
            if column > indent && width.is_some_and(|width| column + 1 + wide > width) {
                switch(&mut out, &mut now, PLAIN);
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            } else if column > indent {
                // The space between two words of one style has that style, so that they read as one.
                if word.first().is_some_and(|(style, _)| *style != now) {
                    switch(&mut out, &mut now, PLAIN);
                }
                out.push(' ');
                column += 1;
            }
            for (style, text) in word {
                switch(&mut out, &mut now, style);
                out.push_str(text);
            }
            column += wide;
        }
        switch(&mut out, &mut now, PLAIN);
        out.push('\n');
        out
    }

    /// The words, each in as many pieces as it has styles.
    fn words(&self) -> Vec<Vec<(Style, &str)>> {
        let mut words: Vec<Vec<(Style, &str)>> = Vec::new();
        let mut blank = true;
        for (style, text) in &self.runs {
            let mut rest = text.as_str();
            while !rest.is_empty() {
                let trimmed = rest.trim_start();
                blank |= trimmed.len() < rest.len();
                let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
                let (piece, after) = trimmed.split_at(end);
                if !piece.is_empty() {
                    match words.last_mut().filter(|_| !blank) {
                        Some(word) => word.push((*style, piece)),
                        None => words.push(vec![(*style, piece)]),
                    }
                    blank = false;
                }
                rest = after;
            }
        }
        words
    }
}

/// The character, or "\u{fffd}" if it controls the terminal or changes the direction of text.
fn safe(c: char) -> char {
    let commands = (c.is_control() && !c.is_whitespace()) || echo::turns(c);
    if commands { char::REPLACEMENT_CHARACTER } else { c }
}

/// The text on one line, with nothing in it that commands a terminal. White space of any length becomes one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(safe).collect()
}

/// Ends the current style and begins another.
fn switch(out: &mut String, now: &mut Style, next: Style) {
    if *now != next {
        // Writing to a string cannot fail.
        let _ = write!(out, "{now:#}{next}");
        *now = next;
    }
}

/// The text without its colours, as in a pipe.
#[cfg(test)]
pub(super) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_blanks_and_counts_columns_not_bytes() {
        let text =
            Paragraph::new().add(PLAIN, "“Größe” 東京 is\n\n wide").add(HIT, "r").add(PLAIN, ", abcdefghijklmnop");
        assert_eq!(plain(&text.lines(Some(14), 2)), "  “Größe” 東京\n  is wider,\n  abcdefghijklmnop\n");
        assert_eq!(plain(&text.lines(None, 0)), "“Größe” 東京 is wider, abcdefghijklmnop\n");
    }

    #[test]
    fn marks_fall_where_they_were_asked_for() {
        let text = Paragraph::new().add_marked(PLAIN, "the tide turns at noon", HIT, &[4..8, 2..5, 15..99, 15..17]);
        let lines = text.lines(None, 0);
        assert_eq!(lines, format!("the {HIT}tide{HIT:#} turns {HIT}at{HIT:#} noon\n"));
    }

    #[test]
    fn a_text_cannot_command_the_terminal() {
        let text = Paragraph::new().add(PLAIN, "red \u{1b}[31malert\u{7} \u{9b}0m\u{202e}txt \u{200f}");
        assert_eq!(text.lines(None, 0), "red \u{fffd}[31malert\u{fffd} \u{fffd}0m\u{fffd}txt \u{200f}\n");
    }

    #[test]
    fn parts_that_are_empty_leave_no_trace() {
        let text = Paragraph::new().add_parts(DIM, &["a".into(), String::new(), "b".into()]);
        assert_eq!(plain(&text.lines(None, 4)), "    a · b\n");
    }
}
