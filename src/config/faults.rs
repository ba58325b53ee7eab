//! Reads the values of settings from their written form.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::PathBuf,
    time::Duration,
};

use sayso_extract::Analyzer;

use crate::{
    access::TokenConfig,
    analysis::{self, Mode},
    connections, memory,
    retention::Rule,
    tls::TlsFiles,
};

/// Reads values, and collects what is wrong.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<String>);

/// Whether an address is encrypted, or of this machine. Whoever answers there can let anybody in.
pub(super) fn is_trusted(address: &str) -> bool {
    let Ok(parsed) = address.parse::<axum::http::Uri>() else { return false };
    let named = parsed.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    let is_local = matches!(parsed.host(), Some("127.0.0.1" | "[::1]" | "localhost"));
    named && (parsed.scheme_str() == Some("https") || (parsed.scheme_str() == Some("http") && is_local))
}

/// Whether a text is the origin of a web site, written as browsers write it.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let lower = text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase());
    let authority = host.parse::<axum::http::uri::Authority>();
    matches!(scheme, "http" | "https") && lower && authority.is_ok_and(|authority| !authority.as_str().contains('@'))
}

impl Faults {
    pub(super) fn address(&mut self, name: &str, given: Option<String>) -> Option<SocketAddr> {
        let text = given?;
        if let Ok(address) = text.parse() {
            return Some(address);
        }
        let has_port =
            text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        let found = if has_port { text.to_socket_addrs().map(Vec::from_iter) } else { Ok(Vec::new()) };
        match found {
            // If a name has addresses of both kinds, clients look for the IPv4 one.
            Ok(found) if !found.is_empty() => found.iter().find(|one| one.is_ipv4()).or(found.first()).copied(),
            Ok(_) => {
                let said = "is not an address; write an IP address or a name, and a port, for example 0.0.0.0:50051";
                self.0.push(format!("{name}: {text:?} {said}"));
                None
            }
            Err(error) => {
                self.0.push(format!("{name}: {text:?} is not the name of a known machine: {error}"));
                None
            }
        }
    }

    pub(super) fn tokens(
        &mut self,
        keys: Option<String>,
        issuer: Option<String>,
        audience: Option<String>,
    ) -> Option<TokenConfig> {
        let Some(keys) = keys else {
            if issuer.is_some() || audience.is_some() {
                self.0.push("jwt_keys: is missing; tokens are checked against the keys of their issuer".into());
            }
            return None;
        };
        if keys.contains("://") && !is_trusted(&keys) {
            self.0.push(
                "jwt_keys: is not a file, and not an address that begins with https:// and has no password".into(),
            );
        }
        let Some(issuer) = issuer else {
            self.0.push("jwt_issuer: is missing; set the issuer (iss) that tokens must be from".into());
            return None;
        };
        Some(TokenConfig { keys, issuer, audience: audience.unwrap_or_else(|| "sayso".into()) })
    }

    /// Origins, as browsers name them: a scheme and a host, and a port if it is not the usual one.
    pub(super) fn origins(&mut self, name: &str, given: Option<String>) -> Vec<String> {
        let given = given.unwrap_or_default();
        let all: Vec<_> = given.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
        for one in all.iter().filter(|one| !is_origin(one)) {
            self.0.push(format!(
                "{name}: {one:?} is not the origin of a web site; write scheme and host, for example https://news.example"
            ));
        }
        all
    }

    pub(super) fn tls(
        &mut self,
        cert: Option<PathBuf>,
        key: Option<PathBuf>,
        client_ca: Option<PathBuf>,
    ) -> Option<TlsFiles> {
        match (cert, key) {
            (Some(cert), Some(key)) => return Some(TlsFiles { cert, key, client_ca }),
            (Some(_), None) => {
                self.0.push("tls_key: is missing; a certificate (tls_cert) needs its private key".into())
            }
            (None, Some(_)) => {
                self.0.push("tls_cert: is missing; a private key (tls_key) needs its certificate".into())
            }
            (None, None) if client_ca.is_some() => {
                let said = "needs TLS; set tls_cert and tls_key, the certificate of this server and its private key";
                self.0.push(format!("tls_client_ca: {said}"));
            }
            (None, None) => {}
        }
        None
    }

    pub(super) fn connections(&mut self, given: Option<usize>) -> usize {
        let most = self.positive("max_connections", given, connections::usual());
        let room = connections::room();
        if most as u64 > room {
            let said =
                format!("{most} is more than the process has files for; write at most {room}, or raise ulimit -n");
            self.0.push(format!("max_connections: {said}"));
        }
        most
    }

    pub(super) fn mode(&mut self, given: Option<String>) -> Mode {
        let Some(text) = given else { return Mode::DEFAULT };
        let Some(mode) = Mode::named(&text) else {
            let names = Mode::ALL.map(|(_, name)| name).join(", ");
            self.0.push(format!("analysis: {text:?} is not a mode; write one of {names}"));
            return Mode::DEFAULT;
        };
        if let Some(words) = analysis::lacking(mode.last(), Analyzer::BEST) {
            self.0.push(format!("analysis: {words}"));
        }
        mode
    }

    pub(super) fn retention(&mut self, given: Option<String>) -> Vec<Rule> {
        Rule::read_all(&given.unwrap_or_default()).unwrap_or_else(|said| {
            self.0.push(format!("retention: {said}"));
            Vec::new()
        })
    }

    pub(super) fn positive(&mut self, name: &str, given: Option<usize>, default: usize) -> usize {
        if given == Some(0) {
            self.0.push(format!("{name}: must be at least 1"));
        }
        given.unwrap_or(default)
    }

    pub(super) fn size(&mut self, name: &str, given: Option<String>, default: usize) -> usize {
        let Some(text) = given else { return default };
        match text.parse::<bytesize::ByteSize>() {
            Ok(size) if size.0 > 0 && size.0 < 1 << 31 => size.0 as usize,
            _ => {
                self.0.push(format!("{name}: {text:?} is not a size; write for example 16MiB, and less than 2GiB"));
                default
            }
        }
    }

    pub(super) fn collector(&mut self, given: Option<String>) -> Option<String> {
        let text = given.filter(|text| !text.is_empty())?;
        let is_url =
            ["http://", "https://"].into_iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
        if !is_url || text.parse::<tonic::transport::Uri>().is_err() {
            self.0.push(format!("otlp_endpoint: {text:?} is not an address; write for example http://127.0.0.1:4317"));
        }
        Some(text)
    }

    pub(super) fn memory(&mut self, given: Option<String>) -> usize {
        let Some(text) = given else { return memory::usual() };
        let size = text.parse::<bytesize::ByteSize>().ok().and_then(|size| usize::try_from(size.0).ok());
        size.filter(|size| *size > 0).unwrap_or_else(|| {
            self.0.push(format!("max_memory: {text:?} is not a size; write for example 4GiB"));
            usize::MAX
        })
    }

    /// A duration, of which none at all means never.
    pub(super) fn duration_or_none(
        &mut self,
        name: &str,
        given: Option<String>,
        default: Duration,
    ) -> Option<Duration> {
        let zero =
            given.as_ref().and_then(|text| text.parse::<jiff::SignedDuration>().ok()).is_some_and(|d| d.is_zero());
        if zero { None } else { Some(self.duration(name, given, default)) }
    }

    pub(super) fn duration(&mut self, name: &str, given: Option<String>, default: Duration) -> Duration {
        let Some(text) = given else { return default };
        let parsed = text.parse::<jiff::SignedDuration>().ok().and_then(|d| Duration::try_from(d).ok());
        parsed.filter(|d| !d.is_zero()).unwrap_or_else(|| {
            self.0.push(format!("{name}: {text:?} is not a duration; write for example 10s or 1m30s"));
            default
        })
    }
}
