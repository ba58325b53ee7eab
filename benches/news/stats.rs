//! Figures.

use std::time::Duration;

/// So many a second, as text.
pub(crate) fn rate(count: usize, seconds: f64) -> String {
    let rate = count as f64 / seconds;
    if rate < 20.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// The time that `share` (0 to 1) of all calls took at most, in microseconds.
pub(crate) fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6
}
