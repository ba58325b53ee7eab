//! A query as it is understood.

/// A parsed query.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Matches everything.
    All,
    /// A word, in any inflection; one that the tokeniser splits ("e-mail") is a phrase of its parts.
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
        /// How many other words may stand between them, in all.
        slop: u32,
    },
    /// Words that begin so.
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
        /// By how many edits at most: 1 or 2.
        distance: u8,
    },
    /// Articles published in `[from, until)`; an open end is none.
    Date {
        /// First moment, in microseconds since 1970.
        from: Option<i64>,
        /// The moment after the last.
        until: Option<i64>,
    },
    /// All of `must`, none of `must_not`, and if there is no `must`, at least one of `should`. More of
    /// `should` ranks higher.
    Bool {
        /// What has to match.
        must: Vec<Expr>,
        /// What may match.
        should: Vec<Expr>,
        /// What may not.
        must_not: Vec<Expr>,
    },
}

/// What a query can look at.
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
    /// Names and titles of the speaker; of an unnamed one, the words of the source. Quotes only.
    Speaker,
    /// Names of the entities that the content mentions. Quotes only.
    About,
    /// Dictionary form of the cue. Quotes only.
    Cue,
}
