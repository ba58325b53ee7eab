//! `sayso serve`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use crate::{
    config::{DEFAULT_LISTEN, RawConfig},
    server::{Failure, Ready},
    telemetry,
};

/// How long to wait at the end for threads that are still at work.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// Arguments of `sayso serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Settings in TOML, with the names of these flags: `listen = "0.0.0.0:50051"`, `data_dir = …`
    #[arg(long, value_name = "FILE", env = "SAYSO_CONFIG")]
    config: Option<PathBuf>,
    /// Put the sample articles that come with the program, and say what to try with them
    #[arg(long)]
    samples: bool,
    #[command(flatten)]
    flags: RawConfig,
}

/// Runs the server until it is told to stop (ctrl-c or SIGTERM).
pub(super) fn run(args: Args) -> Result<(), Failure> {
    telemetry::start();
    let config = RawConfig::gather(args.flags, args.config.as_ref())?.resolve()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let server = Ready::open(config).await?;
        let address = server.address()?;
        if args.samples {
            let count = server.put_samples().await?;
            anstream::println!("{}", welcome(address, count));
        }
        if let Some(metrics) = server.metrics_address()? {
            anstream::println!("metrics are at http://{metrics}/metrics");
        }
        // Programs that start the server read up to this line, to learn the port.
        anstream::println!("sayso listens on {address}");
        server.run(told_to_stop()).await
    });
    // An analysis that was to come later may be long; it is cut off, and done when the server starts again.
    runtime.shutdown_timeout(LAST_WAIT);
    outcome
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            return;
        }
    }
    // Without a signal to wait for, the server runs until it is killed.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// What to try first. The commands name the server where it is not the one that clients look for.
fn welcome(address: SocketAddr, count: usize) -> String {
    let (bold, dim) = (anstyle::Style::new().bold(), anstyle::Style::new().dimmed());
    let server = if address == DEFAULT_LISTEN { String::new() } else { format!(" --server http://{address}") };
    let sayso = |words: &str| format!("cargo run -q --release -- {words}{server}");
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
  grpcurl -plaintext -d '{{\"speaker\": \"varrin\"}}' {address} sayso.v1.QuoteService/SearchQuotes
"
    )
}
