//! A bounded number of threads for work that would block the async runtime.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Runs blocking work. Limits how much of it runs at once, and how much may wait.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    /// How many callers wait for their turn, not counting those that let all others go first.
    waiting: watch::Sender<usize>,
}

/// Why work was not done.
#[derive(Debug)]
pub(crate) enum PoolError {
    /// Too many callers are waiting.
    Full,
    /// The work panicked, or the server is stopping.
    Died,
}

impl Pool {
    /// A pool that runs `threads` pieces of work at once, while at most `waiting` more wait.
    pub(crate) fn new(threads: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(threads)),
            admitted: Arc::new(Semaphore::new(threads + waiting)),
            waiting: watch::Sender::new(0),
        }
    }

    /// Runs `work` when its turn comes. Refuses at once if too much work waits.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let _admitted = self.admitted.try_acquire().map_err(|_| PoolError::Full)?;
        self.run_patiently(work).await
    }

    /// Runs `work` when its turn comes, however much work waits. For callers that limit themselves.
    pub(crate) async fn run_patiently<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let waiting = Waiting::begin(&self.waiting);
        let running = self.turn().await?;
        drop(waiting);
        start(running, work).await
    }

    /// Runs `work` when a thread is free and nothing else waits for one. For work that is never urgent.
    pub(crate) async fn run_idle<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let mut waiting = self.waiting.subscribe();
        let running = loop {
            waiting.wait_for(|count| *count == 0).await.map_err(|_| PoolError::Died)?;
            let running = self.turn().await?;
            // Turns are given in order. Others may have queued up behind this one in the meantime, and they go first.
            if *waiting.borrow() == 0 {
                break running;
            }
        };
        start(running, work).await
    }

    /// A turn for work on the caller's own thread, if one is free.
    pub(crate) fn free_turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.running).try_acquire_owned().ok()
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, PoolError> {
        Arc::clone(&self.running).acquire_owned().await.map_err(|_| PoolError::Died)
    }
}

async fn start<T: Send + 'static>(
    running: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PoolError> {
    // The permit moves with the work: a caller that goes away does not free the thread.
    #[allow(clippy::disallowed_methods, reason = "this is the pool; the permit bounds how many run at once")]
    let task = tokio::task::spawn_blocking(move || {
        let _running = running;
        work()
    });
    task.await.map_err(|_| PoolError::Died)
}

/// A caller that waits for its turn. It is counted until it gets the turn or goes away.
struct Waiting<'p>(&'p watch::Sender<usize>);

impl<'p> Waiting<'p> {
    fn begin(count: &'p watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use super::*;

    /// A pool of one thread, which is busy until the sender is dropped.
    async fn busy(waiting: usize) -> (Pool, mpsc::Sender<()>, tokio::task::JoinHandle<Result<bool, PoolError>>) {
        let pool = Pool::new(1, waiting);
        let (release, blocked) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || blocked.recv().is_err()).await }
        });
        while pool.running.available_permits() == 1 {
            tokio::task::yield_now().await;
        }
        (pool, release, first)
    }

    #[tokio::test]
    async fn refuses_what_does_not_fit() {
        let (pool, release, first) = busy(1).await;
        let second = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| 2).await }
        });
        while pool.admitted.available_permits() == 1 {
            tokio::task::yield_now().await;
        }
        assert!(pool.run(|| 3).await.is_err());
        drop(release);
        assert!(first.await.unwrap().unwrap());
        assert_eq!(second.await.unwrap().unwrap(), 2);
    }

    #[tokio::test]
    async fn what_can_wait_lets_those_go_first_that_came_after_it() {
        let (pool, release, first) = busy(9).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |name| {
            let order = Arc::clone(&order);
            move || order.lock().unwrap().push(name)
        };
        let idle = tokio::spawn({
            let (pool, work) = (pool.clone(), note("idle"));
            async move { pool.run_idle(work).await }
        });
        // On the one thread of this test the task gets as far as it can before the next one starts.
        tokio::task::yield_now().await;
        let wanted = ["one", "two"].map(|name| {
            let (pool, work) = (pool.clone(), note(name));
            tokio::spawn(async move { pool.run(work).await })
        });
        while *pool.waiting.borrow() < 2 {
            tokio::task::yield_now().await;
        }
        drop(release);
        first.await.unwrap().unwrap();
        for task in wanted {
            task.await.unwrap().unwrap();
        }
        idle.await.unwrap().unwrap();
        assert_eq!(*order.lock().unwrap(), ["one", "two", "idle"]);
        assert_eq!(*pool.waiting.borrow(), 0);
    }
}
