//! The error of this crate.

use std::fmt;

/// Why a network could not be read or run, in a sentence for a person: what is wrong, and what was expected.
///
/// There are no kinds to match on: all that a caller can do is to use another file, or another window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkError(String);

impl NetworkError {
    /// An error with this message, which begins with a small letter and has no full stop.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for NetworkError {}
