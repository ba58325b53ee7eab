//! An engine that may not be there yet, because it is in another place.
//!
//! A server whose cluster does not answer starts all the same: whoever watches it is told that it does not serve and why,
//! and need not start it again when the cluster is back. Until then every call is refused with the reason. Once the
//! engine is there, it is asked directly, and looks after lost connections itself.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use sayso_document::Tier;
use sayso_index::{
    AnalyzedArticle, ArticleHit, ArticleMatch, Engine, EntityHit, EntityId, EntityRecord, Error, ErrorKind, Exported,
    Health, Interrupt, Kept, MentionHit, OnProgress, Outdated, Page, Pending, Progress, QuoteHit, Result, SentenceHit,
    Spelling, Status, Suggestions, Write,
    query::{
        ArticleFilter, ArticleQuery, ArticleSearch, EntityQuery, MentionQuery, QuoteQuery, SentenceQuery,
        SpellingQuery, SuggestQuery,
    },
};

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the first outcome.
    pub(super) first: Duration,
    /// Between two attempts.
    pub(super) pause: Duration,
}

/// An engine that is opened in the background until that succeeds.
pub(super) struct Awaited<E> {
    state: Arc<State<E>>,
    /// The attempts end when this is closed.
    _wanted: Sender<()>,
}

struct State<E> {
    engine: OnceLock<E>,
    /// Why it is not there.
    why: Mutex<String>,
}

/// The outcome of an attempt: an error is one that another attempt would meet, too.
type Outcome = std::result::Result<(), Error>;

impl<E: Engine> Awaited<E> {
    /// Begins to open an engine, and waits some time for it.
    ///
    /// # Errors
    /// If it answers at once that it cannot be opened, and another attempt would not change that.
    pub(super) fn open(open: impl Fn() -> Result<E> + Send + 'static, patience: Patience) -> Result<Self> {
        let state =
            Arc::new(State { engine: OnceLock::new(), why: Mutex::new("the cluster has not answered yet".into()) });
        let (wanted, unwanted) = channel();
        let (tell, first) = channel();
        let attempts = Arc::clone(&state);
        let run = move || attempts.run(open, patience.pause, &tell, &unwanted);
        thread::Builder::new().name("sayso-connect".into()).spawn(run)?;
        match first.recv_timeout(patience.first) {
            Ok(Err(error)) => Err(error),
            // After the time, or an error that may pass, the attempts go on.
            Ok(Ok(())) | Err(_) => Ok(Self { state, _wanted: wanted }),
        }
    }

    /// Whether the engine is there.
    pub(super) fn is_there(&self) -> bool {
        self.state.engine.get().is_some()
    }

    /// The engine, or why it is not there.
    fn engine(&self) -> Result<&E> {
        let absent = || Error::new(ErrorKind::Unreachable, self.state.why());
        self.state.engine.get().ok_or_else(absent)
    }
}

impl<E: Engine> State<E> {
    /// Tries until it succeeds, or nobody wants it any more.
    fn run(&self, open: impl Fn() -> Result<E>, pause: Duration, tell: &Sender<Outcome>, unwanted: &Receiver<()>) {
        loop {
            let outcome = match open() {
                Ok(engine) => {
                    // Only this thread sets it.
                    let _ = self.engine.set(engine);
                    Ok(())
                }
                Err(error) => {
                    *self.why.lock().unwrap_or_else(PoisonError::into_inner) = error.to_string();
                    if passes(error.kind()) { Ok(()) } else { Err(error) }
                }
            };
            // Nobody listens after the first outcome.
            let _ = tell.send(outcome);
            if self.engine.get().is_some() || unwanted.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    fn why(&self) -> String {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether what failed so may succeed later.
fn passes(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unreachable | ErrorKind::Full | ErrorKind::DeadlineExceeded)
}

impl<E: Engine> Engine for Awaited<E> {
    fn write(&self, write: Write, mut progress: OnProgress) {
        match self.engine() {
            Ok(engine) => engine.write(write, progress),
            Err(error) => progress(Progress::Failed(error)),
        }
    }

    fn article(&self, id: &str) -> Result<Option<AnalyzedArticle>> {
        self.engine()?.article(id)
    }

    fn articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>> {
        self.engine()?.articles(query, interrupt)
    }

    fn search_articles(&self, query: &ArticleSearch, interrupt: &Interrupt) -> Result<Page<ArticleMatch>> {
        self.engine()?.search_articles(query, interrupt)
    }

    fn sentences(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Page<SentenceHit>> {
        self.engine()?.sentences(query, interrupt)
    }

    fn quotes(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Page<QuoteHit>> {
        self.engine()?.quotes(query, interrupt)
    }

    fn entities(&self, query: &EntityQuery, interrupt: &Interrupt) -> Result<Page<EntityHit>> {
        self.engine()?.entities(query, interrupt)
    }

    fn entity(&self, id: &EntityId) -> Result<Option<EntityRecord>> {
        self.engine()?.entity(id)
    }

    fn mentions(&self, query: &MentionQuery, interrupt: &Interrupt) -> Result<Page<MentionHit>> {
        self.engine()?.mentions(query, interrupt)
    }

    fn spellings(&self, query: &SpellingQuery, interrupt: &Interrupt) -> Result<Vec<Spelling>> {
        self.engine()?.spellings(query, interrupt)
    }

    fn suggest(&self, query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions> {
        self.engine()?.suggest(query, interrupt)
    }

    fn telling_words(&self, text: &str, most: usize, interrupt: &Interrupt) -> Result<Vec<String>> {
        self.engine()?.telling_words(text, most, interrupt)
    }

    fn pending(&self, best: Tier, taken: &BTreeSet<u64>, most: usize) -> Result<Vec<Pending>> {
        self.engine()?.pending(best, taken, most)
    }

    fn outdated(
        &self,
        models: &[String],
        tier: Tier,
        filter: &ArticleFilter,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated> {
        self.engine()?.outdated(models, tier, filter, after, interrupt)
    }

    fn export(&self, take: &mut dyn FnMut(Kept) -> Result<()>, interrupt: &Interrupt) -> Result<Exported> {
        self.engine()?.export(take, interrupt)
    }

    fn reindex(&self, interrupt: &Interrupt) -> Result<()> {
        self.engine()?.reindex(interrupt)
    }

    fn status(&self) -> Result<Status> {
        self.engine()?.status()
    }

    fn health(&self) -> Health {
        match self.state.engine.get() {
            Some(engine) => engine.health(),
            None => Health { store_fault: Some(self.state.why()), ..Health::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use sayso_index::{Embedded, EmbeddedOptions};

    use super::*;

    const SOON: Patience = Patience { first: Duration::from_secs(60), pause: Duration::from_millis(1) };

    /// Opens an engine in a folder, after failing so often with errors of this kind.
    fn late(
        failures: usize,
        kind: ErrorKind,
        folder: &std::path::Path,
    ) -> impl Fn() -> Result<Embedded> + Send + use<> {
        let (tried, folder) = (AtomicUsize::new(0), folder.to_owned());
        move || match tried.fetch_add(1, Ordering::Relaxed) {
            attempt if attempt < failures => Err(Error::new(kind, format!("attempt {attempt}"))),
            _ => Embedded::open(&folder, EmbeddedOptions::default()),
        }
    }

    #[test]
    fn what_is_there_at_once_is_asked_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Awaited::open(late(0, ErrorKind::Unreachable, folder.path()), SOON).unwrap();
        assert!(engine.is_there());
        assert_eq!((engine.health(), engine.status().unwrap().articles), (Health::default(), 0));
    }

    #[test]
    fn until_it_is_there_everything_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let slow = Patience { pause: Duration::from_secs(3_600), ..SOON };
        let engine = Awaited::open(late(usize::MAX, ErrorKind::Unreachable, folder.path()), slow).unwrap();
        assert!(!engine.is_there());
        assert_eq!(engine.health().store_fault.as_deref(), Some("attempt 0"));
        assert_eq!(engine.article("a").unwrap_err().kind(), ErrorKind::Unreachable);
        let (tell, heard) = channel();
        engine.write(Write::Delete("a".into(), None), Box::new(move |step| drop(tell.send(step))));
        assert!(matches!(heard.recv().unwrap(), Progress::Failed(error) if error.to_string() == "attempt 0"));
    }

    #[test]
    fn it_is_asked_again_until_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Awaited::open(late(3, ErrorKind::Full, folder.path()), SOON).unwrap();
        while !engine.is_there() {
            thread::yield_now();
        }
        assert_eq!(engine.health(), Health::default());
    }

    #[test]
    fn what_would_not_pass_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for kind in [ErrorKind::Invalid, ErrorKind::Newer, ErrorKind::Corrupt] {
            let opened = Awaited::open(late(1, kind, folder.path()), SOON);
            assert_eq!(opened.err().map(|error| error.kind()), Some(kind));
        }
    }
}
