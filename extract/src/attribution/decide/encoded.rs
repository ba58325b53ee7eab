//! Attributions from what the encoder marks: segments of cue, source and content, and which belong together.
//!
//! The encoder tags every token as the beginning or inside of a source, a cue or a content, or as
//! none of them, and scores links: from a cue to its source, from a content to its cue. A window of
//! the encoder is decoded as a whole (Viterbi over the tags), its cues then take their likeliest
//! source, its contents their likeliest cue.
//!
//! The linear models have read the same text. Their confidence in the same cue is averaged with
//! that of the encoder, and what they alone are very sure of is kept. Grammar fills in what the
//! network does not mark: lemma, voice, object, negation.

use std::collections::BTreeSet;
use std::ops::Range;

use sayso_document::{Patience, Quote, Span};

use super::select;
use crate::attribution::candidate::Candidate;
use crate::attribution::draft::{Draft, Voice};
use crate::attribution::layout::{byline, headline, is_layout, leadin};
use crate::encoder::{Encoded, Encoder, Segment};
use crate::grammar::subject::Order;
use crate::tags::{Tag, lemma};
use crate::view::Reading;

/// The probability that stands for the linear models' opinion on a cue that they do not propose.
const UNSEEN_PROBABILITY: f32 = 0.2;
/// Two readings of one cue have heads at most this many tokens apart.
const CUE_REACH_TOKENS: usize = 16;
/// The least confidence of an attribution that only the linear models find.
const LEAST_CONFIDENCE_ALONE: f32 = 0.75;
/// The least confidence of an attribution, after the linear models were heard.
const LEAST_CONFIDENCE: f32 = 0.17;
/// The least probability of a source that goes before "none", however likely none is.
const LEAST_SOURCE_PROBABILITY: f32 = 0.1;
/// What is added to the scores of the labels that begin a source, a cue and a content (label, score), so that
/// more is found: missing what was said costs readers more than a doubtful quote
/// that carries its confidence.
const BEGIN_SCORES: [(usize, f32); 3] = [(1, 0.4), (3, 0.5), (5, 0.4)];

/// Tokens that the encoder marks as one part of an attribution.
#[derive(Clone, Debug)]
struct Marked {
    /// The tokens of the document, from the first to the last that the mark touches.
    tokens: Range<usize>,
    /// The same in words of the encoder, which link scores are asked with.
    segment: Segment,
    /// The mean probability of the role over its words, from 0 to 1.
    sure: f32,
}

/// The attributions of a document, in the order of their first tokens.
///
/// `candidates` are those of the grammar, sorted by head, and `second` what the linear models make
/// of them. What the layout shows comes first, and no other attribution may have its head or a
/// content begin inside it. None when nobody waits any longer.
pub(crate) fn drafts(
    r: &Reading<'_>,
    candidates: &[Candidate],
    second: &[Draft],
    (encoder, seen): (&Encoder, &Encoded),
    patience: &Patience<'_>,
) -> Option<Vec<Draft>> {
    let mut found: Vec<Draft> = layout(r);
    let taken =
        covered(r, found.iter().flat_map(|draft| draft.content.iter().chain([&draft.cue]).chain(&draft.source)));
    let free = |draft: &Draft| !taken[draft.head] && !draft.content.iter().any(|c| taken[c.start]);
    for window in seen.windows() {
        patience.spend(window.len())?;
        let mut offers = linked(r, candidates, encoder, seen, &marked(r, encoder, seen, window));
        for draft in offers.iter_mut().filter(|draft| select::tells_how(r, draft)) {
            *draft = told_inside(r, candidates, draft).unwrap_or_else(|| draft.clone());
        }
        offers.iter_mut().for_each(|draft| begin_with_that(r, draft));
        offers.iter_mut().for_each(|draft| advise(r, draft, second));
        found.extend(offers.into_iter().filter(|draft| draft.confidence >= LEAST_CONFIDENCE && free(draft)));
    }
    let read = covered(r, found.iter().map(|draft| &draft.cue));
    let alone = |draft: &Draft| draft.voice.is_some() && draft.confidence >= LEAST_CONFIDENCE_ALONE && free(draft);
    let missed = select::chosen(r, second.to_vec()).into_iter().filter(alone);
    let missed = missed.filter(|draft| !draft.cue.clone().any(|token| read[token]));
    found.extend(missed.map(|draft| Draft { confidence: mean(draft.confidence, 0.5), ..draft }));
    leave_out_how(r, &mut found);
    found.sort_by_key(|draft| (draft.start(), draft.head));
    Some(found)
}

/// Which tokens lie in any of the ranges.
fn covered<'r>(r: &Reading<'_>, ranges: impl Iterator<Item = &'r Range<usize>>) -> Vec<bool> {
    let mut covered = vec![false; r.len() + 1];
    ranges.for_each(|range| covered[range.clone()].fill(true));
    covered
}

/// Drops "according to a transcript" where another attribution begins with the same content: of "X
/// told Y that …, according to a transcript" the words are X's alone.
fn leave_out_how(r: &Reading<'_>, found: &mut Vec<Draft>) {
    let begin = |draft: &Draft| draft.content.first().map(|content| content.start);
    let told: BTreeSet<_> = found.iter().filter(|draft| !select::tells_how(r, draft)).map(begin).collect();
    found.retain(|draft| !select::tells_how(r, draft) || !told.contains(&begin(draft)));
}

/// Averages the confidence of a draft with that of the linear models' reading of the same cue. The
/// two err in different ways: where both agree, more is right than either says. A draft whose
/// content strays into other paragraphs takes the content of the linear models, or goes.
fn advise(r: &Reading<'_>, draft: &mut Draft, second: &[Draft]) {
    let from = second.partition_point(|other| other.head + CUE_REACH_TOKENS < draft.cue.start);
    let near = second[from..].iter().take_while(|other| other.head < draft.cue.end + CUE_REACH_TOKENS);
    let same = near.filter(|other| other.cue.start < draft.cue.end && draft.cue.start < other.cue.end);
    let same = same.reduce(|best, next| if next.confidence > best.confidence { next } else { best });
    if is_astray(r, draft) {
        match same.filter(|other| !is_astray(r, other)) {
            Some(other) => draft.content.clone_from(&other.content),
            None => draft.confidence = 0.0,
        }
    }
    draft.confidence = mean(draft.confidence, same.map_or(UNSEEN_PROBABILITY, |other| other.confidence));
}

/// Begins content with the "that" before it. The corpora that the encoder learned from differ on
/// whether "that" belongs to the content, so it wavers; ours includes it.
fn begin_with_that(r: &Reading<'_>, draft: &mut Draft) {
    let cue = draft.cue.clone();
    let Some(content) = draft.content.first_mut() else { return };
    let opens = |i: usize| r.is(i, "that") && !cue.contains(&i) && r.paragraph_of(i) == r.paragraph_of(content.start);
    let comma = content.start > 1 && r.tag(content.start - 1) == Tag::Comma;
    let before = content.start.checked_sub(if comma { 2 } else { 1 });
    if let Some(that) = before.filter(|&i| opens(i)) {
        content.start = that;
    }
}

/// Whether all content stands in other paragraphs than the cue, and neither marks nor a colon lead there.
fn is_astray(r: &Reading<'_>, draft: &Draft) -> bool {
    let paragraph = r.paragraph_of(draft.head);
    let outside = |piece: &Range<usize>| {
        (r.paragraph_of(piece.start) > paragraph || r.paragraph_of(piece.end - 1) < paragraph)
            && !piece.clone().any(|i| r.quotation_at(i).is_some())
            && !(piece.start > 0 && r.is(piece.start - 1, ":"))
    };
    draft.content.iter().all(outside)
}

/// The probability whose log odds are the mean of those of two others. Both are kept away from 0
/// and 1.
fn mean(one: f32, other: f32) -> f32 {
    let odds = |p: f32| {
        let p = p.clamp(1e-3, 1.0 - 1e-3);
        p / (1.0 - p)
    };
    let mean = libm::sqrtf(odds(one) * odds(other));
    mean / (1.0 + mean)
}

/// What the layout shows: names behind a dash, headlines, turns of a transcript.
fn layout(r: &Reading<'_>) -> Vec<Draft> {
    let mut found = byline::drafts(r);
    found.extend(headline::drafts(r));
    found.extend(leadin::drafts(r));
    found.retain(|draft| !is_layout(r, draft));
    found
}

/// Of "X told Y that …, according to a transcript", the attribution to X with which the content
/// begins. None where it does not begin with one.
fn told_inside(r: &Reading<'_>, candidates: &[Candidate], how: &Draft) -> Option<Draft> {
    let content = how.content.first()?;
    let source = |c: &Candidate| c.subject.as_ref().map(|subject| subject.tokens.clone());
    let begins = |c: &&Candidate| source(c).is_some_and(|source| source.start == content.start);
    let from = candidates.partition_point(|c| c.head < content.start);
    let mut inside = candidates[from..].iter().take_while(|c| c.head < content.end);
    let cue = inside.find(|c| c.voice == Voice::Active && begins(c))?;
    let that = (cue.cue.end..content.end).find(|&i| r.is(i, "that")).unwrap_or(cue.cue.end);
    let told = draft(r, candidates, cue.cue.clone(), source(cue), how.confidence);
    let piece = that..content.end;
    (!piece.is_empty()).then(|| Draft { content: vec![piece], ..told })
}

/// The sources, cues and contents of a window, each list in reading order. Overlapping roles cannot
/// occur: a word has one tag.
fn marked(r: &Reading<'_>, encoder: &Encoder, seen: &Encoded, window: &Range<usize>) -> [Vec<Marked>; 3] {
    let mut scores = seen.tags[window.clone()].to_vec();
    scores.iter_mut().for_each(|row| BEGIN_SCORES.iter().for_each(|(label, more)| row[*label] += more));
    let chain = encoder.tag_chain();
    let labels = chain.best(&scores);
    let chances = chain.marginals(&scores);
    let mut roles: [Vec<Marked>; 3] = Default::default();
    let (mut at, mut rank) = (0, 0);
    while at < labels.len() {
        let Some(role) = labels[at].checked_sub(1).map(|label| label / 2) else {
            at += 1;
            continue;
        };
        let inside = 2 * role + 2;
        let len = 1 + labels[at + 1..].iter().take_while(|&&label| label == inside).count();
        let sure = (at..at + len).map(|i| chances[i][inside - 1] + chances[i][inside]).sum::<f32>() / len as f32;
        let (first, last) = (window.start + at, window.start + at + len - 1);
        let (from, to) = (seen.words()[first].start(), seen.words()[last].end());
        let tokens = r.token_at(from)..r.token_at(to - 1) + 1;
        roles[role].push(Marked { tokens, segment: Segment { first, last, rank }, sure });
        rank += 1;
        at += len;
    }
    roles
}

/// Links each cue to its source and each content to its cue. A cue without content is dropped; the
/// confidence of a draft is that of its marks and links together.
fn linked(
    r: &Reading<'_>,
    candidates: &[Candidate],
    encoder: &Encoder,
    seen: &Encoded,
    [sources, cues, contents]: &[Vec<Marked>; 3],
) -> Vec<Draft> {
    let segments = |of: &[Marked]| of.iter().map(|one| one.segment).collect::<Vec<_>>();
    let (asks, offers) = (segments(cues), segments(sources));
    let mut found: Vec<Draft> = cues
        .iter()
        .zip(encoder.sources(seen, &asks, &offers))
        .map(|(cue, chances)| {
            // The last one stands for "none".
            let (place, chance) = match likeliest(&chances[..offers.len()]) {
                named if named.1 >= LEAST_SOURCE_PROBABILITY => named,
                _ => likeliest(&chances),
            };
            let source = sources.get(place);
            let sure = cue.sure * source.map_or(chance, |source| chance * source.sure);
            draft(r, candidates, cue.tokens.clone(), source.map(|source| source.tokens.clone()), sure)
        })
        .collect();
    for (content, chances) in contents.iter().zip(encoder.cues(seen, &segments(contents), &asks)) {
        let (place, chance) = likeliest(&chances);
        if let Some(draft) = found.get_mut(place) {
            if draft.content.is_empty() {
                draft.confidence *= content.sure * chance;
            }
            draft.content.push(content.tokens.clone());
        }
    }
    found.retain(|draft| !draft.content.is_empty());
    found
}

/// The place of the highest log probability, and the probability.
fn likeliest(chances: &[f32]) -> (usize, f32) {
    let best = chances.iter().copied().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or((0, 0.0), |(place, log)| (place, libm::expf(log)))
}

/// A draft without content yet. The candidate that the grammar sees within the cue gives lemma,
/// voice, object and negation; a noun goes before a verb ("made the claim").
fn draft(
    r: &Reading<'_>,
    candidates: &[Candidate],
    cue: Range<usize>,
    source: Option<Range<usize>>,
    confidence: f32,
) -> Draft {
    let from = candidates.partition_point(|c| c.head < cue.start);
    let inside = candidates[from..].iter().take_while(|c| c.head < cue.end);
    let nominal = |c: &Candidate| matches!(c.voice, Voice::Noun | Voice::OwnNoun);
    let read = inside.reduce(|best, next| if nominal(next) && !nominal(best) { best } else { next });
    let source = source.or_else(|| read.and_then(|c| own_subject(r, c)));
    let head = read.map_or_else(|| head(r, &cue), |c| c.head);
    Draft {
        head,
        lemma: read.map_or_else(|| lemma_at(r, head), |c| c.lemma.clone()),
        voice: read.map(|c| c.voice),
        object: read.and_then(|c| c.frame.object.clone()),
        negated: read.is_some_and(|c| c.negated),
        layout: false,
        cue,
        source,
        content: Vec::new(),
        confidence,
    }
}

/// The subject of a finite verb if it is a name or a pronoun, which the encoder sometimes fails to
/// mark.
fn own_subject(r: &Reading<'_>, cue: &Candidate) -> Option<Range<usize>> {
    let subject =
        cue.subject.as_ref().filter(|subject| cue.voice == Voice::Active && subject.order != Order::Shared)?;
    matches!(r.tag(subject.tokens.end - 1), Tag::Nnp | Tag::Prp).then(|| subject.tokens.clone())
}

/// The token that carries the meaning of a cue in which the grammar sees no candidate: its last
/// verb, else its last noun, else its last token.
fn head(r: &Reading<'_>, cue: &Range<usize>) -> usize {
    let last = |fits: fn(Tag) -> bool| cue.clone().rev().find(|&i| fits(r.tag(i)));
    last(Tag::is_verb).or_else(|| last(Tag::is_noun)).unwrap_or(cue.end - 1)
}

/// The dictionary form of the word at this token.
fn lemma_at(r: &Reading<'_>, head: usize) -> String {
    match r.tag(head) {
        tag if tag.is_verb() => r.infinitive(head),
        tag if tag.is_noun() => lemma::of_noun(r.lower(head)),
        _ => r.lower(head).into(),
    }
}

/// Splits a contraction that is both source and beginning of the cue, which the encoder sees as one
/// word: of "she’ll present" the source is "she" and the cue "’ll present". Spans are bytes.
pub(crate) fn part_contraction(text: &str, quote: &mut Quote) {
    let ([source], [cue]) = (quote.source.as_slice(), quote.cue.as_slice()) else { return };
    if source.end() <= cue.start() || source.start() > cue.start() {
        return;
    }
    let mark =
        text[cue.start()..source.end()].find(['\'', '’']).map(|at| cue.start() + at).filter(|&at| at > source.start());
    if let Some(at) = mark {
        (quote.source, quote.cue) = (vec![Span::new(source.start(), at)], vec![Span::new(at, cue.end())]);
    }
}

#[cfg(test)]
mod tests {
    use super::mean;

    #[test]
    fn two_opinions_make_one_between_them() {
        assert!((mean(0.8, 0.8) - 0.8).abs() < 1e-5);
        assert!((mean(0.8, 0.2) - 0.5).abs() < 1e-5);
        assert!(mean(0.9, 0.5) > 0.7 && mean(0.9, 0.5) < 0.8);
        // However sure one opinion is, the other still counts.
        assert!(mean(1.0, 0.2) < 0.95 && mean(0.0, 0.8) > 0.05);
    }
}
