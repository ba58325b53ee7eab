//! Words that may attribute, each with its construction, and what the grammar proposes as their source and content.
//!
//! A candidate is a possible cue, such as "said", "was told", "the claim" or "according to". It is only a proposal:
//! whether it is a cue is decided in [`decide`](super::decide).
//!
//! | file | proposes |
//! |---|---|
//! | [`cue`] | verbs, nouns and colons outside quotations, with voice, subject and what follows them |
//! | [`according`] | "according to X" |
//! | [`content`] | the spans that may be the content of a candidate |
//! | [`rules`] | the source and content that hand-written rules would choose, which is a feature of the learned decisions |

pub(crate) mod according;
pub(crate) mod content;
pub(crate) mod cue;
pub(crate) mod rules;

use std::ops::Range;

use super::draft::Voice;
use crate::grammar::frame::Frame;
use crate::grammar::subject::Subject;
use crate::lexicon::List;
use crate::tags::Tag;
use crate::view::Reading;

/// A word that may attribute.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The tokens of the cue: the verb or noun with auxiliaries, adverbs and a preposition behind
    /// it.
    pub(crate) cue: Range<usize>,
    /// The token that carries the meaning: "told" in "had been told". It stands for the place of the
    /// candidate in the text, and candidates are sorted by it.
    pub(crate) head: usize,
    /// One past the verb or noun, without a preposition after it.
    pub(crate) group_end: usize,
    /// The dictionary form of the head, with a particle or preposition if that changes the meaning:
    /// "say", "point out", "according to"; a colon is its own.
    pub(crate) lemma: String,
    /// How it stands in its clause, which says where source and content may be.
    pub(crate) voice: Voice,
    /// What follows it: the construction, the token where content may begin, and an object in
    /// between.
    pub(crate) frame: Frame,
    /// What stands before it and its subject.
    pub(crate) left: Left,
    /// Whether a quotation that ends like a sentence stands right before subject and verb.
    pub(crate) after_speech: bool,
    /// The grammatical subject, and on which side of the verb it stands. It is the source that the
    /// rules propose.
    pub(crate) subject: Option<Subject>,
    /// Whether "not", "never" and the like negate the verb, or one that prepares it refuses:
    /// "declined to say".
    pub(crate) negated: bool,
}

impl Candidate {
    /// Together with the verb that this one prepares. The meaning is that of the other, the clause this one's.
    fn joined(&self, next: Candidate) -> Candidate {
        let refuses = List::RefusalVerbs.has(&self.lemma);
        Candidate {
            cue: self.cue.start..next.cue.end,
            negated: self.negated || next.negated || refuses,
            voice: self.voice,
            left: self.left,
            after_speech: self.after_speech,
            subject: self.subject.clone(),
            ..next
        }
    }
}

/// What stands before subject and verb. Features take the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Left {
    /// The end of a quotation, and perhaps a comma.
    Quotation = 'q' as u32,
    /// A comma without a quotation before it: "The port, she said, is closed".
    Comma = 'c' as u32,
    /// Anything else.
    Other = '-' as u32,
}

impl Left {
    /// What stands before the words that attribute, which begin at `start`.
    pub(crate) fn of(r: &Reading<'_>, start: usize) -> Self {
        if start == r.unit(start).start {
            return Self::Other;
        }
        let before = start - 1;
        if r.is_close_quote(before) || r.tag(before) == Tag::Comma && before > 0 && r.is_close_quote(before - 1) {
            Self::Quotation
        } else if r.tag(before) == Tag::Comma {
            Self::Comma
        } else {
            Self::Other
        }
    }
}
