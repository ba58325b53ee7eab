//! How an article is laid out in the store.
//!
//! The body is not compressed, so that a hit costs no more than a copy of its sentence: the body is kept as bytes, and only
//! what is shown of it is read as text. A record of an older version lacks what was
//! added since: the labels are empty then, the tier comes from the analysis, and the version is computed from the
//! content.

use sayso_document::{Date, Span, Tier};
use serde::{Deserialize, Serialize, Serializer};

use super::codes::TIERS;
use super::damage::corrupt;
use super::{all_read, sealed, unsealed};
use crate::{AnalyzedArticle, Article, Before, Error, ErrorKind, Result, Version};

/// The version that is written; versions 1 and 2 are still read.
const VERSION: u8 = 3;

/// An article.
#[derive(Serialize, Deserialize)]
pub(crate) struct ArticleRecord<'a> {
    /// [`Article::id`].
    pub(crate) id: &'a str,
    /// [`Article::url`].
    url: &'a str,
    /// [`Article::outlet`].
    pub(crate) outlet: &'a str,
    /// [`Article::title`].
    title: &'a str,
    /// [`Article::authors`].
    #[serde(borrow)]
    pub(crate) authors: Vec<&'a str>,
    /// [`Article::language`].
    pub(crate) language: &'a str,
    /// In microseconds since 1970.
    pub(crate) published_at: Option<i64>,
    /// The model of the analysis.
    pub(crate) model: &'a str,
    /// How many sentences the analysis has.
    pub(crate) sentences: u32,
    /// How many entities.
    pub(crate) entities: u32,
    /// How many quotes.
    pub(crate) quotes: u32,
    /// [`Article::body`], which the checksum of the record covers.
    #[serde(serialize_with = "bytes")]
    body: &'a [u8],
    /// In days since 1970-01-01. Appended in version 2.
    #[serde(skip)]
    published_on: Option<i32>,
    /// Appended in version 3. None in older records.
    #[serde(skip)]
    added: Option<Added<'a>>,
}

/// What version 3 of an article appends to version 2.
#[derive(Serialize, Deserialize)]
struct Added<'a> {
    #[serde(borrow)]
    labels: Vec<(&'a str, &'a str)>,
    /// The code of the tier of the analysis.
    tier: u8,
    /// [`Version::revision`].
    revision: u64,
    /// [`Version::created`].
    created: Option<i64>,
    /// [`Version::updated`].
    updated: Option<i64>,
    /// [`Version::etag`].
    etag: u64,
    /// [`Version::text`].
    text: u64,
}

impl<'a> Added<'a> {
    /// The part for an article with this version.
    fn of(article: &'a Article, tier: Tier, version: Version) -> Self {
        let Version { revision, created, updated, etag, text } = version;
        let labels = article.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        Self { labels, tier: TIERS.code(tier), revision, created, updated, etag, text }
    }
}

impl<'a> ArticleRecord<'a> {
    /// The record of an article with this version.
    pub(crate) fn of(analyzed: &'a AnalyzedArticle, version: Version) -> Self {
        let AnalyzedArticle { article, analysis } = analyzed;
        Self {
            id: &article.id,
            url: &article.url,
            outlet: &article.outlet,
            title: &article.title,
            authors: article.authors.iter().map(String::as_str).collect(),
            language: &article.language,
            published_at: article.published_at,
            model: &analysis.model,
            sentences: analysis.sentences.len() as u32,
            entities: analysis.entities.len() as u32,
            quotes: analysis.quotes.len() as u32,
            body: article.body.as_bytes(),
            published_on: article.published_on.map(Date::days),
            added: Some(Added::of(article, analysis.tier, version)),
        }
    }

    /// The labels, in order of their keys.
    pub(crate) fn labels(&self) -> &[(&'a str, &'a str)] {
        self.added.as_ref().map_or(&[], |added| &added.labels)
    }

    /// The tier of the analysis. None in records of older versions, where only the analysis has it.
    pub(crate) fn tier(&self) -> Result<Option<Tier>> {
        self.added.as_ref().map(|added| TIERS.value(added.tier)).transpose()
    }

    /// When the article last changed, if the record has it.
    pub(crate) fn updated(&self) -> Option<i64> {
        self.added.as_ref().and_then(|added| added.updated)
    }

    /// The version of the article. For a record of an older version, this reads the whole body.
    pub(crate) fn version(&self) -> Version {
        match self.added {
            Some(Added { revision, created, updated, etag, text, .. }) => {
                Version { revision, created, updated, etag, text }
            }
            None => {
                Version::unknown(&Article { body: String::from_utf8_lossy(self.body).into_owned(), ..self.described() })
            }
        }
    }

    /// A part of the body; none if it has no such part.
    pub(crate) fn part(&self, span: Span) -> Option<&'a str> {
        std::str::from_utf8(self.body.get(span.range())?).ok()
    }

    /// How much of the body comes before a byte.
    pub(crate) fn before(&self, byte: usize) -> Before {
        Before::of(&self.body[..byte.min(self.body.len())])
    }

    /// Whether this is the same article, whatever its analysis and version.
    pub(crate) fn is(&self, other: &Article) -> bool {
        let Article { id, url, outlet, title, authors, language, published_at, published_on, labels, body, version: _ } =
            other;
        (self.id, self.url, self.outlet, self.title) == (id, url, outlet, title)
            && (self.language, self.published_at, self.body) == (language, *published_at, body.as_bytes())
            && self.authors == *authors
            && self.published_on == published_on.map(Date::days)
            && self.labels().iter().copied().eq(labels.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    /// The article.
    pub(crate) fn to_article(&self) -> Result<Article> {
        let body = std::str::from_utf8(self.body).map_err(|error| corrupt(&format!("holds no text: {error}")))?;
        Ok(Article { body: body.to_owned(), ..self.to_article_without_body() })
    }

    /// The article without its body.
    pub(crate) fn to_article_without_body(&self) -> Article {
        Article { version: self.version(), ..self.described() }
    }

    /// The article without its body and version.
    fn described(&self) -> Article {
        let owned = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
        Article {
            id: self.id.to_owned(),
            url: self.url.to_owned(),
            outlet: self.outlet.to_owned(),
            title: self.title.to_owned(),
            authors: self.authors.iter().map(|&author| author.to_owned()).collect(),
            language: self.language.to_owned(),
            published_at: self.published_at,
            published_on: self.published_on.and_then(Date::from_days),
            labels: self.labels().iter().map(owned).collect(),
            body: String::new(),
            version: Version::default(),
        }
    }
}

/// Writes bytes as they are. A text of the same bytes is written in the same way.
fn bytes<S: Serializer>(bytes: &[u8], to: S) -> std::result::Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

/// Writes an article: one that was read from a record of an older version in the last that it fits.
pub(crate) fn encode_article(record: &ArticleRecord<'_>) -> Result<Vec<u8>> {
    let version = if record.added.is_some() { VERSION } else { VERSION - 1 };
    let bytes = postcard::to_extend(record, vec![version, 0, 0, 0, 0])
        .and_then(|bytes| postcard::to_extend(&record.published_on, bytes))
        .and_then(|bytes| match &record.added {
            Some(added) => postcard::to_extend(added, bytes),
            None => Ok(bytes),
        })
        .map_err(|error| Error::new(ErrorKind::Invalid, format!("the article cannot be written: {error}")))?;
    Ok(sealed(bytes))
}

/// The record of an article as version 2 wrote it.
#[cfg(test)]
pub(crate) fn as_in_version_2(bytes: &[u8]) -> Vec<u8> {
    let record = decode_article(bytes).unwrap();
    encode_article(&ArticleRecord { added: None, ..record }).unwrap()
}

/// Reads an article of any version; what it borrows stays in `bytes`.
pub(crate) fn decode_article(bytes: &[u8]) -> Result<ArticleRecord<'_>> {
    let (version, content) = unsealed(bytes, VERSION)?;
    let unread = |error| corrupt(&format!("does not decode: {error}"));
    let (mut record, mut rest) = postcard::take_from_bytes::<ArticleRecord<'_>>(content).map_err(unread)?;
    if version > 1 {
        (record.published_on, rest) = postcard::take_from_bytes(rest).map_err(unread)?;
    }
    if version > 2 {
        let (added, behind) = postcard::take_from_bytes::<Added<'_>>(rest).map_err(unread)?;
        TIERS.value(added.tier)?;
        (record.added, rest) = (Some(added), behind);
    }
    all_read(rest)?;
    Ok(record)
}
