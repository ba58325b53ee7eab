//! An article filter that looks at the records of articles, for reads that no index helps.
//!
//! Lists of articles and mentions come from tables of the store. Most filters need an article's record; filters by id and date do
//! not, and the keys of the tables spare reading it.

use std::collections::BTreeSet;

use sayso_document::Tier;

use super::search::unknown;
use super::store::{self, Snapshot};
use crate::query::{ArticleFilter, LabelFilter};
use crate::record::ArticleRecord;
use crate::{Result, text};

/// An article filter, made ready to compare.
pub(super) struct Predicate<'q> {
    filter: &'q ArticleFilter,
    /// The numbers of the articles whose ids it names.
    seqs: BTreeSet<u64>,
    outlets: BTreeSet<String>,
    authors: BTreeSet<String>,
    /// The numbers of the articles that mention the entities that it names; none if it names none.
    mentioning: Option<BTreeSet<u64>>,
}

impl<'q> Predicate<'q> {
    /// Prepares a filter: looks up ids and folds names. `mentioning` are the articles that mention its entities.
    pub(super) fn of(store: &Snapshot, filter: &'q ArticleFilter, mentioning: Option<BTreeSet<u64>>) -> Result<Self> {
        let mut seqs = BTreeSet::new();
        for id in &filter.ids {
            seqs.extend(store.seq_of(id)?);
        }
        let folded = |names: &[String]| names.iter().map(|name| text::folded(name)).collect();
        Ok(Self { filter, seqs, outlets: folded(&filter.outlets), authors: folded(&filter.authors), mentioning })
    }

    /// The first [`store::date_key`] that can pass, in the order with the newest first.
    pub(super) fn newest(&self) -> u64 {
        self.filter.until.map_or(0, |until| store::date_key(Some(until.saturating_sub(1))))
    }

    /// Whether this [`store::date_key`] and all following ones are too old, or undated although the filter asks for a date.
    pub(super) fn is_past(&self, date: u64) -> bool {
        match self.filter.from {
            Some(from) => date > store::date_key(Some(from)),
            None => self.filter.until.is_some() && date == u64::MAX,
        }
    }

    /// Whether the article with this sequence number passes. If its [`store::date_key`] is known, the record is only read for
    /// what the key does not say.
    pub(super) fn passes(&self, store: &Snapshot, seq: u64, date: Option<u64>) -> Result<bool> {
        if !self.may_pass(seq) || date.is_some_and(|date| !self.in_time(date)) {
            return Ok(false);
        }
        let timed = self.filter.from.is_some() || self.filter.until.is_some();
        if !self.reads() && (date.is_some() || !timed) {
            return Ok(true);
        }
        store.read(seq, |record| self.passes_record(store, seq, record))?.ok_or_else(|| unknown(seq))
    }

    /// Whether the article of this record passes.
    pub(super) fn passes_record(&self, store: &Snapshot, seq: u64, record: &ArticleRecord<'_>) -> Result<bool> {
        let ArticleFilter { languages, labels, models, tiers, .. } = self.filter;
        let named = |names: &BTreeSet<String>, name: &str| !name.is_empty() && names.contains(&text::folded(name));
        let spoken = |code: &String| !record.language.is_empty() && code.eq_ignore_ascii_case(record.language);
        let passes = self.may_pass(seq)
            && self.in_time(store::date_key(record.published_at))
            && (self.outlets.is_empty() || named(&self.outlets, record.outlet))
            && (self.authors.is_empty() || record.authors.iter().any(|author| named(&self.authors, author)))
            && (languages.is_empty() || languages.iter().any(spoken))
            && labels.iter().all(|label| has_label(record, label))
            && (models.is_empty() || models.iter().any(|model| model == record.model));
        Ok(passes && (tiers.is_empty() || tiers.contains(&tier(store, seq, record)?)))
    }

    /// Whether the filters by id and entity let it pass.
    fn may_pass(&self, seq: u64) -> bool {
        (self.filter.ids.is_empty() || self.seqs.contains(&seq))
            && self.mentioning.as_ref().is_none_or(|mentioning| mentioning.contains(&seq))
    }

    /// Whether the filter by date lets it pass.
    fn in_time(&self, date: u64) -> bool {
        date >= self.newest() && !self.is_past(date)
    }

    /// Whether it asks for more than id, entity and date.
    fn reads(&self) -> bool {
        let ArticleFilter { outlets, authors, languages, labels, models, tiers, .. } = self.filter;
        let ArticleFilter { ids: _, from: _, until: _, entities: _, .. } = self.filter;
        !(outlets.is_empty()
            && authors.is_empty()
            && languages.is_empty()
            && labels.is_empty()
            && models.is_empty()
            && tiers.is_empty())
    }
}

/// Whether an article has a label.
fn has_label(record: &ArticleRecord<'_>, label: &LabelFilter) -> bool {
    let is_meant = |value: &str| label.values.is_empty() || label.values.iter().any(|one| one == value);
    record.labels().iter().any(|&(key, value)| key == label.key && is_meant(value))
}

/// The tier of an article's analysis. Records of older versions do not have it, so then the analysis is read.
fn tier(store: &Snapshot, seq: u64, record: &ArticleRecord<'_>) -> Result<Tier> {
    match record.tier()? {
        Some(tier) => Ok(tier),
        None => Ok(store.analysis(seq)?.ok_or_else(|| unknown(seq))?.tier),
    }
}
