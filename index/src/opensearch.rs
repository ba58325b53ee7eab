//! Keeps articles on an OpenSearch cluster, for those who outgrow one machine.
//!
//! A Sayso node holds nothing itself: any number of them work on one cluster, which replicates what they write. They
//! speak plain JSON over HTTP. The client of the OpenSearch project would bring tokio into this crate, whose calls
//! block, and types for hundreds of calls of which a dozen are needed; so [`client`] has an agent of `ureq` and what
//! a cluster needs around it.
//!
//! `options` has the settings, `node` says which node to ask, `agent` makes connections, and `fault` reads errors.

mod agent;
mod client;
mod fault;
mod node;
mod options;

pub use client::Client;
pub use options::{Login, OpenSearchOptions};
