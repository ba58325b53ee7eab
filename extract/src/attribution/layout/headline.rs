//! A name and a colon at the head of a line: "Benwick: Talks will go on".
//!
//! Such a line is an attribution in a headline, or at the very beginning of a text; elsewhere a
//! colon is left to the candidates. What looks alike and is none: labels of pictures and notes
//! ("FILE PHOTO:"), headings, and datelines with a colon.

use std::ops::Range;

use sayso_document::SentenceRole;

use super::{colon_draft, transcript};
use crate::attribution::draft::Draft;
use crate::grammar::{phrase, subject};
use crate::tags::Tag;
use crate::view::turns::is_heading;
use crate::view::{REACH, Reading};

/// A label heads at most this many sentences of its paragraph.
const MAX_SENTENCES: usize = 40;

/// Attributions by a colon after a short name that begins a headline or the first line of the text, and by the labels
/// of a transcript.
/// The label has at most six tokens, all capitalised, and more than two tokens must follow the
/// colon.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let mut drafts = transcript::drafts(r);
    let turns = drafts.len();
    for (place, unit) in r.units().iter().enumerate() {
        let sentence = &r.document.sentences()[r.sentence_of(unit.start)];
        let headline = sentence.role == SentenceRole::Headline;
        if place > 0 && !headline {
            continue;
        }
        let Some(colon) = (unit.start + 1..unit.end.min(unit.start + 7)).find(|&i| r.is(i, ":")) else { continue };
        let named = phrase::base_after(r, unit.start) == Some(colon)
            && !is_heading(r.lower(colon - 1))
            && (unit.start..colon).all(|i| r.is_capital(i) || r.tag(i) == Tag::Pos);
        let told = drafts[..turns].iter().any(|turn| turn.head == colon);
        if !named || told || !headline && is_dateline(r, unit, colon) {
            continue;
        }
        let from = if headline { unit.end } else { paragraph_end(r, unit) };
        let end = (colon + 1..from).rev().find(|&i| r.tag(i) != Tag::Stop).map(|last| last + 1);
        if let Some(end) = end.filter(|&end| end > colon + 3) {
            drafts.push(colon_draft(unit.start..colon, colon, colon + 1..end));
        }
    }
    drafts
}

/// Whether the label is a dateline: "MULTAN: The mayor said …", a place in capitals before a
/// sentence that has a cue of its own.
fn is_dateline(r: &Reading<'_>, unit: &Range<usize>, colon: usize) -> bool {
    let shouted = |i: usize| !r.document.word(i).contains(char::is_lowercase);
    let says = |i: usize| {
        r.quotation_at(i).is_none() && r.tag(i).is_finite() && subject::is_saying(&r.infinitive(i)) && !r.is(i - 1, ",")
    };
    (unit.start..colon).all(shouted) && (colon + 2..unit.end).take(REACH).any(says)
}

/// One past the last token of a unit's paragraph, or of its first [`MAX_SENTENCES`] units.
fn paragraph_end(r: &Reading<'_>, unit: &Range<usize>) -> usize {
    let paragraph = r.paragraph_of(unit.start);
    let more = r.units()[r.unit_at(unit.start) + 1..].iter().take(MAX_SENTENCES);
    more.take_while(|next| r.paragraph_of(next.start) == paragraph).last().map_or(unit.end, |last| last.end)
}
