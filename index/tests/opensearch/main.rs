//! The engine on an OpenSearch cluster, against real nodes.
//!
//! The tests start nodes by `scripts/opensearch-cluster`. Without Maven and a JDK they say SKIPPED and pass, unless
//! `SAYSO_TEST_OPENSEARCH=required`, as in the gate.
#![cfg(feature = "opensearch")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod changes;
mod client;
mod cluster;
mod entities;
mod made;
mod reindex;
#[path = "../engine/samples.rs"]
#[allow(dead_code, reason = "the tests of the embedded engine use more of it")]
mod samples;
mod search;
