//! What a query may hold, and how it is read.

/// What a query may hold, and how it is read.
///
/// ```
/// use sayso_index::query::{ParseErrorKind, ParseOptions, parse};
///
/// let short = ParseOptions { max_clauses: 2, ..ParseOptions::quotes() };
/// assert!(parse("speaker:lind ferry", &short).is_ok());
/// assert_eq!(parse("speaker:lind ferry strike", &short).unwrap_err().kind(), ParseErrorKind::TooManyClauses);
/// // Sentences have no speaker.
/// assert_eq!(parse("speaker:lind", &ParseOptions::sentences()).unwrap_err().kind(), ParseErrorKind::UnknownField);
///
/// // A text that somebody pasted.
/// let pasted = ParseOptions { lenient: true, ..ParseOptions::sentences() };
/// assert_eq!(parse("Who shut the \"bridge? (https://veld.example)", &pasted)?.to_string(),
///     "(Who OR shut OR the OR bridge OR veld OR example)");
/// # Ok::<(), sayso_index::query::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// Whether quotes are searched, which have fields that sentences lack.
    pub quotes: bool,
    /// Whether all words must match that OR does not join. Otherwise any may, and hits with more of them come first.
    pub all_words: bool,
    /// Whether to read the query as plain text: only quotation marks in pairs mean something, and no word like "is" or
    /// "the" is required.
    pub lenient: bool,
    /// Words, those of phrases too, and other conditions, at most.
    pub max_clauses: usize,
    /// Words with a star, a question mark or a tilde, and names, at most: each stands for many and takes memory of its
    /// own.
    pub max_expansions: usize,
    /// Bytes, at most.
    pub max_length: usize,
    /// Parentheses within parentheses, at most.
    pub max_depth: usize,
}

impl ParseOptions {
    /// For a search for sentences.
    pub const fn sentences() -> Self {
        Self {
            quotes: false,
            all_words: false,
            lenient: false,
            max_clauses: 256,
            max_expansions: 64,
            max_length: 8 << 10,
            max_depth: 32,
        }
    }

    /// For a search for quotes.
    pub const fn quotes() -> Self {
        Self { quotes: true, ..Self::sentences() }
    }
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self::sentences()
    }
}
