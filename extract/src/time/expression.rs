//! Words of time: "on Tuesday night", "last week", "on Feb. 3, 2015", "two days ago".

use crate::tags::Tag;
use crate::view::Reading;

/// The end of the words that tell a time from `at` on, a preposition included.
pub(crate) fn phrase_at(r: &Reading<'_>, at: usize) -> Option<usize> {
    let end = r.unit(at).end;
    let mut i = at;
    while i < at + 3
        && matches!(r.lower(i), "on" | "in" | "at" | "during" | "late" | "early" | "earlier" | "later" | "just" | "the")
    {
        i += 1;
    }
    let preposition = i > at;
    // "Earlier", "in the": no time in itself.
    let found = core(r, i, preposition)?;
    // "Saturday's debate" is a debate.
    let whole = found <= end && r.tag(found) != Tag::Pos;
    (whole && (at..found).all(|t| r.quotation_at(t).is_none())).then_some(found)
}

fn core(r: &Reading<'_>, i: usize, preposition: bool) -> Option<usize> {
    let word = r.lower(i);
    if matches!(word, "today" | "yesterday" | "tonight" | "tomorrow") {
        return Some(part_of_day(r, i + 1));
    }
    if is_weekday(word) {
        let end = part_of_day(r, i + 1);
        let dated = if r.tag(end) == Tag::Comma { end + 1 } else { end };
        return Some(month_day(r, dated).unwrap_or(end));
    }
    if let Some(end) = month_day(r, i) {
        return Some(end);
    }
    if r.tag(i) == Tag::Cd && is_month(r, i + 1) {
        return Some(with_year(r, i + 2));
    }
    match word {
        "last" | "this" | "next" | "past"
            if is_unit(r.lower(i + 1)) || is_weekday(r.lower(i + 1)) || is_month(r, i + 1) =>
        {
            Some(part_of_day(r, i + 2))
        }
        "mid" | "early" | "late" => core(r, i + 1, true),
        _ if preposition && is_year(word) && !r.tag(i + 1).is_noun() => Some(i + 1),
        _ if preposition && word.strip_suffix('s').is_some_and(is_year) => Some(i + 1),
        _ => ago(r, i),
    }
}

/// "March", "Feb. 3", "May 3, 2015", "May 2015".
fn month_day(r: &Reading<'_>, i: usize) -> Option<usize> {
    if !is_month(r, i) {
        return None;
    }
    let mut at = i + 1;
    // The full stop of "Feb." may be a token of its own.
    at += usize::from(r.lower(i).len() <= 4 && r.is(at, ".") && r.tag(at + 1) == Tag::Cd);
    let day = r.tag(at) == Tag::Cd && r.lower(at).len() <= 2 || is_ordinal(r.lower(at));
    Some(with_year(r, if day { at + 1 } else { at }))
}

/// One past a year that may follow.
fn with_year(r: &Reading<'_>, at: usize) -> usize {
    match r.tag(at) {
        Tag::Comma if is_year(r.lower(at + 1)) => at + 2,
        _ if is_year(r.lower(at)) => at + 1,
        _ if r.is(at, "of") && is_year(r.lower(at + 1)) => at + 2,
        _ => at,
    }
}

fn part_of_day(r: &Reading<'_>, at: usize) -> usize {
    at + usize::from(matches!(r.lower(at), "morning" | "afternoon" | "evening" | "night"))
}

/// "Two days ago", "a week ago", "10 years ago".
fn ago(r: &Reading<'_>, i: usize) -> Option<usize> {
    let counted = matches!(r.tag(i), Tag::Cd | Tag::Dt) || matches!(r.lower(i), "several" | "few");
    let unit = (i + 1..i + 4).find(|&j| is_unit(r.lower(j).trim_end_matches('s')))?;
    (counted && r.is(unit + 1, "ago")).then_some(unit + 2)
}

fn is_weekday(word: &str) -> bool {
    word.ends_with("day") && is_date_word(word) && !matches!(word, "today" | "yesterday")
}

/// Whether a token names a month.
pub(crate) fn is_month(r: &Reading<'_>, i: usize) -> bool {
    let word = r.lower(i).trim_end_matches('.');
    let name = is_date_word(word) && !word.ends_with("day") && !matches!(word, "tonight" | "tomorrow") || word == "may";
    name && r.is_capital(i)
}

fn is_ordinal(word: &str) -> bool {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or_default();
    !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && matches!(word.as_bytes()[0], b'1' | b'2') && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_unit(word: &str) -> bool {
    matches!(
        word,
        "day"
            | "week"
            | "month"
            | "year"
            | "night"
            | "morning"
            | "evening"
            | "afternoon"
            | "weekend"
            | "fall"
            | "autumn"
            | "spring"
            | "summer"
            | "winter"
            | "hour"
            | "minute"
            | "decade"
    )
}

/// The words that tell a time from `at` on: "on Monday", "last week", "earlier this month".
pub(crate) fn time_after(r: &Reading<'_>, at: usize) -> Option<usize> {
    let date = |i: usize| is_date_word(r.lower(i));
    let mut i = at;
    if matches!(r.lower(i), "on" | "late" | "early" | "earlier" | "in" | "since" | "by")
        && (date(i + 1) || is_time(r, i + 1))
    {
        i += 1;
    }
    if date(i) {
        i += 1;
        while matches!(r.lower(i), "morning" | "evening" | "afternoon" | "night" | ".") && r.lower(i).len() > 1
            || r.tag(i) == Tag::Cd && r.lower(i).len() <= 4
        {
            i += 1;
        }
        return Some(i);
    }
    if !is_time(r, i) {
        return None;
    }
    Some(match r.lower(i) {
        "earlier" | "later" | "recently" => time_after(r, i + 1).filter(|_| r.lower(i) != "recently").unwrap_or(i + 1),
        "last" | "this" | "next" | "that" => i + 2,
        _ => i + 3,
    })
}

/// "last week", "this month", "earlier", "two days ago".
pub(crate) fn is_time(r: &Reading<'_>, at: usize) -> bool {
    let unit = |word: &str| {
        matches!(
            word,
            "week"
                | "month"
                | "year"
                | "night"
                | "morning"
                | "evening"
                | "afternoon"
                | "day"
                | "weekend"
                | "fall"
                | "spring"
                | "summer"
                | "winter"
        )
    };
    match r.lower(at) {
        "last" | "this" | "next" | "that" => unit(r.lower(at + 1)) || is_date_word(r.lower(at + 1)),
        "earlier" | "later" | "recently" => true,
        _ => r.is(at + 2, "ago") || r.is(at + 2, "earlier") || r.is(at + 2, "later"),
    }
}

/// Whether the token ends words like "last week".
pub(crate) fn ends_time(r: &Reading<'_>, i: usize) -> bool {
    matches!(r.lower(i), "week" | "month" | "year" | "night" | "morning" | "evening" | "afternoon")
        && i > 0
        && matches!(r.lower(i - 1), "last" | "this" | "next" | "that" | "earlier")
}

/// Days, months and the like, which stand beside a subject without being part of it.
pub(crate) fn is_date_word(word: &str) -> bool {
    matches!(
        word.trim_end_matches('.'),
        "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "today"
            | "yesterday"
            | "tonight"
            | "tomorrow"
            | "jan"
            | "january"
            | "feb"
            | "february"
            | "march"
            | "april"
            | "june"
            | "july"
            | "aug"
            | "august"
            | "sept"
            | "september"
            | "oct"
            | "october"
            | "nov"
            | "november"
            | "dec"
            | "december"
    )
}
