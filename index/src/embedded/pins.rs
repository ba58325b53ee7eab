//! Views that pages are still to be turned in.
//!
//! A page key names the view that its page was made from, and the next page is made from the same: scores and order
//! move with every write, so that in another view hits would be missed or come twice. A view costs memory, the files
//! of index segments that were merged since, and the pages of the store that were freed since. So a view stays for a
//! while only, not too many stay at once, and none while the disk fills up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::threads::spawn;
use super::view::View;
use crate::{Error, ErrorKind, Result};

/// How much the views that stay may cost.
#[derive(Clone, Debug)]
pub(super) struct PinLimits {
    /// How long a view stays after a page was made from it.
    pub(super) lifetime: Duration,
    /// How many stay.
    pub(super) views: usize,
    /// By how many bytes the store may grow after a view was made that stays.
    pub(super) growth_bytes: u64,
    /// None stays while less is free on the disk.
    pub(super) free_bytes: u64,
}

/// The current view, and those that stay.
pub(super) struct Pins {
    current: Arc<ArcSwap<View>>,
    kept: Arc<Kept>,
    /// None only while dropping.
    wake: Option<Sender<()>>,
    sweeper: Option<JoinHandle<()>>,
}

struct Kept {
    limits: PinLimits,
    /// The store's file.
    file: PathBuf,
    views: Mutex<BTreeMap<u64, Pin>>,
}

struct Pin {
    view: Arc<View>,
    /// When a page was last made from it.
    used: Instant,
    /// Whether it was more than a first page.
    turned: bool,
    /// How large the store's file was when it was pinned.
    file_bytes: u64,
}

impl Pins {
    /// Starts with none.
    pub(super) fn start(current: Arc<ArcSwap<View>>, file: PathBuf, limits: PinLimits) -> Result<Self> {
        let kept = Arc::new(Kept { limits, file, views: Mutex::default() });
        let (wake, woken) = crossbeam_channel::bounded(1);
        let swept = kept.clone();
        let sweeper = spawn("sayso-views", move || swept.run(&woken))?;
        Ok(Self { current, kept, wake: Some(wake), sweeper: Some(sweeper) })
    }

    /// The view that reads see.
    pub(super) fn current(&self) -> Arc<View> {
        self.current.load_full()
    }

    /// The view with this id.
    ///
    /// # Errors
    /// [`ErrorKind::PageExpired`] when it has gone.
    pub(super) fn view(&self, id: u64) -> Result<Arc<View>> {
        let current = self.current();
        if current.id == id {
            return Ok(current);
        }
        let lifetime = self.kept.limits.lifetime;
        let views = self.kept.views();
        let found = views.get(&id).filter(|pin| pin.used.elapsed() < lifetime);
        found.map(|pin| pin.view.clone()).ok_or_else(expired)
    }

    /// Keeps a view for the page after one that was made from it, which was itself a first page or `turned` to.
    pub(super) fn pin(&self, view: &Arc<View>, turned: bool) {
        let mut views = self.kept.views();
        let pin = views.entry(view.id).or_insert_with(|| Pin {
            view: view.clone(),
            used: Instant::now(),
            turned: false,
            file_bytes: self.kept.file_bytes(),
        });
        pin.used = Instant::now();
        pin.turned |= turned;
        let mut gone = Vec::new();
        while views.len() > self.kept.limits.views.max(1) {
            // Most searches end with their first page, so that those go first that nobody has gone on in.
            let oldest = views.iter().min_by_key(|(_, pin)| (pin.turned, pin.used)).map(|(&id, _)| id);
            gone.extend(oldest.and_then(|id| views.remove(&id)));
        }
        // Closing the files of a view takes time.
        drop(views);
        drop(gone);
        if let Some(wake) = &self.wake {
            // One signal is enough; a full channel holds one.
            let _ = wake.try_send(());
        }
    }

    /// Lets a view go.
    pub(super) fn unpin(&self, id: u64) {
        self.kept.views().remove(&id);
    }

    /// How many views stay.
    pub(super) fn count(&self) -> usize {
        self.kept.views().len()
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(sweeper) = self.sweeper.take()
            && sweeper.thread().id() != std::thread::current().id()
        {
            // A thread that panicked has said so; the views go all the same.
            let _ = sweeper.join();
        }
    }
}

pub(super) fn expired() -> Error {
    let message = "the page key is too old: what was searched is no longer kept; begin again with the first page";
    Error::new(ErrorKind::PageExpired, message)
}

impl Kept {
    /// Looks after the views until the engine is dropped.
    fn run(&self, woken: &Receiver<()>) {
        loop {
            // Not within the match, which would hold the lock while it waits.
            let idle = self.views().is_empty();
            let news = match idle {
                true => woken.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => woken.recv_timeout(self.limits.lifetime.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)),
            };
            match news {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => self.sweep(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.views().clear();
    }

    /// Lets go what is over its time, or costs too much of the disk.
    fn sweep(&self) {
        let (now_bytes, limits) = (self.file_bytes(), &self.limits);
        let folder = self.file.parent().unwrap_or(&self.file);
        // A disk that does not tell is taken to have room.
        let full = fs4::available_space(folder).unwrap_or(u64::MAX) < limits.free_bytes;
        // Outside of the lock, as above.
        let mut gone = Vec::new();
        self.views().retain(|_, pin| {
            let grown = now_bytes.saturating_sub(pin.file_bytes);
            let stays = !full && pin.used.elapsed() < limits.lifetime && grown <= limits.growth_bytes;
            if !stays {
                gone.push(pin.view.clone());
            }
            stays
        });
    }

    fn file_bytes(&self) -> u64 {
        std::fs::metadata(&self.file).map_or(0, |metadata| metadata.len())
    }

    fn views(&self) -> MutexGuard<'_, BTreeMap<u64, Pin>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long nobody looks after the views.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
