//! The files of an index, each of which says whose it is.
//!
//! A file of a segment has a checksum of its own (from tantivy), which a whole file of another segment or index passes as
//! well. So each file ends with a checksum of its own name and its index, which tantivy never sees: one that lies in
//! another's place is refused like a damaged one. `meta.json` has no such end; what its last commit says is checked instead.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};

/// How many bytes say whose a file is.
const END_BYTES: usize = 4;

/// The folder of an index, whose files end with their name.
#[derive(Clone, Debug)]
pub(super) struct NamedFiles {
    folder: Box<dyn Directory>,
    index: String,
}

impl NamedFiles {
    /// The files of this index in this folder.
    pub(super) fn of(index: &str, folder: Box<dyn Directory>) -> Self {
        Self { folder, index: index.to_owned() }
    }

    /// How a file of this name ends.
    fn end(&self, path: &Path) -> [u8; END_BYTES] {
        crc32fast::hash(format!("{}/{}", self.index, path.display()).as_bytes()).to_le_bytes()
    }
}

impl Directory for NamedFiles {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let file = self.folder.open_read(path)?;
        let failed = |error| OpenReadError::wrap_io_error(error, path.to_owned());
        let stranger = || failed(io::Error::new(io::ErrorKind::InvalidData, "it does not end with its own name"));
        let bytes = file.num_bytes().get_bytes() as usize;
        let rest = bytes.checked_sub(END_BYTES).ok_or_else(stranger)?;
        let (contents, end) = file.split(rest);
        match end.read_bytes().map_err(failed)?.as_slice() == self.end(path) {
            true => Ok(Arc::new(contents)),
            false => Err(stranger()),
        }
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = self.folder.open_write(path)?;
        Ok(BufWriter::new(Box::new(Writer { file, end: self.end(path) })))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.folder.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.folder.exists(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.folder.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.folder.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.folder.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.folder.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.folder.watch(callback)
    }
}

/// A file while it is written.
struct Writer {
    file: WritePtr,
    end: [u8; END_BYTES],
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl TerminatingWrite for Writer {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.file.write_all(&self.end)?;
        self.file.terminate_ref(token)
    }
}
