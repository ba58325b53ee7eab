//! Readers of the corpora, one file for each.

mod align;
mod conllu;
mod file;
mod gap;
pub mod labels;
mod masc;
mod names;
mod ontogum;
mod quotes;

pub use align::{gold_tags, pieces};
pub use conllu::{TaggedSentence, TaggedWord, trees};
pub use file::{Points, first_lines, lines, read};
pub use gap::{GapPair, gap_pairs};
pub use masc::tagged;
pub use names::{NamedText, named_texts};
pub use ontogum::{LinkedText, linked_texts};
pub use quotes::{Attribution, QuotedArticle, articles};
