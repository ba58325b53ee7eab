//! Readers of the corpora, one file each.

mod align;
mod conllu;
mod file;
mod masc;
mod quotes;

pub use align::{gold_tags, pieces};
pub use conllu::{TaggedSentence, TaggedWord, trees};
pub use file::{Points, lines, read};
pub use masc::tagged;
pub use quotes::{Attribution, QuotedArticle, articles};
