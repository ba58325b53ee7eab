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
    /// Whether lines and signs alone tell what belongs to it.
    pub(super) layout: bool,
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

    /// Whether the cue comes after what was said: “…,” he said.
    pub(super) fn follows_content(&self) -> bool {
        self.voice != Some(Voice::Passive) && self.content.first().is_some_and(|content| content.start < self.head)
    }

    /// Whether the other reads the same words as a cue, or takes a verb of this one's content for the cue that
    /// this one prepares: "declined | to comment", "declined to comment".
    pub(super) fn reads_like(&self, other: &Self) -> bool {
        let meets = |range: &Range<usize>| range.start < other.cue.end && other.cue.start < range.end;
        let prepares = self.cue.end == other.cue.start && other.head < self.head + 4;
        meets(&self.cue) || prepares && self.voice.is_some() && self.content.first().is_some_and(meets)
    }
}
