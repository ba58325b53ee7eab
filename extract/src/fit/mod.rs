//! What fitting needs of the stages of analysis: their features, seen from outside. One file a stage.
//!
//! Analysis has no use for this module; it serves the crate `sayso-train`.

pub mod attribution;
pub mod calibration;
#[cfg(feature = "encoder")]
pub mod encoder;
pub mod entities;
pub mod parse;
pub mod speakers;
pub mod tags;
pub mod values;

use sayso_document::{Document, Patience};

use crate::Analyzer;
use crate::parse::Tree;
use crate::tags::Words;

impl Analyzer {
    /// The words of a document with their tags.
    pub(crate) fn words(&self, document: &Document<'_>) -> Words<'_> {
        Patience::endless(|patience| self.tagger.tag(document, &self.clusters, patience))
    }

    /// The dependencies between the words of a document.
    pub(crate) fn tree(&self, document: &Document<'_>, words: &Words<'_>) -> Tree {
        Patience::endless(|patience| self.parser.parse(document, words, patience))
    }
}
