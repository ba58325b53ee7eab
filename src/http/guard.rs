//! Whom a browser may bring: pages of this server, and of the origins that are allowed.
//!
//! A server without keys listens on this machine only. That does not keep out the pages that its user's browser shows:
//! one of another site may send requests to it, or have its own name resolved to this machine and then count as the
//! same site. So a request that names its origin must come from here or from an allowed origin, and where only this
//! machine can call, it must call this machine by one of its own names.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
};
use tonic::Status;
use tower_http::cors::CorsLayer;

use crate::{echo, grpc::status};

/// Who may call from a browser.
pub(crate) struct Doors {
    /// Origins of other sites: `https://news.example`.
    origins: Vec<HeaderValue>,
    /// Whether only this machine can call.
    local: bool,
}

impl Doors {
    pub(crate) fn new(origins: &[String], local: bool) -> Self {
        // The settings were checked: each is an origin, which a header can hold.
        let origins = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
        Self { origins, local }
    }

    /// The rules for browsers that show pages of the allowed origins. None: there are no such origins.
    pub(super) fn cors(&self) -> Option<CorsLayer> {
        let named = |names: &[&'static str]| names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>();
        let asked = [
            "authorization",
            "content-type",
            "grpc-timeout",
            "traceparent",
            "x-grpc-web",
            "x-request-id",
            "x-user-agent",
        ];
        let told = ["grpc-message", "grpc-status", "grpc-status-details-bin", "retry-after", "x-request-id"];
        (!self.origins.is_empty()).then(|| {
            CorsLayer::new()
                .allow_origin(self.origins.clone())
                .allow_methods([Method::GET, Method::POST, Method::DELETE])
                .allow_headers(named(&asked))
                .expose_headers(named(&told))
        })
    }

    /// Fails if the request may come from a page that has no business here.
    pub(super) fn admit(&self, request: &Request) -> Result<(), Status> {
        let host = host(request);
        if self.local && !host.is_empty() && !is_this_machine(host) {
            let message = format!(
                "this server answers calls to this machine only, by the name localhost or its address, not {}",
                echo::clip(host)
            );
            return Err(status::not_from_there(&message));
        }
        let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(()) };
        let of_here =
            origin.to_str().ok().and_then(|origin| origin.split_once("://")).is_some_and(|(_, at)| at == host);
        if of_here || self.origins.contains(origin) {
            return Ok(());
        }
        let origin = String::from_utf8_lossy(origin.as_bytes());
        let message = format!("pages of {} may not call this server; --cors-origins allows them", echo::clip(&origin));
        Err(status::not_from_there(&message))
    }
}

/// The host that was called, with its port.
fn host(request: &Request) -> &str {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| request.uri().authority().map(|authority| authority.as_str())).unwrap_or_default()
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.ends_with(".localhost") || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn admits(doors: &Doors, host: &str, origin: Option<&str>) -> bool {
        let mut request = Request::builder().uri("/v1/server").header(header::HOST, host);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        doors.admit(&request.body(Body::empty()).unwrap()).is_ok()
    }

    #[test]
    fn pages_of_other_sites_are_kept_out_unless_they_are_allowed() {
        let doors = Doors::new(&["https://news.example".to_owned()], false);
        assert!(admits(&doors, "sayso.example:50051", None));
        assert!(admits(&doors, "sayso.example:50051", Some("https://sayso.example:50051")));
        assert!(admits(&doors, "sayso.example:50051", Some("https://news.example")));
        for other in ["https://news.example.evil.example", "http://news.example", "null", "https://sayso.example"] {
            assert!(!admits(&doors, "sayso.example:50051", Some(other)), "{other}");
        }
    }

    #[test]
    fn a_server_for_this_machine_is_called_by_its_own_names_only() {
        let doors = Doors::new(&[], true);
        for own in ["localhost:50051", "sayso.localhost", "127.0.0.1:50051", "[::1]:50051"] {
            assert!(admits(&doors, own, None), "{own}");
        }
        for other in ["evil.example:50051", "localhost.evil.example", "127.0.0.1.evil.example"] {
            assert!(!admits(&doors, other, None), "{other}");
        }
    }
}
