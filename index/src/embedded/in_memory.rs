//! A store of which changes stay in memory: to look at its file, which does not change.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, Builder, Database, StorageBackend};

use super::fault::{THE_STORE, caught};
use crate::Result;

/// Checks every page of the store in this file by its checksum, which this process may have open meanwhile.
pub(super) fn pages(file: &Path) -> Result<()> {
    caught(THE_STORE, || {
        let mut how = Database::builder();
        let file = Box::new(FileBackend::new(File::open(file)?)?);
        in_memory(file, false, how.set_cache_size(PAGES).set_check_integrity_on_open(true)).map(drop)
    })
}

/// Cuts off what somebody appended to a store that is whole without it. Otherwise it is left as it is.
pub(super) fn cut_tail(path: &Path, file: &File) -> Result<()> {
    let length = file.metadata()?.len();
    let whole = length - length % BLOCK;
    if whole == length || whole == 0 || pages(path).is_err() {
        return Ok(());
    }
    tracing::warn!(file = %path.display(), bytes = length - whole, "cut off what another program appended to the store");
    Ok(file.set_len(whole)?)
}

/// Memory for pages that are only checked, in bytes.
const PAGES: usize = 8 << 20;

/// Opens a store. What is written to it stays in memory.
pub(super) fn in_memory(file: Box<dyn StorageBackend>, locks: bool, how: &Builder) -> Result<Database> {
    // A store consists of whole pages: what is behind the last one is not its own.
    let length = match file.len()? {
        length if length > BLOCK => length - length % BLOCK,
        length => length,
    };
    let changed = Changed { length, kept: length, blocks: BTreeMap::new() };
    Ok(how.create_with_backend(InMemory { file, locks, changed: Mutex::new(changed) })?)
}

/// Bytes that are kept in memory together, and those of a page.
const BLOCK: u64 = 4096;

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
