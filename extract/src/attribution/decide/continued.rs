//! Quotations without a cue of their own go on with what the same speaker said just before: “The
//! port is closed,” Lind said. “It will open in May.”
//!
//! This comes after the choice of attributions, since it needs to know which units have one of
//! their own.

use std::ops::Range;

use crate::attribution::draft::Draft;
use crate::tags::Tag;
use crate::time::expression;
use crate::view::Reading;

/// Adds units that are wholly quoted to the attribution before them, in one pass over the units.
///
/// A quotation is added if it stands in the same paragraph as the attribution, or in the next one
/// and either opens without the last having been closed or fills its paragraph behind a quotation.
/// A unit with an attribution of its own ends this; one without a quotation ends it for the next
/// paragraph.
pub(crate) fn continue_quotations(r: &Reading<'_>, drafts: &mut [Draft]) {
    let mut own = vec![Vec::new(); r.units().len()];
    for (place, draft) in drafts.iter().enumerate() {
        let anchor = draft.content.last().map_or(draft.head, |c| c.end - 1).max(draft.head);
        own[r.unit_at(anchor)].push(place);
    }
    let mut holder: Vec<Option<usize>> = vec![None; r.len() + 1];
    for (place, draft) in drafts.iter().enumerate() {
        draft.content.iter().for_each(|piece| holder[piece.start] = Some(place));
    }
    // The attribution that a quotation would continue, and the last paragraph of that attribution.
    let mut current: Option<(usize, u32)> = None;
    // Whether the unit before was part of that attribution's quotation.
    let mut quoting_last = false;
    for (unit, tokens) in r.units().iter().enumerate() {
        let (paragraph, own_here) = (r.paragraph_of(tokens.start), &own[unit]);
        // The cue for a quotation over several paragraphs may stand in any of them.
        if let Some(place) = holder[tokens.start].filter(|_| own_here.is_empty()) {
            current = Some((place, paragraph));
            quoting_last = true;
            continue;
        }
        if own_here.is_empty() {
            let Some(((quoted, reopens), (place, last))) = wholly_quoted(r, tokens).zip(current.as_mut()) else {
                quoting_last = false;
                continue;
            };
            let next = *last + 1 == paragraph;
            // A paragraph that is only a quotation continues the one right before it.
            let alone = next && quoting_last && fills_paragraph(r, tokens);
            if *last == paragraph || reopens && next || alone {
                add(&mut drafts[*place].content, quoted);
                *last = paragraph;
                quoting_last = true;
            }
            continue;
        }
        let quoting = own_here.iter().copied().rfind(|&d| drafts[d].content.iter().any(|c| has_quote(r, c)));
        let kept = current.filter(|(_, last)| *last == paragraph);
        let other = own_here.iter().copied().find(|&d| drafts[d].source.is_some());
        quoting_last = quoting.is_some();
        current = quoting.or(kept.map(|(place, _)| place)).or(other).map(|place| (place, paragraph));
    }
}

/// Inserts a quotation among the pieces of a content, in reading order, unless it overlaps one of
/// them.
fn add(content: &mut Vec<Range<usize>>, quoted: Range<usize>) {
    let at = content.partition_point(|piece| piece.start < quoted.start);
    let apart = content[..at].last().is_none_or(|before| before.end <= quoted.start)
        && content.get(at).is_none_or(|after| quoted.end <= after.start);
    if apart {
        content.insert(at, quoted);
    }
}

/// Whether there is a quotation among these tokens.
fn has_quote(r: &Reading<'_>, tokens: &Range<usize>) -> bool {
    tokens.clone().any(|i| r.quotation_at(i).is_some())
}

/// Whether a unit is all of its paragraph.
fn fills_paragraph(r: &Reading<'_>, unit: &Range<usize>) -> bool {
    let paragraph = r.paragraph_of(unit.start);
    (unit.start == 0 || r.paragraph_of(unit.start - 1) != paragraph)
        && (unit.end >= r.len() || r.paragraph_of(unit.end) != paragraph)
}

/// The quoted tokens of a unit that is one quotation, with nothing but marks behind it, and whether
/// the quotation opens without the one before having been closed.
pub(crate) fn wholly_quoted(r: &Reading<'_>, unit: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let quotation = &r.quotations()[r.quotation_at(unit.start)?];
    let rest = unit.end.saturating_sub(quotation.end);
    let only_marks =
        rest <= 2 && (quotation.end..unit.end).all(|i| matches!(r.tag(i), Tag::Stop | Tag::Close | Tag::Quote));
    (quotation.open == unit.start && only_marks && quotation.inner_len() >= 1)
        .then(|| (quotation.range(), quotation.reopens))
}

/// Takes an expression of time between cue and "that" out of the content: in "said last month that
/// crews were leaving" it tells when that was said.
pub(crate) fn leave_out(r: &Reading<'_>, draft: &mut Draft) {
    let Some(content) = draft.content.first_mut().filter(|content| content.start >= draft.cue.end) else { return };
    let Some(end) = expression::phrase_at(r, content.start).filter(|&end| end < content.end) else { return };
    if r.is(end, "that") && content.start > draft.head {
        content.start = end;
    }
}
