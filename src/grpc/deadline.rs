//! Deadlines and cancellation of a call.
//!
//! tonic drops a call whose `grpc-timeout` has passed and reports CANCELLED, while blocking work runs on. So each call
//! keeps its own clock, slightly fast, answers DEADLINE_EXCEEDED itself, and tells the search to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::HeaderValue;
use sayso_index::Interrupt;
use tonic::{Status, metadata::MetadataMap};

use super::status;
use crate::echo;

/// How much earlier than the caller's deadline a call gives up, so that its own answer comes first.
const DEADLINE_MARGIN: Duration = Duration::from_millis(2);

/// A call and its deadline. Dropping it, as tonic does when the caller goes away, stops the work.
#[derive(Debug)]
pub(super) struct Call {
    /// None for a call that may take as long as its caller waits.
    deadline: Option<Instant>,
    cancelled: Arc<AtomicBool>,
}

impl Call {
    /// Starts the clock: with the caller's `grpc-timeout`, however long, or with `unless_asked` if it sets none.
    pub(super) fn begin(metadata: &MetadataMap, unless_asked: Duration) -> Self {
        Self::start(Some(asked(metadata).unwrap_or(unless_asked)))
    }

    /// The same without a limit of its own. For changes, which must not be abandoned while somebody waits.
    pub(super) fn begin_patient(metadata: &MetadataMap) -> Self {
        Self::start(asked(metadata))
    }

    fn start(allowed: Option<Duration>) -> Self {
        // A deadline too far away to be represented is no deadline.
        let deadline = allowed.and_then(|allowed| Instant::now().checked_add(allowed));
        Self { deadline, cancelled: Arc::default() }
    }

    /// One step of a call that takes many: it has until the deadline of the whole, or else for `unless_asked`.
    pub(super) fn step(&self, unless_asked: Duration) -> Self {
        let deadline = self.deadline.or_else(|| Instant::now().checked_add(unless_asked));
        Self { deadline, cancelled: Arc::default() }
    }

    /// When the answer must be there. None: it may take as long as it takes.
    pub(super) fn due(&self) -> Option<Instant> {
        self.deadline
    }

    /// The signal to stop, for the engine.
    pub(super) fn interrupt(&self) -> Interrupt {
        Interrupt { deadline: self.deadline, cancelled: Arc::clone(&self.cancelled) }
    }

    /// Waits for the answer until the deadline, and then returns `late`.
    pub(super) async fn within<T>(&self, answer: impl Future<Output = T>, late: fn() -> Status) -> Result<T, Status> {
        let Some(deadline) = self.deadline else { return Ok(answer.await) };
        // The timer answers after its first tick, which is too late for a deadline that has passed.
        if Instant::now() >= deadline {
            return Err(late());
        }
        tokio::time::timeout_at(deadline.into(), answer).await.map_err(|_| late())
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// The time that a caller of another dialect allows, from the head of its request on. tonic's own clock begins then, too, and answers
/// in gRPC when it has passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    begun: Instant,
    time: Option<Duration>,
}

impl Allowed {
    /// Begins now, with the value of `grpc-timeout`, if there is one.
    ///
    /// # Errors
    /// If that is malformed: whoever sets it does not want to wait for as long as it takes.
    pub(crate) fn from_now(asked: Option<&HeaderValue>) -> Result<Self, Status> {
        let read = |value: &HeaderValue| {
            let told = String::from_utf8_lossy(value.as_bytes());
            parse(&told).ok_or_else(|| {
                let told = echo::clip(&told);
                status::malformed(&format!(
                    "the header grpc-timeout is {told}; it is at most eight digits and a unit (H, M, S, m, u, n): 5S, 200m"
                ))
            })
        };
        Ok(Self { begun: Instant::now(), time: asked.map(read).transpose()? })
    }

    /// Waits for the rest of the request, slightly less than the time that is left.
    pub(crate) async fn within<T>(self, rest: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
        match self.left() {
            Some(left) => {
                let time = left.saturating_sub(DEADLINE_MARGIN);
                tokio::time::timeout(time, rest).await.unwrap_or_else(|_| Err(status::deadline_exceeded()))
            }
            None => rest.await,
        }
    }

    /// The time that is left, as `grpc-timeout` tells it.
    pub(crate) fn header(self) -> Option<HeaderValue> {
        let left = self.left()?.as_micros();
        let told =
            if left < 100_000_000 { format!("{left}u") } else { format!("{}S", (left / 1_000_000).min(99_999_999)) };
        HeaderValue::try_from(told).ok()
    }

    fn left(self) -> Option<Duration> {
        self.time.map(|time| time.saturating_sub(self.begun.elapsed()))
    }
}

/// How long the caller waits, slightly less, if it says so.
fn asked(metadata: &MetadataMap) -> Option<Duration> {
    let asked = metadata.get("grpc-timeout").and_then(|value| parse(value.to_str().ok()?))?;
    Some(asked.saturating_sub(DEADLINE_MARGIN))
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

    #[test]
    fn what_is_left_of_a_deadline_is_told_as_the_protocol_writes_it() {
        let left = |asked: &'static str| {
            let allowed = Allowed::from_now(Some(&HeaderValue::from_static(asked))).unwrap();
            allowed.header().map(|left| parse(left.to_str().unwrap()).unwrap())
        };
        for (asked, most, least) in [("1H", 3600, 3598), ("30S", 30, 28), ("99999999S", 99_999_999, 99_999_997)] {
            let left = left(asked).unwrap();
            assert!(left <= Duration::from_secs(most) && left > Duration::from_secs(least), "{asked}: {left:?}");
        }
        assert_eq!(left("1n"), Some(Duration::ZERO));
        let told = Allowed::from_now(Some(&HeaderValue::from_static("soon"))).map(|_| ()).unwrap_err();
        assert!(told.message().contains("grpc-timeout is soon; it is at most eight digits"), "{told}");
    }

    #[tokio::test]
    async fn a_request_that_comes_too_late_is_told_so() {
        let allowed = Allowed::from_now(Some(&HeaderValue::from_static("1n"))).unwrap();
        let told = allowed.within(std::future::pending::<Result<(), Status>>()).await.unwrap_err();
        assert_eq!(told.code(), tonic::Code::DeadlineExceeded);
        let patient = Allowed::from_now(None).unwrap();
        assert!(patient.within(async { Ok(()) }).await.is_ok() && patient.header().is_none());
    }

    #[test]
    fn the_callers_deadline_goes_before_the_servers_limit_be_it_longer_or_shorter() {
        let limit = Duration::from_secs(10);
        let until = |timeout: &str| {
            let mut metadata = MetadataMap::new();
            if !timeout.is_empty() {
                metadata.insert("grpc-timeout", timeout.parse().unwrap());
            }
            let began = Instant::now();
            Call::begin(&metadata, limit).interrupt().deadline.map(|deadline| deadline - began)
        };
        assert!(until("60S").unwrap() > Duration::from_secs(59));
        assert!(until("100m").unwrap() < Duration::from_millis(200));
        let unasked = until("").unwrap();
        assert!(unasked >= limit && unasked < 2 * limit);
        assert!(until("99999999H").is_none_or(|far| far > Duration::from_secs(1 << 30)));
        assert_eq!(Call::begin_patient(&MetadataMap::new()).interrupt().deadline, None);
    }
}
