//! What all reads look at: store and indexes at one sequence number.
//!
//! A view is a snapshot of the store and a searcher for each index, taken when both were at the same sequence number. It never
//! changes. The follower publishes a new one after each commit of the indexes, in one step, so that a change becomes visible
//! everywhere at the same moment. A page key names the view that its page was made from; `pins` keeps that view for a while.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use tantivy::{Searcher, SegmentReader};

use super::ahead::Ahead;
use super::columns::{Columns, Figures, Keys, Places};
use super::indexes::{Fields, Searchers};
use super::statistics::Counted;
use super::store::Snapshot;
use crate::{Result, Suggestions};

/// The state after one sequence number. Replaced as a whole, so that everything changes at the same moment.
pub(super) struct View {
    /// Its number. No other view has it, not even one of another process.
    pub(super) id: u64,
    /// The fields of the indexes.
    pub(super) fields: Arc<Fields>,
    /// Hits for the next pages, of this view and others.
    pub(super) ahead: Arc<Ahead>,
    /// A searcher for each index.
    pub(super) searchers: Searchers,
    /// The store at the same sequence number.
    pub(super) store: Snapshot,
    /// What sentences are ordered by, for each segment. Columns are opened once, because opening them costs more than a search.
    pub(super) sentence_keys: Vec<Keys>,
    /// Where sentences are in their articles, for each segment.
    pub(super) sentence_places: Vec<Places>,
    /// What quotes are ordered by, for each segment.
    pub(super) quote_keys: Vec<Keys>,
    /// What sentences are counted by.
    pub(super) sentence_columns: Columns,
    /// What was counted of sentences to score them.
    pub(super) sentence_statistics: Counted,
    /// What was counted of quotes to score them.
    pub(super) quote_statistics: Counted,
    /// What quotes are counted by.
    pub(super) quote_columns: Columns,
    /// What entities are ordered by, for each segment.
    pub(super) figures: Vec<Figures>,
    /// The ids of entities that were asked for, by segment and document.
    pub(super) entity_ids: Mutex<HashMap<(u32, u32), String>>,
    /// Whether every article has a sentence, so that the index of sentences lists all articles. Counted on first use.
    pub(super) lists_articles: OnceLock<bool>,
    /// How short beginnings go on, in entities of these types and for so many of each, as far as that was asked for.
    pub(super) short_suggestions: Mutex<BTreeMap<Begun, Suggestions>>,
}

/// What is typed, the types of entities that are wanted, and how many of each sort.
type Begun = (String, Vec<&'static str>, usize);

impl View {
    /// The view of indexes and a store that are at the same sequence number.
    pub(super) fn new(fields: Arc<Fields>, searchers: Searchers, store: Snapshot, ahead: Arc<Ahead>) -> Result<Self> {
        Ok(Self {
            id: next_id(),
            ahead,
            lists_articles: OnceLock::new(),
            short_suggestions: Mutex::default(),
            entity_ids: Mutex::default(),
            sentence_keys: columns(&searchers.sentences, Keys::of)?,
            sentence_places: columns(&searchers.sentences, Places::of)?,
            quote_keys: columns(&searchers.quotes, Keys::of)?,
            sentence_columns: Columns::default(),
            quote_columns: Columns::default(),
            sentence_statistics: Counted::default(),
            quote_statistics: Counted::default(),
            figures: columns(&searchers.entities, Figures::of)?,
            fields,
            searchers,
            store,
        })
    }

    /// Forgets what was remembered to answer faster. For a view that another one replaces: many such views may be kept for
    /// page keys, and searches that begin read the new one.
    pub(super) fn forget(&self) {
        self.sentence_columns.forget();
        self.quote_columns.forget();
        self.sentence_statistics.forget();
        self.quote_statistics.forget();
        *self.entity_ids.lock().unwrap_or_else(PoisonError::into_inner) = HashMap::new();
        *self.short_suggestions.lock().unwrap_or_else(PoisonError::into_inner) = BTreeMap::new();
    }
}

/// The number of the next view. Numbers begin at random, so that page keys from before a restart name no view of this process.
fn next_id() -> u64 {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one("view")));
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Opens something for each segment.
fn columns<T>(searcher: &Searcher, open: impl Fn(&SegmentReader) -> Result<T>) -> Result<Vec<T>> {
    searcher.segment_readers().iter().map(open).collect()
}
