//! How many articles wait for a better analysis, have received one, or have failed.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// The state of later analyses.
#[derive(Debug, Default)]
pub(crate) struct Upgrades {
    pub(crate) wake: Notify,
    /// How many are under way. A finished one is counted as done before it is no longer counted here.
    pub(crate) under_way: AtomicU64,
    pub(crate) done: AtomicU64,
    pub(crate) failed: AtomicU64,
}

impl Upgrades {
    /// Signals that an article waits.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// The figures, if the engine says that `marked` articles wait. Ask the engine first: an article that it no longer
    /// lists, and that is not under way, is among those done.
    pub(crate) fn standing(&self, marked: u64) -> Standing {
        // The new analysis of one under way may already be visible, but is not counted as done yet.
        let pending = marked.max(self.under_way.load(Ordering::Acquire));
        Standing { pending, done: self.done(), failed: self.failed.load(Ordering::Relaxed) }
    }

    /// How many articles got their better analysis since the server started.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// How many later analyses are pending, done and failed.
#[derive(Debug)]
pub(crate) struct Standing {
    /// How many articles wait. Reads see the new analyses of all others.
    pub(crate) pending: u64,
    /// How many got their new analysis since the server started.
    pub(crate) done: u64,
    /// How many were given up until the server restarts.
    pub(crate) failed: u64,
}
