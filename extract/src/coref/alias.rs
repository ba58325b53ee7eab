//! Names of bodies and places that mean one and the same.
//!
//! Everything here compares two wordings without their context: nicknames of countries, acronyms,
//! legal forms. Whether two names that match do mean the same is decided in
//! [`cluster`](super::cluster).

use crate::lexicon::{List, Table, fold};

/// The form under which wordings of one body or place meet: folded, in lower case, without "the",
/// and with known wordings replaced by the first of their group.
pub(super) fn key(name: &str) -> String {
    let mut key = fold(name).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if let Some(rest) = key.strip_prefix("the ") {
        key = rest.to_owned();
    }
    if key.contains(" the ") {
        key = key.replace(" the ", " ");
    }
    Table::SameNames.get(&key).map_or(key, str::to_owned)
}

/// Whether the short key is the long one without legal endings ("Orbit", "Orbit Ltd") or without a
/// country before it ("Supreme Court", "U.S. Supreme Court"). A single word is never taken for a
/// name without its country.
pub(super) fn shortens(short: &str, long: &str) -> bool {
    if let Some(rest) = long.strip_prefix(short) {
        return rest.starts_with([' ', ','])
            && rest.split([' ', ',']).filter(|w| !w.is_empty()).all(|w| List::LegalForms.has(w));
    }
    let country = long.strip_suffix(short).map(str::trim_end);
    short.contains(' ')
        && country.is_some_and(|c| {
            matches!(c, "u.s." | "us" | "uk" | "u.k." | "un" | "u.n." | "eu" | "american" | "british" | "russian")
        })
}

/// The acronyms that a name of several words may have: its capitals, all of its initials ("WHO"
/// with and without small words), and with a dotted part spelled out ("USDA"). Sorted; each has at
/// least two letters.
pub(super) fn acronyms(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split([' ', '-']).filter(|word| !word.is_empty()).collect();
    if words.len() < 2 {
        return Vec::new();
    }
    let letters = |all: bool| -> String {
        let first = words.iter().filter_map(|word| word.chars().next());
        first.filter(|c| all && c.is_alphabetic() || c.is_uppercase()).flat_map(char::to_uppercase).collect()
    };
    // "U.S." gives all of its letters: "USDA".
    let dotted = |word: &&str| word.contains('.') && word.len() <= 6;
    let whole: String = words
        .iter()
        .flat_map(|word| word.chars().take(if dotted(word) { 6 } else { 1 }))
        .filter(|c| c.is_uppercase())
        .collect();
    let mut out = vec![letters(false), letters(true), whole];
    out.sort_unstable();
    out.dedup();
    out.retain(|acronym| acronym.chars().count() >= 2);
    out
}

/// Whether both begin with the same letter and the letters of the short form stand in this order in
/// the long one: "IISc".
pub(super) fn abbreviates(short: &str, long: &str) -> bool {
    let mut letters = long.chars().flat_map(char::to_lowercase);
    let mut short = short.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    short.next() == letters.next() && short.all(|c| letters.any(|letter| letter == c))
}

/// Whether the long name is the short one, of two words or more, and a phrase with "of", "for",
/// "at" or "in".
pub(super) fn goes_on(short: &str, long: &str) -> bool {
    let rest = long.strip_prefix(short).and_then(|rest| rest.strip_prefix(' '));
    let link = rest.is_some_and(|rest| ["of ", "for ", "at ", "in "].iter().any(|link| rest.starts_with(link)));
    short.contains(' ') && link
}

/// The letters of an acronym without dots; none for a name with anything but capitals, or with a
/// single letter.
pub(super) fn as_acronym(name: &str) -> Option<String> {
    let letters: String = name.chars().filter(|&c| c != '.').collect();
    let capitals = letters.chars().count() >= 2 && letters.chars().all(char::is_uppercase);
    capitals.then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_of_one_body_meet() {
        assert_eq!(key("U.S."), key("the United States"));
        assert!(shortens("acme", "acme corp."));
        assert!(!shortens("acme", "acme bank"));
        assert!(shortens("state department", "u.s. state department"));
        assert_eq!(acronyms("Veloria Institute for Health"), ["VIFH", "VIH"]);
        assert!(acronyms("U.S. Office of Tides").contains(&"USOT".to_owned()));
        assert_eq!(as_acronym("V.I.H.").as_deref(), Some("VIH"));
        assert_eq!(as_acronym("Vih"), None);
    }
}
