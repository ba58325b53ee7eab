//! What the encoder tells other stages, in tokens of the document instead of its own words.

use std::ops::Range;

use sayso_document::{Document, Patience, Span};
use sayso_network::Scores;

use super::{Encoded, Encoder, Segment};
use crate::names::{Hints, LABELS};

/// An encoded document, ready to be asked about coreference.
pub(crate) struct Aid<'a> {
    /// The encoder, which scores links on demand.
    pub(crate) encoder: &'a Encoder,
    /// What it found in the document.
    pub(crate) encoded: &'a Encoded,
    /// The document.
    pub(crate) document: &'a Document<'a>,
}

/// Runs the encoder over a document. Scores of names come back by token rather than by word of the
/// encoder: a row of marks is one token, but many words, and keeping the latter would take too much
/// memory. None when nobody waits any longer.
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
    // Tokens behind the last word have no scores.
    local.resize(tokens.len(), [0.0; LABELS]);
    Some((encoded, Hints { local, moves: encoder.name_chain().moves }))
}

/// The position of the first word that ends behind a byte.
fn word_at(words: &[Span], byte: usize) -> usize {
    words.partition_point(|word| word.end() <= byte)
}

impl Aid<'_> {
    /// The encoder's word at a token.
    fn word(&self, token: usize) -> Option<usize> {
        let word = word_at(self.encoded.words(), self.document.tokens()[token].span.start());
        (word < self.encoded.words().len()).then_some(word)
    }

    /// The log odds that each offer means the same as `ask`, against "none of them"; 0 where the
    /// encoder cannot tell, which in long texts holds for words in other windows. Ranges are
    /// tokens.
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
