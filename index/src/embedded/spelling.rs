//! How a word may have been meant that finds nothing, and which words tell a text apart: both are read from the
//! dictionary of words.

use std::collections::BTreeMap;

use tantivy::Term;

use super::compile::Compiler;
use super::view::View;
use crate::query::SpellingQuery;
use crate::spelling::{Misspelt, Telling, frequent};
use crate::{Interrupt, Result, Spelling};

impl View {
    /// Words of the index that this one may be a misspelling of, nearest first, then the most frequent.
    pub(super) fn spellings(&self, query: &SpellingQuery, interrupt: &Interrupt) -> Result<Vec<Spelling>> {
        let Some(misspelt) = Misspelt::of(query) else { return Ok(Vec::new()) };
        let (compiler, searcher) = match query.quotes {
            true => (Compiler::quotes(self, interrupt), &self.searchers.quotes),
            false => (Compiler::sentences(self, interrupt), &self.searchers.sentences),
        };
        let Some(words) = compiler.words(query.field) else { return Ok(Vec::new()) };
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for reader in searcher.segment_readers() {
            interrupt.check()?;
            let index = reader.inverted_index(words.exact)?;
            let mut near = index.terms().search(&misspelt.alike).into_stream()?;
            while near.advance() {
                if let Ok(text) = std::str::from_utf8(near.key()) {
                    *found.entry(text.to_owned()).or_default() += u64::from(near.value().doc_freq);
                }
            }
        }
        Ok(misspelt.ranked(found, query.most))
    }

    /// The words that tell a text apart, best first: frequent in it, rare in the sentences of all articles, but not in
    /// this text alone.
    pub(super) fn telling_words(&self, text: &str, most: usize, interrupt: &Interrupt) -> Result<Vec<String>> {
        let searcher = &self.searchers.sentences;
        let field = self.fields.sentences.common.text.exact;
        let mut telling = Telling::new(searcher.num_docs());
        for (word, count) in frequent(text) {
            interrupt.check()?;
            let elsewhere = searcher.doc_freq(&Term::from_field_text(field, &word))?;
            telling.offer(word, count, elsewhere);
        }
        Ok(telling.best(most))
    }
}
