//! When work lends its turn, and for how long it has done so.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// How work has spent its time.
#[derive(Debug)]
pub(super) struct Lending {
    began: Instant,
    /// When it went on after it had last lent its turn.
    went_on: Cell<Instant>,
    /// How long it waited then.
    last: Cell<Duration>,
    /// How long it waited in all.
    waited: Cell<Duration>,
}

impl Lending {
    /// Work that begins now.
    pub(super) fn begin() -> Self {
        let began = Instant::now();
        Self { began, went_on: Cell::new(began), last: Cell::default(), waited: Cell::default() }
    }

    /// Whether it has worked for as long as it waited before.
    pub(super) fn is_due(&self) -> bool {
        self.went_on.get().elapsed() >= self.last.get()
    }

    /// Notes how long it waits.
    pub(super) fn wait(&self, wait: impl FnOnce()) {
        let lent = Instant::now();
        wait();
        let now = Instant::now();
        self.went_on.set(now);
        self.last.set(now - lent);
        self.waited.set(self.waited.get() + (now - lent));
    }

    /// How long it has worked so far.
    pub(super) fn worked(&self) -> Duration {
        self.began.elapsed().saturating_sub(self.waited.get())
    }
}
