//! A disk whose power fails: what was not synced is lost, torn or kept, as a seed has it.
//!
//! A file is what was synced of it, and the writes since. A folder is the names that were synced, and the changes of names since. When
//! the power fails, each write since the last sync is kept, lost, or kept in some of its sectors, whatever was written before or after
//! it; a name is lost with all later changes of it. So writes reach the disk in any order, but for what waits for a sync.
//!
//! Each start of the engine has an access of its own ([`Power`]). After the power failed, all that an older one does fails.

mod files;
mod index;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a disk writes as a whole, in bytes.
const SECTOR: usize = 512;

/// Numbers that look random and are the same each time (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    /// The next number, below this one.
    pub(super) fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// A change of a file that is not on the disk for certain.
#[derive(Clone, Debug)]
enum Change {
    /// Bytes from this place on.
    Bytes(usize, Vec<u8>),
    /// The length.
    Length(usize),
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Bytes(at, bytes) => {
                file.resize(file.len().max(at + bytes.len()), 0);
                file[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Self::Length(length) => file.resize(*length, 0),
        }
    }

    /// Applies those sectors of it that the numbers choose.
    fn tear(&self, file: &mut Vec<u8>, numbers: &mut Numbers) {
        let Self::Bytes(at, bytes) = self else { return };
        let mut from = 0;
        while from < bytes.len() {
            let to = bytes.len().min(((at + from) / SECTOR + 1) * SECTOR - at);
            if numbers.next(2) == 0 {
                Self::Bytes(at + from, bytes[from..to].to_vec()).apply(file);
            }
            from = to;
        }
    }
}

/// What happens to changes that were not synced.
#[derive(Clone, Copy)]
enum Fate {
    Lost,
    Kept,
    Mixed,
}

/// A file.
#[derive(Clone, Debug, Default)]
struct Contents {
    /// As its readers see it.
    now: Vec<u8>,
    /// As it is on the disk for certain.
    synced: Vec<u8>,
    /// What came since.
    since: Vec<Change>,
}

impl Contents {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.now);
        self.since.push(change);
    }

    fn sync(&mut self) {
        for change in self.since.drain(..) {
            change.apply(&mut self.synced);
        }
    }

    /// What the power leaves of it.
    fn fail(&mut self, fate: Fate, numbers: &mut Numbers) {
        for change in std::mem::take(&mut self.since) {
            match (fate, numbers.next(3)) {
                (Fate::Kept, _) | (Fate::Mixed, 0) => change.apply(&mut self.synced),
                (Fate::Mixed, 1) => change.tear(&mut self.synced, numbers),
                _ => {}
            }
        }
        self.now.clone_from(&self.synced);
    }
}

/// Changes of names that happen together: from now on the name means this file, or none.
type Renamed = Vec<(String, Option<u64>)>;

/// The names of files.
#[derive(Clone, Debug, Default)]
struct Names {
    now: BTreeMap<String, u64>,
    synced: BTreeMap<String, u64>,
    since: Vec<Renamed>,
}

fn rename(names: &mut BTreeMap<String, u64>, renamed: &Renamed) {
    for (name, file) in renamed {
        match file {
            Some(file) => drop(names.insert(name.clone(), *file)),
            None => drop(names.remove(name)),
        }
    }
}

impl Names {
    fn change(&mut self, renamed: Renamed) {
        rename(&mut self.now, &renamed);
        self.since.push(renamed);
    }

    /// Keeps the changes that touch a name in this folder (empty: the data directory).
    fn sync(&mut self, folder: &str) {
        let within =
            |(name, _): &(String, Option<u64>)| name.rsplit_once('/').map_or("", |(folder, _)| folder) == folder;
        let (kept, since) = std::mem::take(&mut self.since).into_iter().partition(|renamed| renamed.iter().any(within));
        let kept: Vec<Renamed> = kept;
        kept.iter().for_each(|renamed| rename(&mut self.synced, renamed));
        self.since = since;
    }

    fn fail(&mut self, fate: Fate, numbers: &mut Numbers) {
        let mut lost = BTreeSet::new();
        for renamed in std::mem::take(&mut self.since) {
            let kept = match fate {
                Fate::Lost => false,
                Fate::Kept => true,
                Fate::Mixed => numbers.next(2) == 0,
            };
            if kept && renamed.iter().all(|(name, _)| !lost.contains(name)) {
                rename(&mut self.synced, &renamed);
            } else {
                lost.extend(renamed.into_iter().map(|(name, _)| name));
            }
        }
        self.now.clone_from(&self.synced);
    }
}

/// What a broken disk only says it synced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lie {
    /// The contents of files.
    Files,
    /// The names in a folder.
    Names,
}

#[derive(Clone, Debug)]
struct State {
    files: BTreeMap<u64, Contents>,
    names: Names,
    /// Locks that are held; they go with the power.
    locks: BTreeSet<String>,
    /// How often the power failed.
    failures: u64,
    /// Changes and syncs so far.
    operations: u64,
    /// The power fails in this one.
    fails_at: Option<u64>,
    /// How changes of any file, and of the files of indexes, are refused.
    refuses: [Option<io::ErrorKind>; 2],
    /// Which syncs it only says it made.
    lies: Option<Lie>,
    numbers: Numbers,
}

impl State {
    fn fail(&mut self) {
        let fate = match self.numbers.next(4) {
            0 => Fate::Lost,
            1 => Fate::Kept,
            _ => Fate::Mixed,
        };
        self.names.fail(fate, &mut self.numbers);
        let named: BTreeSet<u64> = self.names.now.values().copied().collect();
        self.files.retain(|file, _| named.contains(file));
        for contents in self.files.values_mut() {
            contents.fail(fate, &mut self.numbers);
        }
        self.locks.clear();
        self.fails_at = None;
        self.failures += 1;
    }

    fn create(&mut self, name: &str) -> u64 {
        let file = self.files.last_key_value().map_or(1, |(last, _)| last + 1);
        self.files.insert(file, Contents::default());
        self.names.change(vec![(name.to_owned(), Some(file))]);
        file
    }
}

/// The disk. Cheap to clone: all are the same disk.
#[derive(Clone, Debug)]
pub(super) struct SimulatedDisk(Arc<Mutex<State>>);

impl SimulatedDisk {
    /// An empty one.
    pub(super) fn new(seed: u64) -> Self {
        let state = State {
            files: BTreeMap::new(),
            names: Names::default(),
            locks: BTreeSet::new(),
            failures: 0,
            operations: 0,
            fails_at: None,
            refuses: [None; 2],
            lies: None,
            numbers: Numbers(seed),
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Another disk with the same on it.
    pub(super) fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    /// Access to it until the power fails.
    pub(super) fn power(&self) -> Power {
        Power { failures: self.state().failures, disk: self.clone() }
    }

    /// Lets the power fail in the operation after so many others.
    pub(super) fn fail_after(&self, operations: u64) {
        let mut state = self.state();
        state.fails_at = Some(state.operations + operations + 1);
    }

    /// Lets the power fail now.
    pub(super) fn fail(&self) {
        self.state().fail();
    }

    /// Keeps the power on until it is told again when to fail. False if it has failed already.
    pub(super) fn hold(&self) -> bool {
        self.state().fails_at.take().is_some()
    }

    /// Whether the power is to fail yet.
    pub(super) fn will_fail(&self) -> bool {
        self.state().fails_at.is_some()
    }

    /// Refuses every change from now on, or none any more.
    pub(super) fn refuse(&self, fault: Option<io::ErrorKind>) {
        self.state().refuses[0] = fault;
    }

    /// Only says that it syncs.
    pub(super) fn lie(&self, lie: Lie) {
        self.state().lies = Some(lie);
    }

    /// The same for changes of the files of indexes.
    pub(super) fn refuse_indexes(&self, fault: Option<io::ErrorKind>) {
        self.state().refuses[1] = fault;
    }

    /// Changes and syncs so far.
    pub(super) fn operations(&self) -> u64 {
        self.state().operations
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The disk while it has power.
#[derive(Clone)]
pub(super) struct Power {
    disk: SimulatedDisk,
    /// How often the power had failed when this began.
    failures: u64,
}

impl fmt::Debug for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Power").finish_non_exhaustive()
    }
}

/// What everything says when the power is gone.
fn gone() -> io::Error {
    io::Error::other("the power failed")
}

impl Power {
    /// The disk, to read from it.
    fn read(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.state();
        if state.failures == self.failures { Ok(state) } else { Err(gone()) }
    }

    /// Changes something. The power may fail in the middle: then the change may have reached the disk.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.read()?;
        if let Some(fault) = state.refuses[0] {
            return Err(fault.into());
        }
        state.operations += 1;
        let fails = state.fails_at == Some(state.operations);
        let changed = change(&mut state);
        if fails {
            state.fail();
            return Err(gone());
        }
        changed
    }

    /// Syncs something, unless the disk lies about that. If the power fails in the middle, it is as if nobody had asked for it.
    fn sync(&self, what: Lie, sync: impl FnOnce(&mut State)) -> io::Result<()> {
        let mut state = self.read()?;
        if let Some(fault) = state.refuses[0] {
            return Err(fault.into());
        }
        state.operations += 1;
        if state.fails_at == Some(state.operations) {
            state.fail();
            return Err(gone());
        }
        if state.lies != Some(what) {
            sync(&mut state);
        }
        Ok(())
    }

    fn in_folder(&self, folder: &str) -> io::Result<Vec<String>> {
        let start = format!("{folder}/");
        let state = self.read()?;
        Ok(state.names.now.keys().filter(|name| name.starts_with(&start)).cloned().collect())
    }
}

/// A file that may have been removed while it is open.
fn file(state: &mut State, file: u64) -> io::Result<&mut Contents> {
    state.files.get_mut(&file).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}
