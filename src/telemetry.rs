//! The log.

use tracing_subscriber::EnvFilter;

/// Sends the log to standard error. `SAYSO_LOG` sets what is told: `info` by default, or for example
/// `sayso=debug`.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("SAYSO_LOG").unwrap_or_else(|_| EnvFilter::new("info,tantivy=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
}
