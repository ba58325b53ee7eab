//! The store of record: one redb file that holds every article, analysis and entity.
//!
//! `change` writes it, one transaction for each group of changes. Readers take a [`Snapshot`], which later changes do not move. The
//! format has a number: a store of an older format is brought up to date when it is opened, and one of a newer format is refused.
//!
//! After a failed write, for example on a full disk, redb refuses everything. The store then closes the file and opens it again.
//! What was committed is in it; snapshots from before can no longer be read, so their views are replaced.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use arc_swap::ArcSwapOption;
use redb::{
    Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableError, WriteTransaction,
};
use sayso_document::{Analysis, Tier};

pub(super) use super::fault::THE_STORE;
use super::fault::caught;
use super::store_file::StoreFile;
use crate::aggregate::Aggregate;
use crate::record::{self, ArticleRecord, ChangeRecord};
use crate::{AnalyzedArticle, Article, EntityId, EntityRecord, Error, ErrorKind, Result};

/// Article id → sequence number of its current version.
pub(super) const IDS: TableDefinition<'_, &str, u64> = TableDefinition::new("ids");
/// Sequence number → article.
pub(super) const ARTICLES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("articles");
/// Sequence number → analysis.
pub(super) const ANALYSES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("analyses");
/// Sequence number → what changed, for the indexes to follow. Trimmed once they have.
pub(super) const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
/// Entity id → figures over all articles.
pub(super) const ENTITIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("entities");
/// Entity id, [`date_key`], [`newest_key`] → mentions in that article.
pub(super) const ENTITY_ARTICLES: TableDefinition<'_, (&str, u64, u64), u32> = TableDefinition::new("entity_articles");
/// [`date_key`], [`newest_key`] of every article.
pub(super) const BY_DATE: TableDefinition<'_, (u64, u64), ()> = TableDefinition::new("by_date");
/// [`date_key`] of when it last changed, [`newest_key`] of every article.
pub(super) const BY_UPDATED: TableDefinition<'_, (u64, u64), ()> = TableDefinition::new("by_updated");
/// Sequence number → code of the tier of which an analysis is still to come.
pub(super) const PENDING: TableDefinition<'_, u64, u8> = TableDefinition::new("pending");
/// Sequence numbers of articles of which the record is damaged. But for their ids and records they are in no other
/// table.
pub(super) const DAMAGED: TableDefinition<'_, u64, ()> = TableDefinition::new("damaged");
/// Counters, their checksum, the number of the store and the format version.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The counters, in the order in which their checksum takes them.
pub(super) const COUNTERS: [&str; 7] = ["seq", "articles", "sentences", "quotes", "entities", "trimmed", "pending"];

/// The layout of the tables; a higher number means that a newer program wrote them.
pub(super) const FORMAT: u64 = 2;

/// The layout before articles were listed by when they changed. It is brought up to date.
const UNLISTED: u64 = 1;

/// Sorts later dates first, no date last.
pub(super) fn date_key(published_at: Option<i64>) -> u64 {
    published_at.map_or(u64::MAX, |at| u64::MAX - (ordered(at).max(1)))
}

/// Sorts later versions first.
pub(super) fn newest_key(seq: u64) -> u64 {
    u64::MAX - seq
}

/// The date that a [`date_key`] was made from.
pub(super) fn date_of(key: u64) -> Option<i64> {
    (key != u64::MAX).then(|| ((u64::MAX - key) ^ (1 << 63)) as i64)
}

/// The same order, without a sign.
pub(super) fn ordered(at: i64) -> u64 {
    (at as u64) ^ (1 << 63)
}

/// The store of record. One process opens it at a time.
pub(super) struct Store {
    open: OpenDatabase,
    /// Where the file lies; None if nobody looks.
    pub(super) file: Option<StoreFile>,
    /// Opens the file for reading, while its file system takes no writes.
    pub(super) to_read: Option<OpenToRead>,
    /// Whether it is open for reading alone.
    only_read: AtomicBool,
    /// None while it cannot be reopened after a failure.
    db: RwLock<Option<Database>>,
    /// Why it cannot.
    pub(super) fault: ArcSwapOption<String>,
    /// How many articles have a damaged record.
    pub(super) damaged: AtomicU64,
    /// Held from the start of a write until its damaged articles are noted, so that the last count is that of the last commit.
    turn: Mutex<()>,
    /// How often it was reopened.
    openings: AtomicU64,
}

/// Opens or creates the file.
pub(super) type OpenDatabase = Box<dyn Fn() -> Result<Database> + Send + Sync>;

/// Opens the file for reading if its file system takes no writes at present.
pub(super) type OpenToRead = Box<dyn Fn() -> Option<Result<Database>> + Send + Sync>;

impl Store {
    /// Opens or creates the store.
    pub(super) fn open(open: OpenDatabase) -> Result<Self> {
        let db = caught(THE_STORE, &*open)?;
        Self::of(db, open)
    }

    /// The store in an open file. `open` reopens it after a failure.
    pub(super) fn of(db: Database, open: OpenDatabase) -> Result<Self> {
        let damaged = caught(THE_STORE, || prepare(&db))?;
        Ok(Self {
            open,
            file: None,
            to_read: None,
            only_read: AtomicBool::new(false),
            db: RwLock::new(Some(db)),
            fault: ArcSwapOption::empty(),
            damaged: AtomicU64::new(damaged),
            turn: Mutex::default(),
            openings: AtomicU64::new(0),
        })
    }

    /// Does something with the open file.
    pub(super) fn with<T>(&self, act: impl FnOnce(&Database) -> Result<T>) -> Result<T> {
        match &*self.db.read().unwrap_or_else(PoisonError::into_inner) {
            Some(db) => act(db),
            None => Err(Error::new(ErrorKind::Storage, "the store of articles is closed after a failure of the disk")),
        }
    }

    /// Closes and reopens the file: after one failed write (a full disk) redb refuses all others, and even reads. What was committed
    /// is in it. Snapshots taken before can no longer be read.
    pub(super) fn reopen(&self) -> Result<()> {
        let mut db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        let opened = match self.file.as_ref().and_then(StoreFile::fault) {
            // Closing the file would write into it.
            Some(fault) => Err(fault),
            None => {
                *db = None;
                let to_read =
                    self.to_read.as_ref().and_then(|open| caught(THE_STORE, || open().transpose()).transpose());
                self.only_read.store(to_read.is_some(), Ordering::Release);
                to_read.unwrap_or_else(|| caught(THE_STORE, &*self.open))
            }
        };
        match &opened {
            Ok(_) => tracing::warn!("the store of articles failed and was reopened"),
            Err(_) if self.fault.load().is_some() => {}
            Err(error) => tracing::error!(%error, "the store of articles failed and cannot be opened; trying again"),
        }
        self.fault.store(opened.as_ref().err().map(|error| Arc::new(error.to_string())));
        *db = Some(opened?);
        self.openings.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Whether it is open for reading alone. Whatever is written to it then is lost.
    pub(super) fn is_only_read(&self) -> bool {
        self.only_read.load(Ordering::Acquire)
    }

    /// Whether the file is open and takes reads and writes.
    pub(super) fn works(&self) -> bool {
        // Beginning to write asks for failures that are past, and waits for the one who writes.
        caught(THE_STORE, || self.with(|db| Ok(db.begin_write()?.abort()?))).is_ok()
    }

    /// The present opening of the file. Snapshots of earlier ones can no longer be read.
    pub(super) fn opening(&self) -> u64 {
        self.openings.load(Ordering::Acquire)
    }

    /// Writes, and notes how many articles have a damaged record by then, which `write` returns second.
    pub(super) fn change<T>(&self, write: impl FnOnce(&Database) -> Result<(T, u64)>) -> Result<T> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_only_read() {
            return Err(Error::new(
                ErrorKind::Storage,
                "the store of articles was opened for reading alone, and opens again soon",
            ));
        }
        let (outcome, damaged) = self.with(|db| caught(THE_STORE, || write(db)))?;
        self.damaged.store(damaged, Ordering::Relaxed);
        Ok(outcome)
    }

    /// The store as it is now, unaffected by later changes.
    pub(super) fn snapshot(&self) -> Result<Snapshot> {
        let opening = self.opening();
        let snapshot = self.with(|db| Snapshot::of(&db.begin_read()?))?;
        Ok(Snapshot { opening, ..snapshot })
    }
}

/// Creates missing tables. Returns how many articles have a damaged record.
pub(super) fn prepare(db: &Database) -> Result<u64> {
    let mut txn = db.begin_write()?;
    // All commits are made so that none can be taken back when the file is damaged.
    txn.set_quick_repair(true);
    let damaged = {
        let mut meta = txn.open_table(META)?;
        let format = meta.get("format")?.map(|value| value.value());
        match format {
            Some(FORMAT) => {}
            Some(UNLISTED) => {
                list_unchanged(&txn)?;
                meta.insert("format", FORMAT)?;
            }
            Some(other) => {
                let message = format!("the store has format {other}; this program reads format {FORMAT}");
                return Err(Error::new(ErrorKind::Newer, message));
            }
            None => {
                meta.insert("format", FORMAT)?;
            }
        }
        if meta.get("id")?.is_none() {
            // Seeded by the system, and used once.
            meta.insert("id", RandomState::new().hash_one(std::time::SystemTime::now()))?;
        }
        txn.open_table(IDS)?;
        txn.open_table(ARTICLES)?;
        txn.open_table(ANALYSES)?;
        txn.open_table(LOG)?;
        txn.open_table(ENTITIES)?;
        txn.open_table(ENTITY_ARTICLES)?;
        txn.open_table(BY_DATE)?;
        txn.open_table(BY_UPDATED)?;
        // Stores made before there were tiers lack it.
        txn.open_table(PENDING)?;
        txn.open_table(DAMAGED)?.len()?
    };
    txn.commit()?;
    Ok(damaged)
}

/// Lists all articles by when they last changed, which is not known of any yet.
fn list_unchanged(txn: &WriteTransaction) -> Result<()> {
    let mut by_updated = txn.open_table(BY_UPDATED)?;
    for entry in txn.open_table(BY_DATE)?.range::<(u64, u64)>(..)? {
        let (_, newest) = entry?.0.value();
        by_updated.insert((date_key(None), newest), ())?;
    }
    Ok(())
}

/// The checksum of the counters, given in their order.
pub(super) fn checksum(counters: [u64; COUNTERS.len()]) -> u64 {
    crc32fast::hash(&counters.map(u64::to_le_bytes).concat()).into()
}

/// The store after one sequence number.
pub(super) struct Snapshot {
    /// The number of the store, chosen at random when it was created. Indexes carry the number of their store.
    pub(super) id: u64,
    /// The opening of the file that it belongs to.
    pub(super) opening: u64,
    /// The sequence number.
    pub(super) seq: u64,
    /// The log holds all changes after this one.
    pub(super) trimmed: u64,
    pub(super) ids: ReadOnlyTable<&'static str, u64>,
    pub(super) articles: ReadOnlyTable<u64, &'static [u8]>,
    pub(super) analyses: ReadOnlyTable<u64, &'static [u8]>,
    log: ReadOnlyTable<u64, &'static [u8]>,
    pub(super) entities: ReadOnlyTable<&'static str, &'static [u8]>,
    pub(super) entity_articles: ReadOnlyTable<(&'static str, u64, u64), u32>,
    pub(super) by_date: ReadOnlyTable<(u64, u64), ()>,
    /// None in an older store that no program of this version has prepared.
    pub(super) by_updated: Option<ReadOnlyTable<(u64, u64), ()>>,
    pub(super) pending: ReadOnlyTable<u64, u8>,
    /// The same.
    damaged: Option<ReadOnlyTable<u64, ()>>,
    meta: ReadOnlyTable<&'static str, u64>,
}

/// A table that older stores lack.
fn newer<T>(opened: std::result::Result<T, TableError>) -> Result<Option<T>> {
    match opened {
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        opened => Ok(Some(opened?)),
    }
}

/// An article without its analysis.
pub(super) struct Stored {
    pub(super) article: Article,
    pub(super) sentences: u32,
    pub(super) entities: u32,
    pub(super) quotes: u32,
    /// Of the analysis.
    pub(super) model: String,
    /// None in records of older versions, where only the analysis has it.
    pub(super) tier: Option<Tier>,
}

impl Snapshot {
    /// The snapshot of a transaction.
    pub(super) fn of(txn: &ReadTransaction) -> Result<Self> {
        let meta = txn.open_table(META)?;
        let number = |name: &str| Result::Ok(meta.get(name)?.map_or(0, |value| value.value()));
        Ok(Self {
            id: number("id")?,
            opening: 0,
            damaged: newer(txn.open_table(DAMAGED))?,
            seq: number("seq")?,
            trimmed: number("trimmed")?,
            ids: txn.open_table(IDS)?,
            articles: txn.open_table(ARTICLES)?,
            analyses: txn.open_table(ANALYSES)?,
            log: txn.open_table(LOG)?,
            entities: txn.open_table(ENTITIES)?,
            entity_articles: txn.open_table(ENTITY_ARTICLES)?,
            by_date: txn.open_table(BY_DATE)?,
            by_updated: newer(txn.open_table(BY_UPDATED))?,
            pending: txn.open_table(PENDING)?,
            meta,
        })
    }

    /// A counter: `articles`, `sentences`, `quotes`, `entities`.
    pub(super) fn count(&self, name: &str) -> Result<u64> {
        Ok(self.meta.get(name)?.map_or(0, |value| value.value()))
    }

    /// The sequence number of the article with this id.
    pub(super) fn seq_of(&self, id: &str) -> Result<Option<u64>> {
        Ok(self.ids.get(id)?.map(|value| value.value()))
    }

    /// The counter of this name, if there is one.
    pub(super) fn counter(&self, name: &str) -> Result<Option<u64>> {
        Ok(self.meta.get(name)?.map(|value| value.value()))
    }

    /// Whether the record of the article under this number is known to be damaged.
    pub(super) fn is_damaged(&self, seq: u64) -> Result<bool> {
        Ok(match &self.damaged {
            Some(table) => table.get(seq)?.is_some(),
            None => false,
        })
    }

    /// How many articles have a damaged record.
    pub(super) fn damaged_count(&self) -> Result<u64> {
        Ok(self.damaged.as_ref().map(|table| table.len()).transpose()?.unwrap_or(0))
    }

    /// The ids of articles whose record is damaged.
    pub(super) fn damaged_ids(&self) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        if self.damaged_count()? > 0 {
            for entry in self.ids.range::<&str>(..)? {
                let (id, seq) = entry?;
                if self.is_damaged(seq.value())? {
                    ids.push(id.value().to_owned());
                }
            }
        }
        Ok(ids)
    }

    /// The article under this number, without its analysis.
    pub(super) fn article(&self, seq: u64) -> Result<Option<Stored>> {
        self.read(seq, |record| {
            let (sentences, entities, quotes) = (record.sentences, record.entities, record.quotes);
            let (model, tier) = (record.model.to_owned(), record.tier()?);
            Ok(Stored { article: record.to_article()?, sentences, entities, quotes, model, tier })
        })
    }

    /// Reads the record of the article under this number.
    pub(super) fn read<T>(&self, seq: u64, read: impl FnOnce(&ArticleRecord<'_>) -> Result<T>) -> Result<Option<T>> {
        let Some(bytes) = self.articles.get(seq)? else { return Ok(None) };
        read(&record::decode_article(bytes.value()).map_err(|error| self.damage(seq, error))?).map(Some)
    }

    /// The analysis under this number.
    pub(super) fn analysis(&self, seq: u64) -> Result<Option<Analysis>> {
        let Some(bytes) = self.analyses.get(seq)? else { return Ok(None) };
        record::decode_analysis(bytes.value()).map(Some).map_err(|error| self.damage(seq, error))
    }

    /// An article that an index names, with what quotes need of its analysis: no mentions, and of entities their names and
    /// types alone.
    pub(super) fn quoted(&self, seq: u64) -> Result<AnalyzedArticle> {
        let missing = |what: &str| self.damage(seq, Error::new(ErrorKind::Corrupt, format!("its {what} is missing")));
        let Stored { article, .. } = self.article(seq)?.ok_or_else(|| missing("record"))?;
        let bytes = self.analyses.get(seq)?.ok_or_else(|| missing("analysis"))?;
        let analysis = record::decode_quotes(bytes.value()).map_err(|error| self.damage(seq, error))?;
        Ok(AnalyzedArticle { article, analysis })
    }

    /// The article and its analysis.
    pub(super) fn analyzed(&self, seq: u64) -> Result<Option<AnalyzedArticle>> {
        let Some(stored) = self.article(seq)? else { return Ok(None) };
        let missing = || self.damage(seq, Error::new(ErrorKind::Corrupt, "its analysis is missing"));
        let analysis = self.analysis(seq)?.ok_or_else(missing)?;
        Ok(Some(AnalyzedArticle { article: stored.article, analysis }))
    }

    /// The error for a record that cannot be read, with the article it belongs to.
    fn damage(&self, seq: u64, error: Error) -> Error {
        // Looked for among all: this seldom happens.
        let mut ids = self.ids.range::<&str>(..).into_iter().flatten().flatten();
        let id = ids.find_map(|(id, number)| (number.value() == seq).then(|| id.value().to_owned()));
        let article = id.map_or_else(|| format!("the article of change {seq}"), |id| format!("article {id:?}"));
        if error.kind() == ErrorKind::Newer {
            return error.about(article);
        }
        Error::damaged(seq, format!("{article} cannot be read: {error}; put the article again or delete it"))
    }

    /// An article that an index names. It must exist, because store and index belong to one view.
    pub(super) fn indexed(&self, seq: u64) -> Result<AnalyzedArticle> {
        let missing = || self.damage(seq, Error::new(ErrorKind::Corrupt, "its record is missing"));
        self.analyzed(seq)?.ok_or_else(missing)
    }

    /// An entity with its figures.
    pub(super) fn entity(&self, id: &EntityId) -> Result<Option<EntityRecord>> {
        let Some(bytes) = self.entities.get(id.as_str())? else { return Ok(None) };
        let aggregate: Aggregate = record::decode(bytes.value())?;
        let key = id.as_str();
        let dated = || self.entity_articles.range((key, 0, 0)..(key, u64::MAX, 0));
        let last_seen = dated()?.next().transpose()?.and_then(|(key, _)| date_of(key.value().1));
        let first_seen = dated()?.next_back().transpose()?.and_then(|(key, _)| date_of(key.value().1));
        aggregate.record(id, first_seen, last_seen).map(Some)
    }

    /// All changes after the one with this number, oldest first.
    pub(super) fn log_after(&self, seq: u64) -> Result<impl Iterator<Item = Result<(u64, ChangeRecord)>>> {
        let range = self.log.range(seq + 1..)?;
        Ok(range.map(|entry| {
            let (seq, bytes) = entry?;
            Ok((seq.value(), record::decode(bytes.value())?))
        }))
    }

    /// The numbers of all articles, oldest first, except those with a record known to be damaged.
    pub(super) fn seqs(&self) -> Result<impl Iterator<Item = Result<u64>>> {
        let seqs = self.articles.range::<u64>(..)?.map(|entry| Ok(entry?.0.value()));
        Ok(seqs.filter(|seq| !seq.as_ref().is_ok_and(|&seq| self.is_damaged(seq).unwrap_or(false))))
    }

    /// The ids of all entities.
    pub(super) fn entity_ids(&self) -> Result<impl Iterator<Item = Result<String>>> {
        Ok(self.entities.range::<&str>(..)?.map(|entry| Ok(entry?.0.value().to_owned())))
    }

    /// Articles that mention an entity, from this place on, newest first: their [`date_key`], number and mentions.
    pub(super) fn mentioning(
        &self,
        id: &EntityId,
        from: (u64, u64),
    ) -> Result<impl Iterator<Item = Result<(u64, u64, u32)>>> {
        let id = id.as_str();
        let range = self.entity_articles.range((id, from.0, from.1)..=(id, u64::MAX, u64::MAX))?;
        Ok(range.map(|entry| {
            let (key, count) = entry?;
            let (_, date, newest) = key.value();
            Ok((date, u64::MAX - newest, count.value()))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_sort_newest_first_and_come_back() {
        let dates = [Some(i64::MAX), Some(5), Some(0), Some(-5), Some(i64::MIN + 1), None];
        let keys = dates.map(date_key);
        assert!(keys.is_sorted());
        assert_eq!(keys.map(date_of), dates);
    }
}
