//! How a word may have been meant that finds nothing, and which words tell a text apart: both are read from the
//! dictionary of words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tantivy::schema::Field as IndexField;
use tantivy::{Searcher, Term};

use super::alike::Alike;
use super::compile::Compiler;
use super::view::View;
use crate::query::SpellingQuery;
use crate::text::{self, forms, phrases};
use crate::{Interrupt, Result, Spelling};

/// Shorter words are like too many others to be taken for a slip: "uk" is not "us".
const LETTERS_FOR_ONE: usize = 4;

/// Shorter words differ by one letter at most, because with two they would be like any other.
const LETTERS_FOR_TWO: usize = 6;

/// Words of a text that are looked up, the most frequent ones: so a long article costs no more than a page.
const LOOKED_UP: usize = 256;

impl View {
    /// Words of the index that this one may be a misspelling of, nearest first, then the most frequent.
    pub(super) fn spellings(&self, query: &SpellingQuery, interrupt: &Interrupt) -> Result<Vec<Spelling>> {
        let Some(word) = text::exact(&query.word).next().map(|word| word.text) else { return Ok(Vec::new()) };
        let (compiler, searcher) = match query.quotes {
            true => (Compiler::quotes(self, interrupt), &self.searchers.quotes),
            false => (Compiler::sentences(self, interrupt), &self.searchers.sentences),
        };
        let Some(words) = compiler.words(query.field) else { return Ok(Vec::new()) };
        let letters = word.chars().count();
        if letters < LETTERS_FOR_ONE {
            return Ok(Vec::new());
        }
        let alike = Alike::word(&word, if letters < LETTERS_FOR_TWO { 1 } else { 2 });
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for reader in searcher.segment_readers() {
            interrupt.check()?;
            let index = reader.inverted_index(words.exact)?;
            let mut near = index.terms().search(&alike).into_stream()?;
            while near.advance() {
                let Ok(text) = std::str::from_utf8(near.key()) else { continue };
                if !forms::is_case(text) && text != word {
                    *found.entry(text.to_owned()).or_default() += u64::from(near.value().doc_freq);
                }
            }
        }
        let told =
            |(text, count): (String, u64)| Spelling { edits: alike.edits(text.as_bytes()).unwrap_or(2), text, count };
        let mut found: Vec<Spelling> = found.into_iter().map(told).collect();
        found.sort_by(|a, b| (a.edits, Reverse(a.count), &a.text).cmp(&(b.edits, Reverse(b.count), &b.text)));
        found.truncate(query.most);
        Ok(found)
    }

    /// The words that tell a text apart, best first: frequent in it, rare in the sentences of all articles, but not in
    /// this text alone.
    pub(super) fn telling_words(&self, text: &str, most: usize, interrupt: &Interrupt) -> Result<Vec<String>> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for word in text::exact(text) {
            if word.text.chars().count() > 2 && !phrases::is_function_word(&word.text) {
                *counts.entry(word.text).or_default() += 1;
            }
        }
        let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
        counts.sort_by_key(|&(_, count)| Reverse(count));
        counts.truncate(LOOKED_UP);
        let searcher = &self.searchers.sentences;
        let all = searcher.num_docs();
        let mut telling = Vec::with_capacity(counts.len());
        for (word, count) in counts {
            interrupt.check()?;
            let elsewhere = frequency(searcher, self.fields.sentences.common.text.exact, &word)?;
            if elsewhere > count {
                // Half as frequent elsewhere is one step rarer.
                let rarity = 1 + (all / elsewhere).max(1).ilog2();
                telling.push((Reverse(count * u64::from(rarity)), elsewhere, word));
            }
        }
        telling.sort();
        Ok(telling.into_iter().take(most).map(|(.., word)| word).collect())
    }
}

/// In how many documents a word stands.
fn frequency(searcher: &Searcher, field: IndexField, word: &str) -> Result<u64> {
    Ok(searcher.doc_freq(&Term::from_field_text(field, word))?)
}
