//! Days and moments as messages hold them.

use jiff::Timestamp;
use jiff::civil::Date;
use prost_types::Timestamp as ProtoTime;

use crate::proto;

/// The day of a message in the calendar; none where no calendar has it.
pub(super) fn calendar(day: &proto::google_type::Date) -> Option<Date> {
    Date::new(day.year.try_into().ok()?, day.month.try_into().ok()?, day.day.try_into().ok()?).ok()
}

/// A day as messages hold it.
pub(super) fn day(date: Date) -> proto::google_type::Date {
    proto::google_type::Date { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// A moment as messages hold it.
pub(super) fn to_proto(moment: Timestamp) -> ProtoTime {
    // Protobuf wants nanoseconds to count forward, also before 1970.
    let (seconds, nanos) = (moment.as_second(), moment.subsec_nanosecond());
    if nanos < 0 {
        ProtoTime { seconds: seconds - 1, nanos: nanos + 1_000_000_000 }
    } else {
        ProtoTime { seconds, nanos }
    }
}
