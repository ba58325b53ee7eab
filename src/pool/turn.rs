//! A turn to use a thread, and how it is lent.

use std::{
    cell::Cell,
    sync::mpsc,
    time::{Duration, Instant},
};

use super::{Class, Kind, Pool};

/// A thread that may be used. When this is dropped, it is free again, or goes back to the work that lent it.
#[derive(Debug)]
pub(crate) struct Turn {
    pool: Pool,
    kind: Kind,
    class: Class,
    /// When its work began, if it did.
    began: Option<Began>,
    /// Dropped with the turn, which whoever lent it notices.
    lender: Option<mpsc::Sender<()>>,
}

/// What is known of work that began.
#[derive(Debug)]
struct Began {
    at: Instant,
    /// When it went on after it had last lent its turn.
    went_on: Cell<Instant>,
    /// How long it waited then.
    last: Cell<Duration>,
    /// How long it waited in all.
    waited: Cell<Duration>,
}

impl Turn {
    pub(super) fn new(pool: &Pool, kind: Kind, class: Class, lender: Option<mpsc::Sender<()>>) -> Self {
        Self { pool: pool.clone(), kind, class, began: None, lender }
    }

    /// Notes that its work begins.
    pub(super) fn begin(&mut self) {
        let at = Instant::now();
        self.began = Some(Began { at, went_on: Cell::new(at), last: Cell::default(), waited: Cell::default() });
    }

    /// Lends the turn to work on a shorter text, if some waits, and returns when that is done. Work calls this at
    /// moments when it holds no lock.
    ///
    /// Whoever lends a turn then works for as long as it waited before it lends it again. So long work gets half of the
    /// time at least, and short work waits no longer than other work of its kind takes.
    pub(crate) fn lend(&self) {
        let Some(began) = &self.began else { return };
        if began.went_on.get().elapsed() < began.last.get() {
            return;
        }
        let Some(returned) = self.pool.lend(self.kind, self.class) else { return };
        let lent = Instant::now();
        // Nothing is ever sent: this ends when the sender is dropped.
        let _ = returned.recv();
        let now = Instant::now();
        began.went_on.set(now);
        began.last.set(now - lent);
        began.waited.set(began.waited.get() + (now - lent));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        if let Some(began) = &self.began {
            state.admission.took(self.class, began.at.elapsed().saturating_sub(began.waited.get()));
        }
        if self.lender.is_none() {
            state.running -= 1;
            self.pool.serve(&mut state);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::task::JoinHandle;

    use super::super::{PoolError, Urgency};
    use super::*;

    const LONG: usize = 1 << 20;
    const CALL: Urgency = Urgency::Call(None);

    type Order = Arc<Mutex<Vec<&'static str>>>;

    /// Work that notes its name and ends.
    fn note(pool: &Pool, order: &Order, name: &'static str, bytes: usize, urgency: Urgency) -> JoinHandle<()> {
        let (pool, order) = (pool.clone(), Arc::clone(order));
        tokio::spawn(async move {
            pool.run_on(bytes, urgency, move |_| order.lock().unwrap().push(name)).await.unwrap();
        })
    }

    /// Work on the only thread, which lends its turn again and again until it is told to end.
    async fn lending(
        pool: &Pool,
        order: &Order,
        bytes: usize,
        urgency: Urgency,
    ) -> (mpsc::Sender<()>, JoinHandle<Result<(), PoolError>>) {
        let (end, ended) = mpsc::channel();
        let order = Arc::clone(order);
        let running = tokio::spawn({
            let pool = pool.clone();
            let work = move |turn: &Turn| {
                while ended.try_recv() == Err(mpsc::TryRecvError::Empty) {
                    turn.lend();
                    std::thread::yield_now();
                }
                order.lock().unwrap().push("lender");
            };
            async move { pool.run_on(bytes, urgency, work).await }
        });
        while pool.state().running == 0 {
            tokio::task::yield_now().await;
        }
        (end, running)
    }

    #[tokio::test]
    async fn long_work_lets_shorter_work_go_first_and_work_as_long_wait() {
        let (pool, order) = (Pool::new(1, Duration::from_secs(1)), Order::default());
        let (end, lender) = lending(&pool, &order, LONG, CALL).await;
        let as_long = note(&pool, &order, "as long", LONG, CALL);
        for name in ["short", "another", "a third"] {
            note(&pool, &order, name, 100, CALL).await.unwrap();
        }
        note(&pool, &order, "in bulk", LONG / 8, Urgency::Bulk).await.unwrap();
        assert_eq!(pool.state().running, 1, "one works at a time");
        drop(end);
        lender.await.unwrap().unwrap();
        as_long.await.unwrap();
        assert_eq!(*order.lock().unwrap(), ["short", "another", "a third", "in bulk", "lender", "as long"]);
        assert_eq!(pool.state().running, 0);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_lets_all_that_is_no_longer_go_first() {
        let (pool, order) = (Pool::new(1, Duration::from_secs(1)), Order::default());
        let (end, lender) = lending(&pool, &order, 4 * LONG, Urgency::Idle).await;
        let (end_call, call) = lending(&pool, &order, 4 * LONG, CALL).await;
        note(&pool, &order, "short", 100, CALL).await.unwrap();
        let idle = note(&pool, &order, "idle", 100, Urgency::Idle);
        drop(end_call);
        call.await.unwrap().unwrap();
        drop(end);
        lender.await.unwrap().unwrap();
        idle.await.unwrap();
        assert_eq!(*order.lock().unwrap(), ["short", "lender", "lender", "idle"]);
    }

    #[tokio::test]
    async fn a_turn_that_was_lent_comes_back_from_work_that_panics_or_goes_away() {
        let (pool, order) = (Pool::new(1, Duration::from_secs(1)), Order::default());
        let (end, lender) = lending(&pool, &order, LONG, CALL).await;
        let panics = pool.run_on(1, CALL, |_| panic!("it is meant")).await;
        assert!(matches!(panics, Err(PoolError::Died)));
        for _ in 0..100 {
            let gone = pool.run_on(1, CALL, |_| ());
            let _ = futures_util::FutureExt::now_or_never(gone);
        }
        note(&pool, &order, "short", 100, CALL).await.unwrap();
        drop(end);
        lender.await.unwrap().unwrap();
        assert_eq!(*order.lock().unwrap(), ["short", "lender"]);
        assert_eq!(pool.state().running, 0);
    }
}
