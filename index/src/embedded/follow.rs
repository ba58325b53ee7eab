//! The thread that follows the store: brings the indexes up to it and shows readers the new view.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::EmbeddedOptions;
use super::indexes::{Fields, Indexes};
use super::store::{Snapshot, Store};
use super::view::View;
use super::writer::{Followed, Shared};
use crate::{Error, ErrorKind, Progress, Result};

/// After a failure (a full disk) the indexes are opened again this much later.
const RETRY_AFTER: Duration = Duration::from_secs(1);

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
}

impl Follower {
    /// Opens the indexes, brings them up to the store and makes the first view.
    pub(super) fn start(
        dir: PathBuf,
        options: EmbeddedOptions,
        store: Arc<Store>,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let fields = Arc::new(Fields::new());
        let snapshot = store.snapshot()?;
        let indexes = Indexes::open(&dir, &fields, &options, &snapshot)?;
        shared.durable.store(snapshot.seq, Ordering::Release);
        shared.followed.store(snapshot.seq, Ordering::Release);
        let view = View::new(fields.clone(), indexes.searchers(), snapshot)?;
        let view = Arc::new(ArcSwap::from_pointee(view));
        Ok(Self { dir, options, store, fields, indexes: Some(indexes), view, shared, pending: Vec::new() })
    }

    /// Where the current view is found.
    pub(super) fn view(&self) -> Arc<ArcSwap<View>> {
        self.view.clone()
    }

    /// Runs until the thread that writes has ended and all that it wrote is searchable.
    pub(super) fn run(mut self, durable: &Receiver<Followed>) {
        loop {
            let group = match self.pending.is_empty() {
                true => durable.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => durable.recv_timeout(RETRY_AFTER),
            };
            match group {
                Ok(group) => self.pending.extend(group),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // A panic must not end the thread: writers would wait for ever, and readers see an old view.
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| self.catch_up(durable)))
                .unwrap_or_else(|_| Err(Error::new(ErrorKind::Storage, "the search index panicked")));
            if outcome.is_err() {
                // The store has the articles; the next round opens the indexes again from their last commits.
                self.indexes = None;
            }
            self.shared.fault.store(outcome.err().map(|error| Arc::new(error.to_string())));
        }
        if let Some(indexes) = self.indexes.take() {
            // All is committed: a merge that fails now is made up for by the next one.
            let _ = indexes.close();
        }
    }

    /// Feeds the indexes until the queue is idle or the backlog large enough, then shows the new view.
    fn catch_up(&mut self, durable: &Receiver<Followed>) -> Result<()> {
        let until = Instant::now() + self.options.commit_after;
        let mut snapshot = self.store.snapshot()?;
        let mut indexes = match self.indexes.take() {
            Some(indexes) => indexes,
            None => Indexes::open(&self.dir, &self.fields, &self.options, &snapshot)?,
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
