//! Snapshots: complete copies of what the engine holds, in a folder or an object store.
//!
//! ```text
//! chunks/3f/3f9a…           articles; the name is the BLAKE3 checksum of the file
//! snapshots/20261127T0114…  the manifest of each snapshot, which names its chunks
//! marks/taking-1b3f…        who is taking or deleting a snapshot just now
//! ```
//!
//! A manifest is written last, so a snapshot that was broken off is none. Chunks are shared by all snapshots: what has not changed
//! since an earlier one is not written again.

mod chunk;
mod create;
mod delete;
mod fault;
mod manifest;
mod mark;
mod place;
mod words;

use std::{collections::BTreeMap, fmt};

use futures_util::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path};
use sayso_index::Kept;

use self::place::Place;
use crate::pool::Pool;

pub(crate) use create::{Created, begin};
pub(crate) use delete::Deleted;
pub(crate) use fault::{Fault, Result};
pub(crate) use manifest::{Chunk, Manifest};

/// The folder of chunks.
const CHUNKS: &str = "chunks";

/// The folder of manifests.
const MANIFESTS: &str = "snapshots";

/// What the file of a manifest ends with.
const ENDING: &str = ".json";

/// Nothing is written while fewer bytes than this are free: the store of articles may be on the same disk, and it refuses articles
/// below half of this.
const MIN_FREE_BYTES: u64 = 256 << 20;

/// A place that holds snapshots.
#[derive(Clone, Debug)]
pub(crate) struct Snapshots {
    place: Place,
    /// As the place was named.
    name: String,
    /// The thread that checks chunks.
    checking: Pool,
}

/// A snapshot that is complete.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// Its id.
    pub(crate) id: String,
    /// What it consists of, or why that cannot be read.
    pub(crate) manifest: std::result::Result<Manifest, String>,
}

/// What checking a snapshot found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// How many files are as they were written.
    pub(crate) chunks: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// What is wrong, a sentence each.
    pub(crate) faults: Vec<String>,
}

impl Snapshots {
    /// The snapshots in this place: a folder, which is made if it is missing, or `s3://bucket/path`.
    pub(crate) fn at(name: &str) -> Result<Self> {
        Ok(Self { place: Place::named(name)?, name: name.to_owned(), checking: Pool::single() })
    }

    /// The same, where a folder must be there.
    pub(crate) fn existing(name: &str) -> Result<Self> {
        if !name.contains("://") && !std::path::Path::new(name).is_dir() {
            return Err(Fault::Unreachable(format!("{name} is not a folder of snapshots")));
        }
        Self::at(name)
    }

    /// All snapshots, oldest first.
    pub(crate) async fn list(&self) -> Result<Vec<Listed>> {
        let found: Vec<_> =
            self.place.store.list(Some(&Path::from(MANIFESTS))).try_collect().await.map_err(|e| self.failed(&e))?;
        let name = |location: &Path| Some(location.filename()?.strip_suffix(ENDING)?.to_owned());
        let mut ids: Vec<String> = found.iter().filter_map(|file| name(&file.location)).collect();
        ids.sort();
        let mut listed = Vec::with_capacity(ids.len());
        for id in ids {
            let manifest = match self.manifest(&id).await {
                Err(Fault::Damaged(what)) => Err(what),
                // It was deleted in the meantime.
                Err(Fault::NotFound(_)) => continue,
                read => Ok(read?),
            };
            listed.push(Listed { id, manifest });
        }
        Ok(listed)
    }

    /// The id of the newest snapshot, if there is one.
    pub(crate) async fn latest(&self) -> Result<Option<String>> {
        Ok(self.list().await?.pop().map(|listed| listed.id))
    }

    /// What a snapshot consists of.
    pub(crate) async fn manifest(&self, id: &str) -> Result<Manifest> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if id.is_empty() || !id.chars().all(plain) {
            return Err(Fault::NotFound(id.to_owned()));
        }
        match self.read(&manifest_path(id)).await? {
            Some(bytes) => Manifest::read(id, &bytes),
            None => Err(Fault::NotFound(id.to_owned())),
        }
    }

    /// Reads every byte of a snapshot and checks it.
    pub(crate) async fn verify(&self, id: &str) -> Result<Checked> {
        let manifest = match self.manifest(id).await {
            Err(Fault::Damaged(what)) => return Ok(Checked { faults: vec![what], ..Checked::default() }),
            read => read?,
        };
        let mut checked = Checked::default();
        for chunk in &manifest.chunks {
            match self.chunk(chunk).await {
                Ok(articles) if articles.len() as u64 == chunk.articles => {
                    checked.chunks += 1;
                    checked.bytes += chunk.bytes;
                }
                Ok(_) => checked.faults.push(format!("{} holds another number of articles", chunk_path(&chunk.blake3))),
                Err(Fault::Unreachable(why)) => return Err(Fault::Unreachable(why)),
                Err(fault) => checked.faults.push(fault.to_string()),
            }
        }
        Ok(checked)
    }

    /// The articles of a chunk, if it is as it was written.
    pub(crate) async fn chunk(&self, chunk: &Chunk) -> Result<Vec<Kept>> {
        let path = chunk_path(&chunk.blake3);
        let damaged = |what: &dyn fmt::Display| Fault::Damaged(format!("{path}: {what}"));
        let bytes = self.read(&path).await?.ok_or_else(|| damaged(&"the file is missing"))?;
        let blake3 = chunk.blake3.clone();
        let checked = self.checking.run_patiently(move || {
            if blake3::hash(&bytes).to_hex().as_str() != blake3 {
                return Err(Fault::Damaged("the file does not match its checksum".into()));
            }
            chunk::articles(&bytes).collect::<Result<Vec<_>>>()
        });
        let ended = |_| Fault::Unreachable(format!("{path}: checking it ended without a result"));
        checked.await.map_err(ended)?.map_err(|fault| damaged(&fault))
    }

    /// The chunks that are there, with their sizes.
    async fn chunks(&self) -> Result<BTreeMap<String, u64>> {
        let name = |file: object_store::ObjectMeta| Some((file.location.filename()?.to_owned(), file.size));
        let files: Vec<_> =
            self.place.store.list(Some(&Path::from(CHUNKS))).try_collect().await.map_err(|e| self.failed(&e))?;
        Ok(files.into_iter().filter_map(name).collect())
    }

    async fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        let read = async { self.place.store.get(path).await?.bytes().await };
        match read.await {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    async fn write(&self, path: &Path, bytes: Vec<u8>) -> Result<()> {
        // If the disk cannot tell, there is room until writing fails; a bucket has no end.
        let free = self.place.folder.as_ref().and_then(|folder| fs4::available_space(folder).ok()).unwrap_or(u64::MAX);
        if free < MIN_FREE_BYTES {
            let (free, least) = (free >> 20, MIN_FREE_BYTES >> 20);
            let message = format!("only {free} MiB are free in {}; {least} MiB must stay free", self.name);
            return Err(Fault::Unreachable(message));
        }
        self.place.store.put(path, PutPayload::from(bytes)).await.map_err(|error| self.failed(&error))?;
        Ok(())
    }

    fn failed(&self, error: &object_store::Error) -> Fault {
        let why = words::words(error);
        Fault::Unreachable(format!("snapshots in {}: {why}{}", self.name, words::remedy(&why)))
    }
}

fn manifest_path(id: &str) -> Path {
    Path::from(format!("{MANIFESTS}/{id}{ENDING}"))
}

fn chunk_path(blake3: &str) -> Path {
    Path::from(format!("{CHUNKS}/{}/{blake3}", blake3.get(..2).unwrap_or_default()))
}

/// Reads a manifest and a chunk of articles, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn read_anything(bytes: &[u8]) {
    // What is damaged is told.
    let _ = Manifest::read(&manifest::id_of(bytes), bytes);
    chunk::articles(bytes).for_each(drop);
}
