//! Deletes a snapshot, and the files that no other snapshot needs.
//!
//! Its manifest goes first, so that no snapshot is ever listed that lacks files. If the program is killed after that, files stay
//! that nobody needs: the next snapshot uses them, or the next deletion removes them.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;

use super::{
    Snapshots, chunk_path,
    fault::{Fault, Result},
    manifest_path,
    mark::{Doing, Mark},
};

/// Files that are removed at once.
const AT_ONCE: usize = 16;

/// What deleting a snapshot removed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Deleted {
    /// Files of articles that no other snapshot needs.
    pub(crate) chunks: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Why all such files were kept, if they were: the manifest of another snapshot cannot be read.
    pub(crate) kept: Option<String>,
}

impl Snapshots {
    /// Tells what deleting a snapshot would remove.
    pub(crate) async fn would_delete(&self, id: &str, allow_missing: bool) -> Result<Deleted> {
        self.find(id, allow_missing).await?;
        Ok(self.unneeded(id).await?.0)
    }

    /// Deletes a snapshot, and the files that no other needs.
    pub(crate) async fn delete(&self, id: &str, allow_missing: bool) -> Result<Deleted> {
        let found = self.find(id, allow_missing).await?;
        let mut mark = Mark::set(self, Doing::Deleting).await?;
        let deleted = self.delete_under(&mut mark, found, id).await;
        mark.remove().await;
        deleted
    }

    async fn delete_under(&self, mark: &mut Mark, found: bool, id: &str) -> Result<Deleted> {
        if found {
            self.remove(&manifest_path(id)).await?;
        }
        let (deleted, names) = self.unneeded(id).await?;
        for some in names.chunks(AT_ONCE) {
            mark.keep().await?;
            let paths: Vec<_> = some.iter().map(|name| chunk_path(name)).collect();
            let removals = futures_util::stream::iter(paths).map(|path| async move { self.remove(&path).await });
            removals.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        }
        Ok(deleted)
    }

    /// What no snapshot but this one needs, with the names of the files.
    async fn unneeded(&self, id: &str) -> Result<(Deleted, Vec<String>)> {
        let mut needed = BTreeSet::new();
        for other in self.list().await?.into_iter().filter(|other| other.id != id) {
            match other.manifest {
                Ok(manifest) => needed.extend(manifest.chunks.into_iter().map(|chunk| chunk.blake3)),
                // What it needs is not known. Perhaps a newer program made it.
                Err(why) => return Ok((Deleted { kept: Some(why), ..Deleted::default() }, Vec::new())),
            }
        }
        let is_ours = |name: &str| name.len() == 64 && name.bytes().all(|digit| digit.is_ascii_hexdigit());
        let files = self.chunks().await?.into_iter();
        let unneeded = files.filter(|(name, _)| is_ours(name) && !needed.contains(name));
        let (names, sizes): (Vec<_>, Vec<_>) = unneeded.unzip();
        Ok((Deleted { chunks: names.len() as u64, bytes: sizes.iter().sum(), kept: None }, names))
    }

    /// Whether there is a snapshot with this id, though its manifest may be damaged. Fails if there is none and must be one.
    async fn find(&self, id: &str, allow_missing: bool) -> Result<bool> {
        match self.manifest(id).await {
            Ok(_) | Err(Fault::Damaged(_)) => Ok(true),
            Err(Fault::NotFound(_)) if allow_missing => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Removes a file, if it is there.
    pub(super) async fn remove(&self, path: &object_store::path::Path) -> Result<()> {
        match self.place.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(&error)),
        }
    }
}
