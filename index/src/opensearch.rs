//! Keeps articles on an OpenSearch cluster, for those who outgrow one machine.
//!
//! A Sayso node holds nothing itself: any number of them work on one cluster, which replicates what they write. They
//! speak plain JSON over HTTP. The client of the OpenSearch project would bring tokio into this crate, whose calls
//! block, and types for hundreds of calls of which a dozen are needed; so [`Client`] has an agent of `ureq` and what
//! a cluster needs around it.
//!
//! An article is one document (`head`), so no reader ever sees half of one. Two nodes that change the same article are
//! kept apart by the document's own number on the cluster (`change`). `counter` numbers changes for all nodes.
//!
//! What a call asks of the cluster, besides a first page's point in time, which is made and, if there is no second page,
//! let go; each name in a query or filter is looked up in one request more, that of a speaker in two:
//!
//! | call | requests |
//! |---|---|
//! | an article, an entity | one |
//! | sentences, quotes, articles, mentions | one, and one for each facet that counts entities |
//! | articles by all their sentences | three |
//! | entities by name | three, and one more for every 32 entities of a page beyond the first |
//! | what is typed | one if nobody is named like that, else three; as many again if nothing goes on as typed |
//! | spellings | one |
//! | words that tell a text apart | one, with a search in it for each word |

mod agent;
mod articles;
mod change;
mod client;
mod compile;
mod counter;
mod document;
mod entity;
mod facet;
mod fault;
mod filter;
mod head;
mod hits;
mod lookup;
mod misspelt;
mod named;
mod node;
mod options;
mod outdated;
mod page;
mod pages;
mod pending;
mod read;
mod reindex;
mod reindex_claim;
mod search;
mod setup;
mod spelling;
mod suggest;
mod template;
mod tidy;
mod tokens;
mod view;
mod want;
mod watch;
mod whole;
mod writer;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use arc_swap::ArcSwap;
use crossbeam_channel::Sender;
use sayso_document::Tier;

use self::change::Changes;
pub use self::client::Client;
use self::counter::Counter;
pub use self::options::{Login, OpenSearchOptions};
use self::setup::Places;
use crate::query::{
    ArticleFilter, ArticleQuery, ArticleSearch, EntityQuery, MentionQuery, QuoteQuery, SentenceQuery, SpellingQuery,
    SuggestQuery,
};
use crate::queue::{GroupLimits, Job};
use crate::{
    AnalyzedArticle, ArticleHit, ArticleMatch, Engine, EntityHit, EntityId, EntityRecord, Error, ErrorKind, Exported,
    Health, Interrupt, Kept, MentionHit, OnProgress, Outdated, Page, Pending, Progress, QuoteHit, Result, SentenceHit,
    Spelling, Status, Suggestions, Write,
};

/// Groups that may wait to become searchable. Beyond that, writing waits.
const REFRESHER_QUEUE: usize = 16;

/// The engine that keeps articles on an OpenSearch cluster.
///
/// It can be shared between threads, and any number of processes may use the same cluster. Dropping it writes what is
/// queued and ends its threads.
///
/// What the embedded engine promises, and what a cluster can:
///
/// | | embedded | on a cluster |
/// |---|---|---|
/// | durable | after the fsync of a transaction | when every copy in step has it on its disk |
/// | searchable | when every index has committed it | after a refresh of every shard |
/// | one article | whole or not at all | the same: it is one document |
/// | one view | of all reads, after one change | of the pages of one query; two calls may see two states |
/// | numbers of changes | without gaps | with gaps, where a change took one and then failed |
/// | two writers | one after the other, in one thread | whoever is first; the other decides again |
/// | a change that failed | was not made | was not made, unless the cluster did not answer |
/// | the same change again | changes nothing | changes nothing, so it is safe in that case |
/// | figures of entities | kept with every change | added up when somebody asks |
/// | how many entities | exact | exact up to some 40,000 |
/// | entities by name | all that match | of more than 10,000 that match in part, those in most articles |
/// | completions | of all entities | of 1,000 that match, those in most articles |
/// | typing errors in what is begun | two in up to 64 bytes | two in up to some 40 letters, one beyond |
/// | spellings two edits away | all | those that begin with the same letter |
/// | an analysis to come | taken by the one process | claimed by one node for some minutes |
/// | a lost index | made again from the store | told, since the index is the store |
///
/// ```no_run
/// use sayso_index::Engine;
/// use sayso_index::opensearch::{OpenSearch, OpenSearchOptions};
///
/// # fn main() -> sayso_index::Result<()> {
/// let nodes = ["http://search-1:9200", "http://search-2:9200", "http://search-3:9200"].map(String::from).to_vec();
/// let engine = OpenSearch::open(OpenSearchOptions { nodes, ..OpenSearchOptions::default() })?;
/// println!("{} articles", engine.status()?.articles);
/// # Ok(())
/// # }
/// ```
pub struct OpenSearch {
    /// Speaks with the cluster.
    client: Arc<Client>,
    /// The settings that it was opened with.
    options: OpenSearchOptions,
    /// Where things are on the cluster.
    places: Places,
    /// The numbers of changes.
    counter: Arc<Counter>,
    /// How the cluster was when it was last looked at.
    health: Arc<ArcSwap<Health>>,
    /// None only while dropping; so is `watched`.
    queue: Option<Sender<Job>>,
    watched: Option<Sender<()>>,
    /// They end when both are closed.
    threads: Vec<JoinHandle<()>>,
}

impl OpenSearch {
    /// Connects to a cluster, and makes the indexes that are not there yet.
    ///
    /// # Errors
    /// - [`ErrorKind::Invalid`]: a setting cannot be used.
    /// - [`ErrorKind::Unreachable`]: no node answers, or the cluster refuses.
    /// - [`ErrorKind::Newer`]: a newer version of the program made the indexes.
    /// - [`ErrorKind::Corrupt`]: there were articles, and their index is gone.
    pub fn open(options: OpenSearchOptions) -> Result<Self> {
        let client = Arc::new(Client::new(options.clone())?);
        let places = Places::of(&options.prefix);
        setup::set_up(&client, &options, &places)?;
        let counter = Arc::new(Counter::default());
        counter.read(&client, &places)?;
        let health = Arc::new(ArcSwap::from_pointee(watch::look(&client, &places)));
        let mut engine =
            Self { client, options, places, counter, health, queue: None, watched: None, threads: Vec::new() };
        tidy::tidy(&engine.client, &engine.places, (engine.options.now)())?;
        engine.start()?;
        Ok(engine)
    }

    /// The same engine for a thread of its own. It takes no changes.
    fn without_threads(&self) -> Self {
        Self {
            client: self.client.clone(),
            options: self.options.clone(),
            places: self.places.clone(),
            counter: self.counter.clone(),
            health: self.health.clone(),
            queue: None,
            watched: None,
            threads: Vec::new(),
        }
    }

    /// Starts the threads.
    fn start(&mut self) -> Result<()> {
        let options = &self.options;
        let (queue, jobs) = crossbeam_channel::bounded(options.queue_length.max(1));
        let (written, refreshed) = crossbeam_channel::bounded(REFRESHER_QUEUE);
        let (watched, stop) = crossbeam_channel::bounded(0);
        let limits =
            GroupLimits { now: options.now, articles: options.bulk_articles.max(1), bytes: options.bulk_bytes };
        let changes = Changes {
            client: self.client.clone(),
            places: self.places.clone(),
            counter: self.counter.clone(),
            now: options.now,
            patience: options.request_timeout.saturating_mul(4),
        };
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| thread::Builder::new().name(name.to_owned()).spawn(run);
        self.threads.push(spawn("sayso-bulk", Box::new(move || writer::write(&changes, &jobs, limits, &written)))?);
        let (client, places) = (self.client.clone(), self.places.clone());
        self.threads.push(spawn("sayso-refresh", Box::new(move || writer::refresh(&client, &places, &refreshed)))?);
        let (client, places, health) = (self.client.clone(), self.places.clone(), self.health.clone());
        let now = options.now;
        self.threads.push(spawn("sayso-watch", Box::new(move || watch::watch(&client, &places, &health, now, &stop)))?);
        (self.queue, self.watched) = (Some(queue), Some(watched));
        Ok(())
    }
}

impl Engine for OpenSearch {
    fn write(&self, write: Write, mut progress: OnProgress) {
        if let Some(fault) = write.fault() {
            progress(Progress::Failed(fault));
            return;
        }
        let job = Job { write, progress };
        let refused = match &self.queue {
            Some(queue) => queue.send(job).err().map(|error| error.into_inner()),
            None => Some(job),
        };
        if let Some(mut job) = refused {
            (job.progress)(Progress::Failed(Error::new(ErrorKind::Closed, "the engine is stopping")));
        }
    }

    fn article(&self, id: &str) -> Result<Option<AnalyzedArticle>> {
        self.read_article(id)
    }

    fn articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>> {
        self.list_articles(query, interrupt)
    }

    fn search_articles(&self, query: &ArticleSearch, interrupt: &Interrupt) -> Result<Page<ArticleMatch>> {
        self.find_articles(query, interrupt)
    }

    fn sentences(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Page<SentenceHit>> {
        self.find_sentences(query, interrupt)
    }

    fn quotes(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Page<QuoteHit>> {
        self.find_quotes(query, interrupt)
    }

    fn entities(&self, query: &EntityQuery, interrupt: &Interrupt) -> Result<Page<EntityHit>> {
        self.find_entities(query, interrupt)
    }

    fn entity(&self, id: &EntityId) -> Result<Option<EntityRecord>> {
        self.read_entity(id)
    }

    fn mentions(&self, query: &MentionQuery, interrupt: &Interrupt) -> Result<Page<MentionHit>> {
        self.list_mentions(query, interrupt)
    }

    fn spellings(&self, query: &SpellingQuery, interrupt: &Interrupt) -> Result<Vec<Spelling>> {
        self.find_spellings(query, interrupt)
    }

    fn suggest(&self, query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions> {
        self.complete(query, interrupt)
    }

    fn telling_words(&self, text: &str, most: usize, interrupt: &Interrupt) -> Result<Vec<String>> {
        self.find_telling_words(text, most, interrupt)
    }

    fn pending(&self, best: Tier, taken: &BTreeSet<u64>, most: usize) -> Result<Vec<Pending>> {
        self.claim(best, taken, most)
    }

    fn outdated(
        &self,
        models: &[String],
        tier: Tier,
        filter: &ArticleFilter,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated> {
        self.find_outdated(models, tier, filter, after, interrupt)
    }

    fn export(&self, take: &mut dyn FnMut(Kept) -> Result<()>, interrupt: &Interrupt) -> Result<Exported> {
        self.read_all(take, interrupt)
    }

    fn reindex(&self, interrupt: &Interrupt) -> Result<()> {
        self.index_anew(interrupt)
    }

    fn status(&self) -> Result<Status> {
        self.read_status()
    }

    fn health(&self) -> Health {
        Health::clone(&self.health.load())
    }
}

impl Drop for OpenSearch {
    fn drop(&mut self) {
        (self.queue, self.watched) = (None, None);
        for thread in self.threads.drain(..) {
            // The last owner may be a callback on one of these threads; it cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                // A thread that panicked has said so; there is nothing left to write.
                let _ = thread.join();
            }
        }
    }
}
