//! The files of a folder that `label` wrote.

/// The attributions of the labelled articles.
pub const QUOTES: &str = "quotes.jsonl.gz";
/// Their names.
pub const NAMES: &str = "names.jsonl.gz";
