//! From a gRPC answer to JSON: one document, or a stream of one a line.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body::Frame;
use http_body_util::BodyExt;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::{Value as Json, json};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{
    json::{Writer, json_of},
    question::Held,
    rules::Rule,
};
use crate::{
    config::Limits,
    connections::Peer,
    descriptors,
    grpc::{HEAD_BYTES, code_name, status},
};

/// The bytes that are passed to the connection at once.
const PIECE_BYTES: usize = 16 << 10;

/// Headers of an answer that mean the same in HTTP.
const PASSED_BACK: HeaderName = HeaderName::from_static("x-request-id");

/// Bytes of messages that become JSON as it is read, on all connections.
pub(super) struct Unread {
    bytes: AtomicUsize,
    most: usize,
    most_of_one: usize,
}

impl Unread {
    pub(super) fn within(limits: &Limits) -> Arc<Self> {
        let (most, most_of_one) = (limits.unread_bytes(), limits.connection_unread_bytes());
        Arc::new(Self { bytes: AtomicUsize::new(0), most, most_of_one })
    }
}

/// Bytes that count as unread at a connection, and at all, until this is dropped.
struct Counted {
    unread: Arc<Unread>,
    peer: Peer,
    bytes: usize,
}

impl Counted {
    /// Counts so many bytes, if the limits allow it.
    fn of(bytes: usize, unread: &Arc<Unread>, peer: &Peer) -> Result<Self, Status> {
        let all = unread.bytes.fetch_add(bytes, Ordering::AcqRel) + bytes;
        let of_one = peer.leaves_unread(bytes);
        let counted = Self { unread: Arc::clone(unread), peer: peer.clone(), bytes };
        match () {
            () if of_one > unread.most_of_one => Err(status::unread("connection_unread_bytes", unread.most_of_one)),
            () if all > unread.most => Err(status::unread("unread_bytes", unread.most)),
            () => Ok(counted),
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.peer.reads(self.bytes);
        self.unread.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// The answer of a method as JSON, for `peer`. `held` is released once the whole answer has been made. What waits to be read is
/// counted in `unread`.
pub(super) async fn in_json(rule: &Rule, answer: Response, held: Held, peer: Peer, unread: &Arc<Unread>) -> Response {
    let id = answer.headers().get(&PASSED_BACK).cloned();
    let mut response = if rule.method.is_server_streaming() {
        drop(held);
        lines(rule.method.output(), answer, peer).await
    } else {
        let whole = document(rule.method.output(), answer, peer, unread).await;
        drop(held);
        match whole {
            Ok(body) => with_type("application/json", body),
            Err(status) => error(&status),
        }
    };
    if let Some(id) = id {
        response.headers_mut().insert(PASSED_BACK, id);
    }
    response
}

fn with_type(kind: &'static str, body: Body) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], body).into_response()
}

/// The one message of an answer.
async fn document(kind: MessageDescriptor, answer: Response, peer: Peer, unread: &Arc<Unread>) -> Result<Body, Status> {
    ended(answer.headers())?;
    let body = answer.into_body().collect().await.map_err(|error| status::broken(&error.to_string()))?;
    ended(body.trailers().unwrap_or(&HeaderMap::new()))?;
    let framed = body.to_bytes();
    let message = framed.slice(HEAD_BYTES.min(framed.len())..);
    if message.len() <= PIECE_BYTES {
        return Ok(Body::new(Text::new(line_of(&kind, &message)?, peer)));
    }
    let counted = Counted::of(message.len(), unread, &peer)?;
    Ok(Body::new(Document { writer: Writer::of(kind, message), counted, ended: false }))
}

/// The JSON of a message, as a line.
fn line_of(kind: &MessageDescriptor, message: &Bytes) -> Result<Bytes, Status> {
    let mut line = json_of(kind, message)?;
    line.push(b'\n');
    Ok(line.into())
}

/// A large message, which becomes JSON as it is read.
struct Document {
    writer: Writer,
    counted: Counted,
    ended: bool,
}

impl HttpBody for Document {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let document = self.get_mut();
        let mut piece = Vec::with_capacity(2 * PIECE_BYTES);
        while !document.ended && piece.len() < PIECE_BYTES {
            match document.writer.write(&mut piece) {
                Ok(true) => {}
                Ok(false) => {
                    document.ended = true;
                    piece.push(b'\n');
                }
                // What was sent cannot be taken back: the connection ends before the document does.
                Err(broken) => return Poll::Ready(Some(Err(axum::Error::new(broken)))),
            }
        }
        document.counted.peer.touch();
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece.into()))))
    }
}

/// Fails if the call ended with an error.
fn ended(headers: &HeaderMap) -> Result<(), Status> {
    match Status::from_header_map(headers) {
        Some(status) if status.code() != Code::Ok => Err(status),
        _ => Ok(()),
    }
}

/// A stream of answers. If it fails before the first, that is the answer.
async fn lines(kind: MessageDescriptor, answer: Response, peer: Peer) -> Response {
    if let Err(status) = ended(answer.headers()) {
        return error(&status);
    }
    let mut body = answer.into_body();
    let first = match body.frame().await {
        Some(Ok(frame)) => match frame.into_data() {
            Ok(data) => data,
            Err(frame) => match ended(frame.trailers_ref().unwrap_or(&HeaderMap::new())) {
                Ok(()) => Bytes::new(),
                Err(status) => return error(&status),
            },
        },
        Some(Err(broken)) => return error(&status::broken(&broken.to_string())),
        None => Bytes::new(),
    };
    let arrived = first.to_vec();
    let lines = Lines { kind, body: Some(body), arrived, text: Text::new(Bytes::new(), peer) };
    with_type("application/x-ndjson", Body::new(lines))
}

/// Text that counts as unread until the connection takes its last piece.
struct Text {
    rest: Bytes,
    held: usize,
    peer: Peer,
}

impl Text {
    fn new(text: Bytes, peer: Peer) -> Self {
        let held = text.len();
        peer.leaves_unread(held);
        Self { rest: text, held, peer }
    }

    fn replace(&mut self, text: Bytes) {
        self.release();
        self.held = text.len();
        self.peer.leaves_unread(self.held);
        self.rest = text;
    }

    fn release(&mut self) {
        self.peer.reads(std::mem::take(&mut self.held));
    }

    fn next(&mut self) -> Option<Bytes> {
        if self.rest.is_empty() {
            self.release();
            return None;
        }
        self.peer.touch();
        Some(self.rest.split_to(self.rest.len().min(PIECE_BYTES)))
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        self.release();
    }
}

impl HttpBody for Text {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Ready(self.get_mut().next().map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// Messages of an answer as JSON, one a line. A last line `{"error": …}` tells what ended it early.
struct Lines {
    kind: MessageDescriptor,
    /// None once it has ended.
    body: Option<Body>,
    /// What has arrived of the next messages.
    arrived: Vec<u8>,
    text: Text,
}

impl Lines {
    /// The next line of what has arrived.
    fn line(&mut self) -> Option<Result<Bytes, Status>> {
        let head: [u8; HEAD_BYTES] = self.arrived.get(..HEAD_BYTES)?.try_into().ok()?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let end = HEAD_BYTES + length;
        let message = Bytes::copy_from_slice(self.arrived.get(HEAD_BYTES..end)?);
        let line = line_of(&self.kind, &message);
        self.arrived.drain(..end);
        Some(line)
    }

    fn end(&mut self, status: &Status) {
        self.body = None;
        self.arrived.clear();
        self.text.replace(format!("{}\n", error_json(http_status(status.code()), status)).into());
    }
}

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let lines = self.get_mut();
        loop {
            if let Some(piece) = lines.text.next() {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            match lines.line() {
                Some(Ok(line)) => {
                    lines.text.replace(line);
                    continue;
                }
                Some(Err(broken)) => {
                    lines.end(&broken);
                    continue;
                }
                None => {}
            }
            let Some(body) = &mut lines.body else { return Poll::Ready(None) };
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => lines.arrived.extend_from_slice(&data),
                    Err(frame) => match ended(frame.trailers_ref().unwrap_or(&HeaderMap::new())) {
                        Ok(()) => lines.body = None,
                        Err(status) => lines.end(&status),
                    },
                },
                Some(Err(broken)) => lines.end(&status::broken(&broken.to_string())),
                None => lines.body = None,
            }
        }
    }
}

/// An error as JSON, with the status that HTTP has for it.
pub(super) fn error(status: &Status) -> Response {
    error_as(http_status(status.code()), status)
}

/// An error as JSON, with this status of HTTP.
pub(super) fn error_as(code: StatusCode, status: &Status) -> Response {
    let mut response = with_type("application/json", Body::from(format!("{}\n", error_json(code, status))));
    *response.status_mut() = code;
    if status.code() == Code::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(delay) = status.get_details_retry_info().and_then(|retry| retry.retry_delay) {
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The status of HTTP that Google's APIs have for a code (`google/rpc/code.proto`).
fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Aborted | Code::AlreadyExists => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::DataLoss | Code::Internal | Code::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error as AIP-193 writes it in JSON.
fn error_json(code: StatusCode, status: &Status) -> Json {
    let details = descriptors::message_of("google.rpc.Status")
        .and_then(|kind| DynamicMessage::decode(kind, status.details()).ok())
        .and_then(|whole| serde_json::to_value(&whole).ok())
        .and_then(|mut whole| whole.get_mut("details").map(Json::take))
        .unwrap_or_else(|| json!([]));
    json!({"error": {
        "code": code.as_u16(),
        "message": status.message(),
        "status": code_name(status.code()),
        "details": details,
    }})
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prost::Message;

    use super::*;
    use crate::http::json::tests::filled;
    use crate::overload::Overload;

    #[test]
    fn an_error_tells_code_reason_and_details() {
        let told = error_json(StatusCode::TOO_MANY_REQUESTS, &status::request_too_long(7));
        assert_eq!(told["error"]["code"], 429);
        assert_eq!(told["error"]["status"], "RESOURCE_EXHAUSTED");
        let detail = &told["error"]["details"][0];
        assert_eq!(detail["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
        assert_eq!((&detail["reason"], &detail["metadata"]["most"]), (&json!("LIMIT_EXCEEDED"), &json!("7")));
        let full = error(&status::overloaded(&Overload::of("request_bytes", 7, Duration::from_secs(1))));
        assert_eq!(full.status().as_u16(), 429);
        // Callers are spread over a while.
        let seconds: u64 = full.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=2).contains(&seconds), "{seconds}");
    }

    #[tokio::test]
    async fn a_large_answer_becomes_json_as_it_is_read_and_counts_until_then() {
        let kind = descriptors::message("AnalyzeResponse").unwrap();
        let message = filled(&kind, 4, 30).encode_to_vec();
        let whole = json_of(&kind, &message.clone().into()).unwrap();
        let most = message.len() * 3 / 2;
        let unread = Arc::new(Unread { bytes: AtomicUsize::new(0), most, most_of_one: most });
        let answer = || Response::new(Body::from([&[0; HEAD_BYTES], message.as_slice()].concat()));
        let mut first = document(kind.clone(), answer(), Peer::default(), &unread).await.unwrap();
        assert_eq!(unread.bytes.load(Ordering::Relaxed), message.len());
        let refused = document(kind.clone(), answer(), Peer::default(), &unread).await.unwrap_err();
        assert!(refused.message().contains("unread_bytes"), "{refused}");
        let mut read = Vec::new();
        while let Some(piece) = first.frame().await {
            let piece = piece.unwrap().into_data().unwrap();
            assert!(piece.len() < 20 * PIECE_BYTES && piece.len() < whole.len() / 10, "{}", piece.len());
            read.extend_from_slice(&piece);
        }
        assert!(read.strip_suffix(b"\n") == Some(&whole));
        drop(first);
        assert_eq!(unread.bytes.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_stream_that_ends_early_says_so_in_its_last_line() {
        let kind = descriptors::message("ExportArticlesResponse").unwrap();
        let peer = Peer::default();
        let message = b"\x12\x01t";
        let mut arrived = [&[0, 0, 0, 0, message.len() as u8][..], message].concat();
        arrived.extend([0, 0, 0]);
        let mut trailers = HeaderMap::new();
        status::stopping().add_header(&mut trailers).unwrap();
        let body =
            http_body_util::StreamBody::new(futures_util::stream::iter([Ok::<_, std::convert::Infallible>(Frame::<
                Bytes,
            >::trailers(
                trailers,
            ))]));
        let text = Text::new(Bytes::new(), peer);
        let lines = Lines { kind, body: Some(Body::new(body)), arrived, text };
        let all = lines.collect().await.unwrap().to_bytes();
        let lines: Vec<Json> = all
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(lines[0], json!({"resumeToken": "t"}));
        assert_eq!(lines[1]["error"]["status"], "UNAVAILABLE");
    }
}
