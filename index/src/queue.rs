//! Changes on their way into a store, and how they go in together.
//!
//! What is queued when a writer is free is one group, up to a limit: the price of making a group durable is paid once.
//! That is an fsync on the embedded engine, and a bulk with its answers on a cluster.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use crate::{Error, OnProgress, Progress, Write};

/// How long a group waits for company if the previous one had some. Every commit rewrites the pages that lead to what
/// it changed, so a few large commits cost less disk than many small ones. A lone writer, whose groups have one change,
/// never waits.
const LINGER: Duration = Duration::from_millis(50);

/// A change on its way into the store.
pub(crate) struct Job {
    /// The change.
    pub(crate) write: Write,
    /// Whom to tell how far it is.
    pub(crate) progress: OnProgress,
}

/// How much goes into one group, and the clock for it.
#[derive(Clone, Copy)]
pub(crate) struct GroupLimits {
    /// The moment, in microseconds since 1970.
    pub(crate) now: fn() -> i64,
    /// The maximum number of changes.
    pub(crate) articles: usize,
    /// The approximate maximum of bytes of text.
    pub(crate) bytes: usize,
}

/// The groups of a queue, until it is closed and empty.
pub(crate) struct Groups<'q> {
    queue: &'q Receiver<Job>,
    limits: GroupLimits,
    linger: Duration,
}

impl<'q> Groups<'q> {
    /// The groups of this queue, up to these limits.
    pub(crate) fn new(queue: &'q Receiver<Job>, limits: GroupLimits) -> Self {
        Self { queue, limits, linger: Duration::ZERO }
    }
}

impl Iterator for Groups<'_> {
    type Item = Vec<Job>;

    fn next(&mut self) -> Option<Self::Item> {
        let group = take_group(self.queue.recv().ok()?, self.queue, self.limits, self.linger);
        self.linger = if group.len() > 1 { LINGER } else { Duration::ZERO };
        Some(group)
    }
}

/// Takes what is queued, up to the limits, and waits for more for as long as `linger`.
fn take_group(first: Job, queue: &Receiver<Job>, limits: GroupLimits, linger: Duration) -> Vec<Job> {
    let until = Instant::now() + linger;
    let mut bytes = weight(&first);
    let mut group = vec![first];
    while group.len() < limits.articles && bytes < limits.bytes {
        let Ok(job) = queue.recv_deadline(until) else { break };
        bytes += weight(&job);
        group.push(job);
    }
    group
}

/// The bytes of text that a change brings.
fn weight(job: &Job) -> usize {
    job.write.article().map_or(0, |analyzed| analyzed.article.body.len())
}

/// Reports all changes as failed.
pub(crate) fn refuse(group: Vec<Job>, error: &Error) {
    for mut job in group {
        (job.progress)(Progress::Failed(error.clone()));
    }
}
