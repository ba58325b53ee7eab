//! The engine on an OpenSearch cluster, against real nodes.
//!
//! `scripts/opensearch-tests` runs them, as the gate does. Otherwise they say SKIPPED: nodes need Maven and a JDK.
#![cfg(feature = "opensearch")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod changes;
mod client;
mod cluster;
mod entities;
mod lookup;
mod made;
mod reindex;
#[path = "../engine/samples.rs"]
#[allow(dead_code, reason = "the tests of the embedded engine use more of it")]
mod samples;
mod search;
