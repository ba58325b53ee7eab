//! The one error type of this crate.

use std::fmt;

/// Why the engine could not do what was asked.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// What sort of failure it is: decides what a caller can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The page key belongs to another query.
    PageKey,
    /// What the page key was made from is no longer kept: begin again with the first page.
    PageExpired,
    /// The article cannot be kept: its analysis does not fit its text.
    Invalid,
    /// The deadline passed.
    DeadlineExceeded,
    /// The caller has gone.
    Cancelled,
    /// The disk is full or cannot be written; nothing that was acknowledged is lost.
    Storage,
    /// What is on disk cannot be read back.
    Corrupt,
    /// Another process has the data directory open.
    InUse,
    /// The engine is stopping.
    Closed,
}

/// `Result` with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
