//! Completes what somebody types: names of entities, and phrases of headlines.
//!
//! Phrases are words of an index field of their own, so that a stretch of its dictionary is all that is read. With typing
//! errors it takes longer. [`crate::completion`] tells what is found and shown.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use super::collect::{Best, Found};
use super::lookup::{found, place_of, unknown};
use super::terms::any_of;
use super::view::View;
use crate::alike::Alike;
use crate::article::type_word;
use crate::completion::{self, candidates, chosen, phrase_errors, ways};
use crate::engine::CHECK_EVERY;
use crate::name::AskedName;
use crate::query::SuggestQuery;
use crate::{EntityId, EntitySuggestion, Interrupt, PhraseSuggestion, Result, Suggestions, Total};

/// Beginnings of at most so many letters are remembered.
const SHORT_LETTERS: usize = 2;

/// So many of them at most: all pairs of letters, with room for other scripts.
const REMEMBERED: usize = 2_048;

impl View {
    /// How what is typed may go on.
    pub(super) fn suggest(&self, query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions> {
        interrupt.check()?;
        completion::complete(query, |words, errors| match errors {
            false => self.as_typed(words, query, interrupt),
            true => self.completions(words, query, true, interrupt),
        })
    }

    /// Entities and phrases that begin with these very words. Very many begin with one or two letters, so that what these
    /// come to is remembered for as long as the view stands.
    fn as_typed(&self, words: &[String], query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions> {
        let begun = words.join(" ");
        if begun.chars().count() > SHORT_LETTERS {
            return self.completions(words, query, false, interrupt);
        }
        let remembered = || self.short_suggestions.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (begun, query.kinds.iter().map(|&kind| type_word(kind)).collect(), query.most);
        if let Some(known) = remembered().get(&key) {
            return Ok(known.clone());
        }
        let found = self.completions(words, query, false, interrupt)?;
        if remembered().len() < REMEMBERED {
            remembered().insert(key, found.clone());
        }
        Ok(found)
    }

    /// Entities and phrases, whose words may have typing errors.
    fn completions(
        &self,
        words: &[String],
        query: &SuggestQuery,
        errors: bool,
        interrupt: &Interrupt,
    ) -> Result<Suggestions> {
        let entities = self.begun_entities(words, query, errors, interrupt)?;
        let phrases = self.find_phrases(&words.join(" "), query.most, errors, interrupt)?;
        Ok(Suggestions { entities, phrases })
    }

    /// Entities with all of these words in their names, those in most articles first.
    fn begun_entities(
        &self,
        words: &[String],
        query: &SuggestQuery,
        errors: bool,
        interrupt: &Interrupt,
    ) -> Result<Vec<EntitySuggestion>> {
        let searcher = &self.searchers.entities;
        let asked = self.named_like(words, query, errors);
        let weight = asked.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let mut best = Best::new(query.most.saturating_add(1), None);
        for (ord, reader) in searcher.segment_readers().iter().enumerate() {
            let (figures, alive) = (&self.figures[ord], reader.alive_bitset());
            let mut docs = weight.scorer(reader, 1.0)?;
            let (mut doc, mut visited) = (docs.doc(), 0);
            while doc != TERMINATED {
                if visited % CHECK_EVERY == 0 {
                    interrupt.check()?;
                }
                visited += 1;
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    let place = place_of(figures, 0.0, doc);
                    if best.may_take(place.rank) {
                        best.offer(Found { place, segment: ord as u32, doc, score: 0.0 });
                    }
                }
                doc = docs.advance();
            }
        }
        let top = best.into_top(Total { count: 0, exact: true });
        top.hits.iter().map(|found| self.suggested(found)).collect()
    }

    /// The query for entities with these words in their names.
    fn named_like(&self, words: &[String], query: &SuggestQuery, errors: bool) -> BooleanQuery {
        let fields = &self.fields.entities;
        let nobody = AskedName { words: Vec::new() };
        let found = ways(words, errors).into_iter().map(|way| (Occur::Must, found(fields, way, &nobody)));
        let mut parts: Vec<(Occur, Box<dyn Query>)> = found.collect();
        if !query.kinds.is_empty() {
            parts.push((Occur::Must, any_of(fields.kind, query.kinds.iter().map(|&kind| type_word(kind)))));
        }
        BooleanQuery::new(parts)
    }

    /// An entity that was found.
    fn suggested(&self, found: &Found) -> Result<EntitySuggestion> {
        let id = self.entity_id(found.segment, found.doc)?;
        let entity = EntityId::parse(&id).map(|id| self.store.entity(&id)).transpose()?.flatten();
        let entity = entity.ok_or_else(|| unknown(&id))?;
        Ok(EntitySuggestion { id: entity.id, name: entity.name, kind: entity.kind, articles: entity.articles })
    }

    /// Phrases of headlines that begin like this, those of most headlines first.
    fn find_phrases(
        &self,
        begun: &str,
        most: usize,
        errors: bool,
        interrupt: &Interrupt,
    ) -> Result<Vec<PhraseSuggestion>> {
        let counts = match errors {
            false => self.phrases_from(begun, interrupt)?,
            true => match phrase_errors(begun) {
                Some(edits) => self.phrases_like(&Alike::beginning(begun, edits), interrupt)?,
                None => BTreeMap::new(),
            },
        };
        let candidates = candidates(counts, most);
        let mut phrases = Vec::with_capacity(candidates.len());
        for (count, text) in candidates {
            let headlines = if self.has_deleted() { self.headlines(&text)? } else { count };
            phrases.push(PhraseSuggestion { text, headlines });
        }
        Ok(chosen(phrases, most))
    }

    /// The phrases with this beginning, and in how many headlines each stands.
    fn phrases_from(&self, begun: &str, interrupt: &Interrupt) -> Result<BTreeMap<String, u64>> {
        let mut counts = BTreeMap::new();
        for reader in self.searchers.sentences.segment_readers() {
            interrupt.check()?;
            let index = reader.inverted_index(self.fields.sentences.title_phrase)?;
            let mut found = index.terms().range().ge(begun.as_bytes()).into_stream()?;
            while found.advance() && found.key().starts_with(begun.as_bytes()) {
                count_phrase(&mut counts, found.key(), found.value().doc_freq);
            }
        }
        Ok(counts)
    }

    /// The phrases with a beginning like this one.
    fn phrases_like(&self, alike: &Alike, interrupt: &Interrupt) -> Result<BTreeMap<String, u64>> {
        let mut counts = BTreeMap::new();
        for reader in self.searchers.sentences.segment_readers() {
            interrupt.check()?;
            let index = reader.inverted_index(self.fields.sentences.title_phrase)?;
            let mut found = index.terms().search(alike).into_stream()?;
            while found.advance() {
                count_phrase(&mut counts, found.key(), found.value().doc_freq);
            }
        }
        Ok(counts)
    }

    /// Whether documents of sentences were deleted that the counts of the dictionary still have.
    fn has_deleted(&self) -> bool {
        self.searchers.sentences.segment_readers().iter().any(|reader| reader.alive_bitset().is_some())
    }

    /// In how many headlines a phrase stands.
    fn headlines(&self, phrase: &str) -> Result<u64> {
        let field = self.fields.sentences.title_phrase;
        let text = Term::from_field_text(field, phrase);
        let mut count = 0;
        for reader in self.searchers.sentences.segment_readers() {
            let index = reader.inverted_index(field)?;
            let Some(mut docs) = index.read_postings(&text, IndexRecordOption::Basic)? else { continue };
            let alive = reader.alive_bitset();
            while docs.doc() != TERMINATED {
                count += u64::from(alive.is_none_or(|alive| alive.is_alive(docs.doc())));
                docs.advance();
            }
        }
        Ok(count)
    }
}

/// Adds what one segment knows of a phrase.
fn count_phrase(counts: &mut BTreeMap<String, u64>, phrase: &[u8], headlines: u32) {
    if let Ok(phrase) = std::str::from_utf8(phrase) {
        *counts.entry(phrase.to_owned()).or_default() += u64::from(headlines);
    }
}
