//! The small parts that queries are made of.

use sayso_document::EntityType;
use tantivy::Term;
use tantivy::query::{ConstScoreQuery, EmptyQuery, Query, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::schema::Entities;
use crate::article::type_word;

/// Any of these values.
pub(super) fn any_of(field: Field, values: impl IntoIterator<Item = impl AsRef<str>>) -> Box<dyn Query> {
    any_term(values.into_iter().map(|value| Term::from_field_text(field, value.as_ref())).collect())
}

/// Any of these terms.
pub(super) fn any_term(mut terms: Vec<Term>) -> Box<dyn Query> {
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
        _ => Box::new(TermSetQuery::new(terms)),
    }
}

/// Persons.
pub(super) fn persons(fields: &Entities) -> Box<dyn Query> {
    any_of(fields.kind, [type_word(EntityType::Person)])
}

/// What may have a legal form in its name.
pub(super) fn bodies(fields: &Entities) -> Box<dyn Query> {
    let kinds = [EntityType::Organization, EntityType::Facility, EntityType::Product, EntityType::Place];
    any_of(fields.kind, kinds.map(type_word))
}

/// This term of a field.
pub(super) fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

/// What a query matches, all with this score.
pub(super) fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}
