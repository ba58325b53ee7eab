//! Attributions that the layout shows: lines, dashes, colons and lists. A verb may be there too,
//! but what belongs to it is told by the layout.
//!
//! | file | finds |
//! |---|---|
//! | [`byline`] | a name behind a dash after what was said: "…" — Ada Lind |
//! | [`headline`] | a name and a colon at the start of a line: "Lind: Ferries will return" |
//! | [`leadin`] | a clause with a colon, and below it a block, a list or a paragraph |
//! | [`transcript`] | the turns of a written conversation: "LIND: Not yet.", "Q: …" |
//!
//! These are rules with a fixed confidence, and both tiers use them. Their drafts are chosen before
//! any other ([`select`](super::decide::select)), since a turn of a transcript holds many verbs
//! that look like cues.

pub(crate) mod byline;
pub(crate) mod headline;
pub(crate) mod leadin;
mod transcript;

use std::ops::Range;

use super::draft::Draft;
use crate::view::Reading;
use crate::view::turns::heads_layout;

/// The attribution of content to the name before a colon, with a confidence of 0.7.
pub(crate) fn colon_draft(source: Range<usize>, colon: usize, content: Range<usize>) -> Draft {
    mark_draft(":", source, colon, content, 0.7)
}

/// An attribution whose cue is a mark, such as a colon or a dash.
fn mark_draft(lemma: &str, source: Range<usize>, mark: usize, content: Range<usize>, confidence: f32) -> Draft {
    Draft {
        cue: mark..mark + 1,
        head: mark,
        lemma: lemma.into(),
        voice: None,
        source: Some(source),
        content: vec![content],
        object: None,
        negated: false,
        layout: true,
        confidence,
    }
}

/// Whether a draft takes the label of a picture, link or note for somebody who speaks: "FILE PHOTO: …".
pub(crate) fn is_layout(r: &Reading<'_>, draft: &Draft) -> bool {
    r.is(draft.head, ":") && draft.source.clone().is_some_and(|mut source| source.any(|i| is_label(r, i)))
}

/// Whether a token is the label of something that is no speech. It must be capitalised, which keeps
/// "the source" and "the review" out.
fn is_label(r: &Reading<'_>, i: usize) -> bool {
    r.is_capital(i) && heads_layout(r.lower(i))
}
