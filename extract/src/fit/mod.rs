//! What fitting needs of the stages of analysis: their features and questions, seen from outside,
//! one file per stage.
//!
//! It is compiled with the feature `training` only, and serves the crate `sayso-train`. Because
//! both run the same code, a model is fitted on exactly the features that analysis computes.
//! Patience is endless here: nobody waits.

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
use crate::view::View;

impl Analyzer {
    /// A document as all stages read it.
    fn view<'d>(&self, document: &'d Document<'d>) -> View<'d> {
        Patience::endless(|patience| View::new(document, &self.clusters, patience))
    }

    /// The words of a document with their tags.
    fn words(&self, view: &View<'_>) -> Words<'_> {
        Patience::endless(|patience| self.tagger.tag(view.document, view.spelling(), patience))
    }

    /// The dependencies between the words of a document.
    fn tree(&self, document: &Document<'_>, words: &Words<'_>) -> Tree {
        Patience::endless(|patience| self.parser.parse(document, words, patience))
    }
}
