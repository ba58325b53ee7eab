//! What a query may hold.

use super::expr::Field;

/// What a query may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// The fields that may be named; dates always may.
    pub fields: &'static [Field],
    /// Words, those of phrases too, and dates, at most.
    pub max_clauses: usize,
    /// Words with a star or a tilde, at most: each stands for many and takes memory of its own.
    pub max_expansions: usize,
    /// Bytes, at most.
    pub max_length: usize,
    /// Parentheses within parentheses, at most.
    pub max_depth: usize,
}

impl ParseOptions {
    /// For a search for sentences.
    pub const fn sentences() -> Self {
        let fields = &[Field::Text, Field::Title, Field::Outlet, Field::Author];
        Self { fields, max_clauses: 256, max_expansions: 64, max_length: 8 << 10, max_depth: 32 }
    }

    /// For a search for quotes.
    pub const fn quotes() -> Self {
        let fields =
            &[Field::Text, Field::Title, Field::Outlet, Field::Author, Field::Speaker, Field::About, Field::Cue];
        Self { fields, ..Self::sentences() }
    }
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self::sentences()
    }
}
