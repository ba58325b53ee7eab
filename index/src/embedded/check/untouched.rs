//! A data directory that stays as it is: what is written to its store stays in memory, and its indexes are only read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, Builder, Database, StorageBackend};
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr};

use crate::embedded::fault::remedy;
use crate::embedded::files::{Files, Folder};
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

/// Opens a store. What is written to it stays in memory.
pub(in crate::embedded) fn in_memory(file: Box<dyn StorageBackend>, locks: bool, how: &Builder) -> Result<Database> {
    // A store consists of whole pages: what is behind the last one is not its own.
    let length = match file.len()? {
        length if length > BLOCK => length - length % BLOCK,
        length => length,
    };
    let changed = Changed { length, kept: length, blocks: BTreeMap::new() };
    Ok(how.create_with_backend(InMemory { file, locks, changed: Mutex::new(changed) })?)
}

/// Bytes that are kept in memory together, and those of a page.
pub(super) const BLOCK: u64 = 4096;

/// What differs from the file.
#[derive(Debug)]
struct Changed {
    length: u64,
    /// How much of the file still counts.
    kept: u64,
    /// Blocks that were written, by their place.
    blocks: BTreeMap<u64, Vec<u8>>,
}

/// A file of which changes stay in memory.
#[derive(Debug)]
struct InMemory {
    file: Box<dyn StorageBackend>,
    locks: bool,
    changed: Mutex<Changed>,
}

impl InMemory {
    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what the file has there, and zeros behind its end.
    fn read_file(&self, kept: u64, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = kept.saturating_sub(offset).min(out.len() as u64) as usize;
        out[there..].fill(0);
        if there > 0 {
            self.file.read(offset, &mut out[..there])?;
        }
        Ok(())
    }
}

/// The parts of a range that lie in one block each: the block, the place in it, and the place in the range.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = offset + from as u64;
        let (block, within) = (at / BLOCK, (at % BLOCK) as usize);
        let to = length.min(from + BLOCK as usize - within);
        let part = from..to;
        from = to;
        (!part.is_empty()).then_some((block, within, part))
    })
}

impl StorageBackend for InMemory {
    fn len(&self) -> io::Result<u64> {
        Ok(self.changed().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let changed = self.changed();
        if offset + out.len() as u64 > changed.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if changed.blocks.is_empty() {
            return self.read_file(changed.kept, offset, out);
        }
        for (block, within, part) in parts(offset, out.len()) {
            match changed.blocks.get(&block) {
                Some(bytes) => out[part.clone()].copy_from_slice(&bytes[within..within + part.len()]),
                None => self.read_file(changed.kept, block * BLOCK + within as u64, &mut out[part])?,
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut changed = self.changed();
        if len < changed.length {
            changed.kept = changed.kept.min(len);
            changed.blocks.retain(|block, _| block * BLOCK < len);
            if let Some(bytes) = changed.blocks.get_mut(&(len / BLOCK)) {
                bytes[(len % BLOCK) as usize..].fill(0);
            }
        }
        changed.length = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut changed = self.changed();
        changed.length = changed.length.max(offset + data.len() as u64);
        for (block, within, part) in parts(offset, data.len()) {
            if !changed.blocks.contains_key(&block) {
                let mut bytes = vec![0; BLOCK as usize];
                self.read_file(changed.kept, block * BLOCK, &mut bytes)?;
                changed.blocks.insert(block, bytes);
            }
            let bytes = changed.blocks.entry(block).or_default();
            bytes[within..within + part.len()].copy_from_slice(&data[part]);
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        if self.locks { self.file.try_lock_range(start, end) } else { Err(BackendError::Unsupported) }
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        if self.locks { self.file.try_lock_shared_range(start, end) } else { Err(BackendError::Unsupported) }
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<(), BackendError> {
        if self.locks { self.file.lock_range(start, end) } else { Err(BackendError::Unsupported) }
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<(), BackendError> {
        if self.locks { self.file.lock_shared_range(start, end) } else { Err(BackendError::Unsupported) }
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<(), BackendError> {
        if self.locks { self.file.unlock_range(start, end) } else { Err(BackendError::Unsupported) }
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        if self.locks { self.file.query_lock_range(start, end) } else { Err(BackendError::Unsupported) }
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
