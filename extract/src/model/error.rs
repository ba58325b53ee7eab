//! Why a model file cannot be used.
//!
//! ```
//! use sayso_extract::model::Files;
//!
//! let error = Files::default().text("tags.bin").unwrap_err();
//! assert_eq!(error.to_string(), "tags.bin: not UTF-8");
//! ```

use std::fmt;

/// Why a model file cannot be used; says what was found and what would be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError(String);

impl fmt::Display for ModelError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for ModelError {}

impl ModelError {
    /// An error with these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}
