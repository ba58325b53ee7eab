//! The clock of the machine.

use std::time::{SystemTime, UNIX_EPOCH};

/// The present moment, in microseconds since 1970. A time before that counts as 1970.
pub(crate) fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
