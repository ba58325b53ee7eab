//! The embedded engine, through its public contract.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod changes;
mod damage;
mod entities;
mod facets;
mod language;
mod model;
mod names;
mod paging;
mod pending;
mod pins;
mod recovery;
mod reference;
mod samples;
mod search;
mod suggest;
mod synonyms;
mod totals;
mod upkeep;
mod versions;
mod whole;
