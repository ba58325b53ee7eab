//! The program as its clients meet it: a real process, a real socket, the public API and nothing else.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and prints what it measures")]

mod access;
mod analyze;
mod articles;
mod bad_input;
mod batch;
mod bounds;
mod cli;
mod cli_export;
#[path = "../../index/tests/opensearch/cluster.rs"]
#[allow(dead_code, reason = "the tests of the engine use more of it")]
mod cluster;
mod cluster_engine;
mod compression;
mod conditions;
mod connections;
mod contract;
mod crash;
mod deadlines;
mod directory;
mod entities;
mod facets;
mod filters;
#[allow(dead_code, reason = "the bench of overload uses more of it")]
mod frames;
mod health;
mod hostile;
mod http;
mod ids;
mod ingest;
mod kills;
mod labels;
mod limits;
mod many;
mod mcp;
mod metrics;
mod model;
mod page;
mod paging;
mod parts;
mod quotes;
mod real_article;
mod search;
mod server;
mod snapshot;
mod snapshot_deletion;
mod starting;
mod stopping;
mod suggest;
mod support;
mod synonyms;
mod tiers;
mod traces;
mod upgrade;
mod upkeep;
mod values;
mod worst;
