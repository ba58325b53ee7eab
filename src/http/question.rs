//! From a request in JSON to a gRPC request.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderName, HeaderValue, Version, header},
};
use http_body::Frame;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use prost::Message;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Code, Status};

use super::{
    address,
    rules::{Payload, Rule},
};
use crate::{
    echo,
    grpc::{Allowed, HEAD_BYTES, MAX_PAUSE, TIMEOUT, status},
    overload::Overload,
};

/// When whoever finds no room should try again.
const RETRY: Duration = Duration::from_secs(1);

/// Lines up to this length need no room of their own while they arrive: the connection's buffer is as long.
const SHORT_LINE_BYTES: usize = 32 << 10;

/// A body of at most so many bytes is read away before a request is refused.
const READ_AWAY_BYTES: usize = 16 << 20;

/// How long that may take.
const READ_AWAY_TIME: Duration = Duration::from_secs(30);

/// Headers that mean the same in gRPC.
const PASSED_ON: [HeaderName; 5] = [
    header::AUTHORIZATION,
    header::USER_AGENT,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("x-request-id"),
];

/// Room for requests that are read as JSON: for two of the longest, or for as many short ones as take the same.
pub(super) struct Room {
    bytes: Arc<Semaphore>,
    message_bytes: usize,
}

/// The room that a request takes until it is answered.
pub(super) type Held = Option<OwnedSemaphorePermit>;

impl Room {
    pub(super) fn new(message_bytes: usize) -> Self {
        Self { bytes: Arc::new(Semaphore::new(2 * message_bytes)), message_bytes }
    }

    fn take(&self, bytes: usize) -> Result<Held, Status> {
        let bytes = u32::try_from(bytes.min(self.message_bytes)).unwrap_or(u32::MAX);
        Arc::clone(&self.bytes).try_acquire_many_owned(bytes).map(Some).map_err(|_| self.full())
    }

    fn full(&self) -> Status {
        status::overloaded(&Overload::of("request_bytes", 2 * self.message_bytes, RETRY))
    }
}

/// The call in gRPC that a request stands for, and the room that it takes.
pub(super) async fn asked(
    room: &Room,
    rule: &Rule,
    variables: &[(&str, String)],
    request: Request,
) -> Result<(Request, Held), Status> {
    let (mut head, mut body) = request.into_parts();
    let allowed = match Allowed::from_now(head.headers.get(TIMEOUT)) {
        Ok(allowed) => allowed,
        Err(refusal) => {
            read_away(body).await;
            return Err(refusal);
        }
    };
    let query = head.uri.query().unwrap_or_default().to_owned();
    let (body, held) = if rule.method.is_client_streaming() {
        if let Err(refusal) = check_kind(&head.headers) {
            read_away(body).await;
            return Err(refusal);
        }
        (Body::new(Lines::new(body, rule.method.input(), room)), None)
    } else {
        let (text, held) = match rule.body {
            Payload::None => (Bytes::new(), None),
            _ => match allowed.within(whole(room, &head.headers, &mut body)).await {
                Ok(read) => read,
                Err(late) if late.code() == Code::DeadlineExceeded => return Err(late),
                Err(refusal) => {
                    read_away(body).await;
                    return Err(refusal);
                }
            },
        };
        let message = message(rule, variables, &query, &text)?;
        (Body::from(framed(&message)), held)
    };
    let passed = PASSED_ON.into_iter().filter_map(|name| Some((head.headers.get(&name)?.clone(), name)));
    let mut headers: axum::http::HeaderMap = passed.map(|(value, name)| (name, value)).collect();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    head.headers = headers;
    head.extensions.insert(allowed);
    head.method = axum::http::Method::POST;
    head.version = Version::HTTP_2;
    let mut uri = head.uri.into_parts();
    uri.path_and_query = Some(rule.grpc_path.clone());
    // Only the path differs from an address that was read before.
    head.uri = axum::http::Uri::from_parts(uri).unwrap_or_else(|_| rule.grpc_path.clone().into());
    Ok((Request::from_parts(head, body), held))
}

/// Whether a request was refused because its body is not said to be JSON.
pub(super) fn is_of_another_kind(refusal: &Status) -> bool {
    refusal.message().starts_with(NOT_JSON)
}

const NOT_JSON: &str = "the body must be JSON";

/// Fails unless the body is said to be JSON. A page of another site can make a browser send everything else, without
/// asking this server first.
fn check_kind(headers: &axum::http::HeaderMap) -> Result<(), Status> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let named = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if named == "application/json" || named == "application/x-ndjson" {
        return Ok(());
    }
    let given = if kind.is_empty() { "it names none".to_owned() } else { format!("it says {}", echo::clip(kind)) };
    Err(status::malformed(&format!("{NOT_JSON}, with the header content-type: application/json; {given}")))
}

/// The body, and the room that it takes. A body of unknown length takes that of the longest.
async fn whole(room: &Room, headers: &axum::http::HeaderMap, body: &mut Body) -> Result<(Bytes, Held), Status> {
    check_kind(headers)?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let most = room.message_bytes;
    if length.is_some_and(|length: usize| length > most) {
        return Err(status::request_too_long(most));
    }
    let held = room.take(length.unwrap_or(most))?;
    let mut body = Limited::new(body, most);
    let mut text = Vec::with_capacity(length.unwrap_or_default());
    loop {
        let frame = tokio::time::timeout(MAX_PAUSE, body.frame()).await.map_err(|_| status::stalled(MAX_PAUSE))?;
        match frame {
            Some(Ok(frame)) => text.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new())),
            Some(Err(error)) if error.is::<LengthLimitError>() => return Err(status::request_too_long(most)),
            Some(Err(error)) => return Err(status::malformed(&format!("the body broke off: {error}"))),
            None => return Ok((text.into(), held)),
        }
    }
}

/// Reads the body of a request away that is refused, unless that is very long. Where the answer comes before the end of the body, HTTP/1
/// ends the connection and HTTP/2 resets the stream, and clients that send all before they read see no answer.
pub(super) async fn read_away(body: Body) {
    let mut body = Limited::new(body, READ_AWAY_BYTES);
    let more = async |body: &mut Limited<Body>| tokio::time::timeout(MAX_PAUSE, body.frame()).await;
    let all = async { while let Ok(Some(Ok(_))) = more(&mut body).await {} };
    // Whatever comes of it, the request is refused.
    let _ = tokio::time::timeout(READ_AWAY_TIME, all).await;
}

/// The message that path, query and body make up.
fn message(rule: &Rule, variables: &[(&str, String)], query: &str, body: &[u8]) -> Result<DynamicMessage, Status> {
    let input = rule.method.input();
    let mut message = match &rule.body {
        Payload::None => DynamicMessage::new(input.clone()),
        Payload::Whole if body.trim_ascii().is_empty() => DynamicMessage::new(input.clone()),
        Payload::Whole => read(&input, body)?,
        Payload::Field(name) => {
            let mut message = DynamicMessage::new(input.clone());
            let field = input.get_field_by_name(name);
            if let Some((field, Kind::Message(kind))) = field.map(|field| (field.clone(), field.kind())) {
                message.set_field(&field, Value::Message(read(&kind, body)?));
            }
            message
        }
    };
    address::fill(&mut message, query)?;
    for (name, value) in variables {
        address::put(&mut message, name, value.clone())?;
    }
    Ok(message)
}

fn read(kind: &MessageDescriptor, text: &[u8]) -> Result<DynamicMessage, Status> {
    let told = |error: serde_json::Error| {
        let why = error.to_string().replace("invalid digit found in string", "a whole number is expected");
        status::malformed(&format!("the body cannot be read as the JSON of {}: {why}", kind.name()))
    };
    let mut json = serde_json::Deserializer::from_slice(text);
    let message =
        DynamicMessage::deserialize_with_options(kind.clone(), &mut json, &address::strict()).map_err(told)?;
    json.end().map_err(told)?;
    Ok(message)
}

/// A message as gRPC sends it.
fn framed(message: &DynamicMessage) -> Vec<u8> {
    let mut framed = vec![0; HEAD_BYTES];
    framed.extend(message.encode_to_vec());
    let length = u32::try_from(framed.len() - HEAD_BYTES).unwrap_or(u32::MAX);
    framed[1..HEAD_BYTES].copy_from_slice(&length.to_be_bytes());
    framed
}

type Turn = Pin<Box<dyn Future<Output = Held> + Send>>;

/// Messages in JSON, one a line, as gRPC sends them. A long line waits for room while it arrives, within the HTTP
/// flow control of its connection.
struct Lines {
    body: Body,
    kind: MessageDescriptor,
    bytes: Arc<Semaphore>,
    most: usize,
    /// What has arrived of a line.
    line: Vec<u8>,
    /// What has arrived and was not read.
    rest: Bytes,
    number: usize,
    turn: Option<Turn>,
    held: Held,
    ended: bool,
}

impl Lines {
    fn new(body: Body, kind: MessageDescriptor, room: &Room) -> Self {
        let (bytes, most) = (Arc::clone(&room.bytes), room.message_bytes);
        Self {
            body,
            kind,
            bytes,
            most,
            line: Vec::new(),
            rest: Bytes::new(),
            number: 0,
            turn: None,
            held: None,
            ended: false,
        }
    }

    /// The message of the line that is complete. None if it is empty.
    fn message(&mut self) -> Option<Result<Bytes, Status>> {
        self.number += 1;
        let line = std::mem::take(&mut self.line);
        self.held = None;
        let line = line.trim_ascii();
        if line.is_empty() {
            return None;
        }
        let read = read(&self.kind, line).map(|message| framed(&message).into());
        Some(read.map_err(|error| status::malformed(&format!("line {}: {}", self.number, error.message()))))
    }

    /// Takes more of the line. Returns the message if that completes one.
    fn grow(&mut self) -> Option<Result<Bytes, Status>> {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let part = self.rest.split_to(end.unwrap_or(self.rest.len()));
        if self.line.len() + part.len() > self.most {
            return Some(Err(status::request_too_long(self.most)));
        }
        self.line.extend_from_slice(&part);
        if end.is_some() {
            // The line break itself.
            drop(self.rest.split_to(1));
            return self.message();
        }
        if self.line.len() > SHORT_LINE_BYTES && self.held.is_none() {
            let (bytes, most) = (Arc::clone(&self.bytes), u32::try_from(self.most).unwrap_or(u32::MAX));
            self.turn = Some(Box::pin(async move { bytes.acquire_many_owned(most).await.ok() }));
        }
        None
    }
}

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let lines = self.get_mut();
        loop {
            if let Some(turn) = &mut lines.turn {
                lines.held = ready!(turn.as_mut().poll(cx));
                lines.turn = None;
            }
            let message = if !lines.rest.is_empty() {
                lines.grow()
            } else if lines.ended {
                return Poll::Ready(None);
            } else {
                match ready!(Pin::new(&mut lines.body).poll_frame(cx)) {
                    Some(Ok(frame)) => {
                        lines.rest = frame.into_data().unwrap_or_default();
                        None
                    }
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => {
                        lines.ended = true;
                        lines.message()
                    }
                }
            };
            match message {
                Some(Ok(message)) => return Poll::Ready(Some(Ok(Frame::data(message)))),
                Some(Err(refusal)) => {
                    (lines.ended, lines.rest) = (true, Bytes::new());
                    return Poll::Ready(Some(Err(axum::Error::new(refusal))));
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use futures_util::stream;

    use super::*;
    use crate::http::rules::{Found, Rules};

    fn message_of(verb: Method, path: &str, query: &str, body: &str) -> Result<String, String> {
        let rules = Rules::of_protos();
        let Found::Rule(rule, variables) = rules.find(&verb, path) else { panic!("nothing at {path}") };
        let message = message(rule, &variables, query, body.as_bytes());
        message.map(|message| serde_json::to_string(&message).unwrap()).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn path_query_and_body_make_up_the_message() {
        let get = |path, query| message_of(Method::GET, path, query, "").unwrap();
        assert_eq!(get("/v1/articles/a%201", "readMask=article.title"), r#"{"id":"a 1","readMask":"article.title"}"#);
        assert_eq!(
            get(
                "/v1/sentences:search",
                "query=ferry+AND%20quay&page_size=3&allWords=true&filter.outlets=A&filter.outlets=B"
            ),
            r#"{"query":"ferry AND quay","filter":{"outlets":["A","B"]},"pageSize":3,"allWords":true}"#
        );
        let put = message_of(Method::POST, "/v1/articles", "waitFor=WAIT_FOR_SEARCHABLE", r#"{"id":"a1","body":"x"}"#);
        assert_eq!(put.unwrap(), r#"{"article":{"id":"a1","body":"x"},"waitFor":"WAIT_FOR_SEARCHABLE"}"#);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        let told = |query, body| message_of(Method::POST, "/v1/sentences:search", query, body).unwrap_err();
        assert!(told("", "{\"query\": 1}").contains("line 1 column"), "{}", told("", "{\"query\": 1}"));
        assert!(
            told("", "{\"quary\": \"a\"}").contains("unrecognized field name 'quary'"),
            "{}",
            told("", "{\"quary\":1}")
        );
        assert!(told("quary=x", "{}").contains("has query, filter"), "{}", told("quary=x", "{}"));
        assert!(told("filter=x", "{}").contains("fields of its own"));
        assert!(told("query=a&query=b", "{}").contains("twice"));
        for (query, expected) in [
            ("pageSize=many", "pageSize in the address is a whole number up to 2147483647, not \"many\""),
            ("pageSize=3000000000", "pageSize in the address is a whole number up to 2147483647, not \"3000000000\""),
            ("allWords=yes", "allWords in the address is true or false, not \"yes\""),
            (
                "filter.publishTime.startTime=monday",
                "filter.publishTime.startTime in the address is a time like 2026-03-03T14:05:00Z, not \"monday\"",
            ),
        ] {
            assert_eq!(told(query, "{}"), expected);
        }
        let role = told("roles=HEAD", "{}");
        assert!(role.starts_with("roles in the address is one of SENTENCE_ROLE_"), "{role}");
        assert!(told("outlets=A", "{}").ends_with("; it may be filter.outlets"), "{}", told("outlets=A", "{}"));
        let number = told("", "{\"pageSize\": \"many\"}");
        assert!(number.contains("a whole number is expected at line 1"), "{number}");
        assert!(told("query=%ff", "{}").contains("UTF-8"));
        assert!(told("", "{} {}").contains("trailing characters"));
    }

    #[tokio::test]
    async fn a_stream_of_lines_is_a_stream_of_messages() {
        let (room, rules) = (Room::new(1 << 17), Rules::of_protos());
        let Found::Rule(rule, _) = rules.find(&Method::POST, "/v1/articles:ingest") else { panic!("no path") };
        let long =
            format!("{{\"clientSequence\":\"2\",\"delete\":{{\"id\":\"{}\"}}}}", "x".repeat(SHORT_LINE_BYTES * 2));
        let text =
            format!("{{\"clientSequence\":\"1\",\"delete\":{{\"id\":\"a\"}}}}\r\n\n{long}\n{{\"clientSequence\":\"3\"");
        let pieces = text.as_bytes().chunks(1000).map(|piece| Ok::<_, std::convert::Infallible>(piece.to_vec()));
        let body = Body::from_stream(stream::iter(pieces.collect::<Vec<_>>()));
        let mut lines = Lines::new(body, rule.method.input(), &room);
        let mut next = async || lines.frame().await.map(|frame| frame.map(|frame| frame.into_data().unwrap().len()));
        assert_eq!(next().await.unwrap().unwrap(), 5 + 7);
        assert!(next().await.unwrap().unwrap() > SHORT_LINE_BYTES * 2);
        let refused = Status::from_error(Box::new(next().await.unwrap().unwrap_err()));
        assert!(refused.message().starts_with("line 4: "), "{refused}");
        assert!(next().await.is_none());
        assert_eq!(room.bytes.available_permits(), 1 << 18);
    }
}
