//! How a call ends: with its status. It is in the headers of an answer that is only an error, and in the trailers, after
//! the last message, of all others. A call without either was abandoned by its caller or at its deadline.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use http_body::{Frame, SizeHint};
use tonic::{Code, Status};
use tracing::Span;

/// Passes a call on, and calls `end` once, with its status, when it has ended. What that logs belongs to the call.
pub(super) async fn watch(request: Request, next: Next, end: impl FnOnce(Code) + Send + 'static) -> Response {
    let span = Span::current();
    let mut ending = Ending(Some(Box::new(move |code| span.in_scope(|| end(code)))));
    let response = next.run(request).await;
    if let Some(code) = code(response.headers()) {
        ending.is(code);
        return response;
    }
    response.map(|answer| Body::new(Watched { answer, ending }))
}

/// The code in the spelling of the gRPC documentation: NOT_FOUND.
pub(crate) fn name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// The code of a status, if there is one.
fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get(Status::GRPC_STATUS).map(|value| Code::from_bytes(value.as_bytes()))
}

/// What is to be done at the end, until it is done.
struct Ending(Option<Box<dyn FnOnce(Code) + Send>>);

impl Ending {
    fn is(&mut self, code: Code) {
        if let Some(end) = self.0.take() {
            end(code);
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.is(Code::Cancelled);
    }
}

/// The messages of an answer, and the call that ends after them.
struct Watched {
    answer: Body,
    ending: Ending,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { answer, ending } = self.get_mut();
        let polled = Pin::new(answer).poll_frame(cx);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    ending.is(code(trailers).unwrap_or(Code::Unknown));
                }
            }
            // Clients take a missing status for this one.
            Poll::Ready(Some(Err(_)) | None) => ending.is(Code::Unknown),
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
}
