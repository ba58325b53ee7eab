//! Noun phrases to the left and to the right of a token, by tags alone. Three sizes are told apart:
//!
//! | size | example |
//! |---|---|
//! | simple ([`base_after`], [`simple_before`]) | the senior aides |
//! | with what hangs on it ([`full_after`], [`before`]) | the senior aides of the mayor and her deputy |
//! | with an apposition ([`subject::with_apposition`](super::subject::with_apposition)) | Ada Orlek, a former governor |
//!
//! A phrase never crosses the border of a quotation.

use crate::lexicon::List;
use crate::tags::Tag;
use crate::time::expression;
use crate::view::{REACH, Reading};

/// The end of the simple noun phrase that begins at token `i`: "the senior White House aides"; none
/// if no phrase begins there.
pub(crate) fn base_after(r: &Reading<'_>, i: usize) -> Option<usize> {
    let limit = r.window(i).end;
    let (mut at, mut noun) = (i, false);
    while at < limit {
        let tag = r.tag(at);
        let alone = tag == Tag::Prps && at == i && !r.tag(at + 1).in_phrase() && r.tag(at + 1) != Tag::Vbg;
        let fits = match tag {
            _ if alone => return Some(at + 1),
            Tag::Prp | Tag::Ex => return (at == i).then_some(at + 1).or(noun.then_some(at)),
            Tag::Dt | Tag::Prps => at == i || r.tag(at - 1) == Tag::Dt,
            Tag::Nn | Tag::Nns | Tag::Nnp => !expression::is_date_word(r.lower(at)) || at == i,
            Tag::Jj | Tag::Cd => !noun || tag == Tag::Cd || r.tag(at + 1).is_noun(),
            Tag::Pos => noun,
            Tag::Vbn | Tag::Vbg => !noun && r.tag(at + 1).in_phrase() && (at > i || r.tag(at + 1).is_noun()),
            Tag::Rb | Tag::In if r.tag(at + 1) == Tag::Cd => {
                matches!(r.lower(at), "about" | "around" | "nearly" | "almost" | "roughly")
            }
            Tag::Rb => !noun && at > i && r.tag(at + 1).in_phrase(),
            Tag::Cc => r.is(at, "&") && noun && r.tag(at + 1) == Tag::Nnp,
            _ => false,
        };
        if !fits || at > i && r.quotation_at(at).is_some() != r.quotation_at(i).is_some() {
            break;
        }
        // "the other", "the poor".
        noun |= tag == Tag::Jj && at == i + 1 && r.tag(i) == Tag::Dt && !r.tag(at + 1).in_phrase();
        noun |= tag.is_noun() || matches!(tag, Tag::Cd) || tag == Tag::Dt && at == i && !r.tag(at + 1).in_phrase();
        at += 1;
    }
    (noun && at > i).then_some(at)
}

/// Prepositions that attach a phrase to one that names a source: "the spokesman for the union in
/// Tamm".
pub(crate) const SOURCE_LINKS: &[&str] = &["of", "for", "at", "from", "in", "with"];

/// The end of the noun phrase at `i` with the phrases that brackets, "and" and the prepositions of
/// `joins` attach to it, at most twelve: "the head of the committee and its staff".
pub(crate) fn full_after(r: &Reading<'_>, i: usize, joins: &[&str]) -> Option<usize> {
    let mut end = base_after(r, i)?;
    for _ in 0..12 {
        let next = if r.tag(end) == Tag::Open { bracket_after(r, end) } else { None };
        let next = next.or_else(|| {
            let joined = r.tag(end) == Tag::In && joins.contains(&r.lower(end)) || matches!(r.lower(end), "and" | "&");
            if !joined || r.quotation_at(end).is_some() || r.tag(end - 1) == Tag::Nnp && names_occasion(r, end) {
                return None;
            }
            let more = base_after(r, end + 1)?;
            // "… and the mayor said" begins a clause of its own.
            (r.tag(end) != Tag::Cc || !starts_clause(r, more)).then_some(more)
        });
        match next {
            Some(next) => end = next,
            None => break,
        }
    }
    Some(end)
}

/// Whether the phrase at `at` tells where something was said rather than who said it: "in a
/// statement", "at a rally", "on Twitter".
pub(crate) fn names_occasion(r: &Reading<'_>, at: usize) -> bool {
    if !matches!(r.lower(at), "in" | "on" | "at") {
        return false;
    }
    let Some(end) = base_after(r, at + 1) else { return false };
    let head = r.lower(end - 1);
    List::OccasionNouns.has(head.strip_suffix('s').unwrap_or(head))
}

/// One past the end of a bracket of at most eight tokens: "(R-Ohio)".
fn bracket_after(r: &Reading<'_>, open: usize) -> Option<usize> {
    (open..(open + 8).min(r.unit(open).end)).find(|&i| r.tag(i) == Tag::Close).map(|i| i + 1)
}

/// Whether a finite verb follows, with up to three adverbs before it.
pub(crate) fn starts_clause(r: &Reading<'_>, mut i: usize) -> bool {
    let limit = i + 3;
    while i < limit && r.tag(i) == Tag::Rb {
        i += 1;
    }
    r.tag(i).is_finite()
}

/// The start of the noun phrase that ends before `end`, with the phrases that prepositions attach
/// to its head: "a spokesman for the ministry". None if no phrase ends there, or if it is a time.
pub(crate) fn before(r: &Reading<'_>, end: usize) -> Option<usize> {
    let floor = r.unit(end.checked_sub(1)?).start.max(end.saturating_sub(REACH / 2));
    let mut start = base_before(r, end, floor)?;
    if expression::ends_time(r, end - 1) {
        return None;
    }
    // "In an interview Harth said": the name is not part of the phrase before it.
    if start > floor && matches!(r.tag(start - 1), Tag::In | Tag::To) {
        let border = (start + 1..end)
            .find(|&i| r.tag(i) == Tag::Nnp && matches!(r.tag(i - 1), Tag::Nn | Tag::Nns) && !r.is_capital(i - 1));
        if let Some(border) = border.filter(|_| !r.tag(start.saturating_sub(2)).is_noun()) {
            return Some(border);
        }
    }
    for _ in 0..8 {
        let Some(link) = start.checked_sub(1).filter(|&link| link > floor && r.quotation_at(link).is_none()) else {
            break;
        };
        let holder = r.tag(link - 1);
        let hangs = match r.tag(link) {
            Tag::In => {
                (holder.is_noun() || holder == Tag::Cd || holder == Tag::Dt || r.is(link, "of") || holder == Tag::Jj)
                    && List::LinkingPrepositions.has(r.lower(link))
                    && !expression::is_date_word(r.lower(link - 1))
            }
            Tag::To => holder.is_noun() || r.is(link - 1, "close"),
            Tag::Cc => r.is(link, "and") && holder.is_noun() && joins(r, link, floor),
            _ => false,
        };
        match hangs.then(|| base_before(r, link, floor)).flatten() {
            Some(wider) => start = wider,
            None => break,
        }
    }
    Some(start)
}

/// Whether "and" at `link` joins two phrases of one subject, rather than two clauses.
fn joins(r: &Reading<'_>, link: usize, floor: usize) -> bool {
    let Some(left) = base_before(r, link, floor) else { return false };
    left == floor
        || matches!(r.tag(left - 1), Tag::Comma | Tag::Colon | Tag::Quote | Tag::Cc)
        || r.is(left - 1, "that")
        || r.is(left - 1, "both")
}

/// The start of the simple noun phrase that ends before `end`, without what hangs on it.
pub(crate) fn simple_before(r: &Reading<'_>, end: usize) -> Option<usize> {
    let floor = r.unit(end.checked_sub(1)?).start.max(end.saturating_sub(REACH / 2));
    base_before(r, end, floor)
}

/// The start of the simple noun phrase that ends before `end`, no further left than `floor`.
fn base_before(r: &Reading<'_>, end: usize, floor: usize) -> Option<usize> {
    let mut at = end;
    if at > floor && r.tag(at - 1) == Tag::Close {
        at = (floor..at).rev().take(8).find(|&i| r.tag(i) == Tag::Open)?;
    }
    let last = at.checked_sub(1).filter(|&last| last >= floor)?;
    let tag = r.tag(last);
    let opens = tag.is_noun()
        || matches!(tag, Tag::Prp | Tag::Cd | Tag::Ex | Tag::Pos)
        || matches!(tag, Tag::Dt | Tag::Jj | Tag::Prps)
        || tag == Tag::Vbg;
    if !opens || r.quotation_at(last).is_some() || expression::is_date_word(r.lower(last)) && !r.is(last, "march") {
        return None;
    }
    at = last;
    if matches!(tag, Tag::Prp | Tag::Ex) {
        return Some(at);
    }
    while at > floor && extends_left(r, at) {
        at -= 1;
    }
    // "Monday's debate": where the owner is a day, the phrase begins behind it.
    Some(if r.tag(at) == Tag::Pos && at < last { at + 1 } else { at })
}

/// Whether the token before `at` belongs to the same simple noun phrase.
fn extends_left(r: &Reading<'_>, at: usize) -> bool {
    let (left, here) = (r.tag(at - 1), r.tag(at));
    if r.quotation_at(at - 1).is_some() || matches!(here, Tag::Dt | Tag::Prps) && left != Tag::Dt {
        return false;
    }
    match left {
        Tag::Dt | Tag::Prps | Tag::Jj | Tag::Pos => true,
        Tag::Cd => !(1900..2100).contains(&r.lower(at - 1).parse::<u32>().unwrap_or(0)),
        Tag::Nn | Tag::Nns | Tag::Nnp => {
            !expression::is_date_word(r.lower(at - 1)) && !expression::ends_time(r, at - 1)
        }
        Tag::Vbn | Tag::Vbg => at >= 2 && matches!(r.tag(at - 2), Tag::Dt | Tag::Prps | Tag::Jj | Tag::Pos),
        Tag::Rb => matches!(here, Tag::Jj | Tag::Cd) && at >= 2 && matches!(r.tag(at - 2), Tag::Dt),
        Tag::Cc => r.is(at - 1, "&") && here == Tag::Nnp,
        _ => false,
    }
}
