//! The comparable form of words in titles. Before a name titles are cut short ("Sen."), in
//! descriptions they are not ("the senator"), and some words mean nearly the same; both sides are
//! compared in this form.

use super::context::small;
use crate::lexicon::fold;
use crate::model;

/// Words and those that they are compared as, sorted.
const SAME: [(&str, &str); 20] = [
    ("attorney", "lawyer"),
    ("candidate", "nominee"),
    ("congressman", "representative"),
    ("congresswoman", "representative"),
    ("daily", "newspaper"),
    ("dr", "doctor"),
    ("gen", "general"),
    ("gov", "governor"),
    ("justice", "judge"),
    ("legislator", "lawmaker"),
    ("lt", "lieutenant"),
    ("paper", "newspaper"),
    ("physician", "doctor"),
    ("prof", "professor"),
    ("rep", "representative"),
    ("republicans", "republican"),
    ("rev", "reverend"),
    ("sen", "senator"),
    ("sgt", "sergeant"),
    ("site", "website"),
];

/// The hash of a word in comparable form: lower case, folded, spelled out. "Spokesman",
/// "spokeswoman" and "spokesperson" have one.
pub(super) fn comparable(word: &str) -> u32 {
    let word = fold(word);
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    small(word, |word| {
        if let Ok(at) = SAME.binary_search_by_key(&word, |&(short, _)| short) {
            return model::word(SAME[at].1);
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
