//! A bounded number of threads for work that would block the async runtime, and the queues of those who wait for them.
//!
//! Calls go first. What is done in bulk (streams, exports) limits itself, waits as long as it takes, and gets every
//! other turn, so that neither starves. What is never urgent goes last.
//!
//! A long text takes seconds, so the work on it lends its turn to work on a shorter text that waits ([`Turn::lend`]). It
//! keeps what it has done so far. So that this takes bounded memory, texts are put into classes of length, and a turn is
//! lent only to a lower one.

mod admission;
mod lending;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{memory::Memory, overload::Overload};
use admission::{Admission, CLASSES, Class, TryAfter, class};
use lending::Lending;

/// How many calls may wait for each thread, however short they are.
const MOST_WAITING: usize = 64;

/// When to try again what is done once at a time.
const ANOTHER: Duration = Duration::from_secs(5);

/// Runs blocking work. Limits how much of it runs at once, and how long it may wait.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    threads: usize,
    /// Whether work may wait at all.
    waits: bool,
    /// While memory is short, one piece of work runs at a time. None: this work takes none to speak of.
    memory: Option<Arc<Memory>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    running: usize,
    queues: [Queue; 3],
    /// Whether the last turn was one of a call.
    call_had_last: bool,
    admission: Admission,
}

/// Those who wait, in order. Some may have gone away.
#[derive(Debug, Default)]
struct Queue {
    places: VecDeque<Waiting>,
    /// How many have not gone away.
    count: usize,
}

/// One who waits, and how long the text is.
#[derive(Debug)]
struct Waiting {
    class: Class,
    turn: oneshot::Sender<Turn>,
}

impl Waiting {
    fn is_gone(&self) -> bool {
        self.turn.is_closed()
    }
}

/// How urgent work is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Urgency {
    /// A call waits for it, which is due at this time if it has a deadline. It is refused at once if that would be too
    /// late for this call, or for any.
    Call(Option<Instant>),
    /// It waits however much work waits. For callers that limit themselves.
    Bulk,
    /// It waits until a thread is free and nothing else waits for one.
    Idle,
}

/// The queues, in the order in which they are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Call,
    Bulk,
    Idle,
}

/// Why work was not done.
#[derive(Debug)]
pub(crate) enum PoolError {
    /// More is asked of the server than it can do in time.
    Full(Overload),
    /// The work panicked, or the server is stopping.
    Died,
}

impl Pool {
    /// A pool that runs `threads` pieces of work at once, and refuses calls that would wait longer than `queue_time` while
    /// more come than can be done.
    pub(crate) fn new(threads: usize, queue_time: Duration) -> Self {
        Self::with(threads, Some(queue_time), None)
    }

    /// The same, but while memory is short it runs one piece of work at a time.
    pub(crate) fn sparing(threads: usize, queue_time: Duration, memory: &Arc<Memory>) -> Self {
        Self::with(threads, Some(queue_time), Some(Arc::clone(memory)))
    }

    /// A pool for work that is done once at a time, and for which nobody waits.
    pub(crate) fn single() -> Self {
        Self::with(1, None, None)
    }

    /// The threads that a pool of this size may take, with those that wait until work comes back that they lent their
    /// turn to.
    pub(crate) const fn most_threads(threads: usize) -> usize {
        threads * (CLASSES + 1)
    }

    fn with(threads: usize, queue_time: Option<Duration>, memory: Option<Arc<Memory>>) -> Self {
        let admission = Admission::new(queue_time.unwrap_or_default());
        let state = State { running: 0, queues: Default::default(), call_had_last: false, admission };
        Self(Arc::new(Shared { threads, waits: queue_time.is_some(), memory, state: Mutex::new(state) }))
    }

    /// Runs `work` when its turn comes. Refuses at once if that would be too late, for the call that is due at this time
    /// or for any.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        due: Option<Instant>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.run_on(0, Urgency::Call(due), |_| work()).await
    }

    /// Runs `work` when its turn comes, however much work waits. For callers that limit themselves.
    pub(crate) async fn run_patiently<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.run_on(0, Urgency::Bulk, |_| work()).await
    }

    /// Runs `work` on a text of so many bytes when its turn comes. It is given the turn, to lend it from time to time.
    pub(crate) async fn run_on<T: Send + 'static>(
        &self,
        bytes: usize,
        urgency: Urgency,
        work: impl FnOnce(&Turn) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        start(self.enter(class(bytes), urgency)?, work).await
    }

    /// A turn for work on the caller's own thread, if a thread is free and nobody waits for one.
    pub(crate) fn free_turn(&self) -> Option<Turn> {
        let mut state = self.state();
        let is_free = state.queues.iter().all(|queue| queue.count == 0) && state.running < self.threads();
        is_free.then(|| {
            state.running += 1;
            Turn::new(self, Kind::Call, class(0), None)
        })
    }

    /// Takes a place in the queue for work of this class.
    fn enter(&self, class: Class, urgency: Urgency) -> Result<Place, PoolError> {
        let (turn, given) = oneshot::channel();
        let mut state = self.state();
        let kind = match urgency {
            Urgency::Call(due) => {
                self.check(&mut state, class, due).map_err(PoolError::Full)?;
                Kind::Call
            }
            Urgency::Bulk => Kind::Bulk,
            Urgency::Idle => Kind::Idle,
        };
        state.join(kind, Waiting { class, turn });
        self.serve(&mut state);
        drop(state);
        Ok(Place { pool: self.clone(), kind, given, is_over: false })
    }

    /// Whether a call need not wait, or may.
    fn check(&self, state: &mut State, class: Class, due: Option<Instant>) -> Result<(), Overload> {
        let threads = self.threads();
        if state.queues[Kind::Call as usize].count == 0 && state.running < threads {
            state.admission.admits();
            return Ok(());
        }
        if let Some(memory) = self.0.memory.as_ref().filter(|memory| memory.is_short()) {
            return Err(memory.full());
        }
        if !self.0.waits {
            return Err(Overload { limit: None, retry: ANOTHER });
        }
        let queue_time = state.admission.queue_time();
        let full = |retry| Overload::of("queue_time", format!("{queue_time:?}"), retry);
        let (calls, ahead) = state.ahead(class);
        // As long as nothing is known of how long work takes, this has to do.
        if calls >= MOST_WAITING * self.0.threads {
            return Err(full(Duration::from_secs(1)));
        }
        let decided = state.admission.decide(class, &ahead, threads, due, Instant::now());
        decided.map_err(|TryAfter(retry)| full(retry))
    }

    /// Gives turns to those who wait, as far as there are threads.
    fn serve(&self, state: &mut State) {
        while state.running < self.threads()
            && let Some((kind, place)) = state.next(|_, _| true)
        {
            state.running += 1;
            if !self.give(kind, place, None) {
                state.running -= 1;
            }
        }
    }

    /// Gives a turn to work that is more urgent or on a shorter text than this, if some waits. What this returns ends
    /// when that is done.
    fn lend(&self, kind: Kind, class: Class) -> Option<mpsc::Receiver<()>> {
        let (lender, returned) = mpsc::channel();
        let goes_first = |other, shorter| match kind {
            Kind::Idle => other != Kind::Idle && shorter <= class,
            _ => other != Kind::Idle && shorter < class,
        };
        let mut state = self.state();
        let (kind, place) = state.next(goes_first)?;
        self.give(kind, place, Some(lender)).then_some(returned)
    }

    /// Gives a turn to one who waited. False if nobody wants it.
    fn give(&self, kind: Kind, place: Waiting, lender: Option<mpsc::Sender<()>>) -> bool {
        // Places are given up under the lock that is held here, so that this one is still wanted.
        let given = place.turn.send(Turn::new(self, kind, place.class, lender));
        given.map_err(std::mem::forget).is_ok()
    }

    /// How many threads may run now.
    fn threads(&self) -> usize {
        let short = self.0.memory.as_ref().is_some_and(|memory| memory.is_short());
        if short { 1 } else { self.0.threads }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn join(&mut self, kind: Kind, place: Waiting) {
        let queue = &mut self.queues[kind as usize];
        // Callers that have gone away leave their places behind, of which there must not be too many.
        if queue.places.len() > 2 * queue.count + 16 {
            queue.places.retain(|place| !place.is_gone());
        }
        queue.places.push_back(place);
        queue.count += 1;
        self.note_calls();
    }

    /// How many calls have their turn before one of this class that comes now, and how much work of each class does.
    /// Longer texts do not: they lend it their turn.
    fn ahead(&self, class: Class) -> (usize, [u32; CLASSES]) {
        let waiting = |kind: Kind| {
            let places = self.queues[kind as usize].places.iter();
            places.filter(|place| !place.is_gone() && place.class <= class).map(|place| place.class)
        };
        let calls = waiting(Kind::Call).count();
        let mut ahead = [0; CLASSES];
        // Every other turn is one of those that wait in bulk.
        for class in waiting(Kind::Call).chain(waiting(Kind::Bulk).take(calls + 1)) {
            ahead[class] += 1;
        }
        (calls, ahead)
    }

    fn note_calls(&mut self) {
        self.admission.waits(self.queues[Kind::Call as usize].count, Instant::now());
    }

    /// Whose turn it is among those that may have it.
    fn next(&mut self, may: impl Fn(Kind, Class) -> bool) -> Option<(Kind, Waiting)> {
        let order = if self.call_had_last {
            [Kind::Bulk, Kind::Call, Kind::Idle]
        } else {
            [Kind::Call, Kind::Bulk, Kind::Idle]
        };
        for kind in order {
            let queue = &mut self.queues[kind as usize];
            while queue.places.front().is_some_and(Waiting::is_gone) {
                queue.places.pop_front();
            }
            let first = queue.places.iter().position(|place| !place.is_gone() && may(kind, place.class));
            if let Some(place) = first.and_then(|first| queue.places.remove(first)) {
                queue.count -= 1;
                self.call_had_last = kind == Kind::Call;
                self.note_calls();
                return Some((kind, place));
            }
        }
        None
    }
}

async fn start<T: Send + 'static>(
    place: Place,
    work: impl FnOnce(&Turn) -> T + Send + 'static,
) -> Result<T, PoolError> {
    let mut turn = place.turn().await?;
    // The turn moves with the work: a caller that goes away does not free the thread.
    #[allow(clippy::disallowed_methods, reason = "this is the pool; the turn bounds how many run at once")]
    let task = tokio::task::spawn_blocking(move || {
        turn.lending = Some(Lending::begin());
        let outcome = work(&turn);
        drop(turn);
        outcome
    });
    task.await.map_err(|_| PoolError::Died)
}

/// A place in a queue. It is given up when this is dropped.
struct Place {
    pool: Pool,
    kind: Kind,
    given: oneshot::Receiver<Turn>,
    /// The turn was taken.
    is_over: bool,
}

impl Place {
    async fn turn(mut self) -> Result<Turn, PoolError> {
        let turn = (&mut self.given).await.map_err(|_| PoolError::Died)?;
        self.is_over = true;
        Ok(turn)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut state = self.pool.state();
        let unused = self.given.try_recv();
        if unused.is_err() {
            self.given.close();
            state.queues[self.kind as usize].count -= 1;
            state.note_calls();
        }
        // A turn that came too late goes to the next, which takes the lock.
        drop(state);
        drop(unused);
    }
}

/// A thread that may be used. When this is dropped, it is free again, or goes back to the work that lent it.
#[derive(Debug)]
pub(crate) struct Turn {
    pool: Pool,
    kind: Kind,
    class: Class,
    /// None before its work begins.
    lending: Option<Lending>,
    /// Dropped with the turn, which whoever lent it notices.
    lender: Option<mpsc::Sender<()>>,
}

impl Turn {
    fn new(pool: &Pool, kind: Kind, class: Class, lender: Option<mpsc::Sender<()>>) -> Self {
        Self { pool: pool.clone(), kind, class, lending: None, lender }
    }

    /// Lends the turn to work on a shorter text, if some waits, and returns when that is done. Work calls this at
    /// moments when it holds no lock.
    ///
    /// Whoever lends a turn then works for as long as it waited before it lends it again. So long work gets half of the
    /// time at least, and short work waits no longer than other work of its kind takes.
    pub(crate) fn lend(&self) {
        if let Some(lending) = self.lending.as_ref().filter(|lending| lending.is_due())
            && let Some(returned) = self.pool.lend(self.kind, self.class)
        {
            // Nothing is ever sent: this ends when the sender is dropped.
            lending.wait(|| {
                let _ = returned.recv();
            });
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        if let Some(lending) = &self.lending {
            state.admission.took(self.class, lending.worked());
        }
        if self.lender.is_none() {
            state.running -= 1;
            self.pool.serve(&mut state);
        }
    }
}
