//! Words that may attribute, each with its construction, and what the grammar proposes as their content.

pub(crate) mod according;
pub(crate) mod content;
pub(crate) mod cue;
pub(crate) mod rules;

use std::ops::Range;

use super::draft::Voice;
use crate::grammar::frame::Frame;
use crate::grammar::subject::Subject;
use crate::tags::Tag;
use crate::view::Reading;

/// A word that may attribute.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The cue with auxiliaries, adverbs and a following preposition.
    pub(crate) cue: Range<usize>,
    /// The token that carries the meaning.
    pub(crate) head: usize,
    /// One past the verb or noun, without a preposition after it.
    pub(crate) group_end: usize,
    pub(crate) lemma: String,
    pub(crate) voice: Voice,
    pub(crate) frame: Frame,
    /// What stands before subject and verb: 'q' the end of a quotation, 'c' a comma, '-' anything else.
    pub(crate) left: char,
    /// Whether a quotation that ends like a sentence stands right before subject and verb.
    pub(crate) after_speech: bool,
    pub(crate) subject: Option<Subject>,
    pub(crate) negated: bool,
}

impl Candidate {
    /// Together with the verb that this one prepares. The meaning is that of the other, the clause this one's.
    fn joined(&self, next: Candidate) -> Candidate {
        let refuses = matches!(self.lemma.as_str(), "refuse" | "decline" | "fail" | "resist" | "stop" | "avoid");
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

/// What stands before the words that attribute.
pub(crate) fn left_of(r: &Reading<'_>, start: usize) -> char {
    if start == r.unit(start).start {
        return '-';
    }
    let before = start - 1;
    if r.is_close_quote(before) || r.tag(before) == Tag::Comma && before > 0 && r.is_close_quote(before - 1) {
        'q'
    } else if r.tag(before) == Tag::Comma {
        'c'
    } else {
        '-'
    }
}
