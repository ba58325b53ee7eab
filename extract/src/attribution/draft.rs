//! An attribution while it is put together: ranges of tokens instead of bytes.

use std::ops::Range;

use super::cue::Voice;

/// An attribution in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The tokens that attribute; empty for a bare quotation.
    pub(super) cue: Range<usize>,
    /// The token of the cue that carries the meaning.
    pub(super) head: usize,
    pub(super) lemma: String,
    pub(super) voice: Option<Voice>,
    pub(super) source: Option<Range<usize>>,
    /// In reading order.
    pub(super) content: Vec<Range<usize>>,
    /// A noun phrase between cue and content.
    pub(super) object: Option<Range<usize>>,
    pub(super) negated: bool,
    /// From 0 to 1.
    pub(super) confidence: f32,
}

impl Draft {
    /// Whether a token lies in the content.
    pub(super) fn holds(&self, token: usize) -> bool {
        self.content.iter().any(|range| range.contains(&token))
    }

    /// The first token of any part.
    pub(super) fn start(&self) -> usize {
        let firsts = self.content.iter().chain(&self.source).map(|range| range.start);
        firsts.chain((!self.cue.is_empty()).then_some(self.cue.start)).min().unwrap_or(0)
    }
}
