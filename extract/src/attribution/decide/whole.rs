//! Do cue, source and content together make an attribution?
//!
//! The last decision sees what the earlier ones chose and how clearly they did. Its probability is
//! the confidence of the quote, before calibration.

use std::ops::Range;

use super::cue::Atoms;
use super::features::{Sort, apart, steps};
use super::{Content, Features, Sight};
use crate::attribution::candidate::Candidate;
use crate::grammar::phrase;

/// What the earlier decisions found, and how clearly.
pub(crate) struct Found<'a> {
    /// The probability that the candidate is a cue.
    pub(crate) cue: f32,
    /// The source, or none.
    pub(crate) source: Option<&'a Range<usize>>,
    /// By how much its score lies above that of the next offer.
    pub(crate) source_margin: f32,
    /// The content, in one or more pieces.
    pub(crate) content: &'a Content,
    /// The same margin for the content.
    pub(crate) content_margin: f32,
}

/// The features of a whole attribution.
/// Templates 1–6 hold probability and margins in steps, 7–18 the parts beside each other, 20–27 the
/// head of the source.
pub(crate) fn whole_features(s: &Sight<'_, '_>, c: &Candidate, found: &Found<'_>) -> Vec<u32> {
    let r = s.r;
    let a = Atoms::of(c);
    let mut f = Features::with(&[]);
    let p = (found.cue.clamp(0.0, 0.9999) * 20.0) as u32;
    let content = found.content;
    let (start, end) = (content[0].start, content[content.len() - 1].end);
    let direction = u32::from(start < c.head) + u32::from(start < c.head && end > c.head);
    let quotes = s.few(Sort::OpenQuote, content).min(2);
    let sourced = u32::from(found.source.is_some());
    f.add(0, &[]);
    f.add(1, &[p]);
    f.add(2, &[p, sourced, quotes.min(1)]);
    f.add(3, &[p / 2, direction, sourced]);
    f.add(4, &[p / 3, a.voice]);
    f.add(5, &[(found.source_margin * 2.0).clamp(0.0, 10.0) as u32, sourced]);
    f.add(6, &[(found.content_margin * 2.0).clamp(0.0, 10.0) as u32, direction]);
    f.add(7, &[a.voice, a.frame, direction, sourced]);
    f.add(8, &[a.lemma, direction, sourced]);
    f.add(9, &[a.lemma, quotes]);
    f.add(10, &[quotes, direction, sourced, a.voice]);
    let len: usize = content.iter().map(Range::len).sum();
    let verbs = s.few(Sort::Finite, content).min(2);
    f.add(11, &[steps(len), a.voice, verbs]);
    f.add(17, &[s.group(c.head), a.frame, direction, sourced]);
    f.add(18, &[s.group(c.head), p / 3]);
    f.add(12, &[steps(len), a.lemma]);
    f.add(13, &[verbs, a.frame, a.lemma]);
    f.add(14, &[s.sketch(start), s.sketch(start + 1), a.voice]);
    f.add(15, &[s.word(start), a.lemma]);
    f.add(16, &[s.sketch(end), a.voice, direction]);
    if let Some(source) = found.source {
        let last = source.end - 1;
        let head = phrase::base_after(r, source.start).filter(|&x| x <= source.end).map_or(last, |x| x - 1);
        f.add(20, &[s.kind(head), a.lemma]);
        f.add(21, &[s.word(head), a.voice]);
        f.add(22, &[s.word(head), a.lemma]);
        f.add(23, &[apart(c.head, source.start), a.voice]);
        f.add(24, &[s.kind(head), s.tag(head), p / 4]);
        f.add(26, &[s.group(head), s.group(c.head)]);
        f.add(27, &[s.broad(head), a.lemma]);
        f.add(25, &[s.ending(head), a.frame]);
    }
    f.0
}
