//! The encoder, seen from outside: what it makes of a text before its network, and what the network says.

use std::ops::Range;

use sayso_document::{Patience, Span};

use crate::encoder;
use crate::model::{Files, ModelError};

/// The encoder.
#[derive(Debug)]
pub struct Encoder(encoder::Encoder);

/// A text before it goes through the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// The pieces, as numbers of the vocabulary.
    pub ids: Vec<i32>,
    /// Where the words stand in the text.
    pub words: Vec<Span>,
    /// The first piece of each word.
    pub firsts: Vec<usize>,
    /// What the network is told of each word.
    pub features: Vec<u8>,
    /// What stands before each word: 2 the begin of a paragraph, 1 that of a sentence, else 0.
    pub ranks: Vec<u8>,
    /// The windows, as ranges of words.
    pub windows: Vec<Range<usize>>,
}

/// Scores of all words of a text, one after another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Of tags, 7 a word.
    pub tags: Vec<f32>,
    /// Of names, 19 a word.
    pub names: Vec<f32>,
    /// What links are scored by, 576 a word.
    pub links: Vec<f32>,
    /// Of values, 11 a word: of acts, polarities and addressees.
    pub values: Vec<f32>,
}

impl Encoder {
    /// Reads the files of an encoder.
    pub fn read(files: &Files) -> Result<Self, ModelError> {
        encoder::Encoder::read(files).map(Self)
    }

    /// Cuts a text into pieces and windows.
    pub fn prepare(&self, text: &str) -> Prepared {
        let encoder::Prepared { pieces, looks, windows } = self.0.prepare(text);
        let ranks = looks.ranks.iter().map(|&rank| rank as u8).collect();
        let encoder::Pieces { ids, words, firsts } = pieces;
        Prepared { ids, words, firsts, features: looks.features, ranks, windows }
    }

    /// The scores of a text's words.
    pub fn scores(&self, text: &str) -> Scores {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        let mut hear = |_: &[Span], _: &Range<usize>, scores: &sayso_network::Scores| {
            names.extend_from_slice(&scores.names);
            values.extend_from_slice(&scores.values);
        };
        let found = Patience::endless(|patience| self.0.encode(text, &mut hear, patience));
        Scores { tags: found.tags.concat(), names, links: self.0.links(&found), values }
    }

    /// The best tag of each word.
    pub fn tags(&self, text: &str) -> Vec<usize> {
        let found = Patience::endless(|patience| self.0.encode(text, &mut |_, _, _| (), patience));
        found.windows().iter().flat_map(|window| self.0.tag_chain().best(&found.tags[window.clone()])).collect()
    }
}
