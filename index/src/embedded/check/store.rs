//! Compares everything in the store with what its articles say.

use std::collections::{BTreeMap, BTreeSet};

use redb::ReadableTableMetadata;

use super::finding::{Checked, MADE_ANEW, PUT_AGAIN};
use crate::aggregate::Aggregate;
use crate::embedded::change::salvage::check_counters;
use crate::embedded::fault::caught;
use crate::embedded::store::{Snapshot, THE_STORE, date_key, newest_key};
use crate::record;
use crate::{AnalyzedArticle, EntityId, Error, Interrupt, Result};

/// What the indexes must hold.
#[derive(Default)]
pub(super) struct Expected {
    /// How many sentences and quotes each article has, by its number.
    pub(super) articles: BTreeMap<u64, [u64; 2]>,
    /// Numbers of articles that cannot be read, so that nothing is known of them.
    pub(super) unknown: BTreeSet<u64>,
    /// Articles, mentions and quotes of each entity.
    pub(super) entities: BTreeMap<String, [u64; 3]>,
}

/// What was met while articles were read.
struct Reading<'a> {
    from: &'a Snapshot,
    checked: &'a mut Checked,
    expected: Expected,
    figures: BTreeMap<EntityId, Aggregate>,
    /// How many mentions of entities in articles there are.
    shares: u64,
}

/// Checks the store, and returns what the indexes must hold.
pub(super) fn check(from: &Snapshot, checked: &mut Checked, interrupt: &Interrupt) -> Result<Expected> {
    let mut reading = Reading { from, checked, expected: Expected::default(), figures: BTreeMap::new(), shares: 0 };
    let mut numbers = BTreeSet::new();
    for entry in from.ids.range::<&str>(..)? {
        interrupt.check()?;
        let (id, seq) = entry?;
        let (id, seq) = (id.value().to_owned(), seq.value());
        if seq > from.seq || !numbers.insert(seq) {
            reading.checked.find(format!("article {id:?} has a number that is not its own: {seq}"), MADE_ANEW);
        }
        reading.article(&id, seq)?;
    }
    reading.lists(numbers.len() as u64)?;
    reading.entities()?;
    reading.log()?;
    reading.counters()?;
    Ok(reading.expected)
}

impl Reading<'_> {
    /// Reads an article, and looks for it in the lists.
    fn article(&mut self, id: &str, seq: u64) -> Result<()> {
        let from = self.from;
        let read = match from.is_damaged(seq)? {
            true => Err(Error::damaged(seq, "its record is damaged, and was set aside")),
            false => caught("its record", || whole(from, id, seq)),
        };
        let article = match read {
            Ok(article) => article,
            Err(error) => {
                self.expected.unknown.insert(seq);
                self.checked.find(format!("article {id:?}: {error}"), PUT_AGAIN);
                return Ok(());
            }
        };
        let AnalyzedArticle { article, analysis } = &article;
        let (sentences, quotes) = (analysis.sentences.len() as u64, analysis.quotes.len() as u64);
        self.checked.articles += 1;
        self.checked.sentences += sentences;
        self.checked.quotes += quotes;
        self.expected.articles.insert(seq, [sentences, quotes]);
        let (date, newest) = (date_key(article.published_at), newest_key(seq));
        let mut listed = from.by_date.get((date, newest))?.is_some();
        if let Some(by_updated) = &from.by_updated {
            listed &= by_updated.get((date_key(article.version.updated), newest))?.is_some();
        }
        for (entity, share) in Aggregate::of_article(analysis) {
            let mentions = from.entity_articles.get((entity.as_str(), date, newest))?.map(|value| value.value());
            listed &= mentions.map(u64::from) == Some(share.mentions.min(u32::MAX.into()));
            self.shares += 1;
            self.figures.entry(entity).or_default().add(&share);
        }
        if !listed {
            self.checked.find(format!("article {id:?} is not in every list of the store"), MADE_ANEW);
        }
        Ok(())
    }

    /// Checks that the lists hold nothing else.
    fn lists(&mut self, ids: u64) -> Result<()> {
        let from = self.from;
        let articles = self.expected.articles.len() as u64;
        let mut sizes = vec![
            ("the list by date", from.by_date.len()?, articles),
            ("the list of entities in articles", from.entity_articles.len()?, self.shares),
            ("the table of articles", from.articles.len()?, ids),
            ("the table of analyses", from.analyses.len()?, ids),
        ];
        if let Some(by_updated) = &from.by_updated {
            sizes.push(("the list by change", by_updated.len()?, articles));
        }
        // What is not known of an article may still be in them.
        if self.expected.unknown.is_empty() {
            for (list, size, expected) in sizes.into_iter().filter(|(_, size, expected)| size != expected) {
                self.checked.find(format!("{list} has {size} entries instead of {expected}"), MADE_ANEW);
            }
        }
        for entry in from.pending.range::<u64>(..)? {
            let (seq, tier) = entry?;
            let seq = seq.value();
            self.checked.pending += 1;
            let known = self.expected.articles.contains_key(&seq) || self.expected.unknown.contains(&seq);
            if !known || record::tier_of(tier.value()).is_err() {
                self.checked.find(format!("an article that does not exist waits for an analysis: {seq}"), MADE_ANEW);
            }
        }
        Ok(())
    }

    /// Compares the figures of entities.
    fn entities(&mut self) -> Result<()> {
        for entry in self.from.entities.range::<&str>(..)? {
            let (id, bytes) = entry?;
            let id = id.value().to_owned();
            self.checked.entities += 1;
            let stored: Result<Aggregate> = caught("it", || record::decode(bytes.value()));
            let expected = self.figures.remove(&EntityId::known(id.clone()));
            match stored {
                Err(error) => self.checked.find(format!("entity {id:?}: {error}"), MADE_ANEW),
                Ok(stored) => {
                    let whole = self.expected.unknown.is_empty();
                    if whole && expected.as_ref() != Some(&stored) {
                        self.checked.find(format!("entity {id:?} has other figures than its articles say"), MADE_ANEW);
                    }
                    self.expected.entities.insert(id, [stored.articles, stored.mentions, stored.quotes]);
                }
            }
        }
        for id in std::mem::take(&mut self.figures).into_keys() {
            self.checked.find(format!("entity {:?} is missing", id.as_str()), MADE_ANEW);
        }
        Ok(())
    }

    /// Checks that the log has every change that it must have.
    fn log(&mut self) -> Result<()> {
        let mut expected = self.from.trimmed;
        let mut entries = self.from.log_after(self.from.trimmed)?;
        let whole = entries.all(|entry| {
            expected += 1;
            entry.is_ok_and(|(seq, _)| seq == expected)
        });
        if !whole || expected != self.from.seq {
            self.checked.find("the log of changes has gaps or cannot be read", MADE_ANEW);
        }
        Ok(())
    }

    /// Compares the counters.
    fn counters(&mut self) -> Result<()> {
        if let Err(error) = check_counters(self.from) {
            self.checked.find(error.to_string(), MADE_ANEW);
        }
        let Checked { articles, sentences, quotes, entities, pending, .. } = *self.checked;
        let counted = [
            ("articles", articles),
            ("sentences", sentences),
            ("quotes", quotes),
            ("entities", entities),
            ("pending", pending),
        ];
        for (name, found) in counted {
            let counter = self.from.counter(name)?;
            // Older stores have no counter of those that wait.
            let right = counter.is_none_or(|counter| counter == found);
            if self.expected.unknown.is_empty() && !right {
                let counter = counter.unwrap_or(0);
                self.checked.find(format!("{THE_STORE} counts {counter} {name}, and has {found}"), MADE_ANEW);
            }
        }
        Ok(())
    }
}

/// The article under a number, if everything that is stored of it belongs together.
fn whole(from: &Snapshot, id: &str, seq: u64) -> Result<AnalyzedArticle> {
    let stored = from.article(seq)?.ok_or_else(|| Error::damaged(seq, "its record is missing"))?;
    let analysis = from.analysis(seq)?.ok_or_else(|| Error::damaged(seq, "its analysis is missing"))?;
    let counts = [stored.sentences, stored.entities, stored.quotes].map(|count| count as usize);
    let found = [analysis.sentences.len(), analysis.entities.len(), analysis.quotes.len()];
    let article = AnalyzedArticle { article: stored.article, analysis };
    let fault = match article.fault() {
        _ if article.article.id != id => Some(format!("its record is that of {:?}", article.article.id)),
        _ if counts != found => Some("its analysis is that of another text".to_owned()),
        fault => fault,
    };
    match fault {
        Some(fault) => Err(Error::damaged(seq, fault)),
        None => Ok(article),
    }
}
