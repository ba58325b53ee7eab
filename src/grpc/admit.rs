//! Lets in calls whose key allows them, and writes the audit log.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Instant,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::HeaderMap,
    middleware::{self, Next},
    response::Response,
};
use http_body::Frame;
use tonic::{Code, service::Routes};

use super::{ending, status, trace};
use crate::{
    access::{Access, Caller, Holder, Payer, Scope, bearer},
    connections::Peer,
    descriptors,
};

/// Wraps services so that only calls whose key allows them get through, if keys are required.
pub(crate) fn admitted(routes: Routes, access: Arc<Access>) -> Routes {
    let gate = Arc::new(Gate { access, streams: descriptors::streams().collect() });
    routes.into_axum_router().layer(middleware::from_fn_with_state(gate, admit)).into()
}

struct Gate {
    access: Arc<Access>,
    /// The paths of the methods whose answers are streams.
    streams: BTreeSet<String>,
}

async fn admit(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let (access, path) = (&gate.access, request.uri().path().to_owned());
    let Some(scope) = access.scope_of(&path) else { return next.run(request).await };
    let call = Call::begin(&path, scope, request.extensions().get());
    match access.admit(bearer(request.headers()), scope) {
        Ok(Caller::Anyone) => next.run(request).await,
        Ok(Caller::Known(holder)) => {
            request.extensions_mut().insert(Payer::new(access, &holder));
            let guard = gate.streams.contains(&path).then(|| (Arc::clone(access), Arc::clone(&holder.id)));
            let response = match scope {
                Scope::Read => next.run(request).await,
                _ => ending::watch(request, next, move |code| call.ended(&holder, code)).await,
            };
            match guard {
                Some((access, id)) => response.map(|body| Body::new(Guarded { body: Some(body), access, id, scope })),
                None => response,
            }
        }
        Err(refusal) => {
            let refused = status::refused(&refusal);
            call.ended(&refusal.caller(), refused.code());
            refused.into_http::<Body>()
        }
    }
}

/// What the audit log tells of a call: all that change something, and all that are refused.
struct Call {
    method: String,
    scope: Scope,
    from: String,
    began: Instant,
}

impl Call {
    fn begin(path: &str, scope: Scope, peer: Option<&Peer>) -> Self {
        let from = peer.and_then(Peer::address).map(|address| address.to_string()).unwrap_or_default();
        Self { method: trace::method_of(path).to_owned(), scope, from, began: Instant::now() }
    }

    fn ended(self, holder: &Holder, code: Code) {
        let Self { method, scope, from, began } = self;
        let code = ending::name(code);
        let (key, name) = (&*holder.id, &*holder.name);
        tracing::info!(target: "sayso::audit", key, name, %scope, method, from, code, took = ?began.elapsed(), "audit");
    }
}

/// A stream of answers that ends when its caller's key is revoked or expires.
struct Guarded {
    /// None once it has ended.
    body: Option<Body>,
    access: Arc<Access>,
    id: Arc<str>,
    scope: Scope,
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let guarded = self.get_mut();
        let Some(body) = &mut guarded.body else { return Poll::Ready(None) };
        let polled = ready!(Pin::new(body).poll_frame(cx));
        if let Some(Ok(frame)) = &polled
            && frame.is_data()
            && let Err(refusal) = guarded.access.still_admits(&guarded.id, guarded.scope)
        {
            guarded.body = None;
            let mut trailers = HeaderMap::new();
            // The message is escaped, so it fits a header.
            let _ = status::refused(&refusal).add_header(&mut trailers);
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }
}
