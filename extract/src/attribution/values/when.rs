//! When something was said, in the words of the text.

use std::ops::Range;

use crate::attribution::draft::Draft;
use crate::tags::Tag;
use crate::time::expression;
use crate::view::Reading;

/// The tokens that tell when it was said: an expression of time right behind cue, source or object,
/// within eight tokens of the cue, or among the first three of the sentence. None inside content or
/// a quotation. What days they mean is found later ([`time`](crate::time)).
pub(crate) fn when(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
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
        let end = expression::phrase_at(r, i)?;
        (end <= unit.end && (i..end).all(outside)).then_some(i..end)
    })
}
