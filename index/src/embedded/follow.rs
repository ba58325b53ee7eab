//! The thread that follows the store: it brings the indexes up to the store and publishes the new view.
//!
//! In each round it reads the store's log from where the indexes are, feeds them, commits them, and publishes a view of both. While
//! changes keep coming it waits a little before it commits, because each commit waits for the disk.
//!
//! If a round fails, for example on a full disk, the thread drops the indexes and reopens them later, at growing intervals. Until
//! then reads see the old view, changes stay durable, and their writers are told that they are not searchable yet. Nothing is lost,
//! because the next round starts from the last commits of the indexes and the log of the store.
//!
//! The thread also looks once a second whether a reader met damage: it sets damaged articles aside, reopens a store that closed
//! itself, and rebuilds an index with a damaged file.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};

use super::change::Suspects;
use super::fault::caught;
use super::files::Files;
use super::index_files::IndexFiles;
use super::indexes::{Fields, INDEXES, Indexes};
use super::opened::Opened;
use super::options::EmbeddedOptions;
use super::reindex::{self, Rebuilding};
use super::store::{Snapshot, Store};
use super::threads::spawn;
use super::view::View;
use super::watched_file::Watch;
use super::writer::{Followed, Shared};
use crate::{Error, ErrorKind, Progress, Result};

/// How often the thread checks whether something is wrong.
const TICK: Duration = Duration::from_secs(1);

/// So many changes that wait to become searchable are a bulk.
const BULK: usize = 64;

/// How long after the last write the files are measured.
const MEASURED: Duration = Duration::from_secs(60);

/// The longest wait before the indexes are reopened after failures. The first wait is a second, and each next one twice as long.
const RETRY_AT_MOST: Duration = Duration::from_secs(8);

/// The least time between two checks of all files of the indexes.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// The thread's own state.
pub(super) struct Follower {
    files: Arc<dyn Files>,
    options: EmbeddedOptions,
    store: Arc<Store>,
    fields: Arc<Fields>,
    /// None after a failure: the writers' state is unknown then, but the last commits are known.
    indexes: Option<Indexes>,
    /// Indexes that are being built to take their place.
    rebuilding: Option<Rebuilding>,
    /// Who waits until such indexes are shown.
    reindexed: Vec<Sender<Result<()>>>,
    view: Arc<ArcSwap<View>>,
    shared: Arc<Shared>,
    /// Durable changes whose writers wait until they are searchable.
    pending: Followed,
    /// When to retry after a failure, and how long to wait after the next one.
    retry: Option<(Instant, Duration)>,
    /// When it last checked whether something is wrong.
    looked: Instant,
    /// When it last checked all files of the indexes.
    checked: Option<Instant>,
    /// Their files, watched for damage.
    index_files: IndexFiles,
    /// When changes were last shown, if small segments were not merged since.
    untidy: Option<Instant>,
    /// Ends when small segments are merged.
    tidying: Option<Receiver<()>>,
    /// Until when it measures the files each second: merges go on after what was written last.
    measures_until: Instant,
}

impl Follower {
    /// Opens the indexes, brings them up to the store and makes the first view. Reports what it found.
    pub(super) fn start(
        files: Arc<dyn Files>,
        options: EmbeddedOptions,
        store: Arc<Store>,
        shared: Arc<Shared>,
    ) -> Result<(Self, Opened)> {
        reindex::remove_remains(&*files)?;
        let fields = Arc::new(Fields::new());
        let mut snapshot = store.snapshot()?;
        let mut opened = Opened::default();
        let mut open = |snapshot: &Snapshot| Indexes::open(&*files, &fields, &options, snapshot, &mut opened);
        let indexes = match open(&snapshot) {
            Err(error) if error.damaged_record().is_some() && store.quarantine(&Suspects::All)? > 0 => {
                snapshot = store.snapshot()?;
                open(&snapshot)?
            }
            indexes => indexes?,
        };
        opened.articles = snapshot.count("articles")?;
        opened.damaged = snapshot.damaged_ids()?;
        shared.durable.store(snapshot.seq, Ordering::Release);
        shared.followed.store(snapshot.seq, Ordering::Release);
        let view = View::new(fields.clone(), indexes.searchers(), snapshot, shared.ahead.clone())?;
        let view = Arc::new(ArcSwap::from_pointee(view));
        let mut index_files = IndexFiles::read_every(options.read_indexes_every);
        index_files.note(&*files, &indexes)?;
        let (indexes, pending, looked) = (Some(indexes), Vec::new(), Instant::now());
        let (checked, rebuilding, reindexed) = (None, None, Vec::new());
        let measures_until = Instant::now() + MEASURED;
        // Nothing has to be written yet, so that searches can go on. But whoever looks learns that nothing could be.
        let retry = writable(&*files).err().map(|error| {
            tracing::warn!(%error, "the search indexes cannot follow the store; trying again");
            shared.fault.store(Some(Arc::new(error.to_string())));
            (Instant::now() + TICK, TICK)
        });
        let follower = Self {
            files,
            options,
            store,
            fields,
            indexes,
            rebuilding,
            reindexed,
            view,
            shared,
            pending,
            retry,
            looked,
            checked,
            index_files,
            untidy: Some(Instant::now()),
            tidying: None,
            measures_until,
        };
        follower.measure();
        Ok((follower, opened))
    }

    /// The place that holds the current view.
    pub(super) fn view(&self) -> Arc<ArcSwap<View>> {
        self.view.clone()
    }

    /// Runs until the writing thread has ended and everything it wrote is searchable.
    pub(super) fn run(mut self, durable: &Receiver<Followed>) {
        loop {
            match durable.recv_timeout(TICK) {
                Ok(group) => {
                    self.pending.extend(group);
                    self.look();
                }
                Err(RecvTimeoutError::Timeout) if !self.look() && !self.due() && self.pending.is_empty() => continue,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let outcome = match self.retry {
                Some((at, _)) if Instant::now() < at && !self.stale() => Err(self.standing_fault()),
                // A panic must not end the thread: writers would wait forever, and readers would see an old view.
                _ => caught("the search index", || self.catch_up(durable)),
            };
            self.settle(outcome);
            if self.stale() {
                // If the indexes cannot follow now, readers go on with what they have.
                let _ = self.read_on();
            }
        }
        self.rebuilding = None;
        // It is removed again at the next start, if not now.
        let _ = reindex::remove_remains(&*self.files);
        if let Some(indexes) = self.indexes.take() {
            // Everything is committed; a merge that fails now is repeated by the next one.
            let _ = indexes.close();
        }
    }

    /// Whether the store was reopened after the current view was made, which makes that view unreadable.
    fn stale(&self) -> bool {
        self.view.load().store.opening != self.store.opening()
    }

    /// Shows readers the store that was opened anew, with the indexes as they were, if those fit it.
    ///
    /// So they go on while the indexes cannot be written: on a full disk, or a file system that is read-only.
    fn read_on(&self) -> Result<()> {
        let (snapshot, shown) = (self.store.snapshot()?, self.view.load_full());
        if snapshot.seq == shown.store.seq {
            let (fields, ahead) = (self.fields.clone(), self.shared.ahead.clone());
            let view = View::new(fields, shown.searchers.clone(), snapshot, ahead)?;
            self.view.swap(Arc::new(view)).forget();
        }
        Ok(())
    }

    /// Whether it is time to retry.
    fn due(&self) -> bool {
        self.retry.is_some_and(|(at, _)| Instant::now() >= at)
    }

    /// Follows up on what readers met, once a second. True if there is something to do.
    fn look(&mut self) -> bool {
        if self.looked.elapsed() < TICK {
            return self.stale();
        }
        self.looked = Instant::now();
        if self.looked < self.measures_until {
            self.measure();
        }
        if let Some(fault) = &*self.store.fault.load() {
            let waiting = std::mem::take(&mut *self.shared.reindex.lock().unwrap_or_else(PoisonError::into_inner));
            reindex::tell(waiting, &Err(Error::new(ErrorKind::Storage, fault.as_str())));
        }
        if self.store.fault.load().is_some() || self.store.is_only_read() && !self.files.read_only() {
            return self.store.reopen().is_ok();
        }
        self.look_at_store(Watch::look);
        let mut found = false;
        let suspects = std::mem::take(&mut *self.shared.suspects.lock().unwrap_or_else(PoisonError::into_inner));
        if !suspects.is_empty() {
            // A failure shows again with the next reader.
            found = self.store.quarantine(&Suspects::Some(suspects)).is_ok_and(|more| more > 0);
        }
        if self.shared.suspect.swap(false, Ordering::AcqRel) {
            if !self.store.works() {
                // If that fails, the next look tries again.
                let _ = self.store.reopen();
            }
            found |= self.check_files();
        }
        if let Some(damage) = self.index_files.damage(&self.files) {
            self.close_damaged(&damage);
            found = true;
        }
        found |= self.rebuild();
        if self.pending.is_empty() && self.retry.is_none() {
            // Searches are slower until it is done, and nothing else depends on it.
            let _ = caught("the search index", || self.tidy());
        }
        found || self.stale()
    }

    /// Merges small segments while nothing is written, and shows readers the result.
    fn tidy(&mut self) -> Result<()> {
        if let Some(tidying) = &self.tidying {
            if let Err(TryRecvError::Empty) = tidying.try_recv() {
                return Ok(());
            }
            self.tidying = None;
            let snapshot = self.store.snapshot()?;
            if let Some(indexes) = self.indexes.take_if(|indexes| indexes.is_at(snapshot.seq)) {
                indexes.reload()?;
                self.publish(indexes, snapshot)?;
                self.indexes.iter().for_each(Indexes::remove_merged);
            }
            return Ok(());
        }
        let due = self.untidy.is_some_and(|since| since.elapsed() >= self.options.tidy_after);
        if let Some(indexes) = self.indexes.as_mut().filter(|_| due) {
            self.untidy = None;
            let merges = indexes.tidy()?;
            if !merges.is_empty() {
                let (done, tidying) = crossbeam_channel::bounded::<()>(0);
                // One that fails is tried again after the next changes.
                spawn("sayso-tidy", move || {
                    merges.into_iter().for_each(|merge| drop(merge.wait()));
                    drop(done);
                })?;
                self.tidying = Some(tidying);
            }
        }
        Ok(())
    }

    /// Notes how large all files are.
    fn measure(&self) {
        if let Ok(size) = self.files.size() {
            self.shared.disk_bytes.store(size, Ordering::Relaxed);
        }
    }

    /// Closes the indexes if one of their files is damaged, so that opening rebuilds that index. If none is, the store may be.
    /// A query may also fail for reasons of its own, so this is not repeated too often.
    fn check_files(&mut self) -> bool {
        if self.checked.is_some_and(|checked| checked.elapsed() < CHECK_EVERY) {
            return false;
        }
        self.checked = Some(Instant::now());
        let damaged = self.indexes.as_ref().is_some_and(Indexes::damaged);
        match damaged {
            true => self.close_damaged("a file of a search index is damaged"),
            false => self.look_at_store(Watch::check),
        }
        damaged
    }

    /// Looks whether the store's file was damaged or overwritten, in this way. Such a file is not written any more.
    ///
    /// Health says so from then on, before anybody writes, and readers go on as long as what they need is in memory.
    fn look_at_store(&self, look: impl FnOnce(&Watch) -> Result<()>) {
        let Some(file) = &self.store.file else { return };
        if look(&file.watch).is_err() && file.watch.overwritten().is_some() && self.store.fault.load().is_none() {
            // It is not opened again: that says why, to whoever asks.
            let _ = self.store.reopen();
        }
    }

    /// Closes the indexes, so that opening rebuilds the one with a damaged file. Until then searches may be wrong, and health
    /// says so.
    fn close_damaged(&mut self, damage: &str) {
        tracing::warn!(damage, "a search index was damaged while it was in use");
        let told =
            format!("{damage}; the search index is being made anew, and until then searches may find the wrong things");
        self.shared.fault.store(Some(Arc::new(told)));
        self.indexes = None;
    }

    /// Begins to build indexes if somebody asked for it, and puts in place what is complete. True if they are to be opened.
    fn rebuild(&mut self) -> bool {
        let Some(rebuilding) = self.rebuilding.take() else {
            let waiting = std::mem::take(&mut *self.shared.reindex.lock().unwrap_or_else(PoisonError::into_inner));
            if !waiting.is_empty() {
                let begun = Rebuilding::begin(&self.files, &self.store, &self.fields, &self.options, waiting.clone());
                match begun {
                    Ok(rebuilding) => self.rebuilding = Some(rebuilding),
                    Err(error) => reindex::tell(waiting, &Err(error)),
                }
            }
            return false;
        };
        let Some(outcome) = rebuilding.outcome() else {
            self.rebuilding = Some(rebuilding);
            return false;
        };
        let waiting = rebuilding.into_waiting();
        match outcome.and_then(|()| reindex::swap(&*self.files, self.indexes.take())) {
            Ok(()) => self.reindexed = waiting,
            Err(error) => {
                tracing::warn!(%error, "the search indexes could not be built anew");
                // What is left of them goes with the next attempt.
                let _ = reindex::remove_remains(&*self.files);
                reindex::tell(waiting, &Err(error));
            }
        }
        self.indexes.is_none()
    }

    /// Reports the outcome of a round to waiting writers and to the engine's health.
    fn settle(&mut self, outcome: Result<()>) {
        reindex::tell(std::mem::take(&mut self.reindexed), &outcome);
        let Err(error) = outcome else {
            self.retry = None;
            if self.shared.fault.swap(None).is_some() {
                tracing::info!("the search indexes follow the store again");
            }
            return;
        };
        if error.damaged_record().is_some() && self.store.quarantine(&Suspects::All).is_ok_and(|more| more > 0) {
            self.indexes = None;
            self.retry = Some((Instant::now(), Duration::ZERO));
            return;
        }
        if self.retry.is_none_or(|(at, _)| Instant::now() >= at) {
            self.shared.suspect(&error);
            // The store has the articles; the next round reopens the indexes from their last commits.
            self.indexes = None;
            let wait = self.retry.map_or(TICK, |(_, wait)| (2 * wait).clamp(TICK, RETRY_AT_MOST));
            self.retry = Some((Instant::now() + wait, wait));
            if self.shared.fault.swap(Some(Arc::new(error.to_string()))).is_none() {
                tracing::warn!(%error, "the search indexes cannot follow the store; trying again");
            }
        }
        for (receipt, mut progress) in std::mem::take(&mut self.pending) {
            let why = format!("the change is durable, but cannot be searched yet: {error}");
            progress(Progress::Delayed(receipt, Error::new(ErrorKind::NotSearchable, why)));
        }
    }

    /// The error for changes that cannot become searchable yet.
    fn standing_fault(&self) -> Error {
        let fault = self.shared.fault.load();
        Error::new(ErrorKind::Storage, fault.as_deref().map_or("the indexes are being reopened", String::as_str))
    }

    /// Feeds the indexes until the queue is idle or the backlog is large enough, then commits and shows the new view.
    fn catch_up(&mut self, durable: &Receiver<Followed>) -> Result<()> {
        let began = Instant::now();
        if self.shared.fault.load().is_some() {
            writable(&*self.files)?;
        }
        let mut snapshot = self.store.snapshot()?;
        let mut indexes = match self.indexes.take() {
            Some(indexes) => indexes,
            None => Indexes::open(&*self.files, &self.fields, &self.options, &snapshot, &mut Opened::default())?,
        };
        loop {
            indexes.feed(&self.fields, &snapshot)?;
            if indexes.uncommitted >= self.options.commit_sentences || !self.wait_for_more(durable, began) {
                break;
            }
            snapshot = self.store.snapshot()?;
        }
        indexes.commit(&self.fields, &snapshot)?;
        self.show(indexes, snapshot)
    }

    /// Waits for more durable changes, which only a new snapshot shows. False if none are under way or the time is over.
    fn wait_for_more(&mut self, durable: &Receiver<Followed>, began: Instant) -> bool {
        let EmbeddedOptions { commit_after, bulk_commit_after, .. } = self.options;
        let after = if self.pending.len() < BULK { commit_after } else { commit_after.max(bulk_commit_after) };
        let until = began + after;
        if Instant::now() >= until {
            return false;
        }
        let more = match self.shared.waiting.load(Ordering::Acquire) {
            0 => durable.try_recv().ok(),
            _ => durable.recv_deadline(until).ok(),
        };
        let Some(group) = more else { return false };
        self.pending.extend(group);
        self.pending.extend(durable.try_iter().flatten());
        true
    }

    /// Publishes a view of indexes and store.
    fn publish(&mut self, indexes: Indexes, snapshot: Snapshot) -> Result<()> {
        let view = View::new(self.fields.clone(), indexes.searchers(), snapshot, self.shared.ahead.clone())?;
        self.view.swap(Arc::new(view)).forget();
        self.index_files.note(&*self.files, &indexes)?;
        self.indexes = Some(indexes);
        Ok(())
    }

    /// Publishes the view, then reports the changes that it shows as searchable.
    fn show(&mut self, indexes: Indexes, snapshot: Snapshot) -> Result<()> {
        let seq = snapshot.seq;
        self.publish(indexes, snapshot)?;
        (self.untidy, self.measures_until) = (Some(Instant::now()), Instant::now() + MEASURED);
        // Indexes that are being built need the log from where they begin.
        let needed = self.rebuilding.as_ref().map_or(seq, |rebuilding| rebuilding.seq.min(seq));
        self.shared.followed.store(needed, Ordering::Release);
        let (shown, later) = std::mem::take(&mut self.pending).into_iter().partition(|(receipt, _)| receipt.seq <= seq);
        self.pending = later;
        let shown: Followed = shown;
        for (receipt, mut progress) in shown {
            progress(Progress::Searchable(receipt));
        }
        Ok(())
    }
}

/// Fails if the indexes cannot be written.
fn writable(files: &dyn Files) -> Result<()> {
    INDEXES.into_iter().try_for_each(|index| files.writable(index))
}
