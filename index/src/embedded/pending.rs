//! Articles that wait for another analysis.
//!
//! The store marks each under its number, in the transaction that puts the article or asks for the analysis, so that
//! the mark is as durable as the article and no list in memory has to be rebuilt. A mark goes with the version of the
//! article that it belongs to: with the analysis that was waited for, with another text, or when it is deleted.

use std::collections::BTreeSet;
use std::ops::Bound;

use redb::ReadableTableMetadata;
use sayso_document::Tier;

use super::predicate::Predicate;
use super::record;
use super::store::Snapshot;
use crate::query::ArticleFilter;
use crate::{Interrupt, Outdated, Pending, Result};

/// How many articles one call of [`Snapshot::outdated`] looks through: a fraction of a second.
const LOOKED_THROUGH: usize = 2000;

impl Snapshot {
    /// How many articles wait.
    pub(super) fn pending_count(&self) -> Result<u64> {
        Ok(self.pending.len()?)
    }

    /// The articles that wait for an analysis of at most the tier `best`, oldest first, without those `taken`.
    pub(super) fn pending(&self, best: Tier, taken: &BTreeSet<u64>, most: usize) -> Result<Vec<Pending>> {
        let mut found = Vec::new();
        for entry in self.pending.range::<u64>(..)? {
            if found.len() == most {
                break;
            }
            let (seq, code) = entry?;
            let (seq, tier) = (seq.value(), record::tier_of(code.value())?);
            if tier > best || taken.contains(&seq) {
                continue;
            }
            // A damaged record must not keep all others waiting.
            if let Ok(Some(stored)) = self.article(seq) {
                found.push(Pending { seq, tier, article: stored.article });
            }
        }
        Ok(found)
    }

    /// The next articles after a number that pass the filter, whose analysis is by none of these models and that do not wait yet.
    pub(super) fn outdated(
        &self,
        models: &[String],
        tier: Tier,
        filter: &ArticleFilter,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated> {
        let filter = Predicate::of(self, filter)?;
        let mut seqs = Vec::new();
        let mut last = after;
        for (count, entry) in self.articles.range((Bound::Excluded(after), Bound::Unbounded))?.enumerate() {
            if count == LOOKED_THROUGH {
                return Ok(Outdated { seqs, next: Some(last) });
            }
            interrupt.check()?;
            let (seq, bytes) = entry?;
            last = seq.value();
            if self.is_damaged(last)? {
                continue;
            }
            // One that is damaged and not known to be is for those to find who ask for it.
            let Ok(article) = record::decode_article(bytes.value()) else { continue };
            let outdated = !models.iter().any(|model| model == article.model) && self.waits_for(last)? < Some(tier);
            if outdated && filter.passes_record(self, last, &article).unwrap_or(false) {
                seqs.push(last);
            }
        }
        Ok(Outdated { seqs, next: None })
    }

    /// The tier that an article waits for.
    fn waits_for(&self, seq: u64) -> Result<Option<Tier>> {
        self.pending.get(seq)?.map(|code| record::tier_of(code.value())).transpose()
    }
}
