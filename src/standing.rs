//! How far analyses are that come later.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// What is known of analyses that come later.
#[derive(Debug, Default)]
pub(crate) struct Upgrades {
    pub(crate) wake: Notify,
    /// How many are under way. What is done is counted before it is no longer under way.
    pub(crate) under_way: AtomicU64,
    pub(crate) done: AtomicU64,
    pub(crate) failed: AtomicU64,
}

impl Upgrades {
    /// Says that something waits.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// How far they are when the engine says that `marked` articles wait. Ask it first: what it does not list any more,
    /// and is not under way, is among those done.
    pub(crate) fn standing(&self, marked: u64) -> Standing {
        // The new analysis of what is under way may be in sight already, but is not counted as done yet.
        let pending = marked.max(self.under_way.load(Ordering::Acquire));
        Standing { pending, done: self.done(), failed: self.failed.load(Ordering::Relaxed) }
    }

    /// How many articles got theirs since the server started.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// How far analyses are that come later.
#[derive(Debug)]
pub(crate) struct Standing {
    /// How many articles wait for theirs. Reads see the new analyses of all others.
    pub(crate) pending: u64,
    /// How many got theirs since the server started.
    pub(crate) done: u64,
    /// How many were given up until it starts again.
    pub(crate) failed: u64,
}
