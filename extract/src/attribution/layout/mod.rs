//! Attributions that the layout shows: a name behind a dash, a name and a colon, the turns of a transcript.

pub(crate) mod byline;
pub(crate) mod headline;
pub(crate) mod leadin;
mod transcript;

use std::ops::Range;

use super::draft::Draft;
use crate::view::Reading;
use crate::view::turns::heads_layout;

/// An attribution by the colon after a name.
pub(crate) fn colon_draft(source: Range<usize>, colon: usize, content: Range<usize>) -> Draft {
    Draft {
        cue: colon..colon + 1,
        head: colon,
        lemma: ":".into(),
        voice: None,
        source: Some(source),
        content: vec![content],
        object: None,
        negated: false,
        layout: true,
        confidence: 0.7,
    }
}

/// Whether a draft takes the label of a picture, link or note for somebody who speaks: "FILE PHOTO: …".
pub(crate) fn is_layout(r: &Reading<'_>, draft: &Draft) -> bool {
    r.is(draft.head, ":") && draft.source.clone().is_some_and(|mut source| source.any(|i| is_label(r, i)))
}

/// A capital keeps "the source" and "the review" out.
fn is_label(r: &Reading<'_>, i: usize) -> bool {
    r.is_capital(i) && heads_layout(r.lower(i))
}
