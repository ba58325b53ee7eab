//! Connects to the server.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use tonic::metadata::AsciiMetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{self, Certificate, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

use super::fault::{Fault, root};

/// Where `sayso serve` listens by default.
pub(super) const DEFAULT_SERVER: &str = "http://127.0.0.1:50051";

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How often the server is asked whether it is still there, and how long it may take to say so. Calls may take as long as they do, but
/// a server that does not even answer that is stopped.
const ALIVE_INTERVAL: Duration = Duration::from_secs(5);
const ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

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
    /// Address of the server: http://… or, encrypted, https://…
    #[arg(long, env = "SAYSO_SERVER", hide_env_values = true, value_name = "URL", default_value = DEFAULT_SERVER)]
    server: String,
    #[command(flatten)]
    credentials: Credentials,
}

/// What shows a server who asks, and this program that it is the right server.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Credentials {
    /// Key to send with calls. Other users of this machine can see arguments, so prefer the variable
    #[arg(long, env = "SAYSO_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    /// Certificates in PEM of the authority that signed the server's [default: those that the system trusts]
    #[arg(long, env = "SAYSO_TLS_CA", hide_env_values = true, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// Own certificate in PEM, for servers that ask clients for one
    #[arg(
        long,
        env = "SAYSO_TLS_CLIENT_CERT",
        hide_env_values = true,
        value_name = "FILE",
        requires = "tls_client_key"
    )]
    tls_client_cert: Option<PathBuf>,
    /// Private key of the own certificate in PEM
    #[arg(
        long,
        env = "SAYSO_TLS_CLIENT_KEY",
        hide_env_values = true,
        value_name = "FILE",
        requires = "tls_client_cert"
    )]
    tls_client_key: Option<PathBuf>,
}

impl Credentials {
    /// Puts the key into calls.
    fn bearer(&self) -> Result<Bearer, Fault> {
        let header = self.key.as_ref().map(|key| format!("Bearer {}", key.trim()).parse());
        let unfit =
            |_| Fault::usage("the key has characters that no key has; write it as `sayso keys create` printed it");
        let header = header.transpose().map_err(unfit)?.map(|mut header: AsciiMetadataValue| {
            header.set_sensitive(true);
            header
        });
        Ok(Bearer(header))
    }

    fn tls(&self) -> Result<ClientTlsConfig, Fault> {
        let read =
            |path: &PathBuf| std::fs::read(path).map_err(|error| Fault::usage(format!("{}: {error}", path.display())));
        let tls = match &self.tls_ca {
            Some(path) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(path)?)),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        match (&self.tls_client_cert, &self.tls_client_key) {
            (Some(cert), Some(key)) => Ok(tls.identity(Identity::from_pem(read(cert)?, read(key)?))),
            _ => Ok(tls),
        }
    }
}

/// Puts the key, if there is one, into every call.
#[derive(Clone, Debug)]
pub(super) struct Bearer(Option<AsciiMetadataValue>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.0 {
            request.metadata_mut().insert("authorization", header.clone());
        }
        Ok(request)
    }
}

/// A connection to the server.
pub(super) type Channel = InterceptedService<transport::Channel, Bearer>;

impl Server {
    /// The server at `address`.
    pub(super) fn at(address: String, credentials: Credentials) -> Self {
        Self { server: address, credentials }
    }

    /// Connects.
    ///
    /// # Errors
    /// If the address is invalid, or nobody answers there. The message says what to do.
    pub(super) async fn connect(&self) -> Result<Channel, Fault> {
        let address = if self.server.contains("://") { self.server.clone() } else { format!("http://{}", self.server) };
        let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(Fault::usage(format!(
                "{address}: only http and https are spoken; write http://… or https://…"
            )));
        }
        if let Some(fault) = self.bad_port(&address) {
            return Err(fault);
        }
        let endpoint = Endpoint::from_shared(address.clone()).map_err(|_| {
            Fault::usage(format!("\"{}\" is not the address of a server; write one like {DEFAULT_SERVER}", self.server))
        })?;
        let endpoint = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(ALIVE_INTERVAL)
            .keep_alive_timeout(ALIVE_TIMEOUT)
            .keep_alive_while_idle(true)
            .tcp_nodelay(true)
            .http2_adaptive_window(true)
            .user_agent(concat!("sayso-cli/", env!("CARGO_PKG_VERSION")))
            .map_err(Fault::new)?;
        let endpoint = match scheme.as_str() {
            "https" => endpoint.tls_config(self.credentials.tls()?).map_err(|error| Fault::usage(root(&error)))?,
            _ => endpoint,
        };
        let bearer = self.credentials.bearer()?;
        let channel = endpoint.connect().await.map_err(|error| unreachable(&address, &error))?;
        Ok(InterceptedService::new(channel, bearer))
    }
}

/// Says why no connection comes about, and what to do.
fn unreachable(address: &str, error: &transport::Error) -> Fault {
    Fault::new(unreached(address, &root(error)))
}

/// What to say where no connection comes about, for this reason: whether somebody answers there, and what to do.
fn unreached(address: &str, why: &str) -> String {
    let has = |words: &str| address.starts_with("https") && why.contains(words);
    // Who refuses to encrypt, or whom this program does not trust, is there all the same.
    let (what, remedy) = if has("corrupt message") {
        ("does not encrypt", format!("it is reached as {}", address.replacen("https", "http", 1)))
    } else if has("causedasendentity") {
        let own = "the server's certificate is that of an authority (CA:TRUE), which no server may show; make one with \
                   basicConstraints=CA:FALSE, or sign it with an authority of your own";
        ("is not trusted", own.to_owned())
    } else if has("certificaterequired") {
        let own = "the server wants a certificate of yours: --tls-client-cert and --tls-client-key";
        ("does not trust this program", own.to_owned())
    } else if has("certificate") {
        let own = "--tls-ca names the file of the authority that signed the server's certificate";
        ("is not trusted", own.to_owned())
    } else {
        return format!("no server answers at {address} ({why})\n  start one with: {} serve", program());
    };
    format!("the server at {address} {what} ({why})\n  {remedy}")
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

    fn at(address: String) -> Server {
        Server::at(address, Credentials::default())
    }

    #[test]
    fn says_where_nobody_answers_and_what_to_do() {
        // Port 1 of the loopback is reserved, so nothing listens there.
        let fault = block_on(async { at("127.0.0.1:1".into()).connect().await }).unwrap_err();
        let Fault::Failed(words) = fault else { panic!("{fault:?}") };
        assert!(words.starts_with("no server answers at http://127.0.0.1:1 ("), "{words}");
        assert!(words.ends_with(&format!("start one with: {} serve", program())), "{words}");
    }

    #[test]
    fn a_server_that_answers_without_encryption_or_trust_is_not_called_absent() {
        let told = |address: &str, why: &str| unreached(address, why);
        assert_eq!(
            told("https://veld.example:1", "received corrupt message of type invalidcontenttype"),
            "the server at https://veld.example:1 does not encrypt (received corrupt message of type \
             invalidcontenttype)\n  it is reached as http://veld.example:1"
        );
        for (why, start) in [
            ("invalid peer certificate: unknownissuer", "the server at https://a is not trusted ("),
            ("invalid peer certificate: other(causedasendentity)", "the server at https://a is not trusted ("),
            ("received fatal alert: certificaterequired", "the server at https://a does not trust this program ("),
            ("connection refused", "no server answers at https://a ("),
        ] {
            assert!(told("https://a", why).starts_with(start), "{}", told("https://a", why));
        }
        assert!(told("http://a", "received corrupt message").starts_with("no server answers"));
    }

    #[test]
    fn an_address_that_is_none_is_a_usage_fault() {
        let fault = block_on(async { at("not an address".into()).connect().await }).unwrap_err();
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
            let fault = block_on(async { at(address.into()).connect().await }).unwrap_err();
            let Fault::Usage(words) = fault else { panic!("{address}: {fault:?}") };
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn a_scheme_that_is_not_spoken_is_refused_before_anything_is_sent() {
        for address in ["ftp://a", "grpc://127.0.0.1:1", "unix:///run/sayso"] {
            let fault = block_on(async { at(address.into()).connect().await }).unwrap_err();
            let Fault::Usage(words) = fault else { panic!("{fault:?}") };
            assert!(words.contains("only http and https") && words.starts_with(address), "{words}");
        }
    }
}
