//! `ArticleService.IngestArticles`: many articles over one stream.
//!
//! Articles are analysed side by side but written in the order in which they came, so that of two
//! with the same id the later one stays. What a client may have open without an answer is bounded;
//! one that does not read its answers is not read from any more.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use sayso_index::{Progress, Write};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use super::{Core, arriving::Held, status};
use crate::{
    convert, echo,
    proto::{
        Backoff, Durable, IngestArticlesRequest, IngestArticlesResponse, Rejected, Searchable,
        ingest_articles_response::Event,
    },
};

/// How many articles of a stream may wait to become durable, or have an answer that was not read.
const UNANSWERED: usize = 512;

/// How long a write may wait for the engine before the client is told to send slower.
const PATIENCE: Duration = Duration::from_millis(250);

/// The answers of a stream.
pub(super) type Answers = Pin<Box<dyn Stream<Item = Result<IngestArticlesResponse, Status>> + Send>>;

/// An answer, with the place that it holds until the client reads it.
type Answer = (Result<IngestArticlesResponse, Status>, Option<OwnedSemaphorePermit>);

/// A request: its number, the id that it gave, and the room that it takes until it is written.
struct Sent {
    number: u64,
    id: String,
    room: Option<OwnedSemaphorePermit>,
}

/// What a request came to: the article as it is to be written, or what was wrong.
type Analyzed = (Sent, Result<Write, Status>);

/// Answers a stream of articles.
pub(super) fn answer(core: Arc<Core>, requests: Streaming<IngestArticlesRequest>, held: Held) -> Answers {
    let (tell, answers) = mpsc::unbounded_channel::<Answer>();
    tokio::spawn(take_in(core, requests, held, tell));
    Box::pin(UnboundedReceiverStream::new(answers).map(|(answer, _place)| answer))
}

/// Takes articles in until the client ends the stream or goes. What a client that goes has waiting is not analysed or
/// written any more; what was handed to the engine stays.
async fn take_in(
    core: Arc<Core>,
    requests: Streaming<IngestArticlesRequest>,
    held: Held,
    tell: mpsc::UnboundedSender<Answer>,
) {
    let given_up = tell.clone();
    tokio::select! {
        () = given_up.closed() => {}
        () = take_all(core, requests, held, tell) => {}
    }
}

async fn take_all(
    core: Arc<Core>,
    requests: Streaming<IngestArticlesRequest>,
    held: Held,
    tell: mpsc::UnboundedSender<Answer>,
) {
    let places = Arc::new(Semaphore::new(UNANSWERED));
    let mut stopping = core.stopping.clone();
    let until_stopped = requests.take_until(async move { stopping.wait_for(|stop| *stop).await.is_ok() });
    let analysed =
        until_stopped.map(|request| analyze(&core, request, held.next())).buffered(2 * core.config.analysis_threads);
    let mut analysed = std::pin::pin!(analysed);
    while let Some(next) = analysed.next().await {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match next {
            Ok((Sent { number, id, room }, Ok(put))) => write(&core, number, id, put, (place, room), &tell).await,
            Ok((Sent { number, id, .. }, Err(status))) => say(&tell, Ok(rejected(number, &id, &status)), Some(place)),
            // The stream itself is broken: a message too large, or the client has gone.
            Err(status) => return say(&tell, Err(status), None),
        }
    }
    if *core.stopping.borrow() {
        // Takes its turn behind the answers that are still to come.
        if places.acquire_many(UNANSWERED as u32).await.is_ok() {
            say(&tell, Err(status::stopping()), None);
        }
    }
}

async fn analyze(
    core: &Core,
    request: Result<IngestArticlesRequest, Status>,
    room: Option<OwnedSemaphorePermit>,
) -> Result<Analyzed, Status> {
    let IngestArticlesRequest { client_sequence, article, analysis } = request?;
    let given = article.as_ref().map(|article| article.id.clone()).unwrap_or_default();
    let checked = core.mode(analysis).and_then(|mode| {
        let article = convert::new_article(article, &core.config.limits).map_err(status::fault)?;
        Ok((article, mode))
    });
    let (article, mode) = match checked {
        Ok(checked) => checked,
        Err(status) => return Ok((Sent { number: client_sequence, id: given, room }, Err(status))),
    };
    let id = article.id.clone();
    let analyzed = core.pipeline.analyze_patiently(article, mode.first()).await.map_err(status::pool);
    Ok(match analyzed {
        Ok(analyzed) => (Sent { number: client_sequence, id, room }, Ok(core.pipeline.put(analyzed, mode))),
        Err(status) => (Sent { number: client_sequence, id: given, room }, Err(status)),
    })
}

/// Hands an article to the engine, which calls back as it gets on.
async fn write(
    core: &Core,
    number: u64,
    id: String,
    put: Write,
    (place, mut room): (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
    tell: &mpsc::UnboundedSender<Answer>,
) {
    let (sender, mut place) = (tell.clone(), Some(place));
    let heard = move |step| {
        drop(room.take());
        let answer = match step {
            Progress::Durable(receipt) => Event::Durable(Durable {
                id: id.clone(),
                change: convert::change(receipt.change),
                sequence_number: receipt.seq,
            }),
            Progress::Searchable(receipt) => {
                Event::Searchable(Searchable { id: id.clone(), sequence_number: receipt.seq })
            }
            // It was told to be durable. There is no other answer to give: the client may go on.
            Progress::Delayed(..) => return,
            Progress::Failed(error) => {
                return say(&sender, Ok(rejected(number, &id, &status::engine(error))), place.take());
            }
        };
        say(&sender, Ok(event(number, answer)), place.take());
    };
    let mut handed = std::pin::pin!(core.pipeline.write(put, heard));
    let outcome = match tokio::time::timeout(PATIENCE, &mut handed).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let retry_delay = Some(prost_types::Duration { seconds: 1, nanos: 0 });
            say(tell, Ok(event(0, Event::Backoff(Backoff { retry_delay }))), None);
            handed.await
        }
    };
    if let Err(error) = outcome {
        say(tell, Err(status::pool(error)), None);
    }
}

fn rejected(number: u64, id: &str, status: &Status) -> IngestArticlesResponse {
    let details = status.get_error_details();
    let field = details.bad_request().and_then(|bad| bad.field_violations.first().map(|one| one.field.clone()));
    let rejected = Rejected {
        id: echo::clip_to(id, convert::ID_BYTES).into_owned(),
        code: status.code().into(),
        reason: details.error_info().map(|info| info.reason.clone()).unwrap_or_default(),
        message: status.message().to_owned(),
        field: field.unwrap_or_default(),
        retryable: matches!(status.code(), Code::Unavailable | Code::ResourceExhausted),
    };
    event(number, Event::Rejected(rejected))
}

fn event(number: u64, event: Event) -> IngestArticlesResponse {
    IngestArticlesResponse { client_sequence: number, event: Some(event) }
}

fn say(
    tell: &mpsc::UnboundedSender<Answer>,
    answer: Result<IngestArticlesResponse, Status>,
    place: Option<OwnedSemaphorePermit>,
) {
    // Nobody listens any more when the client has gone; what it sent is kept all the same.
    let _ = tell.send((answer, place));
}
