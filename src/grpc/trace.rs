//! Names each call in the log, so that what caller and server saw can be put together, and logs slow ones.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::{self, Next},
    response::Response,
};
use http_body::{Frame, SizeHint};
use prost_reflect::DynamicMessage;
use tonic::service::Routes;
use tracing::Instrument;

use super::{arriving::HEAD_BYTES, ending};
use crate::{
    descriptors, echo,
    traces::{CallSpan, Traces},
};

/// The header with the id of a call: the caller's own, or else one that the server makes. Answers have it, too.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the paths of the health service begin with.
const HEALTH: &str = "/grpc.health.";

/// The longest id that is taken from a caller.
const MAX_ID_BYTES: usize = 128;

/// The bytes of a request that are kept to be logged if the call is slow. Longer requests are logged without them.
const KEPT_BYTES: usize = 4 << 10;

/// The longest request in the log, in bytes.
const SHOWN_BYTES: usize = 1000;

/// Wraps services so that each call has an id in the log and a span in `traces`, and one that takes longer than `slow` is
/// logged; none: no call.
pub(crate) fn traced(routes: Routes, slow: Option<Duration>, traces: Traces) -> Routes {
    let tracer = Arc::new(Tracer {
        slow,
        traces,
        questions: descriptors::questions().collect(),
        start: start(),
        next: AtomicU64::new(1),
    });
    routes.into_axum_router().layer(middleware::from_fn_with_state(tracer, trace)).into()
}

struct Tracer {
    slow: Option<Duration>,
    traces: Traces,
    /// The paths of the methods that are logged if they are slow.
    questions: BTreeSet<String>,
    /// What the ids of this server begin with.
    start: String,
    next: AtomicU64,
}

/// Random, so that the ids of two servers, or of two runs, differ. If the system has nothing random, the time will do.
fn start() -> String {
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => format!("{:08x}", u32::from_ne_bytes(bytes)),
        Err(_) => format!("{:x}", jiff::Timestamp::now().as_microsecond()),
    }
}

impl Tracer {
    /// The caller's id, if it has a usable one, or else a new one.
    fn id(&self, headers: &HeaderMap) -> HeaderValue {
        let usable = |id: &&HeaderValue| {
            id.len() <= MAX_ID_BYTES && id.to_str().is_ok_and(|text| !text.is_empty() && text.trim() == text)
        };
        headers.get(REQUEST_ID).filter(usable).cloned().unwrap_or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            HeaderValue::from_str(&format!("{}-{number}", self.start)).unwrap_or(HeaderValue::from_static("none"))
        })
    }
}

/// The id of the caller's trace, as W3C Trace Context writes it: `traceparent: 00-TRACE-SPAN-FLAGS`.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut parts = headers.get("traceparent")?.to_str().ok()?.split('-');
    let (_, id) = (parts.next()?, parts.next()?);
    let is_id =
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && id.bytes().any(|byte| byte != b'0');
    is_id.then_some(id)
}

/// A path as the log has it. One that no method can have could be taken for more of the log.
pub(super) fn method_of(path: &str) -> &str {
    let named = path.trim_start_matches('/');
    let is_named = named.len() <= MAX_ID_BYTES
        && named.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/'));
    if is_named { named } else { "unknown" }
}

async fn trace(State(tracer): State<Arc<Tracer>>, request: Request, next: Next) -> Response {
    let id = tracer.id(request.headers());
    let (shown, path) = (id.to_str().unwrap_or_default(), request.uri().path().to_owned());
    let method = method_of(&path);
    // Whoever watches the health does so all the time.
    let mut part = (!path.starts_with(HEALTH)).then(|| tracer.traces.begin(method, request.headers())).flatten();
    if let Some(part) = &mut part {
        part.named(shown);
    }
    let of_caller = trace_id(request.headers()).map(str::to_owned);
    let trace_id = of_caller.or_else(|| part.as_ref().map(CallSpan::trace_id));
    let span = tracing::info_span!("call", request_id = shown, trace_id, method);
    let (slow, began) = (tracer.slow.filter(|_| tracer.questions.contains(&path)), Instant::now());
    let answering = async move {
        if slow.is_none() && part.is_none() {
            return next.run(request).await;
        }
        let kept = slow.map(|slow| (slow, Kept::default()));
        let request = match &kept {
            Some((_, kept)) => request.map(|body| Body::new(Keeping { body, kept: kept.clone() })),
            None => request,
        };
        let end = move |code| {
            let took = began.elapsed();
            if let Some((_, kept)) = kept.filter(|(slow, _)| took >= *slow) {
                let code = ending::name(code);
                tracing::warn!(?took, code, request = kept.shown(&path), "a call was slow");
            }
            if let Some(part) = part {
                part.ended(code, ending::name(code));
            }
        };
        ending::watch(request, next, end).await
    };
    let mut response = answering.instrument(span).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The beginning of a request.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn add(&self, data: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() <= KEPT_BYTES {
            // One byte more than may be kept tells that the request is longer.
            let room = KEPT_BYTES + 1 - kept.len();
            kept.extend_from_slice(&data[..data.len().min(room)]);
        }
    }

    /// The request as JSON, cut if it is long. Empty if it was not kept, or is compressed.
    fn shown(&self, path: &str) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let message = kept.get(HEAD_BYTES..).filter(|_| kept[0] == 0 && kept.len() <= KEPT_BYTES);
        let read = message.and_then(|message| DynamicMessage::decode(descriptors::request(path)?, message).ok());
        let json = read.and_then(|message| serde_json::to_string(&message).ok()).unwrap_or_default();
        echo::clip_to(&json, SHOWN_BYTES).into()
    }
}

/// A request whose beginning is kept as it passes.
struct Keeping {
    body: Body,
    kept: Kept,
}

impl HttpBody for Keeping {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(data) = polled.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            self.kept.add(data);
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::proto::SearchSentencesRequest;

    #[test]
    fn the_request_of_a_slow_call_is_shown_unless_it_is_too_long_or_packed() {
        let shown = |query: String, first: u8| {
            let message = SearchSentencesRequest { query, ..Default::default() }.encode_to_vec();
            let kept = Kept::default();
            kept.add(&[first, 0, 0, 0, message.len() as u8]);
            message.chunks(7).for_each(|part| kept.add(part));
            kept.shown("/sayso.v1.SearchService/SearchSentences")
        };
        assert_eq!(shown("harbour".into(), 0), "{\"query\":\"harbour\"}");
        assert_eq!(shown("harbour".into(), 1), "");
        assert_eq!(shown("x".repeat(KEPT_BYTES), 0), "");
        assert!(shown("x".repeat(KEPT_BYTES - 10), 0).len() < SHOWN_BYTES + 20);
        assert_eq!(Kept::default().shown("/sayso.v1.SearchService/SearchSentences"), "");
    }

    #[test]
    fn a_trace_of_the_caller_is_taken_over_if_it_is_one() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", value.parse().unwrap());
            trace_id(&headers).map(str::to_owned)
        };
        let id = "0af7651916cd43dd8448eb211c80319c";
        assert_eq!(of(&format!("00-{id}-b7ad6b7169203331-01")).as_deref(), Some(id));
        for wrong in ["", "00", "00-0-0-00", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-xyz-1-1"] {
            assert_eq!(of(wrong), None, "{wrong:?}");
        }
    }
}
