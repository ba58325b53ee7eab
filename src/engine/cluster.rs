//! The engine on an OpenSearch cluster.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use sayso_index::{Engine, opensearch::OpenSearch};

use super::{
    awaited::{Awaited, Patience},
    login,
};
use crate::{
    config::{ClusterConfig, Config},
    failure::Failure,
};

/// How long starting waits for a cluster, and how long to wait before it is asked again.
const PATIENCE: Patience = Patience { first: Duration::from_secs(10), pause: Duration::from_secs(2) };

/// Connects to the cluster. If it does not answer, the server starts all the same, and goes on asking.
pub(super) async fn open(
    config: &Config,
    cluster: &ClusterConfig,
    address: SocketAddr,
) -> Result<Arc<dyn Engine>, Failure> {
    let options = login::options(cluster)?;
    let connect = move || OpenSearch::open(options.clone());
    #[allow(clippy::disallowed_methods, reason = "once, before there is anything to serve")]
    let opened = tokio::task::spawn_blocking(move || Awaited::open(connect, PATIENCE)).await?;
    let engine = opened.map_err(|error| format!("cannot use the cluster {}: {error}", cluster.urls.join(", ")))?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        %address,
        cluster = cluster.urls.join(", "),
        prefix = cluster.prefix,
        analysis = %config.analysis,
        answers = engine.is_there(),
        "started"
    );
    tell_exposure(cluster);
    Ok(Arc::new(engine))
}

/// Warns of what somebody in the network could read.
fn tell_exposure(cluster: &ClusterConfig) {
    if let Some(url) = cluster.plain_url() {
        tracing::warn!(
            url,
            "connections to the cluster are not encrypted: whoever listens in the network reads the articles; write \
             https:// in opensearch_url"
        );
    }
}
