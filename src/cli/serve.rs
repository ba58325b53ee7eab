//! `sayso serve`: runs the server.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use super::client;
use crate::{
    config::{ConfigError, DEFAULT_LISTEN, RawConfig, Settings, misspelt_variables},
    pool::Pool,
    server::{Failure, Ready},
    telemetry,
};

/// How long to wait at the end for threads that are still working.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(10);

/// Threads for blocking work besides analyses and searches: passing changes to the engine, and questions about the
/// server.
const OTHER_THREADS: usize = 256;

/// Arguments of `sayso serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// TOML file with settings named like these flags: `listen = "0.0.0.0:50051"`, `data_dir = …`
    #[arg(long, value_name = "FILE", env = "SAYSO_CONFIG")]
    config: Option<PathBuf>,
    /// Add the built-in sample articles, and print commands to try with them
    #[arg(long)]
    samples: bool,
    #[command(flatten)]
    flags: RawConfig,
}

/// Runs the server until it is told to stop (Ctrl-C or SIGTERM). A second signal ends it at once.
pub(super) fn run(args: Args) -> Result<(), Failure> {
    let log = telemetry::start();
    let config = Settings::gather(args.flags, args.config.as_ref()).and_then(|settings| settings.resolve());
    let config = match log {
        Ok(()) => config?,
        Err(fault) => return Err(ConfigError::and(fault, config.err()).into()),
    };
    for warning in misspelt_variables() {
        tracing::warn!("{warning}");
    }
    keep_private(&config.data_dir);
    // For the client that fetches the keys of tokens: connections of this server name theirs themselves.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let encrypted = config.tls.is_some();
    let scheme = if encrypted { "https" } else { "http" };
    let threads = Pool::most_threads(config.analysis_threads) + config.search_threads + OTHER_THREADS;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(threads).build()?;
    let outcome = runtime.block_on(async {
        outlive_large_files()?;
        let server = Ready::open(config).await?;
        let address = server.address()?;
        if args.samples {
            let count = server.put_samples().await?;
            anstream::println!("{}", welcome(address, encrypted, count));
        }
        if let Some(metrics) = server.metrics_address()? {
            anstream::println!("metrics are at {scheme}://{metrics}/metrics");
        }
        let stop = told_to_stop()?;
        // Programs that start the server read up to this line to learn the port.
        anstream::println!("sayso listens on {address}");
        server.run(stop).await
    });
    // A pending better analysis may take long. It is abandoned, and done when the server starts again.
    runtime.shutdown_timeout(SHUTDOWN_WAIT);
    if outcome.is_ok() {
        tracing::info!("stopped");
    }
    outcome
}

/// Is ready when the server is told to stop. From then on, a further signal ends the process at once, whatever it is
/// doing, because a thread waits for it that does nothing else.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _entered = runtime.enter();
        Signals::new()?
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    let listen = move || {
        runtime.block_on(signals.next());
        // The receiver is gone if the server ended by itself.
        let _ = tell.send(());
        let code = runtime.block_on(signals.next());
        tracing::warn!(code, "told to stop again, ending at once; acknowledged changes are kept");
        #[allow(
            clippy::disallowed_methods,
            reason = "whoever asks twice does not want to wait; the store survives it"
        )]
        std::process::exit(code);
    };
    std::thread::Builder::new().name("sayso-signals".into()).spawn(listen)?;
    Ok(async {
        // Without the thread, the server runs until it is killed.
        if told.await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Lets writing into a file that may not grow fail, which is told like a full disk. The system would end the program.
#[cfg(unix)]
fn outlive_large_files() -> std::io::Result<()> {
    let signal = rustix::process::Signal::XFSZ.as_raw();
    // Once anybody listened, the signal does nothing else, also when nobody does any more.
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(signal)).map(drop)
}

#[cfg(not(unix))]
fn outlive_large_files() -> std::io::Result<()> {
    Ok(())
}

/// Keeps what the server writes from now on private to its user, and warns if others can read what is already there.
#[cfg(unix)]
pub(super) fn keep_private(data_dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let Ok(metadata) = std::fs::metadata(data_dir) else { return };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let folder = data_dir.display();
        tracing::warn!(data_dir = %folder, "other users of this machine may open the data directory (mode {mode:o}); chmod 700 keeps them out");
    }
}

/// On this system, who can read files is not checked.
#[cfg(not(unix))]
pub(super) fn keep_private(_data_dir: &Path) {}

/// Waits for the signals to stop.
#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    /// Waits for the next signal. Returns the exit code that shells use for it.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.0.recv() => 130,
            _ = self.1.recv() => 143,
        }
    }
}

/// Waits for the signals to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> i32 {
        // Without a signal to wait for, the server runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        130
    }
}

/// Prints what to try first. The commands name the server if it is not at the default address.
fn welcome(address: SocketAddr, encrypted: bool, count: usize) -> String {
    let (bold, dim) = (anstyle::Style::new().bold(), anstyle::Style::new().dimmed());
    let (server, how) = match encrypted {
        true => (format!(" --server https://localhost:{} --tls-ca FILE", address.port()), "-cacert FILE"),
        false if address == DEFAULT_LISTEN => (String::new(), "-plaintext"),
        false => (format!(" --server http://{address}"), "-plaintext"),
    };
    let program = client::program();
    let sayso = |words: &str| format!("{program} {words}{server}");
    let [topic, person, typo, text] =
        ["quotes harbour", "quotes --speaker varrin", "entities varin", "search '\"minority share\"'"].map(sayso);
    format!(
        "{bold}{count} sample articles are in (all invented). In another terminal, try:{bold:#}

  {dim}# who said what about the harbour{dim:#}
  {topic}
  {person}
  {dim}# find a person, even misspelt{dim:#}
  {typo}
  {dim}# full text{dim:#}
  {text}

  {dim}# the same over gRPC, from any language{dim:#}
  grpcurl {how} -d '{{\"speakers\": [{{\"name\": \"varrin\"}}]}}' {address} sayso.v1.QuoteService/SearchQuotes
"
    )
}
