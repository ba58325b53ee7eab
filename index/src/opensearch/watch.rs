//! Looks every second at how the cluster is, so that whoever asks need not wait for it.
//!
//! It tells a cluster that does not answer, shards that are on no node, and an index that a full disk closed. All of
//! these pass when their cause does. Shards that lack copies are no fault: they are read and written as before.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::client::Client;
use super::setup::Places;
use super::tidy::tidy;
use crate::{Health, Interrupt};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// After how many looks what is left over is tidied up.
const TIDY_AFTER: u32 = 60;

/// Looks until `stop` is closed.
pub(super) fn watch(client: &Client, places: &Places, health: &ArcSwap<Health>, now: fn() -> i64, stop: &Receiver<()>) {
    let mut looks = 0;
    while stop.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        health.store(Arc::new(look(client, places)));
        looks += 1;
        if looks % TIDY_AFTER == 0
            && let Err(error) = tidy(client, places, now())
        {
            tracing::warn!(%error, "what is left over on the cluster cannot be tidied up; trying again in a minute");
        }
    }
}

/// How the cluster is at present. It asks twice, and waits for as long as requests may take: so never ask where
/// somebody waits.
pub(super) fn look(client: &Client, places: &Places) -> Health {
    let calm = Interrupt::default();
    let path = format!("_cluster/health/{}?timeout=1s", places.articles);
    let shards = match client.get(&path, &calm) {
        Ok(shards) => shards,
        Err(error) => return Health { store_fault: Some(error.to_string()), ..Health::default() },
    };
    if shards["status"] == "red" {
        let lost = shards["unassigned_shards"].as_u64().unwrap_or(0);
        let fault = format!("{lost} shards of the cluster's index of articles are on no node that answers");
        return Health { store_fault: Some(fault), ..Health::default() };
    }
    let path = format!("{}/_settings/index.blocks.*?flat_settings=true", places.articles);
    match client.get(&path, &calm) {
        Ok(indexes) => Health { refuses_articles: full(&indexes), ..Health::default() },
        Err(error) => Health { store_fault: Some(error.to_string()), ..Health::default() },
    }
}

/// Why articles are refused, if an index is closed for them because a disk is full.
fn full(indexes: &serde_json::Value) -> Option<String> {
    let closed = indexes.as_object()?.iter().find(|(_, index)| {
        let set = &index["settings"]["index.blocks.read_only_allow_delete"];
        *set == "true" || *set == true
    })?;
    Some(format!("the cluster takes nothing into the index {}, because a disk of its nodes is nearly full", closed.0))
}
