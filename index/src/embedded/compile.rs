//! From a parsed query ([`Expr`]) to a tantivy query.
//!
//! What a condition on words looks for is told by `crate::rows`: stems of a field, so that a word matches in any inflection, or exact
//! words. Several ways to write the same count once, with the best score. A field that has no stems, such as the outlet, is searched by
//! exact words alone. Dates, properties, names and filters let hits pass or not, and add nothing to the score.
//!
//! Compiling also decides how the query will be run ([`Plan`]): one word, several plain words, or anything else.

use std::ops::Bound;

use sayso_document::Date;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, FuzzyTermQuery, Occur,
    PhrasePrefixQuery, PhraseQuery, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field as IndexField, IndexRecordOption};

use super::automaton::WildcardQuery;
use super::collect::Plan;
use super::never_back::NeverBack;
use super::schema::{Common, Quotes, Words, label_key, label_value, part_word};
use super::terms::any_of;
use super::view::View;
use crate::article::type_word;
use crate::meant::Bearing;
use crate::query::{Expr, Field, Part, Property, Role, Who};
use crate::rows::{Matcher, Row, rows};
use crate::words::{act_word, kind_word, polarity_word};
use crate::{Error, ErrorKind, Interrupt, Result};

/// Knows which index fields the query's fields refer to.
#[derive(Clone, Copy)]
pub(super) struct Compiler<'a> {
    /// The view that is searched.
    pub(super) view: &'a View,
    /// The fields of sentences and quotes.
    pub(super) common: &'a Common,
    /// The fields that only quotes have; none in a search for sentences.
    pub(super) quotes: Option<&'a Quotes>,
    /// When to give up.
    pub(super) interrupt: &'a Interrupt,
}

/// A compiled query.
pub(super) struct Compiled {
    /// The query for tantivy.
    pub(super) query: Box<dyn Query>,
    /// How to run it.
    pub(super) plan: Plan,
}

impl Compiled {
    /// A query of which every match must be visited.
    fn visit(query: impl Query) -> Self {
        Self { query: Box::new(query), plan: Plan::Visit }
    }

    /// Restricts the query to hits that pass all filters. Filters do not change scores.
    pub(super) fn filtered(self, filters: Vec<Box<dyn Query>>) -> Self {
        if filters.is_empty() {
            return self;
        }
        let filters = filters.into_iter().map(|filter| (Occur::Must, unscored(filter)));
        Self::visit(BooleanQuery::new(std::iter::once((Occur::Must, self.query)).chain(filters).collect()))
    }
}

/// Matches articles published in `[from, until)`.
pub(super) fn published(field: IndexField, from: Option<i64>, until: Option<i64>) -> Box<dyn Query> {
    let term = |at: i64| Term::from_field_i64(field, at);
    let from = from.map_or(Bound::Unbounded, |at| Bound::Included(term(at)));
    let until = until.map_or(Bound::Unbounded, |at| Bound::Excluded(term(at)));
    match (&from, &until) {
        (Bound::Unbounded, Bound::Unbounded) => Box::new(AllQuery),
        _ => Box::new(RangeQuery::new(from, until)),
    }
}

/// The same query with a score of 0.
fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

impl<'a> Compiler<'a> {
    /// The compiler of a search for sentences.
    pub(super) fn sentences(view: &'a View, interrupt: &'a Interrupt) -> Self {
        Self { view, common: &view.fields.sentences.common, quotes: None, interrupt }
    }

    /// The compiler of a search for quotes.
    pub(super) fn quotes(view: &'a View, interrupt: &'a Interrupt) -> Self {
        let fields = &view.fields.quotes;
        Self { view, common: &fields.common, quotes: Some(fields), interrupt }
    }

    /// Compiles a query. It recurses as deep as the expression is, which the parser bounds.
    pub(super) fn compile(self, expr: &Expr) -> Result<Compiled> {
        Ok(match expr {
            Expr::All => Compiled::visit(ConstScoreQuery::new(Box::new(AllQuery), 0.0)),
            Expr::Fuzzy { field, .. } => self.fuzzy(*field, expr),
            Expr::Word { .. } | Expr::Phrase { .. } | Expr::Prefix { .. } | Expr::Wildcard { .. } => {
                self.written(expr)?
            }
            Expr::Date { from: None, until: None } => self.compile(&Expr::Is(Property::Has(Part::Date)))?,
            Expr::Date { from, until } => {
                Compiled { query: unscored(published(self.common.published, *from, *until)), plan: Plan::Visit }
            }
            Expr::Is(property) => Compiled { query: unscored(self.property(property)), plan: Plan::Visit },
            Expr::Entity { role, name } => Compiled { query: unscored(self.entity(*role, name)?), plan: Plan::Visit },
            Expr::Either(parts) => best_of(parts.iter().map(|part| self.compile(part)).collect::<Result<_>>()?),
            Expr::Boost { expr, weight } => Compiled::visit(BoostQuery::new(self.compile(expr)?.query, *weight)),
            Expr::Bool { must, should, must_not } => self.combine(must, should, must_not)?,
        })
    }

    /// All of `must`, none of `must_not`, and any of `should`.
    fn combine(self, must: &[Expr], should: &[Expr], must_not: &[Expr]) -> Result<Compiled> {
        let mut plain = must_not.is_empty() && (must.is_empty() || should.is_empty());
        let mut parts = Vec::with_capacity(must.len() + should.len() + must_not.len() + 1);
        for (occur, list) in [(Occur::Must, must), (Occur::Should, should), (Occur::MustNot, must_not)] {
            for expr in list {
                let part = self.compile(expr)?;
                plain &= part.plan == Plan::Word;
                let query = match occur {
                    Occur::MustNot => Box::new(NeverBack(part.query)),
                    _ => part.query,
                };
                parts.push((occur, query));
            }
        }
        if must.is_empty() && should.is_empty() {
            parts.push((Occur::Must, unscored(Box::new(AllQuery))));
        }
        let plan = match plain {
            true if must.is_empty() => Plan::Any,
            true => Plan::All,
            false => Plan::Visit,
        };
        Ok(Compiled { query: Box::new(BooleanQuery::new(parts)), plan })
    }

    /// The index fields for a field of the query. None for a field that this search does not have.
    pub(super) fn words(self, field: Field) -> Option<Words> {
        let exact = |field| Some(Words { stemmed: field, exact: field });
        match field {
            Field::Text => Some(self.common.text),
            Field::Title => Some(self.common.title),
            Field::Outlet => exact(self.common.outlet),
            Field::Author => exact(self.common.author),
            Field::Speaker => self.quotes.and_then(|quotes| exact(quotes.speaker)),
            Field::About => self.quotes.and_then(|quotes| exact(quotes.about)),
            Field::Cue => self.quotes.map(|quotes| quotes.cue),
        }
    }

    /// A condition on words.
    fn written(self, expr: &Expr) -> Result<Compiled> {
        let Some((field, rows)) = rows(expr) else { return Ok(Compiled::visit(EmptyQuery)) };
        let Some(words) = self.words(field) else { return Ok(Compiled::visit(EmptyQuery)) };
        Ok(best_of(rows.iter().map(|row| self.row(words, row)).collect::<Result<_>>()?))
    }

    /// Words in a row.
    fn row(self, words: Words, row: &Row) -> Result<Compiled> {
        let mut terms = Vec::with_capacity(row.words.len());
        let mut prefix = None;
        for matcher in &row.words {
            match matcher {
                Matcher::Exact(word) => terms.push(Term::from_field_text(words.exact, word)),
                Matcher::Stem(stem) => terms.push(Term::from_field_text(words.stemmed, stem)),
                Matcher::Prefix(begun) => prefix = Some(Term::from_field_text(words.exact, begun)),
                Matcher::Wildcard(form) => return Ok(Compiled::visit(WildcardQuery::new(words.exact, form))),
                Matcher::Fuzzy(..) => return Ok(Compiled::visit(EmptyQuery)),
            }
        }
        match (terms.is_empty(), prefix) {
            (_, None) => Ok(sequence(terms, row.slop)),
            (true, Some(prefix)) => Ok(Compiled::visit(FuzzyTermQuery::new_prefix(prefix, 0, true))),
            (false, Some(prefix)) => {
                self.check_endings(words.exact, &prefix)?;
                Ok(Compiled::visit(begun_phrase(terms, prefix)))
            }
        }
    }

    /// Refuses a phrase whose last word may be more words than are looked for.
    fn check_endings(self, field: IndexField, prefix: &Term) -> Result<()> {
        let searcher = match self.quotes {
            Some(_) => &self.view.searchers.quotes,
            None => &self.view.searchers.sentences,
        };
        let begun = prefix.serialized_value_bytes();
        for reader in searcher.segment_readers() {
            let index = reader.inverted_index(field)?;
            let mut words = index.terms().range().ge(begun).into_stream()?;
            let mut count = 0;
            while words.advance() && words.key().starts_with(begun) {
                count += 1;
                if count > PREFIX_EXPANSIONS {
                    let begun = String::from_utf8_lossy(begun);
                    let said = format!(
                        "the last word of the phrase, {begun}*, is the beginning of more words than the limit \
                         phrase_endings, {PREFIX_EXPANSIONS}; write more of it"
                    );
                    return Err(Error::new(ErrorKind::TooBroad, said));
                }
            }
        }
        Ok(())
    }

    /// Words within some edits of these, all of them.
    fn fuzzy(self, field: Field, expr: &Expr) -> Compiled {
        let Some(words) = self.words(field) else { return Compiled::visit(EmptyQuery) };
        let rows = rows(expr).map(|(_, rows)| rows).unwrap_or_default();
        let matchers = rows.into_iter().flat_map(|row| row.words);
        let parts = matchers.filter_map(|matcher| match matcher {
            Matcher::Fuzzy(text, distance) => {
                let term = Term::from_field_text(words.exact, &text);
                let query = FuzzyTermQuery::new(term, distance.min(2), true);
                Some((Occur::Must, Box::new(query) as Box<dyn Query>))
            }
            _ => None,
        });
        Compiled::visit(BooleanQuery::new(parts.collect()))
    }

    /// A property; nothing if this search does not have it.
    fn property(self, property: &Property) -> Box<dyn Query> {
        let common = self.common;
        let facet = |word| self.quotes.map(|quotes| any_of(quotes.facet, [word]));
        let found = match property {
            Property::Language(code) => Some(any_of(common.language, [code.to_ascii_lowercase()])),
            Property::Label { key, value: None } => Some(any_of(common.label, [label_key(key)])),
            Property::Label { key, value: Some(value) } => Some(any_of(common.label, [label_value(key, value)])),
            Property::Type(kind) => {
                let types = self.quotes.map_or(self.view.fields.sentences.types, |quotes| quotes.types);
                Some(any_of(types, [type_word(*kind)]))
            }
            Property::Kind(kind) => facet(kind_word(*kind)),
            Property::Act(act) => facet(act_word(*act)),
            Property::Polarity(polarity) => facet(polarity_word(*polarity)),
            Property::Confidence { least, most } => self.quotes.map(|quotes| confident(quotes, *least, *most)),
            Property::Said { from, until } => self.quotes.map(|quotes| said(quotes, *from, *until)),
            Property::Has(part) => Some(any_of(common.has, [part_word(*part)])),
        };
        found.unwrap_or_else(|| Box::new(EmptyQuery))
    }

    /// Entities of a name, in a part of the hit.
    fn entity(self, role: Role, name: &str) -> Result<Box<dyn Query>> {
        let who = Who::Named(name.to_owned());
        let ids = self.view.ids_of(&who, Bearing::Name, self.interrupt)?;
        Ok(match (role, self.quotes) {
            (Role::Any, None) => any_of(self.view.fields.sentences.mentions, ids),
            (Role::Any, Some(quotes)) => quotes.of_anybody(&ids),
            (Role::Addressee, None) => Box::new(EmptyQuery),
            (Role::Addressee, Some(quotes)) => any_of(quotes.addressee_ids, ids),
        })
    }
}

impl Quotes {
    /// Quotes in which one of these entities speaks, is spoken to or is mentioned.
    pub(super) fn of_anybody(&self, ids: &[String]) -> Box<dyn Query> {
        let parts = [self.speaker_ids, self.about_ids, self.addressee_ids];
        Box::new(BooleanQuery::new(parts.map(|field| (Occur::Should, any_of(field, ids))).into()))
    }
}

/// Words in a row of which the last is a beginning. The words before it score as a phrase does; a single one does not,
/// as a beginning alone does not: each match then counts 1.
///
/// Tantivy's own scores of such a phrase know no weight where one word comes before the beginning, and count what was
/// deleted. So it only says here what matches.
fn begun_phrase(words: Vec<Term>, prefix: Term) -> BooleanQuery {
    let mut begun = PhrasePrefixQuery::new(words.iter().cloned().chain([prefix]).collect());
    begun.set_max_expansions(PREFIX_EXPANSIONS);
    let matches: Box<dyn Query> = Box::new(begun);
    let parts = match words.len() {
        1 => vec![(Occur::Must, Box::new(ConstScoreQuery::new(matches, 1.0)) as Box<dyn Query>)],
        _ => vec![(Occur::Must, Box::new(PhraseQuery::new(words)) as Box<dyn Query>), (Occur::Must, unscored(matches))],
    };
    BooleanQuery::new(parts)
}

/// How many words the beginning at the end of a phrase may stand for.
const PREFIX_EXPANSIONS: u32 = 1_024;

/// Quotes of a confidence in this range.
fn confident(quotes: &Quotes, least: f32, most: f32) -> Box<dyn Query> {
    // What is stored is the nearest number with 24 bits to one of three digits.
    const HALF_A_STEP: f64 = 0.000_5;
    let bound = |at: f64| Bound::Included(Term::from_field_f64(quotes.confidence, at));
    let (least, most) = (f64::from(least) - HALF_A_STEP, f64::from(most) + HALF_A_STEP);
    Box::new(RangeQuery::new(bound(least), bound(most)))
}

/// Quotes that may have been said in `[from, until)`.
fn said(quotes: &Quotes, from: Option<Date>, until: Option<Date>) -> Box<dyn Query> {
    let day = |field, date: Date| Term::from_field_i64(field, date.days().into());
    let from = from.map(|from| RangeQuery::new(Bound::Included(day(quotes.said_last, from)), Bound::Unbounded));
    let until = until.map(|until| RangeQuery::new(Bound::Unbounded, Bound::Excluded(day(quotes.said_first, until))));
    let ends = from.into_iter().chain(until).map(|end| (Occur::Must, Box::new(end) as Box<dyn Query>));
    Box::new(BooleanQuery::new(ends.collect()))
}

/// Any of these; the best one counts.
fn best_of(mut queries: Vec<Compiled>) -> Compiled {
    match queries.len() {
        0 => Compiled::visit(EmptyQuery),
        1 => queries.remove(0),
        _ => Compiled::visit(DisjunctionMaxQuery::new(queries.into_iter().map(|one| one.query).collect())),
    }
}

/// One word, or several in this order, with up to `slop` others between them.
fn sequence(mut terms: Vec<Term>, slop: u32) -> Compiled {
    match terms.len() {
        0 => Compiled::visit(EmptyQuery),
        1 => {
            let query = TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs);
            Compiled { query: Box::new(query), plan: Plan::Word }
        }
        _ => {
            let mut query = PhraseQuery::new(terms);
            query.set_slop(slop);
            Compiled::visit(query)
        }
    }
}
