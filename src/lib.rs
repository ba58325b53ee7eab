//! Sayso reads news articles and answers who said what.
//!
//! This library is the server and the command line behind the program `sayso`. The analysis is in `sayso-extract`, storage and
//! search in `sayso-index`; here they are put behind protobuf RPCs. To use them in your own program, depend on those crates.
//!
//! A Rust program that talks to a server uses the generated clients in [`proto`]:
//!
//! ```no_run
//! use sayso::proto::quote_service_client::QuoteServiceClient;
//! use sayso::proto::{EntitySelector, SearchQuotesRequest, entity_selector::Selector};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut client = QuoteServiceClient::connect("http://127.0.0.1:50051").await?;
//! let speaker = EntitySelector { selector: Some(Selector::Name("varrin".into())) };
//! let request = SearchQuotesRequest { speakers: vec![speaker], ..SearchQuotesRequest::default() };
//! for hit in client.search_quotes(request).await?.into_inner().hits {
//!     println!("{}", hit.quote.unwrap_or_default().text);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `encoder` (on by default): the accurate tier of analysis, by a neural encoder. Without it the program is smaller and offers
//!   the fast tier only.
//! - `opensearch` (on by default): the engine that keeps articles on an OpenSearch cluster.
//! - `fuzzing`: the functions that the fuzzer in `fuzz/` drives.

mod access;
mod analysis;
pub mod cli;
pub mod config;
mod connections;
mod convert;
mod descriptors;
mod echo;
mod engine;
mod failure;
mod file_stamp;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod grpc;
mod health;
mod http;
mod memory;
mod metrics;
mod models;
mod overload;
mod pipeline;
mod pool;
mod retention;
mod samples;
pub mod server;
mod snapshots;
mod standing;
mod synonyms;
mod telemetry;
mod tls;
mod traces;
mod upgrade;

/// Messages, clients and service traits of the package `sayso.v1`, generated from `proto/`.
#[allow(
    missing_docs,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::too_many_lines,
    unreachable_pub,
    rustdoc::invalid_html_tags,
    reason = "it is generated"
)]
pub mod proto {
    tonic::include_proto!("sayso.v1");

    /// Days of the calendar and intervals of time: the package `google.type`.
    pub mod google_type {
        tonic::include_proto!("google.r#type");
    }

    /// Statuses within answers: the package `google.rpc`.
    pub mod google_rpc {
        tonic::include_proto!("google.rpc");
    }

    /// The protobuf descriptors of this package and of all that it imports, as a serialised `FileDescriptorSet`.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sayso.bin"));
}
