//! Word lists that the rules consult, compiled in and read once.

/// The word lists.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {}

impl Lexicon {
    /// The lists that are compiled in.
    pub(crate) fn compiled_in() -> Self {
        Self {}
    }
}
