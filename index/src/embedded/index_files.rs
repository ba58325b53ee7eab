//! Notices that files of the indexes were damaged while they are in use.
//!
//! They are mapped into memory and never change once they are written. So whoever writes into one changes what searches find, and
//! nothing fails. Each second their lengths and times are compared with what they were. Now and then a thread of its own also reads
//! them slowly, and compares their checksums: a disk may lose bytes without a trace.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};

use super::fault::caught;
use super::files::Files;
use super::indexes::Indexes;
use super::looked::file_damage;
use super::threads::spawn;
use super::watched_file::Seen;
use crate::Result;

/// How many bytes of a second are read at most, on average, to compare checksums.
const BYTES_A_SECOND: u64 = 16 << 20;

/// The files of the indexes as they were written.
pub(super) struct IndexFiles {
    /// Each file, as it was when its commit was made.
    known: BTreeMap<Name, Seen>,
    /// How long after all were read they are read again.
    every: Duration,
    /// When that ended last.
    read: Instant,
    /// Who does it now, if anybody does.
    reading: Option<Reading>,
}

/// The index that a file belongs to, and its name.
type Name = (&'static str, String);

/// Files that are being read.
struct Reading {
    /// What is damaged, if anything is found to be.
    damage: Receiver<String>,
    /// Reading ends when it is dropped.
    _goes_on: Sender<()>,
}

impl IndexFiles {
    /// Nothing is known yet. All files are read so often.
    pub(super) fn read_every(every: Duration) -> Self {
        Self { known: BTreeMap::new(), every, read: Instant::now(), reading: None }
    }

    /// Notes the files of the last commits.
    pub(super) fn note(&mut self, files: &dyn Files, indexes: &Indexes) -> Result<()> {
        let mut known = BTreeMap::new();
        for name in indexes.files()? {
            let seen = self.known.remove(&name).or_else(|| files.seen(&path(&name)));
            known.extend(seen.map(|seen| (name, seen)));
        }
        self.known = known;
        Ok(())
    }

    /// Says which file is damaged, if one was found to be.
    ///
    /// Those that were written since are read at once. The others cost a look at their length and time.
    pub(super) fn damage(&mut self, files: &Arc<dyn Files>) -> Option<String> {
        let mut touched = Vec::new();
        for (name, then) in &self.known {
            match files.seen(&path(name)) {
                // A merge removed it.
                None => {}
                Some(now) if now == *then => {}
                // It is not read: what is mapped of it ends where it no longer does.
                Some((length, _)) if length != then.0 => return Some(format!("{} has another length", path(name))),
                Some(now) => touched.push((name.clone(), now)),
            }
        }
        for (name, now) in touched {
            if let Some(damage) = check(&**files, &name) {
                return Some(damage);
            }
            self.known.insert(name, now);
        }
        self.read(files)
    }

    /// Reads all files, when it is time, and says what was found.
    fn read(&mut self, files: &Arc<dyn Files>) -> Option<String> {
        if let Some(reading) = &self.reading {
            let outcome = reading.damage.try_recv();
            if outcome != Err(TryRecvError::Empty) {
                (self.reading, self.read) = (None, Instant::now());
            }
            return outcome.ok();
        }
        if self.read.elapsed() >= self.every && !self.known.is_empty() {
            let (files, known) = (files.clone(), self.known.clone());
            let (found, damage) = crossbeam_channel::bounded(1);
            let (goes_on, stop) = crossbeam_channel::bounded(0);
            let read = move || {
                // Nobody listens if the engine is stopping.
                read_slowly(&*files, &known, &stop).into_iter().for_each(|damage| drop(found.send(damage)));
            };
            // Without a thread it is tried again with the next look.
            self.reading = spawn("sayso-read", read).ok().map(|_| Reading { damage, _goes_on: goes_on });
        }
        None
    }
}

/// Compares the checksums of files, with pauses. Ends when `stop` does.
fn read_slowly(files: &dyn Files, known: &BTreeMap<Name, Seen>, stop: &Receiver<()>) -> Option<String> {
    for (name, (length, _)) in known {
        // Of one that is gone or cut, the next look tells.
        if files.seen(&path(name)).is_some_and(|(now, _)| now == *length)
            && let Some(damage) = check(files, name)
        {
            return Some(damage);
        }
        let pause = Duration::from_millis(length.saturating_mul(1000) / BYTES_A_SECOND);
        if stop.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
            return None;
        }
    }
    None
}

/// Reads a file, and says whether it is damaged. One that cannot be read now is looked at again later.
fn check(files: &dyn Files, (index, file): &Name) -> Option<String> {
    let damage = caught("it", || file_damage(files, index, file));
    damage.ok().flatten().map(|damage| format!("{index}: {damage}"))
}

/// Where a file lies in the data directory.
fn path((index, file): &Name) -> String {
    format!("{index}/{file}")
}
