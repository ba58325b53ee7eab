//! The comparable form of words in titles. Before a name titles are cut short ("Sen."), in
//! descriptions they are not ("the senator"), and some words mean nearly the same; both sides are
//! compared in this form.

use super::context::small;
use crate::lexicon::{Table, fold};
use crate::model;

/// The hash of a word in comparable form: lower case, folded, spelled out. "Spokesman",
/// "spokeswoman" and "spokesperson" have one.
pub(super) fn comparable(word: &str) -> u32 {
    let word = fold(word);
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    small(word, |word| {
        if let Some(same) = Table::TitleWords.get(word) {
            return model::word(same);
        }
        for ending in ["woman", "person", "man"] {
            if let Some(stem) = word.strip_suffix(ending)
                && matches!(stem, "spokes" | "chair" | "council")
            {
                return model::word(stem);
            }
        }
        model::word(word)
    })
}
