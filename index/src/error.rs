//! The one error type of this crate.

use std::fmt;

/// Why the engine could not do what was asked.
///
/// Its [kind](Error::kind) decides what a caller can do about it; its `Display` says what happened, for people.
///
/// ```
/// use sayso_index::query::{ArticleQuery, PageRequest};
/// use sayso_index::{Embedded, EmbeddedOptions, Engine, ErrorKind, Interrupt, PageKey};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let engine = Embedded::open(folder.path(), EmbeddedOptions::default())?;
/// let after = Some(PageKey::from_bytes(b"not a key")?);
/// let query = ArticleQuery { page: PageRequest { size: 10, after }, ..ArticleQuery::default() };
/// let error = engine.articles(&query, &Interrupt::default()).unwrap_err();
/// assert_eq!((error.kind(), error.to_string()), (ErrorKind::PageKey, "the page key is damaged".into()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    /// The number of the article whose stored record is damaged, where that is what failed.
    damaged: Option<u64>,
}

/// What kind of failure it is, which decides what a caller can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The page key belongs to another query.
    PageKey,
    /// The view that the page key refers to is no longer kept: start again with the first page.
    PageExpired,
    /// The query stands for more words than are looked for.
    TooBroad,
    /// The article cannot be stored: its analysis does not fit its text.
    Invalid,
    /// The article has another version than the change expects, or does not exist.
    Stale,
    /// The deadline passed.
    DeadlineExceeded,
    /// The caller is gone.
    Cancelled,
    /// The disk is full or cannot be written; nothing that was acknowledged is lost.
    Storage,
    /// The disks of the cluster are nearly full: it takes nothing in until there is room.
    Full,
    /// The cluster does not answer, or cannot do at present what was asked.
    Unreachable,
    /// The change is durable, but the indexes cannot follow at present.
    NotSearchable,
    /// What is on disk cannot be read back.
    Corrupt,
    /// What is on disk was written by a newer version of this program.
    Newer,
    /// Another process has the data directory open.
    InUse,
    /// The engine is stopping.
    Closed,
}

/// `Result` with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of this kind; the message names what is wrong and what would be right.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), damaged: None }
    }

    /// The record of the article under this number cannot be read.
    pub(crate) fn damaged(seq: u64, message: impl Into<String>) -> Self {
        Self { damaged: Some(seq), ..Self::new(ErrorKind::Corrupt, message) }
    }

    /// The number of the article whose record cannot be read, if that is what failed.
    pub(crate) fn damaged_record(&self) -> Option<u64> {
        self.damaged
    }

    /// The same failure, with what it was about in front.
    pub(crate) fn about(self, what: impl fmt::Display) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
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
