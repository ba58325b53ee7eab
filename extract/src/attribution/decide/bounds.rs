//! Content stays in its paragraph, unless a quotation runs on; content and source begin behind a dateline.
//!
//! The decisions before this one look at one sentence or one window of the encoder and may reach
//! too far, above all where a text has no full stops or its quotation marks do not pair. This stage
//! trims what they chose; it never widens a content, but for words between a partial quotation and
//! its cue ([`to_the_cue`]). All steps look at a bounded number of tokens or neighbouring
//! attributions, so the whole takes time in proportion to the text and the contents.

use std::ops::Range;

use sayso_document::{Patience, TokenKind};

use super::runs;
use crate::attribution::candidate::content;
use crate::attribution::draft::{Draft, Voice};
use crate::tags::Tag;
use crate::time::expression;
use crate::view::quotations::Quotation;
use crate::view::{REACH, Reading};

/// A quotation that reopens in every paragraph is followed over at most this many.
const MAX_PARAGRAPHS: usize = 40;

/// At most this many tokens may stand between a quotation and the comma before its source.
const MAX_GAP_TOKENS: usize = 12;

/// The most tokens of a dateline, its dash included.
const MAX_DATELINE_TOKENS: usize = 16;

/// Cuts the contents of attributions to the paragraph of the cue, or to that of their largest part where none is there.
/// Quotations of other paragraphs stay. An attribution without content goes. None when nobody waits any longer.
/// Sources are moved behind a dateline too. A passive whose agent is only a place is dropped
/// ([`is_whereabouts`]).
pub(crate) fn cut(r: &Reading<'_>, drafts: &mut Vec<Draft>, patience: &Patience<'_>) -> Option<()> {
    for draft in drafts.iter_mut() {
        patience.spend(MAX_DATELINE_TOKENS + draft.content.iter().map(Range::len).sum::<usize>())?;
        if !draft.layout {
            draft.content = within(r, draft);
            if let Some(source) = draft.source.clone().filter(|source| source.end <= draft.cue.start) {
                runs::take(&mut draft.content, &source);
                draft.content.iter_mut().for_each(|piece| piece.end = content::trim_end(r, piece.start, piece.end));
                draft.content.retain(|piece| !piece.is_empty());
            }
        }
        let cue = if draft.cue.is_empty() { None } else { Some(r.paragraph_of(draft.head)) };
        if let Some(source) = draft.source.as_mut().filter(|source| source.start < source.end) {
            in_one_paragraph(r, source, cue);
            let start = behind_dateline(r, behind_clock(r, source.start));
            source.start = if start < source.end { start } else { source.start };
        }
    }
    for piece in drafts.iter_mut().flat_map(|draft| &mut draft.content) {
        let start = behind_clock(r, piece.start);
        piece.start = if start < piece.end { start } else { piece.start };
    }
    once(r, drafts);
    beside(r, drafts);
    drafts.retain(|draft| !draft.content.is_empty() && !is_whereabouts(r, draft));
    Some(())
}

/// Cuts a source that runs over a paragraph break to its part in the paragraph of the cue, or else to its last part.
fn in_one_paragraph(r: &Reading<'_>, source: &mut Range<usize>, cue: Option<u32>) {
    let last = r.paragraph_of(source.end - 1);
    if r.paragraph_of(source.start) == last {
        return;
    }
    let kept = cue.filter(|&cue| source.clone().any(|i| r.paragraph_of(i) == cue)).unwrap_or(last);
    let inside = |i: &usize| r.paragraph_of(*i) == kept;
    let (first, end) = (source.clone().find(inside), source.clone().rev().find(inside));
    if let (Some(first), Some(end)) = (first, end) {
        *source = first..end + 1;
    }
}

/// A quotation right before a cue and its source belongs to that attribution, and not to the one of
/// a sentence before that had taken it as its continuation: “A.” said Lind. “B,” said Reed.
fn beside(r: &Reading<'_>, drafts: &mut [Draft]) {
    let begin =
        |draft: &Draft| draft.source.iter().map(|source| source.start).chain([draft.cue.start]).min().unwrap_or(0);
    for place in 1..drafts.len() {
        let (at, unit) = (begin(&drafts[place]), r.unit_at(drafts[place].head));
        let Some(q) = at.checked_sub(1).and_then(|last| r.quotation_at(last)).filter(|_| !drafts[place].layout) else {
            continue;
        };
        let tokens = r.quotations()[q].range();
        let (before, own) = drafts.split_at_mut(place);
        let own = &mut own[0];
        let held = |other: &&mut Draft| {
            r.unit_at(other.head) != unit && other.content.len() > 1 && other.content.contains(&tokens)
        };
        if tokens.end == at
            && !own.cue.is_empty()
            && r.unit_at(tokens.start) == unit
            && let Some(other) = before.iter_mut().rev().take(NEAR_DRAFTS).find(held)
        {
            other.content.retain(|piece| *piece != tokens);
            if !own.content.iter().any(|piece| piece.start < tokens.end && tokens.start < piece.end) {
                let after = own.content.partition_point(|piece| piece.start < tokens.start);
                own.content.insert(after, tokens);
            }
        }
    }
}

/// So many earlier attributions are looked at for a quotation that belongs to a later one.
const NEAR_DRAFTS: usize = 4;

/// Gives a quotation that several attributions hold as a whole to one of them: to one whose cue
/// stands in the same sentence, of these to one shown by the layout, of these to the one with the
/// highest confidence.
fn once(r: &Reading<'_>, drafts: &mut [Draft]) {
    let mut held: Vec<(usize, usize, usize)> = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        let quoted = draft.content.iter().filter(|piece| r.is_open_quote(piece.start));
        held.extend(quoted.map(|piece| (piece.start, piece.end, place)));
    }
    held.sort_unstable();
    for same in held.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)).filter(|same| same.len() > 1) {
        let (start, end) = (same[0].0, same[0].1);
        let rank = |place: usize| {
            let draft = &drafts[place];
            (r.unit_at(draft.head) == r.unit_at(start), draft.layout, (draft.confidence * 1e4) as u32)
        };
        let places = || same.iter().map(|&(.., place)| place);
        let Some(owner) = places().rev().max_by_key(|&place| rank(place)) else { continue };
        for place in places().filter(|&place| place != owner) {
            drafts[place].content.retain(|piece| (piece.start, piece.end) != (start, end));
        }
    }
}

/// Whether a passive tells where a thing was found rather than what somebody found: "A crack was
/// found in the pier".
fn is_whereabouts(r: &Reading<'_>, draft: &Draft) -> bool {
    let behind =
        draft.source.as_ref().is_some_and(|source| source.start >= draft.cue.end && r.is(source.start - 1, "in"));
    let before = draft.content.iter().all(|piece| piece.end <= draft.cue.start);
    draft.voice == Some(Voice::Passive) && matches!(draft.lemma.as_str(), "find" | "discover") && behind && before
}

/// The content without what lies in other paragraphs.
/// The paragraph that counts is the one of the cue, or that of the largest piece if none lies
/// there. Quotations may lie in another paragraph if they run on into it, if a colon leads to them,
/// or if nothing else is left.
fn within(r: &Reading<'_>, draft: &Draft) -> Vec<Range<usize>> {
    let pieces = draft.content.iter().map(|piece| to_the_cue(r, draft, to_the_mark(r, draft, piece.clone())));
    let mut parts: Vec<Part> = pieces.flat_map(|piece| parts(r, draft, &piece)).collect();
    let reaches = |part: &Part, paragraph: u32| {
        (r.paragraph_of(part.tokens.start)..=r.paragraph_of(part.tokens.end - 1)).contains(&paragraph)
    };
    let mut paragraph = r.paragraph_of(draft.head);
    let here = parts.iter().any(|part| reaches(part, paragraph));
    if !here {
        // Of several of the same size, the first.
        let Some(largest) = parts.iter().rev().max_by_key(|part| part.tokens.len()) else { return Vec::new() };
        paragraph = r.paragraph_of(largest.tokens.start);
    }
    // A quotation before the paragraph of the cue counts only if it runs on into that paragraph, or if nothing else is
    // left.
    let quoted = |part: &Part| {
        part.own
            && r.quotation_at(part.tokens.start).is_some_and(|q| {
                !here || part.tokens.start > draft.head || r.paragraph_of(last_of_run(r, q)) >= paragraph
            })
    };
    parts.retain(|part| reaches(part, paragraph) || quoted(part));
    // With a clause right before the cue, a quotation in an earlier sentence is not part of the content.
    let own =
        |tokens: &Range<usize>| tokens.end <= draft.cue.start && r.unit_at(tokens.end - 1) == r.unit_at(draft.head);
    if parts.iter().any(|part| own(&part.tokens) && !part.tokens.clone().any(|i| r.quotation_at(i).is_some())) {
        parts.retain(|part| part.tokens.start >= draft.cue.end || own(&part.tokens));
    }
    let pieces = parts.into_iter().map(|part| behind_dateline(r, part.tokens.start)..part.tokens.end);
    let trimmed = pieces.map(|piece| piece.start..content::trim_end(r, piece.start, piece.end));
    trimmed.filter(|tokens| !tokens.is_empty()).collect()
}

/// The opening mark of the last quotation in the run that this one begins: the next ones open anew
/// in each paragraph without the last having been closed.
fn last_of_run(r: &Reading<'_>, quotation: usize) -> usize {
    let more = r.quotations()[quotation + 1..].iter().take(MAX_PARAGRAPHS).take_while(|next| next.reopens);
    r.quotations()[quotation + more.count()].open
}

/// Ends a piece with its closing mark if it opens with a quotation behind the cue: of “The bridge
/// is shut” and left the room, the last words are the reporter's. Also parts two quotations that
/// meet without a word between them, since the second has another speaker.
fn to_the_mark(r: &Reading<'_>, draft: &Draft, piece: Range<usize>) -> Range<usize> {
    if draft.cue.is_empty() {
        return piece;
    }
    if piece.start >= draft.cue.end
        && r.is_open_quote(piece.start)
        && let Some(q) = r.quotation_at(piece.start)
    {
        let quotation = &r.quotations()[q];
        if quotation.closed && quotation.end < piece.end && is_speech(r, quotation, piece.end) {
            return piece.start..quotation.end;
        }
    }
    // If one quotation follows another without a word between them, the speaker changes.
    let meets = |i: &usize| r.is_close_quote(*i) && r.is_open_quote(*i + 1) && !ends_in_word(r, *i);
    let limit = piece.start..piece.end.saturating_sub(1);
    if piece.start >= draft.cue.end {
        return piece.start..limit.clone().take(REACH).find(meets).map_or(piece.end, |close| close + 1);
    }
    if piece.end <= draft.cue.start {
        let from = limit.clone().rev().take(REACH).find(meets).map_or(piece.start, |close| close + 1);
        return from..piece.end;
    }
    piece
}

/// Extends a partial quotation before its cue to the comma: of “We must heed what is written” in
/// the law, Reed said, the words "in the law" belong to what was said.
fn to_the_cue(r: &Reading<'_>, draft: &Draft, piece: Range<usize>) -> Range<usize> {
    let begin = draft.source.iter().map(|source| source.start).chain([draft.cue.start]).min().unwrap_or(0);
    let parted = begin > piece.end + 1 && begin <= piece.end + MAX_GAP_TOKENS && r.tag(begin - 1) == Tag::Comma;
    if draft.cue.is_empty() || !parted || !r.is_close_quote(piece.end - 1) || !ends_in_word(r, piece.end - 1) {
        return piece;
    }
    let gap = piece.end..begin - 1;
    let words =
        gap.clone().all(|i| r.quotation_at(i).is_none() && !matches!(r.tag(i), Tag::Comma | Tag::Stop | Tag::Colon));
    if words && r.unit_at(piece.start) == r.unit_at(begin) { piece.start..gap.end } else { piece }
}

/// Whether a word, and no mark, stands before a closing quotation mark.
fn ends_in_word(r: &Reading<'_>, close: usize) -> bool {
    close > 0 && matches!(r.kind(close - 1), Some(TokenKind::Word | TokenKind::Number))
}

/// Whether a quotation is a full statement that ends with its marks, rather than quoted words
/// inside a clause that goes on to `end`. It must begin with a capital; what stands before it, its
/// last mark and the word behind it decide.
fn is_speech(r: &Reading<'_>, quotation: &Quotation, end: usize) -> bool {
    let Some(before) = quotation.open.checked_sub(1) else { return false };
    let rest = quotation.end;
    let quoted = (rest..end).any(|i| r.quotation_at(i).is_some());
    let inner = quotation.open + 1..quotation.end - 1;
    let verb = inner.clone().take(REACH).any(|i| r.tag(i).is_finite());
    let stopped = r.tag(quotation.end - 2) == Tag::Stop;
    let joined = r.is(rest, "and") && r.is(rest + 1, "that") || r.is(rest, "that");
    let led = matches!(r.tag(before), Tag::Comma) || r.is(before, ":");
    let apart = matches!(r.lower(rest), "and" | "before" | "then" | "while" | "after" | "as") || r.is_capital(rest);
    let acts = r.is(rest, "and") && r.tag(rest + 1) == Tag::Vbd && !r.tag(rest + 2).is_finite();
    if quoted || joined || !r.is_capital(quotation.open + 1) {
        return false;
    }
    if led { verb || stopped || apart } else { verb && acts || stopped && r.is_capital(rest) }
}

/// A part of a piece of content that no paragraph breaks.
struct Part {
    /// The tokens of this part, within one paragraph.
    tokens: Range<usize>,
    /// Whether it is the whole piece, or a colon leads to it.
    own: bool,
}

/// The parts of a piece between paragraph breaks. A break inside a quotation that runs on is none.
fn parts(r: &Reading<'_>, draft: &Draft, piece: &Range<usize>) -> Vec<Part> {
    let begins = |i: &usize| r.paragraph_of(*i) != r.paragraph_of(*i - 1) && !runs_on(r, piece, *i);
    let breaks: Vec<usize> = (piece.start + 1..piece.end).filter(begins).collect();
    if breaks.is_empty() {
        // A quotation over several paragraphs is one piece, even if its marks do not pair.
        let joined = r.paragraph_of(piece.start) != r.paragraph_of(piece.end - 1);
        let tokens = if joined { piece.clone() } else { sentence(r, draft, piece) };
        return vec![Part { tokens, own: true }];
    }
    let ends = breaks.iter().copied().chain([piece.end]);
    let parts = [piece.start].into_iter().chain(breaks.iter().copied()).zip(ends);
    let own = |start: usize| start > piece.start && r.is(start - 1, ":");
    let parts = parts.map(|(start, end)| Part { tokens: start..content::trim_end(r, start, end), own: own(start) });
    parts.filter(|part| !part.tokens.is_empty()).collect()
}

/// Cuts a piece over several sentences to the one next to its cue, unless quotation marks show how
/// far it goes.
fn sentence(r: &Reading<'_>, draft: &Draft, piece: &Range<usize>) -> Range<usize> {
    if draft.cue.is_empty() || r.is(draft.head, ":") || r.unit_at(piece.start) == r.unit_at(piece.end - 1) {
        return piece.clone();
    }
    let marked = |i: usize| r.quotation_at(i).is_some();
    if piece.end <= draft.cue.start && !marked(piece.end - 1) {
        let unit = r.unit(piece.end - 1);
        return unit.start.max(piece.start)..piece.end;
    }
    if piece.start >= draft.cue.end && !marked(piece.start) {
        let unit = r.unit(piece.start);
        return piece.start..content::trim_end(r, piece.start, unit.end.min(piece.end));
    }
    piece.clone()
}

/// Whether a quotation goes on across the paragraph break before token `at`: it is opened anew
/// there, or closed later without being opened again.
fn runs_on(r: &Reading<'_>, piece: &Range<usize>, at: usize) -> bool {
    if r.is_open_quote(at) {
        return r.quotation_at(at - 1).is_some();
    }
    let mark = |i: &usize| matches!(r.kind(*i), Some(TokenKind::OpenQuote | TokenKind::CloseQuote));
    let before = (piece.start..at).rev().take(REACH).find(mark);
    let after = (at..piece.end).take(REACH).find(mark);
    before.is_some_and(|i| r.is_open_quote(i)) && after.is_some_and(|i| r.kind(i) == Some(TokenKind::CloseQuote))
}

/// The token itself, or the first one behind the dateline in which it stands: "KESSEL, March 3
/// (Wire) — ". A dateline opens its paragraph, ends with the only dash near its head, and names a
/// place in capitals, a place alone, or a date or agency.
fn behind_dateline(r: &Reading<'_>, at: usize) -> usize {
    let paragraph = r.paragraph_of(at);
    let Some(start) =
        (at.saturating_sub(MAX_DATELINE_TOKENS)..=at).rev().take_while(|&i| r.paragraph_of(i) == paragraph).last()
    else {
        return at;
    };
    let opens = start == 0 || r.paragraph_of(start - 1) != paragraph;
    let reach = (start..r.len().min(start + MAX_DATELINE_TOKENS))
        .take_while(|&i| r.paragraph_of(i) == paragraph && r.quotation_at(i).is_none());
    let mut dashes = reach.filter(|&i| is_dash(r, i));
    let Some(dash) = dashes.next().filter(|&dash| opens && at <= dash && dash > start) else { return at };
    // "RHO – a union of dockers – said …" is no dateline.
    let only = dashes.next().is_none();
    let place = only && (is_shouted(r, start) || is_place_alone(r, start, dash));
    let dated = r.tag(dash - 1) == Tag::Close || (start..dash).any(|i| expression::is_month(r, i));
    let fits = |i: usize| {
        r.is_capital(i)
            || matches!(r.tag(i), Tag::Cd | Tag::Comma | Tag::Open | Tag::Close)
            || matches!(r.lower(i), "." | "/" | "of" | "and")
    };
    if (place || dated) && (start..dash).all(fits) { dash + 1 } else { at }
}

/// Behind the time that opens an entry of a live blog: "11.31 The organiser says …".
fn behind_clock(r: &Reading<'_>, at: usize) -> usize {
    let opens = at == 0 || r.paragraph_of(at - 1) != r.paragraph_of(at);
    let word = r.lower(at);
    let word = word.strip_suffix("am").or_else(|| word.strip_suffix("pm")).unwrap_or(word);
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let clock = word
        .split_once(['.', ':', 'h'])
        .is_some_and(|(hour, minute)| digits(hour, 2) && digits(minute, 2) && minute.len() == 2);
    if !opens || !clock {
        return at;
    }
    let zone = matches!(r.lower(at + 1), "am" | "pm" | "a.m." | "p.m." | "gmt" | "bst" | "cet" | "et");
    let next = at + 1 + usize::from(zone);
    let next = next + usize::from(r.is(next, ":") || is_dash(r, next));
    if r.paragraph_of(next) == r.paragraph_of(at) { next } else { at }
}

/// "Port Veld — Mayor": a name and nothing else before the dash, and a sentence behind it.
fn is_place_alone(r: &Reading<'_>, start: usize, dash: usize) -> bool {
    let sentence = r.is_capital(dash + 1) || r.is_open_quote(dash + 1);
    dash - start <= 3 && sentence && (start..dash).all(|i| r.is_capital(i) && r.tag(i) == Tag::Nnp)
}

/// Whether the token is a dash.
fn is_dash(r: &Reading<'_>, i: usize) -> bool {
    matches!(r.lower(i), "-" | "--" | "–" | "—" | "―")
}

/// Whether a word of at least three bytes is written in capitals only.
fn is_shouted(r: &Reading<'_>, i: usize) -> bool {
    let word = r.document.word(i);
    word.len() > 2 && word.starts_with(char::is_uppercase) && !word.contains(char::is_lowercase)
}
