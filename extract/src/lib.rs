//! From a text to its entities, name chains and quotes.
//!
//! Three stages, each behind one function: `names` finds where proper names stand, `chains` puts
//! the mentions of one person, body or place together, `attribution` finds who said what.

mod attribution;
mod chains;
pub mod fit;
mod lexicon;
pub mod model;
mod names;

use sayso_document::{Analysis, Document};

use lexicon::Lexicon;

/// Analyses texts. Cheap to share between threads; loading it is the only costly step.
#[derive(Debug)]
pub struct Analyzer {
    lexicon: Lexicon,
}

impl Analyzer {
    /// Name and version of the model, kept with every analysis: changes whenever its output may.
    pub const MODEL: &str = "rules-1";

    /// The analyzer with the lexicons that are compiled in.
    pub fn new() -> Self {
        Self { lexicon: Lexicon::compiled_in() }
    }

    /// Finds sentences, entities and quotes. Any string can be analysed; the same text gives the same answer.
    pub fn analyze(&self, text: &str) -> Analysis {
        let document = Document::new(text);
        let names = names::find(&document, &self.lexicon);
        let chains = chains::link(&document, &self.lexicon, names);
        let quotes = attribution::find(&document, &chains.entities, &chains.mentions);
        Analysis {
            model: Self::MODEL.into(),
            sentences: document.sentences().to_vec(),
            entities: chains.entities,
            mentions: chains.mentions,
            quotes,
        }
    }
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}
