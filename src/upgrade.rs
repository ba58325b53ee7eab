//! Gives articles the better analysis that they wait for, while nothing else needs the threads.
//!
//! Waiting articles are marked in the engine, not listed here. So nothing is lost when the process ends, and stopping
//! waits for nothing. A new analysis replaces the old one only if the article has not changed since it was read: a
//! replacement or delete in the meantime wins.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sayso_document::Tier;
use sayso_index::query::ArticleFilter;
use sayso_index::{Change, Engine, Error, Interrupt, Outdated, Pending, Write};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::pipeline::{Pipeline, Until, Unwritten};

/// How many articles are under way at once for each analysis thread. Some are analysed while others become searchable.
const MAX_UNDER_WAY_PER_THREAD: usize = 8;

/// How long to wait after a failure of the engine, such as a full disk.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// How often to look for articles that others left: of several servers on one cluster, one may end before it has read
/// what it claimed.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The outcome for one article.
enum Outcome {
    /// The engine made this change, and every read sees it.
    Written(Change),
    /// The engine could not store the analysis, but may later.
    Refused(Error),
    /// The analysis ended without a result, and would again.
    GivenUp,
}

/// Works until `stopping` turns true. What is under way then is abandoned, and done when the server starts again.
pub(crate) async fn run(pipeline: Pipeline, threads: usize, mut stopping: watch::Receiver<bool>) {
    tokio::select! {
        // An error means that the sender is gone, which is also the end.
        _ = stopping.wait_for(|stop| *stop) => {}
        () = Worker::new(pipeline, threads).run() => {}
    }
}

struct Worker {
    pipeline: Pipeline,
    most: usize,
    tasks: JoinSet<(Pending, Outcome)>,
    /// The numbers of articles that are under way or were given up.
    taken: BTreeSet<u64>,
}

impl Worker {
    fn new(pipeline: Pipeline, threads: usize) -> Self {
        Self { pipeline, most: MAX_UNDER_WAY_PER_THREAD * threads, tasks: JoinSet::new(), taken: BTreeSet::new() }
    }

    async fn run(mut self) {
        self.greet().await;
        let mut busy = false;
        loop {
            let failed = match self.fill().await {
                Ok(()) => false,
                Err(error) => {
                    tracing::warn!(%error, "cannot find out which articles wait for another analysis; trying again");
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
                        Err(error) => tracing::error!(%error, "an analysis in the background ended without a result"),
                    }
                    self.pipeline.upgrades().under_way.fetch_sub(1, Ordering::Release);
                }
                () = self.pipeline.upgrades().wake.notified() => {}
                () = tokio::time::sleep(if failed { RETRY_PAUSE } else { LOOK_AGAIN }) => {}
            }
        }
    }

    /// Logs what an earlier run of the server left to do.
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
        // If such a task fails, the runtime is about to end.
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
                tracing::warn!(id, %error, "a new analysis was not stored; trying again");
                tokio::time::sleep(RETRY_PAUSE).await;
                self.taken.remove(&pending.seq);
            }
            Outcome::GivenUp => {
                upgrades.failed.fetch_add(1, Ordering::Relaxed);
                tracing::error!(id, "the new analysis of an article failed; the article keeps its present one");
            }
        }
    }
}

/// Analyses an article again and replaces its analysis.
async fn upgrade(pipeline: Pipeline, pending: Pending) -> (Pending, Outcome) {
    let Ok(analyzed) = pipeline.analyze_idly(pending.article.clone(), pending.tier).await else {
        return (pending, Outcome::GivenUp);
    };
    let written = pipeline.written(Write::Reanalyzed(Box::new(analyzed), pending.seq), Until::Searchable).await;
    let outcome = match written {
        Ok(receipt) => Outcome::Written(receipt.change),
        Err(Unwritten::Engine(error)) => Outcome::Refused(error),
        Err(Unwritten::Pool(_) | Unwritten::Stopping) => Outcome::GivenUp,
    };
    (pending, outcome)
}

/// Goes through all articles of a filter, and marks for another analysis those whose present one is by no model of this
/// tier or a better one. It goes in parts, so that no read and no write takes long.
pub(crate) struct Round {
    models: Vec<String>,
    tier: Tier,
    filter: ArticleFilter,
    /// Where the next part begins. None at the end.
    after: Option<u64>,
    queued: u64,
}

impl Round {
    pub(crate) fn new(pipeline: &Pipeline, tier: Tier, filter: ArticleFilter) -> Self {
        let tiers = pipeline.tiers().filter(|one| *one >= tier);
        let models = tiers.map(|one| pipeline.model(one).to_owned()).collect();
        Self { models, tier, filter, after: Some(0), queued: 0 }
    }

    /// What to ask the engine next. None when the round is over.
    pub(crate) fn question(&self) -> Option<impl FnOnce(&dyn Engine, &Interrupt) -> Result<Outdated, Error> + use<>> {
        let (from, models, tier, filter) = (self.after?, self.models.clone(), self.tier, self.filter.clone());
        Some(move |engine: &dyn Engine, interrupt: &Interrupt| engine.outdated(&models, tier, &filter, from, interrupt))
    }

    /// Takes the answer, and returns the write that marks what was found.
    pub(crate) fn take(&mut self, found: Outdated) -> Option<Write> {
        self.queued += found.seqs.len() as u64;
        self.after = found.next;
        (!found.seqs.is_empty()).then_some(Write::Want(found.seqs, self.tier))
    }

    /// How many articles were marked.
    pub(crate) fn queued(&self) -> u64 {
        self.queued
    }
}
