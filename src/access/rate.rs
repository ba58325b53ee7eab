//! How fast a key may be used.

use std::time::{Duration, Instant};

/// A bucket that fills with as many calls a second as a key may make, and holds one second's worth: the generic cell
/// rate algorithm (ITU-T I.371), which keeps nothing but the time at which the bucket is full.
#[derive(Debug, Default)]
pub(super) struct Rate {
    full_at: Option<Instant>,
}

impl Rate {
    /// Takes a call out of a bucket of `most` a second. If it is empty, says when there is another one.
    pub(super) fn take(&mut self, most: u32, now: Instant) -> Result<(), Duration> {
        let second = Duration::from_secs(1);
        let full_at = self.full_at.map_or(now, |at| at.max(now)) + second / most.max(1);
        let early = full_at.duration_since(now).saturating_sub(second);
        if early > Duration::ZERO {
            return Err(early);
        }
        self.full_at = Some(full_at);
        Ok(())
    }

    /// Takes so many calls more out of the bucket than it holds, if need be: those that come next wait for them.
    pub(super) fn owe(&mut self, count: u32, most: u32, now: Instant) {
        let full_at = self.full_at.map_or(now, |at| at.max(now));
        self.full_at = full_at.checked_add(Duration::from_secs(1) / most.max(1) * count).or(self.full_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_calls_passes_at_once_and_then_as_many_as_time_allows() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        let passed = |rate: &mut Rate, after: u64| {
            (0..100).filter(|_| rate.take(10, start + Duration::from_millis(after)).is_ok()).count()
        };
        assert_eq!(passed(&mut rate, 0), 10);
        assert_eq!(passed(&mut rate, 250), 2);
        assert_eq!(passed(&mut rate, 60_000), 10, "what is not used is not saved up");
        let wait = rate.take(10, start + Duration::from_millis(60_000)).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        rate.owe(20, 10, start + Duration::from_millis(120_000));
        assert_eq!(passed(&mut rate, 121_000), 0, "what is owed is paid first");
        assert_eq!(passed(&mut rate, 121_500), 5);
    }
}
