//! What the encoder tells the stages that it helps, in their own terms: tokens instead of its words.

use std::ops::Range;

use sayso_document::Document;

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

impl Aid<'_> {
    /// What the encoder says of names.
    pub(crate) fn names(&self) -> Hints {
        let none = [0.0; LABELS];
        let tokens = 0..self.document.tokens().len();
        let row = |token: usize| self.word(token).map_or(none, |word| self.encoded.names[word]);
        Hints { local: tokens.map(row).collect(), moves: self.encoder.name_chain().moves }
    }

    /// The encoder's word at a token.
    fn word(&self, token: usize) -> Option<usize> {
        let start = self.document.tokens()[token].span.start();
        let word = self.encoded.words().partition_point(|word| word.end() <= start);
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
