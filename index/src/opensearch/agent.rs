//! Makes connections to nodes: whom they are trusted by, and how the service shows who it is.
//!
//! Certificates are checked by rustls with ring, as everywhere in the program. Without authorities of one's own, those
//! of the machine count. The variables of a proxy (`HTTPS_PROXY`) are not looked at: a cluster is a neighbour.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::options::{Login, OpenSearchOptions};
use crate::{Error, ErrorKind, Result};

/// Connections that are kept open to each node while nobody uses them.
const IDLE_CONNECTIONS: usize = 64;

/// An agent with these settings.
pub(super) fn agent(options: &OpenSearchOptions) -> Result<Agent> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider);
    tls = match &options.authorities {
        Some(pem) => {
            tls.root_certs(RootCerts::Specific(Arc::new(certificates(pem, "the authorities of the cluster")?)))
        }
        None => tls.root_certs(RootCerts::PlatformVerifier),
    };
    if let Login::Certificate { chain, key } = &options.login {
        let chain = certificates(chain, "the service's certificate for the cluster")?;
        let key = PrivateKey::from_pem(key).map_err(|error| unread("the key of that certificate", &error))?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(options.connect_timeout))
        .max_idle_connections(IDLE_CONNECTIONS * options.nodes.len())
        .max_idle_connections_per_host(IDLE_CONNECTIONS)
        .user_agent(concat!("sayso/", env!("CARGO_PKG_VERSION")))
        .proxy(None);
    Ok(config.build().into())
}

/// The value of the header that shows a name and a password.
pub(super) fn authorization(login: &Login) -> Option<String> {
    match login {
        Login::Password { user, password } => Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))),
        Login::None | Login::Certificate { .. } => None,
    }
}

/// The certificates in a PEM file, at least one.
fn certificates(pem: &[u8], what: &str) -> Result<Vec<Certificate<'static>>> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| unread(what, &error))? {
            found.push(certificate);
        }
    }
    match found.is_empty() {
        true => Err(unread(what, &"there is no certificate in it")),
        false => Ok(found),
    }
}

/// The error for a file that cannot be used.
fn unread(what: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Invalid, format!("{what} cannot be read as PEM: {why}"))
}
