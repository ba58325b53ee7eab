//! The small parts that queries for tantivy are made of.

use sayso_document::EntityType;
use tantivy::Term;
use tantivy::query::{BooleanQuery, ConstScoreQuery, EmptyQuery, Query, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::schema::Entities;
use crate::article::type_word;
use crate::lookup::BODIES;

/// Any of these values.
pub(super) fn any_of(field: Field, values: impl IntoIterator<Item = impl AsRef<str>>) -> Box<dyn Query> {
    any_term(values.into_iter().map(|value| Term::from_field_text(field, value.as_ref())).collect())
}

/// More terms than this are looked up together.
const FEW: usize = 8;

/// Any of these terms; nothing if there are none.
pub(super) fn any_term(mut terms: Vec<Term>) -> Box<dyn Query> {
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
        // A set of terms collects all documents that have one of them before the first is asked for.
        2..=FEW => {
            let one = |term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>;
            Box::new(BooleanQuery::union(terms.into_iter().map(one).collect()))
        }
        _ => Box::new(TermSetQuery::new(terms)),
    }
}

/// Matches persons.
pub(super) fn persons(fields: &Entities) -> Box<dyn Query> {
    any_of(fields.kind, [type_word(EntityType::Person)])
}

/// Matches entities that may have a legal form in their names.
pub(super) fn bodies(fields: &Entities) -> Box<dyn Query> {
    any_of(fields.kind, BODIES.map(type_word))
}

/// Matches a term of a field.
pub(super) fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

/// The same query with a fixed score.
pub(super) fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}
