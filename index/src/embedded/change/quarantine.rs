//! Sets articles with a damaged record aside, so that all other articles can be used as before.
//!
//! Such an article is no longer listed, counted or found. Asking for it by id is an error that names it, and it can be
//! put again or deleted.
//!
//! What the article added to the figures of entities cannot be subtracted, because only its record says what that was.
//! So the figures of the entities that it mentions are counted again from all other articles.

use std::collections::{BTreeMap, BTreeSet};

use redb::{ReadableTable, ReadableTableMetadata};

use super::{Changes, Legible, legible, names};
use crate::aggregate::Aggregate;
use crate::embedded::store::{self, Store};
use crate::record::{self, ChangeRecord};
use crate::{EntityId, Result};

/// Which articles to look at.
pub(in crate::embedded) enum Suspects {
    /// Every one.
    All,
    /// Those under these numbers.
    Some(BTreeSet<u64>),
}

impl Store {
    /// Sets aside those of the articles that have a damaged record. Returns how many more there are than before.
    pub(in crate::embedded) fn quarantine(&self, suspects: &Suspects) -> Result<u64> {
        self.change(|db| {
            let mut txn = db.begin_write()?;
            txn.set_quick_repair(true);
            let mut changes = Changes::begin(&txn)?;
            let before = changes.damaged.len()?;
            let damaged = changes.damaged_among(suspects)?;
            changes.quarantine(damaged)?;
            let after = changes.damaged.len()?;
            let followed = changes.meta.get("trimmed")?.map_or(0, |value| value.value());
            changes.finish(followed)?;
            if after > before {
                txn.commit()?
            } else {
                txn.abort()?
            }
            Ok((after - before, after))
        })
    }
}

impl Changes<'_> {
    /// Those of the suspects that have a damaged record.
    fn damaged_among(&self, suspects: &Suspects) -> Result<BTreeSet<u64>> {
        let seqs: Vec<u64> = match suspects {
            Suspects::All => {
                self.articles.range::<u64>(..)?.map(|entry| Ok(entry?.0.value())).collect::<Result<_>>()?
            }
            Suspects::Some(seqs) => seqs.iter().copied().collect(),
        };
        let mut damaged = BTreeSet::new();
        for seq in seqs {
            if self.articles.get(seq)?.is_some() && self.legible(seq)?.is_none() {
                damaged.insert(seq);
            }
        }
        Ok(damaged)
    }

    /// Takes these articles out of all that is counted, listed and found. What is left of them stays under their ids.
    pub(super) fn quarantine(&mut self, damaged: BTreeSet<u64>) -> Result<()> {
        let (mut found, mut recount) = (damaged, false);
        let mut entities = BTreeSet::new();
        while !found.is_empty() {
            for seq in std::mem::take(&mut found) {
                if self.damaged.insert(seq, ())?.is_none() {
                    recount |= !self.subtract_counts(seq)?;
                    entities.extend(self.set_aside(seq)?);
                }
            }
            // Counting may come upon more of them.
            found = self.count_anew(&entities)?;
        }
        if recount {
            self.recount()?;
        }
        Ok(())
    }

    /// Takes an article out of the lists. Returns the entities that it mentions.
    fn set_aside(&mut self, seq: u64) -> Result<BTreeSet<EntityId>> {
        let newest = store::newest_key(seq);
        for list in [&mut self.by_date, &mut self.by_updated] {
            let keys = list.range::<(u64, u64)>(..)?.map(|entry| Ok(entry?.0.value())).collect::<Result<Vec<_>>>()?;
            for key in keys.into_iter().filter(|key| key.1 == newest) {
                list.remove(key)?;
            }
        }
        let mut rows = Vec::new();
        for entry in self.entity_articles.range::<(&str, u64, u64)>(..)? {
            let (key, _) = entry?;
            let (id, date, number) = key.value();
            if number == newest {
                rows.push((id.to_owned(), date));
            }
        }
        let mut entities = BTreeSet::new();
        for (id, date) in rows {
            self.entity_articles.remove((id.as_str(), date, newest))?;
            entities.insert(EntityId::known(id));
        }
        self.pending.remove(seq)?;
        self.totals.seq += 1;
        self.note(ChangeRecord { old: Some(seq), put: false, entities: names(entities.clone()) })?;
        tracing::warn!(
            article = self.id_of(seq)?,
            "the record of an article is damaged: put the article again or delete it"
        );
        Ok(entities)
    }

    /// The id of the article with this number.
    fn id_of(&self, seq: u64) -> Result<Option<String>> {
        for entry in self.ids.range::<&str>(..)? {
            let (id, number) = entry?;
            if number.value() == seq {
                return Ok(Some(id.value().to_owned()));
            }
        }
        Ok(None)
    }

    /// Takes an article out of the counters. False if nothing says how many sentences and quotes it has.
    fn subtract_counts(&mut self, seq: u64) -> Result<bool> {
        self.totals.articles -= 1;
        let counted = match self.articles.get(seq)? {
            Some(bytes) => legible(record::decode_article(bytes.value()))?
                .map(|record| (u64::from(record.sentences), u64::from(record.quotes))),
            None => None,
        };
        if let Some((sentences, quotes)) = counted {
            self.totals.sentences -= sentences;
            self.totals.quotes -= quotes;
        }
        Ok(counted.is_some())
    }

    /// Counts the sentences and quotes of all articles that can be read.
    fn recount(&mut self) -> Result<()> {
        (self.totals.sentences, self.totals.quotes) = (0, 0);
        for entry in self.articles.range::<u64>(..)? {
            let (seq, bytes) = entry?;
            if self.damaged.get(seq.value())?.is_none() {
                let record = record::decode_article(bytes.value())?;
                self.totals.sentences += u64::from(record.sentences);
                self.totals.quotes += u64::from(record.quotes);
            }
        }
        Ok(())
    }

    /// Counts the figures of these entities again. Returns articles that turned out to be damaged.
    fn count_anew(&mut self, entities: &BTreeSet<EntityId>) -> Result<BTreeSet<u64>> {
        // Each article is read once, however many of the entities it mentions.
        let mut mentioning: BTreeMap<u64, Vec<&EntityId>> = BTreeMap::new();
        for id in entities {
            let key = id.as_str();
            for entry in self.entity_articles.range((key, 0, 0)..=(key, u64::MAX, u64::MAX))? {
                mentioning.entry(u64::MAX - entry?.0.value().2).or_default().push(id);
            }
        }
        let mut sums: BTreeMap<&EntityId, Aggregate> = entities.iter().map(|id| (id, Aggregate::default())).collect();
        let mut damaged = BTreeSet::new();
        for (seq, ids) in mentioning {
            let Some(Legible { analysis, .. }) = self.legible(seq)? else {
                damaged.insert(seq);
                continue;
            };
            let shares = Aggregate::of_article(&analysis);
            for id in ids {
                if let (Some(sum), Some(share)) = (sums.get_mut(id), shares.get(id)) {
                    sum.add(share);
                }
            }
        }
        for (id, sum) in sums {
            self.touched.insert(id.clone(), sum);
        }
        Ok(damaged)
    }
}
