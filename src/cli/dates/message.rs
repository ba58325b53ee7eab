//! Converts dates and moments from and to messages.

use jiff::Timestamp;
use jiff::civil::Date;
use prost_types::Timestamp as ProtoTime;

use crate::proto;

/// The date in a message. None if it is not in the calendar.
pub(super) fn calendar(day: &proto::google_type::Date) -> Option<Date> {
    Date::new(day.year.try_into().ok()?, day.month.try_into().ok()?, day.day.try_into().ok()?).ok()
}

/// A date for a message.
pub(super) fn day(date: Date) -> proto::google_type::Date {
    proto::google_type::Date { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// A moment for a message.
pub(super) fn to_proto(moment: Timestamp) -> ProtoTime {
    // In protobuf, nanoseconds count forward, even before 1970.
    let (seconds, nanos) = (moment.as_second(), moment.subsec_nanosecond());
    if nanos < 0 {
        ProtoTime { seconds: seconds - 1, nanos: nanos + 1_000_000_000 }
    } else {
        ProtoTime { seconds, nanos }
    }
}
