//! Which noun phrase is the source of a cue?
//!
//! The grammar proposes one source, if any. Offered besides are narrower and wider readings of it,
//! the noun phrases within [`REACH_TOKENS`] tokens, what the parser relates to the cue, and "none". The
//! model `source.bin` ranks them.
//!
//! Who that source *is* (the speaker) is decided much later, in
//! [`values::who`](crate::attribution::values::who).

use std::ops::Range;

use super::cue::Atoms;
use super::features::{apart, count, steps};
use super::{Features, Offer, Offers, Sight, meet};
use crate::attribution::candidate::Candidate;
use crate::grammar::{phrase, subject};
use crate::tags::Tag;

/// How many tokens before and behind the head of the cue a source is looked for, within its unit.
const REACH_TOKENS: usize = 45;

/// The noun phrases that may be the source, "none" first among them. `rule` is what the grammar
/// proposes. No range is offered twice, and none holds the head of the cue.
pub(crate) fn sources(s: &Sight<'_, '_>, c: &Candidate, rule: Option<&Range<usize>>) -> Offers<Option<Range<usize>>> {
    let a = Atoms::of(c);
    let mut ranges: Vec<Range<usize>> = rule.cloned().into_iter().collect();
    if let Some(rule) = rule {
        ranges.extend(variants(s, rule));
    }
    ranges.extend(phrases(s, c));
    ranges.extend(parsed(s, c));
    let mut offers = vec![Offer { value: None, features: none(s, c, &a, rule.is_some()), shared: None }];
    let mut seen: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        if range.is_empty() || range.contains(&c.head) || seen.contains(&range) {
            continue;
        }
        offers.push(Offer { features: features(s, c, &a, &range, rule), value: Some(range.clone()), shared: None });
        seen.push(range);
    }
    Offers::new(offers)
}

/// The grammar's proposal, narrower and wider: up to its first comma, without what precedes the
/// last noun phrase, with an apposition, with prepositional phrases.
fn variants(s: &Sight<'_, '_>, rule: &Range<usize>) -> Vec<Range<usize>> {
    let r = s.r;
    let mut found = Vec::new();
    let comma = rule.clone().find(|&i| r.tag(i) == Tag::Comma);
    found.extend(comma.filter(|&i| i > rule.start).map(|i| rule.start..i));
    if r.tag(rule.end - 1) == Tag::Comma && rule.len() > 1 {
        found.push(rule.start..rule.end - 1);
    }
    found.extend(phrase::before(r, rule.end).filter(|&start| start < rule.end).map(|start| start..rule.end));
    found.extend(phrase::simple_before(r, rule.end).filter(|&start| start < rule.end).map(|start| start..rule.end));
    found.push(rule.start..subject::with_apposition(r, rule.end).max(rule.end));
    if let Some(end) = phrase::full_after(r, rule.start, phrase::SOURCE_LINKS) {
        found.push(rule.start..end);
    }
    found
}

/// Noun phrases near the cue: alone, with prepositional phrases, with an apposition, the owner
/// before "'s", and from each up to the cue.
fn phrases(s: &Sight<'_, '_>, c: &Candidate) -> Vec<Range<usize>> {
    let r = s.r;
    let unit = r.unit(c.head);
    let (mut at, to) = (unit.start.max(c.head.saturating_sub(REACH_TOKENS)), unit.end.min(c.head + REACH_TOKENS));
    let mut found = Vec::new();
    let begin = c.cue.start.min(c.head);
    while at < to {
        if matches!(r.tag(at), Tag::Wp | Tag::Wdt) || r.is(at, "that") {
            found.push(at..at + 1);
        }
        let Some(end) = phrase::base_after(r, at).filter(|_| r.quotation_at(at).is_none()) else {
            at = r.quotation_at(at).map_or(at + 1, |q| r.quotations()[q].end.max(at + 1));
            continue;
        };
        found.push(at..end);
        for owner in (at + 1..end).filter(|&i| r.tag(i) == Tag::Pos) {
            found.extend([at..owner, at..owner + 1]);
        }
        let full =
            phrase::full_after(r, at, &["of", "for", "at", "from", "in", "with", "on", "by", "to"]).unwrap_or(end);
        if full > end {
            found.push(at..full);
        }
        let whole = subject::with_apposition(r, full);
        if whole > full {
            found.push(at..whole);
            if r.tag(whole) == Tag::Comma {
                found.push(at..whole + 1);
            }
        }
        if end < begin {
            found.push(at..begin);
            // Adverbs and auxiliaries that the cue may have left out.
            found.extend((end + 1..begin).rev().take(1).map(|end| at..end));
        } else if at >= c.group_end && at < c.group_end + 3 {
            let stops =
                (end + 1..unit.end.min(end + 40)).filter(|&i| matches!(r.tag(i), Tag::Comma | Tag::Stop | Tag::Colon));
            found.extend(stops.take(5).map(|stop| at..stop));
        }
        at = end;
    }
    found
}

/// The subtrees of the words that the parser relates to the cue: its subject, its dependents and
/// what it depends on. Opening prepositions and marks are left out.
fn parsed(s: &Sight<'_, '_>, c: &Candidate) -> Vec<Range<usize>> {
    let (r, x) = (s.r, &s.syntax);
    let mut found = Vec::new();
    let related = x.subject(c.head).into_iter().chain(x.children(c.head)).chain(x.head(c.head));
    for i in related.filter(|&i| i.abs_diff(c.head) < 2 * REACH_TOKENS && r.tag(i).in_phrase()) {
        let mut span = x.span(i);
        while span.start < i && matches!(r.tag(span.start), Tag::In | Tag::To | Tag::Comma | Tag::Quote) {
            span.start += 1;
        }
        if span.contains(&c.head) {
            span = if c.head < i { c.head + 1..span.end } else { span.start..c.cue.start.max(span.start) };
        }
        found.push(span.clone());
        if span.len() > 1 && matches!(r.tag(span.end - 1), Tag::Comma | Tag::Pos) {
            found.push(span.start..span.end - 1);
        } else if r.tag(span.end) == Tag::Comma {
            found.push(span.start..span.end + 1);
        }
    }
    found
}

/// Features of having no source.
/// Its templates begin at 100, so that its weights are its own.
fn none(s: &Sight<'_, '_>, c: &Candidate, a: &Atoms, ruled: bool) -> Vec<u32> {
    let mut f = Features::with(&[]);
    f.add(100, &[u32::from(ruled), a.voice]);
    f.add(101, &[u32::from(ruled), a.lemma]);
    f.add(102, &[a.voice, a.frame]);
    f.add(103, &[a.lemma, a.frame, a.order]);
    f.add(104, &[a.order, a.voice, a.left]);
    f.add(105, &[s.sketch(c.cue.start.wrapping_sub(1)), a.voice]);
    f.add(106, &[s.word(c.cue.end), a.voice]);
    f.0
}

/// Features of a noun phrase as the source.
/// `relation` tells how the range differs from the grammar's proposal: 0 there is none, 1 the same,
/// 2 shorter, 3 longer, 4 and 5 the same with another beginning, 6 overlapping, 7 elsewhere. `side`
/// is 0 before the cue and 1 behind it.
fn features(
    s: &Sight<'_, '_>,
    c: &Candidate,
    a: &Atoms,
    range: &Range<usize>,
    rule: Option<&Range<usize>>,
) -> Vec<u32> {
    let r = s.r;
    let mut f = Features::with(&[]);
    let (first, last) = (range.start, range.end - 1);
    let head = phrase::base_after(r, first).filter(|&end| end <= range.end).map_or(last, |end| end - 1);
    let relation = match rule {
        None => 0,
        Some(rule) if rule == range => 1,
        Some(rule) if rule.start == range.start && rule.end > range.end => 2,
        Some(rule) if rule.start == range.start => 3,
        Some(rule) if rule.end == range.end && rule.start > range.start => 4,
        Some(rule) if rule.end == range.end => 5,
        Some(rule) if meet(rule, range) => 6,
        Some(_) => 7,
    };
    let (gap, side) =
        if last < c.head { (range.end..c.cue.start.max(range.end), 0) } else { (c.cue.end.min(first)..first, 1) };
    f.add(1, &[relation, a.voice]);
    f.add(2, &[relation, a.lemma]);
    f.add(3, &[relation, a.order, s.kind(head)]);
    f.add(4, &[side, a.voice, a.frame]);
    f.add(5, &[side, a.lemma, steps(gap.len())]);
    f.add(6, &[side, a.voice, steps(gap.len()), a.order]);
    let verbs = count(gap.clone(), |i| r.tag(i).is_finite());
    let commas = count(gap.clone(), |i| r.tag(i) == Tag::Comma);
    let quotes = count(gap.clone(), |i| r.is_open_quote(i));
    f.add(7, &[side, verbs, commas, quotes, a.voice]);
    f.add(8, &[side, s.sketch(gap.start), s.sketch(gap.end.wrapping_sub(1)), steps(gap.len())]);
    f.add(9, &[s.sketch(first.wrapping_sub(1)), side, a.voice]);
    f.add(10, &[s.word(first.wrapping_sub(1)), relation]);
    f.add(11, &[s.sketch(range.end), side, a.voice]);
    f.add(12, &[s.word(range.end), s.tag(range.end + 1), relation]);
    f.add(13, &[s.tag(last), s.tag(range.end), relation]);
    f.add(14, &[s.word(head), side]);
    f.add(15, &[s.kind(head), side, a.voice]);
    f.add(16, &[s.kind(head), a.lemma]);
    f.add(17, &[s.word(first), s.tag(head), side]);
    f.add(18, &[s.tag(first), s.tag(head), steps(range.len()), relation]);
    f.add(19, &[s.word(last), relation]);
    let inner = |tag: Tag| count(range.clone(), |i| r.tag(i) == tag);
    f.add(20, &[inner(Tag::Comma), inner(Tag::In), relation]);
    f.add(21, &[count(range.clone(), |i| r.tag(i).is_finite()), inner(Tag::Comma), relation]);
    f.add(22, &[u32::from(r.tag(last) == Tag::Comma), side, relation]);
    f.add(23, &[u32::from(first == r.unit(c.head).start), side, a.voice]);
    f.add(24, &[s.ending(head), side, a.voice]);
    f.add(30, &[s.group(head), side, a.voice]);
    f.add(31, &[s.broad(head), a.lemma, side]);
    f.add(32, &[s.group(head), relation]);
    f.add(25, &[apart(c.head, first), s.kind(head)]);
    f.add(26, &[s.tag(first.wrapping_sub(1)), s.tag(first), s.tag(range.end), side]);
    f.add(27, &[u32::from(s.starts.any(first)), side, relation]);
    f.add(28, &[s.word(first.wrapping_sub(1)), a.lemma, side]);
    syntax_features(&mut f, s, c, a, range, (relation, side));
    let of = range.clone().find(|&i| r.tag(i) == Tag::In).map_or(0, |i| s.word(i));
    f.add(29, &[of, relation, s.tag(head)]);
    f.0
}

/// Features of the dependencies between cue and source.
fn syntax_features(
    f: &mut Features,
    s: &Sight<'_, '_>,
    c: &Candidate,
    a: &Atoms,
    range: &Range<usize>,
    (relation, side): (u32, u32),
) {
    let x = &s.syntax;
    let (root, roots) = x.roots(range);
    let beside = x.beside(root, c.head);
    let whole = u32::from(x.span(root) == *range);
    f.add(33, &[beside, x.relation(root), a.voice]);
    f.add(34, &[beside, x.relation(root), a.lemma]);
    f.add(35, &[roots, whole, relation]);
    f.add(36, &[roots, whole, u32::from(x.subject(c.head) == Some(root)), a.order]);
    f.add(37, &[u32::from(x.subject(c.head) == Some(root)), a.voice, side]);
    let next = x.head(range.end).map_or(9, |up| u32::from(range.contains(&up)));
    f.add(38, &[next, x.relation(range.end), relation]);
}
