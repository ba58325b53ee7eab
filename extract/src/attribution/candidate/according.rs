//! "According to X, …" and "…, according to X".
//!
//! The words may stand before what was said, behind it, or in the middle of it. Which of these
//! holds shows in the construction: if the phrase opens its sentence and a comma follows, the
//! content begins behind the comma ([`Construction::Clause`]); otherwise it lies before the cue
//! ([`Construction::End`]). The object of the preposition is the source, and so takes the place
//! that a subject has with verbs.

use super::{Candidate, Left};
use crate::attribution::draft::Voice;
use crate::grammar::frame::{Construction, Frame};
use crate::grammar::phrase;
use crate::grammar::subject::{self, Order, Subject};
use crate::tags::Tag;
use crate::view::Reading;

/// The candidate that "according to" at a token makes.
/// None where the words stand inside a quotation: what somebody quotes there is that person's own
/// attribution, and part of the content.
pub(crate) fn candidate(r: &Reading<'_>, i: usize) -> Option<Candidate> {
    if !r.is(i, "according") || !r.is(i + 1, "to") || r.quotation_at(i).is_some() {
        return None;
    }
    let unit = r.unit(i);
    let source_end = source_end(r, i + 2).filter(|&end| end > i + 2);
    let opens = i == unit.start || r.tag(i - 1) == Tag::Cc || i - unit.start <= 1;
    let comma = source_end.filter(|_| opens).and_then(|from| {
        (from..unit.end.min(from + 60)).find(|&t| r.tag(t) == Tag::Comma && r.quotation_at(t).is_none())
    });
    let (construction, at) = comma.map_or((Construction::End, i + 2), |comma| (Construction::Clause, comma + 1));
    Some(Candidate {
        cue: i..i + 2,
        head: i,
        group_end: i + 2,
        lemma: "according to".into(),
        voice: Voice::According,
        frame: Frame::new(construction, at, i + 2),
        left: Left::of(r, i),
        after_speech: false,
        subject: source_end.map(|end| Subject { tokens: i + 2..end, order: Order::Inverted }),
        negated: false,
    })
}

/// Where the source of "according to" ends, with its prepositional phrases and appositions.
fn source_end(r: &Reading<'_>, from: usize) -> Option<usize> {
    let unit_end = r.unit(from - 1).end;
    let end = phrase::full_after(r, from, &["of", "for", "at", "from", "in", "with", "by", "on"])?;
    let end = subject::with_apposition(r, end).min(unit_end);
    // A participle that modifies the source belongs to it: "a report released Monday".
    if matches!(r.tag(end), Tag::Vbn | Tag::Vbd | Tag::Vbg | Tag::Wdt | Tag::Wp | Tag::In | Tag::To) {
        let stop = (end..unit_end.min(end + 30))
            .find(|&t| matches!(r.tag(t), Tag::Comma | Tag::Stop | Tag::Colon | Tag::Quote));
        return Some(stop.unwrap_or(unit_end));
    }
    Some(end)
}
