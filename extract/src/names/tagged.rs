//! What the tagger finds: the intermediate form of names, before titles are read and names become
//! mentions.

use std::ops::Range;

use sayso_document::EntityType;

/// A stretch of tokens of one type, and how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    /// The tokens, as positions in the document.
    pub tokens: Range<usize>,
    /// The type of what they name.
    pub kind: EntityType,
    /// How likely the labels are together, from 0 to 1.
    pub confidence: f32,
}
