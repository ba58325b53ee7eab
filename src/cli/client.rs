//! Connects to the server.

use std::future::Future;
use std::time::Duration;

use tonic::transport::{Channel, Endpoint};

use super::fault::{Fault, root};

/// Where `sayso serve` listens by default.
pub(super) const DEFAULT_SERVER: &str = "http://127.0.0.1:50051";

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest answer to accept. The server limits its pages itself; this only lifts tonic's limit of 4 MB.
pub(super) const ANSWER_BYTES: usize = 256 << 20;

/// How to start this program again: as `cargo run` if cargo started it, else by its name.
pub(super) fn program() -> &'static str {
    // cargo sets this variable for the programs that it starts.
    if std::env::var_os("CARGO_MANIFEST_DIR").is_some() { "cargo run -q --release --" } else { "sayso" }
}

/// The server to ask.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Server {
    /// Address of the server
    #[arg(long, env = "SAYSO_SERVER", hide_env_values = true, value_name = "URL", default_value = DEFAULT_SERVER)]
    server: String,
}

impl Server {
    /// The server at `address`.
    pub(super) fn at(address: String) -> Self {
        Self { server: address }
    }

    /// Connects.
    ///
    /// # Errors
    /// If the address is invalid, or nobody answers there. The message says what to do.
    pub(super) async fn connect(&self) -> Result<Channel, Fault> {
        let address = if self.server.contains("://") { self.server.clone() } else { format!("http://{}", self.server) };
        if let Some((scheme, rest)) = address.split_once("://")
            && !scheme.eq_ignore_ascii_case("http")
        {
            let why = match scheme.to_ascii_lowercase().as_str() {
                "https" => "this client cannot encrypt (TLS) yet",
                _ => "only http is spoken",
            };
            return Err(Fault::usage(format!("{address}: {why}; reach the server as http://{rest}")));
        }
        if let Some(fault) = self.bad_port(&address) {
            return Err(fault);
        }
        let endpoint = Endpoint::from_shared(address.clone()).map_err(|_| {
            Fault::usage(format!("\"{}\" is not the address of a server; write one like {DEFAULT_SERVER}", self.server))
        })?;
        let endpoint = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .http2_adaptive_window(true)
            .user_agent(concat!("sayso-cli/", env!("CARGO_PKG_VERSION")))
            .map_err(Fault::new)?;
        endpoint.connect().await.map_err(|error| {
            Fault::new(format!(
                "no server answers at {address} ({})\n  start one with: {} serve",
                root(&error),
                program()
            ))
        })
    }
}

impl Server {
    /// An invalid port, which would otherwise be taken for part of the name.
    fn bad_port(&self, address: &str) -> Option<Fault> {
        let authority = address.split_once("://").map_or(address, |(_, rest)| rest).split('/').next()?;
        // Inside the brackets of an IPv6 address, a colon does not begin a port.
        let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'))?;
        let words = || format!("\"{port}\" in \"{}\" is not a port; a port is a number up to 65535", self.server);
        port.parse::<u16>().is_err().then(|| Fault::usage(words()))
    }
}

/// Runs a client's work on a runtime of its own.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_nobody_answers_and_what_to_do() {
        // Port 1 of the loopback is reserved, so nothing listens there.
        let fault = block_on(async { Server::at("127.0.0.1:1".into()).connect().await }).unwrap_err();
        let Fault::Failed(words) = fault else { panic!("{fault:?}") };
        assert!(words.starts_with("no server answers at http://127.0.0.1:1 ("), "{words}");
        assert!(words.ends_with(&format!("start one with: {} serve", program())), "{words}");
    }

    #[test]
    fn an_address_that_is_none_is_a_usage_fault() {
        let fault = block_on(async { Server::at("not an address".into()).connect().await }).unwrap_err();
        assert!(matches!(fault, Fault::Usage(_)), "{fault:?}");
    }

    #[test]
    fn a_port_that_is_none_is_named() {
        for (address, part) in [
            ("foo:bar", "\"bar\" in \"foo:bar\" is not a port"),
            ("http://127.0.0.1:70000/", "\"70000\""),
            ("[::1]:x", "\"x\""),
            ("not an address", "is not the address of a server"),
        ] {
            let fault = block_on(async { Server::at(address.into()).connect().await }).unwrap_err();
            let Fault::Usage(words) = fault else { panic!("{address}: {fault:?}") };
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn a_scheme_that_is_not_spoken_is_refused_before_anything_is_sent() {
        for (address, why) in [("https://127.0.0.1:1", "TLS"), ("HTTPS://sayso.example", "TLS"), ("ftp://a", "http")] {
            let fault = block_on(async { Server::at(address.into()).connect().await }).unwrap_err();
            let Fault::Usage(words) = fault else { panic!("{fault:?}") };
            assert!(words.contains(why) && words.starts_with(address), "{words}");
        }
    }
}
