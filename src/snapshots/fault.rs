//! Why something could not be done with snapshots.

use std::fmt;

/// Why something could not be done with snapshots.
#[derive(Debug)]
pub(crate) enum Fault {
    /// There is no snapshot with this id.
    NotFound(String),
    /// Something is not what was written, or was written by a newer program.
    Damaged(String),
    /// The place of the snapshots cannot be read or written.
    Unreachable(String),
    /// Something else is being done that keeps this out.
    Busy(String),
    /// The engine failed.
    Engine(sayso_index::Error),
}

/// `Result` with a fault of snapshots.
pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(id) => write!(f, "there is no snapshot {id:?}"),
            Self::Damaged(what) | Self::Unreachable(what) | Self::Busy(what) => f.write_str(what),
            Self::Engine(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Fault {}
