//! Whether work is still wanted: asked while it goes on, so that it can be given up.

use std::cell::Cell;

/// How many steps of work are done between two questions.
const STRIDE: usize = 1_000;

/// Asks whether work is still wanted, once in a thousand steps of it. A step is what one token takes in one stage of
/// the work, or anything that takes about as long. Once nobody waits, it stays that way.
///
/// ```
/// use sayso_document::{Document, Patience};
///
/// let text = "The ferry sails again. ".repeat(1000);
/// assert!(Document::read(&text, &Patience::new(&|| true)).is_some());
/// assert!(Document::read(&text, &Patience::new(&|| false)).is_none());
/// ```
pub struct Patience<'p> {
    waits: &'p dyn Fn() -> bool,
    /// Steps until the next question.
    left: Cell<usize>,
    over: Cell<bool>,
}

impl<'p> Patience<'p> {
    /// The patience of someone who waits for as long as `waits` says so.
    pub fn new(waits: &'p dyn Fn() -> bool) -> Self {
        Self { waits, left: Cell::new(0), over: Cell::new(false) }
    }

    /// Does work that is waited for to its end, whatever it takes.
    ///
    /// # Panics
    /// When the work yields nothing although its patience never ends.
    pub fn endless<T>(work: impl FnOnce(&Patience<'_>) -> Option<T>) -> T {
        work(&Patience::new(&|| true)).unwrap_or_else(|| unreachable!("work was given up that is always waited for"))
    }

    /// Counts steps of work, which come next or were just done. None if nobody waits any longer.
    pub fn spend(&self, steps: usize) -> Option<()> {
        match self.left.get().checked_sub(steps.max(1)) {
            Some(left) if !self.over.get() => {
                self.left.set(left);
                Some(())
            }
            _ => self.ask(),
        }
    }

    /// Asks at once.
    pub fn ask(&self) -> Option<()> {
        self.left.set(STRIDE);
        self.over.set(self.over.get() || !(self.waits)());
        (!self.over.get()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_once_a_stride_and_never_again_after_no() {
        let asked = Cell::new(0);
        let twice = || asked.replace(asked.get() + 1) < 2;
        let patience = Patience::new(&twice);
        let done = (0..10 * STRIDE).take_while(|_| patience.spend(1).is_some()).count();
        assert_eq!((asked.get(), done), (3, 2 * (STRIDE + 1)));
        assert_eq!((patience.spend(1), patience.ask(), asked.get()), (None, None, 3));
        assert_eq!(Patience::endless(|patience| patience.spend(usize::MAX).map(|()| 7)), 7);
    }
}
