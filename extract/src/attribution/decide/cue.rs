//! Is a word a cue, and which words around it belong to the cue?
//!
//! Two decisions, with a model each. `cue.bin` gives the probability that a candidate attributes,
//! from the features of [`cue_features`]. `extent.bin` ranks the ranges that [`extents`] offers,
//! once source and content are known.

use std::ops::Range;

use super::features::{apart, count, steps};
use super::{Features, Offer, Offers, Sight};
use crate::attribution::candidate::Candidate;
use crate::attribution::draft::Voice;
use crate::grammar::phrase;
use crate::grammar::subject::Order;
use crate::model::word;
use crate::parse::Relation;
use crate::tags::Tag;

/// What names a candidate in the features of all decisions, as numbers. Hashes stand for strings;
/// the others are those of their enums.
pub(crate) struct Atoms {
    /// Hash of the lemma.
    pub(crate) lemma: u32,
    /// Number of the [`Voice`].
    pub(crate) voice: u32,
    /// Hash of the construction's name.
    pub(crate) frame: u32,
    /// Number of what stands before subject and verb ([`Candidate::left`]).
    pub(crate) left: u32,
    /// Where the subject stands: 0 nowhere, 1 before the verb, 2 behind it, 3 with an earlier verb,
    /// 4 before a relative pronoun.
    pub(crate) order: u32,
}

impl Atoms {
    /// The numbers of a candidate.
    pub(crate) fn of(c: &Candidate) -> Self {
        let order = match c.subject.as_ref().map(|s| s.order) {
            None => 0,
            Some(Order::Plain) => 1,
            Some(Order::Inverted) => 2,
            Some(Order::Shared) => 3,
            Some(Order::Relative) => 4,
        };
        Self {
            lemma: word(&c.lemma),
            voice: c.voice as u32,
            frame: word(c.frame.construction.name()),
            left: c.left as u32,
            order,
        }
    }
}

/// The features of a candidate as a cue.
///
/// | templates | look at |
/// |---|---|
/// | 0–26 | lemma, voice, construction, and the words around the head and at the beginning of the content |
/// | 30–39, 60–62 | the subject |
/// | 40–50 | the rest of the sentence: quotations and their distance, verbs, position |
/// | 51–54, 63, 64 | a noun phrase between cue and content |
/// | 55–59 | words before a noun |
/// | 70–86 | dependencies |
pub(crate) fn cue_features(s: &Sight<'_, '_>, c: &Candidate) -> Vec<u32> {
    let r = s.r;
    let a = Atoms::of(c);
    let (h, unit) = (c.head, r.unit(c.head));
    let mut f = Features::with(&[]);
    f.add(0, &[]);
    f.add(1, &[a.lemma, a.voice]);
    f.add(2, &[a.lemma]);
    f.add(3, &[a.voice, a.frame]);
    f.add(4, &[a.lemma, a.voice, a.frame]);
    f.add(5, &[a.lemma, a.frame, a.left]);
    f.add(6, &[a.voice, a.frame, a.left, a.order]);
    f.add(7, &[s.word(h)]);
    f.add(8, &[s.word(h), s.word(h + 1)]);
    f.add(9, &[a.lemma, s.word(h.wrapping_sub(1))]);
    f.add(10, &[a.lemma, s.sketch(c.group_end), s.sketch(c.group_end + 1)]);
    f.add(11, &[s.tag(h), s.sketch(h + 1), s.sketch(h + 2)]);
    f.add(12, &[s.sketch(h.wrapping_sub(1)), s.sketch(h.wrapping_sub(2)), a.voice]);
    f.add(13, &[a.voice, s.ending(h), a.frame]);
    f.add(14, &[word(&c.lemma[..c.lemma.find(' ').unwrap_or(c.lemma.len())]), a.frame]);
    f.add(15, &[a.lemma, u32::from(c.negated), u32::from(c.after_speech)]);
    let content = c.frame.at;
    f.add(16, &[s.word(content), s.word(content + 1), a.voice]);
    f.add(17, &[s.sketch(content), s.sketch(content + 1), s.sketch(content + 2), a.frame]);
    f.add(18, &[a.lemma, s.word(content)]);
    let auxiliary = c.cue.start.min(h);
    f.add(19, &[s.word(auxiliary), s.tag(h), a.frame]);
    f.add(20, &[s.word(auxiliary), a.lemma]);
    f.add(21, &[s.group(h), a.voice, a.frame]);
    f.add(22, &[s.group(h), a.voice]);
    f.add(23, &[s.broad(h), a.frame, a.left]);
    f.add(24, &[s.fine(h), a.voice]);
    f.add(25, &[s.fine(h), a.frame]);
    f.add(26, &[s.group(content), a.lemma]);
    syntax_features(&mut f, s, c, &a);
    subject_features(&mut f, s, c, &a);
    // The rest of the sentence.
    let ahead_quote = (c.group_end..unit.end.min(c.group_end + 30)).find(|&i| r.is_open_quote(i));
    let back_quote = (unit.start..h).rev().take(40).find(|&i| r.is_close_quote(i));
    let ahead = ahead_quote.map_or(99, |i| steps(i - c.group_end));
    let back = back_quote.map_or(99, |i| steps(h - i));
    f.add(40, &[ahead, a.voice]);
    f.add(41, &[back, a.voice, a.frame]);
    f.add(42, &[ahead, a.lemma]);
    f.add(43, &[u32::from(ahead < 99), u32::from(back < 99), a.lemma]);
    let long = ahead_quote.map_or(0, |i| r.quotation_at(i).map_or(0, |q| steps(r.quotations()[q].inner_len())));
    f.add(44, &[long, u32::from(ahead < 99), a.frame]);
    f.add(45, &[steps(h - unit.start), a.voice]);
    f.add(46, &[steps(unit.end - h), a.frame]);
    let finite = |range: Range<usize>| count(range, |i| r.tag(i).is_finite());
    f.add(47, &[finite(c.group_end..unit.end.min(c.group_end + 25)), a.lemma]);
    f.add(48, &[finite(unit.start.max(h.saturating_sub(25))..auxiliary), a.voice, a.frame]);
    f.add(49, &[u32::from(r.tag(unit.end - 1) == Tag::Stop), s.word(unit.end - 1), a.voice]);
    f.add(50, &[s.word(unit.start), a.voice]);
    object_features(&mut f, s, c, &a);
    noun_features(&mut f, s, c, &a);
    f.0
}

/// Features of the noun phrase between cue and content.
fn object_features(f: &mut Features, s: &Sight<'_, '_>, c: &Candidate, a: &Atoms) {
    if let Some(object) = &c.frame.object {
        let last = object.end - 1;
        f.add(51, &[a.lemma, s.kind(last)]);
        f.add(52, &[s.word(last), a.frame]);
        f.add(53, &[a.lemma, s.word(last)]);
        f.add(63, &[s.group(last), a.lemma]);
        f.add(64, &[s.broad(last), a.frame, s.group(c.head)]);
        f.add(54, &[s.word(object.start), a.frame, a.voice]);
    }
}

/// Features of a noun as a cue.
/// The verb before it matters most: "made the claim" attributes where "settled the claim" does not.
fn noun_features(f: &mut Features, s: &Sight<'_, '_>, c: &Candidate, a: &Atoms) {
    if !matches!(c.voice, Voice::Noun | Voice::OwnNoun) {
        return;
    }
    let h = c.head;
    f.add(55, &[s.word(h.wrapping_sub(1)), a.lemma]);
    f.add(56, &[s.word(h.wrapping_sub(1)), s.word(h.wrapping_sub(2)), a.frame]);
    f.add(57, &[s.tag(h), a.lemma, a.frame]);
    let verb = (s.r.unit(h).start..h).rev().take(5).find(|&i| s.r.tag(i).is_verb()).map_or(0, |i| s.word(i));
    f.add(58, &[verb, a.frame]);
    f.add(59, &[verb, a.lemma]);
}

/// Features of the dependencies around the cue.
/// "Telling" relations are kept as a set of bits, one for each kind of dependent that the head has.
fn syntax_features(f: &mut Features, s: &Sight<'_, '_>, c: &Candidate, a: &Atoms) {
    let x = &s.syntax;
    let (own, frame) = (x.relation(c.head), x.frame(c.head));
    let above = x.head(c.head);
    f.add(70, &[own, a.voice, a.frame]);
    f.add(71, &[own, a.lemma]);
    f.add(72, &[above.map_or(0, |i| s.word(i)), own, a.voice]);
    f.add(73, &[above.map_or(0, |i| s.group(i)), s.group(c.head), own]);
    f.add(74, &[above.map_or(0, |i| s.word(i)), a.lemma]);
    let telling = |relations: &[Relation]| relations.iter().fold(0, |set, &one| set | frame & 1 << (one as u32));
    let clauses = telling(&[Relation::Complement, Relation::OpenComplement, Relation::Object, Relation::Parataxis]);
    let parts = telling(&[Relation::Subject, Relation::PassiveSubject, Relation::Oblique, Relation::Recipient]);
    f.add(75, &[clauses, a.lemma]);
    f.add(76, &[clauses, parts, a.voice, own]);
    f.add(77, &[clauses, s.group(c.head)]);
    f.add(78, &[clauses, parts, s.broad(c.head), a.frame]);
    let complement = x.child(c.head, Relation::Complement).or_else(|| x.child(c.head, Relation::OpenComplement));
    f.add(79, &[complement.map_or(0, |i| s.word(i)), a.voice]);
    let object = x.child(c.head, Relation::Object);
    f.add(80, &[object.map_or(0, |i| s.word(i)), a.lemma]);
    f.add(81, &[object.map_or(0, |i| s.group(i)), s.group(c.head)]);
    f.add(82, &[object.map_or(0, |i| s.kind(i)), a.lemma, a.voice]);
    let subject = x.subject(c.head);
    f.add(83, &[subject.map_or(0, |i| s.word(i)), a.voice]);
    f.add(84, &[subject.map_or(0, |i| s.group(i)), s.group(c.head)]);
    f.add(85, &[subject.map_or(9, |i| s.kind(i)), a.lemma]);
    f.add(86, &[subject.map_or(9, |i| s.kind(i)), clauses, a.voice]);
}

/// Features of the subject.
fn subject_features(f: &mut Features, s: &Sight<'_, '_>, c: &Candidate, a: &Atoms) {
    let Some(subject) = &c.subject else {
        f.add(30, &[a.voice, a.lemma]);
        return;
    };
    let (first, last) = (subject.tokens.start, subject.tokens.end - 1);
    let head = phrase::base_after(s.r, first).map_or(last, |end| end - 1);
    f.add(31, &[s.word(head), a.voice]);
    f.add(32, &[s.word(head), a.lemma]);
    f.add(33, &[s.kind(head), a.lemma]);
    f.add(34, &[s.kind(head), a.order, a.voice, a.frame]);
    f.add(35, &[s.tag(head), a.lemma, a.order]);
    f.add(36, &[s.ending(head), a.frame]);
    f.add(37, &[s.word(first), s.tag(head), a.voice]);
    f.add(38, &[apart(c.head, first), a.order]);
    f.add(60, &[s.group(head), a.voice, a.frame]);
    f.add(61, &[s.group(head), a.lemma]);
    f.add(62, &[s.broad(head), s.group(c.head)]);
    f.add(39, &[s.kind(head), s.tag(head), a.voice, u32::from(subject.tokens.len() > 1)]);
}

/// The ranges of tokens that the cue may cover, none of them touching what is taken by source and content.
/// Offers begin where the rules do or up to five tokens before the head, and end up to eight behind the
/// group. The rules' own borders are features, so the model learns where to leave them.
pub(crate) fn extents(
    s: &Sight<'_, '_>,
    c: &Candidate,
    content: &[Range<usize>],
    source: Option<&Range<usize>>,
) -> Offers<Range<usize>> {
    let r = s.r;
    let a = Atoms::of(c);
    let unit = r.unit(c.head);
    let free = |i: usize| !content.iter().chain(source).any(|range| range.contains(&i));
    let mut starts: Vec<usize> = Vec::new();
    let least = (unit.start..=c.head).rev().take(6).take_while(|&i| free(i)).last().unwrap_or(c.head);
    starts.extend((least.min(c.cue.start)..=c.head).filter(|&i| free(i)));
    let most = unit.end.min(c.group_end + 8).max(c.cue.end);
    let ends: Vec<usize> = (c.head + 1..=most).take_while(|&end| free(end - 1)).collect();
    let behind = content.first().is_some_and(|first| first.start < c.head);
    let mut offers = Vec::with_capacity(starts.len() * ends.len().max(1));
    for &start in &starts {
        for &end in &ends {
            let mut f = Features::with(&[]);
            let rule = (u32::from(start == c.cue.start), u32::from(end == c.cue.end), u32::from(end == c.group_end));
            f.add(1, &[rule.0, a.voice]);
            f.add(2, &[rule.1, rule.2, a.frame, u32::from(behind)]);
            f.add(3, &[rule.1, rule.2, a.lemma, u32::from(behind)]);
            f.add(4, &[s.word(start), s.sketch(start.wrapping_sub(1)), a.voice]);
            f.add(5, &[s.word(start), u32::from(start == c.head)]);
            f.add(6, &[s.tag(start), s.tag(start.wrapping_sub(1)), rule.0]);
            f.add(7, &[s.word(end - 1), u32::from(end == c.head + 1)]);
            f.add(8, &[s.word(end - 1), s.sketch(end), u32::from(end - c.head > 1)]);
            f.add(9, &[s.tag(end - 1), s.tag(end), rule.1, rule.2]);
            f.add(10, &[(end - c.head) as u32, a.lemma]);
            f.add(11, &[(end - c.head) as u32, a.voice, a.frame, u32::from(behind)]);
            f.add(12, &[(c.head - start) as u32, a.voice, s.tag(c.head)]);
            f.add(13, &[(c.head - start) as u32, s.word(c.head.wrapping_sub(1)), s.word(c.head.wrapping_sub(2))]);
            f.add(14, &[s.word(c.head + 1), (end - c.head) as u32, a.lemma]);
            f.add(15, &[s.word(c.head + 1), s.word(c.head + 2), (end - c.head) as u32]);
            f.add(16, &[u32::from(!free(end)), rule.1, a.voice]);
            f.add(17, &[s.word(end - 1), a.lemma, u32::from(end > c.group_end)]);
            f.add(18, &[s.word(end), u32::from(end > c.group_end), a.frame]);
            offers.push(Offer { value: start..end, features: f.0, shared: None });
        }
    }
    Offers::new(offers)
}
