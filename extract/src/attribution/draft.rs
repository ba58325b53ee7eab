//! An attribution while it is put together: ranges of tokens instead of bytes.

use std::ops::Range;

/// How a possible cue stands in its clause. Features take the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// "said".
    Active = 0,
    /// "was told".
    Passive = 1,
    /// "saying".
    Gerund = 2,
    /// "to say".
    Infinitive = 3,
    /// "accused of".
    Participle = 4,
    /// "the claim".
    Noun = 5,
    /// "his claim".
    OwnNoun = 6,
    /// "according to".
    According = 7,
    /// A colon.
    Colon = 8,
}

/// An attribution in the making.
/// Decisions and rules work on this. Once all are made, it becomes a
/// [`Quote`](sayso_document::Quote), whose spans are bytes of the text. Ranges end one past their
/// last token.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The tokens that attribute; empty for a bare quotation.
    pub(crate) cue: Range<usize>,
    /// The token of the cue that carries the meaning.
    pub(crate) head: usize,
    /// The dictionary form of the cue; empty without one.
    pub(crate) lemma: String,
    /// How the cue stands in its clause; none where the layout or the encoder shows the attribution and the grammar
    /// sees no cue.
    pub(crate) voice: Option<Voice>,
    /// The tokens of the source.
    pub(crate) source: Option<Range<usize>>,
    /// In reading order.
    pub(crate) content: Vec<Range<usize>>,
    /// A noun phrase between cue and content.
    pub(crate) object: Option<Range<usize>>,
    /// Whether the cue is negated.
    pub(crate) negated: bool,
    /// Whether lines and signs alone tell what belongs to it.
    pub(crate) layout: bool,
    /// From 0 to 1.
    pub(crate) confidence: f32,
}

impl Draft {
    /// Whether a token lies in the content.
    pub(crate) fn holds(&self, token: usize) -> bool {
        self.content.iter().any(|range| range.contains(&token))
    }

    /// The first token of any part.
    pub(crate) fn start(&self) -> usize {
        let firsts = self.content.iter().chain(&self.source).map(|range| range.start);
        firsts.chain((!self.cue.is_empty()).then_some(self.cue.start)).min().unwrap_or(0)
    }

    /// Whether the cue comes after what was said: “…,” he said.
    pub(crate) fn follows_content(&self) -> bool {
        self.voice != Some(Voice::Passive) && self.content.first().is_some_and(|content| content.start < self.head)
    }

    /// Whether the other reads the same words as a cue, or takes a verb of this one's content for the cue that
    /// this one prepares: "declined | to comment", "declined to comment".
    pub(crate) fn reads_like(&self, other: &Self) -> bool {
        let meets = |range: &Range<usize>| range.start < other.cue.end && other.cue.start < range.end;
        let prepares = self.cue.end == other.cue.start && other.head < self.head + 4;
        meets(&self.cue) || prepares && self.voice.is_some() && self.content.first().is_some_and(meets)
    }
}
