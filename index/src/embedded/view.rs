//! What all reads look at: store and indexes at one sequence number.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Searcher, SegmentReader};

use super::indexes::{Fields, Searchers};
use super::page::Place;
use super::store::{self, Snapshot};
use crate::Result;

/// The state after one sequence number. Replaced as a whole, so that everything changes at the same moment.
pub(super) struct View {
    /// No other view has it, nor one of another process.
    pub(super) id: u64,
    pub(super) fields: Arc<Fields>,
    pub(super) searchers: Searchers,
    pub(super) store: Snapshot,
    // The columns of each segment, opened once: opening them costs more than a search.
    pub(super) sentence_keys: Vec<Keys>,
    pub(super) sentence_places: Vec<Places>,
    pub(super) quote_keys: Vec<Keys>,
    pub(super) figures: Vec<Figures>,
    /// Whether every article has a first sentence, so that the index of sentences lists all articles; counted when
    /// first asked.
    pub(super) lists_articles: OnceLock<bool>,
}

impl View {
    /// The view of indexes and store that stand at the same sequence number.
    pub(super) fn new(fields: Arc<Fields>, searchers: Searchers, store: Snapshot) -> Result<Self> {
        Ok(Self {
            id: next_id(),
            lists_articles: OnceLock::new(),
            sentence_keys: columns(&searchers.sentences, Keys::of)?,
            sentence_places: columns(&searchers.sentences, Places::of)?,
            quote_keys: columns(&searchers.quotes, Keys::of)?,
            figures: columns(&searchers.entities, Figures::of)?,
            fields,
            searchers,
            store,
        })
    }
}

/// Begins somewhere at random, so that the page keys of a process that has ended name no view of this one.
fn next_id() -> u64 {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one("view")));
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn columns<T>(searcher: &Searcher, open: impl Fn(&SegmentReader) -> Result<T>) -> Result<Vec<T>> {
    searcher.segment_readers().iter().map(open).collect()
}

/// What sentences and quotes are ordered by.
pub(super) struct Keys {
    seq: Column<u64>,
    ordinal: Column<u64>,
    pub(super) published: Column<i64>,
}

impl Keys {
    fn of(reader: &SegmentReader) -> Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self { seq: fast.u64("seq")?, ordinal: fast.u64("ordinal")?, published: fast.i64("published")? })
    }

    /// Whether it is the first sentence or quote of its article.
    pub(super) fn is_first(&self, doc: DocId) -> bool {
        self.ordinal.first(doc) == Some(0)
    }

    pub(super) fn place(&self, rank: u64, doc: DocId) -> Place {
        let tie = store::newest_key(self.seq.first(doc).unwrap_or_default());
        Place { rank, tie, ordinal: self.ordinal.first(doc).unwrap_or_default() as u32 }
    }
}

/// Where sentences stand in their articles.
pub(super) struct Places {
    pub(super) start: Column<u64>,
    pub(super) len: Column<u64>,
    pub(super) paragraph: Column<u64>,
    pub(super) role: Column<u64>,
}

impl Places {
    fn of(reader: &SegmentReader) -> Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            start: fast.u64("start")?,
            len: fast.u64("len")?,
            paragraph: fast.u64("paragraph")?,
            role: fast.u64("role")?,
        })
    }
}

/// What entities are ordered by, and their ids.
pub(super) struct Figures {
    pub(super) articles: Column<u64>,
    pub(super) mentions: Column<u64>,
    pub(super) quotes: Column<u64>,
    pub(super) key: Column<u64>,
    /// None in a segment without documents.
    pub(super) id: Option<StrColumn>,
}

impl Figures {
    fn of(reader: &SegmentReader) -> Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            articles: fast.u64("articles")?,
            mentions: fast.u64("mentions")?,
            quotes: fast.u64("quotes")?,
            key: fast.u64("key")?,
            id: fast.str("id")?,
        })
    }
}
