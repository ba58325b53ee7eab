//! Deadlines and cancellation of a call.
//!
//! tonic drops a call whose `grpc-timeout` has passed and reports CANCELLED, while blocking work runs on. So each call
//! has a clock of its own that begins with the head of the request, as tonic's does, and is slightly fast: the call
//! answers DEADLINE_EXCEEDED itself, and tells the search to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::Request,
    http::HeaderValue,
    middleware::{self, Next},
    response::Response,
};
use sayso_index::Interrupt;
use tonic::{Extensions, Status, service::Routes};

use super::status;
use crate::echo;

/// Where a caller tells how long it waits.
pub(crate) const TIMEOUT: &str = "grpc-timeout";

/// How much earlier than the caller's deadline a method gives up, so that its own answer comes first: it knows best what
/// became of the call.
const METHOD_MARGIN: Duration = Duration::from_millis(4);

/// The same for a request that has not arrived, or waits before its method.
const ARRIVAL_MARGIN: Duration = Duration::from_millis(2);

/// Wraps services so that a call that has not answered at its deadline ends with DEADLINE_EXCEEDED, wherever it is.
pub(crate) fn timely(routes: Routes) -> Routes {
    routes.into_axum_router().layer(middleware::from_fn(in_time)).into()
}

async fn in_time(mut request: Request, next: Next) -> Response {
    let begun = request.extensions().get().copied();
    let allowed = begun.map_or_else(|| Allowed::from_now(request.headers().get(TIMEOUT)), Ok);
    let answer = match allowed {
        Ok(allowed) => {
            request.extensions_mut().insert(allowed);
            allowed.within(async { Ok(next.run(request).await) }).await
        }
        Err(malformed) => Err(malformed),
    };
    answer.unwrap_or_else(|refusal| refusal.into_http())
}

/// A call and its deadline. Dropping it, as tonic does when the caller goes away, stops the work.
#[derive(Debug)]
pub(super) struct Call {
    /// None for a call that may take as long as its caller waits.
    deadline: Option<Instant>,
    cancelled: Arc<AtomicBool>,
}

impl Call {
    /// A call that may take as long as its caller allows, or `unless_asked` from now on if that says nothing.
    pub(super) fn begin(extensions: &Extensions, unless_asked: Duration) -> Self {
        match extensions.get() {
            Some(Allowed { time: Some(_), .. }) => Self::begin_patient(extensions),
            _ => Self { deadline: Instant::now().checked_add(unless_asked), cancelled: Arc::default() },
        }
    }

    /// The same without a limit of its own. For changes, which must not be abandoned while somebody waits.
    pub(super) fn begin_patient(extensions: &Extensions) -> Self {
        let deadline = extensions.get().and_then(|allowed: &Allowed| allowed.until(METHOD_MARGIN));
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

/// The time that a caller allows, from the head of its request on.
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
        match self.until(ARRIVAL_MARGIN) {
            Some(due) => {
                tokio::time::timeout_at(due.into(), rest).await.unwrap_or_else(|_| Err(status::deadline_exceeded()))
            }
            None => rest.await,
        }
    }

    /// When the time is up, but for a margin. None for one too far away to be represented, which is no deadline.
    fn until(self, margin: Duration) -> Option<Instant> {
        self.begun.checked_add(self.time?.saturating_sub(margin))
    }
}

/// Reads a `grpc-timeout`: at most eight digits and a unit.
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
    use axum::body::Body;
    use tower::ServiceExt as _;

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
    fn a_malformed_timeout_is_refused_in_words() {
        let told = Allowed::from_now(Some(&HeaderValue::from_static("soon"))).map(|_| ()).unwrap_err();
        assert!(told.message().contains("grpc-timeout is soon; it is at most eight digits"), "{told}");
    }

    #[tokio::test]
    async fn a_request_that_comes_too_late_is_told_so() {
        let allowed = Allowed::from_now(Some(&HeaderValue::from_static("1n"))).unwrap();
        let told = allowed.within(std::future::pending::<Result<(), Status>>()).await.unwrap_err();
        assert_eq!(told.code(), tonic::Code::DeadlineExceeded);
        let patient = Allowed::from_now(None).unwrap();
        assert!(patient.within(async { Ok(()) }).await.is_ok());
    }

    #[tokio::test]
    async fn a_call_that_waits_before_its_method_is_told_that_its_time_is_up() {
        let waits = || std::future::pending::<()>();
        let routes = timely(axum::Router::new().route("/package.Service/Method", axum::routing::post(waits)).into());
        let ended = async |timeout: &str| {
            let call = Request::post("/package.Service/Method").header(TIMEOUT, timeout).body(Body::empty()).unwrap();
            let answer = routes.clone().into_axum_router().oneshot(call).await.unwrap();
            Status::from_header_map(answer.headers()).unwrap().code()
        };
        assert_eq!(ended("5m").await, tonic::Code::DeadlineExceeded);
        assert_eq!(ended("soon").await, tonic::Code::InvalidArgument);
    }

    #[test]
    fn the_callers_deadline_goes_before_the_servers_limit_be_it_longer_or_shorter() {
        let limit = Duration::from_secs(10);
        let until = |timeout: &'static str| {
            let asked = (!timeout.is_empty()).then(|| HeaderValue::from_static(timeout));
            let (mut extensions, began) = (Extensions::new(), Instant::now());
            extensions.insert(Allowed::from_now(asked.as_ref()).unwrap());
            Call::begin(&extensions, limit).interrupt().deadline.map(|deadline| deadline - began)
        };
        assert!(until("60S").unwrap() > Duration::from_secs(59));
        assert!(until("100m").unwrap() < Duration::from_millis(200));
        let unasked = until("").unwrap();
        assert!(unasked >= limit && unasked < 2 * limit);
        assert!(until("99999999H").is_none_or(|far| far > Duration::from_secs(1 << 30)));
        assert_eq!(Call::begin_patient(&Extensions::new()).interrupt().deadline, None);
    }
}
