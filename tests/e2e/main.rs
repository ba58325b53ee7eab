//! The program as its clients meet it: a real process, a real socket, the public API and nothing else.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod analyze;
mod articles;
mod bad_input;
mod batch;
mod bounds;
mod cli;
mod compression;
mod conditions;
mod connections;
mod contract;
mod crash;
mod deadlines;
mod entities;
mod health;
mod ids;
mod ingest;
mod kills;
mod labels;
mod limits;
mod metrics;
mod model;
mod paging;
mod parts;
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
