//! Finds where a text names persons, bodies, places and other things.

use std::ops::Range;

use sayso_document::{Document, EntityType, Span};

use crate::lexicon::Lexicon;

/// One place where a name stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NameMention {
    /// The whole mention, with its title.
    pub span: Span,
    /// The name alone, without titles and possessive endings.
    pub name: Span,
    /// The title or role that stands before or after the name.
    pub title: Option<Span>,
    /// What sort of thing is named.
    pub kind: EntityType,
    /// The tokens of the name.
    pub tokens: Range<usize>,
}

/// Finds the names in a document, by start, then longest first. They may nest.
pub(crate) fn find(_document: &Document, _lexicon: &Lexicon) -> Vec<NameMention> {
    Vec::new()
}
