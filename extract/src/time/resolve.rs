//! Which days an expression of time refers to, counted from the day of the article: "on Tuesday",
//! "last week", "in March", "two days ago".
//!
//! Words are taken by their plain meaning. What depends on more than the day of the article has no
//! answer: "a week earlier", "that night", or "last summer", which differs between the hemispheres.

use sayso_document::{Date, DateRange, Polarity, Quote};

use crate::lexicon::Table;

/// Whether what is dated has happened: "said on Tuesday" looks back, "will say on Tuesday" ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Into the past of the article.
    #[default]
    Back,
    /// Into its future.
    Ahead,
}

/// The days that words of time refer to in an article of this day. Without that day, only words that name a year have
/// an answer. None if the words are not precise enough.
///
/// | words, in an article of Friday, 6 March 2026 | back | ahead |
/// |---|---|---|
/// | "on Tuesday" | 3 March | 10 March |
/// | "in February 2026" | all of February | the same |
/// | "that night" | none | none |
pub(crate) fn resolve(words: &str, article: Option<Date>, direction: Direction) -> Option<DateRange> {
    let lower = words.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '(' | ')' | '’' | '\''))
        .filter(|word| {
            !word.is_empty() && !matches!(*word, "on" | "in" | "the" | "of" | "at" | "during" | "just" | "s")
        })
        .collect();
    let named = calendar(&words);
    let whole = named.year.and_then(|year| dated(named, year));
    whole.or_else(|| relative(&words, article?, direction)).or_else(|| nearest(named, article?, direction))
}

/// Sets the days on which quotes were said, where their text tells when.
pub(crate) fn date(quotes: &mut [Quote], text: &str, article: Option<Date>) {
    for quote in quotes {
        // A hypothetical saying mostly lies in the future.
        let direction = if quote.polarity == Polarity::Hypothetical { Direction::Ahead } else { Direction::Back };
        quote.said = quote.when.and_then(|words| resolve(words.of(text), article, direction));
    }
}

/// Parts of a calendar date that the words name.
#[derive(Clone, Copy, Debug, Default)]
struct Named {
    /// The year.
    year: Option<i32>,
    /// The month, from 1.
    month: Option<u8>,
    /// The day of the month, from 1.
    day: Option<u8>,
    /// Which third of the month or year: 0 early, 1 mid, 2 late.
    third: Option<u8>,
    /// Whether the year stands for a decade: "the 1990s".
    decade: bool,
}

/// The parts of a calendar date among the words. A number is a day only beside a month.
fn calendar(words: &[&str]) -> Named {
    let mut named = Named::default();
    for (i, word) in words.iter().enumerate() {
        if let Some(date) = iso(word) {
            let (year, month, day) = date.parts();
            return Named { year: Some(year), month: Some(month), day: Some(day), ..Named::default() };
        }
        if let Some(month) = month(word) {
            named.month = named.month.or(Some(month));
        } else if let Some(third) = ["early", "mid", "late"].iter().position(|known| known == word) {
            named.third = Some(third as u8);
        } else if let Some(rest) = word.strip_prefix("mid-") {
            named.third = Some(1);
            (named.month, named.year) = (named.month.or(month(rest)), named.year.or(year(rest)));
        } else if let Some(year) = year(word) {
            named.year = named.year.or(Some(year));
        } else if let Some(decade) = word.strip_suffix('s').and_then(year).filter(|year| year % 10 == 0) {
            (named.year, named.decade) = (Some(decade), true);
        } else if let Some(day) = day(word) {
            let beside = |j: Option<usize>| j.and_then(|j| words.get(j)).is_some_and(|near| month(near).is_some());
            if beside(i.checked_sub(1)) || beside(Some(i + 1)) {
                named.day = named.day.or(Some(day));
            }
        }
    }
    named
}

/// The number of a month from 1, by its name or its first three letters.
fn month(word: &str) -> Option<u8> {
    let is =
        |name: &&str| *name == word || word.strip_prefix(&name[..3]).is_some_and(|rest| rest.is_empty() || rest == "t");
    Date::MONTH_NAMES.iter().position(is).map(|at| at as u8 + 1)
}

/// A year from 1000 to 2199.
fn year(word: &str) -> Option<i32> {
    let digits = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| word.parse().ok()).flatten().filter(|year| (1000..2200).contains(year))
}

/// A day of the month, with or without an ordinal ending.
fn day(word: &str) -> Option<u8> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    let short = !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    short.then(|| digits.parse().ok()).flatten().filter(|day| (1..=31).contains(day))
}

/// A date like 2026-03-03.
fn iso(word: &str) -> Option<Date> {
    let mut parts = word.splitn(3, '-');
    let (year, month, day) = (year(parts.next()?)?, day(parts.next()?)?, day(parts.next()?)?);
    Date::new(year, month, day)
}

/// The days of a date whose year is known. "Early", "mid" and "late" are ten days of a month or
/// four months of a year.
fn dated(named: Named, year: i32) -> Option<DateRange> {
    let range = match (named.month, named.day) {
        _ if named.decade => DateRange { first: Date::new(year, 1, 1)?, last: Date::new(year + 9, 12, 31)? },
        (Some(month), Some(day)) => return Date::new(year, month, day).map(DateRange::day),
        (Some(month), None) => DateRange::month(year, month)?,
        (None, _) => DateRange::year(year)?,
    };
    let Some(third) = named.third.filter(|_| !named.decade) else { return Some(range) };
    Some(match named.month {
        Some(_) => {
            let first = range.first.plus(10 * i32::from(third));
            DateRange { first, last: if third == 2 { range.last } else { first.plus(9) } }
        }
        None => {
            let months = |from: u8| Some((DateRange::month(year, from)?.first, DateRange::month(year, from + 3)?.last));
            let (first, last) = months(4 * third + 1)?;
            DateRange { first, last }
        }
    })
}

/// The days of a date without a year: the nearest that the direction allows. "In March" ends with
/// the article's day, where it looks back into the same month.
fn nearest(named: Named, article: Date, direction: Direction) -> Option<DateRange> {
    named.month?;
    let (this, ..) = article.parts();
    let years = match direction {
        Direction::Back => [this, this - 1, this - 2, this - 3, this - 4],
        Direction::Ahead => [this, this + 1, this + 2, this + 3, this + 4],
    };
    // Within four years there is a 29 February, except around some turns of centuries.
    years.into_iter().filter_map(|year| dated(named, year)).find_map(|range| match direction {
        // A day of tolerance for time zones.
        Direction::Back if range.first > article.plus(1) => None,
        Direction::Back => Some(DateRange { last: range.last.min(article.max(range.first)), ..range }),
        Direction::Ahead if range.last < article => None,
        Direction::Ahead => Some(DateRange { first: range.first.max(article.min(range.last)), ..range }),
    })
}

/// The days of words that count from the day of the article.
fn relative(words: &[&str], article: Date, direction: Direction) -> Option<DateRange> {
    let has = |word: &str| words.contains(&word);
    if has("before") || has("after") || has("previous") || has("following") || has("that") || has("same") {
        return None;
    }
    let back = |days: i32| Some(DateRange::day(article.plus(-days)));
    if has("yesterday") || has("last") && (has("night") || has("evening")) {
        return back(1);
    }
    if has("tomorrow") {
        return back(-1);
    }
    let part_of_day = words.iter().any(|word| matches!(*word, "morning" | "afternoon" | "evening" | "night"));
    if has("today") || has("tonight") || has("this") && part_of_day {
        return back(0);
    }
    if let Some(at) = words.iter().position(|word| *word == "ago") {
        return ago(&words[..at], article);
    }
    let weekday = words.iter().find_map(|word| {
        Date::WEEKDAY_NAMES.iter().position(|name| name == word || word.strip_suffix('s') == Some(name))
    });
    if has("earlier") && !has("this") && !has("last") && weekday.is_none() {
        return None;
    }
    // With a month, the date is more exact than the weekday.
    match weekday.filter(|_| !words.iter().any(|word| month(word).is_some())) {
        Some(weekday) => Some(DateRange::day(on_weekday(words, weekday as u8, article, direction))),
        None => period(words, article),
    }
}

/// The nearest such weekday; the day of the article itself counts, but not for "last" and "next".
fn on_weekday(words: &[&str], weekday: u8, article: Date, direction: Direction) -> Date {
    let (today, weekday) = (i32::from(article.weekday()), i32::from(weekday));
    let (back, ahead) = ((today - weekday).rem_euclid(7), (weekday - today).rem_euclid(7));
    let full = |days: i32| if days == 0 { 7 } else { days };
    match () {
        () if words.contains(&"last") => article.plus(-full(back)),
        () if words.contains(&"next") => article.plus(full(ahead)),
        () if direction == Direction::Ahead => article.plus(ahead),
        () => article.plus(-back),
    }
}

/// The days of "last week", "this month", "next year". "Earlier this month" ends with the day of
/// the article.
fn period(words: &[&str], article: Date) -> Option<DateRange> {
    let shift = words.iter().find_map(|word| match *word {
        "last" | "past" => Some(-1),
        "this" => Some(0),
        "next" | "coming" => Some(1),
        _ => None,
    })?;
    let unit = words.iter().find(|word| matches!(**word, "week" | "weekend" | "month" | "year"));
    let range = match unit {
        Some(unit) => unit_range(unit, article, shift)?,
        None => named_month(words, article, shift)?,
    };
    // "Earlier this month" ends with the day of the article.
    Some(if shift == 0 && range.first <= article {
        DateRange { last: range.last.min(article), ..range }
    } else {
        range
    })
}

/// The month of "last March": the latest before this one that has the name; "next March" likewise.
fn named_month(words: &[&str], article: Date, shift: i32) -> Option<DateRange> {
    let month = words.iter().find_map(|word| month(word))?;
    let (year, this, _) = article.parts();
    let year = match shift {
        -1 => year - i32::from(month >= this),
        1 => year + i32::from(month <= this),
        _ => year,
    };
    words.iter().all(|word| day(word).is_none()).then(|| DateRange::month(year, month)).flatten()
}

/// The calendar week (from Monday), weekend, month or year that is `shift` of them away from that
/// of the article; negative is before.
fn unit_range(unit: &str, article: Date, shift: i32) -> Option<DateRange> {
    let (year, month, _) = article.parts();
    let monday = article.plus(-i32::from(article.weekday()) + 7 * shift);
    match unit {
        "week" => Some(DateRange { first: monday, last: monday.plus(6) }),
        "weekend" => Some(DateRange { first: monday.plus(5), last: monday.plus(6) }),
        "month" => {
            let months = year * 12 + i32::from(month) - 1 + shift;
            DateRange::month(months.div_euclid(12), months.rem_euclid(12) as u8 + 1)
        }
        "year" => DateRange::year(year + shift),
        _ => None,
    }
}

/// The days of "two days", "a week", "10 years" before "ago". None for "more than two years ago",
/// which is not precise.
fn ago(words: &[&str], article: Date) -> Option<DateRange> {
    let unit = words.last()?;
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    let count = match words.get(words.len().checked_sub(2)?).copied()? {
        "a" | "an" => 1,
        word => Table::NumberWords.get(word).unwrap_or(word).parse().ok()?,
    };
    // "More than two years ago" and "about a week ago" are not precise.
    let hedged = words.len() > 2;
    (!hedged && (0..1000).contains(&count)).then_some(())?;
    match unit {
        "hour" | "minute" if count <= 12 => Some(DateRange::day(article)),
        "day" => Some(DateRange::day(article.plus(-count))),
        _ => unit_range(unit, article, -count).filter(|_| unit != "weekend"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &str, direction: Direction) -> String {
        // A Tuesday.
        let article = Date::new(2026, 3, 3);
        resolve(words, article, direction).map_or("-".into(), |range| match range.first == range.last {
            true => range.first.to_string(),
            false => format!("{} {}", range.first, range.last),
        })
    }

    #[test]
    fn looks_back_from_the_article() {
        for (words, days) in [
            ("on Tuesday", "2026-03-03"),
            ("on Wednesday night", "2026-02-25"),
            ("Last Tuesday", "2026-02-24"),
            ("earlier on Friday", "2026-02-27"),
            ("just three years ago", "2023-01-01 2023-12-31"),
            ("yesterday", "2026-03-02"),
            ("last night", "2026-03-02"),
            ("earlier today", "2026-03-03"),
            ("this morning", "2026-03-03"),
            ("last week", "2026-02-23 2026-03-01"),
            ("earlier this month", "2026-03-01 2026-03-03"),
            ("last month", "2026-02-01 2026-02-28"),
            ("last year", "2025-01-01 2025-12-31"),
            ("in March", "2026-03-01 2026-03-03"),
            ("in April", "2025-04-01 2025-04-30"),
            ("last March", "2025-03-01 2025-03-31"),
            ("in late January", "2026-01-21 2026-01-31"),
            ("in mid-February", "2026-02-11 2026-02-20"),
            ("on Feb. 3", "2026-02-03"),
            ("on March 4", "2026-03-04"),
            ("Dec. 5", "2025-12-05"),
            ("Feb. 29", "2024-02-29"),
            ("on Tuesday, Jan. 6", "2026-01-06"),
            ("in 2015", "2015-01-01 2015-12-31"),
            ("in early 2015", "2015-01-01 2015-04-30"),
            ("in the 1990s", "1990-01-01 1999-12-31"),
            ("in May 2015", "2015-05-01 2015-05-31"),
            ("3 May 2015", "2015-05-03"),
            ("May 3rd, 2015", "2015-05-03"),
            ("2015-05-03", "2015-05-03"),
            ("two days ago", "2026-03-01"),
            ("a week ago", "2026-02-23 2026-03-01"),
            ("three months ago", "2025-12-01 2025-12-31"),
            ("10 years ago", "2016-01-01 2016-12-31"),
            ("last weekend", "2026-02-28 2026-03-01"),
        ] {
            assert_eq!(shown(words, Direction::Back), days, "{words}");
        }
    }

    #[test]
    fn looks_ahead_for_what_is_to_come() {
        for (words, days) in [
            ("on Tuesday", "2026-03-03"),
            ("on Wednesday", "2026-03-04"),
            ("next Tuesday", "2026-03-10"),
            ("tomorrow", "2026-03-04"),
            ("in February", "2027-02-01 2027-02-28"),
            ("next month", "2026-04-01 2026-04-30"),
        ] {
            assert_eq!(shown(words, Direction::Ahead), days, "{words}");
        }
    }

    #[test]
    fn leaves_open_what_the_words_do_not_settle() {
        for words in [
            "a week earlier",
            "last summer",
            "that night",
            "the day before",
            "more than two years ago",
            "recently",
            "",
            "Feb. 31, 2015",
        ] {
            assert_eq!(shown(words, Direction::Back), "-", "{words}");
        }
        assert_eq!(resolve("on Tuesday", None, Direction::Back), None);
        assert!(resolve("in May 2015", None, Direction::Back).is_some());
    }
}
