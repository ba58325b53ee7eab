//! What the grammar of a sentence proposes as the source and content of a candidate, by rules
//! without weights.
//!
//! The learned decisions rank these proposals with others and hear as a feature which of them the
//! rules prefer, so a rule that is right more often than not helps even where it errs. The rules
//! alone decide nothing.

use std::ops::Range;

use super::content::{self, Extent, Starts};
use super::{Candidate, Left};
use crate::attribution::draft::Voice;
use crate::grammar::frame::Construction;
use crate::grammar::phrase;
use crate::grammar::subject::{self, Order, Subject};
use crate::view::Reading;

/// What the grammar proposes as content: after the cue, before it, and around it. Each list holds
/// the pieces of one content in reading order, and may be empty.
///
/// | position | example | content |
/// |---|---|---|
/// | after | She said the port would close. | "the port would close" |
/// | before, perhaps resumed behind the cue | The port, she said, would close. | "The port", "would close" |
/// | around a passive | She is expected to win. | "She", "to win" |
pub(crate) fn proposals(r: &Reading<'_>, candidate: &Candidate, starts: &Starts) -> [Vec<Range<usize>>; 3] {
    let passive = matches!(candidate.voice, Voice::Passive);
    let around = if passive { around_passive(r, candidate, starts) } else { Vec::new() };
    [ahead(r, candidate, starts), behind(r, candidate, starts), around]
}

/// The content behind the cue. Where the cue ends its paragraph with a colon, it is the quotation
/// that opens the next one.
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

/// How far content behind a candidate may reach. A clause after a verb with tense goes on to the
/// end of its sentence; one that hangs on a noun, gerund or infinitive stops earlier, since the
/// main clause may go on behind it: "the claim that the port had lost money was met with laughter".
fn extent(candidate: &Candidate) -> Extent {
    let clause = matches!(
        candidate.frame.construction,
        Construction::That
            | Construction::Clause
            | Construction::Quote
            | Construction::Colon
            | Construction::Question
            | Construction::Infinitive
            | Construction::Other
            | Construction::ObjectQuote
            | Construction::ObjectThat
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

/// The content before the cue and its subject, and what goes on behind them. None where neither a
/// finite verb nor a quotation stands there, unless the cue is inverted or a verb of saying:
/// "Outside the court, dockers cheered" says nothing.
fn behind(r: &Reading<'_>, candidate: &Candidate, starts: &Starts) -> Vec<Range<usize>> {
    let subject = candidate.subject.as_ref();
    let plain = subject.filter(|s| s.order == Order::Plain);
    let begin = plain.map_or(candidate.cue.start, |s| s.tokens.start.min(candidate.cue.start));
    let Some(before) = content::backward(r, begin) else { return Vec::new() };
    let turned = subject.filter(|s| s.order == Order::Inverted);
    // "Outside the court, dockers cheered": the words before the subject are no clause.
    let clause = before.clone().any(|i| r.tag(i).is_finite() || r.quotation_at(i).is_some());
    if !clause && turned.is_none() && !subject::is_saying(&candidate.lemma) {
        return Vec::new();
    }
    let after = turned.map_or(candidate.cue.end, |s| s.tokens.end);
    let after = candidate.frame.object.as_ref().map_or(after, |o| o.end.max(after));
    let more = content::resumed(r, after, candidate.left == Left::Quotation, starts);
    std::iter::once(before).chain(more).collect()
}

/// "He is expected to win": the subject and the rest are content.
fn around_passive(r: &Reading<'_>, candidate: &Candidate, starts: &Starts) -> Vec<Range<usize>> {
    let Some(Subject { tokens, order: Order::Plain | Order::Relative }) = &candidate.subject else { return Vec::new() };
    let mut content = vec![tokens.clone()];
    if !candidate.frame.construction.is_preposition(&["by"]) && !candidate.frame.is_end() {
        content.extend(content::forward(r, candidate.frame.at, starts).filter(|c| c.start >= tokens.end));
    }
    content
}

/// The source that the grammar proposes: the agent after "by" for passives and participles, the
/// subject for all else. None where the sentence names neither.
pub(crate) fn source(r: &Reading<'_>, candidate: &Candidate) -> Option<Range<usize>> {
    if matches!(candidate.voice, Voice::Passive | Voice::Participle) {
        let at = candidate.frame.at;
        return candidate
            .frame
            .construction
            .is_preposition(&["by"])
            .then(|| phrase::full_after(r, at, &["of", "for", "at", "in"]))
            .flatten()
            .map(|end| at..end);
    }
    candidate.subject.as_ref().map(|s| s.tokens.clone())
}
