//! Reads publication dates in the forms of records and pages.
//!
//! A text is read from left to right: numbers, names of months, a time, a time zone. If anything is left over, repeated
//! or impossible, the whole text is not read as a date. Only two things are guessed: the century of a two-digit year,
//! and which of two small numbers is the month.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use super::cursor::Cursor;
use super::message::day;
use super::moment::{Published, YEARS, basic_date, basic_time, in_utc, in_zone};
use super::parts::Parts;

/// The longest text that can be a date, in bytes.
const MAX_DATE_BYTES: usize = 120;

/// Seconds since 1970 that are read as a moment: from 1971 to the end of 2100. Smaller numbers mean something else.
const EPOCH: std::ops::Range<i128> = 31_536_000..4_133_980_800;

const NANOS: i128 = 1_000_000_000;

/// Reads a date in the forms of records and pages. None if it cannot be read. Without a time zone, it is in UTC.
pub(in crate::cli) fn read_published(text: &str) -> Option<Published> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    if text.is_empty() || text.len() > MAX_DATE_BYTES {
        return None;
    }
    if let Some(number) = dot_net(text) {
        return number;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    if text.parse::<f64>().is_ok() {
        return read_number(text);
    }
    // Some pages keep dates from being broken at a line's end.
    let text = text.replace(['\u{2010}', '\u{2011}'], "-");
    let mut parts = Parts::default();
    parts.read(&mut Cursor(&text))?;
    parts.finish()
}

/// Reads a number in JSON: seconds, milliseconds, microseconds or nanoseconds since 1970, or the digits of a date. None
/// if it is neither.
pub(in crate::cli) fn read_number(number: &str) -> Option<Published> {
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(number);
    }
    let value: f64 = number.parse().ok()?;
    if !(0.0..1e19).contains(&value) {
        return None;
    }
    if value.fract() == 0.0 {
        return digits(&format!("{}", value as u64));
    }
    // A fraction of a second or millisecond.
    let unit = if value < EPOCH.end as f64 { 1e6 } else { 1e3 };
    epoch((value * unit) as i128 * 1000)
}

/// Reads milliseconds since 1970, where the form says that they are.
pub(in crate::cli) fn read_milliseconds(number: i64) -> Option<Published> {
    let moment = jiff::Timestamp::from_millisecond(number).ok()?;
    Some(in_utc(moment)).filter(|_| YEARS.contains(&moment.to_zoned(TimeZone::UTC).year()))
}

/// Reads `/Date(1772546700000-0500)/`, the form of older .NET programs. The outer option says whether a text has this
/// form.
fn dot_net(text: &str) -> Option<Option<Published>> {
    let inner = text.trim_matches(['/', '\\']).strip_prefix("Date(")?.strip_suffix(')')?;
    let end = inner.get(1..)?.find(['+', '-']).map_or(inner.len(), |at| at + 1);
    let mut found = inner[..end].parse().ok().and_then(read_milliseconds);
    if end < inner.len() {
        let offset = Cursor(&inner[end..]).offset();
        found = found.zip(offset).and_then(|(found, offset)| {
            let moment = jiff::Timestamp::new(found.time.seconds, found.time.nanos).ok()?;
            Some(Published { day: day(offset.to_datetime(moment).date()), ..found })
        });
    }
    Some(found)
}

/// Reads digits alone, whose number tells what they are. If there are two possible readings, neither is used.
fn digits(text: &str) -> Option<Published> {
    let value: i128 = text.parse().ok()?;
    let written = written_in_digits(text);
    let number = match text.len() {
        8..=10 => epoch(value * NANOS),
        11..=13 => epoch(value * NANOS / 1000),
        14..=16 => epoch(value * 1000),
        17..=19 => epoch(value),
        _ => None,
    };
    match (text.len(), written, number) {
        // The hour of a day, or seconds: 2026030314 is also a moment in 2034.
        (10, Some(_), _) => None,
        (_, Some(written), _) => Some(written),
        (_, None, number) => number,
    }
}

/// Reads YYYYMMDD, with or without hours, minutes, seconds and milliseconds.
fn written_in_digits(text: &str) -> Option<Published> {
    if !matches!(text.len(), 8 | 10 | 12 | 14 | 17) {
        return None;
    }
    let date = basic_date(text.get(..8)?)?;
    let time = if text.len() == 8 { Time::midnight() } else { basic_time(&text[8..])? };
    in_zone(DateTime::from_parts(date, time), &TimeZone::UTC)
}

fn epoch(nanos: i128) -> Option<Published> {
    if !EPOCH.contains(&nanos.div_euclid(NANOS)) {
        return None;
    }
    jiff::Timestamp::from_nanosecond(nanos).ok().map(in_utc)
}

#[cfg(test)]
mod tests {
    use super::super::show_moment;
    use super::*;
    use crate::proto;

    /// The moment, and the date as written if that is another.
    fn read(text: &str) -> String {
        let Some(found) = read_published(text) else { return "none".into() };
        let mut article = proto::Article::default();
        found.put_into(&mut article);
        let on = article.publish_date.map(|on| format!(", there {}-{:02}-{:02}", on.year, on.month, on.day));
        format!("{}{}", show_moment(&found.time), on.unwrap_or_default())
    }

    /// One form per line: the moment in UTC, a tab, the written form.
    const FORMS: &str = include_str!("../fixtures/dates.txt");

    #[test]
    fn forms_are_read_as_expected() {
        let mut wrong = Vec::new();
        for line in FORMS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (expected, text) = line.split_once('\t').unwrap();
            let found = read(text);
            if found != expected {
                wrong.push(format!("{text:?}: {found}, expected {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn numbers_are_read_as_json_writes_them() {
        let read = |number: &str| read_number(number).map(|found| show_moment(&found.time));
        let expected = Some("3 March 2026, 14:05 UTC".to_string());
        for number in
            ["1772546700", "1772546700.5", "1.7725467e9", "1772546700000", "1772546700000.25", "20260303140500"]
        {
            assert_eq!(read(number), expected, "{number}");
        }
        assert_eq!(read("20260303.0").as_deref(), Some("3 March 2026, 00:00 UTC"));
        for number in ["0", "-1", "17", "2026", "46084", "2026030314", "1e300", "-1772546700"] {
            assert_eq!(read(number), None, "{number}");
        }
    }

    #[test]
    fn a_guess_about_the_month_is_told() {
        let guessed = |text: &str| read_published(text).unwrap().month_first;
        assert!(guessed("8/9/18") && guessed("08-09-2018 14:05"));
        assert!(!guessed("8/29/18") && !guessed("29/8/18") && !guessed("8/8/18") && !guessed("9.8.18"));
    }

    #[test]
    fn milliseconds_of_forms_that_say_so_may_be_of_any_year() {
        assert_eq!(
            read_milliseconds(86_400_000).map(|found| found.day),
            Some(proto::google_type::Date { year: 1970, month: 1, day: 2 })
        );
        assert_eq!(read_milliseconds(i64::MAX), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[0-9TZWAPMapmt:./,+()\\[\\] é−-]{0,40}") {
            if let Some(found) = read_published(&text) {
                proptest::prop_assert!(YEARS.contains(&(found.day.year as i16)));
            }
        }

        #[test]
        fn what_jiff_writes_is_read(seconds in EPOCH.start as i64..EPOCH.end as i64, hours in -12_i8..14) {
            let moment = jiff::Timestamp::from_second(seconds).unwrap();
            let local = moment.to_zoned(jiff::tz::offset(hours).to_time_zone());
            for text in [local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), jiff::fmt::rfc2822::to_string(&local).unwrap(),
                local.strftime("%B %d, %Y, %I:%M:%S %p %z").to_string(), local.strftime("%a %b %e %H:%M:%S %z %Y").to_string(),
                local.strftime("%Y%m%dT%H%M%S%z").to_string(), local.strftime("%G-W%V-%u %T%:z").to_string(),
                local.strftime("%Y-%jT%H:%M:%S%z").to_string()] {
                let found = read_published(&text);
                proptest::prop_assert_eq!(found.as_ref().map(|found| found.time.seconds), Some(seconds), "{}", text);
                proptest::prop_assert_eq!(found.map(|found| found.day), Some(day(local.date())), "{}", text);
            }
        }
    }
}
