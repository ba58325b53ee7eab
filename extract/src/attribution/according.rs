//! "According to X, …" and "…, according to X".

use super::content::{self, Starts};
use super::draft::Draft;
use super::phrase;
use super::reading::Reading;
use super::subject;
use super::tags::Tag;

/// All attributions by "according to" outside of quotations.
pub(super) fn drafts(r: &Reading<'_>, starts: &Starts) -> Vec<Draft> {
    let cues = (0..r.len()).filter(|&i| r.is(i, "according") && r.is(i + 1, "to") && r.quotation_at(i).is_none());
    cues.filter_map(|i| draft(r, i, starts)).collect()
}

fn draft(r: &Reading<'_>, i: usize, starts: &Starts) -> Option<Draft> {
    let unit = r.unit(i);
    let source_end = source_end(r, i + 2)?;
    // "X told Y that …, according to a transcript": the words are X's, whom the sentence names.
    if starts.any(unit.start) && i > unit.start && tells_how(r.lower(i + 2)) {
        return None;
    }
    let opens = i == unit.start || r.tag(i - 1) == Tag::Cc || i - unit.start <= 1;
    let content = if opens {
        let from = (source_end..unit.end.min(source_end + 60))
            .find(|&t| r.tag(t) == Tag::Comma && r.quotation_at(t).is_none())?
            + 1;
        vec![content::forward(r, from, starts)?]
    } else {
        let before = content::backward(r, i)?;
        let after = content::resumed(r, source_end, false, starts)
            .filter(|c| r.is_open_quote(c.start) || r.tag(c.start).is_finite());
        std::iter::once(before).chain(after).collect()
    };
    Some(Draft {
        cue: i..i + 2,
        head: i,
        lemma: "according to".into(),
        voice: None,
        source: Some(i + 2..source_end),
        content,
        object: None,
        negated: false,
        confidence: 0.95,
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

/// Sources that tell how the words came down to us rather than whose they are.
fn tells_how(word: &str) -> bool {
    matches!(word, "comments" | "remarks" | "transcripts" | "quotes" | "excerpts" | "audio" | "video" | "footage")
}
