//! The thread that follows the store: brings the indexes up to it and shows readers the new view.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::change::Suspects;
use super::fault::caught;
use super::indexes::{Fields, Indexes};
use super::opened::Opened;
use super::options::EmbeddedOptions;
use super::store::{Snapshot, Store};
use super::view::View;
use super::writer::{Followed, Shared};
use crate::{Error, ErrorKind, Progress, Result};

/// How often the thread looks whether something is wrong.
const TICK: Duration = Duration::from_secs(1);

/// After a failure (a full disk) the indexes are opened again a second later, after more of them this much at most.
const RETRY_AT_MOST: Duration = Duration::from_secs(8);

/// How long the files of the indexes are not read once more to see whether they are damaged.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// The thread's own state.
pub(super) struct Follower {
    dir: PathBuf,
    options: EmbeddedOptions,
    store: Arc<Store>,
    fields: Arc<Fields>,
    /// None after a failure: what the writers hold is unknown, the last commits are not.
    indexes: Option<Indexes>,
    view: Arc<ArcSwap<View>>,
    shared: Arc<Shared>,
    /// Durable changes whose writers wait to hear that they are searchable.
    pending: Followed,
    /// When to try again after failures, and how long to wait after the next one.
    retry: Option<(Instant, Duration)>,
    /// When it last looked whether something is wrong, and when it last read all files of the indexes for it.
    looked: Instant,
    checked: Option<Instant>,
}

impl Follower {
    /// Opens the indexes, brings them up to the store and makes the first view. Tells what it came upon.
    pub(super) fn start(
        dir: PathBuf,
        options: EmbeddedOptions,
        store: Arc<Store>,
        shared: Arc<Shared>,
    ) -> Result<(Self, Opened)> {
        let fields = Arc::new(Fields::new());
        let mut snapshot = store.snapshot()?;
        let mut opened = Opened::default();
        let mut open = |snapshot: &Snapshot| Indexes::open(&dir, &fields, &options, snapshot, &mut opened);
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
        let view = View::new(fields.clone(), indexes.searchers(), snapshot)?;
        let view = Arc::new(ArcSwap::from_pointee(view));
        let (indexes, pending, looked) = (Some(indexes), Vec::new(), Instant::now());
        let (retry, checked) = (None, None);
        let follower = Self { dir, options, store, fields, indexes, view, shared, pending, retry, looked, checked };
        Ok((follower, opened))
    }

    /// Where the current view is found.
    pub(super) fn view(&self) -> Arc<ArcSwap<View>> {
        self.view.clone()
    }

    /// Runs until the thread that writes has ended and all that it wrote is searchable.
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
                // A panic must not end the thread: writers would wait for ever, and readers see an old view.
                _ => caught("the search index", || self.catch_up(durable)),
            };
            self.settle(outcome);
        }
        if let Some(indexes) = self.indexes.take() {
            // All is committed: a merge that fails now is made up for by the next one.
            let _ = indexes.close();
        }
    }

    /// Whether the store was opened again since readers got their view, which they cannot read any more.
    fn stale(&self) -> bool {
        self.view.load().store.opening != self.store.opening()
    }

    /// Whether it is time to try again what failed.
    fn due(&self) -> bool {
        self.retry.is_some_and(|(at, _)| Instant::now() >= at)
    }

    /// Looks into what readers met, once in a while. True when there is something to be done about it.
    fn look(&mut self) -> bool {
        if self.looked.elapsed() < TICK {
            return self.stale();
        }
        self.looked = Instant::now();
        if self.store.fault.load().is_some() {
            return self.store.reopen().is_ok();
        }
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
            found |= self.check_indexes();
        }
        found || self.stale()
    }

    /// Closes the indexes if a file of theirs is damaged: opening them makes those anew. A query may fail for reasons of
    /// its own, too, so that this is not done again and again.
    fn check_indexes(&mut self) -> bool {
        if self.checked.is_some_and(|checked| checked.elapsed() < CHECK_EVERY) {
            return false;
        }
        self.checked = Some(Instant::now());
        let damaged = self.indexes.as_ref().is_some_and(Indexes::damaged);
        if damaged {
            self.indexes = None;
        }
        damaged
    }

    /// Tells what became of a round: those who wait, and whoever asks how the engine is.
    fn settle(&mut self, outcome: Result<()>) {
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
            // The store has the articles; the next round opens the indexes again from their last commits.
            self.indexes = None;
            let wait = self.retry.map_or(TICK, |(_, wait)| (2 * wait).clamp(TICK, RETRY_AT_MOST));
            self.retry = Some((Instant::now() + wait, wait));
            if self.shared.fault.swap(Some(Arc::new(error.to_string()))).is_none() {
                tracing::warn!(%error, "the search indexes do not follow the store; trying again");
            }
        }
        for (receipt, mut progress) in std::mem::take(&mut self.pending) {
            let why = format!("the change is durable, but cannot be searched yet: {error}");
            progress(Progress::Delayed(receipt, Error::new(ErrorKind::NotSearchable, why)));
        }
    }

    fn standing_fault(&self) -> Error {
        let fault = self.shared.fault.load();
        Error::new(ErrorKind::Storage, fault.as_deref().map_or("the indexes are opened again", String::as_str))
    }

    /// Feeds the indexes until the queue is idle or the backlog large enough, then shows the new view.
    fn catch_up(&mut self, durable: &Receiver<Followed>) -> Result<()> {
        let until = Instant::now() + self.options.commit_after;
        let mut snapshot = self.store.snapshot()?;
        let mut indexes = match self.indexes.take() {
            Some(indexes) => indexes,
            None => Indexes::open(&self.dir, &self.fields, &self.options, &snapshot, &mut Opened::default())?,
        };
        loop {
            indexes.feed(&self.fields, &snapshot)?;
            if indexes.uncommitted >= self.options.commit_sentences || !self.wait_for_more(durable, until) {
                break;
            }
            snapshot = self.store.snapshot()?;
        }
        indexes.commit(&self.fields, &snapshot)?;
        self.show(indexes, snapshot)
    }

    /// Takes what has become durable meanwhile, which only a new snapshot shows. False when nothing is on its way or
    /// the time is over.
    fn wait_for_more(&mut self, durable: &Receiver<Followed>, until: Instant) -> bool {
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

    /// Publishes the view, then tells the writers whose changes it shows.
    fn show(&mut self, indexes: Indexes, snapshot: Snapshot) -> Result<()> {
        let seq = snapshot.seq;
        let view = View::new(self.fields.clone(), indexes.searchers(), snapshot)?;
        self.view.store(Arc::new(view));
        self.shared.followed.store(seq, Ordering::Release);
        self.indexes = Some(indexes);
        let (shown, later) = std::mem::take(&mut self.pending).into_iter().partition(|(receipt, _)| receipt.seq <= seq);
        self.pending = later;
        let shown: Followed = shown;
        for (receipt, mut progress) in shown {
            progress(Progress::Searchable(receipt));
        }
        Ok(())
    }
}
