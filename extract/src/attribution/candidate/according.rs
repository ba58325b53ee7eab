//! "According to X, …" and "…, according to X".

use super::{Candidate, left_of};
use crate::attribution::draft::Voice;
use crate::grammar::frame::Frame;
use crate::grammar::phrase;
use crate::grammar::subject::{self, Order, Subject};
use crate::tags::Tag;
use crate::view::Reading;

/// The candidate that "according to" at a token makes.
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
    let (key, at) = comma.map_or(("end", i + 2), |comma| ("clause", comma + 1));
    Some(Candidate {
        cue: i..i + 2,
        head: i,
        group_end: i + 2,
        lemma: "according to".into(),
        voice: Voice::According,
        frame: Frame { key: key.into(), at, cue_end: i + 2, object: None },
        left: left_of(r, i),
        after_speech: false,
        subject: source_end.map(|end| Subject { tokens: i + 2..end, order: Order::Inverted }),
        negated: false,
    })
}

fn source_end(r: &Reading<'_>, from: usize) -> Option<usize> {
    let unit_end = r.unit(from - 1).end;
    let end = phrase::full_after(r, from, &["of", "for", "at", "from", "in", "with", "by", "on"])?;
    let end = subject::with_apposition(r, end).min(unit_end);
    // What hangs on the source as a participle belongs to it: "a report released Monday".
    if matches!(r.tag(end), Tag::Vbn | Tag::Vbd | Tag::Vbg | Tag::Wdt | Tag::Wp | Tag::In | Tag::To) {
        let stop = (end..unit_end.min(end + 30))
            .find(|&t| matches!(r.tag(t), Tag::Comma | Tag::Stop | Tag::Colon | Tag::Quote));
        return Some(stop.unwrap_or(unit_end));
    }
    Some(end)
}
