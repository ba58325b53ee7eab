//! From a parsed query ([`Expr`]) to a tantivy query.
//!
//! A plain word looks in the stems of a field, so it matches in any inflection. Phrases, prefixes and fuzzy words look at the
//! exact words. A field that has no stems, such as the outlet, is searched by exact words alone. Dates and filters let hits pass
//! or not, and add nothing to the score.
//!
//! Compiling also decides how the query will be run ([`Plan`]): one word, several plain words, or anything else.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query,
    RangeQuery, TermQuery,
};
use tantivy::schema::{Field as IndexField, IndexRecordOption};

use super::collect::Plan;
use super::schema::{Common, Quotes, Words};
use crate::query::{Expr, Field};
use crate::text;

/// Knows which index fields the query's fields refer to.
#[derive(Clone, Copy)]
pub(super) struct Compiler<'a> {
    /// The fields of sentences and quotes.
    pub(super) common: &'a Common,
    /// The fields that only quotes have; none in a search for sentences.
    pub(super) quotes: Option<&'a Quotes>,
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

/// Whether there are words to score hits by.
pub(super) fn has_words(expr: &Expr) -> bool {
    match expr {
        Expr::Word { .. } | Expr::Phrase { .. } | Expr::Prefix { .. } | Expr::Fuzzy { .. } => true,
        Expr::All | Expr::Date { .. } => false,
        Expr::Bool { must, should, .. } => must.iter().chain(should).any(has_words),
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

impl Compiler<'_> {
    /// Compiles a query. It recurses as deep as the expression is, which the parser bounds.
    pub(super) fn compile(self, expr: &Expr) -> Compiled {
        match expr {
            Expr::All => Compiled::visit(ConstScoreQuery::new(Box::new(AllQuery), 0.0)),
            Expr::Word { field, text } => self.word(*field, text),
            Expr::Phrase { field, text, slop } => self.phrase(*field, text, *slop),
            Expr::Prefix { field, text } => Compiled { query: self.prefix(*field, text), plan: Plan::Visit },
            Expr::Fuzzy { field, text, distance } => self.fuzzy(*field, text, *distance),
            Expr::Date { from, until } => {
                Compiled { query: unscored(published(self.common.published, *from, *until)), plan: Plan::Visit }
            }
            Expr::Bool { must, should, must_not } => self.combine(must, should, must_not),
        }
    }

    /// All of `must`, none of `must_not`, and any of `should`.
    fn combine(self, must: &[Expr], should: &[Expr], must_not: &[Expr]) -> Compiled {
        let mut plain = must_not.is_empty() && (must.is_empty() || should.is_empty());
        let mut parts = Vec::with_capacity(must.len() + should.len() + must_not.len() + 1);
        for (occur, list) in [(Occur::Must, must), (Occur::Should, should), (Occur::MustNot, must_not)] {
            for expr in list {
                let part = self.compile(expr);
                plain &= part.plan == Plan::Word;
                parts.push((occur, part.query));
            }
        }
        if must.is_empty() && should.is_empty() {
            parts.push((Occur::Must, unscored(Box::new(AllQuery))));
        }
        let plan = if plain { Plan::Words } else { Plan::Visit };
        Compiled { query: Box::new(BooleanQuery::new(parts)), plan }
    }

    /// The index fields for a field of the query. None for a field that this search does not have.
    fn words(self, field: Field) -> Option<Words> {
        let exact = |field| Some(Words { stemmed: field, exact: field });
        match field {
            Field::Text => Some(self.common.text),
            Field::Title => Some(self.common.title),
            Field::Outlet => exact(self.common.outlet),
            Field::Author => exact(self.common.author),
            Field::Speaker => self.quotes.and_then(|quotes| exact(quotes.speaker)),
            Field::About => self.quotes.and_then(|quotes| exact(quotes.about)),
            Field::Cue => self.quotes.and_then(|quotes| exact(quotes.cue)),
        }
    }

    /// One word, in any inflection if the field has stems.
    fn word(self, field: Field, text: &str) -> Compiled {
        let Some(words) = self.words(field) else { return Compiled::visit(EmptyQuery) };
        let forms = match words.stemmed == words.exact {
            true => text::exact(text).map(|word| word.text).collect(),
            false => text::stemmed(text).into_iter().map(|word| word.text).collect(),
        };
        sequence(words.stemmed, forms, 0)
    }

    /// Words in this order, with up to `slop` others between them.
    fn phrase(self, field: Field, text: &str, slop: u32) -> Compiled {
        match self.words(field) {
            Some(words) => sequence(words.exact, text::exact(text).map(|word| word.text).collect(), slop),
            None => Compiled::visit(EmptyQuery),
        }
    }

    /// Words that begin like this; of several words, the last one is the prefix.
    fn prefix(self, field: Field, text: &str) -> Box<dyn Query> {
        let Some(words) = self.words(field) else { return Box::new(EmptyQuery) };
        let mut terms = terms(words.exact, text);
        match terms.len() {
            0 => Box::new(EmptyQuery),
            1 => Box::new(FuzzyTermQuery::new_prefix(terms.remove(0), 0, true)),
            _ => {
                let mut query = PhrasePrefixQuery::new(terms);
                query.set_max_expansions(PREFIX_EXPANSIONS);
                Box::new(query)
            }
        }
    }

    /// Words within some edits of these, all of them.
    fn fuzzy(self, field: Field, text: &str, distance: u8) -> Compiled {
        let Some(words) = self.words(field) else { return Compiled::visit(EmptyQuery) };
        let fuzzy = |term| -> (Occur, Box<dyn Query>) {
            (Occur::Must, Box::new(FuzzyTermQuery::new(term, distance.min(2), true)))
        };
        Compiled::visit(BooleanQuery::new(terms(words.exact, text).into_iter().map(fuzzy).collect()))
    }
}

/// How many words the prefix at the end of a phrase may stand for.
const PREFIX_EXPANSIONS: u32 = 1_024;

/// The exact words of a text, as terms of a field.
fn terms(field: IndexField, text: &str) -> Vec<Term> {
    text::exact(text).map(|word| Term::from_field_text(field, &word.text)).collect()
}

/// One word, or several in this order, with up to `slop` others between them.
fn sequence(field: IndexField, forms: Vec<String>, slop: u32) -> Compiled {
    let mut terms: Vec<Term> = forms.iter().map(|form| Term::from_field_text(field, form)).collect();
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
