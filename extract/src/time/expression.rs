//! Expressions of time: where they are. "On Tuesday night", "last week", "on Feb. 3, 2015", "two
//! days ago".
//!
//! Two uses need two readings. [`phrase_at`] finds a whole expression, as a reader would mark it;
//! it becomes [`Quote::when`](sayso_document::Quote::when). [`time_after`] and [`is_date_word`]
//! only tell the grammar that a word is no part of a noun phrase or content, and are features of
//! models, so their words cannot be changed without a refit.

use sayso_document::Date;

use crate::lexicon::List;
use crate::tags::Tag;
use crate::view::Reading;

/// The end of the expression of time that begins at `at`, with a preposition if there is one; none
/// if there is no whole one, or if it owns something ("Saturday's debate").
pub(crate) fn phrase_at(r: &Reading<'_>, at: usize) -> Option<usize> {
    let end = r.unit(at).end;
    let mut i = at;
    while i < at + 3
        && matches!(r.lower(i), "on" | "in" | "at" | "during" | "late" | "early" | "earlier" | "later" | "just" | "the")
    {
        i += 1;
    }
    let preposition = i > at;
    // "Earlier" and "in the" alone are no time.
    let found = core(r, i, preposition)?;
    // "Saturday's debate" is a debate.
    let whole = found <= end && r.tag(found) != Tag::Pos;
    (whole && (at..found).all(|t| r.quotation_at(t).is_none())).then_some(found)
}

/// The end of an expression that begins here behind any preposition.
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

/// The end of a month with a day or year: "March", "Feb. 3", "May 3, 2015", "May 2015".
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

/// One past a year that may follow, else `at`.
fn with_year(r: &Reading<'_>, at: usize) -> usize {
    match r.tag(at) {
        Tag::Comma if is_year(r.lower(at + 1)) => at + 2,
        _ if is_year(r.lower(at)) => at + 1,
        _ if r.is(at, "of") && is_year(r.lower(at + 1)) => at + 2,
        _ => at,
    }
}

/// The token after a part of the day, if there is one.
fn part_of_day(r: &Reading<'_>, at: usize) -> usize {
    at + usize::from(matches!(r.lower(at), "morning" | "afternoon" | "evening" | "night"))
}

/// The end of a distance in time: "two days ago", "a week ago", "10 years ago".
fn ago(r: &Reading<'_>, i: usize) -> Option<usize> {
    let counted = matches!(r.tag(i), Tag::Cd | Tag::Dt) || matches!(r.lower(i), "several" | "few");
    let unit = (i + 1..i + 4).find(|&j| is_unit(r.lower(j).trim_end_matches('s')))?;
    (counted && r.is(unit + 1, "ago")).then_some(unit + 2)
}

/// Whether the word is a day of the week.
fn is_weekday(word: &str) -> bool {
    Date::WEEKDAY_NAMES.contains(&word)
}

/// Whether a token names a month.
pub(crate) fn is_month(r: &Reading<'_>, i: usize) -> bool {
    let word = r.lower(i).trim_end_matches('.');
    (Date::MONTH_NAMES.contains(&word) || SHORT_MONTHS.contains(&word)) && r.is_capital(i)
}

/// Whether the word is a number like "3rd", of at most two digits.
fn is_ordinal(word: &str) -> bool {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or_default();
    !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the word is a year.
fn is_year(word: &str) -> bool {
    word.len() == 4 && matches!(word.as_bytes()[0], b'1' | b'2') && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the word is a unit of time.
fn is_unit(word: &str) -> bool {
    List::TimeUnits.has(word)
}

/// The end of the words of time from `at` on, a preposition included: "on Monday", "last week",
/// "earlier this month".
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

/// Whether words of time other than a date begin here: "last week", "earlier", "two days ago".
pub(crate) fn is_time(r: &Reading<'_>, at: usize) -> bool {
    // The models were fitted while these were not listed.
    let unit = |word: &str| is_unit(word) && !matches!(word, "autumn" | "decade" | "hour" | "minute");
    match r.lower(at) {
        "last" | "this" | "next" | "that" => unit(r.lower(at + 1)) || is_date_word(r.lower(at + 1)),
        "earlier" | "later" | "recently" => true,
        _ => r.is(at + 2, "ago") || r.is(at + 2, "earlier") || r.is(at + 2, "later"),
    }
}

/// Whether the token ends an expression like "last week".
pub(crate) fn ends_time(r: &Reading<'_>, i: usize) -> bool {
    matches!(r.lower(i), "week" | "month" | "year" | "night" | "morning" | "evening" | "afternoon")
        && i > 0
        && matches!(r.lower(i - 1), "last" | "this" | "next" | "that" | "earlier")
}

/// How newspapers shorten the months.
const SHORT_MONTHS: [&str; 7] = ["jan", "feb", "aug", "sept", "oct", "nov", "dec"];

/// Whether the word is a day, a month or the like, which stands beside a subject without being part
/// of it. "May" is a verb far more often, and does not count.
pub(crate) fn is_date_word(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    is_weekday(word)
        || matches!(word, "today" | "yesterday" | "tonight" | "tomorrow")
        || SHORT_MONTHS.contains(&word)
        || word != "may" && Date::MONTH_NAMES.contains(&word)
}
