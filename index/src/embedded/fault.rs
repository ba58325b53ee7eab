//! The libraries' errors as errors of this crate.
//!
//! What matters to a caller is the kind: damage (restore or rebuild), a failing disk (try again later), or another process that has
//! the directory open. Both libraries panic on some damaged files, so reading files goes through [`caught`].

use std::io;
use std::panic::{self, AssertUnwindSafe};

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenWriteError};

use crate::{Error, ErrorKind, Result};

/// Does something that reads files, and turns a panic into an error, since the libraries panic on some damaged files. `what` says
/// what is being read.
pub(super) fn caught<T>(what: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
    // What was touched is thrown away, or only read again.
    panic::catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Corrupt, format!("{what} cannot be read: reading it failed halfway")))
    })
}

/// A failure of the store of record, as this crate's error.
fn stored(error: redb::Error) -> Error {
    use redb::Error as E;
    let kind = match &error {
        E::DatabaseAlreadyOpen | E::LockProtocolMismatch => ErrorKind::InUse,
        E::Corrupted(_)
        | E::UpgradeRequired(_)
        | E::TableTypeMismatch { .. }
        | E::TableDoesNotExist(_)
        | E::TypeDefinitionChanged { .. }
        | E::RepairAborted => ErrorKind::Corrupt,
        E::Io(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
            ErrorKind::Corrupt
        }
        _ => ErrorKind::Storage,
    };
    let message = match kind {
        ErrorKind::InUse => "the data directory is open in another process".to_owned(),
        ErrorKind::Corrupt => format!("the store of articles cannot be read: {error}"),
        _ => format!("the store of articles failed: {error}"),
    };
    Error::new(kind, message)
}

macro_rules! from_redb {
    ($($error:ident),*) => {$(
        impl From<redb::$error> for Error {
            fn from(error: redb::$error) -> Self {
                stored(error.into())
            }
        }
    )*};
}

from_redb!(StorageError, TableError, TransactionError, CommitError, DatabaseError, SetDurabilityError, CompactionError);

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        let kind = match &error {
            TantivyError::LockFailure(LockError::LockBusy, _) => ErrorKind::InUse,
            TantivyError::DataCorruption(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::SchemaError(_)
            | TantivyError::OpenReadError(_)
            | TantivyError::OpenWriteError(OpenWriteError::FileAlreadyExists(_))
            | TantivyError::InvalidArgument(_) => ErrorKind::Corrupt,
            _ => ErrorKind::Storage,
        };
        Self::new(kind, format!("the search index failed: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new(ErrorKind::Storage, format!("the data directory failed: {error}"))
    }
}
