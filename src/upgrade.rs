//! Gives articles the better analysis that they wait for, while nothing else needs the threads.
//!
//! What waits is marked in the engine, not listed here: so nothing is lost when the process ends, and stopping waits for
//! nothing. An analysis takes the place of the one before only if the article still stands as it was read; whoever
//! replaced or deleted it meanwhile has the last word.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sayso_index::{Change, Error, Pending, Progress, Write};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;

use crate::pipeline::Pipeline;

/// How many articles are under way at once, for each analysis thread: some are analysed while others become searchable.
const UNDER_WAY: usize = 8;

/// How long to wait after the engine failed (a full disk).
const PAUSE: Duration = Duration::from_secs(5);

/// What is known of analyses that come later.
#[derive(Debug, Default)]
pub(crate) struct Upgrades {
    wake: Notify,
    /// How many are under way. What is done is counted before it is no longer under way.
    under_way: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
}

impl Upgrades {
    /// Says that something waits.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// How far they are when the engine says that `marked` articles wait. Ask it first: what it does not list any more,
    /// and is not under way, is among those done.
    pub(crate) fn standing(&self, marked: u64) -> Standing {
        // The new analysis of what is under way may be in sight already, but is not counted as done yet.
        let pending = marked.max(self.under_way.load(Ordering::Acquire));
        Standing { pending, done: self.done(), failed: self.failed.load(Ordering::Relaxed) }
    }

    fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// How far analyses are that come later.
#[derive(Debug)]
pub(crate) struct Standing {
    /// How many articles wait for theirs. Reads see the new analyses of all others.
    pub(crate) pending: u64,
    /// How many got theirs since the server started.
    pub(crate) done: u64,
    /// How many were given up until it starts again.
    pub(crate) failed: u64,
}

/// What came of one article.
enum Outcome {
    /// The engine did this with its new analysis, and every read sees it.
    Written(Change),
    /// The engine could not keep it; it may later.
    Refused(Error),
    /// The analysis ended without a result, and would again.
    GivenUp,
}

/// Works until `stopping` turns true. What is under way then is cut off, and done when the server starts again.
pub(crate) async fn run(pipeline: Pipeline, threads: usize, mut stopping: watch::Receiver<bool>) {
    tokio::select! {
        // An error means that the sender is gone, which also is the end.
        _ = stopping.wait_for(|stop| *stop) => {}
        () = Worker::new(pipeline, threads).run() => {}
    }
}

struct Worker {
    pipeline: Pipeline,
    most: usize,
    tasks: JoinSet<(Pending, Outcome)>,
    /// The numbers of articles that are under way, or given up.
    taken: BTreeSet<u64>,
}

impl Worker {
    fn new(pipeline: Pipeline, threads: usize) -> Self {
        Self { pipeline, most: UNDER_WAY * threads, tasks: JoinSet::new(), taken: BTreeSet::new() }
    }

    async fn run(mut self) {
        self.greet().await;
        let mut busy = false;
        loop {
            let failed = match self.fill().await {
                Ok(()) => false,
                Err(error) => {
                    tracing::warn!(%error, "cannot tell which articles wait for another analysis; trying again");
                    true
                }
            };
            if busy && self.tasks.is_empty() && !failed {
                tracing::info!(
                    done = self.pipeline.upgrades().done(),
                    "no article waits for another analysis any more"
                );
            }
            busy = !self.tasks.is_empty();
            tokio::select! {
                Some(ended) = self.tasks.join_next() => {
                    match ended {
                        Ok((pending, outcome)) => self.settle(&pending, outcome).await,
                        Err(error) => tracing::error!(%error, "an analysis that was to come later ended without a word"),
                    }
                    self.pipeline.upgrades().under_way.fetch_sub(1, Ordering::Release);
                }
                () = self.pipeline.upgrades().wake.notified() => {}
                () = tokio::time::sleep(PAUSE), if failed => {}
            }
        }
    }

    /// Tells what an earlier run of the server left to do.
    async fn greet(&self) {
        let engine = Arc::clone(self.pipeline.engine());
        #[allow(clippy::disallowed_methods, reason = "once, at the start")]
        let status = tokio::task::spawn_blocking(move || engine.status()).await;
        if let Ok(Ok(status)) = status
            && status.pending > 0
        {
            tracing::info!(articles = status.pending, "articles wait for another analysis");
        }
    }

    /// Starts as many analyses as there is room for.
    async fn fill(&mut self) -> Result<(), Error> {
        let room = self.most.saturating_sub(self.tasks.len());
        let Some(best) = self.pipeline.tiers().max().filter(|_| room > 0) else { return Ok(()) };
        let (engine, taken) = (Arc::clone(self.pipeline.engine()), self.taken.clone());
        #[allow(clippy::disallowed_methods, reason = "one at a time; the analyses that follow go through the pool")]
        let found = tokio::task::spawn_blocking(move || engine.pending(best, &taken, room)).await;
        // The runtime is about to end when such a task does not.
        for pending in found.unwrap_or_else(|_| Ok(Vec::new()))? {
            self.taken.insert(pending.seq);
            self.pipeline.upgrades().under_way.fetch_add(1, Ordering::Release);
            self.tasks.spawn(upgrade(self.pipeline.clone(), pending));
        }
        Ok(())
    }

    async fn settle(&mut self, pending: &Pending, outcome: Outcome) {
        let (id, upgrades) = (&pending.article.id, self.pipeline.upgrades());
        match outcome {
            Outcome::Written(change) => {
                upgrades.done.fetch_add(u64::from(change == Change::Replaced), Ordering::Relaxed);
                tracing::debug!(id, ?change, tier = ?pending.tier, "an article was analysed anew");
                self.taken.remove(&pending.seq);
            }
            Outcome::Refused(error) => {
                tracing::warn!(id, %error, "a new analysis was not kept; trying again");
                tokio::time::sleep(PAUSE).await;
                self.taken.remove(&pending.seq);
            }
            Outcome::GivenUp => {
                upgrades.failed.fetch_add(1, Ordering::Relaxed);
                tracing::error!(id, "the new analysis of an article failed; it keeps the one that it has");
            }
        }
    }
}

/// Analyses an article and puts the analysis in place of the one that it has.
async fn upgrade(pipeline: Pipeline, pending: Pending) -> (Pending, Outcome) {
    let Ok(analyzed) = pipeline.analyze_idly(pending.article.clone(), pending.tier).await else {
        return (pending, Outcome::GivenUp);
    };
    let (tell, mut heard) = mpsc::unbounded_channel();
    let told = move |step| {
        // Nobody listens any more when the server stops.
        let _ = tell.send(step);
    };
    if pipeline.write(Write::Reanalyzed(Box::new(analyzed), pending.seq), told).await.is_err() {
        return (pending, Outcome::GivenUp);
    }
    while let Some(step) = heard.recv().await {
        match step {
            Progress::Durable(_) => {}
            Progress::Searchable(receipt) => return (pending, Outcome::Written(receipt.change)),
            Progress::Delayed(_, error) | Progress::Failed(error) => return (pending, Outcome::Refused(error)),
        }
    }
    (pending, Outcome::GivenUp)
}
