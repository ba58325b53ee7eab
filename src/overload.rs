//! Why the server refuses work that it could do at another time.

use std::time::Duration;

/// What keeps work out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overload {
    /// The limit that it would exceed, as `ServerLimits` calls it, and what that is. None: the same is being done already.
    pub(crate) limit: Option<(&'static str, String)>,
    /// When to try again.
    pub(crate) retry: Duration,
}

impl Overload {
    /// Work that would exceed this limit.
    pub(crate) fn of(limit: &'static str, most: impl ToString, retry: Duration) -> Self {
        Self { limit: Some((limit, most.to_string())), retry }
    }
}
