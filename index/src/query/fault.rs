//! What is wrong with a query, where, and what would have been right.

use std::fmt;

/// Why a query cannot be read.
///
/// Its `Display` is fit for the person who typed the query. A program can point at the place instead:
///
/// ```
/// use sayso_index::query::{ParseOptions, parse};
///
/// let error = parse("\"minority share", &ParseOptions::sentences()).unwrap_err();
/// assert_eq!(error.position(), 0);
/// assert_eq!(error.expected(), "a closing quotation mark for this one");
/// assert_eq!(error.to_string(), "unbalanced mark at byte 0: expected a closing quotation mark for this one");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    position: usize,
    kind: ParseErrorKind,
    /// What stands there, where that says more than the place; else empty.
    found: String,
    expected: String,
}

/// What sort of fault a query has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A quotation mark or parenthesis without its partner.
    Unbalanced,
    /// Parentheses with nothing in them.
    EmptyGroup,
    /// AND, OR or NOT without what it joins.
    DanglingOperator,
    /// Words before a colon that name no field of this search.
    UnknownField,
    /// A field, prefix or fuzzy word without letters.
    ExpectedWord,
    /// A star or question mark where it means nothing.
    BadPrefix,
    /// A number after `~` that cannot be.
    BadDistance,
    /// A date that is none.
    BadDate,
    /// A range that ends before it begins.
    EmptyRange,
    /// A range of something other than dates.
    BadRange,
    /// A weight after `^` that cannot be.
    BadBoost,
    /// A value that the field does not have.
    BadValue,
    /// A number that is none, or outside its range.
    BadNumber,
    /// `&&`, `||`, `!`, `NEAR` or `/…/`, as other query languages have them.
    ForeignOperator,
    /// More words and dates than allowed.
    TooManyClauses,
    /// More words with a star, a question mark or a tilde, and names, than allowed.
    TooManyExpansions,
    /// A longer text than allowed.
    TooLong,
    /// Parentheses in more parentheses than allowed.
    TooDeep,
    /// Nothing but marks: no word to look for.
    NoWords,
}

/// The longest text that is told as found, in characters.
const FOUND: usize = 40;

impl ParseError {
    /// A fault at a byte of the query. `expected` says what would be right there.
    pub(super) fn new(kind: ParseErrorKind, position: usize, expected: impl Into<String>) -> Self {
        Self { position, kind, found: String::new(), expected: expected.into() }
    }

    /// The fault with what was found in place of what was expected. A long text is cut.
    pub(super) fn with_found(mut self, found: &str) -> Self {
        let cut = found.chars().nth(FOUND).is_some();
        self.found = found.chars().take(FOUND).chain(cut.then_some('…')).collect();
        self
    }

    /// Where the fault lies: a byte of the query, on a character boundary, at most the query's length.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What sort of fault it is.
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// What would have been right there: "a closing quotation mark".
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ParseErrorKind::Unbalanced => "unbalanced mark",
            ParseErrorKind::EmptyGroup => "empty parentheses",
            ParseErrorKind::DanglingOperator => "operator without operand",
            ParseErrorKind::UnknownField => "unknown field",
            ParseErrorKind::ExpectedWord => "missing word",
            ParseErrorKind::BadPrefix => "misplaced mark",
            ParseErrorKind::BadDistance => "bad distance",
            ParseErrorKind::BadDate => "bad date",
            ParseErrorKind::EmptyRange => "range that ends before it begins",
            ParseErrorKind::BadRange => "range of something other than dates",
            ParseErrorKind::BadBoost => "bad weight",
            ParseErrorKind::BadValue => "bad value",
            ParseErrorKind::BadNumber => "bad number",
            ParseErrorKind::ForeignOperator => "unknown operator",
            ParseErrorKind::TooManyClauses => "too many clauses",
            ParseErrorKind::TooManyExpansions => "too many prefixes and fuzzy words",
            ParseErrorKind::TooLong => "query too long",
            ParseErrorKind::TooDeep => "parentheses nested too deep",
            ParseErrorKind::NoWords => "no words",
        };
        f.write_str(what)?;
        if !self.found.is_empty() {
            write!(f, " {:?}", self.found)?;
        }
        write!(f, " at byte {}: expected {}", self.position, self.expected)
    }
}

impl std::error::Error for ParseError {}
