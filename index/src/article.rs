//! What is kept: articles, their analyses, and the entities gathered over all of them.

use sayso_document::{Analysis, Counted, EntityType};

/// An article as a client handed it in. Text is kept as given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// The client's id, or a digest of the content. Never empty in the store.
    pub id: String,
    /// Where it was published. May be empty, like all that follows but the body.
    pub url: String,
    /// The outlet: "Reuters".
    pub source: String,
    /// The headline.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// BCP 47 code of the language, for example `en`.
    pub language: String,
    /// When it was published, in microseconds since 1970-01-01T00:00:00Z.
    pub published_at: Option<i64>,
    /// The text that all spans of the analysis count in.
    pub body: String,
}

/// An article with what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyzedArticle {
    /// The article.
    pub article: Article,
    /// What was found in its body.
    pub analysis: Analysis,
}

/// Names an entity across articles: type and folded name, `person/volodymyr-zelenskyy`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(String);

/// An entity, gathered over all articles of one consistent view.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityRecord {
    /// Its id.
    pub id: EntityId,
    /// The name that most articles give it.
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityType,
    /// Other names, most frequent first.
    pub aliases: Vec<Counted>,
    /// Titles and roles, most frequent first.
    pub titles: Vec<Counted>,
    /// How many mentions, in all articles.
    pub mentions: u64,
    /// How many articles mention it.
    pub articles: u64,
    /// How many quotes it speaks.
    pub quotes: u64,
    /// The earliest `published_at` (microseconds) among its articles, where any has one.
    pub first_seen: Option<i64>,
    /// The latest.
    pub last_seen: Option<i64>,
}
