//! From an article to its place in the engine: analyse, write, learn how far the write has come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sayso_document::{Analysis, Date, Tier};
use sayso_extract::Analyzer;
use sayso_index::{AnalyzedArticle, Article, Engine, Error, Progress, Receipt, Wanted, Write};
use tokio::sync::{Semaphore, mpsc};

use crate::analysis::Mode;
use crate::metrics::Metrics;
use crate::pool::{Pool, PoolError};
use crate::standing::Upgrades;

/// Changes that may wait at once for room in the engine's queue, each on a thread.
const HANDING: usize = 64;

/// Analyses articles on threads made for it and hands them to the engine.
#[derive(Clone)]
pub(crate) struct Pipeline {
    reader: Reader,
    engine: Arc<dyn Engine>,
    pool: Pool,
    /// Turns to hand a change to the engine, which makes those wait who do while its queue is full.
    handing: Arc<Semaphore>,
    upgrades: Arc<Upgrades>,
}

impl Pipeline {
    /// A pipeline into `engine` that analyses with `analyzer` on `threads` threads and notes that in `metrics`.
    pub(crate) fn new(engine: Arc<dyn Engine>, analyzer: Analyzer, threads: usize, metrics: Metrics) -> Self {
        Self {
            reader: Reader { analyzer: Arc::new(analyzer), metrics },
            engine,
            pool: Pool::new(threads, 16 * threads),
            handing: Arc::new(Semaphore::new(HANDING)),
            upgrades: Arc::default(),
        }
    }

    /// Name and version of the model that analyses on this tier.
    pub(crate) fn model(&self, tier: Tier) -> &str {
        self.reader.analyzer.model(tier)
    }

    /// The tiers that are compiled in.
    pub(crate) fn tiers(&self) -> impl Iterator<Item = Tier> + use<> {
        let best = self.reader.analyzer.best();
        [Tier::Fast, Tier::Accurate].into_iter().filter(move |tier| *tier <= best)
    }

    /// The engine that articles go to.
    pub(crate) fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }

    /// What is known of analyses that come later.
    pub(crate) fn upgrades(&self) -> &Arc<Upgrades> {
        &self.upgrades
    }

    /// Analyses an article, or takes the stored analysis where body and day are the same and the model is, too, or
    /// its tier is better. Refuses when too many wait. Whoever drops this gives the analysis up.
    pub(crate) async fn analyze(&self, article: Article, tier: Tier) -> Result<AnalyzedArticle, PoolError> {
        let (pipeline, caller) = (self.clone(), Caller::default());
        let wanted = caller.wants();
        self.pool.run(move || pipeline.analyze_now(article, tier, &wanted)).await?.ok_or(PoolError::Died)
    }

    /// The same, waiting for a turn: for streams, which bound how much they have open.
    pub(crate) async fn analyze_patiently(&self, article: Article, tier: Tier) -> Result<AnalyzedArticle, PoolError> {
        let (pipeline, caller) = (self.clone(), Caller::default());
        let wanted = caller.wants();
        self.pool.run_patiently(move || pipeline.analyze_now(article, tier, &wanted)).await?.ok_or(PoolError::Died)
    }

    /// Analyses a stored article anew when nothing else waits for a thread.
    pub(crate) async fn analyze_idly(&self, article: Article, tier: Tier) -> Result<AnalyzedArticle, PoolError> {
        // Not the whole pipeline: a long analysis must not keep the engine open when the server stops.
        let (reader, caller) = (self.reader.clone(), Caller::default());
        let wanted = caller.wants();
        let work = move || {
            let analysis = reader.read(&article, tier, &wanted)?;
            Some(AnalyzedArticle { article, analysis })
        };
        self.pool.run_idle(work).await?.ok_or(PoolError::Died)
    }

    /// The write that puts an article which was analysed for this mode, where the version stands that is expected.
    pub(crate) fn put(&self, analyzed: AnalyzedArticle, mode: Mode, expected: Option<u64>) -> Write {
        let (tier, model) = (mode.last(), self.model(mode.last()).to_owned());
        if mode.first() == tier || analyzed.analysis.model == model {
            return Write::Put(Box::new(analyzed), expected);
        }
        Write::PutFirst(Box::new(analyzed), Wanted { tier, model }, expected)
    }

    /// Hands a change to the engine. Returns when it is queued; `progress` hears the rest.
    pub(crate) async fn write(
        &self,
        write: Write,
        mut progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<(), PoolError> {
        let engine = Arc::clone(&self.engine);
        let upgrades = matches!(write, Write::PutFirst(..) | Write::Want(..)).then(|| Arc::clone(&self.upgrades));
        let heard = move |step: Progress| {
            if let Progress::Searchable(_) = &step {
                // From now on those who look for what waits find it.
                upgrades.iter().for_each(|upgrades| upgrades.wake());
            }
            progress(step);
        };
        // The engine makes its callers wait while its queue is full, which no async thread may do; nor may they take
        // all threads for blocking work, which searches and the server's own questions need.
        let turn = Arc::clone(&self.handing).acquire_owned().await.map_err(|_| PoolError::Died)?;
        let handed = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            engine.write(write, Box::new(heard));
        });
        handed.await.map_err(|_| PoolError::Died)
    }

    /// Makes a change and waits until it has come as far as `until`. Whoever drops this does not undo it.
    pub(crate) async fn written(&self, write: Write, until: Until) -> Result<Receipt, Unwritten> {
        let (tell, mut heard) = mpsc::unbounded_channel();
        let told = move |step| {
            // Nobody listens any more when the caller has gone.
            let _ = tell.send(step);
        };
        self.write(write, told).await.map_err(Unwritten::Pool)?;
        while let Some(step) = heard.recv().await {
            match step {
                Progress::Durable(receipt) if until == Until::Durable => return Ok(receipt),
                Progress::Durable(_) => {}
                Progress::Searchable(receipt) => return Ok(receipt),
                Progress::Delayed(_, error) | Progress::Failed(error) => return Err(Unwritten::Engine(error)),
            }
        }
        Err(Unwritten::Stopping)
    }

    fn analyze_now(&self, article: Article, tier: Tier, wanted: &dyn Fn() -> bool) -> Option<AnalyzedArticle> {
        // A failing read only costs the short cut: the write will meet the same failure and tell it.
        let stored = if article.id.is_empty() { None } else { self.engine.article(&article.id).ok().flatten() };
        let analysis = match stored {
            Some(stored)
                if stored.article.body == article.body
                    && published_on(&stored.article) == published_on(&article)
                    && (stored.analysis.tier > tier || stored.analysis.model == self.model(tier)) =>
            {
                stored.analysis
            }
            _ => self.reader.read(&article, tier, wanted)?,
        };
        Some(AnalyzedArticle { article, analysis })
    }
}

/// How far a change is to come before its caller goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// It is on the disk.
    Durable,
    /// Every read sees it.
    Searchable,
}

/// Why a change did not come as far as it was to.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// It never reached the engine.
    Pool(PoolError),
    /// The engine failed, before or after it was durable.
    Engine(Error),
    /// The engine stopped without a word about it.
    Stopping,
}

/// One who waits for an analysis, which ends with it: a long text must not keep a thread busy for nobody.
#[derive(Default)]
struct Caller {
    gone: Arc<AtomicBool>,
}

impl Caller {
    /// Whether it still waits.
    fn wants(&self) -> impl Fn() -> bool + Send + 'static {
        let gone = Arc::clone(&self.gone);
        move || !gone.load(Ordering::Relaxed)
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

/// Analyses, and notes how long it took.
#[derive(Clone)]
struct Reader {
    analyzer: Arc<Analyzer>,
    metrics: Metrics,
}

impl Reader {
    /// None when it is no longer wanted.
    fn read(&self, article: &Article, tier: Tier, wanted: &dyn Fn() -> bool) -> Option<Analysis> {
        let began = Instant::now();
        let analysis = self.analyzer.analyze_while(&article.body, published_on(article), tier, wanted)?;
        self.metrics.analysed(tier, began.elapsed());
        Some(analysis)
    }
}

/// The day on which an article was published: words like "on Tuesday" count from it. Where its outlet's day is not
/// told, it is that of UTC.
fn published_on(article: &Article) -> Option<Date> {
    const DAY: i64 = 86_400_000_000;
    let in_utc = |at: i64| Date::from_days(i32::try_from(at.div_euclid(DAY)).ok()?);
    article.published_on.or_else(|| article.published_at.and_then(in_utc))
}
