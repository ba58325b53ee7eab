//! Records calls for metrics: how each ended, and when.
//!
//! A call ends with its status. It is in the headers of an answer that is only an error, and in the trailers, after the
//! last message, of all others.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::HeaderMap,
    middleware::{self, Next},
    response::Response,
};
use http_body::{Frame, SizeHint};
use prost::{DecodeError, Message};
use prost_types::FileDescriptorSet;
use tonic::{Code, Status, service::Routes};

use crate::{failure::Failure, metrics::Metrics, proto};

/// The name under which calls of unknown methods are recorded, because clients can make up any number of them.
const OTHER: &str = "other";

/// Wraps services so that every call is recorded if metrics are on.
pub(crate) fn metered(routes: Routes, metrics: &Metrics) -> Result<Routes, Failure> {
    if !metrics.are_on() {
        return Ok(routes);
    }
    let meter = Arc::new(Meter { metrics: metrics.clone(), methods: methods()?, other: OTHER.into() });
    Ok(routes.into_axum_router().layer(middleware::from_fn_with_state(meter, measure)).into())
}

struct Meter {
    metrics: Metrics,
    /// The methods that exist, as in paths: "sayso.v1.SearchService/Search".
    methods: BTreeSet<Arc<str>>,
    other: Arc<str>,
}

fn methods() -> Result<BTreeSet<Arc<str>>, DecodeError> {
    let mut methods = BTreeSet::new();
    for set in [
        proto::DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ] {
        for file in FileDescriptorSet::decode(set)?.file {
            for service in &file.service {
                let named = |method: &str| Arc::from(format!("{}.{}/{method}", file.package(), service.name()));
                methods.extend(service.method.iter().map(|method| named(method.name())));
            }
        }
    }
    Ok(methods)
}

async fn measure(State(meter): State<Arc<Meter>>, request: Request, next: Next) -> Response {
    let mut call = Call::begin(meter, request.uri().path());
    let response = next.run(request).await;
    if let Some(code) = code(response.headers()) {
        call.end(code);
        return response;
    }
    response.map(|answer| Body::new(Measured { answer, call }))
}

/// The code of a status, if there is one.
fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get(Status::GRPC_STATUS).map(|value| Code::from_bytes(value.as_bytes()))
}

/// A call that has begun. If it is dropped before its end, it was abandoned by its caller or at its deadline.
struct Call {
    meter: Arc<Meter>,
    method: Arc<str>,
    began: Instant,
    ended: bool,
}

impl Call {
    fn begin(meter: Arc<Meter>, path: &str) -> Self {
        let known = path.strip_prefix('/').and_then(|method| meter.methods.get(method));
        let method = Arc::clone(known.unwrap_or(&meter.other));
        Self { meter, method, began: Instant::now(), ended: false }
    }

    /// Records the end, once.
    fn end(&mut self, code: Code) {
        if !std::mem::replace(&mut self.ended, true) {
            self.meter.metrics.answered(&self.method, name(code), self.began.elapsed());
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// The code in the spelling of the gRPC documentation: NOT_FOUND.
fn name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// The messages of an answer, and the call that ends after them.
struct Measured {
    answer: Body,
    call: Call,
}

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { answer, call } = self.get_mut();
        let polled = Pin::new(answer).poll_frame(cx);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    call.end(code(trailers).unwrap_or(Code::Unknown));
                }
            }
            // Clients take a missing status for this one.
            Poll::Ready(Some(Err(_)) | None) => call.end(Code::Unknown),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answer.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_the_protocol_does() {
        let names = [Code::Ok, Code::NotFound, Code::DeadlineExceeded].map(name);
        assert_eq!(names, ["OK", "NOT_FOUND", "DEADLINE_EXCEEDED"]);
    }

    #[test]
    fn the_methods_of_all_services_are_known() {
        let methods = methods().unwrap();
        for method in [
            "sayso.v1.ArticleService/IngestArticles",
            "grpc.health.v1.Health/Check",
            "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ] {
            assert!(methods.contains(method), "{methods:?} lack {method}");
        }
    }
}
