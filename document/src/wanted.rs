//! Whether work is still wanted: asked as the work goes on, so that it can be given up.

use std::cell::Cell;

/// So many steps of work are done between two questions.
const STRIDE: usize = 1_000;

/// Asks whether some work is still wanted, once in a thousand steps of it. A step is the work on one token, or on what
/// takes about as long. Once it is no longer wanted it never is again.
pub struct Wanted<'w> {
    ask: &'w dyn Fn() -> bool,
    /// Steps until the next question.
    left: Cell<usize>,
    over: Cell<bool>,
}

impl<'w> Wanted<'w> {
    /// Work that is wanted for as long as `ask` says so.
    pub fn new(ask: &'w dyn Fn() -> bool) -> Self {
        Self { ask, left: Cell::new(0), over: Cell::new(false) }
    }

    /// Work that is wanted to its end.
    pub fn always() -> Self {
        Self::new(&|| true)
    }

    /// Notes so many steps of work, done or about to be done. None when the work is no longer wanted.
    pub fn spend(&self, steps: usize) -> Option<()> {
        if self.over.get() {
            return None;
        }
        match self.left.get().checked_sub(steps.max(1)) {
            Some(left) => {
                self.left.set(left);
                Some(())
            }
            None => self.ask(),
        }
    }

    /// Asks at once.
    pub fn ask(&self) -> Option<()> {
        self.left.set(STRIDE);
        let wanted = !self.over.get() && (self.ask)();
        self.over.set(!wanted);
        wanted.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_once_a_stride_and_never_again_after_no() {
        let asked = Cell::new(0);
        let twice = || asked.replace(asked.get() + 1) < 2;
        let wanted = Wanted::new(&twice);
        let done = (0..10 * STRIDE).take_while(|_| wanted.spend(1).is_some()).count();
        assert_eq!((asked.get(), done), (3, 2 * (STRIDE + 1)));
        assert_eq!((wanted.spend(1), wanted.ask(), asked.get()), (None, None, 3));
        assert_eq!(Wanted::always().spend(usize::MAX), Some(()));
    }
}
