//! Puts the mentions of one person, body or place together.

use sayso_document::{Document, Entity, Mention};

use crate::lexicon::Lexicon;
use crate::names::NameMention;

/// The entities of a document and where they are mentioned.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    /// In order of first mention.
    pub entities: Vec<Entity>,
    /// By start, then longest first.
    pub mentions: Vec<Mention>,
}

/// Links names to entities, then descriptions and pronouns to these.
pub(crate) fn link(_document: &Document, _lexicon: &Lexicon, _names: Vec<NameMention>) -> Chains {
    Chains::default()
}
