//! Deadlines and cancellation of one call.
//!
//! tonic drops a call whose `grpc-timeout` has passed and reports CANCELLED, while blocking work runs
//! on. So each call keeps its own clock, a little fast, answers DEADLINE_EXCEEDED itself, and tells
//! the search to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sayso_index::Interrupt;
use tonic::{Status, metadata::MetadataMap};

use super::status;

/// How much earlier than the caller's deadline a call gives up, so that its own answer is the first.
const HASTE: Duration = Duration::from_millis(2);

/// One call: until when its answer is wanted. Dropping it, as tonic does when the caller goes, stops the work.
#[derive(Debug)]
pub(super) struct Call {
    deadline: Instant,
    cancelled: Arc<AtomicBool>,
}

impl Call {
    /// Starts the clock: the caller's `grpc-timeout`, but at most `limit`.
    pub(super) fn begin(metadata: &MetadataMap, limit: Duration) -> Self {
        let asked = metadata.get("grpc-timeout").and_then(|value| parse(value.to_str().ok()?));
        let allowed = asked.map_or(limit, |asked| asked.saturating_sub(HASTE).min(limit));
        Self { deadline: Instant::now() + allowed, cancelled: Arc::default() }
    }

    /// What tells the engine to stop.
    pub(super) fn interrupt(&self) -> Interrupt {
        Interrupt { deadline: Some(self.deadline), cancelled: Arc::clone(&self.cancelled) }
    }

    /// Waits for the answer as long as it is wanted.
    pub(super) async fn within<T>(self, answer: impl Future<Output = T>) -> Result<T, Status> {
        // The timer answers after its first tick, which is too late for a deadline that has passed.
        if Instant::now() >= self.deadline {
            return Err(status::deadline_exceeded());
        }
        let answer = tokio::time::timeout_at(self.deadline.into(), answer).await;
        answer.map_err(|_| status::deadline_exceeded())
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// Reads a `grpc-timeout`: at most eight digits and a unit. A malformed one is ignored, as tonic does.
fn parse(value: &str) -> Option<Duration> {
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.len() > 8 {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_timeouts_as_the_protocol_writes_them() {
        assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse("2M"), Some(Duration::from_secs(120)));
        for malformed in ["", "m", "1", "123456789S", "1x", "-1S", "é"] {
            assert_eq!(parse(malformed), None, "{malformed:?}");
        }
    }
}
