//! Readers of the corpora, one file each.

mod file;
mod quotes;

pub use file::{Points, lines, read};
pub use quotes::{Attribution, QuotedArticle, articles};
