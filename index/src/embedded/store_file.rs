//! Whether the store's file still lies where it was opened.
//!
//! A file that was deleted, moved or replaced while it is open still takes writes, which nobody finds after a restart. And one
//! that was emptied would be taken for a new store when it is opened again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::watched_file::Watch;
use crate::{Error, ErrorKind};

/// The file that the store has open, and where.
#[derive(Clone, Debug)]
pub(super) struct StoreFile {
    file: PathBuf,
    /// None where the system does not tell files apart.
    opened: Option<Identity>,
    /// Who watches what is written into it.
    pub(super) watch: Arc<Watch>,
}

/// The device and the number of a file on it.
type Identity = (u64, u64);

impl StoreFile {
    /// A file that was just opened, and is watched.
    pub(super) fn at(file: PathBuf, watch: Arc<Watch>) -> Self {
        let opened = look(&file).ok().and_then(|(identity, _)| identity);
        Self { file, opened, watch }
    }

    /// Why what is written now would be lost. None if the file lies in its place, or this
    /// program may not look.
    pub(super) fn fault(&self) -> Option<Error> {
        if let Some(overwritten) = self.watch.overwritten() {
            return Some(overwritten);
        }
        let what = match look(&self.file) {
            Ok((_, 0)) => "is empty",
            Ok((identity, _)) if self.opened.is_some() && identity != self.opened => {
                "is another file than the one that was opened"
            }
            Ok(_) => return None,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return None,
            Err(_) => "was moved or deleted",
        };
        let message = format!(
            "{} {what}, so nothing is written; put the file back, or stop, put a copy from a backup in its place, and start again",
            self.file.display()
        );
        Some(Error::new(ErrorKind::Storage, message))
    }
}

/// Which file lies there, and its bytes.
fn look(file: &Path) -> io::Result<(Option<Identity>, u64)> {
    let found = std::fs::metadata(file)?;
    #[cfg(unix)]
    let identity = Some((std::os::unix::fs::MetadataExt::dev(&found), std::os::unix::fs::MetadataExt::ino(&found)));
    #[cfg(not(unix))]
    let identity = None;
    Ok((identity, found.len()))
}
