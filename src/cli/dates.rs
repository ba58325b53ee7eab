//! Dates and times, in options and records and for people to read.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use prost_types::Timestamp as ProtoTime;

use crate::proto;

mod cursor;
mod message;
mod moment;
mod parts;
mod published;
mod words;

use message::{calendar, day, to_proto};
pub(super) use moment::Published;
pub(super) use published::{read_milliseconds, read_number, read_published};

/// The start of an interval. A date means its first moment (UTC).
pub(super) fn parse_from(text: &str) -> Result<ProtoTime, String> {
    match text.parse::<Date>() {
        Ok(date) if is_plain_date(text) => midnight(date),
        _ => parse_moment(text),
    }
}

/// The end of an interval. A date means the end of that day (UTC), so the day is included.
pub(super) fn parse_until(text: &str) -> Result<ProtoTime, String> {
    match text.parse::<Date>() {
        Ok(date) if is_plain_date(text) => midnight(date.checked_add(1.day()).map_err(|error| error.to_string())?),
        _ => parse_moment(text),
    }
}

/// A date: YYYY-MM-DD.
pub(super) fn parse_day(text: &str) -> Result<proto::google_type::Date, String> {
    match text.parse::<Date>() {
        Ok(date) if is_plain_date(text) => Ok(day(date)),
        _ => Err("expected YYYY-MM-DD".into()),
    }
}

/// The day after a date, which ends a range that includes it.
pub(super) fn parse_day_after(text: &str) -> Result<proto::google_type::Date, String> {
    let Ok(date) = text.parse::<Date>() else { return Err("expected YYYY-MM-DD".into()) };
    parse_day(text)?;
    date.tomorrow().map(day).map_err(|error| error.to_string())
}

/// The day after one in an answer. None if the calendar has no such day.
pub(super) fn day_after(of: &proto::google_type::Date) -> Option<proto::google_type::Date> {
    calendar(of)?.tomorrow().map(day).ok()
}

/// The day before one in an answer: the last day of a range that this one ends. None if the calendar has no such day.
pub(super) fn day_before(of: &proto::google_type::Date) -> Option<proto::google_type::Date> {
    calendar(of)?.yesterday().map(day).ok()
}

/// A date as YYYY-MM-DD.
pub(super) fn plain(day: &proto::google_type::Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
}

fn parse_moment(text: &str) -> Result<ProtoTime, String> {
    let moment: Timestamp = text.parse().map_err(|_| "expected YYYY-MM-DD, or RFC 3339: 2026-03-03T14:05:00Z")?;
    Ok(to_proto(moment))
}

/// A publication date in an option: YYYY-MM-DD or RFC 3339.
pub(super) fn parse_publication(text: &str) -> Result<Published, String> {
    parse_from(text)?;
    read_published(text).ok_or_else(|| "expected a year from 1600 to 2199".into())
}

fn is_plain_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}

fn midnight(date: Date) -> Result<ProtoTime, String> {
    date.to_zoned(TimeZone::UTC).map(|zoned| to_proto(zoned.timestamp())).map_err(|error| error.to_string())
}

/// A day for people: "3 March 2026" (UTC). Empty for a moment outside the calendar.
pub(super) fn show_day(time: &ProtoTime) -> String {
    show(time, "%-d %B %Y")
}

/// A date for people: "3 March 2026". Empty for a date outside the calendar.
pub(super) fn show_date(day: &proto::google_type::Date) -> String {
    calendar(day).map(|date| date.strftime("%-d %B %Y").to_string()).unwrap_or_default()
}

/// Date and time for people: "3 March 2026, 14:05 UTC".
pub(super) fn show_moment(time: &ProtoTime) -> String {
    show(time, "%-d %B %Y, %H:%M UTC")
}

fn show(time: &ProtoTime, format: &str) -> String {
    match Timestamp::new(time.seconds, time.nanos) {
        Ok(moment) => moment.to_zoned(TimeZone::UTC).strftime(format).to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_ends_a_range_is_included() {
        assert_eq!(show_moment(&parse_from("2026-03-03").unwrap()), "3 March 2026, 00:00 UTC");
        assert_eq!(show_moment(&parse_until("2026-03-03").unwrap()), "4 March 2026, 00:00 UTC");
        assert_eq!(show_moment(&parse_until("2026-03-03T12:00:00Z").unwrap()), "3 March 2026, 12:00 UTC");
        assert!(parse_from("yesterday").is_err());
        assert!(parse_until("9999-12-31").is_err());
    }

    #[test]
    fn nanoseconds_before_1970_count_forward() {
        let time = to_proto(Timestamp::from_millisecond(-250).unwrap());
        assert_eq!((time.seconds, time.nanos), (-1, 750_000_000));
    }
}
