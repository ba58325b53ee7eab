//! A note on an article that is added although part of it could not be used.

use std::fmt;

/// The longest field and the longest value that a note shows, in characters.
const MAX_SHOWN_CHARS: usize = 80;

/// The note on a date that cannot be read: what is accepted.
pub(super) const NO_DATE: &str = "is not a date that is understood; forms like 2026-03-03, 2026-03-03T14:05:00-05:00, \
    3 March 2026, Tue, 3 Mar 2026 14:05:00 GMT and seconds since 1970 are";

/// The note on a date like 8/9/18.
pub(super) const MONTH_FIRST: &str = "is read with the month first";

/// Something that was left out of an article, or guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Note {
    /// The field of the record or page. Empty if the note is about the whole.
    pub(super) field: String,
    /// The value, shortened if it is long.
    pub(super) value: String,
    /// What is wrong with it, as the end of a sentence that begins with the value.
    pub(super) what: String,
}

impl Note {
    /// A note: "field date: "soon" is not a date".
    pub(in crate::cli) fn new(field: impl Into<String>, value: impl fmt::Display, what: impl Into<String>) -> Self {
        Self { field: shown(&field.into()), value: shown(&value.to_string()), what: what.into() }
    }

    /// Whether both notes say the same about the same field.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.field == other.field && self.what == other.what
    }
}

/// Foreign text made safe to show: without control characters, and shortened if it is long.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX_SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "field {}: ", self.field)?;
        }
        if !self.value.is_empty() {
            write!(f, "{} ", self.value)?;
        }
        f.write_str(&self.what)
    }
}
