//! The encoder, seen from outside: its input for a text, and what the network says.
//! `train/encoder/check.py` compares both with the Python that fits it.

use std::ops::Range;

use sayso_document::{Patience, Span};

use crate::encoder;
use crate::model::{Files, ModelError};

/// The encoder.
#[derive(Debug)]
pub struct Encoder(encoder::Encoder);

/// A text before it goes through the network. Lists have one value per word, where nothing else is
/// said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// The pieces, as numbers of the vocabulary; one value per piece.
    pub ids: Vec<i32>,
    /// Where each word stands in the text.
    pub words: Vec<Span>,
    /// The position of its first piece.
    pub firsts: Vec<usize>,
    /// What the network is told of it: shape, gap and paragraph in one number below 24.
    pub features: Vec<u8>,
    /// What stands before it: 2 the beginning of a paragraph, 1 that of a sentence, 0 another word.
    pub ranks: Vec<u8>,
    /// The windows, as ranges of words.
    pub windows: Vec<Range<usize>>,
}

/// The outputs of the network for all words of a text, one word after another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Of tags, 7 per word: outside, then begin and inside of source, cue and content.
    pub tags: Vec<f32>,
    /// Of names, 19 per word: outside, then begin and inside of each type.
    pub names: Vec<f32>,
    /// For links, 576 per word: twelve views of 48.
    pub links: Vec<f32>,
    /// Of values, 11 per word: acts, polarities and addressees.
    pub values: Vec<f32>,
}

impl Encoder {
    /// Reads the files of an encoder.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
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

    /// The outputs for each word of a text.
    pub fn scores(&self, text: &str) -> Scores {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        let mut hear = |_: &[Span], _: &Range<usize>, scores: &sayso_network::Scores| {
            names.extend_from_slice(&scores.names);
            values.extend_from_slice(&scores.values);
        };
        let found = Patience::endless(|patience| self.0.encode(text, &mut hear, patience));
        Scores { tags: found.tags.concat(), names, links: self.0.links(&found), values }
    }

    /// The best tag of each word, by the chain of tags, window by window.
    pub fn tags(&self, text: &str) -> Vec<usize> {
        let found = Patience::endless(|patience| self.0.encode(text, &mut |_, _, _| (), patience));
        found.windows().iter().flat_map(|window| self.0.tag_chain().best(&found.tags[window.clone()])).collect()
    }
}
