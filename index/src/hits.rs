//! The results of queries.

use std::sync::Arc;

use sayso_document::{EntityType, Quote, Sentence, Span, Tier};

use crate::{AnalyzedArticle, Article, EntityId, EntityRecord, Result};

/// One page of hits.
///
/// ```no_run
/// use sayso_index::query::{ArticleQuery, PageRequest};
/// use sayso_index::{Engine, Interrupt, Result};
///
/// /// Prints the ids of all articles, newest first, a hundred at a time.
/// fn print_all(engine: &dyn Engine) -> Result<()> {
///     let mut query = ArticleQuery { page: PageRequest { size: 100, after: None }, ..ArticleQuery::default() };
///     loop {
///         let page = engine.articles(&query, &Interrupt::default())?;
///         page.hits.iter().for_each(|hit| println!("{}", hit.article.id));
///         // All pages come from the view of the first one, whatever is written meanwhile.
///         let Some(next) = page.next else { return Ok(()) };
///         query.page.after = Some(next);
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The hits, in the order of the query.
    pub hits: Vec<T>,
    /// Where the next page begins. None on the last page.
    pub next: Option<PageKey>,
    /// The number of hits on all pages.
    pub total: Total,
    /// The sequence number of the view that was searched.
    pub seq: u64,
    /// The counts that were asked for, in that order. None on later pages.
    pub facets: Vec<Facet>,
}

/// How many hits have each value of a field: see [`crate::query::FacetQuery`]. Counts are exact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    /// The values of most hits, in alphabetical order among equals; of periods, the latest, in order of time. Periods
    /// without hits are left out.
    pub values: Vec<FacetValue>,
    /// The sum of the counts of all other values.
    pub others: u64,
    /// How many hits have no value.
    pub missing: u64,
}

/// A value and how many hits have it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FacetValue {
    /// The value: a name, a code, an id, or a word of the query language. A period by its first day, month or hour.
    pub value: String,
    /// How many hits have it.
    pub count: u64,
    /// Name and type of the entity, where the value is the id of one.
    pub entity: Option<(String, EntityType)>,
    /// The period, from its first moment to the one after its last, in microseconds since 1970.
    pub period: Option<(i64, i64)>,
}

/// How many hits there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The count.
    pub count: u64,
    /// Whether it is exact. Otherwise it is a lower bound.
    pub exact: bool,
}

/// The place between two hits of one query, in the view in which they were found. Only the engine that made it
/// understands its bytes, and only for as long as it keeps the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageKey(pub(crate) Vec<u8>);

impl PageKey {
    /// The key, for a client to keep.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A key that a client kept. Whether it fits the query is checked by the query.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self(bytes.to_vec()))
    }
}

/// An article in a list.
#[derive(Clone, Debug)]
pub struct ArticleHit {
    /// The article, body included.
    pub article: Arc<Article>,
    /// How many sentences it has.
    pub sentences: u32,
    /// How many entities.
    pub entities: u32,
    /// How many quotes.
    pub quotes: u32,
    /// Name and version of the model that found them.
    pub model: String,
    /// The tier of that model.
    pub tier: Tier,
}

/// A sentence that matches.
#[derive(Clone, Debug)]
pub struct SentenceHit {
    /// The article that contains it, without its body.
    pub article: Arc<Article>,
    /// Its position among the article's sentences, from 0.
    pub index: u32,
    /// The sentence.
    pub sentence: Sentence,
    /// Its text.
    pub text: String,
    /// How much of the article's body comes before it.
    pub before: Before,
    /// The words of the sentence that matched, in reading order, as spans of the article's body.
    pub highlights: Vec<Span>,
    /// The words of the title that matched, as spans of the title.
    pub title_highlights: Vec<Span>,
    /// BM25 score; 0 if the query has no words.
    pub score: f32,
}

impl SentenceHit {
    /// The words at a span of the article's body that lies within the sentence.
    pub fn words(&self, span: Span) -> &str {
        words(span, &self.sentence, &self.text)
    }
}

impl MatchedSentence {
    /// The words at a span of the article's body that lies within the sentence.
    pub fn words(&self, span: Span) -> &str {
        words(span, &self.sentence, &self.text)
    }
}

/// The words at a span of the body that lies within a sentence.
fn words<'t>(span: Span, sentence: &Sentence, text: &'t str) -> &'t str {
    let start = sentence.span.start();
    Span::new(span.start() - start, span.end() - start).of(text)
}

/// How much of a text comes before a place, in the units that languages count strings by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// In bytes of UTF-8.
    pub utf8: usize,
    /// In units of UTF-16.
    pub utf16: usize,
    /// In code points.
    pub utf32: usize,
}

impl Before {
    /// What these bytes of UTF-8 come to.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        // Bytes that go on with a character begin with the bits 10; characters beyond the first plane begin with 1111.
        let utf32 = bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        let beyond = bytes.iter().filter(|&&byte| byte >= 0xf0).count();
        Self { utf8: bytes.len(), utf16: utf32 + beyond, utf32 }
    }
}

/// An article that matches by its sentences and headline together.
#[derive(Clone, Debug)]
pub struct ArticleMatch {
    /// The article, without its body.
    pub article: Arc<Article>,
    /// Its sentences that meet most of the query, best first.
    pub sentences: Vec<MatchedSentence>,
    /// How many more of its sentences meet something of the query.
    pub others: u32,
    /// The words of the headline that matched, in reading order, as spans of the title.
    pub title_highlights: Vec<Span>,
    /// How well it matches; 0 if the query has no words.
    pub score: f32,
    /// How the score comes about, if that was asked for.
    pub explanation: Option<Explanation>,
}

/// A sentence of an article that matches.
#[derive(Clone, Debug)]
pub struct MatchedSentence {
    /// Its position among the article's sentences, from 0.
    pub index: u32,
    /// The sentence.
    pub sentence: Sentence,
    /// Its text.
    pub text: String,
    /// How much of the article's body comes before it.
    pub before: Before,
    /// The words of the sentence that matched, in reading order, as spans of the article's body.
    pub highlights: Vec<Span>,
    /// How much of the query it meets.
    pub score: f32,
}

/// A part of a score, and what it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The part of the score, or a factor.
    pub value: f32,
    /// Where it comes from, in words.
    pub what: String,
    /// What it is made of.
    pub parts: Vec<Explanation>,
}

/// A quote that matches.
#[derive(Clone, Debug)]
pub struct QuoteHit {
    /// The article that contains it, with the entities that the quote's positions refer to. Of its analysis there is only
    /// what quotes need: no mentions, and of entities their names and types alone.
    pub article: Arc<AnalyzedArticle>,
    /// Its position among the article's quotes, from 0.
    pub index: u32,
    /// The words of the content that matched, in reading order, as spans of the article's body.
    pub highlights: Vec<Span>,
    /// The words of the title that matched, as spans of the title.
    pub title_highlights: Vec<Span>,
    /// BM25 score; 0 if the query has no words.
    pub score: f32,
}

impl QuoteHit {
    /// The quote itself.
    pub fn quote(&self) -> &Quote {
        &self.article.analysis.quotes[self.index as usize]
    }
}

/// An entity that matches.
///
/// `matched` is the wording that fits best, and `matched_by` says whether that is the name, an alias or a title.
#[derive(Clone, Debug)]
pub struct EntityHit {
    /// The entity.
    pub entity: EntityRecord,
    /// The name, alias or title that matched best, as it stands in the entity. Empty where nothing was looked for.
    pub matched: String,
    /// Which of these it is.
    pub matched_by: MatchedBy,
    /// How well it matched; higher is better, comparable within one answer only.
    pub score: f32,
}

/// What of an entity a look-up matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatchedBy {
    /// The name that most articles give it.
    Name,
    /// Another name.
    Alias,
    /// A title or role.
    Title,
}

/// A mention of an entity.
#[derive(Clone, Debug)]
pub struct MentionHit {
    /// The article that contains it.
    pub article: Arc<AnalyzedArticle>,
    /// The entity that was asked for.
    pub entity: EntityId,
    /// Its place among the article's mentions, from 0.
    pub index: u32,
}

/// A word that another may be a misspelling of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The word, folded.
    pub text: String,
    /// How many edits it is away: a letter more, less or other, or two neighbours swapped.
    pub edits: u8,
    /// In how many sentences or quotes it stands.
    pub count: u64,
}

/// How what is typed may go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// Entities, those in most articles first.
    pub entities: Vec<EntitySuggestion>,
    /// Phrases of headlines, those of most headlines first.
    pub phrases: Vec<PhraseSuggestion>,
}

/// An entity whose name goes on like what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntitySuggestion {
    /// Its id.
    pub id: EntityId,
    /// The name that most articles give it.
    pub name: String,
    /// Its type.
    pub kind: EntityType,
    /// How many articles mention it.
    pub articles: u64,
}

/// A phrase of headlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhraseSuggestion {
    /// The phrase, in small letters.
    pub text: String,
    /// In how many headlines it stands.
    pub headlines: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted_in_every_unit() {
        let text = "aé€😀";
        for (end, c) in text.char_indices().chain([(text.len(), 'z')]) {
            let before = &text[..end];
            let (utf16, utf32) = (before.encode_utf16().count(), before.chars().count());
            assert_eq!(Before::of(before.as_bytes()), Before { utf8: end, utf16, utf32 }, "before {c}");
        }
    }
}
