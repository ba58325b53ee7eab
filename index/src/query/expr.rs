//! A query as a tree: what the parser understood.

/// A parsed query, as a tree.
///
/// [`parse()`](super::parse()) makes it from text. A program can also put it together by itself:
///
/// ```
/// use sayso_index::query::{Expr, Field, ParseOptions, parse};
///
/// let phrase = Expr::Phrase { field: Field::Text, text: "minority share".into(), slop: 0 };
/// assert_eq!(parse("\"minority share\"", &ParseOptions::sentences())?, phrase);
///
/// let old = Expr::Date { from: None, until: Some(0) };
/// let recent = Expr::Bool { must: vec![phrase], should: vec![], must_not: vec![old] };
/// # let _ = recent;
/// # Ok::<(), sayso_index::query::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Expr {
    /// Matches everything.
    #[default]
    All,
    /// A word, in any inflection. A word that the tokeniser splits ("e-mail") is a phrase of its parts.
    Word {
        /// Where to look.
        field: Field,
        /// The word.
        text: String,
    },
    /// Words in this order and in this form.
    Phrase {
        /// Where to look.
        field: Field,
        /// The words.
        text: String,
        /// How many other words may stand between them in total.
        slop: u32,
    },
    /// Words with this beginning.
    Prefix {
        /// Where to look.
        field: Field,
        /// The beginning.
        text: String,
    },
    /// Words that differ a little.
    Fuzzy {
        /// Where to look.
        field: Field,
        /// The word.
        text: String,
        /// The maximum number of edits: 1 or 2.
        distance: u8,
    },
    /// Articles published in `[from, until)`. `None` leaves an end open.
    Date {
        /// First moment, in microseconds since 1970.
        from: Option<i64>,
        /// The moment after the last.
        until: Option<i64>,
    },
    /// All of `must`, none of `must_not`, and at least one of `should` if there is no `must`. Hits with more of
    /// `should` rank higher.
    Bool {
        /// What has to match.
        must: Vec<Expr>,
        /// What may match.
        should: Vec<Expr>,
        /// What may not.
        must_not: Vec<Expr>,
    },
}

/// A field that a query can name, as in `title:strike`. Without one, a word looks in the text.
///
/// Dates are not among them: `date:2026-10` is an [`Expr::Date`], and every search has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The sentence, or the content of the quote: the default.
    Text,
    /// The article's title.
    Title,
    /// The outlet.
    Outlet,
    /// The authors.
    Author,
    /// Names and titles of the speaker; for an unnamed one, the words of the source. Quotes only.
    Speaker,
    /// Names of the entities that the content mentions. Quotes only.
    About,
    /// Dictionary form of the cue. Quotes only.
    Cue,
}
