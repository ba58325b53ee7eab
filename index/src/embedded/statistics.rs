//! What BM25 needs to know of a view: how many documents there are, how many have a word, how long they are.
//!
//! Tantivy counts deleted documents until a merge drops them, so that what was deleted would move the order of hits. Where a
//! segment has deleted documents, those that are left are counted here, once for each word and view.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, Term};

/// More words than this are not remembered.
const MOST_WORDS: usize = 10_000;

/// What was counted in a view.
#[derive(Default)]
pub(super) struct Counted {
    words: Mutex<HashMap<Term, u64>>,
    lengths: Mutex<HashMap<Field, u64>>,
}

/// The statistics of an index, of which deleted documents are no part.
pub(super) struct Statistics<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) counted: &'a Counted,
}

impl Statistics<'_> {
    /// Adds up what segments say, and remembers it if something had to be counted.
    fn sum<K: Clone + Eq + std::hash::Hash>(
        &self,
        known: &Mutex<HashMap<K, u64>>,
        key: &K,
        of: impl Fn(&SegmentReader) -> tantivy::Result<u64>,
    ) -> tantivy::Result<u64> {
        let segments = self.searcher.segment_readers();
        let has_deleted = segments.iter().any(|reader| reader.alive_bitset().is_some());
        let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&sum) = known().get(key).filter(|_| has_deleted) {
            return Ok(sum);
        }
        let sum = segments.iter().map(of).sum::<tantivy::Result<u64>>()?;
        let mut all = known();
        if has_deleted && all.len() < MOST_WORDS {
            all.insert(key.clone(), sum);
        }
        Ok(sum)
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
