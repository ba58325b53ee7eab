//! Attributions by the labels of a conversation that is written down.

use super::colon_draft;
use crate::attribution::draft::Draft;
use crate::view::Reading;
use crate::view::turns::Turn;

/// How sure a turn is, once several agree.
const SURE: f32 = 0.98;

/// The turns of a document, if there are enough to make it a transcript.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let draft =
        |turn: &Turn| Draft { confidence: SURE, ..colon_draft(turn.source.clone(), turn.colon, turn.said.clone()) };
    r.turns().iter().map(draft).collect()
}
