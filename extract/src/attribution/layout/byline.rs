//! A name behind a dash after what was said: a quotation with “…” — Ada Lind below it, or a post
//! with the name of its author and account.
//!
//! In: the quotations and dashes of a document. Out: drafts with a confidence of 0.9. The dash is
//! the cue.

use std::ops::Range;

use super::mark_draft;
use crate::attribution::draft::Draft;
use crate::grammar::{phrase, subject};
use crate::tags::Tag;
use crate::view::Reading;

/// The most tokens of a post.
const MAX_POST_TOKENS: usize = 120;

/// Attributions by a dash: after a quotation of at least four tokens that opens its sentence, or
/// between a post and the name and account of its author.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let quoted = r.quotations().iter().filter_map(|quotation| {
        let unit = r.unit(quotation.open);
        let alone = quotation.closed && quotation.inner_len() >= 4 && quotation.open == unit.start;
        let (source, _) = named(r, quotation.end).filter(|_| alone)?;
        Some(draft(r, source, quotation.end, quotation.range()))
    });
    let posts = (1..r.len()).filter_map(|dash| {
        let (source, _) = named(r, dash).filter(|(_, account)| *account)?;
        // Quotations were handled above.
        let content = post(r, dash).filter(|content| !r.is_open_quote(content.start))?;
        Some(draft(r, source, dash, content))
    });
    let letters = letters(r);
    quoted.chain(posts).chain(letters).collect()
}

/// The fewest tokens of a letter, its last mark included.
const MIN_LETTER_TOKENS: usize = 6;

/// Letters to the editor: paragraphs of plain text, each signed behind a dash. A single one is none: a dash ends other
/// paragraphs, too.
fn letters(r: &Reading<'_>) -> Vec<Draft> {
    let signed = |dash: usize| {
        let (source, account) = named(r, dash)?;
        let last = source.end >= r.len() || r.paragraph_of(source.end) != r.paragraph_of(source.start);
        let content = post(r, dash).filter(|content| content.len() >= MIN_LETTER_TOKENS && !account && last)?;
        let plain = r.tag(dash - 1) == Tag::Stop && content.clone().all(|i| r.quotation_at(i).is_none());
        plain.then(|| draft(r, source, dash, content))
    };
    let letters: Vec<Draft> = (1..r.len()).filter_map(signed).collect();
    if letters.len() < 2 { Vec::new() } else { letters }
}

/// The name behind a dash, if nothing but an account follows it in its line, and whether an account
/// does: "Ada Lind (@adalind)".
fn named(r: &Reading<'_>, dash: usize) -> Option<(Range<usize>, bool)> {
    if !matches!(r.lower(dash), "-" | "--" | "–" | "—" | "―") {
        return None;
    }
    let from = dash + 1;
    let end = phrase::base_after(r, from).filter(|_| r.is_capital(from))?;
    if r.is(end, "(") && r.is(end + 1, "@") {
        return Some((from..end, true));
    }
    let end = subject::with_apposition(r, end).min(r.unit(from).end);
    let ends = r.tag(end) == Tag::Stop || end >= r.unit(from).end || r.is_open_quote(end);
    (ends && end > from).then_some((from..end, false))
}

/// The post before the dash at the end of its paragraph, or the paragraph before a line that the dash begins.
fn post(r: &Reading<'_>, dash: usize) -> Option<Range<usize>> {
    let paragraph = r.paragraph_of(dash - 1);
    let floor = dash.saturating_sub(MAX_POST_TOKENS);
    let start = (floor..dash).rev().take_while(|&i| r.paragraph_of(i) == paragraph).last()?;
    (start > floor || floor == 0).then_some(start..dash)
}

/// The attribution of content to a name behind a dash.
fn draft(r: &Reading<'_>, source: Range<usize>, dash: usize, content: Range<usize>) -> Draft {
    mark_draft(r.lower(dash), source, dash, content, 0.9)
}
