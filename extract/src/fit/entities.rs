//! The tagger of names, and its features.

use std::borrow::Cow;
use std::ops::Range;

use sayso_document::{Document, EntityType, Patience, Span};

use crate::lexicon::Lexicon;
use crate::model::{Clusters, ModelError};
pub use crate::names::{Tagged, Tagger};
use crate::names::{Words, features};
use crate::view::View;

/// How many labels the tagger tells apart: outside, then the beginning and the rest of each of [`TYPES`].
pub const LABELS: usize = crate::names::LABELS;

/// What the labels stand for: label `1 + 2 t` begins, label `2 + 2 t` carries on a name of type `TYPES[t]`.
pub const TYPES: [EntityType; 9] = crate::names::TYPES;

/// A name as the word lists hold it: without accents on Latin letters and with straight apostrophes.
pub fn fold(name: &str) -> Cow<'_, str> {
    crate::lexicon::fold(name)
}

/// The tagger's features, and its answers.
#[derive(Debug)]
pub struct Entities {
    lexicon: Lexicon,
    clusters: Clusters,
}

/// The features of the tokens of one sentence.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// The tokens, as positions in the document.
    pub tokens: Range<usize>,
    /// The features of each.
    pub features: Vec<Vec<u32>>,
}

impl Entities {
    /// With the lexicons that are compiled in, and the given file of clusters.
    ///
    /// # Errors
    /// If the clusters are damaged.
    pub fn new(clusters: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        Ok(Self { lexicon: Lexicon::compiled_in(), clusters: Clusters::from_bytes(clusters)? })
    }

    /// The feature whose row has the weights of all labels behind label `before`; [`LABELS`] stands
    /// for the beginning of a sentence.
    pub fn transition(before: usize) -> u32 {
        Tagger::transition(before)
    }

    /// A document as all stages read it.
    fn view<'d>(&self, document: &'d Document<'d>) -> View<'d> {
        Patience::endless(|patience| View::new(document, &self.clusters, patience))
    }

    /// The features of a document, sentence by sentence.
    pub fn features(&self, document: &Document) -> Vec<Sequence> {
        let view = self.view(document);
        let words = Patience::endless(|patience| Words::new(&view, &self.lexicon, patience));
        let all = features(&words, &self.clusters);
        all.into_iter().map(|(tokens, features)| Sequence { tokens, features }).collect()
    }

    /// For each token, the part that a name may cover: without "then-" before it and "-led" behind
    /// it.
    pub fn bare(&self, document: &Document) -> Vec<Span> {
        let view = self.view(document);
        let words = Patience::endless(|patience| Words::new(&view, &self.lexicon, patience));
        let spans = document.tokens().iter().map(|token| token.span).enumerate();
        spans.map(|(i, span)| Span::new(span.start() + words.prefix(i), span.end() - words.suffix(i))).collect()
    }

    /// What a model finds by its own evidence, without the encoder.
    pub fn tag(&self, document: &Document, tagger: &Tagger) -> Vec<Tagged> {
        let view = self.view(document);
        let words = Patience::endless(|patience| Words::new(&view, &self.lexicon, patience));
        Patience::endless(|patience| tagger.tag(&words, &self.clusters, None, patience))
    }
}
