//! The engine in this process, with its data directory.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sayso_index::{Embedded, EmbeddedOptions, Engine};

use crate::{config::Config, failure::Failure};

/// Opens the data directory, and brings the indexes up to the store.
pub(super) async fn open(config: &Config, address: SocketAddr) -> Result<Arc<dyn Engine>, Failure> {
    let (folder, began) = (config.data_dir.clone(), Instant::now());
    let options = EmbeddedOptions { page_lifetime: config.limits.page_token_lifetime, ..EmbeddedOptions::default() };
    #[allow(clippy::disallowed_methods, reason = "once, before there is anything to serve")]
    let opened = tokio::task::spawn_blocking(move || Embedded::open(&folder, options)).await?;
    let engine = opened.map_err(|error| cannot_open(&config.data_dir, &error))?;
    tell(config, address, &engine, began.elapsed());
    Ok(Arc::new(engine))
}

/// Logs what whoever starts the server should know, one line each.
fn tell(config: &Config, address: SocketAddr, engine: &Embedded, took: Duration) {
    let opened = engine.opened();
    if opened.salvaged {
        tracing::warn!("the store of articles was damaged; it was rebuilt from the records of its articles");
    }
    if !opened.created && (opened.replayed > 0 || !opened.rebuilt.is_empty() || !opened.damaged.is_empty()) {
        let rebuilt: Vec<_> = opened.rebuilt.iter().map(|one| one.index).collect();
        tracing::info!(
            replayed = opened.replayed,
            rebuilt = rebuilt.join(", "),
            damaged = opened.damaged.join(", "),
            ?took,
            "recovered what an earlier run left"
        );
    }
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        %address,
        data_dir = %config.data_dir.display(),
        analysis = %config.analysis,
        articles = opened.articles,
        ?took,
        "started"
    );
}

/// Says why the data directory cannot be opened, and names it once.
fn cannot_open(folder: &Path, error: &sayso_index::Error) -> String {
    let (folder, error) = (folder.display().to_string(), error.to_string());
    let why = error.strip_prefix(&folder).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&error);
    // If the error is about a file in it, the message of the engine has its path.
    let what = if why.contains(&folder) { "the data directory" } else { &folder };
    format!("cannot open {what}: {why}")
}
