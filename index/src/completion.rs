//! How what somebody types may go on: by names of entities, and by phrases of headlines. The same in every engine.
//!
//! Entities are found by the words of their names, the last of them begun; those in most articles come first. Only where
//! neither an entity nor a phrase is found, words may have typing errors.
//!
//! | what is typed | an entity goes on like that | a phrase does |
//! |---|---|---|
//! | "varrin el" | that has the word "varrin" and one that begins with "el", in any order | that begins with "varrin el" |
//! | "varin el", where that finds nothing | that has a word within an edit of "varin", and so on | that begins within two edits of "varin el" |

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::lookup::{Way, typing_errors};
use crate::query::SuggestQuery;
use crate::{PhraseSuggestion, Result, Suggestions, text};

/// More words than this are not completed.
const WORDS: usize = 8;

/// A longer beginning of a phrase has no typing errors, because its automaton would be large.
const MISSPELT_BYTES: usize = 64;

/// For each phrase that is wanted, so many are looked at more closely: some may stand in deleted articles, or be parts of
/// others.
const CANDIDATES: usize = 4;

/// What is found for the words that were typed. They are looked for as they are, and only where that finds nothing, with
/// typing errors.
pub(crate) fn complete(
    query: &SuggestQuery,
    look: impl Fn(&[String], bool) -> Result<Suggestions>,
) -> Result<Suggestions> {
    let Some(words) = words_of(query) else { return Ok(Suggestions::default()) };
    let as_typed = look(&words, false)?;
    let found = !(as_typed.entities.is_empty() && as_typed.phrases.is_empty());
    if found || !may_be_misspelt(&words) { Ok(as_typed) } else { look(&words, true) }
}

/// The words that were typed, if they can be completed.
fn words_of(query: &SuggestQuery) -> Option<Vec<String>> {
    let words: Vec<String> = text::exact(&query.text).map(|word| word.text).take(WORDS + 1).collect();
    (!words.is_empty() && words.len() <= WORDS && query.most > 0).then_some(words)
}

/// Whether a typing error may be in any of these words.
fn may_be_misspelt(words: &[String]) -> bool {
    words.iter().any(|word| typing_errors(word).is_some())
}

/// How the names of an entity must have each of these words.
pub(crate) fn ways(words: &[String], errors: bool) -> Vec<Way<'_>> {
    let mut ways = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let edits = typing_errors(word).filter(|_| errors).unwrap_or(0);
        ways.push(match (at + 1 == words.len(), edits) {
            (true, edits) => Way::BegunName(word, edits),
            (false, 0) => Way::Name(std::slice::from_ref(word)),
            (false, edits) => Way::Alike(word, edits),
        });
    }
    ways
}

/// How many typing errors the beginning of a phrase may have.
pub(crate) fn phrase_errors(begun: &str) -> Option<u8> {
    typing_errors(begun).filter(|_| begun.len() <= MISSPELT_BYTES)
}

/// How many phrases are looked at more closely.
pub(crate) fn looked_at(most: usize) -> usize {
    most.saturating_mul(CANDIDATES)
}

/// The phrases that are looked at more closely, in no order.
pub(crate) fn candidates(counts: BTreeMap<String, u64>, most: usize) -> Vec<(u64, String)> {
    let mut candidates: Vec<(u64, String)> = counts.into_iter().map(|(text, count)| (count, text)).collect();
    let wanted = looked_at(most).min(candidates.len());
    if wanted < candidates.len() {
        candidates.select_nth_unstable_by(wanted, |(a, a_text), (b, b_text)| b.cmp(a).then_with(|| a_text.cmp(b_text)));
        candidates.truncate(wanted);
    }
    candidates
}

/// The phrases to show: none of a headline that is gone, and none that always goes on in the same way, of which the
/// longer one says more.
pub(crate) fn chosen(phrases: Vec<PhraseSuggestion>, most: usize) -> Vec<PhraseSuggestion> {
    let ordered: BTreeSet<(&str, u64)> = phrases.iter().map(|one| (one.text.as_str(), one.headlines)).collect();
    let goes_on = |one: &PhraseSuggestion| {
        let longer = format!("{} ", one.text);
        let mut after = ordered.range((longer.as_str(), 0)..).take_while(|(text, _)| text.starts_with(&longer));
        after.any(|&(_, count)| count == one.headlines)
    };
    let mut shown: Vec<_> = phrases.iter().filter(|one| one.headlines > 0 && !goes_on(one)).cloned().collect();
    shown.sort_by(|a, b| (Reverse(a.headlines), &a.text).cmp(&(Reverse(b.headlines), &b.text)));
    shown.truncate(most);
    shown
}
