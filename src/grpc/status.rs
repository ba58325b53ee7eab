//! The one place where failures become gRPC statuses (AIP-193).

use std::time::Duration;

use sayso_index::ErrorKind;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{convert::Fault, pool::PoolError};

/// `ErrorInfo.domain` of all errors.
const DOMAIN: &str = "sayso";

/// The request is at fault.
pub(super) fn fault(fault: Fault) -> Status {
    let mut details = info(fault.reason, fault.metadata);
    details.add_bad_request_violation(&fault.field, &fault.message);
    let message = format!("{}: {}", fault.field, fault.message);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// There is no such thing.
pub(super) fn not_found(kind: &'static str, name: &str) -> Status {
    let mut details = info("NOT_FOUND", vec![("id", name.to_owned())]);
    details.set_resource_info(format!("sayso.v1.{kind}"), name, "", "does not exist");
    Status::with_error_details(Code::NotFound, format!("there is no {} {name:?}", kind.to_lowercase()), details)
}

/// The engine failed.
pub(super) fn engine(error: sayso_index::Error) -> Status {
    let (code, reason) = match error.kind() {
        ErrorKind::PageKey => {
            return fault(Fault::new("PAGE_TOKEN_MISMATCH", "page_token", error.to_string()));
        }
        ErrorKind::DeadlineExceeded => return deadline_exceeded(),
        ErrorKind::Cancelled => (Code::Cancelled, "CANCELLED"),
        ErrorKind::Storage => (Code::Unavailable, "STORAGE_UNAVAILABLE"),
        ErrorKind::NotSearchable => (Code::Unavailable, "NOT_SEARCHABLE_YET"),
        ErrorKind::Corrupt | ErrorKind::Newer => (Code::DataLoss, "STORAGE_CORRUPT"),
        ErrorKind::Closed => (Code::Unavailable, "STOPPING"),
        _ => (Code::Internal, "INTERNAL"),
    };
    if matches!(code, Code::Internal | Code::DataLoss | Code::Unavailable) {
        tracing::error!(reason, %error, "the engine failed");
    }
    let mut details = info(reason, Vec::new());
    if code == Code::Unavailable {
        details.set_retry_info(Some(Duration::from_secs(5)));
    }
    Status::with_error_details(code, error.to_string(), details)
}

/// A pool did not do its work.
pub(super) fn pool(error: PoolError) -> Status {
    match error {
        PoolError::Full => {
            let mut details = info("OVERLOADED", Vec::new());
            details.set_retry_info(Some(Duration::from_secs(1)));
            let message = "too many calls wait for their turn; try again later";
            Status::with_error_details(Code::ResourceExhausted, message, details)
        }
        PoolError::Died => {
            Status::with_error_details(Code::Internal, "the work ended without a result", info("INTERNAL", Vec::new()))
        }
    }
}

/// The answer would come too late.
pub(super) fn deadline_exceeded() -> Status {
    let message = "the deadline passed before the answer was complete; allow more time or ask for less";
    Status::with_error_details(Code::DeadlineExceeded, message, info("DEADLINE_EXCEEDED", Vec::new()))
}

/// The server is about to stop.
pub(super) fn stopping() -> Status {
    let mut details = info("STOPPING", Vec::new());
    details.set_retry_info(Some(Duration::from_secs(1)));
    let message = "the server is stopping; send again what was not answered";
    Status::with_error_details(Code::Unavailable, message, details)
}

fn info(reason: &str, metadata: Vec<(&str, String)>) -> ErrorDetails {
    let metadata = metadata.into_iter().map(|(key, value)| (key.to_owned(), value));
    ErrorDetails::with_error_info(reason, DOMAIN, metadata.collect::<std::collections::HashMap<_, _>>())
}
