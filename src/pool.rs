//! A bounded number of threads for work that would hold up the async runtime.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Runs blocking work, a limited amount at once, and limits how much may wait.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

/// Why work was not done.
#[derive(Debug)]
pub(crate) enum PoolError {
    /// Too much waits already.
    Full,
    /// The work panicked, or the server is stopping.
    Died,
}

impl Pool {
    /// A pool that runs `threads` pieces of work at once while at most `waiting` more wait.
    pub(crate) fn new(threads: usize, waiting: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(threads)), admitted: Arc::new(Semaphore::new(threads + waiting)) }
    }

    /// Runs `work` when its turn comes; refuses at once when too much waits.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let _admitted = self.admitted.try_acquire().map_err(|_| PoolError::Full)?;
        self.run_patiently(work).await
    }

    /// Runs `work` when its turn comes, however much waits: for callers that bound themselves.
    pub(crate) async fn run_patiently<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PoolError::Died)?;
        // The permit goes with the work: a caller that goes away does not free the thread.
        let task = tokio::task::spawn_blocking(move || {
            let _running = running;
            work()
        });
        task.await.map_err(|_| PoolError::Died)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn refuses_what_does_not_fit() {
        let pool = Pool::new(1, 1);
        let (release, blocked) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || blocked.recv().is_err()).await }
        });
        while pool.running.available_permits() == 1 {
            tokio::task::yield_now().await;
        }
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
}
