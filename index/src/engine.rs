//! The contract between the services and whatever stores the articles.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sayso_document::Tier;

use crate::query::{
    ArticleFilter, ArticleQuery, ArticleSearch, EntityQuery, MentionQuery, QuoteQuery, SentenceQuery, SpellingQuery,
    SuggestQuery,
};
use crate::{
    AnalyzedArticle, Article, ArticleHit, ArticleMatch, EntityHit, EntityId, EntityRecord, Error, ErrorKind, Exported,
    Kept, MentionHit, Page, QuoteHit, Result, SentenceHit, Spelling, Suggestions, Version,
};

/// Stores articles and answers queries. Calls block, so callers run them on threads made for that.
///
/// Every read sees one consistent view: the state after one sequence number, the same for articles,
/// sentences, quotes, entities and counts. A written article appears in all of them at once.
///
/// Callers hold a `dyn Engine` and know nothing of the implementation:
///
/// ```
/// use sayso_index::query::{QuoteQuery, Who};
/// use sayso_index::{Engine, Interrupt, Result};
///
/// /// The latest words of whoever goes by this name.
/// fn last_words(engine: &dyn Engine, name: &str) -> Result<Option<String>> {
///     let query = QuoteQuery { speakers: vec![Who::Named(name.into())], ..QuoteQuery::default() };
///     let page = engine.quotes(&query, &Interrupt::default())?;
///     Ok(page.hits.first().map(|hit| hit.quote().clean_text(&hit.article.article.body)))
/// }
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let engine = sayso_index::Embedded::open(folder.path(), Default::default()).expect("an engine");
/// # assert_eq!(last_words(&engine, "lind").expect("an answer"), None);
/// ```
///
/// A page key pins the view that its page was made from. The following pages come from the same view, with the same
/// order, scores and total, whatever is written in the meantime. An engine keeps a limited number of views for a
/// limited time; a key whose view is gone is refused with [`ErrorKind::PageExpired`].
pub trait Engine: Send + Sync + 'static {
    /// Submits a change. Returns when it is queued, and waits while the queue is full.
    ///
    /// `progress` is called with [`Progress::Durable`] once the change will survive a crash, then
    /// with [`Progress::Searchable`] once every read sees it, or with [`Progress::Delayed`] while the indexes cannot
    /// follow; or once with [`Progress::Failed`].
    fn write(&self, write: Write, progress: OnProgress);

    /// The article with this id, with its analysis.
    fn article(&self, id: &str) -> Result<Option<AnalyzedArticle>>;

    /// Articles, in the order that is asked for.
    fn articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>>;

    /// Articles whose sentences and headline match together.
    fn search_articles(&self, query: &ArticleSearch, interrupt: &Interrupt) -> Result<Page<ArticleMatch>>;

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

    /// Words of the texts that a word may be a misspelling of: within two edits, nearest first, then the most frequent.
    /// An engine may count words of articles that are gone.
    fn spellings(&self, query: &SpellingQuery, interrupt: &Interrupt) -> Result<Vec<Spelling>>;

    /// How what somebody types may go on: entities and phrases of headlines. Typing errors are allowed for where nothing
    /// is found as it is typed. Meant to be asked at every keystroke.
    fn suggest(&self, query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions>;

    /// The words that tell a text apart from the stored ones, best first, at most `most`: frequent in it, and rare
    /// elsewhere, but not in this text alone. Folded.
    fn telling_words(&self, text: &str, most: usize, interrupt: &Interrupt) -> Result<Vec<String>>;

    /// Articles that wait for an analysis of this tier or a lesser one, in the order in which they were put: at most
    /// `most`, and none whose numbers are in `taken`.
    fn pending(&self, best: Tier, taken: &BTreeSet<u64>, most: usize) -> Result<Vec<Pending>>;

    /// Looks through some of the articles after the number `after`. Finds those that pass the filter, were analysed by
    /// none of these models, and do not wait for an analysis of this tier yet.
    fn outdated(
        &self,
        models: &[String],
        tier: Tier,
        filter: &ArticleFilter,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated>;

    /// Hands over every article that is durable when this is called, in the order of their numbers: one state,
    /// whatever is written in the meantime. Articles with a damaged record are left out.
    ///
    /// An error of `take` ends it, and is returned.
    fn export(&self, take: &mut dyn FnMut(Kept) -> Result<()>, interrupt: &Interrupt) -> Result<Exported>;

    /// Builds the search indexes anew from what is stored, and uses them from then on. Reads and writes go on in the
    /// meantime, and page keys stay valid. If the caller no longer waits, it goes on all the same.
    fn reindex(&self, interrupt: &Interrupt) -> Result<()>;

    /// Counts and sequence numbers.
    fn status(&self) -> Result<Status>;

    /// What cannot be done at present, and why. Reads no data and never waits, so it may be called every second.
    fn health(&self) -> Health;
}

/// A change to what is stored.
///
/// ```
/// use std::sync::mpsc;
///
/// use sayso_index::{Change, Embedded, EmbeddedOptions, Engine, Progress, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let engine = Embedded::open(folder.path(), EmbeddedOptions::default())?;
/// let (sender, progress) = mpsc::channel();
/// engine.write(Write::Delete("a1".into(), None), Box::new(move |step| drop(sender.send(step))));
/// let Progress::Durable(receipt) = progress.recv()? else { panic!("the change is made") };
/// assert_eq!(receipt.change, Change::NotFound);
/// # Ok(())
/// # }
/// ```
///
/// If it carries an etag, the change is made only if the article with this id has that [`Version::etag`]. Otherwise
/// nothing changes, and it fails with [`ErrorKind::Stale`].
#[derive(Clone, Debug)]
pub enum Write {
    /// Adds the article, or replaces the one with its id. If the same article is there already with an analysis of a
    /// better tier, that one stays and nothing changes.
    Put(Box<AnalyzedArticle>, Option<u64>),
    /// The same, and marks the article as waiting for another analysis, unless its present one is by that model
    /// already. The mark is as durable as the article, and is deleted with it.
    PutFirst(Box<AnalyzedArticle>, Wanted, Option<u64>),
    /// Replaces the analysis of the article with this number. If the article has been replaced or deleted in the
    /// meantime, nothing changes: [`Change::NotFound`]. The version of the article stays the same.
    Reanalyzed(Box<AnalyzedArticle>, u64),
    /// Marks the articles that still have these numbers as waiting for an analysis of this tier.
    Want(Vec<u64>, Tier),
    /// Deletes the article with this id.
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

    /// Why the article that it brings cannot be stored, if it cannot.
    pub(crate) fn fault(&self) -> Option<Error> {
        let article = self.article()?;
        let fault = match article.article.id.is_empty() {
            true => Some("it has no id".to_owned()),
            false => article.fault(),
        };
        fault.map(|fault| Error::new(ErrorKind::Invalid, format!("the article is invalid: {fault}")))
    }
}

/// An analysis that is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its tier.
    pub tier: Tier,
    /// Name and version of the model that is to make it.
    pub model: String,
}

/// An article that waits for another analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// Its number, for [`Write::Reanalyzed`].
    pub seq: u64,
    /// The tier that the analysis should have.
    pub tier: Tier,
    /// The article.
    pub article: Article,
}

/// Articles whose analysis is not up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outdated {
    /// Their numbers, for [`Write::Want`].
    pub seqs: Vec<u64>,
    /// The number after which to continue; none when all have been seen.
    pub next: Option<u64>,
}

/// Called with the progress of a change, from a thread of the engine. Must not block.
pub type OnProgress = Box<dyn FnMut(Progress) + Send>;

/// How far a change has come.
#[derive(Debug)]
pub enum Progress {
    /// It survives a crash.
    Durable(Receipt),
    /// Every read sees it.
    Searchable(Receipt),
    /// It survives a crash, but reads do not see it yet, because the indexes cannot follow; the error says why. Reads
    /// will see it when that is over, so do not send it again. This is the last step that is reported.
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
    /// The version of the article after it, changed or not. None if there is no article, and for changes to many
    /// articles.
    pub version: Option<Version>,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The id was new.
    Created,
    /// The id had another text or analysis.
    Replaced,
    /// The same article was there already, with an analysis by the same model or of a better tier.
    Unchanged,
    /// The article is gone.
    Deleted,
    /// There was no such article to delete or analyse.
    NotFound,
}

/// How many matches are looked at between two looks at an [`Interrupt`].
pub(crate) const CHECK_EVERY: u32 = 1_024;

/// Ends a search early: at a moment, or when its caller has gone.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use sayso_index::{ErrorKind, Interrupt};
///
/// let soon = Interrupt { deadline: Some(Instant::now() + Duration::from_secs(60)), ..Interrupt::default() };
/// assert!(soon.check().is_ok());
/// soon.cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
/// assert_eq!(soon.check().unwrap_err().kind(), ErrorKind::Cancelled);
/// ```
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
    /// Bytes on disk, as of at most a second ago.
    pub disk_bytes: u64,
    /// Views that are kept for pages still to come.
    pub pinned_views: u64,
}

/// What the engine cannot do at present. All is well if it equals [`Health::default`].
///
/// Faults pass by themselves when their cause does: the engine retries. Only damaged articles stay until they are put
/// again or deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Why nothing can be read or written: the store of articles failed. The engine tries to reopen it every second.
    pub store_fault: Option<String>,
    /// Why durable changes do not become searchable. Reads see the state before them. The engine retries every second.
    pub index_fault: Option<String>,
    /// Why articles are refused: too little is free on the disk. Looked up when asked.
    pub refuses_articles: Option<String>,
    /// Why deletes are refused, too: even less is free.
    pub refuses_deletes: Option<String>,
    /// How many articles have a damaged record. Reading one fails with [`ErrorKind::Corrupt`] and its id, and no search
    /// finds it. It can be put again or deleted.
    pub damaged_articles: u64,
}
