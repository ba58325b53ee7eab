//! The contract between the services and whatever keeps the articles.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::query::{ArticleQuery, EntityQuery, MentionQuery, QuoteQuery, SentenceQuery};
use crate::{
    AnalyzedArticle, ArticleHit, EntityHit, EntityId, EntityRecord, Error, ErrorKind, MentionHit, Page, QuoteHit,
    Result, SentenceHit,
};

/// Keeps articles and answers queries. Calls block; callers run them on threads made for that.
///
/// Every read sees one consistent view: the state after one sequence number, the same for articles,
/// sentences, quotes, entities and counts. A written article appears in all of them at once.
pub trait Engine: Send + Sync + 'static {
    /// Hands in a change. Returns when it is queued, waiting while the queue is full.
    ///
    /// `progress` is called with [`Progress::Durable`] once the change will survive a crash, then
    /// with [`Progress::Searchable`] once every read sees it; or once with [`Progress::Failed`].
    fn write(&self, write: Write, progress: OnProgress);

    /// The article with this id, with its analysis.
    fn article(&self, id: &str) -> Result<Option<AnalyzedArticle>>;

    /// Articles, newest first.
    fn articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>>;

    /// Sentences that match.
    fn sentences(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Page<SentenceHit>>;

    /// Quotes that match.
    fn quotes(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Page<QuoteHit>>;

    /// Entities by name, alias, prefix or with a typo; the likeliest first.
    fn entities(&self, query: &EntityQuery, interrupt: &Interrupt) -> Result<Page<EntityHit>>;

    /// The entity with this id.
    fn entity(&self, id: &EntityId) -> Result<Option<EntityRecord>>;

    /// Where an entity is mentioned, newest article first, in reading order within one.
    fn mentions(&self, query: &MentionQuery, interrupt: &Interrupt) -> Result<Page<MentionHit>>;

    /// Counts and sequence numbers.
    fn status(&self) -> Result<Status>;
}

/// A change to what is kept.
#[derive(Clone, Debug)]
pub enum Write {
    /// Adds the article, or replaces the one with its id.
    Put(Box<AnalyzedArticle>),
    /// Takes away the article with this id.
    Delete(String),
}

/// Told to the writer of a change, from a thread of the engine: must not block.
pub type OnProgress = Box<dyn FnMut(Progress) + Send>;

/// How far a change has come.
#[derive(Debug)]
pub enum Progress {
    /// It survives a crash.
    Durable(Receipt),
    /// Every read sees it.
    Searchable(Receipt),
    /// It was not made, and will not be.
    Failed(crate::Error),
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The sequence number of the change; of an unchanged article, that of its last change.
    pub seq: u64,
    /// What it did.
    pub change: Change,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The id was new.
    Created,
    /// Another text or analysis stood under the id.
    Replaced,
    /// The same article with an analysis by the same model stood there already.
    Unchanged,
    /// The article is gone.
    Deleted,
    /// There was no such article to delete.
    NotFound,
}

/// Ends a search early: at a moment, or when its caller has gone.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    /// When the answer is no longer wanted.
    pub deadline: Option<Instant>,
    /// Set when the caller has gone.
    pub cancelled: Arc<AtomicBool>,
}

impl Interrupt {
    /// Whether the answer is still wanted.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] when the caller has gone, [`ErrorKind::DeadlineExceeded`] when the moment has passed.
    pub fn check(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Cancelled, "the caller has gone"));
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => {
                Err(Error::new(ErrorKind::DeadlineExceeded, "the deadline passed before the search was done"))
            }
            _ => Ok(()),
        }
    }
}

/// What the engine holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Articles in the current view.
    pub articles: u64,
    /// Their sentences.
    pub sentences: u64,
    /// Their quotes.
    pub quotes: u64,
    /// The entities that they mention.
    pub entities: u64,
    /// Sequence number of the last durable change.
    pub durable_seq: u64,
    /// Sequence number that reads see.
    pub searchable_seq: u64,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// Why durable changes do not become searchable, while they do not (a full disk).
    pub index_fault: Option<String>,
}
