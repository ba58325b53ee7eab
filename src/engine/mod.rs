//! The engine that the settings choose: opened, told of in the log, and looked at.
//!
//! What belongs to one engine alone (files and what was recovered of them here, nodes and passwords there) stays in this
//! room. All others hold a `dyn Engine`.

#[cfg(any(test, feature = "opensearch"))]
mod awaited;
#[cfg(feature = "opensearch")]
mod cluster;
mod embedded;
#[cfg(feature = "opensearch")]
mod login;

use std::{net::SocketAddr, sync::Arc};

use sayso_index::{Engine, Health, Result, Status};

use crate::{
    config::{Config, EngineConfig},
    failure::Failure,
};

/// Opens the engine of these settings, for a server that listens on this address, and tells the log that it starts.
///
/// # Errors
/// If the data directory cannot be opened; or if the cluster cannot be used, though not if it does not answer.
pub(crate) async fn open(config: &Config, address: SocketAddr) -> std::result::Result<Arc<dyn Engine>, Failure> {
    match &config.engine {
        EngineConfig::Embedded => embedded::open(config, address).await,
        #[cfg(feature = "opensearch")]
        EngineConfig::OpenSearch(cluster) => cluster::open(config, cluster, address).await,
        #[cfg(not(feature = "opensearch"))]
        EngineConfig::OpenSearch(_) => Err("this program was built without the feature opensearch".into()),
    }
}

/// What would keep the engine of these settings from being opened, as far as it can be told without doing so.
pub(crate) fn obstacle(config: &Config) -> Option<String> {
    match &config.engine {
        EngineConfig::Embedded => None,
        #[cfg(feature = "opensearch")]
        EngineConfig::OpenSearch(cluster) => login::options(cluster).err(),
        #[cfg(not(feature = "opensearch"))]
        EngineConfig::OpenSearch(_) => Some("this program was built without the feature opensearch".into()),
    }
}

/// What the engine holds, and what it cannot do. None while what it holds cannot be known: whoever asked a store that
/// has failed, or a cluster that does not answer, would wait for it in vain.
pub(crate) fn look(engine: &dyn Engine) -> (Result<Option<Status>>, Health) {
    let health = engine.health();
    if health.store_fault.is_some() {
        return (Ok(None), health);
    }
    match engine.status() {
        Ok(held) => (Ok(Some(held)), health),
        Err(error) => {
            // It may have failed just now.
            let health = engine.health();
            let held = if health.store_fault.is_some() { Ok(None) } else { Err(error) };
            (held, health)
        }
    }
}
