//! "Peskov: Talks will go on": a name and a colon at the head of a line.

use sayso_document::SentenceRole;

use super::{colon_draft, is_heading, transcript};
use crate::attribution::draft::Draft;
use crate::grammar::phrase;
use crate::tags::Tag;
use crate::view::Reading;

/// Attributions by a colon after a short name that begins a headline or the first line of the text.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let found = r.units().iter().enumerate().filter_map(|(place, unit)| {
        let sentence = &r.document.sentences()[r.sentence_of(unit.start)];
        if place > 0 && sentence.role != SentenceRole::Headline {
            return None;
        }
        let colon = (unit.start + 1..unit.end.min(unit.start + 7)).find(|&i| r.is(i, ":"))?;
        let named = phrase::base_after(r, unit.start) == Some(colon)
            && !is_heading(r.lower(colon - 1))
            && (unit.start..colon).all(|i| r.is_capital(i) || r.tag(i) == Tag::Pos);
        let end = (colon + 1..unit.end).rev().find(|&i| r.tag(i) != Tag::Stop).map(|last| last + 1);
        let end = end.filter(|&end| named && end > colon + 3)?;
        Some(colon_draft(unit.start..colon, colon, colon + 1..end))
    });
    transcript::drafts(r).into_iter().chain(found).collect()
}
