//! Articles that wait for another analysis.
//!
//! The store marks each article under its sequence number, in the transaction that puts the article or asks for the analysis.
//! So the mark is as durable as the article, and no list in memory has to be rebuilt. The mark belongs to that version of the
//! article: it goes when the analysis comes, when the article is replaced, or when it is deleted.

use std::collections::BTreeSet;
use std::ops::Bound;

use redb::ReadableTableMetadata;
use sayso_document::Tier;

use super::predicate::Predicate;
use super::store::Snapshot;
use crate::record;
use crate::{Interrupt, Outdated, Pending, Result};

/// How many articles one call of [`Snapshot::outdated`] looks through, which takes a fraction of a second.
const LOOKED_THROUGH: usize = 2000;

impl Snapshot {
    /// How many articles wait.
    pub(super) fn pending_count(&self) -> Result<u64> {
        Ok(self.pending.len()?)
    }

    /// The articles that wait for an analysis of the tier `best` or a lesser one, oldest first, without those in `taken`.
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
        filter: &Predicate<'_>,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated> {
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
            // Damage that is not known yet is left to whoever asks for the article.
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
