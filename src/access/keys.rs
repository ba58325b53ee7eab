//! The file of API keys. It holds their hashes, never the keys themselves.
//!
//! A key is `sayso_ID_SECRET`: the id names it in lists and logs, the secret is 256 random bits. So a fast hash
//! (BLAKE3) protects it as well as a slow one would: nobody can try all secrets. Hashes are compared in constant time.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use fs4::fs_std::FileExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    refusal::{Holder, Refusal},
    scope::{Scope, ScopeSet},
};
use crate::file_stamp::FileStamp;

/// What a key begins with, so that scanners for leaked secrets can recognise one.
const PREFIX: &str = "sayso_";

/// Random bytes of an id. Two keys of one file never share an id.
const ID_BYTES: usize = 5;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// The largest file of keys, in bytes: some 50,000 keys.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// What the hash of a secret is for, as BLAKE3 wants it told.
const CONTEXT: &str = "sayso.dev 2026-11 API key";

/// A key, without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    /// What lists and logs call it.
    pub(crate) id: Arc<str>,
    /// Whom it is for.
    pub(crate) name: String,
    hash: String,
    /// What it allows.
    pub(crate) scopes: ScopeSet,
    /// When it was made.
    pub(crate) create_time: Timestamp,
    /// From when on it is refused. None: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expire_time: Option<Timestamp>,
    /// How many calls a second may begin with it. None: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) calls_per_second: Option<u32>,
}

impl Key {
    /// Whether it is still good, and has this scope.
    pub(super) fn allows(&self, scope: Scope) -> Result<(), Refusal> {
        if self.expire_time.is_some_and(|end| end <= Timestamp::now()) {
            return Err(Refusal::Expired(self.holder()));
        }
        if self.scopes.holds(scope) { Ok(()) } else { Err(Refusal::NoScope(self.holder(), scope)) }
    }

    /// Whose it is.
    pub(super) fn holder(&self) -> Holder {
        Holder { id: Arc::clone(&self.id), name: self.name.as_str().into() }
    }
}

/// What a new key is to be.
#[derive(Clone, Debug)]
pub(crate) struct NewKey {
    pub(crate) name: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) expire_time: Option<Timestamp>,
    pub(crate) calls_per_second: Option<u32>,
}

/// What is in the file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    keys: Vec<Key>,
}

/// Why the file of keys cannot be used.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It cannot be read or written.
    Io(PathBuf, io::Error),
    /// It holds something else.
    Content(PathBuf, serde_json::Error),
    /// There is no such key.
    NoKey(String),
    /// There is one of this name already.
    Taken(String),
    /// The system gives no random numbers.
    NoRandom(getrandom::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let who = "the user that runs sayso must be able to read and write it: see chown and chmod";
                write!(f, "{}: {error}; {who}", path.display())
            }
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Content(path, error) => {
                write!(f, "{}: this is no file of keys as `sayso keys create` writes it: {error}", path.display())
            }
            Self::NoKey(name) => {
                write!(f, "there is no key with the id or name {name:?}; `sayso keys list` shows those there are")
            }
            Self::Taken(name) => {
                write!(f, "there is a key for {name:?} already; take another name, or revoke that one first")
            }
            Self::NoRandom(error) => write!(f, "the system gives no random numbers: {error}"),
        }
    }
}

impl std::error::Error for Fault {}

/// Whether a secret looks like a key, good or not, and not like a token.
pub(super) fn looks_like_one(secret: &str) -> bool {
    secret.starts_with(PREFIX)
}

/// A secret as callers send it.
pub(super) struct Secret<'a> {
    id: &'a str,
    hash: blake3::Hash,
}

impl<'a> Secret<'a> {
    /// None if it does not look like a key.
    pub(super) fn parse(written: &'a str) -> Option<Self> {
        let (id, secret) = written.strip_prefix(PREFIX)?.split_once('_')?;
        Some(Self { id, hash: hash(secret) })
    }
}

fn hash(secret: &str) -> blake3::Hash {
    blake3::Hash::from_bytes(blake3::derive_key(CONTEXT, secret.as_bytes()))
}

/// The keys that a file held, and how to see that it has changed.
pub(super) struct Loaded {
    keys: Vec<Key>,
    stamp: FileStamp,
}

impl Loaded {
    /// The key that this is the secret of.
    pub(super) fn key(&self, secret: &Secret<'_>) -> Option<&Key> {
        let key = self.by_id(secret.id)?;
        let hash = blake3::Hash::from_hex(&key.hash).ok()?;
        // The comparison of these hashes takes the same time wherever they differ.
        (hash == secret.hash).then_some(key)
    }

    /// The key with this id.
    pub(super) fn by_id(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| &*key.id == id)
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

/// How a file of keys is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There were no keys.
    Never,
    /// There were keys.
    Lost,
    /// There is a link to a file that is not there.
    Dangling,
}

/// The file of keys.
#[derive(Clone, Debug)]
pub(crate) struct KeyFile(PathBuf);

impl KeyFile {
    /// The file at this path, which need not exist.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// How it is missing, if it is.
    pub(crate) fn missing(&self) -> Option<Missing> {
        let gone = |found: io::Result<_>| found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        match gone(fs::metadata(&self.0)) {
            false => None,
            true if !gone(fs::symlink_metadata(&self.0)) => Some(Missing::Dangling),
            true if self.lock().exists() => Some(Missing::Lost),
            true => Some(Missing::Never),
        }
    }

    /// The file that only one process at a time writes the keys with. It stays, and shows that there are keys.
    pub(crate) fn lock(&self) -> PathBuf {
        beside(&self.0, "lock")
    }

    /// Lets the file beside it show that there are keys, also if they were made elsewhere.
    pub(crate) fn mark(&self) {
        // Where that cannot be written, the keys cannot be either.
        let _ = private().create(true).truncate(false).write(true).open(self.lock());
    }

    /// Whether it is as it was when it was loaded; none: it was not there.
    pub(super) fn is_unchanged(&self, loaded: Option<&Loaded>) -> bool {
        FileStamp::at(&self.0) == loaded.map(|loaded| loaded.stamp)
    }

    /// Its keys. None if there is no file.
    pub(super) fn load(&self) -> Result<Option<Loaded>, Fault> {
        // Opening what is no file could wait for ever.
        match fs::metadata(&self.0) {
            Ok(found) if !found.is_file() => return Err(self.failed(io::Error::other("is not a file"))),
            Ok(found) if found.len() > MAX_FILE_BYTES => {
                return Err(self.failed(io::Error::other("is longer than 16 MiB, which no file of keys is")));
            }
            _ => {}
        }
        let mut file = match File::open(&self.0) {
            Ok(file) => file,
            // A data directory that is none is told when it is opened.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(self.failed(error)),
        };
        let mut text = String::new();
        let stamp = FileStamp::of(&file.metadata().map_err(|error| self.failed(error))?);
        file.read_to_string(&mut text).map_err(|error| self.failed(error))?;
        let keys: Keys = serde_json::from_str(&text).map_err(|error| Fault::Content(self.0.clone(), error))?;
        Ok(Some(Loaded { keys: keys.keys, stamp }))
    }

    /// The keys in the order in which they were made. None if there is no file.
    ///
    /// # Errors
    /// If the file cannot be read, or holds something else.
    pub(crate) fn list(&self) -> Result<Option<Vec<Key>>, Fault> {
        Ok(self.load()?.map(|loaded| loaded.keys))
    }

    /// Makes a key. Returns it with what callers are to send, which is told nowhere else.
    ///
    /// # Errors
    /// If the name is taken, or the file cannot be written.
    pub(crate) fn create(&self, wanted: NewKey) -> Result<(Key, String), Fault> {
        self.change(|keys| {
            if keys.iter().any(|key| key.name == wanted.name || *key.id == *wanted.name) {
                return Err(Fault::Taken(wanted.name));
            }
            let secret = URL_SAFE_NO_PAD.encode(random::<SECRET_BYTES>()?);
            let id = loop {
                let id = random::<ID_BYTES>()?.map(|byte| format!("{byte:02x}")).concat();
                if keys.iter().all(|key| *key.id != *id) {
                    break id;
                }
            };
            let NewKey { name, scopes, expire_time, calls_per_second } = wanted;
            let told = format!("{PREFIX}{id}_{secret}");
            let (id, hash, create_time) = (id.into(), hash(&secret).to_hex().to_string(), Timestamp::now());
            let key = Key { id, name, hash, scopes, create_time, expire_time, calls_per_second };
            keys.push(key.clone());
            Ok((key, told))
        })
    }

    /// Removes the key with this id or name.
    ///
    /// # Errors
    /// If there is none, or the file cannot be written.
    pub(crate) fn revoke(&self, id_or_name: &str) -> Result<Key, Fault> {
        self.change(|keys| {
            let place = keys.iter().position(|key| *key.id == *id_or_name || key.name == id_or_name);
            place.map(|place| keys.remove(place)).ok_or_else(|| Fault::NoKey(id_or_name.to_owned()))
        })
    }

    /// Changes the keys. The file is replaced as a whole, so that it is never seen half written, and only one process
    /// changes it at a time.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<Key>) -> Result<T, Fault>) -> Result<T, Fault> {
        if let Some(folder) = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_private(folder).map_err(|error| Fault::Io(folder.to_owned(), error))?;
        }
        let lock = self.lock();
        let locked = private().create(true).truncate(false).write(true).open(&lock);
        let locked = locked.and_then(|file| FileExt::lock_exclusive(&file).map(|()| file));
        let _locked = locked.map_err(|error| Fault::Io(lock, error))?;
        let mut keys = self.list()?.unwrap_or_default();
        let outcome = change(&mut keys)?;
        let text = serde_json::to_string_pretty(&Keys { keys }).map_err(|error| self.failed(error.into()))?;
        self.replace(&text).map_err(|error| self.failed(error))?;
        Ok(outcome)
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let next = beside(&self.0, &format!("next-{}", std::process::id()));
        // Whatever lies there, somebody else may read or own it.
        let _ = fs::remove_file(&next);
        let mut file = private().create_new(true).write(true).open(&next)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&next, &self.0)
    }

    fn failed(&self, error: io::Error) -> Fault {
        Fault::Io(self.0.clone(), error)
    }
}

/// The name of a file beside this one.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    name.into()
}

/// Opens files that only their owner may read.
fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "on other systems than Unix nothing is set")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a folder that only its owner may open, if there is none.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Fault::NoRandom)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str) -> NewKey {
        NewKey {
            name: name.into(),
            scopes: [Scope::Read].into_iter().collect(),
            expire_time: None,
            calls_per_second: None,
        }
    }

    #[test]
    fn the_file_holds_hashes_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::at(&folder.path().join("new").join("keys.json"));
        assert!(file.list().unwrap().is_none());
        let (key, secret) = file.create(wanted("desk")).unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        let random = secret.rsplit('_').next().unwrap();
        assert!(text.contains(&*key.id) && !text.contains(random), "{text}");
        assert_eq!(file.list().unwrap().unwrap(), [key]);
        #[cfg(unix)]
        for path in [file.path(), file.path().parent().unwrap()] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions());
            assert_eq!(mode & 0o077, 0, "{path:?}");
        }
    }

    #[test]
    fn names_are_told_apart_and_what_is_no_file_of_keys_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::at(&folder.path().join("keys.json"));
        let (key, _) = file.create(wanted("desk")).unwrap();
        assert!(matches!(file.create(wanted("desk")), Err(Fault::Taken(_))));
        assert!(matches!(file.create(wanted(&key.id)), Err(Fault::Taken(_))));
        assert!(matches!(file.revoke("feed"), Err(Fault::NoKey(_))));
        assert_eq!(file.revoke(&key.id).unwrap(), key);
        assert_eq!(file.list().unwrap().unwrap(), [], "the file stays, so that no key opens the server again");
        fs::write(file.path(), "{\"keys\": [{}]}").unwrap();
        let said = file.create(wanted("desk")).unwrap_err().to_string();
        assert!(said.contains("missing field") && said.contains("keys.json"), "{said}");
        assert_eq!(fs::read_to_string(file.path()).unwrap(), "{\"keys\": [{}]}");
    }

    #[test]
    fn keys_that_are_made_at_the_same_time_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::at(&folder.path().join("keys.json"));
        std::thread::scope(|scope| {
            for n in 0..8 {
                let file = &file;
                scope.spawn(move || file.create(wanted(&format!("desk {n}"))).unwrap());
            }
        });
        assert_eq!(file.list().unwrap().unwrap().len(), 8);
    }
}
