//! The program as its clients meet it: a real process, a real socket, the public API and nothing else.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod analyze;
mod articles;
mod bad_input;
mod bounds;
mod cli;
mod connections;
mod crash;
mod deadlines;
mod entities;
mod health;
mod ingest;
mod kills;
mod metrics;
mod model;
mod paging;
mod quotes;
mod real_article;
mod search;
mod server;
mod starting;
mod stopping;
mod support;
mod tiers;
mod upgrade;
mod values;
mod worst;
