//! How a word may have been meant that finds nothing, and which words tell a text apart: what is decided the same in every
//! engine, whose dictionaries of words are asked.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::Spelling;
use crate::alike::Alike;
use crate::query::SpellingQuery;
use crate::text::{self, forms, phrases};

/// Shorter words are like too many others to be taken for a slip: "uk" is not "us".
const LETTERS_FOR_ONE: usize = 4;

/// Shorter words differ by one letter at most, because with two they would be like any other.
const LETTERS_FOR_TWO: usize = 6;

/// Words of a text that are looked up, the most frequent ones: so a long article costs no more than a page.
const LOOKED_UP: usize = 256;

/// A word that may be a misspelling.
pub(crate) struct Misspelt {
    /// The word, folded.
    pub(crate) word: String,
    /// How many edits it may be away from what was meant; a cluster looks them up itself.
    #[cfg(feature = "opensearch")]
    pub(crate) edits: u8,
    /// The words that are no further away.
    pub(crate) alike: Alike,
}

impl Misspelt {
    /// The word of a query. None if it cannot be a misspelling.
    pub(crate) fn of(query: &SpellingQuery) -> Option<Self> {
        let word = text::exact(&query.word).next().map(|word| word.text)?;
        let edits = match word.chars().count() {
            ..LETTERS_FOR_ONE => return None,
            LETTERS_FOR_ONE..LETTERS_FOR_TWO => 1,
            _ => 2,
        };
        Some(Self {
            alike: Alike::word(&word, edits),
            word,
            #[cfg(feature = "opensearch")]
            edits,
        })
    }

    /// Of words with their frequencies those that it may be a misspelling of, nearest first, then the most frequent.
    pub(crate) fn ranked(&self, found: BTreeMap<String, u64>, most: usize) -> Vec<Spelling> {
        let other = |text: &str| !forms::is_case(text) && text != self.word;
        let told = |(text, count): (String, u64)| {
            let edits = self.alike.edits(text.as_bytes())?;
            other(&text).then_some(Spelling { text, edits, count })
        };
        let mut found: Vec<Spelling> = found.into_iter().filter_map(told).collect();
        found.sort_by(|a, b| (a.edits, Reverse(a.count), &a.text).cmp(&(b.edits, Reverse(b.count), &b.text)));
        found.truncate(most);
        found
    }
}

/// The words of a text that may tell it apart, the most frequent ones, and how often it has each.
pub(crate) fn frequent(text: &str) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for word in text::exact(text) {
        if word.text.chars().count() > 2 && !phrases::is_function_word(&word.text) {
            *counts.entry(word.text).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| Reverse(count));
    counts.truncate(LOOKED_UP);
    counts
}

/// The words that tell a text apart: frequent in it, rare in the sentences of all articles, but not in this text alone.
pub(crate) struct Telling {
    /// How many sentences there are.
    all: u64,
    /// The words, by how much they tell, then by how rare they are.
    words: Vec<(Reverse<u64>, u64, String)>,
}

impl Telling {
    /// No word yet, of so many sentences in all.
    pub(crate) fn new(all: u64) -> Self {
        Self { all, words: Vec::new() }
    }

    /// Takes a word that the text has so often, and that so many sentences have.
    pub(crate) fn offer(&mut self, word: String, count: u64, elsewhere: u64) {
        if elsewhere > count {
            // Half as frequent elsewhere is one step rarer.
            let rarity = 1 + (self.all / elsewhere).max(1).ilog2();
            self.words.push((Reverse(count * u64::from(rarity)), elsewhere, word));
        }
    }

    /// The words that tell most, best first.
    pub(crate) fn best(mut self, most: usize) -> Vec<String> {
        self.words.sort();
        self.words.into_iter().take(most).map(|(.., word)| word).collect()
    }
}
