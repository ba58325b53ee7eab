//! Lets in calls whose key allows them, and writes the audit log.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use tonic::{Code, service::Routes};

use super::{ending, status};
use crate::{
    access::{Access, Caller, Scope, bearer},
    connections::Peer,
};

/// Wraps services so that only calls whose key allows them get through, if keys are required.
pub(crate) fn admitted(routes: Routes, access: Arc<Access>) -> Routes {
    routes.into_axum_router().layer(middleware::from_fn_with_state(access, admit)).into()
}

async fn admit(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(scope) = access.scope_of(path) else { return next.run(request).await };
    let call = Call::begin(path, scope, request.extensions().get());
    match access.admit(bearer(request.headers()), scope) {
        Ok(Caller::Anyone) => next.run(request).await,
        Ok(Caller::Known(_)) if scope == Scope::Read => next.run(request).await,
        Ok(Caller::Known(id)) => ending::watch(request, next, move |code| call.ended(&id, code)).await,
        Err(refusal) => {
            let refused = status::refused(&refusal);
            call.ended(refusal.caller(), refused.code());
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
        Self {
            method: crate::echo::clip(path.trim_start_matches('/')).into_owned(),
            scope,
            from,
            began: Instant::now(),
        }
    }

    fn ended(self, key: &str, code: Code) {
        let Self { method, scope, from, began } = self;
        let code = ending::name(code);
        tracing::info!(target: "sayso::audit", key, %scope, method, from, code, took = ?began.elapsed(), "audit");
    }
}
