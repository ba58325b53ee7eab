//! Attributions by the labels of a conversation that is written down.

use super::draft::Draft;
use super::headline;
use super::reading::Reading;
use crate::turns::{self, heads_layout};
use sayso_document::Patience;

/// How sure a turn is, once several agree.
const SURE: f32 = 0.98;

/// The turns of a document, if there are enough to make it a transcript.
pub(super) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let turns = Patience::endless(|patience| turns::turns(r.document, patience));
    turns
        .into_iter()
        .map(|turn| Draft { confidence: SURE, ..headline::colon_draft(turn.source, turn.colon, turn.said) })
        .collect()
}

/// Whether a draft takes the label of a picture, link or note for somebody who speaks: "FILE PHOTO: …".
pub(super) fn is_layout(r: &Reading<'_>, draft: &Draft) -> bool {
    r.is(draft.head, ":") && draft.source.clone().is_some_and(|mut source| source.any(|i| is_label(r, i)))
}

/// A capital keeps "the source" and "the review" out.
fn is_label(r: &Reading<'_>, i: usize) -> bool {
    r.is_capital(i) && heads_layout(r.lower(i))
}
