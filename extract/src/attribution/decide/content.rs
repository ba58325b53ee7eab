//! Which words are the content of a cue? Spans that end at the borders of clauses, phrases and quotations.
//!
//! Offers come from four makers: the rules of
//! [`candidate::content`](crate::attribution::candidate::content), spans between borders, subtrees
//! of the dependency tree, and combinations of a piece before the cue with one behind it. Ranking
//! whole spans rather than tagging words keeps borders sensible: one
//! that splits a phrase is simply not offered.
//!
//! The number of offers is bounded ([`MAX_BORDERS`], [`MAX_CONTINUATIONS`] and the limits in each function), so one
//! candidate costs the same in any text.

use std::ops::Range;

use super::content_features::View;
use super::makers::{Maker, Makers};
use super::{Content, Offers, Sight, continued, meet};
use crate::attribution::candidate::content::{self, Extent};
use crate::attribution::candidate::{Candidate, Left, rules};
use crate::tags::Tag;
use crate::time::expression;

/// From one beginning, at most this many ends are offered.
const MAX_BORDERS: usize = 24;

/// At most this many following quotations are offered as part of a content. What goes on beyond
/// them is added once all is chosen ([`continue_quotations`](continued::continue_quotations)).
const MAX_CONTINUATIONS: usize = 40;

/// What may be the content of a candidate, given its source. Each offer appears once, with all who
/// made it; none touches the head of the cue or the source. Empty when nothing is at hand.
pub(crate) fn contents(s: &Sight<'_, '_>, c: &Candidate, source: Option<&Range<usize>>) -> Offers<Content> {
    let mut found: Vec<(Content, Makers)> = Vec::with_capacity(64);
    let rules = rules::proposals(s.r, c, &s.starts);
    for (maker, proposal) in [Maker::Ahead, Maker::Behind, Maker::Around].into_iter().zip(&rules) {
        offer(&mut found, proposal.clone(), maker.into());
    }
    let ahead = starts_ahead(s, c, source);
    for &start in &ahead {
        for extent in [Extent::Clause, Extent::Inner, Extent::Noun, Extent::Phrase] {
            let rule = content::forward_to(s.r, start, &s.starts, extent);
            offer(&mut found, rule.into_iter().collect(), Maker::of(extent).into());
        }
        for end in borders(s, start) {
            let piece = start..end;
            offer(&mut found, vec![piece], Makers::default());
        }
    }
    for span in clauses(s, c) {
        offer(&mut found, vec![span], Maker::Parsed.into());
    }
    let begin = source.filter(|x| x.start < c.head).map_or(c.cue.start, |x| x.start.min(c.cue.start));
    for piece in behind(s, begin) {
        offer(&mut found, vec![piece.clone()], Makers::default());
        // The second piece of a rule may also follow this first piece.
        for rule in rules.iter().filter(|rule| rule.len() == 2 && rule[1].start > c.head) {
            offer(&mut found, vec![piece.clone(), rule[1].clone()], Makers::default());
        }
    }
    split(s, c, source, begin, &mut found);
    continued(s, &mut found);
    let free = |content: &Content| {
        !content.is_empty() && !content.iter().any(|p| p.contains(&c.head) || source.is_some_and(|x| meet(p, x)))
    };
    found.retain(|(content, _)| free(content));
    let rule = rules.iter().find(|rule| free(rule));
    View::new(s, c, rule).offers(found)
}

/// The subtrees that depend on the cue and follow it: each alone, and from each on to the end of
/// the last. At most 16.
fn clauses(s: &Sight<'_, '_>, c: &Candidate) -> Vec<Range<usize>> {
    let (r, x) = (s.r, &s.syntax);
    let after: Vec<Range<usize>> = x.children(c.head).filter(|&i| i > c.head).map(|i| x.span(i)).collect();
    let mut found = Vec::new();
    let Some(last) = after.last().cloned() else { return found };
    for span in after {
        let start =
            (span.start..span.end).find(|&i| !matches!(r.tag(i), Tag::Comma | Tag::Colon)).unwrap_or(span.start);
        for end in [span.end, last.end] {
            let end = content::trim_end(r, start, end);
            if end > start && start > c.head {
                found.push(start..end);
            }
        }
    }
    found.truncate(16);
    found
}

/// Adds contents that the cue and its source interrupt: "The staff, he said, was well paid", "He is
/// expected to win". The head is the subject or a piece before the cue, the tail ends at any border
/// behind it.
fn split(
    s: &Sight<'_, '_>,
    c: &Candidate,
    source: Option<&Range<usize>>,
    begin: usize,
    found: &mut Vec<(Content, Makers)>,
) {
    let r = s.r;
    let after = source.filter(|x| x.start >= c.group_end).map_or(c.group_end, |x| x.end);
    let opens = matches!(r.tag(after), Tag::Comma)
        || r.tag(after).is_finite()
        || c.left == Left::Comma
        || matches!(r.tag(begin.wrapping_sub(1)), Tag::Wdt | Tag::Wp);
    let from = after + usize::from(r.tag(after) == Tag::Comma);
    let unit = r.unit(c.head);
    if from >= unit.end || after == unit.end {
        return;
    }
    let subject = c.subject.as_ref().map(|x| x.tokens.clone()).filter(|x| x.end <= c.head && source != Some(x));
    let mut heads: Vec<Range<usize>> = subject.into_iter().collect();
    if opens {
        heads.extend(behind(s, begin).into_iter().take(5));
    }
    if heads.is_empty() {
        return;
    }
    let tails: Vec<usize> = borders(s, from).into_iter().take(8).collect();
    for head in heads {
        for &end in &tails {
            offer(found, vec![head.clone(), from..end], Maker::Split.into());
        }
    }
}

/// Adds each content once more with the quotations of the same paragraph that go on with it: “…,”
/// she said. “…”
fn continued(s: &Sight<'_, '_>, found: &mut Vec<(Content, Makers)>) {
    let r = s.r;
    for at in 0..found.len() {
        let last = found[at].0[found[at].0.len() - 1].end - 1;
        let unit = r.unit_at(last);
        if !r.is_close_quote(last) && r.quotation_at(last).is_none() {
            continue;
        }
        let paragraph = r.paragraph_of(last);
        let more: Vec<Range<usize>> = r.units()[unit + 1..]
            .iter()
            .take_while(|next| r.paragraph_of(next.start) == paragraph)
            .map_while(|next| continued::wholly_quoted(r, next).map(|(tokens, _)| tokens))
            .take(MAX_CONTINUATIONS)
            .collect();
        if !more.is_empty() {
            let (mut content, makers) = found[at].clone();
            content.extend(more);
            offer(found, content, makers.and(Maker::Continued.into()));
        }
    }
}

/// Adds an offer, or a maker to the offer that has the same content already.
fn offer(found: &mut Vec<(Content, Makers)>, content: Content, makers: Makers) {
    if content.is_empty() {
        return;
    }
    match found.iter_mut().find(|(known, _)| *known == content) {
        Some((_, by)) => *by = by.and(makers),
        None => found.push((content, makers)),
    }
}

/// Where content behind the cue may begin, in tokens: behind the cue, around its object, behind an
/// inverted source, at a quotation, "that", "to" or a comma. At most ten, all within 22 tokens and
/// in the unit of the cue.
fn starts_ahead(s: &Sight<'_, '_>, c: &Candidate, source: Option<&Range<usize>>) -> Vec<usize> {
    let r = s.r;
    let unit = r.unit(c.head);
    let mut found = vec![c.frame.at, c.group_end];
    found.extend(c.frame.object.iter().flat_map(|o| [o.start, o.end]));
    if let Some(source) = source.filter(|x| x.start >= c.group_end) {
        found.extend([source.end, source.end + 1]);
    }
    let reach = c.group_end + 1..unit.end.min(c.group_end + 22);
    found.extend(reach.filter(|&i| {
        r.is_open_quote(i)
            || r.quotation_at(i).is_none()
                && (r.is(i, "that") && r.tag(i) == Tag::In
                    || matches!(r.tag(i - 1), Tag::Comma | Tag::Colon)
                    || r.tag(i) == Tag::To && i < c.group_end + 10)
    }));
    found.retain(|&i| i < unit.end && i > c.head && !matches!(r.tag(i), Tag::Comma | Tag::Stop));
    found.sort_unstable();
    found.dedup();
    found.truncate(10);
    found
}

/// Where content that begins at `start` may end, in tokens, one past the last. A quotation is
/// stepped over as a whole; the end of the unit is a border if it lies within 110 tokens.
fn borders(s: &Sight<'_, '_>, start: usize) -> Vec<usize> {
    let r = s.r;
    let unit_end = r.unit(start).end.min(start + 110);
    let mut found = Vec::with_capacity(MAX_BORDERS);
    let mut at = start;
    while at < unit_end && found.len() < MAX_BORDERS {
        if let Some(q) = r.quotation_at(at) {
            at = r.quotations()[q].end.max(at + 1);
            found.push(at);
            continue;
        }
        if at > start && is_border(s, at) {
            found.push(content::trim_end(r, start, at));
        }
        at += 1;
    }
    if at >= unit_end {
        found.push(content::trim_end(r, start, unit_end));
    }
    found.retain(|&end| end > start);
    found.dedup();
    found
}

/// Whether content may begin or end at this token.
fn is_border(s: &Sight<'_, '_>, at: usize) -> bool {
    let r = s.r;
    match r.tag(at) {
        Tag::Comma
        | Tag::Stop
        | Tag::Colon
        | Tag::Cc
        | Tag::Wdt
        | Tag::Wp
        | Tag::Wrb
        | Tag::Close
        | Tag::Open
        | Tag::In
        | Tag::To => true,
        Tag::Vbg => true,
        tag => s.starts.any(at) || tag.is_finite() || expression::is_date_word(r.lower(at)),
    }
}

/// Pieces before `begin`, which is where the cue or its source begins. They all end there or with
/// the last quotation, and begin behind commas, conjunctions and "that", or where the sentence
/// does.
fn behind(s: &Sight<'_, '_>, begin: usize) -> Vec<Range<usize>> {
    let r = s.r;
    let Some(last) = begin.checked_sub(1) else { return Vec::new() };
    let floor = r.unit(last).start;
    let end = content::trim_end(r, floor, begin);
    if end <= floor {
        return Vec::new();
    }
    let rule = content::backward(r, begin);
    let mut starts: Vec<usize> = rule.iter().map(|range| range.start).chain([floor]).collect();
    let mut at = end;
    while at > floor && starts.len() < 14 {
        at -= 1;
        if let Some(q) = r.quotation_at(at) {
            at = r.quotations()[q].open;
            starts.push(at);
            continue;
        }
        if at > floor && (matches!(r.tag(at - 1), Tag::Comma | Tag::Colon | Tag::Cc | Tag::Stop) || r.is(at, "that")) {
            starts.push(at);
        }
    }
    starts.sort_unstable();
    starts.dedup();
    let mut found: Vec<Range<usize>> = starts.iter().filter(|&&start| start < end).map(|&start| start..end).collect();
    // Also the quotation without the words between it and the cue.
    let quotation = (floor..end).rev().take(40).find_map(|i| r.quotation_at(i).filter(|_| r.is_close_quote(i)));
    if let Some(q) = quotation.map(|q| &r.quotations()[q]).filter(|q| q.end < end) {
        found.extend(starts.iter().filter(|&&start| start < q.end).map(|&start| start..q.end));
    }
    found
}
