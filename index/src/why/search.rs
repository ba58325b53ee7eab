//! Searches whose conditions are asked one by one, and where each condition is stated.

use crate::query::{ArticleFilter, ArticleSearch, Expr, PageRequest, QuoteQuery, SentenceQuery};

/// A search that found nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// For sentences.
    Sentences(SentenceQuery),
    /// For quotes.
    Quotes(QuoteQuery),
    /// For articles.
    Articles(ArticleSearch),
}

/// Where a condition is stated: a field of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The expression.
    Expr,
    /// The entities that a sentence mentions.
    Mentions,
    /// Types of entities that a sentence mentions.
    MentionTypes,
    /// The roles of a sentence.
    Roles,
    /// Who speaks.
    Speakers,
    /// The types of who speaks.
    SpeakerTypes,
    /// Who has any part in a quote.
    Entities,
    /// The verbs that attribute a quote.
    Cues,
    /// To whom.
    Addressees,
    /// What about.
    About,
    /// The kinds of quotes.
    Kinds,
    /// The acts.
    Acts,
    /// The polarities.
    Polarities,
    /// Whether the speaker is named.
    NamedSpeaker,
    /// The least confidence.
    Confidence,
    /// The least confidence in the speaker.
    SpeakerConfidence,
    /// When it was said.
    Said,
    /// The outlets of the filter.
    Outlets,
    /// The authors of the filter.
    Authors,
    /// The least score.
    Score,
    /// Everything else about the articles to look in.
    Articles,
}

impl Search {
    /// The same search for nothing but this.
    pub(super) fn only(&self, expr: Expr) -> Self {
        match self {
            Self::Sentences(_) => Self::Sentences(SentenceQuery { expr, page: one(), ..SentenceQuery::default() }),
            Self::Quotes(_) => Self::Quotes(QuoteQuery { expr, page: one(), ..QuoteQuery::default() }),
            Self::Articles(_) => Self::Articles(ArticleSearch { expr, page: one(), ..ArticleSearch::default() }),
        }
    }

    /// Leaves out what is told beside the hits, which takes time of its own.
    pub(super) fn only_counted(&mut self) {
        match self {
            Self::Sentences(query) => (query.exact_total, query.facets) = (false, Vec::new()),
            Self::Quotes(query) => (query.exact_total, query.facets) = (false, Vec::new()),
            Self::Articles(query) => (query.explain, query.sentences, query.facets) = (false, 0, Vec::new()),
        }
    }

    /// The expression and the filter.
    pub(super) fn shared(&mut self) -> (&mut Expr, &mut ArticleFilter, &mut PageRequest) {
        match self {
            Self::Sentences(query) => (&mut query.expr, &mut query.filter, &mut query.page),
            Self::Quotes(query) => (&mut query.expr, &mut query.filter, &mut query.page),
            Self::Articles(query) => (&mut query.expr, &mut query.filter, &mut query.page),
        }
    }
}

/// A page of one hit, where only the count matters.
pub(super) fn one() -> PageRequest {
    PageRequest { size: 1, after: None }
}
