//! Rebuilds a store whose file is damaged, from its records.
//!
//! Each record has a checksum of its own, so whatever can be read of them is right. Everything else (lists, entities, counts) is
//! made from them again. The counters say how many articles there must be, so none can be lost silently. If more is damaged than
//! the records of single articles, the store is refused, and the error says what to do.
//!
//! The new file is written next to the old one and takes its place at the end, so an interruption leaves the old file as it was.
//! This needs as much free disk as the store takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use redb::{Builder, Database, ReadableDatabase};

use super::Changes;
use crate::embedded::fault::caught;
use crate::embedded::files::{Files, STORE};
use crate::embedded::store::{self, COUNTERS, Snapshot, Store, THE_STORE, prepare};
use crate::record;
use crate::{AnalyzedArticle, Error, ErrorKind, Result};

/// Articles in one commit of the new file.
const BATCH: usize = 256;

/// The file that becomes the store when everything is in it that can be read.
const ANEW: &str = "articles.redb.new";

/// The file that becomes the store when it is one. It never holds an article.
const BEGUN: &str = "articles.redb.begun";

/// Opens the store, or creates it. If it is damaged but its articles can be read, it is rebuilt first, without what is lost. Then
/// the second value is true.
///
/// # Errors
/// [`ErrorKind::Corrupt`] when more is damaged than the records of single articles.
pub(in crate::embedded) fn open(files: &Arc<dyn Files>, cache: usize) -> Result<(Store, bool)> {
    if files.bytes(STORE)?.is_none_or(|bytes| bytes == 0) {
        create(&**files, cache)?;
    }
    let checked = || files.store(STORE, builder(cache).set_check_integrity_on_open(true));
    let (db, salvaged) = match caught(THE_STORE, checked) {
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            salvage(&**files, cache, &error).map_err(|error| advised(error, &**files))?;
            (caught(THE_STORE, checked)?, true)
        }
        opened => (opened?, false),
    };
    let (again, reads) = (files.clone(), files.clone());
    let to_read = move || reads.read_only().then(|| reads.store_to_read(STORE, &builder(cache)));
    let again = move || again.store(STORE, &mut builder(cache));
    let mut store = Store::of(db, Box::new(again))?;
    store.file = files.store_file();
    store.to_read = Some(Box::new(to_read));
    Ok((store, salvaged))
}

/// How a store is opened.
fn builder(cache: usize) -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(cache);
    builder
}

/// Makes an empty store. It gets its name when it is complete: a crash before that must not leave a file that is refused.
fn create(files: &dyn Files, cache: usize) -> Result<()> {
    let begin = || prepare(&files.store(BEGUN, &mut builder(cache))?).map(|_| ());
    match caught(THE_STORE, begin) {
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            files.remove(BEGUN)?;
            caught(THE_STORE, begin)?;
        }
        begun => begun?,
    }
    files.rename(BEGUN, STORE)?;
    files.sync()
}

/// The error with what to do about it.
fn advised(error: Error, files: &dyn Files) -> Error {
    let file = files.path(STORE).unwrap_or_else(|| STORE.into());
    let file = file.display();
    match error.kind() {
        ErrorKind::Corrupt => {
            let advice = format!("put a copy of {file} from a backup in its place, or start in another directory");
            Error::new(ErrorKind::Corrupt, format!("{error}; {advice}"))
        }
        _ => error.about(format!("{file} is damaged and cannot be written anew")),
    }
}

/// Writes the readable records of a damaged file into a new one, and puts that in its place.
fn salvage(files: &dyn Files, cache: usize, why: &Error) -> Result<()> {
    files.remove(ANEW)?;
    let old = caught(THE_STORE, || files.store(STORE, &mut builder(cache))).map_err(|_| why.clone())?;
    let copied = caught(THE_STORE, || {
        let from = Snapshot::of(&old.begin_read()?)?;
        let to = files.store(ANEW, &mut builder(cache))?;
        // It closed itself for a failure of the disk, which ends this, too.
        let never = || Err(Error::new(ErrorKind::Storage, "the new store failed"));
        copy(&from, &Store::of(to, Box::new(never))?)
    });
    // It is given up, whatever it says.
    let _ = caught(THE_STORE, || {
        drop(old);
        Ok(())
    });
    if let Err(error) = copied {
        // What is left of it goes with the next start.
        let _ = files.remove(ANEW);
        return Err(error);
    }
    files.rename(ANEW, STORE)?;
    files.sync()
}

/// An article of which only this is left.
struct Remains {
    id: String,
    seq: u64,
    article: Option<Vec<u8>>,
    analysis: Option<Vec<u8>>,
}

/// Copies all articles, in groups, and checks that none is missing.
fn copy(from: &Snapshot, to: &Store) -> Result<()> {
    let expected = check_counters(from)?;
    let mut legible = BTreeMap::new();
    let mut batch = Vec::new();
    let mut last = None;
    for entry in from.articles.range::<u64>(..)? {
        let seq = entry?.0.value();
        if seq > from.seq || last.is_some_and(|last| last >= seq) {
            return Err(lost("its articles are out of order"));
        }
        last = Some(seq);
        let Some(article) = whole(from, seq)? else { continue };
        if legible.insert(article.article.id.clone(), seq).is_some() {
            return Err(lost("an article is in it twice"));
        }
        batch.push((seq, article));
        if batch.len() == BATCH {
            add(from, to, std::mem::take(&mut batch), &[])?;
        }
    }
    let remains = remains(from, &legible)?;
    let found = (legible.len() + remains.len()) as u64;
    if found != expected {
        return Err(lost(&format!("it should hold {expected} articles, but {found} can be read")));
    }
    add(from, to, batch, &remains)
}

/// The error for a store that cannot be rebuilt.
fn lost(what: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("{THE_STORE} is damaged: {what}"))
}

/// How many articles there must be, readable or not.
pub(in crate::embedded) fn check_counters(from: &Snapshot) -> Result<u64> {
    let counters = COUNTERS.map(|name| from.counter(name));
    let mut values = [0; COUNTERS.len()];
    for (value, counter) in values.iter_mut().zip(counters) {
        *value = counter?.unwrap_or(0);
    }
    let checksum = from.counter("checksum")?;
    // A store that was made before there were checksums has none until its first change.
    if checksum.is_some_and(|checksum| checksum != store::checksum(values)) {
        return Err(lost("its counters do not match their checksum"));
    }
    Ok(from.count("articles")? + from.damaged_count()?)
}

/// The article under a number, if record and analysis are whole and belong together.
fn whole(from: &Snapshot, seq: u64) -> Result<Option<AnalyzedArticle>> {
    let (Ok(Some(stored)), Ok(Some(analysis))) = (from.article(seq), from.analysis(seq)) else { return Ok(None) };
    let counts = [stored.sentences, stored.entities, stored.quotes].map(|count| count as usize);
    let article = AnalyzedArticle { article: stored.article, analysis };
    let found = [&article.analysis.sentences.len(), &article.analysis.entities.len(), &article.analysis.quotes.len()];
    let fits = counts.iter().eq(found) && article.fault().is_none();
    Ok((fits && !from.is_damaged(seq)?).then_some(article))
}

/// What is left of the articles that have an id but cannot be read.
fn remains(from: &Snapshot, legible: &BTreeMap<String, u64>) -> Result<Vec<Remains>> {
    let mut taken: BTreeSet<u64> = legible.values().copied().collect();
    let mut remains = Vec::new();
    for entry in from.ids.range::<&str>(..)? {
        let (id, seq) = entry?;
        let (id, seq) = (id.value().to_owned(), seq.value());
        if legible.contains_key(&id) {
            continue;
        }
        if seq > from.seq || !taken.insert(seq) {
            return Err(lost(&format!("article {id:?} has the number of another")));
        }
        tracing::warn!(article = id, "the record of an article is damaged: put the article again or delete it");
        let article = from.articles.get(seq)?.map(|bytes| bytes.value().to_vec());
        let analysis = from.analyses.get(seq)?.map(|bytes| bytes.value().to_vec());
        remains.push(Remains { id, seq, article, analysis });
    }
    Ok(remains)
}

/// Adds a group of articles under their old numbers.
fn add(from: &Snapshot, to: &Store, articles: Vec<(u64, AnalyzedArticle)>, remains: &[Remains]) -> Result<()> {
    to.with(|db| {
        let mut txn = db.begin_write()?;
        txn.set_quick_repair(true);
        let mut changes = Changes::begin(&txn)?;
        for (seq, article) in &articles {
            changes.add(*seq, article, article.article.version, &mut BTreeSet::new())?;
            if let Some(code) = from.pending.get(*seq)?.map(|code| code.value())
                && record::tier_of(code).is_ok()
            {
                changes.pending.insert(*seq, code)?;
            }
        }
        for Remains { id, seq, article, analysis } in remains {
            changes.ids.insert(id.as_str(), seq)?;
            changes.damaged.insert(seq, ())?;
            // An empty record is a damaged one.
            changes.articles.insert(seq, article.as_deref().unwrap_or_default())?;
            changes.analyses.insert(seq, analysis.as_deref().unwrap_or_default())?;
        }
        // The new file has another number, so that the indexes are made anew from it and need no log.
        changes.totals.seq = from.seq;
        changes.finish(from.seq)?;
        Ok(txn.commit()?)
    })
}
