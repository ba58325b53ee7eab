//! Words of titles in the form in which they are compared.

use super::context::small;
use crate::lexicon::fold;
use crate::model;

/// Titles before names are cut short; descriptions are not. Some words mean nearly the same.
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

/// The number of a word in the form in which titles are compared: spokesman, spokeswoman and spokesperson are one.
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
