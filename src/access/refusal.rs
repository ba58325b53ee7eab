//! Why a call is refused.

use std::{fmt, sync::Arc, time::Duration};

use super::scope::Scope;

/// The holder of a key, or of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The id of the key, or "token:" and the subject of the token.
    pub(crate) id: Arc<str>,
    /// Whom the key is for. Empty for tokens.
    pub(crate) name: Arc<str>,
}

impl Holder {
    /// One who is known by nothing else.
    pub(super) fn named(id: &str) -> Self {
        Self { id: id.into(), name: "".into() }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() { f.write_str(&self.id) } else { write!(f, "{} ({})", self.id, self.name) }
    }
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It brings no key.
    NoKey,
    /// Its key is not one of this server, or was revoked.
    UnknownKey,
    /// Its token is not good, for this reason.
    BadToken(String),
    /// This key or token has expired.
    Expired(Holder),
    /// This key or token does not have this scope.
    NoScope(Holder, Scope),
    /// This key has used up its calls; there is another one after this time.
    TooManyCalls(Holder, Duration),
    /// The file of keys cannot be read.
    NoFile,
}

impl Refusal {
    /// Whose key it is, as far as that is known.
    pub(crate) fn caller(&self) -> Holder {
        match self {
            Self::NoKey | Self::NoFile => Holder::named("none"),
            Self::UnknownKey | Self::BadToken(_) => Holder::named("unknown"),
            Self::Expired(holder) | Self::NoScope(holder, _) | Self::TooManyCalls(holder, _) => holder.clone(),
        }
    }
}
