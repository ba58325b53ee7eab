//! Merges small segments while nothing is written. A search pays for each segment, and a bulk ends with many small ones.

use tantivy::FutureResult;
use tantivy::index::{SegmentId, SegmentMeta};

use super::Indexes;
use crate::Result;

impl Indexes {
    /// Begins to merge small segments, if there are several: a search pays for each. The waiters end with the merges, which
    /// readers see after [`Indexes::reload`].
    pub(in crate::embedded) fn tidy(&mut self) -> Result<Vec<FutureResult<Option<SegmentMeta>>>> {
        let mut merges = Vec::new();
        for one in self.all() {
            let few = few(one.writer.index().searchable_segment_metas()?);
            if !few.is_empty() {
                merges.push(one.writer.merge(&few));
            }
        }
        Ok(merges)
    }

    /// Whether this change is the last that all of them have committed.
    pub(in crate::embedded) fn is_at(&self, seq: u64) -> bool {
        [&self.sentences, &self.quotes, &self.entities].into_iter().all(|one| one.committed == Some(seq))
    }

    /// Shows readers what was merged since the last commit.
    pub(in crate::embedded) fn reload(&self) -> Result<()> {
        for one in [&self.sentences, &self.quotes, &self.entities] {
            one.reader.reload()?;
        }
        Ok(())
    }

    /// Begins to remove the files that nobody reads any more. What is left goes with the next commit.
    pub(in crate::embedded) fn remove_merged(&self) {
        for one in [&self.sentences, &self.quotes, &self.entities] {
            drop(one.writer.garbage_collect_files());
        }
    }
}

/// The segments that are worth to be merged while nothing else is to be done: none that is more than twice as large as all
/// smaller ones together, so that what is merged again and again grows each time.
fn few(mut segments: Vec<SegmentMeta>) -> Vec<SegmentId> {
    const LEAST: usize = 3;
    segments.sort_by_key(|segment| (segment.num_docs(), segment.id()));
    let mut rest: u64 = segments.iter().map(|segment| u64::from(segment.num_docs())).sum();
    while let Some(largest) = segments.last().map(|segment| u64::from(segment.num_docs())) {
        rest -= largest;
        if largest <= 2 * rest {
            break;
        }
        segments.pop();
    }
    if segments.len() < LEAST {
        return Vec::new();
    }
    segments.iter().map(SegmentMeta::id).collect()
}
