//! The thread that writes: it takes everything that is queued, makes it durable in one commit, and tells the writers.
//!
//! A group is what is queued when the thread is free, up to a limit. All changes of a group are made in one
//! transaction, so one fsync serves them all. If the transaction fails for the sake of one change, the changes are made
//! one by one.
//!
//! While the disk fills up, articles are refused first and deletes later, since a full disk would close the store.
//! Deletes go in small groups then, because a large one takes more room before it gives any.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;

use crossbeam_channel::{Receiver, Sender};

use super::ahead::Ahead;
use super::change::Outcome;
use super::fault::LARGER_FILES;
use super::files::Files;
use super::store::Store;
use super::store_file::StoreFile;
use crate::queue::{GroupLimits, Groups, Job, refuse};
use crate::{Change, Error, ErrorKind, OnProgress, Progress, Receipt, Write};

/// Changes that are durable and wait to become searchable. An empty list asks for a new view anyway.
pub(super) type Followed = Vec<(Receipt, OnProgress)>;

/// What the engine's threads share.
#[derive(Default)]
pub(super) struct Shared {
    /// Sequence number of the last durable change.
    pub(super) durable: AtomicU64,
    /// The last change that all indexes have committed.
    pub(super) followed: AtomicU64,
    /// Submitted changes that are not yet durable.
    pub(super) waiting: AtomicUsize,
    /// Why the indexes do not follow, while they do not.
    pub(super) fault: ArcSwapOption<String>,
    /// Articles whose record a reader could not read.
    pub(super) suspects: Mutex<BTreeSet<u64>>,
    /// Whether a reader failed for another reason: store and indexes are to be looked at.
    pub(super) suspect: AtomicBool,
    /// Hits for the next pages of searches.
    pub(super) ahead: Arc<Ahead>,
    /// The size of all files, as of a second ago while something is written.
    pub(super) disk_bytes: AtomicU64,
    /// Who asked for new indexes.
    pub(super) reindex: Mutex<Vec<Sender<crate::Result<()>>>>,
}

impl Shared {
    /// Notes what a reader's failure says about store and indexes. The follower looks into it.
    pub(super) fn suspect(&self, error: &Error) {
        match (error.damaged_record(), error.kind()) {
            (Some(seq), _) => {
                self.suspects.lock().unwrap_or_else(PoisonError::into_inner).insert(seq);
            }
            (None, ErrorKind::Corrupt | ErrorKind::Storage) => self.suspect.store(true, Ordering::Release),
            _ => {}
        }
    }
}

/// The disk that holds the data, and how much of it must stay free.
///
/// A full disk makes the store close itself, reads included. So articles are refused while there is still room for the
/// indexes to follow and for readers to go on. Deleting stays possible for longer.
#[derive(Clone)]
pub(super) struct Disk {
    /// What lies on it.
    pub(super) files: Arc<dyn Files>,
    /// The data directory.
    pub(super) dir: PathBuf,
    /// The store's file in it; None if nobody looks.
    pub(super) store: Option<StoreFile>,
    /// Articles are refused below this.
    pub(super) min_free_bytes: u64,
    /// Deletes are refused below this.
    pub(super) min_free_to_delete: u64,
}

/// The maximum number of deletes in one commit while the disk is nearly full, because each takes room before it gives
/// any.
const DELETES: usize = 16;

impl Disk {
    /// Why articles, and why deletes, are refused now.
    pub(super) fn refuses(&self) -> [Option<Error>; 2] {
        if let Some(fault) = self.store.as_ref().and_then(StoreFile::fault) {
            return [Some(fault.clone()), Some(fault)];
        }
        if self.files.read_only() {
            let message = format!(
                "the file system of {} is read-only at present, so nothing is written, and reads go on; see in the system's log \
                 why (dmesg), and mount it so that it can be written",
                self.dir.display()
            );
            let error = Error::new(ErrorKind::Storage, message);
            return [Some(error.clone()), Some(error)];
        }
        // If the free space is unknown, there is room until the store finds otherwise.
        let (on_disk, in_file) = (fs4::available_space(&self.dir).unwrap_or(u64::MAX), self.files.may_grow());
        let free = on_disk.min(in_file);
        let refuses = |least: u64, what: &str| {
            let (dir, free, least) = (self.dir.display(), free >> 20, least.div_ceil(1 << 20));
            let message = match in_file < on_disk {
                true => format!(
                    "the store of articles in {dir} may grow by {free} MiB, and {least} MiB must be left, so no article is \
                     {what}{LARGER_FILES}"
                ),
                false => {
                    format!("only {free} MiB are free in {dir}; {least} MiB must stay free, so no article is {what}")
                }
            };
            Error::new(ErrorKind::Storage, message)
        };
        [
            (free < self.min_free_bytes).then(|| refuses(self.min_free_bytes, "taken in")),
            (free < self.min_free_to_delete).then(|| refuses(self.min_free_to_delete, "deleted")),
        ]
    }

    /// The changes that may be made now, in groups. The writers of the others are told why not.
    fn admit(&self, group: Vec<Job>) -> Vec<Vec<Job>> {
        let [articles, deletes] = self.refuses();
        let Some(error) = articles else { return vec![group] };
        let (mut taken, others) = group.into_iter().partition(|job: &Job| matches!(job.write, Write::Delete(..)));
        refuse(others, &error);
        if let Some(error) = deletes {
            refuse(std::mem::take(&mut taken), &error);
        }
        let mut groups = Vec::new();
        while !taken.is_empty() {
            let rest = taken.split_off(taken.len().min(DELETES));
            groups.push(std::mem::replace(&mut taken, rest));
        }
        groups
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
    for taken in Groups::new(queue, limits) {
        let size = taken.len();
        let groups = disk.admit(taken);
        let admitted: usize = groups.iter().map(Vec::len).sum();
        shared.waiting.fetch_sub(size - admitted, Ordering::AcqRel);
        for group in groups {
            write(store, group, followers, shared, limits.now);
        }
    }
}

/// Makes a group of changes. If one of them cannot be made, the others still are.
fn write(store: &Store, group: Vec<Job>, followers: &Sender<Followed>, shared: &Arc<Shared>, now: fn() -> i64) {
    let followed = shared.followed.load(Ordering::Acquire);
    let committed = store.commit(group.iter().map(|job| &job.write), followed, now());
    let alone = group.len() == 1;
    match committed {
        Ok(outcomes) => {
            // Counted down before anyone hears of it: the follower waits for what is still to come, no longer.
            shared.waiting.fetch_sub(group.len(), Ordering::AcqRel);
            let done = acknowledge(group, outcomes, shared);
            // The follower ends only after this thread; if it died, the change is durable all the same.
            let _ = followers.send(done);
        }
        Err(error) => {
            // Before the writers hear of it, so that one that tries again finds the store open. If that fails
            // too, the follower tries. Readers get a view of the opened store from it.
            if !store.works() {
                let _ = store.reopen();
                let _ = followers.send(Followed::new());
            }
            if !alone && error.kind() != ErrorKind::Storage {
                return group.into_iter().for_each(|job| write(store, vec![job], followers, shared, now));
            }
            shared.waiting.fetch_sub(group.len(), Ordering::AcqRel);
            refuse(group, &error);
        }
    }
}

/// Reports the changes as durable, or as failed. Returns those that wait to become searchable.
fn acknowledge(group: Vec<Job>, outcomes: Vec<Outcome>, shared: &Shared) -> Followed {
    let receipts = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok());
    let last = receipts.filter(|receipt| receipt.change != Change::NotFound).map(|receipt| receipt.seq).max();
    shared.durable.fetch_max(last.unwrap_or(0), Ordering::AcqRel);
    let mut done = Vec::with_capacity(group.len());
    for (mut job, outcome) in group.into_iter().zip(outcomes) {
        match outcome {
            Ok(receipt) => {
                (job.progress)(Progress::Durable(receipt));
                done.push((receipt, job.progress));
            }
            Err(error) => (job.progress)(Progress::Failed(error)),
        }
    }
    done
}
