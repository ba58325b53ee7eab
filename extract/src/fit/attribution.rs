//! The decisions of attribution, as cases to learn from.
//!
//! A corpus gives [`Gold`] attributions. [`Text`] reads a document once and answers in turn for
//! each model: the nouns that may be cues, cases of the cue, of its parts, and of the whole. Each
//! step takes the models fitted before it.

use std::ops::Range;

use sayso_document::{Document, Patience, Span};

use crate::Analyzer;
pub use crate::attribution::Models;
use crate::attribution::decide::cases;
pub use crate::attribution::decide::cases::{Case, Cases, Choice};
use crate::language::Languages;

/// An attribution as a corpus marks it, in byte spans. Each part may have several pieces, or none.
#[derive(Clone, Debug, Default)]
pub struct Gold {
    /// The words that name the source.
    pub source: Vec<Span>,
    /// The words that attribute.
    pub cue: Vec<Span>,
    /// What is attributed.
    pub content: Vec<Span>,
}

/// A document with its view, names and dependencies, from which cases are taken.
pub struct Text<'d>(cases::Text<'d>);

impl<'d> Text<'d> {
    /// Reads a document; `analyzer` finds its names, coreference, tags and dependencies.
    pub fn new(document: &'d Document<'d>, analyzer: &'d Analyzer) -> Self {
        let view = analyzer.view(document);
        let chains = Patience::endless(|patience| {
            let languages = Languages::of(document, patience)?;
            analyzer.chains(&view, &languages, None, &mut |_| (), patience)
        });
        let words = analyzer.words(&view);
        let tree = analyzer.tree(document, &words);
        Self(cases::Text::new(view, words, chains, tree))
    }

    /// Nouns of the gold cues, in their dictionary form.
    pub fn nouns(&self, gold: &[Gold]) -> Vec<String> {
        self.0.nouns(&self.tokens(gold))
    }

    /// The cases of the cue model. `nouns` are the nouns that may be cues, one per line.
    pub fn cues(&self, gold: &[Gold], nouns: &str) -> Vec<Case> {
        self.0.cues(&self.tokens(gold), nouns)
    }

    /// The cases of source, content and extent. Candidates carry the opinion of the cue model in
    /// `models`.
    pub fn parts(&self, gold: &[Gold], nouns: &str, models: &Models) -> Cases {
        self.0.parts(&self.tokens(gold), nouns, models)
    }

    /// The cases of the last model, on what `models` decide before it.
    pub fn wholes(&self, gold: &[Gold], nouns: &str, models: &Models) -> Vec<Case> {
        self.0.wholes(&self.tokens(gold), nouns, models)
    }

    /// The parts in tokens.
    fn tokens(&self, gold: &[Gold]) -> Vec<[Vec<Range<usize>>; 3]> {
        let ranges = |spans: &[Span]| self.0.ranges(spans);
        gold.iter().map(|g| [ranges(&g.source), ranges(&g.cue), ranges(&g.content)]).collect()
    }
}

impl std::fmt::Debug for Text<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Text")
    }
}
