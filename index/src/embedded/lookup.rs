//! Looks up entities by name in their index: [`crate::lookup`] tells how a word may be found, and what that earns.

use std::sync::PoisonError;

use tantivy::columnar::Column;
use tantivy::query::{
    AllQuery, BooleanQuery, DisjunctionMaxQuery, EmptyQuery, EnableScoring, FuzzyTermQuery, Occur, Query,
};
use tantivy::schema::Field;
use tantivy::{DocSet, TERMINATED, Term};

use super::collect::{Best, Found, Top, rank_of_score};
use super::columns::Figures;
use super::named::begins;
use super::page::{self, Place};
use super::schema::Entities;
use super::terms::{any_of, bodies, persons, scored, term};
use super::view::View;
use crate::article::type_word;
use crate::digest::query_hash;
use crate::engine::CHECK_EVERY;
use crate::lookup::{Way, best_wording, ways, whole_score};
use crate::name::{AskedName, Part};
use crate::query::EntityQuery;
use crate::{EntityHit, EntityId, Error, ErrorKind, Interrupt, Page, Result, Total};

impl View {
    /// Entities that match, the likeliest first.
    pub(super) fn entities(&self, query: &EntityQuery, interrupt: &Interrupt) -> Result<Page<EntityHit>> {
        interrupt.check()?;
        let hash = query_hash(&("entities", &query.name, &query.kinds));
        let after = page::after(hash, &query.page)?.map(|after| after.place);
        let asked = AskedName::read(&query.name);
        let top = self.likeliest(query, &asked, after, interrupt)?;
        let next = self.next(hash, &top);
        let mut hits = Vec::with_capacity(top.hits.len());
        for found in &top.hits {
            interrupt.check()?;
            let id = self.entity_id(found.segment, found.doc)?;
            let entity = EntityId::parse(&id).map(|id| self.store.entity(&id)).transpose()?.flatten();
            let entity = entity.ok_or_else(|| unknown(&id))?;
            let (matched, matched_by) = best_wording(&entity, &asked);
            hits.push(EntityHit { entity, matched, matched_by, score: found.score });
        }
        Ok(Page { hits, next, total: top.total, seq: self.store.seq, facets: Vec::new() })
    }

    /// The likeliest entities after a place.
    fn likeliest(
        &self,
        query: &EntityQuery,
        asked: &AskedName,
        after: Option<Place>,
        interrupt: &Interrupt,
    ) -> Result<Top> {
        let searcher = &self.searchers.entities;
        let weight = self.lookup(query, asked).weight(EnableScoring::enabled_from_searcher(searcher))?;
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

    /// The query for tantivy: all words must be found, each in one way or another.
    fn lookup(&self, query: &EntityQuery, asked: &AskedName) -> Box<dyn Query> {
        let fields = &self.fields.entities;
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (at, word) in asked.words.iter().enumerate() {
            let occur = if word.part == Part::Filler { Occur::Should } else { Occur::Must };
            let ways = ways(word, at + 1 == asked.words.len());
            let ways = ways.into_iter().map(|(way, earns)| scored(found(fields, way, asked), earns)).collect();
            parts.push((occur, Box::new(DisjunctionMaxQuery::new(ways))));
        }
        match asked.words.is_empty() {
            false => {
                let whole = |key: &String| scored(term(fields.whole, key), whole_score(key));
                let wholes = asked.wholes().iter().map(whole).collect();
                parts.push((Occur::Should, Box::new(DisjunctionMaxQuery::new(wholes))));
            }
            true if query.name.trim().is_empty() => parts.push((Occur::Must, scored(Box::new(AllQuery), 0.0))),
            true => parts.push((Occur::Must, Box::new(EmptyQuery))),
        }
        if !query.kinds.is_empty() {
            let kinds = any_of(fields.kind, query.kinds.iter().map(|&kind| type_word(kind)));
            parts.push((Occur::Must, scored(kinds, 0.0)));
        }
        Box::new(BooleanQuery::new(parts))
    }

    /// The id of the entity that a document of the index represents. It is remembered for as long as the view stands, since
    /// the column keeps ids in compressed blocks.
    pub(super) fn entity_id(&self, segment: u32, doc: u32) -> Result<String> {
        let known = || self.entity_ids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = known().get(&(segment, doc)) {
            return Ok(id.clone());
        }
        let mut id = String::new();
        if let Some(column) = &self.figures[segment as usize].id
            && let Some(ord) = column.ords().first(doc)
        {
            column.ord_to_str(ord, &mut id)?;
        }
        let mut known = known();
        if known.len() < MOST_IDS {
            known.insert((segment, doc), id.clone());
        }
        Ok(id)
    }
}

/// More ids than this are not remembered.
const MOST_IDS: usize = 4_096;

/// The entities in which a word is found in this way.
pub(super) fn found(fields: &Entities, way: Way<'_>, asked: &AskedName) -> Box<dyn Query> {
    let text = |field: Field, word: &str| Term::from_field_text(field, word);
    match way {
        Way::Name(spellings) => any_of(fields.name, spellings),
        Way::Title(spellings) => any_of(fields.title, spellings),
        Way::BegunName(word, edits) => Box::new(FuzzyTermQuery::new_prefix(text(fields.name, word), edits, true)),
        Way::BegunTitle(word) => Box::new(FuzzyTermQuery::new_prefix(text(fields.title, word), 0, true)),
        Way::Alike(word, edits) => Box::new(FuzzyTermQuery::new(text(fields.name, word), edits, true)),
        Way::Begins(letters) => begins(fields, letters, asked),
        Way::BeginsBesideErrors(letters) => {
            let full = asked.full().map(|word| (Occur::MustNot, term(fields.name, word)));
            let letters = letters.iter().map(|letter| (Occur::Must, term(fields.initial, &letter.to_string())));
            Box::new(BooleanQuery::new(letters.chain(full).collect()))
        }
        Way::Person => persons(fields),
        Way::Body => bodies(fields),
    }
}

/// The place of an entity: by score, then articles, then mentions, then a number of its own.
pub(super) fn place_of(figures: &Figures, score: f32, doc: u32) -> Place {
    let figure = |column: &Column<u64>| column.first(doc).unwrap_or_default();
    let articles = u64::from(u32::MAX) - figure(&figures.articles).min(u32::MAX.into());
    let mentions = MENTIONS_MAX - figure(&figures.mentions).min(MENTIONS_MAX);
    let key = figure(&figures.key);
    Place { rank: rank_of_score(score) << 32 | articles, tie: mentions << 40 | key >> 24, ordinal: key as u32 }
}

/// More mentions than this count the same.
const MENTIONS_MAX: u64 = (1 << 24) - 1;

/// The error for an index and a store that contradict each other.
pub(super) fn unknown(id: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("the index names the entity {id:?}, which the store lacks"))
}
