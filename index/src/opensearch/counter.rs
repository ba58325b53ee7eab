//! The numbers of changes, which all nodes of the service take from one counter on the cluster.
//!
//! A bulk takes all its numbers at once, by a script that the cluster runs on the counter's document. So numbers of two
//! nodes never meet, and of two changes that one node makes one after the other, the later has the higher number.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::client::Client;
use super::setup::Places;
use crate::{Error, ErrorKind, Interrupt, Result};

/// Numbers for changes. Those that were taken for changes that then failed are never used.
#[derive(Default)]
pub(super) struct Counter {
    /// The last number that this node heard of.
    last: AtomicU64,
}

impl Counter {
    /// Takes this many numbers, and returns the first of them.
    pub(super) fn take(&self, count: u64, client: &Client, places: &Places) -> Result<u64> {
        // The cluster compiles a script once; what differs between calls is a parameter.
        let script = json!({ "source": "ctx._source.value += params.count", "params": { "count": count } });
        let path = format!("{}/_update/counter?retry_on_conflict=50&_source=value", places.state);
        let reply = client.post(&path, &json!({ "script": script }), &Interrupt::default())?;
        let last = self.note(reply["get"]["_source"]["value"].as_u64())?;
        Ok(last - count + 1)
    }

    /// The last number that anybody took, as the cluster knows it.
    pub(super) fn read(&self, client: &Client, places: &Places) -> Result<u64> {
        let reply = client.get(&format!("{}/_doc/counter", places.state), &Interrupt::default())?;
        self.note(reply["_source"]["value"].as_u64())
    }

    /// The last number that this node heard of.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Acquire)
    }

    /// Notes what the counter says.
    fn note(&self, value: Option<u64>) -> Result<u64> {
        let gone = || Error::new(ErrorKind::Corrupt, "the counter of changes is gone from the cluster");
        let value = value.ok_or_else(gone)?;
        self.last.fetch_max(value, Ordering::AcqRel);
        Ok(value)
    }
}
