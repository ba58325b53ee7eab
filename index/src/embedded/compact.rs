//! Gives back to the disk what the store's file no longer needs.

use std::path::Path;

use redb::Database;

use super::Embedded;
use super::fault::caught;
use super::files::STORE;
use super::options::EmbeddedOptions;
use super::store::{OpenDatabase, THE_STORE};
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
        let file = dir.as_ref().join(STORE);
        let size = || std::fs::metadata(&file).map(|metadata| metadata.len());
        let missing =
            |_| Error::new(ErrorKind::Storage, format!("there is no store of articles at {}", file.display()));
        let before = size().map_err(missing)?;
        let cache = EmbeddedOptions::default().store_cache_bytes;
        let path = file.clone();
        let open: OpenDatabase = Box::new(move || Ok(Database::builder().set_cache_size(cache).open(&path)?));
        caught(THE_STORE, || {
            let mut db = open()?;
            // Each pass moves some pages; it says when there is nothing left to move.
            while db.compact()? {}
            Ok(())
        })?;
        Ok(Compacted { before, after: size()? })
    }
}
