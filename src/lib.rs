//! Sayso reads news articles and answers who said what.
//!
//! This library is the server and the command line behind the program `sayso`; [`proto`] is the
//! client for Rust programs. What analyses lives in `sayso-extract`, what keeps and finds in
//! `sayso-index`; here they are put behind protobuf RPCs.

mod analysis;
pub mod cli;
pub mod config;
mod connections;
mod convert;
mod descriptors;
mod echo;
mod failure;
mod grpc;
mod health;
mod metrics;
mod models;
mod pipeline;
mod pool;
mod samples;
pub mod server;
mod standing;
mod telemetry;
mod upgrade;

/// Messages, clients and service traits of the package `sayso.v1`, generated from `proto/`.
#[allow(missing_docs, clippy::all, unreachable_pub, rustdoc::invalid_html_tags)]
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
