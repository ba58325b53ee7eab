//! What is found where an index should be: an index that fits the store, or why not.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use tantivy::Index;
use tantivy::directory::Directory;
use tantivy::directory::error::OpenReadError;
use tantivy::schema::Schema;

use super::files::Files;
use super::named_files::NamedFiles;
use super::schema;
use super::store::Snapshot;
use crate::Result;

/// The file that says what an index consists of.
pub(super) const META: &str = "meta.json";

/// What a commit's payload begins with.
const PAYLOAD: &str = "sayso";

/// What is found where an index should be.
pub(super) enum Looked {
    /// Nothing.
    Missing,
    /// An index that fits its store, and the last change in it.
    Whole(Index, u64),
    /// Why it cannot be used.
    Unusable(String),
    /// It has seen more changes than the store: this many.
    Ahead(u64),
}

/// Looks at every byte of the index in this folder.
pub(super) fn look(files: &dyn Files, folder: &str, schema: &Schema, store: &Snapshot) -> Result<Looked> {
    if !files.list(folder)?.iter().any(|name| name == Path::new(META)) {
        return Ok(Looked::Missing);
    }
    // What the commit says comes before the fields: those of another version differ.
    let metas = Index::open(directory(files, folder)?)?.load_metas()?;
    let commit = metas.payload.as_deref().map_or(Err("building it was not finished"), Commit::parse);
    let unusable = |reason: &str| Ok(Looked::Unusable(reason.to_owned()));
    let seq = match commit {
        Ok(commit) if commit.store == store.id => commit.seq,
        Ok(_) => return unusable("it belongs to another store of articles"),
        Err(reason) => return unusable(reason),
    };
    let index = open_index(files, folder, schema)?;
    if let Some(damage) = damage_of(&index)? {
        return Ok(Looked::Unusable(damage));
    }
    Ok(match seq {
        _ if seq > store.seq => Looked::Ahead(seq),
        _ if seq < store.trimmed => Looked::Unusable("it is further behind than the store's log reaches".to_owned()),
        _ => Looked::Whole(index, seq),
    })
}

/// The files of the index in this folder. It has the name of its index also where it is built before it takes its place.
fn directory(files: &dyn Files, folder: &str) -> Result<NamedFiles> {
    let index = folder.rsplit('/').next().unwrap_or(folder);
    Ok(NamedFiles::of(index, files.index(folder)?))
}

/// Opens the files of an index or creates them, with this crate's tokenizers.
pub(super) fn open_index(files: &dyn Files, folder: &str, schema: &Schema) -> Result<Index> {
    let mut index = Index::open_or_create(directory(files, folder)?, schema.clone())?;
    index.set_tokenizers(schema::tokenizers());
    Ok(index)
}

/// What a commit of an index says about itself.
pub(super) struct Commit {
    /// The number of the store that it was made from.
    pub(super) store: u64,
    /// The last change in it.
    pub(super) seq: u64,
}

/// Why a commit that does not say so cannot be used.
const UNREADABLE: &str = "its last commit cannot be read";

impl Commit {
    /// The line that the commit carries.
    pub(super) fn payload(&self) -> String {
        let said = format!("{PAYLOAD} {} {:016x} {}", schema::VERSION, self.store, self.seq);
        // tantivy gives the file that holds it no checksum.
        let checksum = crc32fast::hash(said.as_bytes());
        format!("{said} {checksum:08x}")
    }

    /// Reads the line of a commit, or says why the index cannot be used.
    fn parse(payload: &str) -> std::result::Result<Self, &'static str> {
        let mut words = payload.split(' ');
        let (name, version) = (words.next(), words.next().and_then(|version| version.parse().ok()));
        let store = words.next().and_then(|store| u64::from_str_radix(store, 16).ok());
        let seq = words.next().and_then(|seq| seq.parse().ok());
        match (store, seq) {
            (Some(store), Some(seq)) if (Self { store, seq }).payload() == payload => Ok(Self { store, seq }),
            _ if name == Some(PAYLOAD) && version.is_some_and(|version: u32| version != schema::VERSION) => {
                Err("it was made by another version of this program")
            }
            _ => Err(UNREADABLE),
        }
    }
}

/// The files that the last commit may have. Segments need not have all of them.
pub(super) fn files_of(index: &Index) -> Result<BTreeSet<PathBuf>> {
    let files = index.load_metas()?.list_segment_files().into_iter();
    // The name that a segment without deletes would have for them.
    Ok(files.filter(|file| !file.to_string_lossy().ends_with(".0.del")).collect())
}

/// Says which file of an index is damaged, if one is.
pub(super) fn damage_of(index: &Index) -> Result<Option<String>> {
    for file in files_of(index)? {
        let optional = file.extension().is_some_and(|extension| extension == "del" || extension == "temp");
        if optional && !index.directory().exists(&file).map_err(tantivy::TantivyError::from)? {
            continue;
        }
        if let Some(damage) = damage_in(index, &file)? {
            return Ok(Some(damage));
        }
    }
    Ok(None)
}

/// Says how a file of the index in this folder is damaged, if it is. It is opened anew: what is mapped may be that of another.
pub(super) fn file_damage(files: &dyn Files, folder: &str, file: &str) -> Result<Option<String>> {
    damage_in(&Index::open(directory(files, folder)?)?, Path::new(file))
}

fn damage_in(index: &Index, file: &Path) -> Result<Option<String>> {
    let name = file.display();
    match index.directory().validate_checksum(file) {
        Ok(true) => Ok(None),
        Ok(false) => Ok(Some(format!("its file {name} is damaged"))),
        Err(OpenReadError::IoError { io_error, .. }) if io_error.kind() == io::ErrorKind::InvalidData => {
            Ok(Some(format!("its file {name} is damaged, or it is the file of another index or segment")))
        }
        Err(error) => Err(tantivy::TantivyError::from(error).into()),
    }
}
