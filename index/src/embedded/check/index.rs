//! Compares what an index holds with the store.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::schema::Schema;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::finding::{ANOTHER, BUILT_ANEW, Checked};
use super::store::Expected;
use crate::embedded::columns::{Figures, Keys};
use crate::embedded::fault::caught;
use crate::embedded::files::Files;
use crate::embedded::looked::{Looked, look};
use crate::embedded::store::Snapshot;
use crate::{Interrupt, Result};

/// Checks the index in this folder.
pub(super) fn check(
    files: &dyn Files,
    name: &str,
    schema: &Schema,
    store: &Snapshot,
    expected: &Expected,
    checked: &mut Checked,
    interrupt: &Interrupt,
) -> Result<()> {
    let looked = caught("it", || look(files, name, schema, store));
    let (index, seq) = match looked {
        Ok(Looked::Whole(index, seq)) => (index, seq),
        Ok(Looked::Missing) if store.seq == 0 => return Ok(()),
        Ok(Looked::Missing) => return told(checked, name, "it is missing", BUILT_ANEW),
        Ok(Looked::Unusable(reason)) => return told(checked, name, &reason, BUILT_ANEW),
        Ok(Looked::Ahead(seq)) => {
            let what = format!("it has seen {seq} changes, but the store only {}", store.seq);
            return told(checked, name, &what, ANOTHER);
        }
        Err(error) => return told(checked, name, &error.to_string(), BUILT_ANEW),
    };
    checked.behind = checked.behind.max(store.seq - seq);
    let since = Since::of(store, seq)?;
    let found = caught("it", || match name {
        "entities" => entities(&index, &since, expected, interrupt),
        "sentences" => articles(&index, 0, &since, expected, interrupt),
        _ => articles(&index, 1, &since, expected, interrupt),
    });
    match found {
        Ok(None) => Ok(()),
        Ok(Some(what)) => told(checked, name, &what, BUILT_ANEW),
        Err(error) => told(checked, name, &error.to_string(), BUILT_ANEW),
    }
}

fn told(checked: &mut Checked, index: &str, what: &str, advice: &'static str) -> Result<()> {
    checked.find(format!("the index of {index}: {what}"), advice);
    Ok(())
}

/// What changed since the last commit of an index.
struct Since {
    /// Its number.
    seq: u64,
    /// Numbers of articles that were there then.
    gone: BTreeSet<u64>,
    /// Ids of entities.
    entities: BTreeSet<String>,
}

impl Since {
    fn of(store: &Snapshot, seq: u64) -> Result<Self> {
        let mut since = Self { seq, gone: BTreeSet::new(), entities: BTreeSet::new() };
        for entry in store.log_after(seq)? {
            let (_, change) = entry?;
            since.gone.extend(change.old);
            since.entities.extend(change.entities);
        }
        Ok(since)
    }
}

fn reader(index: &Index) -> Result<IndexReader> {
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

/// What is wrong with an index of sentences (`which` is 0) or quotes (1): each article must have all of them, once.
fn articles(
    index: &Index,
    which: usize,
    since: &Since,
    expected: &Expected,
    interrupt: &Interrupt,
) -> Result<Option<String>> {
    // Their number, and the sum of their places.
    let mut found: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for segment in reader(index)?.searcher().segment_readers() {
        let keys = Keys::of(segment)?;
        for doc in segment.doc_ids_alive() {
            interrupt.check()?;
            let (count, places) = found.entry(keys.seq(doc)).or_default();
            *count += 1;
            *places += u64::from(keys.ordinal(doc));
        }
    }
    for (&seq, counts) in expected.articles.range(..=since.seq) {
        let (count, places) = found.remove(&seq).unwrap_or_default();
        let right = counts[which];
        if count != right || places != right * right.saturating_sub(1) / 2 {
            let what = format!("it holds {count} of the {right} entries of article number {seq}, or not each once");
            return Ok(Some(what));
        }
    }
    let stray = found.keys().find(|seq| !since.gone.contains(seq) && !expected.unknown.contains(seq));
    Ok(stray.map(|seq| format!("it holds article number {seq}, which the store does not have")))
}

/// What is wrong with the index of entities: each must be there once, with its figures.
fn entities(index: &Index, since: &Since, expected: &Expected, interrupt: &Interrupt) -> Result<Option<String>> {
    let mut left: BTreeMap<&String, &[u64; 3]> = expected.entities.iter().collect();
    let mut id = String::new();
    for segment in reader(index)?.searcher().segment_readers() {
        let figures = Figures::of(segment)?;
        for doc in segment.doc_ids_alive() {
            interrupt.check()?;
            id.clear();
            if let Some(column) = &figures.id
                && let Some(ord) = column.term_ords(doc).next()
            {
                column.ord_to_str(ord, &mut id)?;
            }
            if since.entities.contains(&id) {
                continue;
            }
            let columns = [&figures.articles, &figures.mentions, &figures.quotes];
            let found = columns.map(|column| column.first(doc).unwrap_or_default());
            if left.remove(&id) != Some(&found) {
                return Ok(Some(format!("it holds entity {id:?} with other figures than the store, or twice")));
            }
        }
    }
    let missing = left.into_keys().find(|id| !since.entities.contains(*id));
    Ok(missing.map(|id| format!("it lacks entity {id:?}")))
}
