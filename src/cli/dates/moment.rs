//! A publication date, and checks that it is a possible one.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use prost_types::Timestamp as ProtoTime;

use super::message::{day, to_proto};
use crate::proto;

/// The years in which articles can be published, from the first newspapers on. Go's zero time and other placeholders
/// lie before.
pub(super) const YEARS: std::ops::Range<i16> = 1600..2200;

/// When something was published.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) struct Published {
    /// The moment.
    pub(in crate::cli) time: ProtoTime,
    /// The local date of the outlet: the date as written, whatever its time zone.
    pub(in crate::cli) day: proto::google_type::Date,
    /// Whether day and month could only be told apart by convention: "8/9/18" is read as 9 August.
    pub(in crate::cli) month_first: bool,
}

impl Published {
    /// Whether another date is that of another day, whatever their time zones.
    pub(in crate::cli) fn is_apart(&self, other: &Self) -> bool {
        const DAY_SECONDS: u64 = 86_400;
        self.day != other.day && self.time.seconds.abs_diff(other.time.seconds) > DAY_SECONDS
    }

    /// Dates the article. The date is set only if it differs from that in UTC.
    pub(in crate::cli) fn put_into(&self, article: &mut proto::Article) {
        article.publish_time = Some(self.time);
        article.publish_date = Some(self.day).filter(|day| Some(*day) != utc_day(&self.time));
    }
}

fn utc_day(time: &ProtoTime) -> Option<proto::google_type::Date> {
    let moment = jiff::Timestamp::from_second(time.seconds).ok()?;
    Some(day(moment.to_zoned(TimeZone::UTC).date()))
}

pub(super) fn basic_date(text: &str) -> Option<Date> {
    checked(text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..8)?.parse().ok()?)
}

/// Reads HH, HHMM, HHMMSS or HHMMSSmmm.
pub(super) fn basic_time(text: &str) -> Option<Time> {
    let part = |at: usize, length: usize| text.get(at..at + length).map_or(Some(0), |part| part.parse().ok());
    let millis = text.get(6..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse::<i32>().ok())?;
    Time::new(part(0, 2)?, part(2, 2)?, part(4, 2)?.min(59), millis * 1_000_000).ok()
}

pub(super) fn in_utc(moment: jiff::Timestamp) -> Published {
    Published { time: to_proto(moment), day: day(moment.to_zoned(TimeZone::UTC).date()), month_first: false }
}

pub(super) fn in_zone(local: DateTime, zone: &TimeZone) -> Option<Published> {
    let moment = zone.to_ambiguous_timestamp(local).compatible().ok()?;
    Some(Published { time: to_proto(moment), day: day(local.date()), month_first: false })
}

pub(super) fn checked(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok().filter(|_| YEARS.contains(&year))
}
