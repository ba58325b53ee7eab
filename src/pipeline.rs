//! From an article to its place in the engine: analyse, write, learn how far the write has come.

use std::sync::Arc;

use sayso_document::{Date, Tier};
use sayso_extract::Analyzer;
use sayso_index::{AnalyzedArticle, Article, Engine, Error, ErrorKind, Progress, Write};
use tokio::sync::watch;

use crate::pool::{Pool, PoolError};

/// Analyses articles on threads made for it and hands them to the engine.
#[derive(Clone)]
pub(crate) struct Pipeline {
    analyzer: Arc<Analyzer>,
    engine: Arc<dyn Engine>,
    pool: Pool,
    /// Whether the last write could be kept; false from a failure of the disk to the next success.
    writable: watch::Sender<bool>,
}

impl Pipeline {
    /// A pipeline into `engine` that analyses with `analyzer` on `threads` threads.
    pub(crate) fn new(engine: Arc<dyn Engine>, analyzer: Analyzer, threads: usize) -> Self {
        Self {
            analyzer: Arc::new(analyzer),
            engine,
            pool: Pool::new(threads, 16 * threads),
            writable: watch::Sender::new(true),
        }
    }

    /// Name and version of the model that analyses.
    pub(crate) fn model(&self) -> &str {
        self.analyzer.model(Tier::Fast)
    }

    /// Follows whether writes can be kept.
    pub(crate) fn writable(&self) -> watch::Receiver<bool> {
        self.writable.subscribe()
    }

    /// Analyses an article, or takes the stored analysis where body, day and model are the same.
    /// Refuses when too many wait.
    pub(crate) async fn analyze(&self, article: Article) -> Result<AnalyzedArticle, PoolError> {
        let pipeline = self.clone();
        self.pool.run(move || pipeline.analyze_now(article)).await
    }

    /// The same, waiting for a turn: for streams, which bound how much they have open.
    pub(crate) async fn analyze_patiently(&self, article: Article) -> Result<AnalyzedArticle, PoolError> {
        let pipeline = self.clone();
        self.pool.run_patiently(move || pipeline.analyze_now(article)).await
    }

    /// Hands a change to the engine. Returns when it is queued; `progress` hears the rest.
    pub(crate) async fn write(
        &self,
        write: Write,
        mut progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<(), PoolError> {
        let (engine, writable) = (Arc::clone(&self.engine), self.writable.clone());
        let heard = move |step: Progress| {
            match &step {
                Progress::Failed(error) => set(&writable, !disk_failed(error)),
                Progress::Durable(_) => set(&writable, true),
                Progress::Searchable(_) => {}
            }
            progress(step);
        };
        // The engine makes its callers wait while its queue is full, which no async thread may do.
        let handed = tokio::task::spawn_blocking(move || engine.write(write, Box::new(heard)));
        handed.await.map_err(|_| PoolError::Died)
    }

    fn analyze_now(&self, article: Article) -> AnalyzedArticle {
        // A failing read only costs the short cut: the write will meet the same failure and tell it.
        let stored = if article.id.is_empty() { None } else { self.engine.article(&article.id).ok().flatten() };
        let analysis = match stored {
            Some(stored)
                if stored.article.body == article.body
                    && published_on(&stored.article) == published_on(&article)
                    && stored.analysis.model == self.model() =>
            {
                stored.analysis
            }
            _ => self.analyzer.analyze_dated(&article.body, published_on(&article), Tier::Fast),
        };
        AnalyzedArticle { article, analysis }
    }
}

/// The day (UTC) on which an article was published: words like "on Tuesday" count from it.
fn published_on(article: &Article) -> Option<Date> {
    const DAY: i64 = 86_400_000_000;
    article.published_at.and_then(|at| Date::from_days(i32::try_from(at.div_euclid(DAY)).ok()?))
}

fn disk_failed(error: &Error) -> bool {
    error.kind() == ErrorKind::Storage
}

fn set(writable: &watch::Sender<bool>, now: bool) {
    writable.send_if_modified(|was| std::mem::replace(was, now) != now);
}
