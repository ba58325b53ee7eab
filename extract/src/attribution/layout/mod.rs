//! Attributions that the layout shows: a name behind a dash, a name and a colon, the turns of a transcript.

pub(crate) mod byline;
pub(crate) mod headline;
mod transcript;

use std::ops::Range;

use super::draft::Draft;
use crate::view::Reading;

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

/// Words of labels that head something else than speech.
pub(crate) fn is_heading(word: &str) -> bool {
    let works =
        ["opinion", "analysis", "editorial", "review", "source", "sources", "fact", "check", "claim", "verdict"];
    let words = ["poll", "story", "summary", "update", "breaking", "exclusive", "where", "when", "what", "why", "read"];
    heads_layout(word) || works.contains(&word) || words.contains(&word)
}

/// Words that head pictures, links, notes and data.
fn heads_layout(word: &str) -> bool {
    matches!(
        word,
        "photo"
            | "photos"
            | "video"
            | "videos"
            | "image"
            | "caption"
            | "credit"
            | "file"
            | "watch"
            | "watched"
            | "listen"
            | "related"
            | "also"
            | "more"
            | "subscribe"
            | "follow"
            | "contact"
            | "email"
            | "correction"
            | "clarification"
            | "note"
            | "venue"
            | "date"
            | "time"
            | "location"
            | "tickets"
            | "live"
            | "topic"
            | "topics"
            | "tags"
            | "age"
    )
}
