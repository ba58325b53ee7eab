//! What the encoder tells the stages that it helps, in their own terms: tokens instead of its words.

use std::ops::Range;

use sayso_document::{Document, Patience, Span};
use sayso_network::Scores;

use super::{Encoded, Encoder, Segment};
use crate::names::{Hints, LABELS};

/// An encoded document.
pub(crate) struct Aid<'a> {
    /// The encoder, which scores links on demand.
    pub(crate) encoder: &'a Encoder,
    /// What it found in the document.
    pub(crate) encoded: &'a Encoded,
    /// The document.
    pub(crate) document: &'a Document<'a>,
}

/// Reads a document, and takes what the encoder says of names down by token: a row of marks is one token and many words.
pub(crate) fn encode(encoder: &Encoder, document: &Document<'_>, patience: &Patience<'_>) -> Option<(Encoded, Hints)> {
    let tokens = document.tokens();
    let mut local = Vec::with_capacity(tokens.len());
    let mut hear = |words: &[Span], window: &Range<usize>, scores: &Scores| {
        let scores: &[[f32; LABELS]] = scores.names.as_chunks().0;
        // Windows come in order, and so do the words at the tokens.
        while let Some(token) = tokens.get(local.len()) {
            let Some(row) = scores.get(word_at(words, token.span.start()) - window.start) else { break };
            local.push(*row);
        }
    };
    let encoded = encoder.encode(document.text(), &mut hear, patience)?;
    // Nothing is said of what comes behind the last word.
    local.resize(tokens.len(), [0.0; LABELS]);
    Some((encoded, Hints { local, moves: encoder.name_chain().moves }))
}

/// The first word that ends behind a byte.
fn word_at(words: &[Span], byte: usize) -> usize {
    words.partition_point(|word| word.end() <= byte)
}

impl Aid<'_> {
    /// The encoder's word at a token.
    fn word(&self, token: usize) -> Option<usize> {
        let word = word_at(self.encoded.words(), self.document.tokens()[token].span.start());
        (word < self.encoded.words().len()).then_some(word)
    }

    /// How likely the words of each offer mean the same as those of `ask`, as log odds against "none of them"; 0 where
    /// the encoder cannot tell, which in long texts is so of words in other windows.
    pub(crate) fn kin(&self, ask: &Range<usize>, offers: &[Range<usize>]) -> Vec<f32> {
        let segment = |tokens: &Range<usize>| {
            let (first, last) = (self.word(tokens.start)?, self.word(tokens.end.checked_sub(1)?)?);
            Some(Segment { first, last: last.max(first), rank: 0 })
        };
        let Some(own) = segment(ask) else { return vec![0.0; offers.len()] };
        let places: Vec<Option<Segment>> = offers.iter().map(segment).collect();
        let known: Vec<Segment> = places.iter().flatten().copied().collect();
        let mut odds = self.encoder.who(self.encoded, &own, &known).into_iter();
        places.iter().map(|place| place.and_then(|_| odds.next().flatten()).unwrap_or(0.0)).collect()
    }
}
