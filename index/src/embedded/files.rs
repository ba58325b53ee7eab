//! What the engine does with files: in a folder of this machine, or on a disk that a test simulates.
//!
//! Files are named as in the data directory: `articles.redb`, `sentences/meta.json`. What is written here counts once its file is
//! synced, and its name once the folder is, which [`Files::sync`] does.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use redb::backends::FileBackend;
use redb::{Builder, Database};
use tantivy::Directory;
use tantivy::directory::MmapDirectory;

use super::fault::remedy;
use super::in_memory::{cut_tail, in_memory};
use super::store_file::StoreFile;
use super::watched_file::{Seen, Watch};
use crate::{Error, ErrorKind, Result};

/// The file of the store.
pub(super) const STORE: &str = "articles.redb";

/// A file that is written to see whether that is possible. One that is left over goes with the next start.
const PROBE: &str = "probe";

/// The files of a data directory.
pub(super) trait Files: fmt::Debug + Send + Sync {
    /// Where this lies on this machine, if it does. None if it is simulated.
    fn path(&self, name: &str) -> Option<PathBuf>;

    /// The bytes of a file. None if there is none.
    fn bytes(&self, name: &str) -> Result<Option<u64>>;

    /// The size of all files, in bytes.
    fn size(&self) -> Result<u64>;

    /// Opens a store in this file, which is created if it is missing.
    fn store(&self, name: &str, how: &mut Builder) -> Result<Database>;

    /// Whether the file system of the data directory takes no writes at present.
    ///
    /// That passes when somebody mounts it anew, so it is asked again and again.
    fn read_only(&self) -> bool;

    /// By how many bytes the system lets the store grow, however much is free on the disk.
    fn may_grow(&self) -> u64 {
        u64::MAX
    }

    /// Opens the store for reading. What is written to it stays in memory.
    fn store_to_read(&self, name: &str, how: &Builder) -> Result<Database>;

    /// Where the store lies, if it is watched.
    fn store_file(&self) -> Option<StoreFile> {
        None
    }

    /// The index in this folder.
    fn index(&self, folder: &str) -> Result<Box<dyn Directory>>;

    /// What shows whether a file is as it was. None if there is none, or if nothing shows it.
    fn seen(&self, _name: &str) -> Option<Seen> {
        None
    }

    /// The names of what lies in the folder of an index.
    fn list(&self, folder: &str) -> Result<Vec<PathBuf>>;

    /// Fails if nothing can be written into the folder of an index. One that is missing is made when it is needed.
    fn writable(&self, folder: &str) -> Result<()>;

    /// Makes a folder empty, and creates it if it is missing. One that cannot be written keeps what is in it.
    fn empty(&self, folder: &str) -> Result<()>;

    /// Removes a file, or a folder with everything in it, if it is there.
    fn remove(&self, name: &str) -> Result<()>;

    /// Gives a file or folder another name, and replaces a file of that name.
    fn rename(&self, from: &str, to: &str) -> Result<()>;

    /// Returns once the names in the data directory survive a crash.
    fn sync(&self) -> Result<()>;
}

/// A folder of this machine.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Watches the store for what others write into it.
    watch: Arc<Watch>,
    /// None before the first try.
    tried: Mutex<Option<Tried>>,
}

impl Folder {
    /// Opens the folder, and creates it if it is missing.
    pub(super) fn open(dir: &Path) -> Result<Self> {
        if fs::metadata(dir).is_ok_and(|found| !found.is_dir()) {
            return Err(not("a folder", dir));
        }
        fs::create_dir_all(dir).map_err(|error| Error::from(error).about(dir.display()))?;
        Self::existing(dir)
    }

    /// A folder that must exist.
    pub(super) fn existing(dir: &Path) -> Result<Self> {
        match fs::metadata(dir) {
            Ok(found) if !found.is_dir() => Err(not("a folder", dir)),
            Ok(_) => {
                Ok(Self { path: dir.to_owned(), watch: Arc::new(Watch::of(dir.join(STORE))), tried: Mutex::default() })
            }
            Err(error) => Err(Error::from(error).about(dir.display())),
        }
    }

    /// Where a file is, or is to be. Anything else in its place is refused: opening a pipe would wait for somebody who writes into it.
    pub(super) fn file(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        match fs::metadata(&path) {
            Ok(found) if !found.is_file() => Err(not("a file", &path)),
            _ => Ok(path),
        }
    }
}

/// When a write was last tried, and whether the file system was read-only.
type Tried = (Instant, bool);

/// How often a write is tried for its own sake while all is well, and while the file system is read-only.
#[cfg(unix)]
const TRIED_EVERY: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(1)];

impl Folder {
    /// Whether writes fail because the file system is read-only, which it does not say of itself after a fault of the disk
    /// (`emergency_ro`): one is tried now and then, and once another has failed.
    #[cfg(unix)]
    fn refuses_writes(&self) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let due = tried.is_none_or(|(at, refused)| at.elapsed() >= TRIED_EVERY[usize::from(refused)]);
        if self.watch.found_read_only() || due {
            let outcome = File::open(&self.path).and_then(|folder| folder.set_modified(SystemTime::now()));
            let refused = outcome.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem);
            *tried = Some((Instant::now(), refused));
        }
        tried.is_some_and(|(_, refused)| refused)
    }
}

/// The error for something else in the place of a file or folder.
fn not(what: &str, path: &Path) -> Error {
    Error::new(ErrorKind::Storage, format!("{} is not {what}: move it away, and start again", path.display()))
}

/// The error for something else in the place of an index, which can be built again.
fn not_an_index(what: &str) -> Error {
    let message = format!("it is not {what}: move it away, and the index is built from the store");
    Error::new(ErrorKind::Storage, message)
}

impl Files for Folder {
    fn path(&self, name: &str) -> Option<PathBuf> {
        Some(self.path.join(name))
    }

    fn bytes(&self, name: &str) -> Result<Option<u64>> {
        match fs::metadata(self.file(name)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            found => Ok(Some(found?.len())),
        }
    }

    fn size(&self) -> Result<u64> {
        size_of(&self.path)
    }

    fn store(&self, name: &str, how: &mut Builder) -> Result<Database> {
        let file = self.file(name)?;
        // What redb says of a file that may not be opened names neither the file nor what to do.
        match File::options().read(true).write(true).open(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                self.watch.note(&error);
                let told = format!("{} cannot be read and written: {error}{}", file.display(), remedy(error.kind()));
                Err(Error::new(ErrorKind::Storage, told))
            }
            Ok(opened) if name == STORE => {
                cut_tail(&file, &opened)?;
                Ok(how.create_with_backend(self.watch.open(opened)?)?)
            }
            _ => Ok(how.create(file)?),
        }
    }

    #[cfg(unix)]
    fn read_only(&self) -> bool {
        use rustix::fs::StatVfsMountFlags;
        rustix::fs::statvfs(&self.path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
            || self.refuses_writes()
    }

    #[cfg(unix)]
    fn may_grow(&self) -> u64 {
        use rustix::process::{Resource, getrlimit};
        let Some(most) = getrlimit(Resource::Fsize).current else { return u64::MAX };
        let bytes = fs::metadata(self.path.join(STORE)).map_or(0, |found| found.len());
        most.saturating_sub(bytes)
    }

    #[cfg(not(unix))]
    fn read_only(&self) -> bool {
        false
    }

    fn store_to_read(&self, name: &str, how: &Builder) -> Result<Database> {
        in_memory(Box::new(FileBackend::new(File::open(self.file(name)?)?)?), false, how)
    }

    fn store_file(&self) -> Option<StoreFile> {
        Some(StoreFile::at(self.path.join(STORE), self.watch.clone()))
    }

    fn index(&self, folder: &str) -> Result<Box<dyn Directory>> {
        let path = self.path.join(folder);
        for entry in fs::read_dir(&path)? {
            let entry = entry?.path();
            // See `file`. A file that is gone by now is nobody's.
            if fs::metadata(&entry).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
                let name = entry.file_name().unwrap_or_default().display();
                return Err(Error::new(ErrorKind::Corrupt, format!("its {name} is not a file")));
            }
        }
        Ok(Box::new(MmapDirectory::open(path).map_err(tantivy::TantivyError::from)?))
    }

    fn seen(&self, name: &str) -> Option<Seen> {
        let found = fs::metadata(self.path.join(name)).ok()?;
        Some((found.len(), found.modified().ok()))
    }

    fn list(&self, folder: &str) -> Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(self.path.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(not_an_index("a folder")),
            entries => entries?,
        };
        let mut names = entries.map(|entry| Ok(entry?.file_name().into())).collect::<Result<Vec<PathBuf>>>()?;
        names.sort();
        Ok(names)
    }

    fn writable(&self, folder: &str) -> Result<()> {
        let path = self.path.join(folder);
        let probe = path.join(PROBE);
        // It is empty: whether there is room is another question.
        match File::create(&probe).and_then(|_| fs::remove_file(&probe)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let told = format!("{} cannot be written: {error}{}", path.display(), remedy(error.kind()));
                Err(Error::new(ErrorKind::Storage, told))
            }
            _ => Ok(()),
        }
    }

    fn empty(&self, folder: &str) -> Result<()> {
        let path = self.path.join(folder);
        if path.symlink_metadata().is_ok() && !path.is_dir() {
            return Err(not_an_index("a folder"));
        }
        fs::create_dir_all(&path)?;
        // A folder that cannot be written must not cost an index that may be intact.
        fs::write(path.join(PROBE), "?")?;
        fs::remove_dir_all(&path)?;
        Ok(fs::create_dir_all(&path)?)
    }

    fn remove(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        let removed = match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        Ok(fs::rename(self.path.join(from), self.path.join(to))?)
    }

    fn sync(&self) -> Result<()> {
        // The folder itself may be new, too. Whoever keeps others from reading the parent made it long before.
        let parent =
            self.path.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
        let _ = parent.map(|parent| File::open(parent).and_then(|parent| parent.sync_all()));
        Ok(File::open(&self.path)?.sync_all()?)
    }
}

/// The size of all files under a directory, in bytes. Files that vanish in the meantime (a merge) do not count.
fn size_of(dir: &Path) -> Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(dir)? {
        let Ok(entry) = entry else { continue };
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size += size_of(&entry.path())?,
            Ok(metadata) => size += metadata.len(),
            Err(_) => {}
        }
    }
    Ok(size)
}
