//! Makes a store from a copy of its articles.
//!
//! The file gets its name when everything is in it, so an interruption leaves nothing that could be taken for a store.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use redb::Database;

use super::Changes;
use crate::embedded::fault::caught;
use crate::embedded::record;
use crate::embedded::store::{Store, THE_STORE};
use crate::{Error, ErrorKind, Exported, Kept, Result};

/// Articles in one commit.
const BATCH: usize = 256;

/// Writes a new store with these articles under their numbers, all that were `exported`.
pub(in crate::embedded) fn restore(
    file: &Path,
    cache: usize,
    exported: &Exported,
    articles: &mut dyn Iterator<Item = Result<Kept>>,
) -> Result<()> {
    let new = file.with_extension("redb.new");
    if let Err(error) = caught(THE_STORE, || fill(&new, cache, exported, articles)) {
        // What is left of it is named so that nobody takes it for a store.
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    fs::rename(&new, file)?;
    if let Some(dir) = file.parent() {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Makes the file and puts the articles in.
fn fill(
    file: &Path,
    cache: usize,
    exported: &Exported,
    articles: &mut dyn Iterator<Item = Result<Kept>>,
) -> Result<()> {
    let (path, seq) = (file.to_owned(), exported.seq);
    let store = Store::open(Box::new(move || Ok(Database::builder().set_cache_size(cache).create(&path)?)))?;
    let (mut batch, mut count, mut last) = (Vec::new(), 0, 0);
    for kept in articles {
        let kept = kept?;
        if kept.seq <= last || kept.seq > seq {
            let message = format!("article {:?} is out of order in the copy", kept.article.article.id);
            return Err(Error::new(ErrorKind::Corrupt, message));
        }
        last = kept.seq;
        count += 1;
        batch.push(kept);
        if batch.len() == BATCH {
            add(&store, seq, &std::mem::take(&mut batch))?;
        }
    }
    add(&store, seq, &batch)?;
    if count != exported.articles {
        let message = format!("the copy should hold {} articles, but has {count}", exported.articles);
        return Err(Error::new(ErrorKind::Corrupt, message));
    }
    Ok(())
}

/// Adds a group of articles.
fn add(store: &Store, seq: u64, batch: &[Kept]) -> Result<()> {
    store.with(|db| {
        let mut txn = db.begin_write()?;
        txn.set_quick_repair(true);
        let mut changes = Changes::begin(&txn)?;
        for Kept { seq, article, pending } in batch {
            if changes.seq_of(&article.article.id)?.is_some() {
                let message = format!("article {:?} is in the copy twice", article.article.id);
                return Err(Error::new(ErrorKind::Corrupt, message));
            }
            changes.add(*seq, article, article.article.version, &mut BTreeSet::new())?;
            if let Some(tier) = pending {
                changes.pending.insert(seq, record::tier_code(*tier))?;
            }
        }
        // The indexes are made from the articles, and need no log.
        changes.totals.seq = seq;
        changes.finish(seq)?;
        Ok(txn.commit()?)
    })
}
