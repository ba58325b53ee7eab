//! A record that cannot be read.

use crate::{Error, ErrorKind};

/// The error of a stored record, with what is wrong with it.
pub(super) fn corrupt(what: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("a stored record {what}"))
}
