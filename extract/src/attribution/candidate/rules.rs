//! Attributions by a verb or a noun: from a likely cue to its source and content.

use std::ops::Range;

use super::Candidate;
use super::content::{self, Extent, Starts};
use crate::attribution::draft::Voice;
use crate::grammar::phrase;
use crate::grammar::subject::{self, Order, Subject};
use crate::view::Reading;

/// What the grammar proposes as content: after the cue, before it, and around it. Each may be empty.
pub(crate) fn proposals(r: &Reading<'_>, candidate: &Candidate, starts: &Starts) -> [Vec<Range<usize>>; 3] {
    let passive = matches!(candidate.voice, Voice::Passive);
    let around = if passive { around_passive(r, candidate, starts) } else { Vec::new() };
    [ahead(r, candidate, starts), behind(r, candidate, starts), around]
}

fn ahead(r: &Reading<'_>, candidate: &Candidate, starts: &Starts) -> Vec<Range<usize>> {
    let frame = &candidate.frame;
    if frame.is_end() {
        return Vec::new();
    }
    if frame.at >= r.unit(candidate.head).end {
        return next_quotation(r, candidate.head).into_iter().collect();
    }
    content::forward_to(r, frame.at, starts, extent(candidate)).into_iter().collect()
}

fn extent(candidate: &Candidate) -> Extent {
    let clause = matches!(
        candidate.frame.key.as_str(),
        "that" | "clause" | "quote" | "colon" | "wh" | "to" | "other" | "object quote" | "object that"
    );
    match candidate.voice {
        _ if !clause => Extent::Phrase,
        Voice::Active | Voice::Passive => Extent::Clause,
        Voice::Noun | Voice::OwnNoun => Extent::Noun,
        _ => Extent::Inner,
    }
}

/// The quotation that begins the paragraph after a colon at a paragraph's end.
fn next_quotation(r: &Reading<'_>, head: usize) -> Option<Range<usize>> {
    let next = r.unit(head).end;
    let q = r.quotation_at(next).filter(|_| r.is_open_quote(next))?;
    Some(r.quotations()[q].range())
}

fn behind(r: &Reading<'_>, candidate: &Candidate, starts: &Starts) -> Vec<Range<usize>> {
    let subject = candidate.subject.as_ref();
    let plain = subject.filter(|s| s.order == Order::Plain);
    let begin = plain.map_or(candidate.cue.start, |s| s.tokens.start.min(candidate.cue.start));
    let Some(before) = content::backward(r, begin) else { return Vec::new() };
    let turned = subject.filter(|s| s.order == Order::Inverted);
    // "Outside the court, dockers cheered": what stands before is no clause.
    let clause = before.clone().any(|i| r.tag(i).is_finite() || r.quotation_at(i).is_some());
    if !clause && turned.is_none() && !subject::is_saying(&candidate.lemma) {
        return Vec::new();
    }
    let after = turned.map_or(candidate.cue.end, |s| s.tokens.end);
    let after = candidate.frame.object.as_ref().map_or(after, |o| o.end.max(after));
    let more = content::resumed(r, after, candidate.left == 'q', starts);
    std::iter::once(before).chain(more).collect()
}

/// "He is expected to win": the subject and the rest are content.
fn around_passive(r: &Reading<'_>, candidate: &Candidate, starts: &Starts) -> Vec<Range<usize>> {
    let Some(Subject { tokens, order: Order::Plain | Order::Relative }) = &candidate.subject else { return Vec::new() };
    let mut content = vec![tokens.clone()];
    if candidate.frame.key != "by" && !candidate.frame.is_end() {
        content.extend(content::forward(r, candidate.frame.at, starts).filter(|c| c.start >= tokens.end));
    }
    content
}

pub(crate) fn source(r: &Reading<'_>, candidate: &Candidate) -> Option<Range<usize>> {
    if matches!(candidate.voice, Voice::Passive | Voice::Participle) {
        let at = candidate.frame.at;
        return (candidate.frame.key == "by")
            .then(|| phrase::full_after(r, at, &["of", "for", "at", "in"]))
            .flatten()
            .map(|end| at..end);
    }
    candidate.subject.as_ref().map(|s| s.tokens.clone())
}
