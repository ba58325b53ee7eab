//! Where the attributed words begin and end.

use std::ops::Range;

use super::reading::{REACH, Reading};
use super::tags::Tag;

/// Where words that surely attribute begin: their own first token or that of their subject.
pub(super) struct Starts {
    own: Vec<bool>,
    subject: Vec<bool>,
}

impl Starts {
    pub(super) fn new(len: usize) -> Self {
        Self { own: vec![false; len + 1], subject: vec![false; len + 1] }
    }

    pub(super) fn mark_own(&mut self, i: usize) {
        self.own[i] = true;
    }

    pub(super) fn mark_subject(&mut self, i: usize) {
        self.subject[i] = true;
    }

    fn cue(&self, i: usize) -> bool {
        self.own.get(i).copied().unwrap_or(false)
    }

    fn any(&self, i: usize) -> bool {
        self.cue(i) || self.subject.get(i).copied().unwrap_or(false)
    }
}

/// The content that begins at `from` and runs forward to the end of its clause; none when nothing is in it.
pub(super) fn forward(r: &Reading<'_>, from: usize, starts: &Starts) -> Option<Range<usize>> {
    let unit_end = r.unit(from).end;
    let mut at = from;
    for _ in 0..REACH {
        if at >= unit_end {
            break;
        }
        if let Some(q) = r.quotation_at(at) {
            let quotation = &r.quotations()[q];
            let last = quotation.end - 1 - usize::from(quotation.closed);
            at = quotation.end;
            let sentence_ends = r.tag(last) == Tag::Stop
                && !(r.is(last, ".") && r.lower(at).starts_with(char::is_lowercase) && r.is_capital(at));
            if sentence_ends || r.tag(last) == Tag::Comma && stops_after_comma(r, at, starts) {
                break;
            }
            continue;
        }
        if stops_at(r, at, at == from, starts) {
            break;
        }
        at += 1;
    }
    let at = at.min(unit_end);
    let end = trim_end(r, from, at);
    (end > from).then_some(from..end)
}

fn trim_end(r: &Reading<'_>, from: usize, mut end: usize) -> usize {
    while end > from
        && r.quotation_at(end - 1).is_none()
        && matches!(r.tag(end - 1), Tag::Comma | Tag::Cc | Tag::Colon | Tag::Stop)
    {
        end -= 1;
    }
    end
}

fn stops_at(r: &Reading<'_>, at: usize, first: bool, starts: &Starts) -> bool {
    let word = r.lower(at);
    match r.tag(at) {
        Tag::Stop => true,
        Tag::Colon => !matches!(word, ":" | "/" | "..." | "…" | "'") && !first,
        Tag::Comma => stops_after_comma(r, at + 1, starts),
        Tag::Cc => matches!(word, "and" | "but" | "or") && (starts.cue(at + 1) || word == "but" && starts.any(at + 1)),
        _ => word == "according" && r.is(at + 1, "to"),
    }
}

/// Whether the content ends before a comma that is followed by the token at `next`.
fn stops_after_comma(r: &Reading<'_>, next: usize, starts: &Starts) -> bool {
    let word = r.lower(next);
    if starts.any(next) || word == "according" || r.is_open_quote(next) {
        return starts.any(next) || word == "according";
    }
    match r.tag(next) {
        Tag::Cc => word == "but" || word == "and" && starts.any(next + 1),
        Tag::Vbg => !matches!(word, "including"),
        _ => matches!(
            word,
            "which"
                | "who"
                | "while"
                | "though"
                | "although"
                | "even"
                | "despite"
                | "where"
                | "a"
                | "the"
                | "he"
                | "she"
                | "an"
        ),
    }
}

/// The content that ends before `end` and began with the sentence; none when nothing is in it.
pub(super) fn backward(r: &Reading<'_>, end: usize) -> Option<Range<usize>> {
    let last = end.checked_sub(1)?;
    let floor = r.unit(last).start;
    let end = trim_end(r, floor, end);
    let mut at = end;
    for _ in 0..REACH {
        if at <= floor {
            break;
        }
        at = match r.quotation_at(at - 1) {
            Some(q) => r.quotations()[q].open,
            None if r.is(at - 1, ";") => break,
            None => at - 1,
        };
    }
    let start = lead(r, at.max(floor), end);
    (start < end).then_some(start..end)
}

/// Steps over what opens a sentence without being part of what was said: "But", a dateline.
fn lead(r: &Reading<'_>, start: usize, end: usize) -> usize {
    let mut at = start;
    let dateline =
        (at..end.min(at + 9)).find(|&i| matches!(r.lower(i), "-" | "—" | "–" | "--") && r.quotation_at(i).is_none());
    if let Some(dash) = dateline
        && r.lower(at).len() > 2
        && r.document.word(at).chars().all(char::is_uppercase)
    {
        at = dash + 1;
    }
    while at < end
        && (r.tag(at) == Tag::Cc && matches!(r.lower(at), "but" | "and" | "so" | "yet")
            || matches!(r.tag(at), Tag::Comma | Tag::Colon))
        && r.quotation_at(at).is_none()
    {
        at += 1;
    }
    at
}

/// What follows the words that interrupt a quotation: "…," he said, "…".
pub(super) fn resumed(r: &Reading<'_>, after: usize, quoted: bool, starts: &Starts) -> Option<Range<usize>> {
    let unit_end = r.unit(after.checked_sub(1)?).end;
    if after >= unit_end {
        return None;
    }
    let mut at = after;
    if matches!(r.tag(at), Tag::Comma | Tag::Colon) {
        at += 1;
    } else if !r.is_open_quote(at) {
        // Words about place and time may stand before the comma.
        at = (after..unit_end.min(after + 12)).find(|&i| r.is_open_quote(i)).filter(|&i| r.tag(i - 1) == Tag::Comma)?;
    }
    if at >= unit_end {
        return None;
    }
    // "…," he said, but "…".
    if r.tag(at) == Tag::Cc && r.is_open_quote(at + 1) {
        at += 1;
    }
    if r.is_open_quote(at) {
        return forward(r, at, starts);
    }
    let goes_on = !quoted
        && !starts.any(at)
        && r.tag(after) == Tag::Comma
        && !matches!(r.tag(at), Tag::Vbg | Tag::Cc | Tag::Wdt | Tag::Wp | Tag::Wrb)
        && !matches!(r.lower(at), "as" | "while" | "though" | "although" | "after" | "with" | "who" | "even");
    if goes_on { forward(r, at, starts) } else { None }
}
