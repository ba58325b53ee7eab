//! The part-of-speech tagger: its tags, its dictionary and the features of words.

pub use crate::tags::{Before, Class, Dictionary, FEATURES, Form, NAME, Tag, features, forms_of};

/// The tags of a document.
pub fn tags(analyzer: &crate::Analyzer, document: &sayso_document::Document<'_>) -> Vec<Tag> {
    analyzer.words(&analyzer.view(document)).tags().to_vec()
}
