//! The program as its clients meet it: a real process, a real socket, the public API and nothing else.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod analyze;
mod articles;
mod bad_input;
mod bounds;
mod cli;
mod crash;
mod entities;
mod ingest;
mod metrics;
mod model;
mod quotes;
mod real_article;
mod search;
mod server;
mod support;
mod tiers;
mod upgrade;
mod values;
