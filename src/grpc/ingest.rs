//! `ArticleService.IngestArticles`: many articles over one stream.
//!
//! Articles are analysed in parallel but written in the order in which they came, so that of two with the same id the
//! later one wins. The number of open requests of a client is limited. If it does not read its answers, nothing more is
//! read from it.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt, stream};
use sayso_index::{Change, Progress, Receipt, Write};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status, Streaming};

use super::{
    arriving::{Held, Space},
    core::Core,
    status,
};
use crate::{
    access::Payer,
    convert::{self, Fault},
    echo,
    proto::{
        DeleteArticleRequest, IngestArticlesRequest, IngestArticlesResponse, PutArticleRequest, WaitFor,
        ingest_articles_request::Action,
        ingest_articles_response::{BackoffEvent, DurableEvent, Event, RejectedEvent, SearchableEvent},
    },
};

/// How many requests of a stream may wait to become durable, or have an unread answer.
pub(super) const UNANSWERED: usize = 512;

/// How long a write may wait for the engine before the client is asked to send more slowly.
const MAX_QUEUE_WAIT: Duration = Duration::from_millis(250);

/// The requests of a stream.
trait Requests: Stream<Item = Result<IngestArticlesRequest, Status>> + Send {}

impl<S: Stream<Item = Result<IngestArticlesRequest, Status>> + Send> Requests for S {}

/// The answers of a stream.
pub(super) type Answers = Pin<Box<dyn Stream<Item = Result<IngestArticlesResponse, Status>> + Send>>;

/// An answer, and the place that it occupies until the client reads it.
type Answer = (Result<IngestArticlesResponse, Status>, Option<OwnedSemaphorePermit>);

/// A request: its number, its id, whether a delete may find nothing, and the room that it takes until it is written.
struct Sent {
    number: i64,
    id: String,
    allow_missing: bool,
    room: Option<Space>,
}

/// A request after analysis: the write, or what was wrong.
type Analyzed = (Sent, Result<Write, Status>);

/// Answers a stream of articles. Each counts as a call of the key that pays, and waits if that has none left.
pub(super) fn answer(
    core: Arc<Core>,
    requests: Streaming<IngestArticlesRequest>,
    held: Held,
    payer: Option<Payer>,
) -> Answers {
    let (tell, answers) = mpsc::unbounded_channel::<Answer>();
    let paid = requests.then(move |request| {
        let payer = payer.clone();
        async move {
            if let Some(payer) = payer {
                payer.wait().await;
            }
            request
        }
    });
    let (end, ended) = oneshot::channel();
    tokio::spawn(take_in(core, paid, held, tell, end));
    // What was taken is acknowledged before it is told why no more is.
    let ended = stream::once(ended).filter_map(async |status| status.ok().map(Err));
    Box::pin(UnboundedReceiverStream::new(answers).map(|(answer, _place)| answer).chain(ended))
}

/// Reads requests until the client ends the stream or goes away. If it goes away, what is waiting is neither analysed
/// nor written. What was passed to the engine stays.
async fn take_in(
    core: Arc<Core>,
    requests: impl Requests,
    held: Held,
    tell: mpsc::UnboundedSender<Answer>,
    end: oneshot::Sender<Status>,
) {
    let given_up = tell.clone();
    let ended = tokio::select! {
        () = given_up.closed() => None,
        ended = take_all(core, requests, held, tell) => ended,
    };
    if let Some(status) = ended {
        // Nobody hears it if the client has gone.
        let _ = end.send(status);
    }
}

/// Why it ended before the client ended it, if it did.
async fn take_all(
    core: Arc<Core>,
    requests: impl Requests,
    held: Held,
    tell: mpsc::UnboundedSender<Answer>,
) -> Option<Status> {
    let places = Arc::new(Semaphore::new(UNANSWERED));
    let mut stopping = core.stopping.clone();
    let until_stopped = requests.take_until(async move { stopping.wait_for(|stop| *stop).await.is_ok() });
    let analysed =
        until_stopped.map(|request| analyze(&core, request, held.next())).buffered(2 * core.config.analysis_threads);
    let mut analysed = std::pin::pin!(analysed);
    while let Some(next) = analysed.next().await {
        let place = Arc::clone(&places).acquire_owned().await.ok()?;
        match next {
            Ok((sent, Ok(change))) => write(&core, sent, change, place, &tell).await,
            Ok((Sent { number, id, .. }, Err(status))) => say(&tell, Ok(rejected(number, &id, &status)), Some(place)),
            // The stream itself is broken: a message was malformed or too large, or the client has gone.
            Err(status) => return Some(status),
        }
    }
    core.stopping.borrow().then(status::stopping)
}

async fn analyze(
    core: &Core,
    request: Result<IngestArticlesRequest, Status>,
    room: Option<Space>,
) -> Result<Analyzed, Status> {
    let IngestArticlesRequest { client_sequence: number, action } = request?;
    let id = match &action {
        Some(Action::Put(put)) => put.article.as_ref().map(|article| article.id.clone()).unwrap_or_default(),
        Some(Action::Delete(delete)) => delete.id.clone(),
        None => String::new(),
    };
    let mut sent = Sent { number, id, allow_missing: false, room };
    let change = match action {
        Some(Action::Put(request)) => put(core, request, &mut sent).await,
        Some(Action::Delete(request)) => {
            sent.allow_missing = request.allow_missing;
            delete(request)
        }
        None => Err(status::fault(Fault::invalid("action", "is missing; give an article to put or an id to delete"))),
    };
    Ok((sent, change))
}

async fn put(core: &Core, request: PutArticleRequest, sent: &mut Sent) -> Result<Write, Status> {
    let within = |fault: Fault| status::fault(Fault { field: format!("put.{}", fault.field), ..fault });
    unwaited(request.wait_for).map_err(within)?;
    let mode = core.wanted_mode(request.analysis_mode).map_err(within)?;
    let (article, expected) = convert::new_article(request.article, &core.config.limits).map_err(within)?;
    let id = article.id.clone();
    let analyzed = core.pipeline.analyze_patiently(article, mode.first()).await.map_err(status::pool)?;
    sent.id = id;
    Ok(core.pipeline.put(analyzed, mode, expected))
}

fn delete(request: DeleteArticleRequest) -> Result<Write, Status> {
    let within = |fault: Fault| status::fault(Fault { field: format!("delete.{}", fault.field), ..fault });
    unwaited(request.wait_for).map_err(within)?;
    let id = convert::article_id("id", request.id).map_err(within)?;
    Ok(Write::Delete(id, convert::expected_etag("etag", &request.etag).map_err(within)?))
}

/// Refuses a `wait_for`. Nobody waits in a stream: its answers report the progress of a change.
fn unwaited(wait_for: i32) -> Result<(), Fault> {
    if wait_for == WaitFor::Unspecified as i32 {
        return Ok(());
    }
    Err(Fault::invalid("wait_for", "must not be set in a stream, whose answers tell how far a change is"))
}

/// Passes a change to the engine, which reports its progress.
async fn write(
    core: &Core,
    sent: Sent,
    change: Write,
    place: OwnedSemaphorePermit,
    tell: &mpsc::UnboundedSender<Answer>,
) {
    let Sent { number, id, allow_missing, mut room } = sent;
    let (sender, mut place) = (tell.clone(), Some(place));
    let heard = move |step| {
        drop(room.take());
        let answer = match step {
            Progress::Durable(receipt) | Progress::Searchable(receipt)
                if receipt.change == Change::NotFound && !allow_missing =>
            {
                // There is one answer to a rejected request.
                if let Some(place) = place.take() {
                    say(&sender, Ok(rejected(number, &id, &status::not_found("Article", &id))), Some(place));
                }
                return;
            }
            Progress::Durable(receipt) => Event::Durable(durable(&id, receipt)),
            Progress::Searchable(_) => Event::Searchable(SearchableEvent { id: id.clone() }),
            // It was reported as durable, and there is nothing else to answer: the client may go on.
            Progress::Delayed(..) => return,
            Progress::Failed(error) => {
                return say(&sender, Ok(rejected(number, &id, &status::engine(error))), place.take());
            }
        };
        say(&sender, Ok(event(number, answer)), place.take());
    };
    let mut handed = std::pin::pin!(core.pipeline.write(change, heard));
    let outcome = match tokio::time::timeout(MAX_QUEUE_WAIT, &mut handed).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let retry_delay = Some(prost_types::Duration { seconds: 1, nanos: 0 });
            say(tell, Ok(event(0, Event::Backoff(BackoffEvent { retry_delay }))), None);
            handed.await
        }
    };
    if let Err(error) = outcome {
        say(tell, Err(status::pool(error)), None);
    }
}

fn durable(id: &str, receipt: Receipt) -> DurableEvent {
    DurableEvent {
        id: id.to_owned(),
        change: convert::change(receipt.change),
        revision: receipt.version.map_or(0, |version| convert::count(version.revision)),
        etag: receipt.version.map(convert::etag).unwrap_or_default(),
    }
}

fn rejected(number: i64, id: &str, status: &Status) -> IngestArticlesResponse {
    let rejected = RejectedEvent {
        id: echo::clip_to(id, convert::ID_BYTES).into_owned(),
        status: Some(status::told(status)),
        retryable: matches!(status.code(), Code::Unavailable | Code::ResourceExhausted),
    };
    event(number, Event::Rejected(rejected))
}

fn event(number: i64, event: Event) -> IngestArticlesResponse {
    IngestArticlesResponse { client_sequence: number, event: Some(event) }
}

fn say(
    tell: &mpsc::UnboundedSender<Answer>,
    answer: Result<IngestArticlesResponse, Status>,
    place: Option<OwnedSemaphorePermit>,
) {
    // The receiver is gone if the client has gone. What it sent is stored all the same.
    let _ = tell.send((answer, place));
}
