//! What all services share: the engine, threads to answer on, and how requests name modes, masks and units.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use sayso_index::{Engine, ErrorKind, Interrupt, query::Expr};
use tokio::sync::watch;
use tonic::{Extensions, Response, Status};

use super::{deadline::Call, status};
use crate::{
    analysis::Mode,
    config::{Config, EngineConfig},
    convert,
    memory::Memory,
    pipeline::Pipeline,
    pool::{Pool, PoolError},
    proto,
    snapshots::Snapshots,
    synonyms::Thesaurus,
};

/// How many questions about the server itself are answered at once, and how long they may wait when there are too many.
const OWN_THREADS: usize = 2;
const OWN_QUEUE_TIME: Duration = Duration::from_secs(1);

/// How long an answer may take on a thread of the async runtime: a few times as long as most searches do.
const AT_ONCE: Duration = Duration::from_millis(2);

/// What all services share.
pub(crate) struct Core {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) pipeline: Pipeline,
    pub(super) searches: Pool,
    /// Threads that read single articles, quotes and entities by their ids, which costs little: searches must not keep
    /// them from it.
    reads: Pool,
    /// Threads for questions about the server itself, which must be answered when it is busiest.
    pub(super) own: Pool,
    pub(super) config: Config,
    /// Where snapshots are. None if the settings name no place.
    pub(super) snapshots: Option<Snapshots>,
    pub(super) synonyms: Arc<Thesaurus>,
    pub(super) started: SystemTime,
    pub(super) stopping: watch::Receiver<bool>,
}

impl Core {
    /// What the services share. While `memory` is short, searches run one at a time. Streams end when `stopping` turns
    /// true.
    pub(crate) fn new(
        pipeline: Pipeline,
        synonyms: Arc<Thesaurus>,
        config: Config,
        memory: &Arc<Memory>,
        snapshots: Option<Snapshots>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let (threads, queue_time) = (config.search_threads, config.limits.queue_time);
        Self {
            engine: Arc::clone(pipeline.engine()),
            pipeline,
            searches: Pool::sparing(threads, queue_time, memory),
            reads: Pool::new(threads, queue_time),
            own: Pool::new(OWN_THREADS, OWN_QUEUE_TIME),
            config,
            snapshots,
            synonyms,
            started: SystemTime::now(),
            stopping,
        }
    }

    /// The mode that a request names, or else the server's default.
    pub(super) fn mode(&self, number: i32) -> Result<Mode, Status> {
        self.wanted_mode(number).map_err(status::fault)
    }

    /// The query with the synonyms of its words.
    pub(super) fn with_synonyms(&self, expr: Expr) -> Result<Expr, Status> {
        if !self.synonyms.is_on() {
            return Ok(expr);
        }
        let expr = self.synonyms.current().synonyms.expand(expr);
        let (clauses, most) = (expr.clauses(), self.config.limits.query_clauses);
        if clauses > most {
            let said = format!("has {clauses} words with their synonyms; the limit query_clauses is {most}");
            return Err(status::fault(convert::Fault::too_much("query", "query_clauses", most, said)));
        }
        Ok(expr)
    }

    /// The status for a search that failed. Its page token was made for this request, so that a query that is not the
    /// same any more has other synonyms.
    pub(super) fn unsearched(&self, error: sayso_index::Error) -> Status {
        match error.kind() {
            ErrorKind::PageKey if self.synonyms.is_on() => status::page_expired(),
            _ => status::engine(error),
        }
    }

    pub(super) fn wanted_mode(&self, number: i32) -> Result<Mode, convert::Fault> {
        convert::wanted_mode("analysis_mode", number, self.config.analysis)
    }

    /// Asks the engine, on a search thread, until the call's deadline passes or its caller goes away. For calls that ask
    /// many questions one after another: each waits for its turn.
    pub(super) async fn ask_within<T: Send + 'static>(
        &self,
        call: &Call,
        question: impl FnOnce(&dyn Engine, &Interrupt) -> sayso_index::Result<T> + Send + 'static,
    ) -> Result<T, Status> {
        let engine = Arc::clone(&self.engine);
        self.search_patiently(call, move |interrupt| question(engine.as_ref(), interrupt).map_err(status::engine)).await
    }

    /// Computes an answer, from the request to the reply, on a search thread. Reading a request and building a reply
    /// also take time that the async runtime must not spend.
    pub(super) async fn answer<T: prost::Message + 'static>(
        self: &Arc<Self>,
        extensions: &Extensions,
        work: impl FnOnce(&Self, &Interrupt) -> Result<T, Status> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        self.answer_in(&self.searches, extensions, work).await
    }

    /// The same for what is read by its id, on a thread of its own kind.
    pub(super) async fn read<T: prost::Message + 'static>(
        self: &Arc<Self>,
        extensions: &Extensions,
        work: impl FnOnce(&Self, &Interrupt) -> Result<T, Status> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        self.answer_in(&self.reads, extensions, work).await
    }

    async fn answer_in<T: prost::Message + 'static>(
        self: &Arc<Self>,
        pool: &Pool,
        extensions: &Extensions,
        work: impl FnOnce(&Self, &Interrupt) -> Result<T, Status> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let (core, call) = (Arc::clone(self), Call::begin(extensions, self.config.limits.search_timeout));
        let most = self.config.limits.answer_bytes;
        let answer = move |interrupt: &Interrupt| packed_if_large(work(&core, interrupt)?, most);
        call.within(pool.run(call.due(), in_time(&call, answer)), status::deadline_exceeded)
            .await?
            .map_err(status::pool)?
    }

    /// The same, but if it is short, it is computed here, because passing it to another thread and back would take as
    /// long. If that takes longer than [`AT_ONCE`], it is begun again on a search thread, which may take its time.
    pub(super) async fn answer_at_once<T: prost::Message + 'static>(
        self: &Arc<Self>,
        is_short: bool,
        extensions: &Extensions,
        work: impl Fn(&Self, &Interrupt) -> Result<T, Status> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        // An engine elsewhere is asked over the network, which no thread of the runtime must wait for.
        let is_here = self.config.engine == EngineConfig::Embedded;
        let answer = if is_short && is_here { self.attempt(extensions, &work) } else { None };
        match answer {
            Some(answer) => answer,
            None => self.answer(extensions, work).await,
        }
    }

    /// The answer, if there is a turn for it and it is short.
    fn attempt<T: prost::Message>(
        &self,
        extensions: &Extensions,
        work: &impl Fn(&Self, &Interrupt) -> Result<T, Status>,
    ) -> Option<Result<Response<T>, Status>> {
        let turn = self.searches.free_turn()?;
        let until = Instant::now() + AT_ONCE;
        let whole = Call::begin(extensions, self.config.limits.search_timeout);
        if whole.interrupt().deadline.is_some_and(|deadline| deadline < until) {
            return None;
        }
        let interrupt = Interrupt { deadline: Some(until), ..whole.interrupt() };
        let most = self.config.limits.answer_bytes;
        // A panic costs this answer, as on a search thread, and not the connection.
        let answer = catch_unwind(AssertUnwindSafe(|| packed_if_large(work(self, &interrupt)?, most)));
        drop(turn);
        let answer = answer.unwrap_or_else(|_| Err(status::pool(PoolError::Died)));
        // After that it may lack what there was no time for, such as why nothing was found.
        (Instant::now() < until).then_some(answer)
    }

    /// Searches when there is a thread for it, however much waits. For calls that search again and again.
    pub(super) async fn search_patiently<T: Send + 'static>(
        &self,
        call: &Call,
        work: impl FnOnce(&Interrupt) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let answer = self.searches.run_patiently(in_time(call, work));
        call.within(answer, status::deadline_exceeded).await?.map_err(status::pool)?
    }
}

/// The work of a call, unless its deadline passes before its turn comes.
fn in_time<T>(
    call: &Call,
    work: impl FnOnce(&Interrupt) -> Result<T, Status> + Send + 'static,
) -> impl FnOnce() -> Result<T, Status> + Send + 'static {
    let interrupt = call.interrupt();
    move || {
        interrupt.check().map_err(status::engine)?;
        work(&interrupt)
    }
}

/// Whether a search may be computed where its call arrived: it has few words and few hits, and nothing that stands for
/// many words, which the index looks up without a look at the clock.
pub(super) fn is_short(query: &str, page_size: i32) -> bool {
    const MOST_BYTES: usize = 200;
    const MOST_HITS: i32 = 50;
    query.len() <= MOST_BYTES && !query.contains(['*', '?', '~']) && page_size <= MOST_HITS
}

/// Answers of at least this size are compressed for clients that accept it. Below that, compression costs more time
/// than it saves.
const COMPRESS_FROM_BYTES: usize = 16 << 10;

/// An answer of at most `most` bytes, compressed if it is large.
pub(super) fn packed_if_large<T: prost::Message>(message: T, most: usize) -> Result<Response<T>, Status> {
    let bytes = message.encoded_len();
    if bytes > most {
        return Err(status::too_long(most));
    }
    let mut response = Response::new(message);
    if bytes < COMPRESS_FROM_BYTES {
        response.disable_compression();
    }
    Ok(response)
}

/// The mask of a request, for the message of this name.
pub(super) fn mask(mask: Option<&prost_types::FieldMask>, name: &str) -> Result<convert::Mask, Status> {
    convert::Mask::read(mask, name).map_err(status::fault)
}

/// The unit of offsets that a request names.
pub(super) fn encoding(number: i32) -> Result<proto::OffsetEncoding, Status> {
    proto::OffsetEncoding::try_from(number).map_err(|_| {
        use proto::OffsetEncoding::{Utf8, Utf16, Utf32};
        let accepted = convert::accepted(&[Utf8, Utf16, Utf32].map(|one| (one as i32, one.as_str_name())));
        let message = format!("{number} is not an offset encoding; {accepted}");
        status::fault(convert::Fault::invalid("offset_encoding", message))
    })
}
