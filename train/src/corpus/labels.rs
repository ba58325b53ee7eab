//! The names of the files that `label` writes.

/// The attributions in the labelled articles.
pub const QUOTES: &str = "quotes.jsonl.gz";
/// The names in them.
pub const NAMES: &str = "names.jsonl.gz";
