//! The thread that writes: takes all that is queued, makes it durable at once, tells the writers.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::store::Store;
use crate::{Change, Error, ErrorKind, OnProgress, Progress, Receipt, Result, Write};

/// How long a group waits for company when the one before had some. Every commit writes anew the pages
/// that lead to what it changed, so that few large ones cost less of the disk than many small ones;
/// a lone writer, whose groups have one change, is never kept waiting.
const LINGER: Duration = Duration::from_millis(50);

/// A change on its way into the store.
pub(super) struct Job {
    pub(super) write: Write,
    pub(super) progress: OnProgress,
}

/// Changes that are durable and wait to be searchable. None: a new view is wanted all the same.
pub(super) type Followed = Vec<(Receipt, OnProgress)>;

/// What the engine's threads share.
#[derive(Default)]
pub(super) struct Shared {
    /// Sequence number of the last durable change.
    pub(super) durable: AtomicU64,
    /// Up to which change all indexes are committed.
    pub(super) followed: AtomicU64,
    /// Changes handed in that are not yet durable.
    pub(super) waiting: AtomicUsize,
    /// Why the indexes do not follow, while they do not.
    pub(super) fault: ArcSwapOption<String>,
}

/// How much goes into one commit of the store.
#[derive(Clone, Copy)]
pub(super) struct GroupLimits {
    pub(super) articles: usize,
    pub(super) bytes: usize,
}

/// The disk that the data lie on, and how much of it must stay free.
///
/// A full disk makes the store close itself, reads included. So articles are refused while there is
/// still room for the indexes to follow and for readers to go on; deleting stays possible.
pub(super) struct Disk {
    pub(super) dir: PathBuf,
    pub(super) min_free_bytes: u64,
}

impl Disk {
    fn check(&self) -> Result<()> {
        // A disk that does not tell is taken to have room: the store finds out.
        let free = fs4::available_space(&self.dir).unwrap_or(u64::MAX);
        if free >= self.min_free_bytes {
            return Ok(());
        }
        let (dir, free, least) = (self.dir.display(), free >> 20, self.min_free_bytes >> 20);
        let message =
            format!("only {free} MiB are free in {dir}; {least} MiB must stay free, so no article is taken in");
        Err(Error::new(ErrorKind::Storage, message))
    }

    /// The changes that may be made now; the writers of the others are told why not.
    fn admit(&self, group: Vec<Job>) -> Vec<Job> {
        let Err(error) = self.check() else { return group };
        let (deletes, others) = group.into_iter().partition(|job| matches!(job.write, Write::Delete(_)));
        refuse(others, &error);
        deletes
    }
}

/// Runs until the queue is closed and empty.
pub(super) fn run(
    store: &Store,
    queue: &Receiver<Job>,
    followers: &Sender<Followed>,
    shared: &Arc<Shared>,
    limits: GroupLimits,
    disk: &Disk,
) {
    let mut linger = Duration::ZERO;
    while let Ok(first) = queue.recv() {
        let taken = take_group(first, queue, limits, linger);
        let size = taken.len();
        linger = if size > 1 { LINGER } else { Duration::ZERO };
        let group = disk.admit(taken);
        let followed = shared.followed.load(Ordering::Acquire);
        let outcome = store.commit(group.iter().map(|job| &job.write), followed);
        // Counted down before anyone hears of it: the follower waits for what is still to come, no longer.
        shared.waiting.fetch_sub(size, Ordering::AcqRel);
        match outcome {
            Ok(receipts) => {
                let done = acknowledge(group, receipts, shared);
                // The follower ends only after this thread; if it died, the change is durable all the same.
                let _ = followers.send(done);
            }
            Err(error) => {
                // Before the writers hear of it, so that one that tries again finds the store open. If that fails
                // too, the next group tries. Readers get a view of the opened store from the follower.
                if store.reopen().is_ok() {
                    let _ = followers.send(Followed::new());
                }
                refuse(group, &error);
            }
        }
    }
}

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

fn weight(job: &Job) -> usize {
    job.write.article().map_or(0, |analyzed| analyzed.article.body.len())
}

fn acknowledge(group: Vec<Job>, receipts: Vec<Receipt>, shared: &Shared) -> Followed {
    let last = receipts.iter().filter(|receipt| receipt.change != Change::NotFound).map(|receipt| receipt.seq).max();
    shared.durable.fetch_max(last.unwrap_or(0), Ordering::AcqRel);
    let mut done = Vec::with_capacity(group.len());
    for (mut job, receipt) in group.into_iter().zip(receipts) {
        (job.progress)(Progress::Durable(receipt));
        done.push((receipt, job.progress));
    }
    done
}

fn refuse(group: Vec<Job>, error: &Error) {
    for mut job in group {
        (job.progress)(Progress::Failed(error.clone()));
    }
}
