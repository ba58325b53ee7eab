//! Asks for articles by what all their sentences say together.

use super::{ArticleFilter, Expr, FacetQuery, Order, PageRequest};

/// Asks for articles by words. The conditions of the query may be met by different sentences of an article, or by its
/// headline: `strike AND ferry` finds an article whose first sentence has one word and whose last has the other. What
/// must not match is in no sentence and not in the headline. A phrase lies within one sentence.
///
/// ```
/// use sayso_index::query::{ArticleSearch, ParseOptions, Recency, parse};
///
/// let expr = parse("strike AND ferry", &ParseOptions::sentences())?;
/// // An article of last week counts half as much as one of today.
/// let recency = Recency { half_life: 7 * 86_400_000_000, now: 1_772_000_000_000_000 };
/// let query = ArticleSearch { expr, recency: Some(recency), sentences: 3, ..ArticleSearch::default() };
/// # assert_eq!(query.page.size, 10);
/// # Ok::<(), sayso_index::query::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArticleSearch {
    /// What the article says.
    pub expr: Expr,
    /// Which articles.
    pub filter: ArticleFilter,
    /// The order.
    pub order: Order,
    /// How much less older articles count.
    pub recency: Option<Recency>,
    /// Only articles with at least this score. 0 lets all pass.
    pub min_score: f32,
    /// The most sentences to tell of each article.
    pub sentences: usize,
    /// Whether to explain scores.
    pub explain: bool,
    /// What to count the articles by, on the first page.
    pub facets: Vec<FacetQuery>,
    /// The page.
    pub page: PageRequest,
}

/// How much less older articles count: the score is halved with each half-life before the present. Later articles count
/// as those of the present; undated ones score 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recency {
    /// The half-life in microseconds; above 0.
    pub half_life: i64,
    /// The present, in microseconds since 1970.
    pub now: i64,
}
