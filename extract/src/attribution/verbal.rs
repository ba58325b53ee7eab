//! Attributions by a verb or a noun: from a likely cue to its source and content.

use std::ops::Range;

use super::content::{self, Extent, Starts};
use super::cue::{Candidate, Voice};
use super::draft::Draft;
use super::frame;
use super::phrase;
use super::reading::Reading;
use super::subject::{self, Order, Subject};
use super::table::Odds;
use super::tags::Tag;

/// How much of the doubt words in quotation marks take away.
const QUOTED: f32 = 0.35;

/// How sure any verb after a quotation with its own comma or full stop is.
const AFTER_SPEECH: f32 = 0.7;

/// The attribution that a candidate makes, if it has content.
pub(super) fn draft(r: &Reading<'_>, candidate: &Candidate, odds: Odds, starts: &Starts) -> Option<Draft> {
    let back = candidate.voice != Voice::Passive && looks_back(candidate, odds);
    let mut cue = trim_cue(r, candidate);
    if back && !r.is(cue.end.saturating_sub(1), "statement") {
        // "…," she said to the crowd: what follows the verb is no part of the cue.
        cue.end = candidate.group_end.max(cue.start + 1);
    }
    let content = match candidate.voice {
        Voice::Passive if !candidate.frame.is_end() && odds.back < 0.5 => ahead(r, candidate, starts),
        Voice::Passive => around_passive(r, candidate, starts),
        _ if back => behind(r, candidate, starts),
        _ => ahead(r, candidate, starts),
    };
    if content.is_empty() {
        return None;
    }
    let source = source(r, candidate);
    // A source that lies in the content is not its source.
    let source = source.filter(|s| !content.iter().any(|c| c.start < s.end && s.start < c.end));
    // What nobody is named to have said is an attribution less often than the table of cues believes.
    let confidence = match (&source, candidate.voice) {
        (Some(_), _) => odds.cue,
        (None, Voice::Noun) => odds.cue * 0.65,
        (None, _) => odds.cue * 0.75,
    };
    // Words in quotation marks make it likelier.
    let empty = matches!(candidate.lemma.as_str(), "be" | "have" | "do");
    let quoted = !empty && content.iter().any(|c| c.clone().any(|i| r.is_open_quote(i)));
    let confidence = if quoted { confidence + QUOTED * (1.0 - confidence) } else { confidence };
    let confidence = if back && candidate.after_speech { confidence.max(AFTER_SPEECH) } else { confidence };
    Some(Draft {
        cue,
        head: candidate.head,
        lemma: candidate.lemma.clone(),
        voice: Some(candidate.voice),
        source,
        content,
        object: candidate.frame.object.clone(),
        negated: candidate.negated,
        confidence,
    })
}

/// Whether the content stands before the cue: "…," he said.
pub(super) fn looks_back(candidate: &Candidate, odds: Odds) -> bool {
    let turned = candidate.subject.as_ref().is_some_and(|s| s.order == Order::Inverted);
    let free = matches!(candidate.voice, Voice::Active) && candidate.left != '-';
    let open = matches!(
        candidate.frame.key.as_str(),
        "that" | "clause" | "quote" | "colon" | "wh" | "to" | "object that" | "object quote"
    );
    let said =
        candidate.left == 'q' && !open && (subject::is_saying(&candidate.lemma) || frame::is_told(&candidate.lemma));
    turned && candidate.frame.is_end()
        || free && (candidate.frame.is_end() || said || candidate.after_speech && !open || odds.back > 0.5)
}

fn trim_cue(r: &Reading<'_>, candidate: &Candidate) -> Range<usize> {
    let mut cue = candidate.cue.clone();
    while cue.start < candidate.head && matches!(r.tag(cue.start), Tag::Comma | Tag::Cc) {
        cue.start += 1;
    }
    cue
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

fn source(r: &Reading<'_>, candidate: &Candidate) -> Option<Range<usize>> {
    if matches!(candidate.voice, Voice::Passive | Voice::Participle) {
        let at = candidate.frame.at;
        return (candidate.frame.key == "by")
            .then(|| phrase::full_after(r, at, &["of", "for", "at", "in"]))
            .flatten()
            .map(|end| at..end);
    }
    candidate.subject.as_ref().map(|s| s.tokens.clone())
}
