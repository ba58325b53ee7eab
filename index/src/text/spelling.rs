//! One spelling for words that British and American English write differently, so that each finds the other.
//!
//! Stems are compared, not words: the line "harbour harbor" of `spelling.txt` is also about "harbours" and "harboured".
//! What follows a rule is not listed: -ise and -ize, -yse and -yze, ll and l. A rule need not know what is right, only
//! bring both spellings to the same stem without meeting another word. The words of `not_ize.txt` have an s on both
//! shores.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};

/// Pairs of words, British and American, sorted.
const PAIRS: &str = include_str!("spelling.txt");

/// Words in -ise that are not written with z, sorted.
const NOT_IZE: &str = include_str!("not_ize.txt");

/// Shorter stems follow no rule: "ball", "smell".
const RULED: usize = 6;

/// What follows "is" in words that others write with z.
const ENDINGS: [&str; 9] = ["ation", "ations", "e", "ed", "er", "ers", "es", "ing", "able"];

/// Words in -ise that are not written with z, without the e.
static KEEP_S: LazyLock<HashSet<&str>> =
    LazyLock::new(|| NOT_IZE.lines().filter_map(|word| word.strip_suffix('e')).collect());

/// British stems of the list with their American ones.
static LISTED: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let stemmer = Stemmer::new(Algorithm::English);
    let pairs = PAIRS.lines().filter_map(|line| line.split_once(' '));
    let stems =
        pairs.map(|(british, american)| (stemmer.stem(british).into_owned(), stemmer.stem(american).into_owned()));
    let stems = stems.map(|(british, american)| (british, ruled(&american).unwrap_or(american)));
    stems.filter(|(british, american)| british != american).collect()
});

/// American stems with what their British forms begin with, where that differs: "curb" is also "kerb".
static OTHER_INITIALS: LazyLock<BTreeMap<&str, char>> = LazyLock::new(|| {
    // No two British forms of one stem begin with other letters than it does.
    let pairs = PAIRS.lines().filter_map(|line| line.split_once(' '));
    let differing = pairs.filter(|(british, american)| british.chars().next() != american.chars().next());
    let stemmer = Stemmer::new(Algorithm::English);
    let stem = |british: &str| LISTED.get(&*stemmer.stem(british)).map(String::as_str);
    differing.filter_map(|(british, _)| Some((stem(british)?, british.chars().next()?))).collect()
});

/// What words with this stem begin with, besides its own first letter.
pub(super) fn other_initials(stem: &str) -> Option<char> {
    OTHER_INITIALS.get(stem).copied()
}

/// The American form of a stem; none if it is the stem itself.
pub(super) fn american(stem: &str) -> Option<Cow<'static, str>> {
    match LISTED.get(stem) {
        Some(american) => Some(Cow::Borrowed(american)),
        None => ruled(stem).map(Cow::Owned),
    }
}

/// What the rules make of a stem; none if none applies.
fn ruled(stem: &str) -> Option<String> {
    let doubled = stem.len() >= RULED && stem.is_ascii() && stem.ends_with("ll");
    doubled.then(|| stem[..stem.len() - 1].to_owned())
}

/// A folded word with the z that Americans write: "organisation" as "organization"; none if it has none.
pub(super) fn with_z(word: &str) -> Option<String> {
    if !word.is_ascii() {
        return None;
    }
    let (root, ending) = ENDINGS.iter().find_map(|ending| Some((word.strip_suffix(ending)?, *ending)))?;
    let before = root.strip_suffix('s')?;
    let is_y = before.ends_with("aly") || before.ends_with("roly");
    let is_i = before
        .strip_suffix('i')
        .is_some_and(|stem| stem.len() >= 3 && !stem.ends_with(['a', 'e', 'o', 'u']) && !KEEP_S.contains(root));
    (is_i || is_y).then(|| format!("{before}z{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_one_look_suffices() {
        let lines: Vec<&str> = PAIRS.lines().collect();
        let unsorted = lines.windows(2).find(|two| two[0] >= two[1]);
        assert_eq!(unsorted, None);
        assert!(NOT_IZE.lines().is_sorted());
        assert!(lines.iter().all(|line| line.split(' ').count() == 2));
        for (british, american) in LISTED.iter() {
            assert_eq!(super::american(american), None, "{british}");
        }
    }
}
