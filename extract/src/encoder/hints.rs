//! What the encoder tells the stages that it helps, in their own terms: tokens instead of its words.

use std::ops::Range;

use sayso_document::{Document, Patience, Span};

use super::{Encoded, Encoder, Segment};
use crate::names::{Hints, LABELS};

/// So many tokens count as one mention between two others.
const APART: usize = 4;

/// An encoded document.
pub(crate) struct Aid<'a> {
    pub(crate) encoder: &'a Encoder,
    pub(crate) encoded: &'a Encoded,
    pub(crate) document: &'a Document<'a>,
}

/// Reads a document, and takes what the encoder says of names down by token: a row of marks is one token and many words.
pub(crate) fn encode(encoder: &Encoder, document: &Document<'_>, patience: &Patience<'_>) -> Option<(Encoded, Hints)> {
    let tokens = document.tokens();
    let mut local = Vec::with_capacity(tokens.len());
    let mut hear = |words: &[Span], window: &Range<usize>, scores: &[[f32; LABELS]]| {
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

    /// How likely the words of each offer mean the same as those of `ask`, as log odds against "none of them"; 0
    /// outside of the window, which the encoder does not see together.
    pub(crate) fn kin(&self, ask: &Range<usize>, offers: &[Range<usize>]) -> Vec<f32> {
        let segment = |tokens: &Range<usize>| {
            let (first, last) = (self.word(tokens.start)?, self.word(tokens.end.checked_sub(1)?)?);
            Some(Segment { first, last: last.max(first), rank: tokens.start / APART })
        };
        let Some(mut own) = segment(ask) else { return vec![0.0; offers.len()] };
        own.rank += 1;
        let windows = self.encoded.windows();
        let window = windows.get(windows.partition_point(|window| window.end <= own.first));
        let inside = |tokens: &Range<usize>| segment(tokens).filter(|s| window.is_some_and(|w| w.contains(&s.first)));
        let places: Vec<Option<Segment>> = offers.iter().map(inside).collect();
        let near: Vec<Segment> = places.iter().flatten().copied().collect();
        let chances = self.encoder.who(self.encoded, &[own], &near).pop().unwrap_or_default();
        let none = chances.last().copied().unwrap_or_default();
        let mut odds = chances.iter().map(|chance| chance - none);
        places.iter().map(|place| place.and_then(|_| odds.next()).unwrap_or(0.0)).collect()
    }
}
