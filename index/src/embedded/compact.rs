//! Gives back to the disk what the store's file no longer needs.

use std::path::Path;

use redb::Database;

use super::Embedded;
use super::fault::caught;
use super::files::{Files, Folder, STORE};
use super::options::EmbeddedOptions;
use super::store::THE_STORE;
use crate::{Error, ErrorKind, Result};

/// What compacting the store did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// Bytes of the store's file before.
    pub before: u64,
    /// Bytes of it afterwards.
    pub after: u64,
}

impl Embedded {
    /// Makes the file of the store in a directory as small as what is in it allows. Nobody may have it open.
    ///
    /// # Errors
    /// - [`ErrorKind::InUse`]: an engine has the directory open.
    /// - [`ErrorKind::Storage`]: there is no store in it, or the disk fails.
    /// - [`ErrorKind::Corrupt`]: the store is damaged.
    pub fn compact(dir: impl AsRef<Path>) -> Result<Compacted> {
        let dir = dir.as_ref();
        match Folder::existing(dir) {
            Ok(folder) => compact(&folder),
            Err(_) if !dir.exists() => Err(missing(&dir.join(STORE))),
            Err(error) => Err(error),
        }
    }
}

fn missing(file: &Path) -> Error {
    Error::new(ErrorKind::Storage, format!("there is no store of articles at {}", file.display()))
}

/// Makes the file of a store smaller.
pub(super) fn compact(files: &dyn Files) -> Result<Compacted> {
    let size = || files.bytes(STORE);
    let file = files.path(STORE).unwrap_or_else(|| STORE.into());
    let before = size()?.ok_or_else(|| missing(&file))?;
    caught(THE_STORE, || {
        let mut db =
            files.store(STORE, Database::builder().set_cache_size(EmbeddedOptions::default().store_cache_bytes))?;
        // Each pass moves some pages; it says when there is nothing left to move.
        while db.compact()? {}
        Ok(())
    })?;
    Ok(Compacted { before, after: size()?.unwrap_or_default() })
}
