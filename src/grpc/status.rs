//! The one place where failures become gRPC statuses (AIP-193).
//!
//! A status travels in HTTP headers, of which clients accept 8 KiB: once percent-encoded as the message, and once in
//! base64 in the details. So everything that goes in is cut, since it may repeat parts of a request.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use prost::Message as _;
use sayso_index::ErrorKind;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{
    access::Refusal,
    config::Limits,
    convert::Fault,
    echo,
    overload::Overload,
    pool::PoolError,
    proto::{ErrorReason, google_rpc},
    snapshots, telemetry,
};

/// `ErrorInfo.domain` of all errors.
const DOMAIN: &str = "sayso.dev";

/// The longest message of a status, in bytes.
const MESSAGE_BYTES: usize = 700;

/// The request is invalid.
pub(super) fn fault(fault: Fault) -> Status {
    let mut details = info(fault.reason, fault.metadata);
    let field = echo::clip(&fault.field);
    details.add_bad_request_violation(field.as_ref(), echo::clip_to(&fault.message, MESSAGE_BYTES));
    status(Code::InvalidArgument, &format!("{field}: {}", fault.message), details)
}

/// The resource does not exist.
pub(super) fn not_found(kind: &'static str, name: &str) -> Status {
    let name = echo::clip(name);
    let mut details = info("NOT_FOUND", vec![("id", name.clone().into_owned())]);
    details.set_resource_info(format!("sayso.v1.{kind}"), name.as_ref(), "", "does not exist");
    status(Code::NotFound, &format!("there is no {} {name:?}", kind.to_lowercase()), details)
}

/// The engine failed.
pub(super) fn engine(error: sayso_index::Error) -> Status {
    let (code, reason) = match error.kind() {
        ErrorKind::PageKey => {
            // What the engine calls a key is part of a token.
            let said = "belongs to another query, or to another version of the server; start again with the first page, without a token";
            return fault(Fault::new("PAGE_TOKEN_MISMATCH", "page_token", said));
        }
        ErrorKind::PageExpired => return page_expired(),
        ErrorKind::TooBroad => {
            return fault(Fault::new("LIMIT_EXCEEDED", "query", error.to_string()));
        }
        ErrorKind::Stale => (Code::Aborted, "ETAG_STALE"),
        ErrorKind::DeadlineExceeded => return deadline_exceeded(),
        ErrorKind::Cancelled => (Code::Cancelled, "CANCELLED"),
        ErrorKind::Storage => (Code::Unavailable, "STORAGE_UNAVAILABLE"),
        ErrorKind::Unreachable => (Code::Unavailable, "STORAGE_UNAVAILABLE"),
        ErrorKind::Full => (Code::ResourceExhausted, "STORAGE_FULL"),
        ErrorKind::NotSearchable => (Code::Unavailable, "NOT_SEARCHABLE_YET"),
        ErrorKind::Corrupt | ErrorKind::Newer => (Code::DataLoss, "STORAGE_CORRUPT"),
        ErrorKind::Closed => (Code::Unavailable, "STOPPING"),
        _ => (Code::Internal, "INTERNAL"),
    };
    if matches!(code, Code::Internal | Code::DataLoss | Code::Unavailable) {
        telemetry::refused(reason, &error.to_string());
    }
    let mut details = info(reason, Vec::new());
    if code == Code::Unavailable {
        details.set_retry_info(Some(Duration::from_secs(5)));
    }
    status(code, &error.to_string(), details)
}

/// No place for snapshots is configured.
pub(super) fn snapshots_off() -> Status {
    let message = "this server has no place for snapshots; start it with --snapshots FOLDER";
    status(Code::FailedPrecondition, message, info("SNAPSHOTS_OFF", Vec::new()))
}

/// The articles are on a cluster, which takes snapshots itself.
pub(super) fn snapshots_of_cluster(prefix: &str) -> Status {
    let message = format!(
        "the articles are on an OpenSearch cluster, which takes snapshots itself: register a repository there (PUT \
         _snapshot/REPOSITORY), and take snapshots of the indexes {prefix}* (PUT _snapshot/REPOSITORY/NAME)"
    );
    status(Code::FailedPrecondition, &message, info("SNAPSHOTS_OFF", Vec::new()))
}

/// Something could not be done with a snapshot.
pub(super) fn snapshot(fault: snapshots::Fault) -> Status {
    let (code, reason) = match &fault {
        snapshots::Fault::NotFound(id) => return not_found("Snapshot", id),
        snapshots::Fault::Damaged(_) => (Code::DataLoss, "SNAPSHOT_DAMAGED"),
        snapshots::Fault::Unreachable(_) => (Code::Unavailable, "SNAPSHOTS_UNAVAILABLE"),
        snapshots::Fault::Busy(_) => (Code::ResourceExhausted, "OVERLOADED"),
        snapshots::Fault::Engine(error) => return engine(error.clone()),
    };
    telemetry::refused(reason, &fault.to_string());
    let mut details = info(reason, Vec::new());
    if matches!(code, Code::Unavailable | Code::ResourceExhausted) {
        details.set_retry_info(Some(Duration::from_secs(5)));
    }
    status(code, &fault.to_string(), details)
}

/// The state that a page token refers to is gone.
pub(super) fn page_expired() -> Status {
    let said = "is too old: the state it refers to is no longer kept; start again with the first page, without a token";
    fault(Fault::new("PAGE_TOKEN_EXPIRED", "page_token", said))
}

/// The caller's key does not allow the call.
pub(super) fn refused(refusal: &Refusal) -> Status {
    let (code, reason, message) = match refusal {
        Refusal::NoKey => {
            let message = "this server requires a key; send one with the call: authorization: Bearer sayso_…";
            (Code::Unauthenticated, "KEY_MISSING", message.to_owned())
        }
        Refusal::UnknownKey => {
            (Code::Unauthenticated, "KEY_INVALID", "the key is not one of this server, or was revoked".to_owned())
        }
        Refusal::BadToken(why) => (Code::Unauthenticated, "KEY_INVALID", format!("the token is not accepted: {why}")),
        Refusal::Expired(holder) => (Code::Unauthenticated, "KEY_EXPIRED", format!("the key {holder} has expired")),
        Refusal::NoScope(holder, scope) => (
            Code::PermissionDenied,
            "SCOPE_MISSING",
            format!("the key or token {holder} does not have the scope {scope}"),
        ),
        Refusal::TooManyCalls(holder, _) => {
            let message = format!("the key {holder} has made as many calls this second as it may; try again later");
            (Code::ResourceExhausted, "RATE_LIMITED", message)
        }
        Refusal::NoFile => {
            let message = "the server cannot read its keys, so it lets nobody in; its log says why";
            (Code::Unavailable, "KEYS_UNREADABLE", message.to_owned())
        }
    };
    let mut details = info(reason, Vec::new());
    match refusal {
        Refusal::TooManyCalls(_, wait) => details.set_retry_info(Some(*wait)),
        Refusal::NoFile => details.set_retry_info(Some(Duration::from_secs(5))),
        _ => &mut details,
    };
    status(code, &message, details)
}

/// A pool could not do the work.
pub(super) fn pool(error: PoolError) -> Status {
    match error {
        PoolError::Full(overload) => overloaded(&overload),
        PoolError::Died => status(Code::Internal, "the work ended without a result", info("INTERNAL", Vec::new())),
    }
}

/// More is asked of the server than it can do, or may.
pub(crate) fn overloaded(overload: &Overload) -> Status {
    let (message, metadata) = match &overload.limit {
        Some((limit, most)) => (
            format!("the server is asked for more than its limit {limit} lets it do, which is {most}; try again later"),
            vec![("limit", (*limit).to_owned()), ("most", most.clone())],
        ),
        None => ("this is being done already; try again when it has ended".to_owned(), Vec::new()),
    };
    telemetry::refused("OVERLOADED", &message);
    let mut details = info("OVERLOADED", metadata);
    details.set_retry_info(Some(spread(overload.retry)));
    status(Code::ResourceExhausted, &message, details)
}

/// A time from this one to twice as long: those who are refused together must not come back together.
fn spread(time: Duration) -> Duration {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Steps of the golden ratio fall evenly into any stretch.
    let step = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(2_654_435_769);
    time + time.mul_f64(f64::from(step) / f64::from(u32::MAX))
}

/// The answer would come too late.
pub(super) fn deadline_exceeded() -> Status {
    late("the deadline passed before the answer was complete; allow more time or ask for less")
}

/// The article that is being read in parts, or its analysis, has changed.
pub(super) fn article_changed() -> Status {
    let message = "the article or its analysis has changed since the first part; start again without page_token";
    status(Code::Aborted, message, info("ARTICLE_CHANGED", Vec::new()))
}

/// The deadline passed before a change was handed to the engine.
pub(super) fn change_not_begun() -> Status {
    late("the deadline passed before the article was analysed, and nothing was changed; allow more time")
}

/// The deadline passed when the engine may already have had the change, which cannot be taken back.
pub(super) fn change_unconfirmed() -> Status {
    late(
        "the deadline passed before the change was confirmed; it may still be made. Check whether it was, or send it \
         again, which is safe",
    )
}

fn late(message: &str) -> Status {
    status(Code::DeadlineExceeded, message, info("DEADLINE_EXCEEDED", Vec::new()))
}

/// A request in JSON that is not one of the method.
pub(crate) fn malformed(message: &str) -> Status {
    status(Code::InvalidArgument, message, info("MALFORMED_REQUEST", Vec::new()))
}

/// A request in JSON that is longer than a message may be.
pub(crate) fn request_too_long(most: usize) -> Status {
    too_much("the request is", "message_bytes", most)
}

/// A path of plain HTTP that is none.
pub(crate) fn no_such_path(message: &str) -> Status {
    status(Code::NotFound, message, info("NO_SUCH_METHOD", Vec::new()))
}

/// There is a method at this path, but not with this verb of HTTP.
pub(crate) fn no_such_verb(message: &str) -> Status {
    status(Code::Unimplemented, message, info("NO_SUCH_METHOD", Vec::new()))
}

/// A browser calls from a page that may not.
pub(crate) fn not_from_there(message: &str) -> Status {
    status(Code::PermissionDenied, message, info("ORIGIN_NOT_ALLOWED", Vec::new()))
}

/// An answer broke off within the server.
pub(crate) fn broken(message: &str) -> Status {
    status(Code::Internal, message, info("INTERNAL", Vec::new()))
}

/// The server is about to stop.
pub(crate) fn stopping() -> Status {
    let mut details = info("STOPPING", Vec::new());
    details.set_retry_info(Some(Duration::from_secs(1)));
    status(Code::Unavailable, "the server is stopping; send again what was not answered", details)
}

/// The caller began a message and stopped in the middle.
pub(crate) fn stalled(within: Duration) -> Status {
    let message = format!("the request stopped in the middle of a message for {within:?}; send it again");
    status(Code::DeadlineExceeded, &message, info("REQUEST_STALLED", Vec::new()))
}

/// There are too many unread answers.
pub(crate) fn unread(limit: &'static str, most: usize) -> Status {
    let mut details = info("ANSWERS_UNREAD", vec![("limit", limit.to_owned()), ("most", most.to_string())]);
    details.set_retry_info(Some(spread(Duration::from_secs(1))));
    let message = format!(
        "more answers wait to be read than the limit {limit} allows, which is {most} bytes; read them, or ask for less at \
         once"
    );
    status(Code::ResourceExhausted, &message, details)
}

/// A refusal of the transport, in this API's terms. None for statuses that were made here.
pub(super) fn of_transport(refusal: &Status, limits: &Limits) -> Option<Status> {
    let said = refusal.message();
    let starts = |start: &str| said.starts_with(start);
    Some(match refusal.code() {
        _ if !refusal.details().is_empty() => return None,
        Code::OutOfRange if starts("Error, decoded message length too large") => {
            too_much("the request is", "message_bytes", limits.message_bytes)
        }
        Code::ResourceExhausted if starts("Error decompressing: size limit") => {
            too_much("the unpacked request is", "message_bytes", limits.message_bytes)
        }
        Code::OutOfRange if starts("Error, encoded message length too large") => too_long(limits.answer_bytes),
        Code::Internal if UNDECODABLE.into_iter().any(starts) => {
            let what = said.strip_prefix("failed to decode Protobuf message: ").unwrap_or(said);
            let message = format!("the request cannot be decoded: {what}");
            status(Code::InvalidArgument, &message, info("MALFORMED_REQUEST", Vec::new()))
        }
        Code::Unimplemented if said.is_empty() => {
            let message = "this server has no such method; reflection lists those it has: grpcurl … describe";
            status(Code::Unimplemented, message, info("NO_SUCH_METHOD", Vec::new()))
        }
        _ => return None,
    })
}

/// How the transport's messages begin if a request cannot be decoded.
const UNDECODABLE: [&str; 4] = [
    "failed to decode Protobuf message",
    "protocol error: received message with",
    "Error decompressing",
    "Unexpected EOF decoding stream",
];

/// The answer would exceed the limit of answers.
pub(super) fn too_long(most: usize) -> Status {
    too_much("the answer would be", "answer_bytes", most)
}

/// The answers before it take all the room of a reply.
pub(super) fn no_room(most: usize) -> Status {
    let details = info("LIMIT_EXCEEDED", vec![("limit", "reply_bytes".to_owned()), ("most", most.to_string())]);
    let message = format!(
        "the answers before it leave no room below the limit reply_bytes, which is {most} bytes; ask for it in another call"
    );
    status(Code::ResourceExhausted, &message, details)
}

/// A status as a part of an answer.
pub(super) fn told(status: &Status) -> google_rpc::Status {
    // The details of a status hold the whole of it as a message.
    let whole = google_rpc::Status::decode(status.details()).ok().filter(|whole| whole.code != 0);
    whole.unwrap_or_else(|| google_rpc::Status {
        code: status.code().into(),
        message: status.message().to_owned(),
        details: vec![],
    })
}

fn too_much(what: &str, limit: &'static str, most: usize) -> Status {
    let details = info("LIMIT_EXCEEDED", vec![("limit", limit.to_owned()), ("most", most.to_string())]);
    let message = format!("{what} longer than the limit {limit}, which is {most} bytes");
    status(Code::ResourceExhausted, &message, details)
}

fn info(reason: &str, metadata: Vec<(&str, String)>) -> ErrorDetails {
    let name = format!("ERROR_REASON_{reason}");
    debug_assert!(ErrorReason::from_str_name(&name).is_some(), "{reason} is not told in resources.proto");
    // What is expected is a list of ours, which clients show in place of the message: as much of it as of a message.
    let most = |key: &str| if key == "expected" { MESSAGE_BYTES } else { echo::ECHO_BYTES };
    let metadata =
        metadata.into_iter().map(|(key, value)| (key.to_owned(), echo::clip_to(&value, most(key)).into_owned()));
    ErrorDetails::with_error_info(reason, DOMAIN, metadata.collect::<std::collections::HashMap<_, _>>())
}

#[allow(clippy::disallowed_methods, reason = "this is the one place that makes statuses")]
fn status(code: Code, message: &str, details: ErrorDetails) -> Status {
    Status::with_error_details(code, echo::clip_to(message, MESSAGE_BYTES), details)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that a status takes in HTTP headers.
    fn weight(status: &Status) -> usize {
        let mut headers = axum::http::HeaderMap::new();
        status.add_header(&mut headers).unwrap();
        headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
    }

    #[test]
    fn what_is_expected_is_told_as_fully_in_the_facts_as_in_the_message() {
        let fields = "a field: ".to_owned() + &["label.NAME"; 40].join(", ");
        let metadata = vec![("expected", fields.clone())];
        let told = fault(Fault { metadata, ..Fault::new("QUERY_SYNTAX", "query", fields.clone()) }).get_error_details();
        assert_eq!(told.error_info().unwrap().metadata["expected"], fields);
        assert_eq!(told.bad_request().unwrap().field_violations[0].description, fields);
    }

    #[test]
    fn no_status_outgrows_the_headers_that_clients_take() {
        for part in ["x", "é", "\u{1b}", "\"", "東"] {
            let long = part.repeat(1 << 20);
            let metadata = ["position", "expected", "limit", "most"].map(|key| (key, long.clone()));
            let worst = Fault { metadata: metadata.to_vec(), ..Fault::new("QUERY_SYNTAX", &long, long.clone()) };
            let garbled = Status::internal(format!("failed to decode Protobuf message: {long}"));
            let limits = crate::config::RawConfig::default().resolve().unwrap().limits;
            for status in [fault(worst), not_found("Article", &long), of_transport(&garbled, &limits).unwrap()] {
                assert!(weight(&status) < 8000, "{part:?} makes {} bytes of {:?}", weight(&status), status.code());
                assert!(status.details().len() < 4096, "{part:?}: {} bytes of details", status.details().len());
            }
        }
    }
}
