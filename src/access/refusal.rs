//! Why a call is refused.

use std::{sync::Arc, time::Duration};

use super::scope::Scope;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It brings no key.
    NoKey,
    /// Its key is not one of this server, or was revoked.
    UnknownKey,
    /// Its token is not good, for this reason.
    BadToken(String),
    /// The key with this id, or the token, has expired.
    Expired(Arc<str>),
    /// The key with this id does not have this scope.
    NoScope(Arc<str>, Scope),
    /// The key with this id has used up its calls; there is another one after this time.
    TooManyCalls(Arc<str>, Duration),
    /// The file of keys cannot be read.
    NoFile,
}

impl Refusal {
    /// The id of the key, as far as one is known.
    pub(crate) fn caller(&self) -> &str {
        match self {
            Self::NoKey | Self::NoFile => "none",
            Self::UnknownKey | Self::BadToken(_) => "unknown",
            Self::Expired(id) | Self::NoScope(id, _) | Self::TooManyCalls(id, _) => id,
        }
    }
}
