//! "According to X, …" and "…, according to X".

use super::cue::{Candidate, Voice, left_of};
use super::draft::Draft;
use super::frame::Frame;
use super::phrase;
use super::reading::Reading;
use super::subject::{self, Order, Subject};
use crate::tags::Tag;

/// The candidate that "according to" at a token makes.
pub(super) fn candidate(r: &Reading<'_>, i: usize) -> Option<Candidate> {
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

/// Whether the source tells how the words came down to us rather than whose they are: of "X told Y that …,
/// according to a transcript" the words are X's.
pub(super) fn tells_how(r: &Reading<'_>, draft: &Draft) -> bool {
    draft.voice == Some(Voice::According)
        && draft.source.as_ref().is_some_and(|source| {
            let at = source.start + usize::from(r.tag(source.start) == Tag::Dt);
            matches!(
                r.lower(at),
                "comments"
                    | "remarks"
                    | "transcript"
                    | "transcripts"
                    | "quotes"
                    | "excerpts"
                    | "audio"
                    | "video"
                    | "footage"
            )
        })
}
