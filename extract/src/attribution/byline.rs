//! A quotation with the name behind a dash: "…" — Jane Doe.

use super::draft::Draft;
use super::phrase;
use super::reading::Reading;
use super::subject;
use crate::tags::Tag;

/// Attributions by a dash after a quotation that begins its paragraph or sentence.
pub(super) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    r.quotations()
        .iter()
        .filter_map(|quotation| {
            let dash = quotation.end;
            let unit = r.unit(quotation.open);
            let alone = quotation.closed && quotation.inner_len() >= 4 && quotation.open == unit.start;
            if !alone || !matches!(r.lower(dash), "-" | "--" | "–" | "—" | "―") {
                return None;
            }
            let from = dash + 1;
            let end = phrase::base_after(r, from).filter(|_| r.is_capital(from))?;
            let end = subject::with_apposition(r, end).min(r.unit(from).end);
            let ends = r.tag(end) == Tag::Stop || end >= r.unit(from).end || r.is_open_quote(end);
            (ends && end > from).then(|| Draft {
                cue: dash..dash + 1,
                head: dash,
                lemma: r.lower(dash).into(),
                voice: None,
                source: Some(from..end),
                content: vec![quotation.range()],
                object: None,
                negated: false,
                confidence: 0.9,
            })
        })
        .collect()
}
