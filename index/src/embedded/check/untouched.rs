//! A data directory that stays as it is: what is written to its store stays in memory, and its indexes are only read.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::FileBackend;
use redb::{Builder, Database};
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr};

use crate::embedded::fault::remedy;
use crate::embedded::files::{Files, Folder};
use crate::embedded::in_memory::in_memory;
use crate::{Error, ErrorKind, Result};

/// A data directory that is only read.
#[derive(Debug)]
pub(super) struct Untouched(Folder);

impl Untouched {
    /// The directory, which must exist.
    pub(super) fn of(dir: &Path) -> Result<Self> {
        Ok(Self(Folder::existing(dir)?))
    }
}

/// The error for what is not done here.
fn unchanged() -> io::Error {
    io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "a check changes nothing")
}

impl Files for Untouched {
    fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.path(name)
    }

    fn bytes(&self, name: &str) -> Result<Option<u64>> {
        self.0.bytes(name)
    }

    fn size(&self) -> Result<u64> {
        self.0.size()
    }

    fn store(&self, name: &str, how: &mut Builder) -> Result<Database> {
        let path = self.0.file(name)?;
        // A file that may be written can be locked, so that nobody changes it meanwhile.
        let writable = File::options().read(true).write(true).open(&path);
        let locks = writable.is_ok();
        let file = writable.or_else(|_| File::open(&path)).map_err(|error| {
            Error::new(
                ErrorKind::Storage,
                format!("{} cannot be read: {error}{}", path.display(), remedy(error.kind())),
            )
        })?;
        in_memory(Box::new(FileBackend::new(file)?), locks, how)
    }

    fn read_only(&self) -> bool {
        true
    }

    fn store_to_read(&self, name: &str, how: &Builder) -> Result<Database> {
        self.0.store_to_read(name, how)
    }

    fn index(&self, folder: &str) -> Result<Box<dyn Directory>> {
        Ok(Box::new(ReadOnly(self.0.index(folder)?)))
    }

    fn list(&self, folder: &str) -> Result<Vec<PathBuf>> {
        self.0.list(folder)
    }

    fn writable(&self, _folder: &str) -> Result<()> {
        Err(unchanged().into())
    }

    fn empty(&self, _folder: &str) -> Result<()> {
        Err(unchanged().into())
    }

    fn remove(&self, _name: &str) -> Result<()> {
        Err(unchanged().into())
    }

    fn rename(&self, _from: &str, _to: &str) -> Result<()> {
        Err(unchanged().into())
    }

    fn sync(&self) -> Result<()> {
        Err(unchanged().into())
    }
}

/// The folder of an index that is only read, without even a file for a lock.
#[derive(Clone, Debug)]
struct ReadOnly(Box<dyn Directory>);

impl Directory for ReadOnly {
    fn get_file_handle(&self, path: &Path) -> std::result::Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> std::result::Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(unchanged()), filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> std::result::Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> std::result::Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(unchanged(), path.to_owned()))
    }

    fn atomic_read(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        self.0.atomic_read(path)
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(unchanged())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Err(unchanged())
    }

    fn acquire_lock(&self, _lock: &Lock) -> std::result::Result<DirectoryLock, LockError> {
        // Whoever has the store has the indexes.
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
