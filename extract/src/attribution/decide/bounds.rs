//! Content stays in its paragraph, unless a quotation runs on; content and source begin behind a dateline.

use std::ops::Range;

use sayso_document::{Patience, TokenKind};

use crate::attribution::candidate::content;
use crate::attribution::draft::Draft;
use crate::tags::Tag;
use crate::time::expression;
use crate::view::{REACH, Reading};

/// A dateline has at most this many tokens.
const DATELINE: usize = 16;

/// Cuts the contents of attributions to the paragraph of the cue, or to that of their largest part where none is there.
/// Quotations of other paragraphs stay. An attribution without content goes. None when nobody waits any longer.
pub(crate) fn cut(r: &Reading<'_>, drafts: &mut Vec<Draft>, patience: &Patience<'_>) -> Option<()> {
    for draft in drafts.iter_mut() {
        patience.spend(DATELINE + draft.content.iter().map(Range::len).sum::<usize>())?;
        draft.content = within(r, draft);
        if let Some(source) = &mut draft.source {
            let start = behind_dateline(r, source.start);
            source.start = if start < source.end { start } else { source.start };
        }
    }
    drafts.retain(|draft| !draft.content.is_empty());
    Some(())
}

fn within(r: &Reading<'_>, draft: &Draft) -> Vec<Range<usize>> {
    let mut parts: Vec<Part> = draft.content.iter().flat_map(|piece| parts(r, piece)).collect();
    let reaches = |part: &Part, paragraph: u32| {
        (r.paragraph_of(part.tokens.start)..=r.paragraph_of(part.tokens.end - 1)).contains(&paragraph)
    };
    let mut paragraph = r.paragraph_of(draft.head);
    if !parts.iter().any(|part| reaches(part, paragraph)) {
        // The first of several of one size.
        let Some(largest) = parts.iter().rev().max_by_key(|part| part.tokens.len()) else { return Vec::new() };
        paragraph = r.paragraph_of(largest.tokens.start);
    }
    let quoted = |part: &Part| part.own && r.quotation_at(part.tokens.start).is_some();
    parts.retain(|part| reaches(part, paragraph) || quoted(part));
    let pieces = parts.into_iter().map(|part| behind_dateline(r, part.tokens.start)..part.tokens.end);
    pieces.filter(|tokens| !tokens.is_empty()).collect()
}

/// A part of a piece of content that no paragraph breaks.
struct Part {
    tokens: Range<usize>,
    /// Whether it is the whole piece, or a colon leads to it.
    own: bool,
}

/// The parts of a piece between the paragraphs that no quotation joins.
fn parts(r: &Reading<'_>, piece: &Range<usize>) -> Vec<Part> {
    let begins = |i: &usize| r.paragraph_of(*i) != r.paragraph_of(*i - 1) && !runs_on(r, piece, *i);
    let breaks: Vec<usize> = (piece.start + 1..piece.end).filter(begins).collect();
    if breaks.is_empty() {
        return vec![Part { tokens: piece.clone(), own: true }];
    }
    let ends = breaks.iter().copied().chain([piece.end]);
    let parts = [piece.start].into_iter().chain(breaks.iter().copied()).zip(ends);
    let own = |start: usize| start > piece.start && r.is(start - 1, ":");
    let parts = parts.map(|(start, end)| Part { tokens: start..content::trim_end(r, start, end), own: own(start) });
    parts.filter(|part| !part.tokens.is_empty()).collect()
}

/// Whether a quotation goes on in the paragraph that begins at a token of this piece: it is opened anew there, or closed
/// further on without that.
fn runs_on(r: &Reading<'_>, piece: &Range<usize>, at: usize) -> bool {
    if r.is_open_quote(at) {
        return r.quotation_at(at - 1).is_some();
    }
    let mark = |i: &usize| matches!(r.kind(*i), Some(TokenKind::OpenQuote | TokenKind::CloseQuote));
    let before = (piece.start..at).rev().take(REACH).find(mark);
    let after = (at..piece.end).take(REACH).find(mark);
    before.is_some_and(|i| r.is_open_quote(i)) && after.is_some_and(|i| r.kind(i) == Some(TokenKind::CloseQuote))
}

/// The token itself, or the first behind the dateline that it stands in: "KESSEL, March 3 (Wire) — ".
fn behind_dateline(r: &Reading<'_>, at: usize) -> usize {
    let paragraph = r.paragraph_of(at);
    let Some(start) = (at.saturating_sub(DATELINE)..=at).rev().take_while(|&i| r.paragraph_of(i) == paragraph).last()
    else {
        return at;
    };
    let opens = start == 0 || r.paragraph_of(start - 1) != paragraph;
    let reach = (start..r.len().min(start + DATELINE))
        .take_while(|&i| r.paragraph_of(i) == paragraph && r.quotation_at(i).is_none());
    let mut dashes = reach.filter(|&i| is_dash(r, i));
    let Some(dash) = dashes.next().filter(|&dash| opens && at <= dash && dash > start) else { return at };
    // "RHO – a union of dockers – said …" is none.
    let place = is_shouted(r, start) && dashes.next().is_none();
    let dated = r.tag(dash - 1) == Tag::Close || (start..dash).any(|i| expression::is_month(r, i));
    let fits = |i: usize| {
        r.is_capital(i)
            || matches!(r.tag(i), Tag::Cd | Tag::Comma | Tag::Open | Tag::Close)
            || matches!(r.lower(i), "." | "/" | "of" | "and")
    };
    if (place || dated) && (start..dash).all(fits) { dash + 1 } else { at }
}

fn is_dash(r: &Reading<'_>, i: usize) -> bool {
    matches!(r.lower(i), "-" | "--" | "–" | "—" | "―")
}

/// Whether a word of some length is written in capitals alone.
fn is_shouted(r: &Reading<'_>, i: usize) -> bool {
    let word = r.document.word(i);
    word.len() > 2 && word.starts_with(char::is_uppercase) && !word.contains(char::is_lowercase)
}
