//! A query as a tree: what the parser understood.

use sayso_document::{Act, Date, EntityType, Polarity, QuoteKind};

/// A parsed query, as a tree.
///
/// [`parse()`](super::parse()) makes it from text, and its `Display` writes it in the query language again. A program
/// can also put it together by itself:
///
/// ```
/// use sayso_index::query::{Expr, Field, ParseOptions, parse};
///
/// let phrase = Expr::Phrase { field: Field::Text, text: "minority share".into(), slop: 0 };
/// assert_eq!(parse("\"minority share\"", &ParseOptions::sentences())?, phrase);
///
/// let old = Expr::Date { from: None, until: Some(0) };
/// let recent = Expr::Bool { must: vec![phrase], should: vec![], must_not: vec![old] };
/// assert_eq!(recent.to_string(), "(+\"minority share\" -date:<1970-01-01T00:00:00)");
/// # Ok::<(), sayso_index::query::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Expr {
    /// Matches everything.
    #[default]
    All,
    /// A word, in any inflection, in British and American spelling. A word that the tokeniser splits ("e-mail") is a
    /// phrase of its parts, or the parts as one word. An acronym in capitals ("WHO") is found in capitals only.
    Word {
        /// Where to look.
        field: Field,
        /// The word.
        text: String,
    },
    /// Words in this form, in this order. With `slop`, two words may also stand the other way round, which takes two of
    /// it.
    Phrase {
        /// Where to look.
        field: Field,
        /// The words.
        text: String,
        /// How many other words may stand between them in total.
        slop: u32,
    },
    /// Words with this beginning. Of several words, the last one is a beginning; they follow each other.
    Prefix {
        /// Where to look.
        field: Field,
        /// The beginning.
        text: String,
    },
    /// Words of this form: `?` stands for one letter, `*` for any number of them.
    Wildcard {
        /// Where to look.
        field: Field,
        /// The form: letters with `?` and `*` between.
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
    /// A property that a hit has. It lets hits pass or not, and adds nothing to the score.
    Is(Property),
    /// An entity of this name in this part of the hit. Adds nothing to the score.
    Entity {
        /// Its part.
        role: Role,
        /// Its name, as in [`Who::Named`](super::Who::Named).
        name: String,
    },
    /// Any of these, which say the same. The best of them counts.
    Either(Vec<Expr>),
    /// The same, with so many times the score.
    Boost {
        /// What is weighted.
        expr: Box<Expr>,
        /// The weight, above 0.
        weight: f32,
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

impl Expr {
    /// How many words and other conditions it has, words of phrases included.
    ///
    /// ```
    /// use sayso_index::query::{ParseOptions, parse};
    ///
    /// assert_eq!(parse("ferry \"minority share\" -date:*", &ParseOptions::sentences())?.clauses(), 4);
    /// # Ok::<(), sayso_index::query::ParseError>(())
    /// ```
    pub fn clauses(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Word { text, .. } | Self::Phrase { text, .. } | Self::Prefix { text, .. } => {
                crate::text::exact(text).count()
            }
            Self::Fuzzy { text, .. } => crate::text::exact(text).count(),
            Self::Wildcard { .. } | Self::Date { .. } | Self::Is(_) | Self::Entity { .. } => 1,
            Self::Boost { expr, .. } => expr.clauses(),
            Self::Either(parts) => parts.iter().map(Self::clauses).sum(),
            Self::Bool { must, should, must_not } => must.iter().chain(should).chain(must_not).map(Self::clauses).sum(),
        }
    }

    /// Whether there are words to score hits by.
    pub(crate) fn has_words(&self) -> bool {
        match self {
            Self::Word { .. }
            | Self::Phrase { .. }
            | Self::Prefix { .. }
            | Self::Wildcard { .. }
            | Self::Fuzzy { .. } => true,
            Self::All | Self::Date { .. } | Self::Is(_) | Self::Entity { .. } => false,
            Self::Boost { expr, .. } => expr.has_words(),
            Self::Either(parts) => parts.iter().any(Self::has_words),
            Self::Bool { must, should, .. } => must.iter().chain(should).any(Self::has_words),
        }
    }
}

/// A field of words that a query can name, as in `title:strike`. Without one, a word looks in the text.
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
    /// The cue, in any form of the verb. Quotes only.
    Cue,
}

/// The part that an entity has in a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The sentence mentions it; it speaks, is spoken to, or is mentioned in the quote.
    Any,
    /// The quote is said to it. Quotes only.
    Addressee,
}

/// A property of a hit.
#[derive(Clone, Debug, PartialEq)]
pub enum Property {
    /// The article is in this language: its code, case aside.
    Language(String),
    /// The article has this label, with this value or with any.
    Label {
        /// Its key.
        key: String,
        /// Its value.
        value: Option<String>,
    },
    /// The sentence mentions an entity of this type; the speaker of the quote is of this type.
    Type(EntityType),
    /// The quote is of this kind.
    Kind(QuoteKind),
    /// The quote reports this act.
    Act(Act),
    /// The quote has this polarity.
    Polarity(Polarity),
    /// The confidence of the quote is in this range, both ends included.
    Confidence {
        /// The least.
        least: f32,
        /// The most.
        most: f32,
    },
    /// The quote may have been said in `[from, until)`, if the text dates it.
    Said {
        /// The first day.
        from: Option<Date>,
        /// The day after the last.
        until: Option<Date>,
    },
    /// The hit has this at all.
    Has(Part),
}

/// What a hit may have or lack, as in `speaker:*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The article has a title.
    Title,
    /// The article names its outlet.
    Outlet,
    /// The article names an author.
    Author,
    /// The article names its language.
    Language,
    /// The article is dated.
    Date,
    /// The sentence mentions an entity; of a quote, anybody is named.
    Entity,
    /// The quote has a named speaker.
    Speaker,
    /// The quote mentions an entity.
    About,
    /// The quote has a named addressee.
    Addressee,
    /// The text dates the quote.
    Said,
}
