//! Makes changes to the store: a group of them in one transaction, on disk before they are acknowledged.
//!
//! Each change that is made gets the next sequence number, and a record in the log that tells the indexes what to do. An article
//! lives under its sequence number; replacing it takes everything under the old number away and adds it under a new one. Counters
//! and the figures of entities change in the same transaction, so they always fit the articles.
//!
//! | table | key | value |
//! |---|---|---|
//! | `ids` | the article's id | its sequence number |
//! | `articles`, `analyses` | sequence number | the records |
//! | `log` | sequence number | what changed, until the indexes have followed |
//! | `entities` | the entity's id | names, titles and figures over all articles |
//! | `entity_articles` | entity, date, sequence number | how many mentions |
//! | `by_date`, `by_updated` | date, sequence number | for lists |
//! | `pending`, `damaged` | sequence number | marks |
//! | `meta` | name | counters |
//!
//! A put that would change nothing writes nothing. A condition on an etag is checked here, by the only thread that writes.

mod quarantine;
pub(super) mod restore;
pub(super) mod salvage;
pub(super) use quarantine::Suspects;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use redb::{Database, ReadableTable, ReadableTableMetadata, Table, WriteTransaction};
use sayso_document::{Analysis, Tier};

use super::store::{
    self, ANALYSES, ARTICLES, BY_DATE, BY_UPDATED, COUNTERS, DAMAGED, ENTITIES, ENTITY_ARTICLES, IDS, LOG, META,
    PENDING, Store,
};
use crate::aggregate::Aggregate;
use crate::decide::{self, Absent};
use crate::record::{self, ArticleRecord, ChangeRecord};
use crate::{AnalyzedArticle, Change, EntityId, Error, ErrorKind, Receipt, Result, Version, Wanted, Write};

impl Store {
    /// Makes the changes in this order and returns once they survive a crash. On failure, none is made. A change whose
    /// condition does not hold has an error of its own.
    ///
    /// The log up to `followed` is no longer needed and is deleted. `now` is the time, in microseconds since 1970.
    pub(super) fn commit<'w>(
        &self,
        writes: impl Iterator<Item = &'w Write>,
        followed: u64,
        now: i64,
    ) -> Result<Vec<Outcome>> {
        self.change(|db| commit(db, writes, followed, now))
    }
}

/// The outcome of one change of a group that was committed.
pub(super) type Outcome = Result<Receipt>;

/// The outcomes of the changes, and how many articles have a damaged record.
fn commit<'w>(
    db: &Database,
    writes: impl Iterator<Item = &'w Write>,
    followed: u64,
    now: i64,
) -> Result<(Vec<Outcome>, u64)> {
    let mut txn = db.begin_write()?;
    // After a crash the store must open at once, not after a walk through all of it.
    txn.set_quick_repair(true);
    let (outcomes, marked, damaged) = {
        let mut changes = Changes { now, ..Changes::begin(&txn)? };
        let outcomes = writes.map(|write| changes.make(write)).collect::<Result<Vec<_>>>()?;
        let (marked, damaged) = (changes.marked, changes.damaged.len()?);
        changes.finish(followed)?;
        (outcomes, marked, damaged)
    };
    let unchanged = |outcome: &Outcome| {
        outcome.as_ref().map_or(true, |receipt| matches!(receipt.change, Change::Unchanged | Change::NotFound))
    };
    if !marked && outcomes.iter().all(unchanged) {
        txn.abort()?;
    } else {
        txn.commit()?;
    }
    Ok((outcomes, damaged))
}

/// The tables, open for one group of changes.
struct Changes<'t> {
    ids: Table<'t, &'static str, u64>,
    articles: Table<'t, u64, &'static [u8]>,
    analyses: Table<'t, u64, &'static [u8]>,
    log: Table<'t, u64, &'static [u8]>,
    entities: Table<'t, &'static str, &'static [u8]>,
    entity_articles: Table<'t, (&'static str, u64, u64), u32>,
    by_date: Table<'t, (u64, u64), ()>,
    by_updated: Table<'t, (u64, u64), ()>,
    pending: Table<'t, u64, u8>,
    damaged: Table<'t, u64, ()>,
    /// Whether an article that stays as it is was marked or unmarked.
    marked: bool,
    meta: Table<'t, &'static str, u64>,
    totals: Totals,
    /// The moment of what is put, in microseconds since 1970.
    now: i64,
    /// Entities that this group touched, each read and written once however many articles mention it.
    touched: BTreeMap<EntityId, Aggregate>,
}

/// The present counters.
struct Totals {
    seq: u64,
    articles: u64,
    sentences: u64,
    quotes: u64,
    entities: u64,
}

impl<'t> Changes<'t> {
    /// Opens the tables and reads the counters.
    fn begin(txn: &'t WriteTransaction) -> Result<Self> {
        let meta = txn.open_table(META)?;
        let number = |name: &str| Result::Ok(meta.get(name)?.map_or(0, |value| value.value()));
        let totals = Totals {
            seq: number("seq")?,
            articles: number("articles")?,
            sentences: number("sentences")?,
            quotes: number("quotes")?,
            entities: number("entities")?,
        };
        Ok(Self {
            ids: txn.open_table(IDS)?,
            articles: txn.open_table(ARTICLES)?,
            analyses: txn.open_table(ANALYSES)?,
            log: txn.open_table(LOG)?,
            entities: txn.open_table(ENTITIES)?,
            entity_articles: txn.open_table(ENTITY_ARTICLES)?,
            by_date: txn.open_table(BY_DATE)?,
            by_updated: txn.open_table(BY_UPDATED)?,
            pending: txn.open_table(PENDING)?,
            damaged: txn.open_table(DAMAGED)?,
            marked: false,
            meta,
            totals,
            now: 0,
            touched: BTreeMap::new(),
        })
    }

    /// Makes one change, if its condition holds.
    fn make(&mut self, write: &Write) -> Result<Outcome> {
        let condition = match write {
            Write::Put(article, etag) | Write::PutFirst(article, _, etag) => {
                etag.map(|etag| (&article.article.id, etag))
            }
            Write::Delete(id, etag) => etag.map(|etag| (id, etag)),
            Write::Reanalyzed(..) | Write::Want(..) => None,
        };
        if let Some((id, etag)) = condition
            && let Some(stale) = self.stale(id, etag)?
        {
            return Ok(Err(stale));
        }
        let made = match write {
            Write::Put(article, _) => self.put(article, None),
            Write::PutFirst(article, wanted, _) => self.put(article, Some(wanted)),
            Write::Reanalyzed(article, seq) => self.reanalyzed(article, *seq),
            Write::Want(seqs, tier) => self.want(seqs, *tier),
            Write::Delete(id, _) => self.delete(id),
        };
        made.map(Ok)
    }

    /// Why a change that expects this etag cannot be made, if it cannot.
    fn stale(&self, id: &str, expected: u64) -> Result<Option<Error>> {
        let stands = match self.seq_of(id)? {
            None => Err(Absent::Missing),
            Some(seq) => self.version_of(seq)?.ok_or(Absent::Damaged),
        };
        Ok(decide::stale(id, stands, expected))
    }

    /// Adds or replaces an article, unless the same one is there with an analysis that is as good.
    fn put(&mut self, new: &AnalyzedArticle, wanted: Option<&Wanted>) -> Result<Receipt> {
        let old = self.seq_of(&new.article.id)?;
        let kept = old.map(|seq| self.model_kept(seq, new)).transpose()?.flatten();
        let (receipt, model) = match (old, kept) {
            (Some(seq), Some(model)) => (self.unchanged(seq)?, model),
            _ => (self.replace(old, new)?, new.analysis.model.clone()),
        };
        if let Some(tier) = decide::waits(None, wanted, &model) {
            self.mark(receipt.seq, tier)?;
        }
        Ok(receipt)
    }

    /// Replaces the analysis of the article with this number, if it still has it.
    fn reanalyzed(&mut self, new: &AnalyzedArticle, seq: u64) -> Result<Receipt> {
        if self.seq_of(&new.article.id)? != Some(seq) {
            return Ok(Receipt { seq: self.totals.seq, change: Change::NotFound, version: None });
        }
        if self.model_kept(seq, new)?.is_some() {
            // There is nothing better to wait for.
            self.marked |= self.pending.remove(seq)?.is_some();
            return self.unchanged(seq);
        }
        self.replace(Some(seq), new)
    }

    /// The receipt for a change that changed nothing.
    fn unchanged(&self, seq: u64) -> Result<Receipt> {
        Ok(Receipt { seq, change: Change::Unchanged, version: self.version_of(seq)? })
    }

    /// Marks those of the articles that still exist as waiting for an analysis.
    fn want(&mut self, seqs: &[u64], tier: Tier) -> Result<Receipt> {
        for &seq in seqs {
            if self.articles.get(seq)?.is_some() && self.damaged.get(seq)?.is_none() {
                self.mark(seq, tier)?;
            }
        }
        Ok(Receipt { seq: self.totals.seq, change: Change::Unchanged, version: None })
    }

    /// Marks the article under a number as waiting for an analysis of this tier. A better one stays wanted.
    fn mark(&mut self, seq: u64, tier: Tier) -> Result<()> {
        let code = record::tier_code(tier);
        let was = self.pending.get(seq)?.map(|code| code.value());
        if was.is_none_or(|was| was < code) {
            self.pending.insert(seq, code)?;
            self.marked = true;
        }
        Ok(())
    }

    /// Puts an article in place of the one with the old number, or as a new one.
    fn replace(&mut self, old: Option<u64>, new: &AnalyzedArticle) -> Result<Receipt> {
        let version = self.version_after(old, new)?;
        let mut entities = BTreeSet::new();
        if let Some(seq) = old {
            self.take_away(seq, &mut entities)?;
        }
        self.totals.seq += 1;
        let seq = self.totals.seq;
        self.add(seq, new, version, &mut entities)?;
        self.note(ChangeRecord { old, put: true, entities: names(entities) })?;
        let change = if old.is_some() { Change::Replaced } else { Change::Created };
        Ok(Receipt { seq, change, version: Some(version) })
    }

    /// The version of `new` in place of the article with this number: the same one if only the analysis differs, and the first
    /// one if the present record is damaged.
    fn version_after(&self, old: Option<u64>, new: &AnalyzedArticle) -> Result<Version> {
        let bytes = old.map(|seq| self.articles.get(seq)).transpose()?.flatten();
        let record = bytes.as_ref().map(|bytes| legible(record::decode_article(bytes.value()))).transpose()?.flatten();
        let stands = record.map(|record| (record.version(), record.is(&new.article)));
        Ok(decide::version_after(stands, &new.article, self.now, self.totals.seq + 1))
    }

    /// The version of the article with this number. None if its record is damaged.
    fn version_of(&self, seq: u64) -> Result<Option<Version>> {
        let Some(bytes) = self.articles.get(seq)? else { return Ok(None) };
        Ok(legible(record::decode_article(bytes.value()))?.map(|record| record.version()))
    }

    /// Deletes the article with this id.
    fn delete(&mut self, id: &str) -> Result<Receipt> {
        let Some(old) = self.seq_of(id)? else {
            return Ok(Receipt { seq: self.totals.seq, change: Change::NotFound, version: None });
        };
        let mut entities = BTreeSet::new();
        self.take_away(old, &mut entities)?;
        self.ids.remove(id)?;
        self.totals.seq += 1;
        self.note(ChangeRecord { old: Some(old), put: false, entities: names(entities) })?;
        Ok(Receipt { seq: self.totals.seq, change: Change::Deleted, version: None })
    }

    /// The sequence number of the article with this id.
    fn seq_of(&self, id: &str) -> Result<Option<u64>> {
        Ok(self.ids.get(id)?.map(|value| value.value()))
    }

    /// The model of the present analysis, if a put of `new` leaves it in place: the same article, analysed by the same model or
    /// on a better tier.
    fn model_kept(&self, seq: u64, new: &AnalyzedArticle) -> Result<Option<String>> {
        let (Some(article), Some(analysis)) = (self.articles.get(seq)?, self.analyses.get(seq)?) else {
            return Ok(None);
        };
        let record = record::decode_article(article.value());
        // What cannot be read cannot be kept. Both are read: an article that stays must have its analysis.
        let (Some(record), Some(analysis)) = (legible(record)?, legible(record::decode_analysis(analysis.value()))?)
        else {
            return Ok(None);
        };
        let kept = self.damaged.get(seq)?.is_none()
            && record.is(&new.article)
            && decide::keeps(record.model, analysis.tier, &new.analysis);
        Ok(kept.then(|| record.model.to_owned()))
    }

    /// Adds an article under a new number, as this version.
    fn add(
        &mut self,
        seq: u64,
        new: &AnalyzedArticle,
        version: Version,
        entities: &mut BTreeSet<EntityId>,
    ) -> Result<()> {
        self.ids.insert(new.article.id.as_str(), seq)?;
        self.articles.insert(seq, record::encode_article(&ArticleRecord::of(new, version))?.as_slice())?;
        self.analyses.insert(seq, record::encode_analysis(&new.analysis)?.as_slice())?;
        let date = store::date_key(new.article.published_at);
        self.by_date.insert((date, store::newest_key(seq)), ())?;
        self.by_updated.insert((store::date_key(version.updated), store::newest_key(seq)), ())?;
        for (id, share) in Aggregate::of_article(&new.analysis) {
            let mentions = u32::try_from(share.mentions).unwrap_or(u32::MAX);
            self.entity_articles.insert((id.as_str(), date, store::newest_key(seq)), mentions)?;
            self.aggregate(&id)?.add(&share);
            entities.insert(id);
        }
        self.totals.articles += 1;
        self.totals.sentences += new.analysis.sentences.len() as u64;
        self.totals.quotes += new.analysis.quotes.len() as u64;
        Ok(())
    }

    /// Deletes everything under a number, except for the id.
    fn take_away(&mut self, seq: u64, entities: &mut BTreeSet<EntityId>) -> Result<()> {
        let Some(Legible { published_at, updated, analysis }) = self.legible(seq)? else {
            self.quarantine(BTreeSet::from([seq]))?;
            self.articles.remove(seq)?;
            self.analyses.remove(seq)?;
            self.damaged.remove(seq)?;
            return Ok(());
        };
        self.articles.remove(seq)?;
        self.analyses.remove(seq)?;
        self.pending.remove(seq)?;
        let date = store::date_key(published_at);
        self.by_date.remove((date, store::newest_key(seq)))?;
        self.by_updated.remove((store::date_key(updated), store::newest_key(seq)))?;
        for (id, share) in Aggregate::of_article(&analysis) {
            self.entity_articles.remove((id.as_str(), date, store::newest_key(seq)))?;
            self.aggregate(&id)?.subtract(&share);
            entities.insert(id);
        }
        self.totals.articles -= 1;
        self.totals.sentences -= analysis.sentences.len() as u64;
        self.totals.quotes -= analysis.quotes.len() as u64;
        Ok(())
    }

    /// What lists and counters hold of the article with this number. None if its record is damaged.
    fn legible(&self, seq: u64) -> Result<Option<Legible>> {
        let (Some(article), Some(analysis)) = (self.articles.get(seq)?, self.analyses.get(seq)?) else {
            return Ok(None);
        };
        let (article, analysis) =
            (legible(record::decode_article(article.value()))?, legible(record::decode_analysis(analysis.value()))?);
        let whole = article.zip(analysis).filter(|_| self.damaged.get(seq).is_ok_and(|damaged| damaged.is_none()));
        Ok(whole.map(|(article, analysis)| Legible {
            published_at: article.published_at,
            updated: article.updated(),
            analysis,
        }))
    }

    /// The figures of an entity, read from the store at most once for a group.
    fn aggregate(&mut self, id: &EntityId) -> Result<&mut Aggregate> {
        Ok(match self.touched.entry(id.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(match self.entities.get(id.as_str())? {
                Some(bytes) => record::decode(bytes.value())?,
                None => Aggregate::default(),
            }),
        })
    }

    /// Writes a change into the log.
    fn note(&mut self, change: ChangeRecord) -> Result<()> {
        self.log.insert(self.totals.seq, record::encode(&change)?.as_slice())?;
        Ok(())
    }

    /// Writes entities and counters, and trims the log.
    fn finish(mut self, followed: u64) -> Result<()> {
        for (id, aggregate) in std::mem::take(&mut self.touched) {
            let was = if aggregate.articles == 0 {
                self.entities.remove(id.as_str())?.is_some()
            } else {
                self.entities.insert(id.as_str(), record::encode(&aggregate)?.as_slice())?.is_some()
            };
            self.totals.entities += u64::from(aggregate.articles > 0 && !was);
            self.totals.entities -= u64::from(aggregate.articles == 0 && was);
        }
        self.log.retain_in(..=followed, |_, _| false)?;
        let Totals { seq, articles, sentences, quotes, entities } = self.totals;
        let counters = [seq, articles, sentences, quotes, entities, followed, self.pending.len()?];
        for (name, value) in COUNTERS.into_iter().zip(counters) {
            self.meta.insert(name, value)?;
        }
        self.meta.insert("checksum", store::checksum(counters))?;
        Ok(())
    }
}

/// What lists and counters hold of an article.
struct Legible {
    published_at: Option<i64>,
    updated: Option<i64>,
    analysis: Analysis,
}

/// The ids of entities, as the log holds them.
fn names(entities: BTreeSet<EntityId>) -> Vec<String> {
    entities.iter().map(|id| id.as_str().to_owned()).collect()
}

/// What was read, or none if it is damaged. A record of a newer version is an error, not damage.
fn legible<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Err(error) if error.kind() == ErrorKind::Corrupt => Ok(None),
        read => read.map(Some),
    }
}
