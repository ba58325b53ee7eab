//! Decides which work may wait for a thread, so that what is let in is done in time and the rest learns at once that it
//! is not.
//!
//! Two rules. Work that would begin too late for its deadline is refused. And a queue may be long for a moment, but not
//! for good: once work has waited without a gap for a second, only so much may wait as begins within `queue_time`. This
//! ends when hardly anything had to be refused for a second. So a burst is worked off, while a lasting overload makes
//! nobody wait long (the idea is that of CoDel, RFC 8289).

use std::time::{Duration, Instant};

/// How long a queue may last before it is an overload, and for how long refusals are counted.
const PERIOD: Duration = Duration::from_secs(1);

/// How many times as long as in an overload work may wait in a burst.
const BURST: u32 = 10;

/// How many pieces of work of the usual length may always wait for each thread: in an overload, and in a burst.
const SPANS: [u32; 2] = [2, 16];

/// An overload is over when at most one of so many calls was refused.
const FEW: u32 = 10;

/// The share of the last piece of work in the usual time that one takes.
const WEIGHT: u32 = 8;

/// How many classes of length there are.
pub(super) const CLASSES: usize = 8;

/// The longest text of the lowest class, in bytes. Each class goes up to four times the length of the one below.
const SHORT: usize = 1 << 10;

/// A class of length of the text that work is done on: how long that takes is only known for works alike.
pub(super) type Class = usize;

/// The class of a text of so many bytes.
pub(super) fn class(bytes: usize) -> Class {
    (0..CLASSES - 1).find(|class| bytes <= SHORT << (2 * class)).unwrap_or(CLASSES - 1)
}

/// What there is to know about a queue in order to decide.
#[derive(Debug)]
pub(super) struct Admission {
    /// How long work may wait in an overload.
    queue_time: Duration,
    /// How long a piece of work of each class usually takes of late.
    usual: [Duration; CLASSES],
    /// Since when there was always work waiting.
    waiting_since: Option<Instant>,
    /// Since when work was let in and refused in an overload, and how often each. None: there is no overload.
    overload: Option<(Instant, [u32; 2])>,
}

/// Work is refused, and it is worth trying again after this time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TryAfter(pub(super) Duration);

impl Admission {
    pub(super) fn new(queue_time: Duration) -> Self {
        Self { queue_time, usual: [Duration::ZERO; CLASSES], waiting_since: None, overload: None }
    }

    /// How long work may wait in an overload.
    pub(super) fn queue_time(&self) -> Duration {
        self.queue_time
    }

    /// Notes how long a piece of work took.
    pub(super) fn took(&mut self, class: Class, time: Duration) {
        let usual = &mut self.usual[class];
        *usual = *usual * (WEIGHT - 1) / WEIGHT + time / WEIGHT;
    }

    /// Notes that so much work waits now.
    pub(super) fn waits(&mut self, count: usize, now: Instant) {
        if count == 0 {
            self.waiting_since = None;
        } else {
            self.waiting_since.get_or_insert(now);
        }
    }

    /// Notes work that need not wait.
    pub(super) fn admits(&mut self) {
        if let Some((_, counts)) = &mut self.overload {
            counts[0] += 1;
        }
    }

    /// Decides on work for which no thread is free, with so many of each class ahead of it on `threads` threads.
    pub(super) fn decide(
        &mut self,
        class: Class,
        ahead: &[u32; CLASSES],
        threads: usize,
        due: Option<Instant>,
        now: Instant,
    ) -> Result<(), TryAfter> {
        let usual = self.usual[class];
        let turns = ahead.iter().zip(self.usual).map(|(count, usual)| usual.saturating_mul(*count));
        let before = turns.fold(usual, Duration::saturating_add);
        let wait = before / u32::try_from(threads).unwrap_or(u32::MAX).max(1);
        let overloaded = self.is_overloaded(now);
        let [least, most] = if overloaded { [SPANS[0], 1] } else { [SPANS[1], BURST] };
        let allowed = (self.queue_time * most).max(usual * least);
        let late = due.is_some_and(|due| now + wait + usual > due);
        let refused = late || wait > allowed;
        if let Some((_, counts)) = &mut self.overload {
            counts[usize::from(refused)] += 1;
        }
        let again = if overloaded { PERIOD } else { wait.max(self.queue_time) };
        if refused { Err(TryAfter(again)) } else { Ok(()) }
    }

    fn is_overloaded(&mut self, now: Instant) -> bool {
        match self.overload {
            None if self.waiting_since.is_some_and(|since| now.duration_since(since) > PERIOD) => {
                self.overload = Some((now, [0, 0]));
            }
            Some((began, [admitted, refused])) if now.duration_since(began) > PERIOD => {
                let few = refused.saturating_mul(FEW) <= admitted + refused;
                self.overload = (!few).then_some((now, [0, 0]));
                if few {
                    self.waiting_since = self.waiting_since.map(|_| now);
                }
            }
            _ => {}
        }
        self.overload.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    /// A queue whose work usually takes so many milliseconds, and its first moment.
    fn queue(usual: u32) -> (Admission, Instant) {
        let mut admission = Admission::new(25 * MILLISECOND);
        (0..200).for_each(|_| admission.took(0, usual * MILLISECOND));
        (admission, Instant::now())
    }

    /// Decides on short work on four threads with so many ahead.
    fn decide(admission: &mut Admission, ahead: u32, due: Option<Instant>, now: Instant) -> Result<(), TryAfter> {
        admission.decide(0, &[ahead, 0, 0, 0, 0, 0, 0, 0], 4, due, now)
    }

    /// How many of a thousand may wait at this moment, one behind the other.
    fn most(admission: &mut Admission, now: Instant) -> usize {
        (0..1000).take_while(|ahead| decide(admission, *ahead, None, now).is_ok()).count()
    }

    #[test]
    fn a_burst_may_wait_and_a_lasting_queue_is_kept_short() {
        let (mut admission, start) = queue(4);
        admission.waits(1, start);
        let burst = most(&mut admission, start);
        assert!((200..=300).contains(&burst), "a quarter of a second of work: {burst}");
        let later = start + 2 * PERIOD;
        let lasting = most(&mut admission, later);
        assert!((20..=30).contains(&lasting), "25 ms of work: {lasting}");
        // While much is refused, the overload goes on, also where the queue has a gap.
        admission.waits(0, later);
        for second in 3..6 {
            let now = start + second * PERIOD;
            let admitted = (0..100).filter(|n| decide(&mut admission, n * 2, None, now).is_ok()).count();
            assert!(admitted < 20, "{admitted} in second {second}");
        }
        // A second in which all were let in ends it.
        let end = start + 7 * PERIOD;
        assert!((0..50).all(|_| decide(&mut admission, 0, None, end + PERIOD).is_ok()));
        assert!(most(&mut admission, end + 3 * PERIOD) > 200);
    }

    #[test]
    fn work_that_takes_long_may_wait_for_others_of_its_kind() {
        let (mut admission, start) = queue(300);
        admission.waits(1, start);
        assert_eq!(most(&mut admission, start), 16 * 4);
        assert_eq!(most(&mut admission, start + 2 * PERIOD), 2 * 4);
    }

    #[test]
    fn what_would_begin_too_late_is_refused_and_told_when_to_come_again() {
        let (mut admission, start) = queue(8);
        let due = Some(start + 30 * MILLISECOND);
        assert_eq!(decide(&mut admission, 3, due, start), Ok(()));
        let TryAfter(wait) = decide(&mut admission, 19, due, start).unwrap_err();
        assert!((30..=45).contains(&wait.as_millis()), "{wait:?}");
    }

    #[test]
    fn short_work_does_not_wait_for_as_long_as_long_work_takes() {
        let (mut admission, start) = queue(4);
        admission.took(5, 80_000 * MILLISECOND);
        let due = Some(start + 1_000 * MILLISECOND);
        assert_eq!(decide(&mut admission, 20, due, start), Ok(()));
        let mut ahead = [0; CLASSES];
        ahead[0] = 20;
        assert!(admission.decide(5, &ahead, 4, due, start).is_err());
    }

    #[test]
    fn each_class_goes_up_to_four_times_the_length_of_the_one_below() {
        let lengths = [0, 1 << 10, (1 << 10) + 1, 4 << 10, 256 << 10, 1 << 20, 4 << 20, usize::MAX];
        assert_eq!(lengths.map(class), [0, 0, 1, 1, 4, 5, 6, 7]);
    }
}
