//! What BM25 needs to know of a view: how many documents there are, how many have a word, how long they are.
//!
//! Tantivy counts deleted documents until a merge drops them, so that what was deleted would move the order of hits. Where a
//! segment has deleted documents, those that are left are counted here, once for each word and view.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, Term};

use crate::Result;

/// More words than this are not remembered.
const MOST_WORDS: usize = 4_096;

/// Longer conditions are not remembered.
const MOST_BYTES: usize = 256;

/// What was counted in a view.
#[derive(Default)]
pub(super) struct Counted {
    /// How many documents have a word.
    words: Mutex<HashMap<Term, u64>>,
    /// How many words the documents have in a field, all together.
    lengths: Mutex<HashMap<Field, u64>>,
    /// How many articles meet a condition, by how the query language writes it.
    articles: Mutex<HashMap<String, u64>>,
    /// The bytes of all texts.
    bytes: Mutex<Option<u64>>,
}

impl Counted {
    /// How many articles meet a condition, counted once.
    pub(super) fn articles(&self, condition: &str, count: impl FnOnce() -> Result<u64>) -> Result<u64> {
        if condition.len() > MOST_BYTES {
            return count();
        }
        remembered(&self.articles, &condition.to_owned(), count)
    }

    /// The bytes of all texts, counted once.
    pub(super) fn bytes(&self, count: impl FnOnce() -> u64) -> u64 {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(count)
    }

    /// Forgets everything, because the view is no longer the one that is read first.
    pub(super) fn forget(&self) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = HashMap::new();
        *self.lengths.lock().unwrap_or_else(PoisonError::into_inner) = HashMap::new();
        *self.articles.lock().unwrap_or_else(PoisonError::into_inner) = HashMap::new();
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What is known, or else what is counted now, which is remembered.
fn remembered<K: Clone + Eq + Hash, E>(
    known: &Mutex<HashMap<K, u64>>,
    key: &K,
    count: impl FnOnce() -> std::result::Result<u64, E>,
) -> std::result::Result<u64, E> {
    let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&count) = known().get(key) {
        return Ok(count);
    }
    let count = count()?;
    let mut all = known();
    if all.len() < MOST_WORDS {
        all.insert(key.clone(), count);
    }
    Ok(count)
}

/// The statistics of an index, of which deleted documents are no part.
pub(super) struct Statistics<'a> {
    /// The index.
    pub(super) searcher: &'a Searcher,
    /// What was counted before.
    pub(super) counted: &'a Counted,
}

impl Statistics<'_> {
    /// Adds up what segments say, once: looking a word up in all of them takes as long as a short search.
    fn sum<K: Clone + Eq + Hash>(
        &self,
        known: &Mutex<HashMap<K, u64>>,
        key: &K,
        of: impl Fn(&SegmentReader) -> tantivy::Result<u64>,
    ) -> tantivy::Result<u64> {
        remembered(known, key, || self.searcher.segment_readers().iter().map(of).sum())
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.sum(&self.counted.lengths, &field, |reader| {
            if reader.alive_bitset().is_none() {
                return Ok(reader.inverted_index(field)?.total_num_tokens());
            }
            let lengths = reader.get_fieldnorms_reader(field)?;
            Ok(reader.doc_ids_alive().map(|doc| u64::from(lengths.fieldnorm(doc))).sum())
        })
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.searcher.num_docs())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.sum(&self.counted.words, term, |reader| {
            let index = reader.inverted_index(term.field())?;
            let Some(alive) = reader.alive_bitset() else { return Ok(index.doc_freq(term)?.into()) };
            let Some(mut docs) = index.read_postings(term, IndexRecordOption::Basic)? else { return Ok(0) };
            let mut count = 0;
            while docs.doc() != TERMINATED {
                count += u64::from(alive.is_alive(docs.doc()));
                docs.advance();
            }
            Ok(count)
        })
    }
}
