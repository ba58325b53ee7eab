//! Looks up entities by name: whole, in part, begun, or with a typing error.

use tantivy::columnar::Column;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, EnableScoring, FuzzyTermQuery, Occur,
    Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, TERMINATED, Term};

use super::collect::{Best, CHECK_EVERY, Found, Top, rank_of_score};
use super::filter::any_of;
use super::page::{self, Place};
use super::view::{Figures, View};
use crate::article::type_word;
use crate::query::EntityQuery;
use crate::{EntityHit, EntityId, EntityRecord, Error, ErrorKind, Interrupt, Page, Result, Total, highlight, text};

/// What a word of the query earns, by how it is found. The best way counts.
const EXACT: f32 = 4.0;
const BEGUN: f32 = 2.0;
const ALIKE: f32 = 1.0;
/// A word of a title tells less than one of a name.
const TITLE: f32 = 1.0;
/// A name that is all that was asked for comes first: "Georgia" before "Georgia Marlow".
const WHOLE: f32 = 8.0;

impl View {
    /// Entities, the likeliest first.
    pub(super) fn entities(&self, query: &EntityQuery, interrupt: &Interrupt) -> Result<Page<EntityHit>> {
        interrupt.check()?;
        let hash = page::query_hash(&("entities", &query.name, &query.kinds));
        let after = page::after(hash, &query.page)?.map(|after| after.place);
        let words: Vec<String> = text::exact(&query.name).map(|word| word.text).collect();
        let top = self.likeliest(query, &words, after, interrupt)?;
        let next = self.next(hash, &top);
        let mut hits = Vec::with_capacity(top.hits.len());
        for found in &top.hits {
            interrupt.check()?;
            let id = self.entity_id(found.segment, found.doc)?;
            let entity = EntityId::parse(&id).map(|id| self.store.entity(&id)).transpose()?.flatten();
            let entity = entity.ok_or_else(|| unknown(&id))?;
            let matched = best_name(&entity, &words);
            hits.push(EntityHit { entity, matched, score: found.score });
        }
        Ok(Page { hits, next, total: top.total, seq: self.store.seq })
    }

    fn likeliest(
        &self,
        query: &EntityQuery,
        words: &[String],
        after: Option<Place>,
        interrupt: &Interrupt,
    ) -> Result<Top> {
        let searcher = &self.searchers.entities;
        let weight = self.lookup(query, words).weight(EnableScoring::enabled_from_searcher(searcher))?;
        let mut best = Best::new(query.page.size.max(1).saturating_add(1), after);
        for (ord, reader) in searcher.segment_readers().iter().enumerate() {
            let figures = &self.figures[ord];
            let alive = reader.alive_bitset();
            let mut scorer = weight.scorer(reader, 1.0)?;
            let mut doc = scorer.doc();
            let mut visited = 0;
            while doc != TERMINATED {
                if visited % CHECK_EVERY == 0 {
                    interrupt.check()?;
                }
                visited += 1;
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    best.seen += 1;
                    let score = scorer.score();
                    let place = place_of(figures, score, doc);
                    if best.may_take(place.rank) {
                        best.offer(Found { place, segment: ord as u32, doc, score });
                    }
                }
                doc = scorer.advance();
            }
        }
        let total = Total { count: best.seen, exact: true };
        Ok(best.into_top(total))
    }

    /// All words must be found, each in one way or another.
    fn lookup(&self, query: &EntityQuery, words: &[String]) -> Box<dyn Query> {
        let fields = &self.fields.entities;
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        match words.split_last() {
            Some((last, others)) => {
                for word in others {
                    parts.push((Occur::Must, self.find_word(word, false)));
                }
                parts.push((Occur::Must, self.find_word(last, true)));
                parts.push((Occur::Should, scored(term(fields.whole, &words.join(" ")), WHOLE)));
            }
            None if query.name.trim().is_empty() => parts.push((Occur::Must, scored(Box::new(AllQuery), 0.0))),
            None => parts.push((Occur::Must, Box::new(EmptyQuery))),
        }
        if !query.kinds.is_empty() {
            let kinds = any_of(fields.kind, query.kinds.iter().map(|&kind| type_word(kind)));
            parts.push((Occur::Must, scored(kinds, 0.0)));
        }
        Box::new(BooleanQuery::new(parts))
    }

    fn find_word(&self, word: &str, last: bool) -> Box<dyn Query> {
        let fields = &self.fields.entities;
        let mut ways = vec![scored(term(fields.name, word), EXACT), scored(term(fields.title, word), TITLE)];
        if last {
            let begun = |field| Box::new(FuzzyTermQuery::new_prefix(Term::from_field_text(field, word), 0, true));
            ways.push(scored(begun(fields.name), BEGUN));
            ways.push(scored(begun(fields.title), TITLE / 2.0));
        }
        if let Some(distance) = typing_errors(word) {
            let alike = FuzzyTermQuery::new(Term::from_field_text(fields.name, word), distance, true);
            ways.push(scored(Box::new(alike), ALIKE));
        }
        Box::new(DisjunctionMaxQuery::new(ways))
    }

    /// The id of the entity that a document of the index stands for.
    pub(super) fn entity_id(&self, segment: u32, doc: u32) -> Result<String> {
        let mut id = String::new();
        if let Some(column) = &self.figures[segment as usize].id
            && let Some(ord) = column.ords().first(doc)
        {
            column.ord_to_str(ord, &mut id)?;
        }
        Ok(id)
    }
}

/// How many typing errors a word may have: short words would match anything.
fn typing_errors(word: &str) -> Option<u8> {
    match word.chars().count() {
        ..4 => None,
        4..8 => Some(1),
        _ => Some(2),
    }
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// The name or alias that the words fit best; the canonical name when a title alone did.
fn best_name(entity: &EntityRecord, words: &[String]) -> String {
    let mut best = (entity.name.as_str(), 0.0);
    for name in std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text)) {
        let fit = fit(name, words);
        if fit > best.1 {
            best = (name, fit);
        }
    }
    best.0.to_owned()
}

/// What a name earns, in the measure of the index.
fn fit(name: &str, words: &[String]) -> f32 {
    let parts: Vec<String> = text::exact(name).map(|word| word.text).collect();
    let whole = if parts == words { WHOLE } else { 0.0 };
    let earned = words.iter().enumerate().map(|(at, word)| {
        let letters: Vec<char> = word.chars().collect();
        let ways = parts.iter().map(|part| {
            let alike = typing_errors(word).is_some_and(|errors| highlight::within(&letters, part, errors.into()));
            match () {
                () if part == word => EXACT,
                () if at + 1 == words.len() && part.starts_with(word.as_str()) => BEGUN,
                () if alike => ALIKE,
                () => 0.0,
            }
        });
        ways.fold(0.0, f32::max)
    });
    whole + earned.sum::<f32>()
}

/// By score, then articles, then mentions, then a number of the entity's own.
fn place_of(figures: &Figures, score: f32, doc: u32) -> Place {
    let figure = |column: &Column<u64>| column.first(doc).unwrap_or_default();
    let articles = u64::from(u32::MAX) - figure(&figures.articles).min(u32::MAX.into());
    let mentions = MENTIONS_MAX - figure(&figures.mentions).min(MENTIONS_MAX);
    let key = figure(&figures.key);
    Place { rank: rank_of_score(score) << 32 | articles, tie: mentions << 40 | key >> 24, ordinal: key as u32 }
}

const MENTIONS_MAX: u64 = (1 << 24) - 1;

fn unknown(id: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("the index names the entity {id:?}, which the store lacks"))
}
