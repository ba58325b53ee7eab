//! Views that are kept for the next pages.
//!
//! A page key names the view that its page was made from, and the next page comes from the same view. In another view, hits could
//! be missed or come twice, because scores and order move with every write.
//!
//! A kept view costs memory, the files of index segments that were merged since, and the pages of the store that were freed since.
//! So a view is kept for a limited time, only so many are kept at once, and none while the disk fills up. If there are too many,
//! views of which only a first page was read go first.

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

/// How much the kept views may cost.
#[derive(Clone, Debug)]
pub(super) struct PinLimits {
    /// How long a view is kept after a page was made from it.
    pub(super) lifetime: Duration,
    /// How many are kept.
    pub(super) views: usize,
    /// By how many bytes the store may grow while a view is kept.
    pub(super) growth_bytes: u64,
    /// No view is kept while fewer bytes than this are free on the disk.
    pub(super) free_bytes: u64,
}

/// The current view, and those that are kept.
pub(super) struct Pins {
    current: Arc<ArcSwap<View>>,
    kept: Arc<Kept>,
    /// None only while dropping.
    wake: Option<Sender<()>>,
    sweeper: Option<JoinHandle<()>>,
}

/// The kept views, shared with the thread that drops them.
struct Kept {
    limits: PinLimits,
    /// The store's file.
    file: PathBuf,
    views: Mutex<BTreeMap<u64, Pin>>,
}

/// A kept view.
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
        // The thread that drops views sleeps while there are none, and looks by itself while there are some.
        let sleeps = views.is_empty();
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
        if let Some(wake) = self.wake.as_ref().filter(|_| sleeps) {
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

/// The error for a view that is no longer kept.
pub(super) fn expired() -> Error {
    let message = "the page key is too old: the state it refers to is no longer kept; start again with the first page";
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

    /// The size of the store's file.
    fn file_bytes(&self) -> u64 {
        std::fs::metadata(&self.file).map_or(0, |metadata| metadata.len())
    }

    /// The kept views, locked.
    fn views(&self) -> MutexGuard<'_, BTreeMap<u64, Pin>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long nobody looks after the views.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
/// The thread that drops views looks at least this often.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
