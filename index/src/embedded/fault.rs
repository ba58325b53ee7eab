//! The libraries' errors as errors of this crate.
//!
//! What matters to a caller is the kind: damage (restore or rebuild), a failing disk (try again later), or another process that has
//! the directory open. Both libraries panic on some damaged files, so reading files goes through [`caught`].

use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe};

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenReadError, OpenWriteError};

use crate::{Error, ErrorKind, Result};

/// What errors about the file call it.
pub(super) const THE_STORE: &str = "the store of articles";

/// Does something that reads files, and turns a panic into an error, since the libraries panic on some damaged files. `what` says
/// what is being read.
pub(super) fn caught<T>(what: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
    CATCHING.set(CATCHING.get() + 1);
    // What was touched is thrown away, or only read again.
    let outcome = panic::catch_unwind(AssertUnwindSafe(act));
    CATCHING.set(CATCHING.get() - 1);
    outcome.unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Corrupt, format!("{what} cannot be read: reading it failed halfway")))
    })
}

thread_local! {
    /// How many of the calls that this thread is in turn panics into errors.
    static CATCHING: Cell<u32> = const { Cell::new(0) };
}

/// Whether the engine turns a panic of this thread into an error, as it does while it reads files. For hooks: such a panic tells
/// of a damaged file, and not of a fault of the program.
pub fn turns_panics_into_errors() -> bool {
    CATCHING.get() > 0
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
        _ => {
            let why = if let E::Io(error) = &error { remedy(error.kind()) } else { "" };
            format!("the store of articles failed: {error}{why}")
        }
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
        let why = refused(&error).map_or("", remedy);
        Self::new(kind, format!("the search index failed: {error}{why}"))
    }
}

/// How the system refused what an index wanted to do with a file, if it did.
fn refused(error: &TantivyError) -> Option<io::ErrorKind> {
    match error {
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. })
        | TantivyError::LockFailure(LockError::IoError(io_error), _)
        | TantivyError::IoError(io_error) => Some(io_error.kind()),
        _ => None,
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new(ErrorKind::Storage, format!("the data directory failed: {error}{}", remedy(error.kind())))
    }
}

/// What to do about a file or folder that fails in this way, to be put behind the failure. Nothing if it tells by itself.
pub(super) fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::PermissionDenied => {
            "; the user that runs sayso must be able to read and write the data directory and all that is in it: see \
             chown and chmod"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "; mount its file system so that it can be written, or use another directory"
        }
        io::ErrorKind::FileTooLarge => LARGER_FILES,
        _ => "",
    }
}

/// What to do about a file that may not grow.
pub(super) const LARGER_FILES: &str = "; raise the limit on the size of files (ulimit -f, LimitFSIZE= of systemd) and start again, \
                                       or use a file system that takes larger files";
