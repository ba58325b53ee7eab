//! Periods of the calendar: where each begins and ends in a time zone, and what it is called.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::query::Period;

/// An hour in microseconds.
pub(crate) const HOUR: i64 = 3_600_000_000;

/// The first moment of the period that holds a moment, and the first one after it. None outside of the calendar.
pub(crate) fn bounds(at: i64, every: Period, zone: &TimeZone) -> Option<(i64, i64)> {
    let zoned = Timestamp::from_microsecond(at).ok()?.to_zoned(zone.clone());
    let date = zoned.date();
    let (first, next) = match every {
        Period::Hour => return Some(hour(&zoned)),
        Period::Day => (date, date.tomorrow()),
        Period::Week => {
            let monday = date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()?;
            (monday, monday.checked_add(7.days()))
        }
        Period::Month => (date.first_of_month(), date.last_of_month().tomorrow()),
    };
    let moment = |date: jiff::civil::Date| date.to_zoned(zone.clone()).map(|zoned| zoned.timestamp().as_microsecond());
    let end = next.and_then(moment).unwrap_or(i64::MAX);
    Some((moment(first).ok()?, end))
}

/// The hour of the clock that holds a moment. Where the clock is changed within an hour, it ends or begins there.
fn hour(zoned: &Zoned) -> (i64, i64) {
    let at = zoned.timestamp();
    let offset = i64::from(zoned.offset().seconds()) * 1_000_000;
    let micros = at.as_microsecond();
    let start = (micros + offset).div_euclid(HOUR) * HOUR - offset;
    let zone = zoned.time_zone();
    // What is asked for is before the moment, and a change at the moment itself is the first of its hour.
    let soon = Timestamp::from_microsecond(micros.saturating_add(1)).unwrap_or(at);
    let before = zone.preceding(soon).next().map_or(start, |change| change.timestamp().as_microsecond());
    let after = zone.following(at).next().map_or(i64::MAX, |change| change.timestamp().as_microsecond());
    (start.max(before), (start + HOUR).min(after))
}

/// A period by its first hour, day or month.
pub(crate) fn name(start: i64, every: Period, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_microsecond(start) else { return start.to_string() };
    let zoned = at.to_zoned(zone.clone());
    match every {
        Period::Hour => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Period::Day | Period::Week => zoned.date().to_string(),
        Period::Month => zoned.strftime("%Y-%m").to_string(),
    }
}
