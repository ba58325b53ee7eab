//! Words that show which language a text is in.

use crate::lexicon::List;

/// Whether a word is frequent in English alone.
pub(super) fn is_frequent(word: &str) -> bool {
    List::FrequentWords.has(word)
}

/// Whether a word is frequent in other languages alone.
pub(super) fn is_foreign(word: &str) -> bool {
    List::ForeignWords.has(word)
}

/// Whether a word is spelled as hardly any language but English spells.
pub(super) fn looks_english(word: &str) -> bool {
    ["ing", "ed", "ly", "ies", "ght"].iter().any(|ending| word.ends_with(ending))
        || ["th", "wh", "sh", "oo", "ee", "ea"].iter().any(|letters| word.contains(letters))
}
