//! The engine in this process: a store of record (redb) and three tantivy indexes that follow it.
//!
//! The store alone is the truth. Whatever the indexes lack or lose is made from it, at the latest when the engine
//! opens.
//!
//! # A change
//!
//! 1. [`Engine::write`] queues it.
//! 2. One thread (`writer`) commits everything that is queued to the store in one transaction (`change`), and reports the
//!    changes as durable after the fsync.
//! 3. Another thread (`follow`) reads the store's log, updates the indexes (`indexes`, `schema`) and commits them.
//! 4. It then publishes a new view (`view`), in which store and indexes are at the same sequence number, and reports the
//!    changes as searchable.
//!
//! # A query
//!
//! 1. The page key, if there is one, names the view to read (`page`, `pins`); otherwise it is the current one.
//! 2. `compile` and `filter` turn the query into tantivy queries; `named` finds out which entities a name means.
//! 3. `collect` runs them and keeps the best hits after the last page; `lookup` does the same for entities, and `list` for
//!    articles and mentions.
//!    `facet` counts them; `whole` finds articles by all their sentences together.
//! 4. `search` reads the texts of the hits from the view's snapshot of the store.
//!
//! # Files
//!
//! The directory holds `articles.redb`, the store, and one folder for each index: `sentences`, `quotes` and `entities`.

mod ahead;
mod automaton;
mod change;
mod check;
mod collect;
mod columns;
mod compact;
mod compile;
mod export;
mod facet;
#[cfg(test)]
mod failure_tests;
mod fault;
mod files;
mod filter;
mod follow;
mod in_memory;
mod index_files;
mod indexes;
mod list;
mod listing;
mod looked;
mod lookup;
mod named;
mod named_files;
mod never_back;
#[cfg(test)]
mod older_tests;
mod opened;
mod options;
mod ordering;
#[cfg(test)]
mod overwritten_tests;
mod page;
mod pending;
mod pins;
#[cfg(test)]
mod power_cut_copy_tests;
#[cfg(test)]
mod power_cut_tests;
mod predicate;
#[cfg(test)]
mod refusing_disk_tests;
mod reindex;
mod schema;
mod search;
#[cfg(test)]
mod simulated_disk;
mod spelling;
mod statistics;
mod store;
mod store_file;
mod suggest;
mod terms;
mod threads;
mod view;
mod watched_file;
mod whole;
mod writer;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use crossbeam_channel::Sender;
use sayso_document::Tier;

use self::change::{restore, salvage};
pub use self::check::{Checked, Finding};
pub use self::compact::Compacted;
use self::fault::caught;
pub use self::fault::turns_panics_into_errors;
use self::files::{Files, Folder, STORE};
use self::follow::Follower;
use self::indexes::INDEXES;
use self::looked::META;
pub use self::opened::{Opened, Rebuilt};
pub use self::options::EmbeddedOptions;
use self::pins::{PinLimits, Pins};
use self::predicate::Predicate;
use self::store::Store;
use self::threads::spawn;
use self::view::View;
use self::writer::{Disk, Shared};
use crate::query::{
    ArticleFilter, ArticleQuery, ArticleSearch, EntityQuery, MentionQuery, PageRequest, QuoteQuery, SentenceQuery,
    SpellingQuery, SuggestQuery,
};
use crate::queue::{GroupLimits, Job};
use crate::{
    AnalyzedArticle, ArticleHit, ArticleMatch, Engine, EntityHit, EntityId, EntityRecord, Error, ErrorKind, Exported,
    Health, Interrupt, Kept, MentionHit, OnProgress, Outdated, Page, Pending, Progress, QuoteHit, Result, SentenceHit,
    Spelling, Status, Suggestions, Write,
};

/// The engine that needs nothing installed: all data lies in one directory.
///
/// It can be shared between threads. Dropping it writes what is queued, brings the indexes up to date and ends its
/// threads. What was acknowledged as durable is there when the directory is opened again, after a crash too.
///
/// ```
/// use sayso_index::{Embedded, EmbeddedOptions, Engine, ErrorKind};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let engine = Embedded::open(folder.path(), EmbeddedOptions::default())?;
/// assert!(engine.opened().created);
/// assert_eq!(engine.status()?.articles, 0);
///
/// // A directory belongs to one engine at a time.
/// let second = Embedded::open(folder.path(), EmbeddedOptions::default());
/// assert_eq!(second.err().map(|error| error.kind()), Some(ErrorKind::InUse));
/// # Ok(())
/// # }
/// ```
pub struct Embedded {
    files: Arc<dyn Files>,
    /// None only while dropping.
    queue: Option<Sender<Job>>,
    pins: Pins,
    shared: Arc<Shared>,
    store: Arc<Store>,
    disk: Disk,
    opened: Opened,
    threads: Vec<JoinHandle<()>>,
}

impl Embedded {
    /// Opens the engine in this directory, and creates the directory if needed. Every file is checked before this
    /// returns. Changes that the indexes are missing are replayed, damaged or outdated indexes are rebuilt, and
    /// articles with a damaged record are set aside. [`Embedded::opened`] says what was done.
    ///
    /// # Errors
    /// - [`ErrorKind::InUse`]: another engine has the directory open.
    /// - [`ErrorKind::Corrupt`]: the store is missing beside its indexes, older than they are, or damaged beyond single
    ///   articles.
    /// - [`ErrorKind::Newer`]: a newer version wrote it.
    /// - [`ErrorKind::Storage`]: the disk fails.
    pub fn open(dir: impl Into<PathBuf>, options: EmbeddedOptions) -> Result<Self> {
        Self::open_on(Arc::new(Folder::open(&dir.into())?), options)
    }

    /// Opens the engine on these files.
    fn open_on(files: Arc<dyn Files>, options: EmbeddedOptions) -> Result<Self> {
        let created = files.bytes(STORE)?.is_none_or(|bytes| bytes == 0);
        if created && indexed(&*files) {
            return Err(bereft(&files.path(STORE).unwrap_or_else(|| STORE.into())));
        }
        let (store, salvaged) = salvage::open(&files, options.store_cache_bytes)?;
        let mut engine = Self::start(files, store, options)?;
        engine.opened = Opened { created, salvaged, ..std::mem::take(&mut engine.opened) };
        Ok(engine)
    }

    fn start(files: Arc<dyn Files>, store: Store, options: EmbeddedOptions) -> Result<Self> {
        let store = Arc::new(store);
        let shared = Arc::new(Shared::default());
        let follow = || Follower::start(files.clone(), options.clone(), store.clone(), shared.clone());
        let (follower, opened) = caught("the data directory", follow)?;
        let limits = PinLimits {
            lifetime: options.page_lifetime,
            views: options.page_views,
            growth_bytes: options.page_growth_bytes,
            free_bytes: options.min_free_bytes.saturating_mul(2),
        };
        // Without a place on this machine nothing tells how much room there is.
        let dir = files.path("").unwrap_or_default();
        let pins = Pins::start(follower.view(), dir.join(STORE), limits)?;

        let (queue, jobs) = crossbeam_channel::bounded(options.queue_length.max(1));
        let (durable, followed) = crossbeam_channel::bounded(FOLLOWER_QUEUE);
        let limits =
            GroupLimits { now: options.now, articles: options.group_articles.max(1), bytes: options.group_bytes };
        let numbers = shared.clone();
        let disk = Disk {
            files: files.clone(),
            dir,
            store: store.file.clone(),
            min_free_bytes: options.min_free_bytes,
            min_free_to_delete: options.min_free_bytes_to_delete.min(options.min_free_bytes),
        };
        let (kept, room) = (store.clone(), disk.clone());
        let writing = spawn("sayso-store", move || writer::run(&kept, &jobs, &durable, &numbers, limits, &room))?;
        let following = spawn("sayso-index", move || follower.run(&followed))?;
        Ok(Self { files, queue: Some(queue), pins, shared, store, disk, opened, threads: vec![writing, following] })
    }

    /// Fills a directory with a copy: these articles, in the order of their numbers, which are all that
    /// were `exported`. The directory must be empty or missing; the first [`Embedded::open`] makes the indexes.
    ///
    /// # Errors
    /// - [`ErrorKind::InUse`]: the directory holds something.
    /// - [`ErrorKind::Corrupt`]: the articles are out of order, one is there twice, or some are missing.
    /// - [`ErrorKind::Storage`]: the disk fails.
    /// - Any error of the iterator.
    pub fn restore(
        dir: impl AsRef<Path>,
        exported: &Exported,
        articles: &mut dyn Iterator<Item = Result<Kept>>,
    ) -> Result<()> {
        let dir = dir.as_ref();
        let made = || {
            std::fs::create_dir_all(dir)?;
            Result::Ok(std::fs::read_dir(dir)?.next().is_some())
        };
        if made().map_err(|error| error.about(dir.display()))? {
            let message = format!("{} is not empty: name a new folder, or an empty one", dir.display());
            return Err(Error::new(ErrorKind::InUse, message));
        }
        let files: Arc<dyn Files> = Arc::new(Folder::existing(dir)?);
        restore::restore(&files, EmbeddedOptions::default().store_cache_bytes, exported, articles)
    }

    /// What opening found.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    fn view(&self) -> Arc<View> {
        self.pins.current()
    }

    /// Makes a page from the view that its key names, without one from the current view, and keeps that for the next
    /// page.
    fn page<T>(&self, request: &PageRequest, make: impl FnOnce(&View) -> Result<Page<T>>) -> Result<Page<T>> {
        let Some(key) = &request.after else {
            let view = self.view();
            let page = self.guarded(|| make(&view))?;
            if page.next.is_some() {
                self.pins.pin(&view, false);
            }
            return Ok(page);
        };
        let view = self.pins.view(page::view(key)?)?;
        let page = match self.guarded(|| make(&view)) {
            // The store was opened again after a failure, and older snapshots of it are lost.
            Err(error) if error.kind() == ErrorKind::Storage && view.id != self.view().id => {
                self.pins.unpin(view.id);
                return Err(pins::expired());
            }
            made => made?,
        };
        if page.next.is_some() {
            self.pins.pin(&view, true);
        }
        Ok(page)
    }

    /// Reads from the current view.
    fn read<T>(&self, read: impl FnOnce(&View) -> Result<T>) -> Result<T> {
        let view = self.view();
        self.guarded(|| read(&view))
    }

    /// Reads. What fails for a damaged file is looked into, a panic included.
    fn guarded<T>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        let failed = |error: Error| {
            self.shared.suspect(&error);
            match (error.kind(), error.damaged_record()) {
                (ErrorKind::Corrupt, None) => Error::new(ErrorKind::Corrupt, format!("{error}; {IF_IT_LASTS}")),
                _ => error,
            }
        };
        caught("what was asked for", read).map_err(failed)
    }
}

/// What to do about files that cannot be read. Those of an index are looked through as soon as a reader fails.
const IF_IT_LASTS: &str = "if this goes on for more than a minute, build the search indexes anew with sayso reindex, or stop the \
                           server and let sayso check say what is damaged";

/// Whether there is an index.
fn indexed(files: &dyn Files) -> bool {
    let holds = |folder| files.list(folder).is_ok_and(|names| names.iter().any(|name| name == Path::new(META)));
    INDEXES.into_iter().any(holds)
}

/// The store is missing, which its indexes show that there was.
fn bereft(file: &Path) -> Error {
    let (dir, file) = (file.parent().unwrap_or(file).display(), file.display());
    let message = format!(
        "{file} is missing or empty, but {dir} holds search indexes made from it: put the file back from a backup; to begin \
         without the articles, delete the folders sentences, quotes and entities, or start in another directory"
    );
    Error::new(ErrorKind::Corrupt, message)
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("files", &self.files).finish_non_exhaustive()
    }
}

/// Commits of the store that the indexes may be behind before writers have to wait.
const FOLLOWER_QUEUE: usize = 64;

impl Engine for Embedded {
    fn write(&self, write: Write, mut progress: OnProgress) {
        if let Some(fault) = write.fault() {
            progress(Progress::Failed(fault));
            return;
        }
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        let job = Job { write, progress };
        let refused = match &self.queue {
            Some(queue) => queue.send(job).err().map(|error| error.into_inner()),
            None => Some(job),
        };
        if let Some(mut job) = refused {
            self.shared.waiting.fetch_sub(1, Ordering::AcqRel);
            (job.progress)(Progress::Failed(Error::new(ErrorKind::Closed, "the engine is stopping")));
        }
    }

    fn article(&self, id: &str) -> Result<Option<AnalyzedArticle>> {
        self.read(|view| match view.store.seq_of(id)? {
            Some(seq) => view.store.indexed(seq).map(Some),
            None => Ok(None),
        })
    }

    fn articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>> {
        self.page(&query.page, |view| view.articles(query, interrupt))
    }

    fn search_articles(&self, query: &ArticleSearch, interrupt: &Interrupt) -> Result<Page<ArticleMatch>> {
        self.page(&query.page, |view| view.search_articles(query, interrupt))
    }

    fn sentences(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Page<SentenceHit>> {
        self.page(&query.page, |view| view.sentences(query, interrupt))
    }

    fn quotes(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Page<QuoteHit>> {
        self.page(&query.page, |view| view.quotes(query, interrupt))
    }

    fn entities(&self, query: &EntityQuery, interrupt: &Interrupt) -> Result<Page<EntityHit>> {
        self.page(&query.page, |view| view.entities(query, interrupt))
    }

    fn entity(&self, id: &EntityId) -> Result<Option<EntityRecord>> {
        self.read(|view| view.store.entity(id))
    }

    fn mentions(&self, query: &MentionQuery, interrupt: &Interrupt) -> Result<Page<MentionHit>> {
        self.page(&query.page, |view| view.mentions(query, interrupt))
    }

    fn spellings(&self, query: &SpellingQuery, interrupt: &Interrupt) -> Result<Vec<Spelling>> {
        self.read(|view| view.spellings(query, interrupt))
    }

    fn suggest(&self, query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions> {
        self.read(|view| view.suggest(query, interrupt))
    }

    fn telling_words(&self, text: &str, most: usize, interrupt: &Interrupt) -> Result<Vec<String>> {
        self.read(|view| view.telling_words(text, most, interrupt))
    }

    fn pending(&self, best: Tier, taken: &BTreeSet<u64>, most: usize) -> Result<Vec<Pending>> {
        self.read(|view| view.store.pending(best, taken, most))
    }

    fn outdated(
        &self,
        models: &[String],
        tier: Tier,
        filter: &ArticleFilter,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated> {
        self.read(|view| {
            let mentioning = view.mentioning(filter, interrupt)?;
            let filter = Predicate::of(&view.store, filter, mentioning)?;
            view.store.outdated(models, tier, &filter, after, interrupt)
        })
    }

    fn export(&self, take: &mut dyn FnMut(Kept) -> Result<()>, interrupt: &Interrupt) -> Result<Exported> {
        let snapshot = self.store.snapshot()?;
        self.guarded(|| snapshot.export(take, interrupt))
    }

    fn reindex(&self, interrupt: &Interrupt) -> Result<()> {
        self.shared.reindex(interrupt)
    }

    fn status(&self) -> Result<Status> {
        let disk_bytes = self.shared.disk_bytes.load(Ordering::Relaxed);
        self.read(|view| {
            Ok(Status {
                articles: view.store.count("articles")?,
                sentences: view.store.count("sentences")?,
                quotes: view.store.count("quotes")?,
                entities: view.store.count("entities")?,
                pending: view.store.pending_count()?,
                durable_seq: self.shared.durable.load(Ordering::Acquire).max(view.store.seq),
                searchable_seq: view.store.seq,
                disk_bytes,
                pinned_views: self.pins.count() as u64,
            })
        })
    }

    fn health(&self) -> Health {
        let [articles, deletes] = self.disk.refuses();
        let index_fault = self.shared.fault.load().as_deref().cloned();
        let closed = self.store.fault.load().as_deref().cloned();
        // Readers cannot read on in a file that was closed, even if it is open again.
        let stale = (self.view().store.opening != self.store.opening()).then(|| {
            let why = index_fault.as_deref().unwrap_or("the search indexes are about to follow");
            format!("the store of articles failed and was reopened, and cannot be read yet: {why}")
        });
        Health {
            store_fault: closed.or(stale),
            index_fault,
            refuses_articles: articles.map(|error| error.to_string()),
            refuses_deletes: deletes.map(|error| error.to_string()),
            damaged_articles: self.store.damaged.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // The last owner may be a callback on one of these threads; it cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                // A thread that panicked has said so; there is nothing left to write.
                let _ = thread.join();
            }
        }
    }
}
