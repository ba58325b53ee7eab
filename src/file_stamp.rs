//! What tells one state of a file from the next, and files from what is none, without reading.

use std::{
    fs::{self, Metadata},
    io,
    path::Path,
    time::SystemTime,
};

/// Length, time of the last change, and number of a file. A file that is replaced as a whole gets another number even
/// if the clock of the file system is too coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    length: u64,
    modified: Option<SystemTime>,
    number: u64,
}

impl FileStamp {
    /// The state of the file at this path. None if there is none, or it cannot be asked.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::of(&metadata))
    }

    /// The state of the file with these properties.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Self { length: metadata.len(), modified: metadata.modified().ok(), number }
    }
}

/// Refuses what is no file, or is not there. Whoever opens a pipe waits for somebody at its other end, maybe for ever.
pub(crate) fn must_be_file(path: &Path) -> io::Result<()> {
    match fs::metadata(path)?.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("is not a file")),
    }
}
