//! Tidies up what is left over on the cluster, whichever node left it.
//!
//! Every node does so when it starts and once a minute. What it does is the same whoever does it and how often.

use serde_json::json;

use super::client::Client;
use super::reindex_claim::is_live;
use super::setup::{self, Places};
use crate::{Interrupt, Result};

/// Deletes claims on articles that have ended and an index that was replaced some time ago, and opens for writing an
/// index whose reindex died. `now` is the time, in microseconds since 1970.
///
/// # Errors
/// If the cluster does not answer. What was done by then stays done.
pub(super) fn tidy(client: &Client, places: &Places, now: i64) -> Result<()> {
    let calm = Interrupt::default();
    let ended = json!({ "query": { "range": { "until": { "lt": now } } } });
    client.post(&format!("{}/_delete_by_query?conflicts=proceed", places.claims), &ended, &calm)?;
    let current = setup::current(client, places, &calm)?;
    let retired = client.get(&format!("{}/_doc/retired", places.state), &calm)?;
    let index = retired["_source"]["index"].as_str();
    if let Some(index) = index.filter(|&index| index != current && !is_live(&retired["_source"], now)) {
        client.delete(&format!("{index}?ignore_unavailable=true"), None, &calm)?;
        client.delete(&format!("{}/_doc/retired", places.state), None, &calm)?;
    }
    let settings = client.get(&format!("{current}/_settings/index.blocks.write?flat_settings=true"), &calm)?;
    let closed = settings[&current]["settings"]["index.blocks.write"] == "true";
    let reindex = client.get(&format!("{}/_doc/reindex", places.state), &calm)?;
    if closed && !is_live(&reindex["_source"], now) {
        client.put(&format!("{current}/_settings"), &json!({ "index.blocks.write": null }), &calm)?;
        tracing::warn!(index = current, "a reindex ended before it was done; its index is open for writing again");
    }
    Ok(())
}
