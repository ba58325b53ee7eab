//! What can be asked: the query language, and typed queries with filters.
//!
//! [`parse()`] turns what a person typed into an [`Expr`]. A query such as [`QuoteQuery`] combines an expression with
//! filters, an order and a page. Everything that a query states must hold; an empty list does not filter.
//!
//! ```
//! use sayso_index::query::{Expr, Field, ParseOptions, QuoteQuery, Who, parse};
//!
//! let expr = parse("ferr* AND title:strike", &ParseOptions::quotes())?;
//! let Expr::Bool { must, .. } = &expr else { panic!("AND makes a group") };
//! assert_eq!(must[0], Expr::Prefix { field: Field::Text, text: "ferr".into() });
//! assert_eq!(must[1], Expr::Word { field: Field::Title, text: "strike".into() });
//!
//! // What anyone called Lind said about ferries, in articles with "strike" in the title.
//! let query = QuoteQuery { expr, speakers: vec![Who::Named("lind".into())], ..QuoteQuery::default() };
//! # assert_eq!(query.page.size, 10);
//! # Ok::<(), sayso_index::query::ParseError>(())
//! ```

mod date;
mod expr;
mod facet;
mod fault;
mod options;
mod parse;
mod print;
mod suggest;
mod whole;

use sayso_document::{Act, Date, Entity, EntityType, MentionForm, Polarity, QuoteKind, SentenceRole, Tier};

use crate::{AnalyzedArticle, EntityId, PageKey};

pub use expr::{Expr, Field, Part, Property, Role};
pub use facet::{FacetField, FacetQuery, Period, Zone};
pub use fault::{ParseError, ParseErrorKind};
pub use options::ParseOptions;
pub use parse::parse;
pub use suggest::{SpellingQuery, SuggestQuery};
pub use whole::{ArticleSearch, Recency};

/// How many words a text has, as they are indexed and looked for.
///
/// ```
/// assert_eq!(sayso_index::query::words("“The ferry sails”, she said."), 5);
/// ```
pub fn words(text: &str) -> usize {
    crate::text::exact(text).count()
}

/// Which articles to look in. Empty lists and open ends do not filter. Everything that is set must hold; of the values
/// in one list, any may.
///
/// ```
/// use sayso_index::query::{ArticleFilter, LabelFilter};
///
/// // Articles of either outlet that have the label "desk", whatever its value.
/// let filter = ArticleFilter {
///     outlets: vec!["Veld Courier".into(), "Northern Wire".into()],
///     labels: vec![LabelFilter { key: "desk".into(), values: Vec::new() }],
///     ..ArticleFilter::default()
/// };
/// # assert_eq!(filter.from, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArticleFilter {
    /// Any of these ids.
    pub ids: Vec<String>,
    /// Any of these outlets, by full name; case and accents do not matter.
    pub outlets: Vec<String>,
    /// Any of these authors, by full name; case and accents do not matter.
    pub authors: Vec<String>,
    /// Any of these languages.
    pub languages: Vec<String>,
    /// Labels that the article must have, all of them.
    pub labels: Vec<LabelFilter>,
    /// Analysed by any of these models.
    pub models: Vec<String>,
    /// Analysed on any of these tiers.
    pub tiers: Vec<Tier>,
    /// Published at or after this moment, in microseconds since 1970.
    pub from: Option<i64>,
    /// Published before this moment.
    pub until: Option<i64>,
    /// Entities that the article mentions, all of these.
    pub entities: Vec<Who>,
}

/// A label that an article has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelFilter {
    /// Under this key.
    pub key: String,
    /// With any of these values; empty: any value.
    pub values: Vec<String>,
}

/// The order in which articles are listed. Those without the date come last. Among articles with the same date, the one
/// written last comes first in the orders that begin with the latest, and last in the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ArticleOrder {
    /// By date of publication, latest first.
    #[default]
    NewestPublished,
    /// By date of publication, earliest first.
    OldestPublished,
    /// By when they last changed, latest first; see [`crate::Version::updated`].
    LatestUpdated,
    /// By when they last changed, earliest first.
    EarliestUpdated,
}

/// The order of hits. Ties are broken by the articles' sequence numbers, then by position in the article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// By score; newest first if the query has no words to score.
    #[default]
    Relevance,
    /// By date of publication, latest first, undated last.
    Newest,
    /// By date of publication, earliest first, undated last.
    Oldest,
}

impl Order {
    /// The order to use: without words to score, relevance means newest first.
    pub(crate) fn used(self, scored: bool) -> Self {
        match self {
            Self::Relevance if !scored => Self::Newest,
            asked => asked,
        }
    }
}

/// Which page of the hits. The default is the first ten.
///
/// To turn the page, pass [`crate::Page::next`] as `after` and leave the rest of the query as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The maximum number of hits; at least 1.
    pub size: usize,
    /// Where it begins: at the start, or after the previous page.
    pub after: Option<PageKey>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { size: 10, after: None }
    }
}

/// A person, organisation or place that a filter selects, by name or by id.
///
/// ```
/// use sayso_index::EntityId;
/// use sayso_index::query::Who;
///
/// let by_name = Who::Named("Mr. Lind".into());
/// let by_id = Who::Id(EntityId::parse("person/ada-lind").expect("it is an id"));
/// # assert_ne!(by_name, by_id);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Who {
    /// By words of a name or alias, all of them, in any order: "orlensky", "Mr. Orlensky", "E. Varrin". A title may
    /// accompany the name, "harbour spokesman Kremov". A title alone, "harbour spokesman", finds speakers only, and
    /// only if no speaker has such a name. If several entities match, any of them will do.
    Named(String),
    /// By id.
    Id(EntityId),
}

/// Asks for articles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArticleQuery {
    /// Which articles.
    pub filter: ArticleFilter,
    /// The order.
    pub order: ArticleOrder,
    /// The page.
    pub page: PageRequest,
}

/// Asks for sentences.
///
/// ```
/// use sayso_index::query::{Order, ParseOptions, SentenceQuery, parse};
///
/// let expr = parse("ferry OR harbour~1", &ParseOptions::sentences())?;
/// let query = SentenceQuery { expr, order: Order::Newest, ..SentenceQuery::default() };
/// # assert!(query.mentions.is_empty());
/// # Ok::<(), sayso_index::query::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentenceQuery {
    /// What the sentence says.
    pub expr: Expr,
    /// Entities that the sentence must mention: all of these.
    pub mentions: Vec<Who>,
    /// Types of entities of which the sentence must mention one: any of these.
    pub mention_types: Vec<EntityType>,
    /// Any of these roles in the article.
    pub roles: Vec<SentenceRole>,
    /// The articles to look in.
    pub filter: ArticleFilter,
    /// The order.
    pub order: Order,
    /// Whether to count all hits, even where that takes longer than finding the page.
    pub exact_total: bool,
    /// What to count the hits by, on the first page.
    pub facets: Vec<FacetQuery>,
    /// The page.
    pub page: PageRequest,
}

/// Asks for quotes. Empty lists do not filter.
///
/// ```
/// use sayso_document::Act;
/// use sayso_index::query::{QuoteQuery, Who};
///
/// // What Lind actually said, in words, to any reporter, if the model is at least three quarters sure.
/// let query = QuoteQuery {
///     speakers: vec![Who::Named("lind".into())],
///     addressees: vec![Who::Named("reporters".into())],
///     acts: vec![Act::Speech],
///     min_confidence: 0.75,
///     ..QuoteQuery::default()
/// };
/// # assert_eq!(query.polarities, []);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuoteQuery {
    /// What the content says.
    pub expr: Expr,
    /// Who speaks: any of these.
    pub speakers: Vec<Who>,
    /// Any of these types of the speaker.
    pub speaker_types: Vec<EntityType>,
    /// Who speaks, is spoken to or is mentioned: all of these.
    pub entities: Vec<Who>,
    /// To whom it was said: any of these.
    pub addressees: Vec<Who>,
    /// Who or what the content mentions: all of these.
    pub about: Vec<Who>,
    /// Any of these kinds.
    pub kinds: Vec<QuoteKind>,
    /// Any of these acts.
    pub acts: Vec<Act>,
    /// Any of these polarities.
    pub polarities: Vec<Polarity>,
    /// Any of these cues, in any form of the verb.
    pub cues: Vec<String>,
    /// Whether a speaker must be named (true) or must not be (false).
    pub named_speaker: Option<bool>,
    /// The least confidence, from 0 to 1.
    pub min_confidence: f32,
    /// The least confidence in the speaker, from 0 to 1. Above 0 a quote without a named speaker does not pass.
    pub min_speaker_confidence: f32,
    /// Quotes that may have been said on this day or later, if the text dates them.
    pub said_from: Option<Date>,
    /// Quotes that may have been said before this day, if the text dates them.
    pub said_until: Option<Date>,
    /// The articles to look in.
    pub filter: ArticleFilter,
    /// The order.
    pub order: Order,
    /// Whether to count all hits, even where that takes longer than finding the page.
    pub exact_total: bool,
    /// What to count the hits by, on the first page.
    pub facets: Vec<FacetQuery>,
    /// The page.
    pub page: PageRequest,
}

/// Asks for entities. Those that match best come first.
///
/// ```
/// use sayso_document::EntityType;
/// use sayso_index::query::EntityQuery;
///
/// let query = EntityQuery { name: "ada lynd".into(), kinds: vec![EntityType::Person], ..EntityQuery::default() };
/// # assert_eq!(query.page.size, 10);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityQuery {
    /// A name as people write it, with or without honorific, initials or legal form, words in any order; a part or the
    /// beginning of one; one with a typo; or a title. Empty: all entities, those in most articles first.
    pub name: String,
    /// Any of these types; empty does not filter.
    pub kinds: Vec<EntityType>,
    /// The page.
    pub page: PageRequest,
}

/// Asks where an entity is mentioned: newest article first, in reading order within one.
#[derive(Clone, Debug, PartialEq)]
pub struct MentionQuery {
    /// The entity.
    pub entity: EntityId,
    /// Any of these forms; empty does not filter.
    pub forms: Vec<MentionForm>,
    /// The articles to look in.
    pub filter: ArticleFilter,
    /// The page.
    pub page: PageRequest,
}

impl MentionQuery {
    /// Positions of the mentions that are asked for, within one article.
    pub(crate) fn places_in(&self, article: &AnalyzedArticle) -> Vec<u32> {
        let analysis = &article.analysis;
        let is_asked = |entity: &Entity| EntityId::of(entity.kind, &entity.name) == self.entity;
        let entities: Vec<bool> = analysis.entities.iter().map(is_asked).collect();
        let mentions = analysis.mentions.iter().enumerate();
        mentions
            .filter(|(_, mention)| entities[mention.entity])
            .filter(|(_, mention)| self.forms.is_empty() || self.forms.contains(&mention.form))
            .map(|(index, _)| index as u32)
            .collect()
    }
}
