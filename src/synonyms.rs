//! The file of synonyms: read at the start, and again whenever it has changed.
//!
//! It is looked at every two seconds, not on a signal: a file that is mounted into a container (a ConfigMap of
//! Kubernetes, a secret) changes without one, Windows has none, and whoever edits it need not know the process. It is
//! read in full each time, because times and sizes of files do not always tell that they changed.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use sayso_index::Synonyms;

use crate::file_stamp::must_be_file;

/// How often the file is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// The largest file, in bytes: some 200,000 groups.
const MOST_BYTES: u64 = 8 << 20;

/// The synonyms that queries are asked with, and the file that they come from.
#[derive(Debug)]
pub(crate) struct Thesaurus {
    /// None if no file is configured.
    path: Option<PathBuf>,
    current: RwLock<Current>,
}

/// What was read last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Current {
    /// The groups.
    pub(crate) synonyms: Arc<Synonyms>,
    /// When they were read. None without a file.
    pub(crate) loaded: Option<SystemTime>,
    /// Why the file cannot be used as it is now. The groups are those from before.
    pub(crate) fault: Option<String>,
    /// The digest of the file that they were read from.
    digest: Option<blake3::Hash>,
}

impl Thesaurus {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// If it cannot be read or is malformed: with its path, the line, and what would be accepted.
    pub(crate) fn open(path: Option<PathBuf>) -> Result<Self, String> {
        let current = match &path {
            None => Current::default(),
            Some(path) => {
                let bytes = read(path)?;
                let synonyms = Arc::new(parsed(path, &bytes)?);
                let digest = Some(blake3::hash(&bytes));
                Current { synonyms, loaded: Some(SystemTime::now()), fault: None, digest }
            }
        };
        Ok(Self { path, current: RwLock::new(current) })
    }

    /// What queries are asked with now.
    pub(crate) fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a file is configured.
    pub(crate) fn is_on(&self) -> bool {
        self.path.is_some()
    }

    /// Reads the file again if it has changed. One that cannot be used leaves the groups as they are; the log and
    /// `GetServerInfo` tell why.
    fn look(&self) {
        let Some(path) = &self.path else { return };
        let before = self.current();
        let fresh = read(path).and_then(|bytes| {
            let digest = Some(blake3::hash(&bytes));
            if digest == before.digest { Ok(None) } else { Ok(Some((parsed(path, &bytes)?, digest))) }
        });
        let now = match fresh {
            Ok(None) if before.fault.is_none() => return,
            Ok(None) => Current { fault: None, ..before },
            Ok(Some((synonyms, digest))) => {
                tracing::info!(file = %path.display(), groups = synonyms.len(), "synonyms were read again");
                Current { synonyms: Arc::new(synonyms), loaded: Some(SystemTime::now()), fault: None, digest }
            }
            Err(why) if before.fault.as_ref() == Some(&why) => return,
            Err(why) => {
                tracing::warn!("{why}; the {} groups from before stay in use", before.synonyms.len());
                Current { fault: Some(why), ..before }
            }
        };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// Looks at the file from now on.
pub(crate) async fn follow(thesaurus: Arc<Thesaurus>) {
    if !thesaurus.is_on() {
        return;
    }
    loop {
        tokio::time::sleep(LOOK_INTERVAL).await;
        let looking = Arc::clone(&thesaurus);
        #[allow(clippy::disallowed_methods, reason = "one at a time, by a timer; it must not wait behind searches")]
        let looked = tokio::task::spawn_blocking(move || looking.look()).await;
        // If it fails, the runtime is about to end.
        if looked.is_err() {
            return;
        }
    }
}

/// The bytes of the file.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let fault = |error: io::Error| format!("{}: the synonyms cannot be read: {error}", path.display());
    let file = must_be_file(path).and_then(|()| File::open(path)).map_err(fault)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(fault)?;
    match bytes.len() as u64 > MOST_BYTES {
        true => Err(format!("{}: the synonyms take more than {} MiB", path.display(), MOST_BYTES >> 20)),
        false => Ok(bytes),
    }
}

/// The groups in the file.
fn parsed(path: &Path, bytes: &[u8]) -> Result<Synonyms, String> {
    Synonyms::parse(bytes).map_err(|error| format!("{}:{}: {}", path.display(), error.line, error.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_file_keeps_the_groups_and_a_good_one_replaces_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("synonyms.txt");
        std::fs::write(&file, "ferry, ropax\n").unwrap();
        let thesaurus = Thesaurus::open(Some(file.clone())).unwrap();
        let seen = |thesaurus: &Thesaurus| {
            thesaurus.look();
            let now = thesaurus.current();
            (now.synonyms.len(), now.fault.map(|why| why.replace(&file.display().to_string(), "FILE")))
        };
        assert_eq!(seen(&thesaurus), (1, None));
        std::fs::write(&file, "ferry, ropax\nbus\n").unwrap();
        let why = "FILE:2: \"bus\" is alone; write what says the same after a comma".to_owned();
        assert_eq!(seen(&thesaurus), (1, Some(why)));
        std::fs::remove_file(&file).unwrap();
        assert!(seen(&thesaurus).1.unwrap().starts_with("FILE: the synonyms cannot be read: "));
        std::fs::write(&file, "ferry, ropax\n").unwrap();
        assert_eq!(seen(&thesaurus), (1, None), "it is as before");
        std::fs::write(&file, "ferry, ropax\nbus, coach\n").unwrap();
        assert_eq!(seen(&thesaurus), (2, None));
        assert!(Thesaurus::open(Some(folder.path().join("none"))).is_err());
        assert!(Thesaurus::open(Some(folder.path().into())).is_err(), "a folder is no file");
    }
}
