//! What can be asked: the query language, and typed queries with filters.

mod date;
mod expr;
mod fault;
mod options;
mod parse;

use sayso_document::{Act, Date, EntityType, MentionForm, Polarity, QuoteKind, Tier};

use crate::{EntityId, PageKey};

pub use expr::{Expr, Field};
pub use fault::{ParseError, ParseErrorKind};
pub use options::ParseOptions;
pub use parse::parse;

/// How many words a text has, as they are indexed and looked for.
pub fn words(text: &str) -> usize {
    crate::text::exact(text).count()
}

/// Which articles to look in. Empty lists and open ends do not filter; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArticleFilter {
    /// Any of these ids.
    pub ids: Vec<String>,
    /// Any of these outlets, by whole name, case and accents aside.
    pub outlets: Vec<String>,
    /// Any of these authors, by whole name, case and accents aside.
    pub authors: Vec<String>,
    /// Any of these languages.
    pub languages: Vec<String>,
    /// Labels that the article has, all of these.
    pub labels: Vec<LabelFilter>,
    /// Analysed by any of these models.
    pub models: Vec<String>,
    /// Analysed on any of these tiers.
    pub tiers: Vec<Tier>,
    /// Published at or after this moment, in microseconds since 1970.
    pub from: Option<i64>,
    /// Published before this moment.
    pub until: Option<i64>,
}

/// A label that an article has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelFilter {
    /// Under this key.
    pub key: String,
    /// With any of these values; none: whatever its value.
    pub values: Vec<String>,
}

/// In which order articles are listed. Those without the moment come last in each. Of articles with the same moment
/// the one that was written last comes first where later moments do, and last where earlier ones do.
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

/// In which order hits come. Ties are broken by the articles' sequence, then by place in the article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// By score; without words to score, newest first.
    #[default]
    Relevance,
    /// By date of publication, latest first, undated last.
    Newest,
    /// By date of publication, earliest first, undated last.
    Oldest,
}

/// Which page of the hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many hits at most; at least 1.
    pub size: usize,
    /// Where it begins: at the start, or where the page before ended.
    pub after: Option<PageKey>,
}

/// A person, body or place that a filter names.
#[derive(Clone, Debug, PartialEq)]
pub enum Who {
    /// By words of a name or alias, in any order, all of which must occur: "orlensky", "Mr. Orlensky", "E. Varrin". A title
    /// may stand beside a name, "harbour spokesman Kremov"; instead of one, "harbour spokesman", it finds speakers only,
    /// and only those whom no name finds. More than one entity may be meant so: then any of them.
    Named(String),
    /// By id.
    Id(EntityId),
}

/// Asks for articles.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleQuery {
    /// Which articles.
    pub filter: ArticleFilter,
    /// In which order.
    pub order: ArticleOrder,
    /// Which page.
    pub page: PageRequest,
}

/// Asks for sentences.
#[derive(Clone, Debug, PartialEq)]
pub struct SentenceQuery {
    /// What the sentence says.
    pub expr: Expr,
    /// Entities that the sentence must mention: all of these.
    pub mentions: Vec<Who>,
    /// In which articles.
    pub filter: ArticleFilter,
    /// In which order.
    pub order: Order,
    /// Which page.
    pub page: PageRequest,
}

/// Asks for quotes. Empty lists do not filter.
#[derive(Clone, Debug, PartialEq)]
pub struct QuoteQuery {
    /// What the content says.
    pub expr: Expr,
    /// Who speaks: any of these.
    pub speakers: Vec<Who>,
    /// To whom it was said: any of these.
    pub addressees: Vec<Who>,
    /// Whom the content mentions: all of these.
    pub about: Vec<Who>,
    /// Any of these kinds.
    pub kinds: Vec<QuoteKind>,
    /// Any of these acts.
    pub acts: Vec<Act>,
    /// Any of these polarities.
    pub polarities: Vec<Polarity>,
    /// Whether a speaker must be named (true) or must not be (false).
    pub named_speaker: Option<bool>,
    /// Quotes that the model is at least so sure of.
    pub min_confidence: f32,
    /// Quotes that may have been said on this day or later, as far as the text tells when.
    pub said_from: Option<Date>,
    /// Quotes that may have been said before this day, as far as the text tells when.
    pub said_until: Option<Date>,
    /// In which articles.
    pub filter: ArticleFilter,
    /// In which order.
    pub order: Order,
    /// Which page.
    pub page: PageRequest,
}

/// Asks for entities.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityQuery {
    /// A name as people write it, with honorific, initials or legal form or without, words in any order; part of one, a
    /// beginning, or one with a typo; or a title. Empty: all, those of most articles first.
    pub name: String,
    /// Any of these types; empty does not filter.
    pub kinds: Vec<EntityType>,
    /// Which page.
    pub page: PageRequest,
}

/// Asks where an entity is mentioned.
#[derive(Clone, Debug, PartialEq)]
pub struct MentionQuery {
    /// The entity.
    pub entity: EntityId,
    /// Any of these forms; empty does not filter.
    pub forms: Vec<MentionForm>,
    /// In which articles.
    pub filter: ArticleFilter,
    /// Which page.
    pub page: PageRequest,
}
