//! Makes a store from a copy of its articles.
//!
//! The file gets its name when everything is in it, so an interruption leaves nothing that could be taken for a store.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::Database;

use super::Changes;
use crate::embedded::fault::caught;
use crate::embedded::files::{Files, STORE};
use crate::embedded::store::{Store, THE_STORE};
use crate::record;
use crate::{Error, ErrorKind, Exported, Kept, Result};

/// The file while it is being filled. Nobody takes it for a store.
const NEW: &str = "articles.redb.new";

/// Articles in one commit.
const BATCH: usize = 256;

/// Writes a new store with these articles under their numbers, all that were `exported`.
pub(in crate::embedded) fn restore(
    files: &Arc<dyn Files>,
    cache: usize,
    exported: &Exported,
    articles: &mut dyn Iterator<Item = Result<Kept>>,
) -> Result<()> {
    if let Err(error) = caught(THE_STORE, || fill(files, cache, exported, articles)) {
        let _ = files.remove(NEW);
        return Err(error);
    }
    files.rename(NEW, STORE)?;
    files.sync()
}

/// Makes the file and puts the articles in.
fn fill(
    files: &Arc<dyn Files>,
    cache: usize,
    exported: &Exported,
    articles: &mut dyn Iterator<Item = Result<Kept>>,
) -> Result<()> {
    let (files, seq) = (files.clone(), exported.seq);
    let store = Store::open(Box::new(move || files.store(NEW, Database::builder().set_cache_size(cache))))?;
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
