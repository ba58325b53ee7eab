//! Dates in queries: a year, month, day or moment in UTC, as the interval that it names.
//!
//! `2026` is the whole year, `2026-01-31T12:30` one minute. So `date:2026-01` finds everything of that month, and `date:>2026-01`
//! begins after its end.

/// Microseconds since 1970, from the first to the one after the last.
pub(super) type Interval = (i64, i64);

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
const DAY: i64 = 86_400 * SECOND;

/// Reads `2026`, `2026-01`, `2026-01-31`, `2026-01-31T12:30`, `2026-01-31T12:30:59Z`.
pub(super) fn interval(text: &str) -> Option<Interval> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time.strip_suffix(['Z', 'z']).unwrap_or(time))),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next().map(|part| number(part, 2)).map_or(Some(None), |month| month.map(Some))?;
    let day = parts.next().map(|part| number(part, 2)).map_or(Some(None), |day| day.map(Some))?;
    if parts.next().is_some() || !(1..=12).contains(&month.unwrap_or(1)) {
        return None;
    }
    let start = |year, month, day| days_since_1970(year, month, day) * DAY;
    let next_month = |month: i64| if month == 12 { start(year + 1, 1, 1) } else { start(year, month + 1, 1) };
    let (from, until) = match (month, day) {
        (None, _) => (start(year, 1, 1), start(year + 1, 1, 1)),
        (Some(month), None) => (start(year, month, 1), next_month(month)),
        (Some(month), Some(day)) => (start(year, month, day), start(year, month, day) + DAY),
    };
    if day.is_some_and(|day| day < 1) || month.is_some_and(|month| until > next_month(month)) {
        return None;
    }
    let Some(time) = time else { return Some((from, until)) };
    let (offset, len) = day.and_then(|_| moment(time))?;
    Some((from + offset, from + offset + len))
}

/// A moment as [`interval`] reads it, to the second.
pub(super) fn moment_text(at: i64) -> String {
    let (days, rest) = (at.div_euclid(DAY), at.rem_euclid(DAY) / SECOND);
    let day = i32::try_from(days).ok().and_then(sayso_document::Date::from_days);
    // Moments outside these years cannot be written; the nearest day is.
    let day = day.unwrap_or(if days < 0 { sayso_document::Date::MIN } else { sayso_document::Date::MAX });
    format!("{day}T{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60)
}

/// A time of day, as microseconds after midnight, and how many it lasts.
fn moment(time: &str) -> Option<(i64, i64)> {
    let parts = time.split(':').map(|part| number(part, 2)).collect::<Option<Vec<_>>>()?;
    let (hour, minute, second, unit) = match parts[..] {
        [hour, minute] => (hour, minute, 0, 60 * SECOND),
        [hour, minute, second] => (hour, minute, second, SECOND),
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(((hour * 60 + minute) * 60 * SECOND + second * SECOND, unit))
}

/// A number of exactly this many digits.
fn number(digits: &str, len: usize) -> Option<i64> {
    let all_digits = digits.len() == len && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok()).flatten()
}

/// Days in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_as_intervals() {
        let day = |days: i64| days * DAY;
        let hour = 3_600 * SECOND;
        let cases = [
            ("1970", Some((0, day(365)))),
            ("1972-02", Some((day(365 + 365 + 31), day(365 + 365 + 31 + 29)))),
            ("2026-01-01", Some((day(20_454), day(20_455)))),
            ("1970-01-02T01:00Z", Some((day(1) + hour, day(1) + hour + 60 * SECOND))),
            ("1969-12-31T23:59:59", Some((-SECOND, 0))),
        ];
        for (text, expected) in cases {
            assert_eq!(interval(text), expected, "{text}");
        }
        let bad = [
            "",
            "26",
            "2026-13",
            "2026-02-29",
            "2026-00-01",
            "2026-01-00",
            "2026-1-1",
            "2026-01-01T25:00",
            "2026T10:00",
        ];
        for text in bad.into_iter().chain(["2026-01-01-01", "2026-01-01T", "+026", "２０２６"]) {
            assert_eq!(interval(text), None, "{text}");
        }
    }
}
