//! Words of the indexes that stand for whole values: names, labels, tiers, parts. Each is one term of a keyword field, which
//! is written and looked up in this same form.

use sayso_document::Tier;

use crate::query::Part;
use crate::text;

/// The word for a whole name, case and accents aside.
pub(crate) fn name_key(name: &str) -> String {
    whole(text::folded(name))
}

/// The word for a label of this key, whatever its value.
pub(crate) fn label_key(key: &str) -> String {
    whole(format!("key {key}"))
}

/// The word for a label with this key and value. The length says where the value begins, whatever characters it has.
pub(crate) fn label_value(key: &str, value: &str) -> String {
    whole(format!("{} {key}\u{1F}{value}", key.len()))
}

/// A label in the column that hits are counted by: what [`label_pairs`] begins with, and the value.
pub(crate) fn label_pair(key: &str, value: &str) -> String {
    label_pairs(key) + value
}

/// What all labels of this key begin with in that column.
pub(crate) fn label_pairs(key: &str) -> String {
    format!("{} {key}\u{1F}", key.len())
}

/// Longer values are indexed by their digest, because tantivy silently drops words of more than 64 KiB.
const WHOLE_BYTES: usize = 1 << 10;

/// A value as one word of the index.
fn whole(value: String) -> String {
    if value.len() <= WHOLE_BYTES { value } else { blake3::hash(value.as_bytes()).to_string() }
}

/// The word for a tier.
pub(crate) fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Fast => "fast",
        Tier::Accurate => "accurate",
    }
}

/// The word for what a document has.
pub(crate) fn part_word(part: Part) -> &'static str {
    match part {
        Part::Title => "title",
        Part::Outlet => "outlet",
        Part::Author => "author",
        Part::Language => "language",
        Part::Date => "date",
        Part::Entity => "entity",
        Part::Speaker => "speaker",
        Part::About => "about",
        Part::Addressee => "addressee",
        Part::Said => "said",
    }
}

/// The word for whether the speaker is named, among the facets.
pub(crate) fn named_word(named: bool) -> &'static str {
    if named { "named" } else { "unnamed" }
}
