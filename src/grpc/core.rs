//! What all services share: the engine, threads to answer on, and how requests name modes, masks and units.

use std::{sync::Arc, time::SystemTime};

use sayso_index::{Engine, ErrorKind, Interrupt, query::Expr};
use tokio::sync::watch;
use tonic::{Response, Status, metadata::MetadataMap};

use super::{deadline::Call, status};
use crate::{
    analysis::Mode, config::Config, convert, pipeline::Pipeline, pool::Pool, proto, snapshots::Snapshots,
    synonyms::Thesaurus,
};

/// How many questions about the server itself are answered at once, and how many may wait.
const OWN_THREADS: usize = 2;
const MAX_OWN_WAITING: usize = 256;

/// What all services share.
pub(crate) struct Core {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) pipeline: Pipeline,
    pub(super) searches: Pool,
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
    /// What the services share. Streams end when `stopping` turns true.
    pub(crate) fn new(
        engine: Arc<dyn Engine>,
        pipeline: Pipeline,
        synonyms: Arc<Thesaurus>,
        config: Config,
        snapshots: Option<Snapshots>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let searches = Pool::new(config.search_threads, 64 * config.search_threads);
        let own = Pool::new(OWN_THREADS, MAX_OWN_WAITING);
        Self { engine, pipeline, searches, own, config, snapshots, synonyms, started: SystemTime::now(), stopping }
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

    /// Asks the engine, on a search thread, until the call's deadline passes or its caller goes away.
    pub(super) async fn ask_within<T: Send + 'static>(
        &self,
        call: &Call,
        question: impl FnOnce(&dyn Engine, &Interrupt) -> sayso_index::Result<T> + Send + 'static,
    ) -> Result<T, Status> {
        let engine = Arc::clone(&self.engine);
        self.search(call, move |interrupt| question(engine.as_ref(), interrupt).map_err(status::engine)).await
    }

    /// Computes an answer, from the request to the reply, on a search thread. Reading a request and building a reply
    /// also take time that the async runtime must not spend.
    pub(super) async fn answer<T: prost::Message + 'static>(
        self: &Arc<Self>,
        metadata: &MetadataMap,
        work: impl FnOnce(&Self, &Interrupt) -> Result<T, Status> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let (core, call) = (Arc::clone(self), Call::begin(metadata, self.config.limits.search_timeout));
        let most = self.config.limits.answer_bytes;
        let answer = move |interrupt: &Interrupt| packed_if_large(work(&core, interrupt)?, most);
        self.search(&call, answer).await
    }

    pub(super) async fn search<T: Send + 'static>(
        &self,
        call: &Call,
        work: impl FnOnce(&Interrupt) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let interrupt = call.interrupt();
        let answer = self.searches.run(move || {
            // The deadline may pass before the turn comes.
            interrupt.check().map_err(status::engine)?;
            work(&interrupt)
        });
        call.within(answer, status::deadline_exceeded).await?.map_err(status::pool)?
    }
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
