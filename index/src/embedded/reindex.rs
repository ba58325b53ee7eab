//! Builds the indexes anew beside those in use, and puts them in their place, while everything goes on.
//!
//! The follower takes a snapshot of the store and lets a thread of its own build new indexes from it. In the meantime it keeps
//! what the log has after the snapshot. When the new indexes are complete, it closes the old ones, moves the new ones to their
//! place, and opens them, which replays the log. Views of the old indexes stay readable, because their files are open.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};

use super::INDEXES;
use super::fault::caught;
use super::follow::Follower;
use super::indexes::Indexes;
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
pub(super) fn remove_remains(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir.join(FOLDER)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

impl Follower {
    /// Begins to build if somebody asked for it, and puts in place what is complete. True if the indexes are to be opened.
    pub(super) fn rebuild(&mut self) -> bool {
        match &mut self.rebuilding {
            None => {
                let waiting = std::mem::take(&mut *self.shared.reindex.lock().unwrap_or_else(PoisonError::into_inner));
                if !waiting.is_empty() {
                    match self.begin(waiting.clone()) {
                        Ok(rebuilding) => self.rebuilding = Some(rebuilding),
                        Err(error) => tell(waiting, &Err(error)),
                    }
                }
                false
            }
            Some(rebuilding) => {
                let outcome = match rebuilding.outcome.try_recv() {
                    Err(TryRecvError::Empty) => return false,
                    Err(TryRecvError::Disconnected) => {
                        Err(Error::new(ErrorKind::Storage, "building the indexes ended without a result"))
                    }
                    Ok(outcome) => outcome,
                };
                let waiting = std::mem::take(&mut rebuilding.waiting);
                self.rebuilding = None;
                match outcome.and_then(|()| self.swap()) {
                    Ok(()) => self.reindexed = waiting,
                    Err(error) => {
                        tracing::warn!(%error, "the search indexes could not be built anew");
                        // What is left of them goes with the next attempt.
                        let _ = remove_remains(&self.dir);
                        tell(waiting, &Err(error));
                    }
                }
                self.indexes.is_none()
            }
        }
    }

    fn begin(&self, waiting: Vec<Sender<Result<()>>>) -> Result<Rebuilding> {
        remove_remains(&self.dir)?;
        let (snapshot, stop) = (self.store.snapshot()?, Interrupt::default());
        let (seq, dir) = (snapshot.seq, self.dir.join(FOLDER));
        let (fields, options, interrupt) = (Arc::clone(&self.fields), self.options.clone(), stop.clone());
        let (sender, outcome) = crossbeam_channel::bounded(1);
        let build = move || {
            let built =
                caught("the store of articles", || Indexes::build(&dir, &fields, &options, &snapshot, &interrupt));
            // Nobody listens if the engine is stopping.
            let _ = sender.send(built);
        };
        let thread = Some(spawn("sayso-reindex", build)?);
        tracing::info!("building the search indexes anew");
        Ok(Rebuilding { seq, outcome, thread, stop, waiting })
    }

    /// Puts the new indexes in the place of those in use. If this ends halfway, opening builds what is missing.
    fn swap(&mut self) -> Result<()> {
        if let Some(indexes) = self.indexes.take() {
            // Nothing is lost with what was not committed: the log has it.
            let _ = indexes.close();
        }
        for index in INDEXES {
            let (new, old): (PathBuf, PathBuf) = (self.dir.join(FOLDER).join(index), self.dir.join(index));
            if old.exists() {
                fs::remove_dir_all(&old)?;
            }
            fs::rename(new, old)?;
        }
        remove_remains(&self.dir)?;
        tracing::info!("the search indexes were built anew");
        Ok(())
    }
}

/// Tells everybody who waits.
pub(super) fn tell(waiting: Vec<Sender<Result<()>>>, outcome: &Result<()>) {
    for one in waiting {
        // Whoever no longer waits need not know.
        let _ = one.send(outcome.clone());
    }
}
