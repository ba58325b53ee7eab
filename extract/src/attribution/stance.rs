//! Kind and time of an attribution.

use std::ops::Range;

use sayso_document::{QuoteKind, TokenKind};

use super::draft::Draft;
use super::reading::Reading;
use super::time;
use crate::tags::Tag;

/// How much of the content stands in quotation marks; a leading "that" does not count.
pub(super) fn kind(r: &Reading<'_>, draft: &Draft) -> QuoteKind {
    let (mut quoted, mut plain) = (false, false);
    for (place, range) in draft.content.iter().enumerate() {
        for i in range.clone() {
            let leading = place == 0 && i == range.start && r.is(i, "that");
            let word = matches!(r.kind(i), Some(TokenKind::Word | TokenKind::Number));
            quoted |= r.quotation_at(i).is_some();
            plain |= word && !leading && r.quotation_at(i).is_none();
        }
    }
    match (quoted, plain) {
        (true, false) => QuoteKind::Direct,
        (true, true) => QuoteKind::Mixed,
        (false, _) => QuoteKind::Indirect,
    }
}

/// The words that tell when it was said: beside the cue, or at the head of the sentence.
pub(super) fn when(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    if draft.cue.is_empty() {
        return None;
    }
    let unit = r.unit(draft.head);
    let outside = |i: usize| i < unit.end && !draft.holds(i) && r.quotation_at(i).is_none();
    let source_end = draft.source.as_ref().map_or(0, |s| s.end);
    let object_end = draft.object.as_ref().map_or(0, |o| o.end);
    let near = [draft.head + 1, draft.cue.end, source_end, object_end];
    let adjuncts = draft.cue.end..(draft.cue.end + 8).min(unit.end);
    let before = unit.start..(unit.start + 3).min(unit.end);
    let places = near.into_iter().chain(adjuncts.take_while(|&i| r.tag(i) != Tag::Comma)).chain(before);
    places.filter(|&i| i >= unit.start && outside(i)).find_map(|i| {
        let end = time::phrase_at(r, i)?;
        (end <= unit.end && (i..end).all(outside)).then_some(i..end)
    })
}
