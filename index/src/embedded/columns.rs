//! The columns of the indexes that reads look at: what hits are ordered by, where they stand, what they are counted by.

use std::collections::BTreeMap;
use std::sync::atomic::{self, AtomicBool};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Searcher, SegmentReader};

use super::listing::Moment;
use super::ordering::Ordering;
use super::page::Place;
use super::store;
use crate::{Interrupt, Result};

/// What sentences and quotes are ordered by.
pub(super) struct Keys {
    seq: Column<u64>,
    ordinal: Column<u64>,
    pub(super) published: Column<i64>,
    updated: Column<i64>,
}

impl Keys {
    /// Opens the columns of a segment.
    pub(super) fn of(reader: &SegmentReader) -> Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            seq: fast.u64("seq")?,
            ordinal: fast.u64("ordinal")?,
            published: fast.i64("published")?,
            updated: fast.i64("updated")?,
        })
    }

    /// Whether it is the first sentence or quote of its article.
    pub(super) fn is_first(&self, doc: DocId) -> bool {
        self.ordinal.first(doc) == Some(0)
    }

    /// A moment of its article.
    pub(super) fn moment(&self, which: Moment, doc: DocId) -> Option<i64> {
        match which {
            Moment::Published => self.published.first(doc),
            Moment::Updated => self.updated.first(doc),
        }
    }

    /// Its place among the sentences or quotes of its article.
    pub(super) fn ordinal(&self, doc: DocId) -> u32 {
        self.ordinal.first(doc).unwrap_or_default() as u32
    }

    /// The number of its article.
    pub(super) fn seq(&self, doc: DocId) -> u64 {
        self.seq.first(doc).unwrap_or_default()
    }

    /// The place of a sentence or quote with this rank.
    pub(super) fn place(&self, rank: u64, doc: DocId) -> Place {
        let tie = store::newest_key(self.seq(doc));
        Place { rank, tie, ordinal: self.ordinal.first(doc).unwrap_or_default() as u32 }
    }
}

/// Where sentences are in their articles.
pub(super) struct Places {
    /// The first byte.
    pub(super) start: Column<u64>,
    /// The length in bytes.
    pub(super) len: Column<u64>,
    /// The paragraph, from 0.
    pub(super) paragraph: Column<u64>,
    /// The role, as a position in [`super::schema::ROLES`].
    pub(super) role: Column<u64>,
    /// How many sentences the article has.
    siblings: Column<u64>,
}

impl Places {
    /// Opens the columns of a segment.
    pub(super) fn of(reader: &SegmentReader) -> Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            start: fast.u64("start")?,
            len: fast.u64("len")?,
            paragraph: fast.u64("paragraph")?,
            role: fast.u64("role")?,
            siblings: fast.u64("siblings")?,
        })
    }

    /// Where a sentence ends, in bytes.
    pub(super) fn end(&self, doc: DocId) -> u64 {
        self.start.first(doc).unwrap_or_default() + self.len.first(doc).unwrap_or_default()
    }

    /// How many sentences the article of a sentence has.
    pub(super) fn siblings(&self, doc: DocId) -> u32 {
        self.siblings.first(doc).unwrap_or_default() as u32
    }
}

/// What entities are ordered by, and their ids.
pub(super) struct Figures {
    /// How many articles mention it.
    pub(super) articles: Column<u64>,
    /// How many mentions it has.
    pub(super) mentions: Column<u64>,
    /// How many quotes it is the speaker of.
    pub(super) quotes: Column<u64>,
    /// A number made from its id.
    pub(super) key: Column<u64>,
    /// Its id. None in a segment without documents.
    pub(super) id: Option<StrColumn>,
}

impl Figures {
    /// Opens the columns of a segment.
    pub(super) fn of(reader: &SegmentReader) -> Result<Self> {
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

/// The columns of an index that hits are counted by. Each is opened when it is first asked for.
#[derive(Default)]
pub(super) struct Columns(Mutex<BTreeMap<&'static str, Arc<CountedColumn>>>);

/// A column that hits are counted by.
pub(super) struct CountedColumn {
    /// The column of each segment.
    pub(super) segments: Vec<Option<StrColumn>>,
    /// Whether it was asked for before.
    again: AtomicBool,
    /// One order of all values, once it is made.
    ordering: Mutex<Option<Arc<Ordering>>>,
}

impl CountedColumn {
    /// One order of the values of all segments. None when it is asked for the first time: views may follow each other
    /// quickly.
    pub(super) fn ordering(&self, interrupt: &Interrupt) -> Result<Option<Arc<Ordering>>> {
        if !self.again.swap(true, atomic::Ordering::Relaxed) {
            return Ok(None);
        }
        let mut ordering = self.ordering.lock().unwrap_or_else(PoisonError::into_inner);
        if ordering.is_none() {
            *ordering = Some(Arc::new(Ordering::of(&self.segments, interrupt)?));
        }
        Ok(ordering.clone())
    }
}

impl Columns {
    /// Forgets the orders of values.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = BTreeMap::new();
    }

    /// The column of this name.
    pub(super) fn of(&self, searcher: &Searcher, name: &'static str) -> Result<Arc<CountedColumn>> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.get(name) {
            return Ok(known.clone());
        }
        let readers = searcher.segment_readers().iter();
        let segments = readers.map(|reader| reader.fast_fields().str(name)).collect::<tantivy::Result<_>>()?;
        let made = CountedColumn { segments, again: AtomicBool::new(false), ordering: Mutex::default() };
        Ok(open.entry(name).or_insert(Arc::new(made)).clone())
    }
}
