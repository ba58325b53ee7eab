//! Which words are the content of a cue? Spans that end at the borders of clauses, phrases and quotations.

use std::ops::Range;

use super::super::content::{self, Extent};
use super::super::cue::Candidate;
use super::super::direct;
use super::super::phrase;
use super::super::verbal;
use super::cue::Atoms;
use super::sight::{apart, count, steps};
use super::{Features, Offer, Sight, meet};
use crate::tags::Tag;

/// Content in one or more pieces, in reading order.
pub(in super::super) type Content = Vec<Range<usize>>;

/// How far content is looked for, in borders.
const BORDERS: usize = 24;

/// What may be the content, given the source. Empty when nothing is at hand.
pub(in super::super) fn contents(
    s: &Sight<'_, '_>,
    c: &Candidate,
    source: Option<&Range<usize>>,
) -> Vec<Offer<Content>> {
    let a = Atoms::of(c);
    let mut found: Vec<(Content, u32)> = Vec::with_capacity(64);
    let rules = verbal::proposals(s.r, c, &s.starts);
    for (at, proposal) in rules.iter().enumerate() {
        offer(&mut found, proposal.clone(), 1 << at);
    }
    let ahead = starts_ahead(s, c, source);
    for &start in &ahead {
        for extent in [Extent::Clause, Extent::Inner, Extent::Noun, Extent::Phrase] {
            let rule = content::forward_to(s.r, start, &s.starts, extent);
            offer(&mut found, rule.into_iter().collect(), 1 << (4 + extent as u32));
        }
        for end in borders(s, start) {
            let piece = start..end;
            offer(&mut found, vec![piece], 0);
        }
    }
    for span in clauses(s, c) {
        offer(&mut found, vec![span], 1 << 10);
    }
    let begin = source.filter(|x| x.start < c.head).map_or(c.cue.start, |x| x.start.min(c.cue.start));
    for piece in behind(s, begin) {
        offer(&mut found, vec![piece.clone()], 0);
        // A rule's second piece may go with another first one.
        for rule in rules.iter().filter(|rule| rule.len() == 2 && rule[1].start > c.head) {
            offer(&mut found, vec![piece.clone(), rule[1].clone()], 0);
        }
    }
    split(s, c, source, begin, &mut found);
    continued(s, &mut found);
    let free = |content: &Content| {
        !content.is_empty() && !content.iter().any(|p| p.contains(&c.head) || source.is_some_and(|x| meet(p, x)))
    };
    found.retain(|(content, _)| free(content));
    let first = rules.iter().find(|rule| free(rule)).cloned();
    found
        .into_iter()
        .map(|(value, made)| Offer { features: features(s, c, &a, &value, made, first.as_ref()), value })
        .collect()
}

/// What the parser puts below the cue, each part and from each to the last.
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

/// Content that the cue, with its source, interrupts: "The staff, he said, was well paid", "He is expected to win".
fn split(
    s: &Sight<'_, '_>,
    c: &Candidate,
    source: Option<&Range<usize>>,
    begin: usize,
    found: &mut Vec<(Content, u32)>,
) {
    let r = s.r;
    let after = source.filter(|x| x.start >= c.group_end).map_or(c.group_end, |x| x.end);
    let opens = matches!(r.tag(after), Tag::Comma)
        || r.tag(after).is_finite()
        || c.left == 'c'
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
            offer(found, vec![head.clone(), from..end], 1 << 8);
        }
    }
}

/// The same content with the quotations that go on with it: “…,” she said. “…”
fn continued(s: &Sight<'_, '_>, found: &mut Vec<(Content, u32)>) {
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
            .map_while(|next| direct::wholly_quoted(r, next).map(|(tokens, _)| tokens))
            .collect();
        if !more.is_empty() {
            let (mut content, made) = found[at].clone();
            content.extend(more);
            offer(found, content, made | 1 << 9);
        }
    }
}

fn offer(found: &mut Vec<(Content, u32)>, content: Content, made: u32) {
    if content.is_empty() {
        return;
    }
    match found.iter_mut().find(|(known, _)| *known == content) {
        Some((_, by)) => *by |= made,
        None => found.push((content, made)),
    }
}

/// Where content after the cue may begin.
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

/// Where content that begins at `start` may end.
fn borders(s: &Sight<'_, '_>, start: usize) -> Vec<usize> {
    let r = s.r;
    let unit_end = r.unit(start).end.min(start + 110);
    let mut found = Vec::with_capacity(BORDERS);
    let mut at = start;
    while at < unit_end && found.len() < BORDERS {
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
        tag => s.starts.any(at) || tag.is_finite() || phrase::is_date_word(r.lower(at)),
    }
}

/// Pieces before the cue and its source.
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
    // The quotation alone, without the words between it and the cue.
    let quotation = (floor..end).rev().take(40).find_map(|i| r.quotation_at(i).filter(|_| r.is_close_quote(i)));
    if let Some(q) = quotation.map(|q| &r.quotations()[q]).filter(|q| q.end < end) {
        found.extend(starts.iter().filter(|&&start| start < q.end).map(|&start| start..q.end));
    }
    found
}

fn features(
    s: &Sight<'_, '_>,
    c: &Candidate,
    a: &Atoms,
    content: &Content,
    made: u32,
    rule: Option<&Content>,
) -> Vec<u32> {
    let r = s.r;
    let (start, end) = (content[0].start, content[content.len() - 1].end);
    let (first, last) = (&content[0], &content[content.len() - 1]);
    let unit = r.unit(c.head);
    let direction = match (start < c.head, end > c.head) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    };
    let mut f = Features::with(&[]);
    f.add(1, &[made, a.voice]);
    f.add(2, &[made, a.frame]);
    for bit in (0..11).filter(|bit| made >> bit & 1 == 1) {
        f.add(3, &[bit, a.voice, a.frame]);
        f.add(4, &[bit, a.lemma]);
    }
    f.add(5, &[direction, a.voice, a.frame, a.left]);
    f.add(6, &[direction, a.lemma]);
    f.add(7, &[direction, a.order, a.frame, u32::from(c.after_speech)]);
    // The beginning.
    f.add(10, &[direction, s.word(start), a.frame]);
    f.add(11, &[direction, s.sketch(start), s.sketch(start.wrapping_sub(1)), a.voice]);
    f.add(12, &[s.word(start), a.lemma, direction]);
    f.add(20, &[s.group(c.head), a.frame, direction]);
    f.add(21, &[s.group(c.head), s.sketch(start), direction]);
    f.add(22, &[s.group(c.head), apart(c.group_end, start), direction]);
    f.add(13, &[s.word(start.wrapping_sub(1)), s.tag(start), direction]);
    f.add(14, &[apart(c.group_end, start), a.frame, u32::from(r.is_open_quote(start))]);
    f.add(15, &[apart(c.frame.at, start), a.lemma]);
    f.add(16, &[u32::from(r.is_open_quote(start)), direction, a.left, u32::from(start == unit.start)]);
    f.add(17, &[s.tag(start), s.tag(start + 1), s.tag(start + 2), direction]);
    if let Some(rule) = rule {
        f.add(18, &[apart(rule[0].start, start), direction, rule.len() as u32]);
        f.add(19, &[apart(rule[rule.len() - 1].end, end), direction, content.len() as u32]);
    }
    end_features(&mut f, s, c, a, last, direction);
    // What lies inside.
    let inside = |is: &dyn Fn(usize) -> bool| content.iter().map(|p| count(p.clone(), is)).sum::<u32>().min(3);
    let verbs = inside(&|i| r.tag(i).is_finite());
    let cues = content.iter().map(|p| count(p.start + 1..p.end, |i| s.starts.cue(i))).sum::<u32>().min(2);
    let quotes = inside(&|i| r.is_open_quote(i));
    let len: usize = content.iter().map(Range::len).sum();
    f.add(50, &[verbs, a.frame, direction]);
    f.add(51, &[verbs, a.lemma]);
    f.add(52, &[cues, a.frame, direction]);
    f.add(53, &[cues, u32::from(s.starts.any(end)), u32::from(s.starts.any(end + 1)), direction]);
    f.add(54, &[quotes, a.frame, direction]);
    f.add(55, &[steps(len), a.frame, direction]);
    f.add(56, &[steps(len), a.voice, verbs]);
    f.add(57, &[content.len() as u32, direction, a.order]);
    let unbalanced = inside(&|i| r.tag(i) == Tag::Open) != inside(&|i| r.tag(i) == Tag::Close);
    f.add(58, &[u32::from(unbalanced)]);
    let outside_quote = (unit.start..unit.end).any(|i| r.is_open_quote(i) && !content.iter().any(|p| p.contains(&i)));
    f.add(59, &[u32::from(outside_quote), quotes.min(1), direction]);
    f.add(60, &[u32::from(outside_quote), quotes.min(1), a.lemma]);
    let commas = inside(&|i| r.tag(i) == Tag::Comma && r.quotation_at(i).is_none());
    f.add(61, &[commas, a.frame, direction]);
    let breaks = inside(&|i| {
        r.quotation_at(i).is_none()
            && matches!(r.lower(i), "but" | "while" | "according" | "which" | "who" | "because" | "although" | ";")
    });
    f.add(62, &[breaks, a.frame, direction]);
    syntax_features(&mut f, s, c, a, (if direction == 1 { first } else { last }, direction));
    if content.len() > 1 {
        f.add(63, &[s.sketch(first.end), s.sketch(last.start), a.order]);
        f.add(64, &[s.sketch(last.start.wrapping_sub(1)), u32::from(r.is_open_quote(last.start)), a.left]);
    }
    f.0
}

fn syntax_features(
    f: &mut Features,
    s: &Sight<'_, '_>,
    c: &Candidate,
    a: &Atoms,
    (piece, direction): (&Range<usize>, u32),
) {
    let x = &s.syntax;
    let (root, roots) = x.roots(piece);
    let beside = x.beside(root, c.head);
    let below = x.span(root);
    f.add(70, &[roots, beside, direction]);
    f.add(71, &[beside, x.relation(root), a.voice, direction]);
    f.add(72, &[beside, x.relation(root), a.lemma]);
    f.add(73, &[u32::from(below.start == piece.start), u32::from(below.end == piece.end), beside, direction]);
    f.add(74, &[u32::from(below.end > piece.end), u32::from(below.end < piece.end), a.frame, direction]);
    // Where the next word belongs, and the one after a comma.
    for (template, next) in [(75, piece.end), (76, piece.end + 1)] {
        let up = x.head(next);
        let inside = up.map_or(2, |up| u32::from(piece.contains(&up)));
        let at_cue = u32::from(up == Some(c.head));
        f.add(template, &[inside, at_cue, x.relation(next), direction]);
        f.add(template + 10, &[inside, at_cue, s.sketch(piece.end), a.frame]);
    }
    let up = x.head(piece.end - 1);
    f.add(77, &[up.map_or(2, |up| u32::from(piece.contains(&up))), x.relation(piece.end - 1), direction]);
    let before = x.head(piece.start.wrapping_sub(1));
    f.add(
        78,
        &[before.map_or(2, |up| u32::from(piece.contains(&up))), x.relation(piece.start.wrapping_sub(1)), direction],
    );
    f.add(79, &[x.relation(piece.start), s.sketch(piece.start), direction]);
    f.add(80, &[x.relation(root), s.tag(root), a.frame]);
    f.add(81, &[roots, s.sketch(piece.end), direction]);
}

fn end_features(f: &mut Features, s: &Sight<'_, '_>, c: &Candidate, a: &Atoms, last: &Range<usize>, direction: u32) {
    let r = s.r;
    let end = last.end;
    let unit = r.unit(end - 1);
    let final_ = u32::from(end >= unit.end || r.tag(end) == Tag::Stop && end + 1 >= unit.end);
    f.add(30, &[s.word(end), direction, a.voice]);
    f.add(31, &[s.word(end), s.word(end + 1), direction]);
    f.add(32, &[s.sketch(end), s.sketch(end + 1), s.sketch(end + 2), direction]);
    f.add(33, &[s.tag(end - 1), s.tag(end), s.tag(end + 1), direction]);
    f.add(34, &[s.word(end - 1), direction]);
    f.add(47, &[s.broad(end - 1), s.broad(end), direction]);
    f.add(48, &[s.sketch(end), s.group(end + 1), direction]);
    f.add(49, &[s.group(c.head), s.sketch(end), direction]);
    f.add(35, &[s.sketch(end), a.frame]);
    f.add(36, &[s.sketch(end), a.lemma]);
    f.add(37, &[final_, a.frame, direction]);
    f.add(38, &[final_, a.lemma]);
    f.add(39, &[u32::from(r.is_close_quote(end - 1)), s.sketch(end), direction]);
    f.add(40, &[u32::from(r.is_close_quote(end - 1)), u32::from(r.is_open_quote(last.start)), a.frame]);
    f.add(41, &[apart(end, c.head), direction, a.order]);
    let clause =
        phrase::full_after(r, end + 1, &["of", "for", "in"]).is_some_and(|after| phrase::starts_clause(r, after));
    f.add(42, &[s.sketch(end), u32::from(clause), direction, a.voice]);
    f.add(43, &[steps(unit.end.saturating_sub(end)), s.sketch(end), direction]);
    f.add(44, &[s.word(end + 1), s.tag(end), a.frame]);
    f.add(45, &[s.sketch(end), s.sketch(end + 1), steps(last.len())]);
    let verbs = count(end..unit.end.min(end + 20), |i| r.tag(i).is_finite());
    f.add(46, &[s.sketch(end), verbs, a.voice, direction]);
}
