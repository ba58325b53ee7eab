//! Looks up entities by name: in full, in part, by its beginning, or with a typing error.
//!
//! Every word of the query must be found in an entity's names or titles. How a word is found decides what it earns; the best way
//! counts. A name that is all that was asked for earns extra, so that "Georgia" comes before "Georgia Marlow". Among equal scores,
//! entities in more articles come first, then those with more mentions.
//!
//! | a word is found | it earns |
//! |---|---|
//! | as a whole word of a name | [`EXACT`] |
//! | as the beginning of a word (the last word of the query only), or as an initial | [`BEGUN`] |
//! | with a typing error | [`ALIKE`] |
//! | in a title | [`TITLE`] |
//! | as an honorific among the titles | [`HONORIFIC`] |
//!
//! What the honorifics, initials and legal forms of a query are is decided in `crate::name`. The name, alias or title shown as the
//! match is the one that earns most by the same measure.

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
use super::terms::{any_of, bodies, persons, scored, term};
use super::view::View;
use crate::article::type_word;
use crate::digest::query_hash;
use crate::engine::CHECK_EVERY;
use crate::name::{AskedName, AskedWord, CORE, KeptName, Part, initial};
use crate::query::EntityQuery;
use crate::{
    EntityHit, EntityId, EntityRecord, Error, ErrorKind, Interrupt, MatchedBy, Page, Result, Total, edits, text,
};

/// What a whole word earns.
const EXACT: f32 = 4.0;
/// A word that begins like this, or an initial.
const BEGUN: f32 = 2.0;
/// A word with a typing error.
const ALIKE: f32 = 1.0;
/// A word of a title says less than one of a name.
const TITLE: f32 = 1.0;
/// An honorific distinguishes two people with the same name, even if only one of them is called by that name alone.
const HONORIFIC: f32 = 10.0;
/// "Ltd" says less than any other word.
const FORM: f32 = 0.5;
/// A name that is all that was asked for comes first: "Georgia" before "Georgia Marlow".
const WHOLE: f32 = 8.0;
/// The same but for order, honorific, article and legal form: "Varrin, Elena", "The Reform League".
const CORE_WHOLE: f32 = 7.0;

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
            let (matched, matched_by) = match asked.words.is_empty() {
                true => (String::new(), MatchedBy::Name),
                false => best_wording(&entity, &asked),
            };
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
            let ways = self.find_word(word, at + 1 == asked.words.len(), asked);
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

    /// The ways to find a word, with what each earns.
    fn find_word(&self, word: &AskedWord, last: bool, asked: &AskedName) -> Vec<Box<dyn Query>> {
        let fields = &self.fields.entities;
        let spelt = |field: Field, score| word.spellings.iter().map(move |one| scored(term(field, one), score));
        match &word.part {
            Part::Filler => spelt(fields.name, FORM).collect(),
            Part::LegalForm => spelt(fields.name, FORM).chain([scored(bodies(fields), 0.0)]).collect(),
            Part::Honorific => {
                let ways = spelt(fields.name, EXACT).chain(spelt(fields.title, HONORIFIC));
                ways.chain([scored(persons(fields), 0.0)]).collect()
            }
            Part::Middle(letters) => {
                let begins = scored(begins(fields, letters, asked), BEGUN);
                spelt(fields.name, EXACT).chain([begins, scored(persons(fields), 0.0)]).collect()
            }
            Part::Initials(letters) => {
                let mut ways: Vec<_> = spelt(fields.name, EXACT).chain(spelt(fields.title, TITLE)).collect();
                ways.push(scored(begins(fields, letters, asked), BEGUN));
                ways.push(scored(self.begins_beside_errors(letters, asked), ALIKE));
                ways
            }
            Part::Full => {
                let mut ways: Vec<_> = spelt(fields.name, EXACT).chain(spelt(fields.title, TITLE)).collect();
                let word = &word.spellings[0];
                if last {
                    let begun =
                        |field| Box::new(FuzzyTermQuery::new_prefix(Term::from_field_text(field, word), 0, true));
                    ways.push(scored(begun(fields.name), BEGUN));
                    ways.push(scored(begun(fields.title), TITLE / 2.0));
                }
                if let Some(distance) = typing_errors(word) {
                    let alike = FuzzyTermQuery::new(Term::from_field_text(fields.name, word), distance, true);
                    ways.push(scored(Box::new(alike), ALIKE));
                }
                ways
            }
        }
    }

    /// Names in which words begin with these letters and none is as it was asked for, so that the others are begun or
    /// misspelt: "E. Varr". Were one as asked for, the letters would have to begin words beside it.
    fn begins_beside_errors(&self, letters: &[char], asked: &AskedName) -> Box<dyn Query> {
        let fields = &self.fields.entities;
        let full = asked.full().map(|word| (Occur::MustNot, term(fields.name, word)));
        let letters = letters.iter().map(|letter| (Occur::Must, term(fields.initial, &letter.to_string())));
        Box::new(BooleanQuery::new(letters.chain(full).collect()))
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

/// How many typing errors a word may have. Short words may have none, because they would match anything.
pub(super) fn typing_errors(word: &str) -> Option<u8> {
    match word.chars().count() {
        ..4 => None,
        4..8 => Some(1),
        _ => Some(2),
    }
}

/// What a whole name earns.
fn whole_score(key: &str) -> f32 {
    if key.starts_with(CORE) { CORE_WHOLE } else { WHOLE }
}

/// The name, alias or title that matches best, by the measure of the index. The first of equals.
fn best_wording(entity: &EntityRecord, asked: &AskedName) -> (String, MatchedBy) {
    let aliases = entity.aliases.iter().map(|alias| (&alias.text, MatchedBy::Alias));
    let titles = entity.titles.iter().map(|title| (&title.text, MatchedBy::Title));
    let mut best = (&entity.name, MatchedBy::Name, 0.0);
    for (wording, by) in std::iter::once((&entity.name, MatchedBy::Name)).chain(aliases).chain(titles) {
        let fit = match by {
            MatchedBy::Title => title_fit(wording, asked),
            MatchedBy::Name | MatchedBy::Alias => name_fit(wording, asked),
        };
        if fit > best.2 {
            best = (wording, by, fit);
        }
    }
    (best.0.clone(), best.1)
}

/// What a name earns.
fn name_fit(name: &str, asked: &AskedName) -> f32 {
    let kept = KeptName::read(name);
    let wholes = asked.wholes().into_iter().filter(|key| kept.wholes.contains(key));
    let whole = wholes.map(|key| whole_score(&key)).fold(0.0, f32::max);
    let earned = asked.words.iter().enumerate().map(|(at, word)| {
        let exact = word.spellings.iter().any(|one| kept.words.contains(one));
        let last = at + 1 == asked.words.len();
        match &word.part {
            Part::Filler | Part::LegalForm if exact => FORM,
            Part::Filler | Part::LegalForm => 0.0,
            _ if exact => EXACT,
            Part::Honorific => 0.0,
            Part::Initials(letters) | Part::Middle(letters) => letters_fit(letters, &kept, asked),
            Part::Full => kept.words.iter().map(|part| near(part, &word.spellings[0], last)).fold(0.0, f32::max),
        }
    });
    whole + earned.sum::<f32>()
}

/// What initials earn in a name.
fn letters_fit(letters: &[char], kept: &KeptName, asked: &AskedName) -> f32 {
    let full: Vec<&str> = asked.full().collect();
    let initials = kept.initials();
    let beside = |letter: &char| full.iter().any(|word| initials.contains(&initial(*letter, word)));
    let begins = |letter: &char| kept.letters().any(|begun| begun == *letter);
    match kept.words.iter().any(|word| full.contains(&word.as_str())) {
        true if letters.iter().all(beside) => BEGUN,
        false if letters.iter().all(begins) => {
            if full.is_empty() {
                BEGUN
            } else {
                ALIKE
            }
        }
        _ => 0.0,
    }
}

/// What a word of a name earns that begins as the one asked for, or differs a little.
fn near(part: &str, word: &str, last: bool) -> f32 {
    let letters: Vec<char> = word.chars().collect();
    match typing_errors(word) {
        _ if last && part.starts_with(word) => BEGUN,
        Some(errors) if edits::within(&letters, part, errors.into()) => ALIKE,
        _ => 0.0,
    }
}

/// What a title earns.
fn title_fit(title: &str, asked: &AskedName) -> f32 {
    let parts: Vec<String> = text::exact(title).map(|word| word.text).collect();
    let earned = asked.words.iter().enumerate().map(|(at, word)| {
        let begun = || parts.iter().any(|part| part.starts_with(word.spellings[0].as_str()));
        match word.part {
            Part::Filler | Part::LegalForm => 0.0,
            _ if word.spellings.iter().any(|one| parts.contains(one)) => TITLE,
            Part::Full if at + 1 == asked.words.len() && begun() => TITLE / 2.0,
            _ => 0.0,
        }
    });
    earned.sum()
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
