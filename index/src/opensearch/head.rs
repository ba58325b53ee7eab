//! The head of a document: what the service reads back before it changes an article.
//!
//! An article is one document, so that every reader sees all of it or nothing: its head, its records as the embedded
//! engine keeps them, and what searches look at.
//!
//! | field | holds | serves |
//! |---|---|---|
//! | `seq` | the number of the article | order, exports, changes that name it |
//! | `revision`, `created`, `updated`, `etag`, `text_digest` | its version | conditions, and the next version |
//! | `content` | a digest of what the client put | telling the same article from another one |
//! | `model`, `tier` | of its analysis | whether a new one is better, and which are outdated |
//! | `pending` | the tier of the analysis that it waits for, if it does | finding those that wait |
//! | `changed` | when anything in the document changed | copying what changed during a reindex |
//! | `sentence_count`, `quote_count` | how many it has | counts over all articles |
//! | `article`, `analysis` | the records of both, in base64 | reading the article, and making the document anew |
//!
//! Numbers that take all 64 bits are hexadecimal words, because a `long` of OpenSearch has a sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sayso_document::Tier;
use serde_json::{Map, Value, json};

use crate::record::{self, ArticleRecord};
use crate::{AnalyzedArticle, Article, Error, ErrorKind, Kept, Result, Version};

/// The fields of a head, for what reads heads alone.
pub(super) const FIELDS: &str = "seq,revision,created,updated,etag,text_digest,content,model,tier,pending";

/// The fields of a head and the records.
pub(super) const RECORDED: &str =
    "seq,revision,created,updated,etag,text_digest,content,model,tier,pending,article,analysis";

/// The longest name of a document that OpenSearch takes, in bytes.
const LONGEST_NAME: usize = 512;

/// What an article's document says of it.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The number of the article.
    pub(super) seq: u64,
    /// Its version.
    pub(super) version: Version,
    /// The digest of what a client put: [`content`].
    content: String,
    /// The model of its analysis.
    pub(super) model: String,
    /// The tier of its analysis.
    pub(super) tier: Tier,
    /// The tier of the analysis that it waits for.
    pub(super) pending: Option<Tier>,
}

impl Head {
    /// Reads a head from a document's source.
    pub(super) fn of(source: &Value) -> Result<Self> {
        let number = |name: &str| source[name].as_u64().ok_or_else(|| damaged(name));
        let text = |name: &str| source[name].as_str().ok_or_else(|| damaged(name));
        let digest = |name: &str| u64::from_str_radix(text(name)?, 16).map_err(|_| damaged(name));
        let tier = |value: &Value| value.as_u64().and_then(|code| u8::try_from(code).ok()).map(record::tier_of);
        let version = Version {
            revision: number("revision")?,
            created: source["created"].as_i64(),
            updated: source["updated"].as_i64(),
            etag: digest("etag")?,
            text: digest("text_digest")?,
        };
        Ok(Self {
            seq: number("seq")?,
            version,
            content: text("content")?.to_owned(),
            model: text("model")?.to_owned(),
            tier: tier(&source["tier"]).ok_or_else(|| damaged("tier"))??,
            pending: tier(&source["pending"]).transpose()?,
        })
    }

    /// Whether this is the same article, whatever its analysis and version.
    pub(super) fn is(&self, article: &Article) -> bool {
        self.content == content(article)
    }
}

/// The head of an article's document, and its records.
pub(super) fn fields(kept: &Kept) -> Result<Map<String, Value>> {
    let Kept { seq, article: analyzed, pending } = kept;
    let AnalyzedArticle { article, analysis } = analyzed;
    let Version { revision, created, updated, etag, text } = article.version;
    let head = json!({
        "seq": seq,
        "revision": revision,
        "created": created,
        "updated": updated,
        "etag": format!("{etag:016x}"),
        "text_digest": format!("{text:016x}"),
        "content": content(article),
        "model": analysis.model,
        "tier": record::tier_code(analysis.tier),
        "pending": pending.map(record::tier_code),
        "sentence_count": analysis.sentences.len(),
        "quote_count": analysis.quotes.len(),
        "article": STANDARD.encode(record::encode_article(&ArticleRecord::of(analyzed, article.version))?),
        "analysis": STANDARD.encode(record::encode_analysis(analysis)?),
    });
    match head {
        Value::Object(fields) => Ok(fields),
        _ => Err(Error::new(ErrorKind::Invalid, "the article cannot be written")),
    }
}

/// How the head is indexed.
pub(super) fn mapping() -> Map<String, Value> {
    let kinds = [
        ("seq", "long"),
        // When anything in the document last changed, for a reindex.
        ("changed", "long"),
        ("revision", "long"),
        ("created", "long"),
        ("updated", "long"),
        ("etag", "keyword"),
        ("text_digest", "keyword"),
        ("content", "keyword"),
        ("model", "keyword"),
        ("tier", "byte"),
        ("pending", "byte"),
        ("sentence_count", "integer"),
        ("quote_count", "integer"),
    ];
    let mut mapping: Map<String, Value> =
        kinds.into_iter().map(|(name, kind)| (name.to_owned(), json!({ "type": kind }))).collect();
    // They are read from the source alone.
    for name in ["article", "analysis"] {
        mapping.insert(name.to_owned(), json!({ "type": "binary", "doc_values": false }));
    }
    mapping
}

/// An article from its document's source.
pub(super) fn article(source: &Value) -> Result<AnalyzedArticle> {
    let [article, analysis] = ["article", "analysis"].map(|name| bytes(source, name));
    let (article, analysis) = (article?, analysis?);
    Ok(AnalyzedArticle {
        article: record::decode_article(&article)?.to_article()?,
        analysis: record::decode_analysis(&analysis)?,
    })
}

/// An article with what quotes need of its analysis, from its document's source.
pub(super) fn quoted(source: &Value) -> Result<AnalyzedArticle> {
    let [article, analysis] = ["article", "analysis"].map(|name| bytes(source, name));
    let (article, analysis) = (article?, analysis?);
    Ok(AnalyzedArticle {
        article: record::decode_article(&article)?.to_article()?,
        analysis: record::decode_quotes(&analysis)?,
    })
}

/// An article with all that is stored of it, from its document's source.
pub(super) fn kept(source: &Value) -> Result<Kept> {
    let head = Head::of(source)?;
    Ok(Kept { seq: head.seq, article: article(source)?, pending: head.pending })
}

/// The name of an article's document: its id, or for one that is too long a digest of it.
pub(super) fn document_name(id: &str) -> String {
    match id.len() <= LONGEST_NAME {
        true => id.to_owned(),
        false => format!("blake3:{}", blake3::hash(id.as_bytes()).to_hex()),
    }
}

/// Bytes that stand in a document.
pub(super) fn bytes(source: &Value, name: &str) -> Result<Vec<u8>> {
    let text = source[name].as_str().ok_or_else(|| damaged(name))?;
    STANDARD.decode(text).map_err(|_| damaged(name))
}

/// A digest of what a client put: of the article's record without its version and analysis.
fn content(article: &Article) -> String {
    let Article { id, url, outlet, title, authors, language, published_at, published_on, labels, body, version: _ } =
        article;
    let day = published_on.map(|day| day.days());
    let parts = json!([id, url, outlet, title, authors, language, published_at, day, labels, body]);
    blake3::hash(parts.to_string().as_bytes()).to_hex().to_string()
}

/// The error of a document that something else wrote, or damaged.
fn damaged(field: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("a document of the cluster has no {field} that the service wrote"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_gives_back_what_went_in() {
        let article = Article { id: "a/1".into(), body: "Ferries sail.".into(), ..Article::default() };
        let version = Version::first(&article, -5, 7);
        let article = Article { version, ..article };
        let analyzed = AnalyzedArticle { article, analysis: sayso_document::Analysis::default() };
        for pending in [None, Some(Tier::Accurate)] {
            let given = Kept { seq: 7, article: analyzed.clone(), pending };
            let source = Value::Object(fields(&given).unwrap());
            assert_eq!(kept(&source).unwrap(), given);
            assert!(Head::of(&source).unwrap().is(&given.article.article));
        }
        let error = Head::of(&json!({ "seq": 1 })).unwrap_err();
        assert_eq!(error.to_string(), "a document of the cluster has no revision that the service wrote");
    }

    #[test]
    fn every_part_that_a_client_gives_counts() {
        let plain = || Article { id: "a".into(), ..Article::default() };
        let others = [
            Article { body: "b".into(), ..plain() },
            Article { url: "b".into(), ..plain() },
            Article { authors: vec!["b".into()], ..plain() },
            Article { published_at: Some(0), ..plain() },
            Article { labels: [("b".into(), "c".into())].into(), ..plain() },
        ];
        assert!(others.iter().all(|other| content(other) != content(&plain())));
        let later = Article { version: Version::first(&plain(), 1, 1), ..plain() };
        assert_eq!(content(&later), content(&plain()));
    }

    #[test]
    fn long_ids_get_a_name_that_fits() {
        assert_eq!(document_name("a/b"), "a/b");
        assert_eq!(document_name(&"x".repeat(513)).len(), 71);
    }
}
