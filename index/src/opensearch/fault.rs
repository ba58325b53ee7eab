//! What a cluster says when it refuses, and what that means for a caller.
//!
//! | the cluster says | a caller hears |
//! |---|---|
//! | a disk is nearly full, so the index takes only deletes | [`ErrorKind::Full`] |
//! | the point in time of a page key is gone | [`ErrorKind::PageExpired`] |
//! | the document has changed | [`ErrorKind::Stale`], where it was not decided again |
//! | the query has too many clauses | [`ErrorKind::TooBroad`] |
//! | there is no such index | [`ErrorKind::Corrupt`]: it was deleted under the service |
//! | anything else, after a few tries if it may pass | [`ErrorKind::Unreachable`] |

use std::fmt;

use serde_json::Value;

use crate::{Error, ErrorKind};

/// A request, or one change of a bulk, that the cluster refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status.
    pub(super) status: u16,
    /// OpenSearch's name of the error: `version_conflict_engine_exception`.
    kind: String,
    /// What it says about it.
    reason: String,
}

impl Refusal {
    /// What stands in a reply with this status. `reply` has the error, or is part of a bulk's reply that has it.
    pub(super) fn of(status: u16, reply: &Value) -> Self {
        let error = &reply["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let reason = match error.as_str() {
            Some(plain) => plain.to_owned(),
            None => text("reason"),
        };
        // Of a search that failed on all shards, the cause on one of them says why.
        let cause = &error["root_cause"][0];
        let caused = |name: &str, own: String| match cause[name].as_str() {
            Some(cause) if text("type") == "search_phase_execution_exception" => cause.to_owned(),
            _ => own,
        };
        Self { status, kind: caused("type", text("type")), reason: caused("reason", reason) }
    }

    /// Whether the same request may succeed in a moment, here or at another node.
    pub(super) fn passes(&self) -> bool {
        (matches!(self.status, 429 | 502 | 503 | 504) && !self.is_full()) || self.is_write_block()
    }

    /// Whether the index is closed for writing while another takes its place, which ends in a moment.
    fn is_write_block(&self) -> bool {
        self.kind == "cluster_block_exception" && self.reason.contains("FORBIDDEN/8/")
    }

    /// Whether another node changed the document first.
    pub(super) fn is_conflict(&self) -> bool {
        self.status == 409
    }

    /// Whether the document that was to be changed is gone.
    pub(super) fn is_missing_document(&self) -> bool {
        self.kind == "document_missing_exception"
    }

    /// Whether what was to be made is there already.
    pub(super) fn is_there(&self) -> bool {
        self.kind == "resource_already_exists_exception"
    }

    /// Whether the index was closed for writing since its disk is full.
    fn is_full(&self) -> bool {
        self.reason.contains("read-only-allow-delete") || self.reason.contains("read-only / allow delete")
    }

    /// Whether a point in time, and the page keys that refer to it, is no longer kept.
    fn is_expired(&self) -> bool {
        self.kind == "search_context_missing_exception"
    }

    /// Whether the query has more clauses than the cluster looks for. Where a field makes them, it says so in words alone.
    fn is_too_broad(&self) -> bool {
        matches!(&*self.kind, "too_many_clauses" | "too_many_nested_clauses") || self.reason.contains("maxClauseCount")
    }

    /// The error for a caller.
    pub(super) fn into_error(self) -> Error {
        let kind = if self.is_full() {
            ErrorKind::Full
        } else if self.is_expired() {
            ErrorKind::PageExpired
        } else if self.is_conflict() {
            ErrorKind::Stale
        } else if self.is_too_broad() {
            ErrorKind::TooBroad
        } else if self.kind == "index_not_found_exception" {
            ErrorKind::Corrupt
        } else if self.status == 408 {
            ErrorKind::DeadlineExceeded
        } else {
            ErrorKind::Unreachable
        };
        Error::new(kind, self.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, kind, reason } = self;
        match status {
            _ if self.is_full() => write!(f, "the cluster's disks are nearly full, so it takes nothing in: {reason}"),
            401 | 403 => write!(f, "the cluster does not let the service in (status {status}): {reason}"),
            404 if kind == "index_not_found_exception" => {
                write!(f, "the cluster no longer has an index that the service made: {reason}")
            }
            _ => write!(f, "the cluster refused with status {status}, {kind}: {reason}"),
        }
    }
}

/// A count of an answer.
pub(super) fn count(value: &Value) -> crate::Result<u64> {
    value.as_u64().ok_or_else(|| Error::new(ErrorKind::Unreachable, "the cluster gave no count"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(status: u16, kind: &str, reason: &str) -> (ErrorKind, bool) {
        let refusal = Refusal::of(status, &json!({ "error": { "type": kind, "reason": reason } }));
        (refusal.clone().into_error().kind(), refusal.passes())
    }

    #[test]
    fn refusals_say_what_a_caller_can_do() {
        let full = "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, \
                    index has read-only-allow-delete block];";
        let cases = [
            (kind(429, "cluster_block_exception", full), (ErrorKind::Full, false)),
            (kind(403, "cluster_block_exception", full), (ErrorKind::Full, false)),
            (kind(429, "rejected_execution_exception", "queue full"), (ErrorKind::Unreachable, true)),
            (kind(503, "cluster_manager_not_discovered_exception", ""), (ErrorKind::Unreachable, true)),
            (
                kind(403, "cluster_block_exception", "[FORBIDDEN/8/moving to block index write (api)];"),
                (ErrorKind::Unreachable, true),
            ),
            (kind(409, "version_conflict_engine_exception", "is there"), (ErrorKind::Stale, false)),
            (kind(404, "index_not_found_exception", "no such index [a]"), (ErrorKind::Corrupt, false)),
            (kind(404, "search_context_missing_exception", "no context"), (ErrorKind::PageExpired, false)),
            (
                kind(400, "query_shard_exception", "failed to create query: maxClauseCount is set to 1024"),
                (ErrorKind::TooBroad, false),
            ),
            (kind(401, "security_exception", "no"), (ErrorKind::Unreachable, false)),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_cause_on_a_shard_is_told() {
        let cause = json!({ "type": "too_many_clauses", "reason": "maxClauseCount is 1024" });
        let error = json!({ "type": "search_phase_execution_exception", "reason": "all shards failed",
                            "root_cause": [cause] });
        let refusal = Refusal::of(400, &json!({ "error": error }));
        assert_eq!(refusal.clone().into_error().kind(), ErrorKind::TooBroad);
        assert_eq!(
            refusal.to_string(),
            "the cluster refused with status 400, too_many_clauses: maxClauseCount is 1024"
        );
        assert_eq!(Refusal::of(500, &json!({ "error": "no handler" })).reason, "no handler");
        assert_eq!(Refusal::of(502, &Value::Null).status, 502);
    }
}
