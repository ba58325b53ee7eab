//! Days and times of the calendar that an article can be of.

use jiff::civil::{Date, Time};

/// Years that an article can be of: from the first newspapers on. Go's zero time and other fillers lie before.
pub(super) const YEARS: std::ops::Range<i16> = 1600..2200;

pub(super) fn checked(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok().filter(|_| YEARS.contains(&year))
}

/// YYYYMMDD.
pub(super) fn basic_date(text: &str) -> Option<Date> {
    checked(text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..8)?.parse().ok()?)
}

/// HH, HHMM, HHMMSS or HHMMSSmmm.
pub(super) fn basic_time(text: &str) -> Option<Time> {
    let part = |at: usize, length: usize| text.get(at..at + length).map_or(Some(0), |part| part.parse().ok());
    let millis = text.get(6..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse::<i32>().ok())?;
    Time::new(part(0, 2)?, part(2, 2)?, part(4, 2)?.min(59), millis * 1_000_000).ok()
}
