//! A query whose matches are only ever asked for forwards.
//!
//! Tantivy asks what must not match for documents that it may have passed already. A phrase that has come to its end
//! then finds matches that are none, so that `harbour -"harbour bridge"` would lose hits.

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Result, Score, SegmentReader, Term};

/// A query that remembers where it is.
#[derive(Debug)]
pub(super) struct NeverBack(pub(super) Box<dyn Query>);

impl Clone for NeverBack {
    fn clone(&self) -> Self {
        Self(self.0.box_clone())
    }
}

impl Query for NeverBack {
    fn weight(&self, scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>> {
        Ok(Box::new(Forwards(self.0.weight(scoring)?)))
    }

    fn query_terms<'a>(&'a self, visit: &mut dyn FnMut(&'a Term, bool)) {
        self.0.query_terms(visit);
    }
}

/// The weight of such a query, whose scorers go forwards only.
struct Forwards(Box<dyn Weight>);

impl Weight for Forwards {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>> {
        Ok(Box::new(Cursor(self.0.scorer(reader, boost)?)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> Result<Explanation> {
        self.0.explain(reader, doc)
    }
}

/// Matches that stay where they are when they are asked for a document that they have passed.
struct Cursor(Box<dyn Scorer>);

impl DocSet for Cursor {
    fn advance(&mut self) -> DocId {
        self.0.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.0.doc() >= target { self.0.doc() } else { self.0.seek(target) }
    }

    fn doc(&self) -> DocId {
        self.0.doc()
    }

    fn size_hint(&self) -> u32 {
        self.0.size_hint()
    }
}

impl Scorer for Cursor {
    fn score(&mut self) -> Score {
        self.0.score()
    }
}
