//! Attributions by the labels of a conversation that is written down.

use super::colon_draft;
use crate::attribution::draft::Draft;
use crate::view::Reading;
use crate::view::turns::Turn;

/// The confidence of a turn, once several labels agree that the text is a transcript.
const CONFIDENCE: f32 = 0.98;

/// The turns of a document, if there are enough to make it a transcript.
/// The labels are read in [`view::turns`](crate::view), since coreference needs them as well.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let draft = |turn: &Turn| Draft {
        confidence: CONFIDENCE,
        ..colon_draft(turn.source.clone(), turn.colon, turn.said.clone())
    };
    r.turns().iter().map(draft).collect()
}
