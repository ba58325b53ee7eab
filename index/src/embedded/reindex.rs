//! Builds the indexes anew beside those in use, and puts them in their place, while everything goes on.
//!
//! The follower takes a snapshot of the store and lets a thread of its own build new indexes from it. In the meantime it keeps
//! what the log has after the snapshot. When the new indexes are complete, it closes the old ones, moves the new ones to their
//! place, and opens them, which replays the log. Views of the old indexes stay readable, because their files are open.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};

use super::fault::caught;
use super::files::Files;
use super::indexes::{Fields, INDEXES, Indexes};
use super::options::EmbeddedOptions;
use super::store::{Store, THE_STORE};
use super::threads::spawn;
use super::writer::Shared;
use crate::{Error, ErrorKind, Interrupt, Result};

/// The folder in which new indexes are built.
const FOLDER: &str = "rebuilding";

/// How often a caller is looked after while it waits.
const LOOK: Duration = Duration::from_millis(100);

/// Indexes that are being built.
pub(super) struct Rebuilding {
    /// What is in them; the log must hold all changes after it.
    pub(super) seq: u64,
    outcome: Receiver<Result<()>>,
    thread: Option<JoinHandle<()>>,
    stop: Interrupt,
    /// Who waits for them.
    waiting: Vec<Sender<Result<()>>>,
}

impl Drop for Rebuilding {
    fn drop(&mut self) {
        self.stop.cancelled.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It told its outcome, or nobody wants it any more.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Asks for new indexes, and waits until they are in place.
    pub(super) fn reindex(&self, interrupt: &Interrupt) -> Result<()> {
        let (sender, outcome) = crossbeam_channel::bounded(1);
        self.reindex.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        loop {
            match outcome.recv_timeout(LOOK) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Timeout) => interrupt.check()?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(ErrorKind::Closed, "the engine is stopping"));
                }
            }
        }
    }
}

/// Removes what a process left that ended while it built indexes.
pub(super) fn remove_remains(files: &dyn Files) -> Result<()> {
    files.remove(FOLDER)
}

impl Rebuilding {
    /// Begins to build from the present state of the store.
    pub(super) fn begin(
        files: &Arc<dyn Files>,
        store: &Store,
        fields: &Arc<Fields>,
        options: &EmbeddedOptions,
        waiting: Vec<Sender<Result<()>>>,
    ) -> Result<Self> {
        remove_remains(&**files)?;
        let (snapshot, stop) = (store.snapshot()?, Interrupt::default());
        let (seq, files) = (snapshot.seq, files.clone());
        let (fields, options, interrupt) = (Arc::clone(fields), options.clone(), stop.clone());
        let (sender, outcome) = crossbeam_channel::bounded(1);
        let build = move || {
            let built = caught(THE_STORE, || {
                Indexes::build(&*files, &format!("{FOLDER}/"), &fields, &options, &snapshot, &interrupt)
            });
            // Nobody listens if the engine is stopping.
            let _ = sender.send(built);
        };
        let thread = Some(spawn("sayso-reindex", build)?);
        tracing::info!("building the search indexes anew");
        Ok(Self { seq, outcome, thread, stop, waiting })
    }

    /// Whether they are complete, or what failed. None while they are being built.
    pub(super) fn outcome(&self) -> Option<Result<()>> {
        match self.outcome.try_recv() {
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(Error::new(ErrorKind::Storage, "building the indexes ended without a result")))
            }
            Ok(outcome) => Some(outcome),
        }
    }

    /// Who waits for them.
    pub(super) fn into_waiting(mut self) -> Vec<Sender<Result<()>>> {
        std::mem::take(&mut self.waiting)
    }
}

/// Puts the new indexes in the place of those in use. If this ends halfway, opening builds what is missing.
pub(super) fn swap(files: &dyn Files, used: Option<Indexes>) -> Result<()> {
    if let Some(indexes) = used {
        // Nothing is lost with what was not committed: the log has it.
        let _ = indexes.close();
    }
    for index in INDEXES {
        files.remove(index)?;
        files.rename(&format!("{FOLDER}/{index}"), index)?;
    }
    remove_remains(files)?;
    tracing::info!("the search indexes were built anew");
    Ok(())
}

/// Tells everybody who waits.
pub(super) fn tell(waiting: Vec<Sender<Result<()>>>, outcome: &Result<()>) {
    for one in waiting {
        // Whoever no longer waits need not know.
        let _ = one.send(outcome.clone());
    }
}
