//! An index on a simulated disk.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};

use super::{Change, Contents, Lie, Power, file};

/// The folder of an index.
#[derive(Clone, Debug)]
pub(super) struct IndexFolder {
    power: Power,
    folder: String,
}

impl IndexFolder {
    /// The folder of this name.
    pub(super) fn of(power: Power, folder: &str) -> Self {
        Self { power, folder: folder.to_owned() }
    }

    fn name(&self, path: &Path) -> String {
        format!("{}/{}", self.folder, path.display())
    }

    fn bytes(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        let state = self.power.read().map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?;
        let file = state.names.now.get(&self.name(path));
        let file = file.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(state.files[file].now.clone())
    }
}

impl Directory for IndexFolder {
    fn get_file_handle(&self, path: &Path) -> std::result::Result<Arc<dyn FileHandle>, OpenReadError> {
        Ok(Arc::new(OwnedBytes::new(self.bytes(path)?)))
    }

    fn delete(&self, path: &Path) -> std::result::Result<(), DeleteError> {
        let name = self.name(path);
        let failed = |error| DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() };
        let deleted = self.power.change(|state| {
            let there = state.names.now.contains_key(&name);
            if there {
                state.names.change(vec![(name, None)]);
            }
            Ok(there)
        });
        match deleted.map_err(failed)? {
            true => Ok(()),
            false => Err(DeleteError::FileDoesNotExist(path.to_owned())),
        }
    }

    fn exists(&self, path: &Path) -> std::result::Result<bool, OpenReadError> {
        let state = self.power.read().map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?;
        Ok(state.names.now.contains_key(&self.name(path)))
    }

    fn open_write(&self, path: &Path) -> std::result::Result<WritePtr, OpenWriteError> {
        let name = self.name(path);
        let made = self.power.change(|state| match state.names.now.contains_key(&name) {
            true => Ok(None),
            false => state.refuses[1].map_or_else(|| Ok(Some(state.create(&name))), |fault| Err(fault.into())),
        });
        match made.map_err(|error| OpenWriteError::wrap_io_error(error, path.to_owned()))? {
            Some(file) => Ok(BufWriter::new(Box::new(Writer { power: self.power.clone(), file, at: 0 }))),
            None => Err(OpenWriteError::FileAlreadyExists(path.to_owned())),
        }
    }

    fn atomic_read(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        self.bytes(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        // As it is done on a real disk: another file is written, synced, and takes the name.
        self.power.change(|state| {
            if let Some(fault) = state.refuses[1] {
                return Err(fault.into());
            }
            let file = state.files.last_key_value().map_or(1, |(last, _)| last + 1);
            let (now, synced) = (data.to_vec(), data.to_vec());
            state.files.insert(file, Contents { now, synced, since: Vec::new() });
            state.names.change(vec![(self.name(path), Some(file))]);
            Ok(())
        })
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.power.sync(Lie::Names, |state| state.names.sync(&self.folder))
    }

    fn acquire_lock(&self, lock: &Lock) -> std::result::Result<DirectoryLock, LockError> {
        let name = self.name(&lock.filepath);
        loop {
            let mut state = self.power.read().map_err(|error| LockError::IoError(Arc::new(error)))?;
            if state.locks.insert(name.clone()) {
                return Ok(DirectoryLock::from(Box::new(Held { power: self.power.clone(), name })));
            }
            drop(state);
            if !lock.is_blocking {
                return Err(LockError::LockBusy);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn watch(&self, _watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

/// A lock, until it is dropped or the power fails.
struct Held {
    power: Power,
    name: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Ok(mut state) = self.power.read() {
            state.locks.remove(&self.name);
        }
    }
}

/// A file of an index while it is written.
struct Writer {
    power: Power,
    file: u64,
    at: usize,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.power.change(|state| {
            file(state, self.file)?.change(Change::Bytes(self.at, bytes.to_vec()));
            Ok(())
        })?;
        self.at += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Writer {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.power.sync(Lie::Files, |state| {
            if let Ok(file) = file(state, self.file) {
                file.sync();
            }
        })
    }
}
