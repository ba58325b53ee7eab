//! Takes an article into the engine: analyses it, writes it, and reports the progress of the write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sayso_document::{Analysis, Date, Tier};
use sayso_extract::Analyzer;
use sayso_index::{AnalyzedArticle, Article, Engine, Error, Progress, Receipt, Wanted, Write};
use tokio::sync::{Semaphore, mpsc};

use crate::analysis::Mode;
use crate::metrics::Metrics;
use crate::pool::{Pool, PoolError, Turn, Urgency};
use crate::standing::Upgrades;

/// How many changes may wait at once for room in the engine's queue. Each occupies a thread.
const MAX_HANDING: usize = 64;

/// Analyses articles on its own threads and passes them to the engine.
#[derive(Clone)]
pub(crate) struct Pipeline {
    reader: Reader,
    engine: Arc<dyn Engine>,
    pool: Pool,
    /// Permits to pass a change to the engine, which blocks while its queue is full.
    handing: Arc<Semaphore>,
    upgrades: Arc<Upgrades>,
}

impl Pipeline {
    /// A pipeline into `engine` that analyses with `analyzer` in this pool, and records that in `metrics`.
    pub(crate) fn new(engine: Arc<dyn Engine>, analyzer: Analyzer, pool: Pool, metrics: Metrics) -> Self {
        Self {
            reader: Reader { analyzer: Arc::new(analyzer), metrics },
            engine,
            pool,
            handing: Arc::new(Semaphore::new(MAX_HANDING)),
            upgrades: Arc::default(),
        }
    }

    /// Name and version of the model of this tier.
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

    /// The state of later analyses.
    pub(crate) fn upgrades(&self) -> &Arc<Upgrades> {
        &self.upgrades
    }

    /// Analyses an article. A stored analysis is reused if body and day are the same, and if it is by the same model or
    /// of a better tier. Refuses if that would come too late for the call that is due at this time, or for any. If the
    /// caller drops this, the analysis is abandoned.
    pub(crate) async fn analyze(
        &self,
        article: Article,
        tier: Tier,
        due: Option<Instant>,
    ) -> Result<AnalyzedArticle, PoolError> {
        self.analyze_in_turn(article, tier, Urgency::Call(due)).await
    }

    /// The same, but waits however many are waiting. For streams, which limit their own number.
    pub(crate) async fn analyze_patiently(&self, article: Article, tier: Tier) -> Result<AnalyzedArticle, PoolError> {
        self.analyze_in_turn(article, tier, Urgency::Bulk).await
    }

    async fn analyze_in_turn(
        &self,
        article: Article,
        tier: Tier,
        urgency: Urgency,
    ) -> Result<AnalyzedArticle, PoolError> {
        let (pipeline, caller, bytes) = (self.clone(), Caller::default(), article.body.len());
        let wanted = caller.wants();
        let work = move |turn: &Turn| pipeline.analyze_now(article, tier, &|| goes_on(turn, &wanted));
        self.pool.run_on(bytes, urgency, work).await?.ok_or(PoolError::Died)
    }

    /// Analyses a stored article again, when nothing else waits for a thread.
    pub(crate) async fn analyze_idly(&self, article: Article, tier: Tier) -> Result<AnalyzedArticle, PoolError> {
        // Not the whole pipeline: a long analysis must not keep the engine open when the server stops.
        let (reader, caller, bytes) = (self.reader.clone(), Caller::default(), article.body.len());
        let wanted = caller.wants();
        let work = move |turn: &Turn| {
            let analysis = reader.read(&article, tier, &|| goes_on(turn, &wanted))?;
            Some(AnalyzedArticle { article, analysis })
        };
        self.pool.run_on(bytes, Urgency::Idle, work).await?.ok_or(PoolError::Died)
    }

    /// The write for an article that was analysed in this mode, on condition of the expected version.
    pub(crate) fn put(&self, analyzed: AnalyzedArticle, mode: Mode, expected: Option<u64>) -> Write {
        let (tier, model) = (mode.last(), self.model(mode.last()).to_owned());
        if mode.first() == tier || analyzed.analysis.model == model {
            return Write::Put(Box::new(analyzed), expected);
        }
        Write::PutFirst(Box::new(analyzed), Wanted { tier, model }, expected)
    }

    /// Passes a change to the engine. Returns when it is queued; `progress` is called with the rest.
    pub(crate) async fn write(
        &self,
        write: Write,
        mut progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<(), PoolError> {
        let engine = Arc::clone(&self.engine);
        let upgrades = matches!(write, Write::PutFirst(..) | Write::Want(..)).then(|| Arc::clone(&self.upgrades));
        let heard = move |step: Progress| {
            if let Progress::Searchable(_) = &step {
                // From now on, `upgrade` finds what waits.
                upgrades.iter().for_each(|upgrades| upgrades.wake());
            }
            progress(step);
        };
        // The engine blocks its callers while its queue is full. So they must not be async threads, and must not take
        // all blocking threads, which searches and the server itself need.
        let turn = Arc::clone(&self.handing).acquire_owned().await.map_err(|_| PoolError::Died)?;
        #[allow(clippy::disallowed_methods, reason = "the turn bounds how many wait for the engine at once")]
        let handed = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            engine.write(write, Box::new(heard));
        });
        handed.await.map_err(|_| PoolError::Died)
    }

    /// Makes a change and waits until it is durable or searchable, as `until` says. Dropping this does not undo the
    /// change.
    pub(crate) async fn written(&self, write: Write, until: Until) -> Result<Receipt, Unwritten> {
        let (tell, mut heard) = mpsc::unbounded_channel();
        let told = move |step| {
            // The receiver is gone if the caller is.
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
        // A read that fails only means that the article is analysed again. The write will meet the same failure and
        // report it.
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

/// The state that a caller waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// It is on the disk.
    Durable,
    /// Every read sees it.
    Searchable,
}

/// Why that state was not reached.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// The change never reached the engine.
    Pool(PoolError),
    /// The engine failed, before or after the change was durable.
    Engine(Error),
    /// The engine stopped without reporting on the change.
    Stopping,
}

/// A caller that waits for an analysis. When it goes, the analysis ends, so that a long text does not keep a thread
/// busy for nobody.
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

/// Whether an analysis goes on. In between, it lets work on shorter texts go first.
fn goes_on(turn: &Turn, wanted: &dyn Fn() -> bool) -> bool {
    wanted() && {
        turn.lend();
        wanted()
    }
}

/// Analyses, and records how long it took.
#[derive(Clone)]
struct Reader {
    analyzer: Arc<Analyzer>,
    metrics: Metrics,
}

impl Reader {
    /// Analyses an article. None if the analysis is no longer wanted.
    fn read(&self, article: &Article, tier: Tier, wanted: &dyn Fn() -> bool) -> Option<Analysis> {
        let began = Instant::now();
        let analysis = self.analyzer.analyze_while(&article.body, published_on(article), tier, wanted)?;
        self.metrics.analysed(tier, began.elapsed());
        Some(analysis)
    }
}

/// The day on which an article was published, from which words like "on Tuesday" are counted. If the outlet's day is
/// unknown, it is the day in UTC.
fn published_on(article: &Article) -> Option<Date> {
    const DAY_MICROS: i64 = 86_400_000_000;
    let in_utc = |at: i64| Date::from_days(i32::try_from(at.div_euclid(DAY_MICROS)).ok()?);
    article.published_on.or_else(|| article.published_at.and_then(in_utc))
}
