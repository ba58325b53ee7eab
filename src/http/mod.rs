//! The other dialects of the one port: plain HTTP with JSON, gRPC-Web for browsers, and a page for people.
//!
//! There is no second API. A request in JSON becomes the message of the method that the protos bind to its path
//! (`google.api.http`), is called as gRPC within the process, and its answer becomes JSON. So keys, limits, deadlines,
//! metrics and the log hold as they do for gRPC.

mod address;
mod answer;
mod comments;
mod guard;
mod json;
mod openapi;
mod page;
mod question;
mod rules;
mod schema;

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Version, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;
use tower::ServiceExt;

use crate::{config::Limits, connections::Peer, grpc::status};
use answer::Unread;
pub(crate) use guard::Doors;
use question::Room;
use rules::{Found, Rules};

/// Where the OpenAPI document is.
const OPENAPI_PATH: &str = "/openapi.json";

static OPENAPI: LazyLock<Bytes> = LazyLock::new(|| format!("{}\n", openapi::document(&Rules::of_protos())).into());

/// Wraps services so that they are reached in all dialects, by those whom `doors` let in.
pub(crate) fn spoken(routes: Routes, limits: &Limits, doors: Doors) -> Routes {
    let router = routes.into_axum_router();
    let (grpc, web) = (router.clone(), router.clone().layer(GrpcWebLayer::new()));
    let room = Room::new(limits.message_bytes);
    let cors = doors.cors();
    let gateway =
        Arc::new(Gateway { grpc, web, rules: Rules::of_protos(), room, unread: Unread::within(limits), doors });
    let router = router.layer(middleware::from_fn_with_state(gateway, speak));
    match cors {
        Some(cors) => router.layer(cors).into(),
        None => router.into(),
    }
}

struct Gateway {
    /// The services, for requests that become calls of theirs.
    grpc: Router,
    /// The services in gRPC-Web.
    web: Router,
    rules: Rules,
    room: Room,
    /// Answers that become JSON as they are read.
    unread: Arc<Unread>,
    doors: Doors,
}

/// What a caller speaks.
enum Dialect {
    Grpc,
    GrpcWeb,
    Json,
}

fn dialect(request: &Request) -> Dialect {
    let kind = request.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    match kind {
        _ if kind.starts_with(b"application/grpc-web") => Dialect::GrpcWeb,
        _ if kind.starts_with(b"application/grpc") => Dialect::Grpc,
        _ => Dialect::Json,
    }
}

async fn speak(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    match dialect(&request) {
        Dialect::Grpc if request.version() < Version::HTTP_2 => {
            let said = "gRPC needs HTTP/2, and this call came over HTTP/1; a proxy in between may have changed it";
            (StatusCode::HTTP_VERSION_NOT_SUPPORTED, said).into_response()
        }
        Dialect::Grpc => next.run(request).await,
        Dialect::GrpcWeb => match gateway.doors.admit(&request) {
            Ok(()) => called(&gateway.web, request).await,
            Err(refusal) => refusal.into_http::<Body>(),
        },
        Dialect::Json => match gateway.doors.admit(&request) {
            Ok(()) => gateway.in_json(request).await,
            Err(refusal) => {
                question::read_away(request.into_body()).await;
                answer::error(&refusal)
            }
        },
    }
}

async fn called(services: &Router, request: Request) -> Response {
    services.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
}

impl Gateway {
    async fn in_json(&self, request: Request) -> Response {
        // HTTP leaves the body of an answer to HEAD out by itself.
        let verb = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        let path = request.uri().path();
        if verb == Method::GET && path == OPENAPI_PATH {
            return ([(header::CONTENT_TYPE, "application/json")], OPENAPI.clone()).into_response();
        }
        if verb == Method::GET
            && let Some(page) = page::at(path, &request)
        {
            return page;
        }
        let (rule, variables) = match self.rules.find(&verb, path) {
            Found::Rule(rule, variables) => (rule, variables),
            Found::OtherVerbs(verbs) => {
                let message = format!("{path} takes {}, not {verb}", verbs.join(" and "));
                question::read_away(request.into_body()).await;
                let response = answer::error_as(StatusCode::METHOD_NOT_ALLOWED, &status::no_such_verb(&message));
                return ([(header::ALLOW, verbs.join(", "))], response).into_response();
            }
            Found::Nothing => {
                let message = format!("there is nothing at {path}; GET {OPENAPI_PATH} lists all paths");
                question::read_away(request.into_body()).await;
                return answer::error(&status::no_such_path(&message));
            }
        };
        let peer = request.extensions().get::<Peer>().cloned().unwrap_or_default();
        match question::asked(&self.room, rule, &variables, request).await {
            Ok((request, held)) => {
                answer::in_json(rule, called(&self.grpc, request).await, held, peer, &self.unread).await
            }
            Err(refusal) if question::is_of_another_kind(&refusal) => {
                answer::error_as(StatusCode::UNSUPPORTED_MEDIA_TYPE, &refusal)
            }
            Err(refusal) => answer::error(&refusal),
        }
    }
}
