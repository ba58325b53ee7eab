//! The features of contents, for the model `content.bin`.
//!
//! A feature is a template number with a few values, hashed to one number
//! ([`feature`](crate::model::feature)). Those of a beginning or an end are the same for all offers
//! that share it, so they are made and
//! scored once for each of the few places where content may begin or end.
//!
//! | templates | look at |
//! |---|---|
//! | 1–7, 18, 19 | who made the offer, and how it differs from what the rules prefer |
//! | 10–17, 20–22 | where it begins |
//! | 30–44, 46–49 | where it ends |
//! | 40, 45, 50–64 | the whole: its length, verbs, quotations, commas, pieces |
//! | 70–87 | dependencies between it and the cue |
//!
//! `direction` is 0 for content behind the cue, 1 for content before it and 2 for content around
//! it.

use std::ops::Range;

use super::cue::Atoms;
use super::features::{Sort, apart, steps};
use super::makers::Makers;
use super::{Content, Features, Offer, Offers, Sight};
use crate::attribution::candidate::{Candidate, content};
use crate::tags::Tag;

/// A candidate whose content is looked for.
pub(crate) struct View<'a, 'r, 'd> {
    /// The document, as numbers.
    s: &'a Sight<'r, 'd>,
    /// The candidate.
    c: &'a Candidate,
    /// Its numbers.
    a: Atoms,
    /// The content that the rules would choose, if they have one.
    rule: Option<&'a Content>,
}

/// The beginnings or ends that were asked for before, by token and direction, with the position of
/// their shared features.
type Known = Vec<((usize, u32), usize)>;

impl<'a, 'r, 'd> View<'a, 'r, 'd> {
    /// For one candidate and all of its contents.
    pub(crate) fn new(s: &'a Sight<'r, 'd>, c: &'a Candidate, rule: Option<&'a Content>) -> Self {
        Self { s, c, a: Atoms::of(c), rule }
    }

    /// The contents with their features. What speaks of a beginning, or of an end, is shared by all that have it.
    pub(crate) fn offers(&self, found: Vec<(Content, Makers)>) -> Offers<Content> {
        let mut shared = Vec::new();
        let (mut starts, mut ends): (Known, Known) = Default::default();
        let mut list = Vec::with_capacity(found.len());
        for (value, makers) in found {
            let (start, end) = (value[0].start, value[value.len() - 1].end);
            let direction = match (start < self.c.head, end > self.c.head) {
                (false, _) => 0,
                (true, false) => 1,
                (true, true) => 2,
            };
            let start = once(&mut starts, &mut shared, (start, direction), || self.start(start, direction));
            let end = once(&mut ends, &mut shared, (end, direction), || self.end(end, direction));
            let features = self.whole(&value, makers, direction);
            list.push(Offer { features, value, shared: Some([start, end]) });
        }
        Offers { list, shared }
    }

    /// Features of where the content begins.
    fn start(&self, start: usize, direction: u32) -> Vec<u32> {
        let Self { s, c, a, .. } = self;
        let r = s.r;
        let unit = r.unit(c.head);
        let mut f = Features::with(&[]);
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
        f.0
    }

    /// Features of where the content ends.
    fn end(&self, end: usize, direction: u32) -> Vec<u32> {
        let Self { s, c, a, .. } = self;
        let mut f = Features::with(&[]);
        let r = s.r;
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
        f.add(41, &[apart(end, c.head), direction, a.order]);
        let clause = content::begins_clause(r, end + 1);
        f.add(42, &[s.sketch(end), u32::from(clause), direction, a.voice]);
        f.add(43, &[steps(unit.end.saturating_sub(end)), s.sketch(end), direction]);
        f.add(44, &[s.word(end + 1), s.tag(end), a.frame]);
        let verbs = s.tally(Sort::Finite, &(end..unit.end.min(end + 20).max(end))).min(3);
        f.add(46, &[s.sketch(end), verbs, a.voice, direction]);
        f.0
    }

    /// Features of the content as a whole, which no other offer shares.
    fn whole(&self, content: &Content, makers: Makers, direction: u32) -> Vec<u32> {
        let Self { s, c, a, .. } = self;
        let r = s.r;
        let (first, last) = (&content[0], &content[content.len() - 1]);
        let (start, end) = (first.start, last.end);
        let mut f = Features::with(&[]);
        f.add(1, &[makers.bits(), a.voice]);
        f.add(2, &[makers.bits(), a.frame]);
        for maker in makers.each() {
            f.add(3, &[maker as u32, a.voice, a.frame]);
            f.add(4, &[maker as u32, a.lemma]);
        }
        f.add(5, &[direction, a.voice, a.frame, a.left]);
        f.add(6, &[direction, a.lemma]);
        f.add(7, &[direction, a.order, a.frame, u32::from(c.after_speech)]);
        if let Some(rule) = self.rule {
            f.add(18, &[apart(rule[0].start, start), direction, rule.len() as u32]);
            f.add(19, &[apart(rule[rule.len() - 1].end, end), direction, content.len() as u32]);
        }
        f.add(40, &[u32::from(r.is_close_quote(end - 1)), u32::from(r.is_open_quote(last.start)), a.frame]);
        f.add(45, &[s.sketch(end), s.sketch(end + 1), steps(last.len())]);
        // What the content contains.
        let inside = |sort: Sort| s.few(sort, content);
        let verbs = inside(Sort::Finite);
        let cues = content.iter().map(|p| s.cues(&(p.start + 1..p.end))).sum::<u32>().min(2);
        let quotes = inside(Sort::OpenQuote);
        let len: usize = content.iter().map(Range::len).sum();
        f.add(50, &[verbs, a.frame, direction]);
        f.add(51, &[verbs, a.lemma]);
        f.add(52, &[cues, a.frame, direction]);
        f.add(53, &[cues, u32::from(s.starts.any(end)), u32::from(s.starts.any(end + 1)), direction]);
        f.add(54, &[quotes, a.frame, direction]);
        f.add(55, &[steps(len), a.frame, direction]);
        f.add(56, &[steps(len), a.voice, verbs]);
        f.add(57, &[content.len() as u32, direction, a.order]);
        let unbalanced = inside(Sort::Open) != inside(Sort::Close);
        f.add(58, &[u32::from(unbalanced)]);
        let outside_quote = self.quotes_outside(content);
        f.add(59, &[u32::from(outside_quote), quotes.min(1), direction]);
        f.add(60, &[u32::from(outside_quote), quotes.min(1), a.lemma]);
        let commas = inside(Sort::Comma);
        f.add(61, &[commas, a.frame, direction]);
        let breaks = inside(Sort::Break);
        f.add(62, &[breaks, a.frame, direction]);
        syntax_features(&mut f, s, c, a, (if direction == 1 { first } else { last }, direction));
        if content.len() > 1 {
            f.add(63, &[s.sketch(first.end), s.sketch(last.start), a.order]);
            f.add(64, &[s.sketch(last.start.wrapping_sub(1)), u32::from(r.is_open_quote(last.start)), a.left]);
        }
        f.0
    }

    /// Whether a quotation begins in the unit of the cue that is no part of the content.
    fn quotes_outside(&self, content: &Content) -> bool {
        let unit = self.s.r.unit(self.c.head);
        let (mut from, mut inside) = (unit.start, 0);
        for piece in content {
            let (start, end) = (piece.start.max(from), piece.end.min(unit.end));
            if start < end {
                inside += self.s.tally(Sort::OpenQuote, &(start..end));
                from = end;
            }
        }
        self.s.tally(Sort::OpenQuote, &unit) > inside
    }
}

/// The list for a key, made when it is first asked for.
fn once(known: &mut Known, lists: &mut Vec<Vec<u32>>, key: (usize, u32), make: impl FnOnce() -> Vec<u32>) -> usize {
    if let Some((_, at)) = known.iter().find(|(one, _)| *one == key) {
        return *at;
    }
    lists.push(make());
    known.push((key, lists.len() - 1));
    lists.len() - 1
}

/// Features of the dependencies between cue and content.
/// `piece` is the largest part that `direction` speaks of. Its root is the first of its words that
/// depends on none inside it; a span that is a whole subtree has one root and ends with it.
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
    // The heads of the next word, and of the one behind a comma.
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
