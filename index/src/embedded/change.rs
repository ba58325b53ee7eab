//! Makes changes to the store: several at once, all or none, on disk before they are acknowledged.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use redb::{Database, ReadableTable, Table, WriteTransaction};

use super::aggregate::Aggregate;
use super::record::{self, ArticleRecord, ChangeRecord};
use super::store::{self, ANALYSES, ARTICLES, BY_DATE, ENTITIES, ENTITY_ARTICLES, IDS, LOG, META, Store};
use crate::{AnalyzedArticle, Change, EntityId, Receipt, Result, Write};

impl Store {
    /// Makes the changes in this order and returns once they survive a crash. On failure none is made.
    ///
    /// The log up to `followed` is no longer needed and goes.
    pub(super) fn commit<'w>(&self, writes: impl Iterator<Item = &'w Write>, followed: u64) -> Result<Vec<Receipt>> {
        self.with(|db| commit(db, writes, followed))
    }
}

fn commit<'w>(db: &Database, writes: impl Iterator<Item = &'w Write>, followed: u64) -> Result<Vec<Receipt>> {
    let mut txn = db.begin_write()?;
    // After a crash the store must open at once, not after a walk over all of it.
    txn.set_quick_repair(true);
    let receipts = {
        let mut changes = Changes::begin(&txn)?;
        let receipts = writes.map(|write| changes.make(write)).collect::<Result<Vec<_>>>()?;
        changes.finish(followed)?;
        receipts
    };
    if receipts.iter().all(|receipt| matches!(receipt.change, Change::Unchanged | Change::NotFound)) {
        txn.abort()?;
    } else {
        txn.commit()?;
    }
    Ok(receipts)
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
    meta: Table<'t, &'static str, u64>,
    totals: Totals,
    /// Entities that this group touched, each read and written once however many articles mention it.
    touched: BTreeMap<EntityId, Aggregate>,
}

/// The counters as they stand.
struct Totals {
    seq: u64,
    articles: u64,
    sentences: u64,
    quotes: u64,
    entities: u64,
}

impl<'t> Changes<'t> {
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
            meta,
            totals,
            touched: BTreeMap::new(),
        })
    }

    fn make(&mut self, write: &Write) -> Result<Receipt> {
        match write {
            Write::Put(article) => self.put(article),
            Write::Delete(id) => self.delete(id),
        }
    }

    fn put(&mut self, new: &AnalyzedArticle) -> Result<Receipt> {
        let old = self.seq_of(&new.article.id)?;
        if let Some(seq) = old
            && self.is_same(seq, new)?
        {
            return Ok(Receipt { seq, change: Change::Unchanged });
        }
        let mut entities = BTreeSet::new();
        if let Some(seq) = old {
            self.take_away(seq, &mut entities)?;
        }
        self.totals.seq += 1;
        let seq = self.totals.seq;
        self.add(seq, new, &mut entities)?;
        self.note(ChangeRecord { old, put: true, entities: names(entities) })?;
        Ok(Receipt { seq, change: if old.is_some() { Change::Replaced } else { Change::Created } })
    }

    fn delete(&mut self, id: &str) -> Result<Receipt> {
        let Some(old) = self.seq_of(id)? else {
            return Ok(Receipt { seq: self.totals.seq, change: Change::NotFound });
        };
        let mut entities = BTreeSet::new();
        self.take_away(old, &mut entities)?;
        self.ids.remove(id)?;
        self.totals.seq += 1;
        self.note(ChangeRecord { old: Some(old), put: false, entities: names(entities) })?;
        Ok(Receipt { seq: self.totals.seq, change: Change::Deleted })
    }

    fn seq_of(&self, id: &str) -> Result<Option<u64>> {
        Ok(self.ids.get(id)?.map(|value| value.value()))
    }

    fn is_same(&self, seq: u64, new: &AnalyzedArticle) -> Result<bool> {
        let Some(bytes) = self.articles.get(seq)? else { return Ok(false) };
        let record: ArticleRecord<'_> = record::decode(bytes.value())?;
        Ok(record.is(new))
    }

    /// Adds an article under a new number.
    fn add(&mut self, seq: u64, new: &AnalyzedArticle, entities: &mut BTreeSet<EntityId>) -> Result<()> {
        self.ids.insert(new.article.id.as_str(), seq)?;
        self.articles.insert(seq, record::encode(&ArticleRecord::of(new))?.as_slice())?;
        self.analyses.insert(seq, record::encode_analysis(&new.analysis)?.as_slice())?;
        let date = store::date_key(new.article.published_at);
        self.by_date.insert((date, store::newest_key(seq)), ())?;
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

    /// Takes away all that stands under a number, but for the id.
    fn take_away(&mut self, seq: u64, entities: &mut BTreeSet<EntityId>) -> Result<()> {
        let published_at = match self.articles.remove(seq)? {
            Some(bytes) => record::decode::<ArticleRecord<'_>>(bytes.value())?.published_at,
            None => None,
        };
        let analysis = match self.analyses.remove(seq)? {
            Some(bytes) => record::decode_analysis(bytes.value())?,
            None => Default::default(),
        };
        let date = store::date_key(published_at);
        self.by_date.remove((date, store::newest_key(seq)))?;
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

    fn aggregate(&mut self, id: &EntityId) -> Result<&mut Aggregate> {
        Ok(match self.touched.entry(id.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(match self.entities.get(id.as_str())? {
                Some(bytes) => record::decode(bytes.value())?,
                None => Aggregate::default(),
            }),
        })
    }

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
        let counters = [
            ("seq", seq),
            ("articles", articles),
            ("sentences", sentences),
            ("quotes", quotes),
            ("entities", entities),
            ("trimmed", followed),
        ];
        for (name, value) in counters {
            self.meta.insert(name, value)?;
        }
        Ok(())
    }
}

fn names(entities: BTreeSet<EntityId>) -> Vec<String> {
    entities.iter().map(|id| id.as_str().to_owned()).collect()
}
