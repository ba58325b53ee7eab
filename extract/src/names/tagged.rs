//! What the tagger finds.

use std::ops::Range;

use sayso_document::EntityType;

/// A stretch of tokens of one type, and how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    /// The tokens, as positions in the document.
    pub tokens: Range<usize>,
    /// What sort of thing they name.
    pub kind: EntityType,
    /// From 0 to 1.
    pub confidence: f32,
}
