//! Completes what somebody types: names of entities, and phrases of headlines.
//!
//! Entities are found by the words of their names, the last of them begun; those in most articles come first. Phrases are
//! words of an index field of their own, so that a stretch of its dictionary is all that is read. Only where neither is
//! found, words may have typing errors, which takes longer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use tantivy::query::{BooleanQuery, EnableScoring, FuzzyTermQuery, Occur, Query};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use super::alike::Alike;
use super::collect::{Best, Found};
use super::lookup::{place_of, typing_errors, unknown};
use super::terms::{any_of, term};
use super::view::View;
use crate::article::type_word;
use crate::engine::CHECK_EVERY;
use crate::query::SuggestQuery;
use crate::text;
use crate::{EntityId, EntitySuggestion, Interrupt, PhraseSuggestion, Result, Suggestions, Total};

/// More words than this are not completed.
const WORDS: usize = 8;

/// Beginnings of at most so many letters are remembered.
const SHORT_LETTERS: usize = 2;

/// So many of them at most: all pairs of letters, with room for other scripts.
const REMEMBERED: usize = 2_048;

/// A longer beginning of a phrase has no typing errors, because its automaton would be large.
const MISSPELT_BYTES: usize = 64;

/// For each phrase that is wanted, so many are looked at more closely: some may stand in deleted articles, or be parts of
/// others.
const CANDIDATES: usize = 4;

impl View {
    /// How what is typed may go on.
    pub(super) fn suggest(&self, query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions> {
        interrupt.check()?;
        let words: Vec<String> = text::exact(&query.text).map(|word| word.text).take(WORDS + 1).collect();
        if words.is_empty() || words.len() > WORDS || query.most == 0 {
            return Ok(Suggestions::default());
        }
        let as_typed = self.as_typed(&words, query, interrupt)?;
        let found = !(as_typed.entities.is_empty() && as_typed.phrases.is_empty());
        if found || words.iter().all(|word| typing_errors(word).is_none()) {
            return Ok(as_typed);
        }
        self.completions(&words, query, true, interrupt)
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
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(words.len() + 1);
        for (at, word) in words.iter().enumerate() {
            let edits = typing_errors(word).filter(|_| errors).unwrap_or(0);
            let text = Term::from_field_text(fields.name, word);
            parts.push((
                Occur::Must,
                match (at + 1 == words.len(), edits) {
                    (true, edits) => Box::new(FuzzyTermQuery::new_prefix(text, edits, true)),
                    (false, 0) => term(fields.name, word),
                    (false, edits) => Box::new(FuzzyTermQuery::new(text, edits, true)),
                },
            ));
        }
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
            true => match typing_errors(begun).filter(|_| begun.len() <= MISSPELT_BYTES) {
                Some(edits) => self.phrases_like(&Alike::beginning(begun, edits), interrupt)?,
                None => BTreeMap::new(),
            },
        };
        let mut candidates: Vec<(u64, &String)> = counts.iter().map(|(text, &count)| (count, text)).collect();
        let wanted = most.saturating_mul(CANDIDATES).min(candidates.len());
        if wanted < candidates.len() {
            candidates.select_nth_unstable_by_key(wanted, |&(count, text)| (Reverse(count), text));
            candidates.truncate(wanted);
        }
        let mut phrases = Vec::with_capacity(candidates.len());
        for (count, text) in candidates {
            let count = if self.has_deleted() { self.headlines(text)? } else { count };
            phrases.push(PhraseSuggestion { text: text.clone(), headlines: count });
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

/// The phrases to show: none of a headline that is gone, and none that always goes on in the same way, of which the
/// longer one says more.
fn chosen(phrases: Vec<PhraseSuggestion>, most: usize) -> Vec<PhraseSuggestion> {
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
