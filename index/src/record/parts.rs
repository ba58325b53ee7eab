//! Which parts of an analysis are read: not all who ask need all.

/// Which parts of an analysis are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    /// All.
    All,
    /// What quotes need.
    OfQuotes,
}
