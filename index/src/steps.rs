//! Counts how much of a text was looked at, so that tests can tell linear reading from slower reading. It costs nothing
//! outside tests.

/// Notes how many bytes or characters were looked at.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn take(_count: usize) {}

#[cfg(test)]
pub(crate) use counted::{of, take};

#[cfg(test)]
mod counted {
    use std::cell::Cell;

    thread_local! {
        static TAKEN: Cell<usize> = const { Cell::new(0) };
    }

    /// Notes how many bytes or characters were looked at.
    pub(crate) fn take(count: usize) {
        TAKEN.with(|taken| taken.set(taken.get() + count));
    }

    /// How many steps some work takes.
    pub(crate) fn of<T>(work: impl FnOnce() -> T) -> usize {
        TAKEN.with(|taken| taken.set(0));
        work();
        TAKEN.with(Cell::get)
    }
}
