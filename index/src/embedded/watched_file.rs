//! The store's file while it is open, watched for what others write into it.
//!
//! The library neither maps the file nor reads again what it has in memory. So whoever writes into the file, say with `dd`, would
//! be noticed at the next start: until then changes would be acknowledged that nobody finds afterwards. Only this program should
//! write it, so before each write the file's length and time must be those of the last write, and its first bytes those that were
//! written. If the time alone differs, every page is checked by its checksum: it may have been touched, or come from a backup.
//!
//! A file that was overwritten is never written again, not even when it is closed: it may be somebody else's by now.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

use super::in_memory::pages;
use crate::{Error, ErrorKind, Result};

/// So many bytes at its start change with every commit.
const START: usize = 320;

/// So often may only the time of the file differ. Then the disk is taken for one that changes times on its own.
const FALSE_ALARMS: u32 = 3;

/// The length of a file, and when it was written.
pub(super) type Seen = (u64, Option<SystemTime>);

/// Watches a file that is opened again and again.
#[derive(Debug)]
pub(super) struct Watch {
    path: PathBuf,
    state: Mutex<State>,
    /// Why the file is not written any more.
    overwritten: ArcSwapOption<Error>,
    /// Whether a write failed of late because the file system is read-only.
    read_only: AtomicBool,
}

/// What is known of the file.
#[derive(Debug, Default)]
struct State {
    /// None before the file is opened.
    file: Option<File>,
    /// What it was like after the last write.
    last: Last,
    /// How often only its time differed.
    false_alarms: u32,
}

/// The file after the last write.
#[derive(Debug, Default)]
struct Last {
    /// Its first bytes.
    start: Vec<u8>,
    /// Its length, and when it was written.
    seen: Option<Seen>,
}

impl Watch {
    /// Watches the file at this path once it is open.
    pub(super) fn of(path: PathBuf) -> Self {
        Self { path, state: Mutex::default(), overwritten: ArcSwapOption::empty(), read_only: AtomicBool::new(false) }
    }

    /// Why the file is not written any more, if somebody else was seen to write it.
    pub(super) fn overwritten(&self) -> Option<Error> {
        self.overwritten.load().as_deref().cloned()
    }

    /// Notes why a write failed.
    pub(super) fn note(&self, error: &io::Error) {
        if error.kind() == io::ErrorKind::ReadOnlyFilesystem {
            self.read_only.store(true, Ordering::Release);
        }
    }

    /// Whether a write has failed since this was last asked because the file system is read-only.
    pub(super) fn found_read_only(&self) -> bool {
        self.read_only.swap(false, Ordering::AcqRel)
    }

    /// Looks whether somebody else wrote into the file.
    ///
    /// # Errors
    /// If somebody did, or if the file cannot be read now.
    pub(super) fn look(&self) -> Result<()> {
        self.look_at(&mut self.state(), true)
    }

    /// Checks every page of the file. A reader met something that it could not read.
    ///
    /// # Errors
    /// If a page is damaged, or if the file cannot be read now.
    pub(super) fn check(&self) -> Result<()> {
        let mut state = self.state();
        self.look_at(&mut state, true)?;
        self.check_pages()
    }

    /// A file that was just opened.
    pub(super) fn open(self: &Arc<Self>, file: File) -> Result<WatchedFile> {
        let mut state = self.state();
        let mut start = vec![0; START];
        let watched = WatchedFile { file: FileBackend::new(file.try_clone()?)?, watch: self.clone() };
        let there = file.metadata()?.len().min(START as u64) as usize;
        watched.file.read(0, &mut start[..there])?;
        state.last = Last { start, seen: Some(seen(&file)?) };
        state.file = Some(file);
        Ok(watched)
    }

    /// What is known of the file. Who holds it is the only one who writes.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares the file with what it was after the last write: its first bytes only if `start` says so.
    fn look_at(&self, state: &mut State, start: bool) -> Result<()> {
        if let Some(error) = self.overwritten() {
            return Err(error);
        }
        let Some(file) = &state.file else { return Ok(()) };
        let now = seen(file)?;
        if start && first_bytes(file)?.is_some_and(|bytes| bytes != state.last.start) {
            return Err(self.give_up("it begins with other bytes than were written"));
        }
        if state.last.seen == Some(now) || state.false_alarms >= FALSE_ALARMS {
            return Ok(());
        }
        tracing::warn!(file = %self.path.display(), "the store of articles was written by another program; checking it");
        if first_bytes(file)?.is_some_and(|bytes| bytes != state.last.start) {
            return Err(self.give_up("it begins with other bytes than were written"));
        }
        self.check_pages()?;
        (state.last.seen, state.false_alarms) = (Some(now), state.false_alarms + 1);
        Ok(())
    }

    /// Checks every page by its checksum, as a start does. Nothing is written meanwhile, and nothing is changed.
    fn check_pages(&self) -> Result<()> {
        match pages(&self.path) {
            Err(error) if error.kind() == ErrorKind::Corrupt => Err(self.give_up(&error.to_string())),
            checked => checked,
        }
    }

    /// Nothing is written any more, for this reason.
    ///
    /// That lasts until the server starts again: what readers have in memory need not fit a file that is mended meanwhile.
    fn give_up(&self, why: &str) -> Error {
        let message = format!(
            "{} was damaged or overwritten while it was open ({why}), so nothing is written; stop the server, put a copy from a \
             backup in its place, and start again: without a copy, the start saves what can be read",
            self.path.display()
        );
        let error = Error::new(ErrorKind::Storage, message);
        self.overwritten.store(Some(Arc::new(error.clone())));
        error
    }

    /// Changes the file, unless somebody else did. `start`: whether its first bytes may change.
    ///
    /// # Errors
    /// If somebody else wrote into it, before anything is changed; or as `change` says.
    fn change(&self, start: bool, change: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state();
        self.look_at(&mut state, start).map_err(io::Error::other)?;
        let State { file, last, .. } = &mut *state;
        let changed = change(&mut last.start);
        if let Err(error) = &changed {
            self.note(error);
        }
        let Some(file) = file else { return changed };
        if changed.is_err()
            && let Some(bytes) = first_bytes(file)?
        {
            // It may have been written in part.
            last.start = bytes;
        }
        last.seen = Some(seen(file)?);
        changed
    }
}

/// The length of the file, and when it was written, as the system tells them now.
fn seen(file: &File) -> io::Result<Seen> {
    let found = file.metadata()?;
    Ok((found.len(), found.modified().ok()))
}

/// The first bytes of the file. None where the system cannot read them without moving the file's place.
#[cfg(unix)]
fn first_bytes(file: &File) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; START];
    let there = file.metadata()?.len().min(START as u64) as usize;
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes[..there], 0)?;
    Ok(Some(bytes))
}

#[cfg(not(unix))]
fn first_bytes(_file: &File) -> io::Result<Option<Vec<u8>>> {
    Ok(None)
}

/// The open file, as the library uses it.
#[derive(Debug)]
pub(super) struct WatchedFile {
    file: FileBackend,
    watch: Arc<Watch>,
}

impl StorageBackend for WatchedFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.watch.change(true, |_| self.file.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.watch.change(true, |_| self.file.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let within = usize::try_from(offset).ok().filter(|&from| from < START);
        self.watch.change(within.is_some(), |start| {
            self.file.write(offset, data)?;
            if let Some(from) = within {
                let to = START.min(from + data.len());
                start[from..to].copy_from_slice(&data[..to - from]);
            }
            Ok(())
        })
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
