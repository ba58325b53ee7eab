//! Attributions by the labels of a conversation that is written down.

use sayso_document::Patience;

use super::colon_draft;
use crate::attribution::draft::Draft;
use crate::view::{Reading, turns};

/// How sure a turn is, once several agree.
const SURE: f32 = 0.98;

/// The turns of a document, if there are enough to make it a transcript.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let turns = Patience::endless(|patience| turns::turns(r.document, patience));
    let draft = |turn: turns::Turn| Draft { confidence: SURE, ..colon_draft(turn.source, turn.colon, turn.said) };
    turns.into_iter().map(draft).collect()
}
