//! The contract between the services and whatever keeps the articles.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sayso_document::Tier;

use crate::query::{ArticleFilter, ArticleQuery, EntityQuery, MentionQuery, QuoteQuery, SentenceQuery};
use crate::{
    AnalyzedArticle, Article, ArticleHit, EntityHit, EntityId, EntityRecord, Error, ErrorKind, MentionHit, Page,
    QuoteHit, Result, SentenceHit, Version,
};

/// Keeps articles and answers queries. Calls block; callers run them on threads made for that.
///
/// Every read sees one consistent view: the state after one sequence number, the same for articles,
/// sentences, quotes, entities and counts. A written article appears in all of them at once.
///
/// A page key pins the view that its page was made from: the pages that follow come from the same, with the same order,
/// scores and total, whatever is written meanwhile. An engine keeps views for a while, and not too many; a key whose view
/// has gone is refused with [`ErrorKind::PageExpired`].
pub trait Engine: Send + Sync + 'static {
    /// Hands in a change. Returns when it is queued, waiting while the queue is full.
    ///
    /// `progress` is called with [`Progress::Durable`] once the change will survive a crash, then
    /// with [`Progress::Searchable`] once every read sees it, or with [`Progress::Delayed`] while the indexes cannot
    /// follow; or once with [`Progress::Failed`].
    fn write(&self, write: Write, progress: OnProgress);

    /// The article with this id, with its analysis.
    fn article(&self, id: &str) -> Result<Option<AnalyzedArticle>>;

    /// Articles, in the order that is asked for.
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

    /// Articles that wait for an analysis of this tier or a lesser one, those first that were put first: at most `most`,
    /// and none of those whose numbers are `taken`.
    fn pending(&self, best: Tier, taken: &BTreeSet<u64>, most: usize) -> Result<Vec<Pending>>;

    /// Looks through some of the articles after the number `after` for those that pass the filter, whose analysis is by
    /// none of these models and that do not wait for one of this tier yet.
    fn outdated(
        &self,
        models: &[String],
        tier: Tier,
        filter: &ArticleFilter,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated>;

    /// Counts and sequence numbers.
    fn status(&self) -> Result<Status>;

    /// What cannot be done at present, and why. Reads no data and never waits, so that it may be asked every second.
    fn health(&self) -> Health;
}

/// A change to what is kept.
///
/// Where an etag comes with it, the change is made only if an article stands under the id with this [`Version::etag`].
/// Else nothing changes, and it fails with [`ErrorKind::Stale`].
#[derive(Clone, Debug)]
pub enum Write {
    /// Adds the article, or replaces the one with its id. Where the same article stands already, an analysis of a
    /// better tier stays: then nothing changes.
    Put(Box<AnalyzedArticle>, Option<u64>),
    /// The same, and notes that another analysis is still to come, unless the one that stands is by that model
    /// already. The note survives whatever the article does, and goes with it.
    PutFirst(Box<AnalyzedArticle>, Wanted, Option<u64>),
    /// Puts another analysis in place of that of the article under this number. If another text, or none, has taken the
    /// article's place meanwhile, nothing changes: [`Change::NotFound`]. The version of the article stays.
    Reanalyzed(Box<AnalyzedArticle>, u64),
    /// Notes that these articles, as far as they still stand under these numbers, wait for an analysis of this tier.
    Want(Vec<u64>, Tier),
    /// Takes away the article with this id.
    Delete(String, Option<u64>),
}

impl Write {
    /// The article that it brings.
    pub(crate) fn article(&self) -> Option<&AnalyzedArticle> {
        match self {
            Self::Put(article, _) | Self::PutFirst(article, ..) | Self::Reanalyzed(article, _) => Some(article),
            Self::Want(..) | Self::Delete(..) => None,
        }
    }
}

/// An analysis that is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which tier.
    pub tier: Tier,
    /// Name and version of the model that is to make it.
    pub model: String,
}

/// An article that waits for another analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The number under which it stands, for [`Write::Reanalyzed`].
    pub seq: u64,
    /// Of which tier the analysis should be.
    pub tier: Tier,
    /// The article.
    pub article: Article,
}

/// Articles whose analysis is not up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outdated {
    /// Their numbers, for [`Write::Want`].
    pub seqs: Vec<u64>,
    /// After which number to go on looking; none when all have been seen.
    pub next: Option<u64>,
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
    /// It survives a crash, but reads do not see it yet, because the indexes cannot follow: the error says why. They
    /// will once that has passed; nothing is to be sent again. The last word on this change.
    Delayed(Receipt, Error),
    /// It was not made, and will not be.
    Failed(Error),
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The sequence number of the change; of an unchanged article, that of its last change.
    pub seq: u64,
    /// What it did.
    pub change: Change,
    /// The version of the article that stands after it, changed or not. None where none does, and of changes that are
    /// about many.
    pub version: Option<Version>,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The id was new.
    Created,
    /// Another text or analysis stood under the id.
    Replaced,
    /// The same article with an analysis by the same model, or of a better tier, stood there already.
    Unchanged,
    /// The article is gone.
    Deleted,
    /// There was no such article to delete, or to give another analysis to.
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
    /// Articles that wait for another analysis.
    pub pending: u64,
    /// Sequence number of the last durable change.
    pub durable_seq: u64,
    /// Sequence number that reads see.
    pub searchable_seq: u64,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// Views that are kept for pages still to come.
    pub pinned_views: u64,
}

/// What the engine cannot do at present. All is well where it equals [`Health::default`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Why nothing can be read or written: the store of articles failed. It is opened again every second until it can be.
    pub store_fault: Option<String>,
    /// Why durable changes do not become searchable. Reads see the state before them; it is tried again every second.
    pub index_fault: Option<String>,
    /// Why articles are refused: too little is free on the disk. Looked up when asked.
    pub refuses_articles: Option<String>,
    /// Why deletes are refused, too: even less is free.
    pub refuses_deletes: Option<String>,
    /// How many articles are kept of which the record is damaged. Reading one fails with [`ErrorKind::Corrupt`] and its
    /// id, no search finds it, and it can be put anew or deleted.
    pub damaged_articles: u64,
}
