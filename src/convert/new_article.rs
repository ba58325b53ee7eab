//! Articles to put and texts to analyse, from their messages.

use std::collections::BTreeMap;

use sayso_document::{Date, Tier};
use sayso_index::{Article, Version, text_digest};

use super::check::{
    AUTHORS, LABEL_KEY_BYTES, LABEL_VALUE_BYTES, LABELS, LANGUAGE_BYTES, METADATA_BYTES, checked_id, date, micros,
};
use super::{Fault, labels};
use crate::{analysis::Mode, config::Limits, proto};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Checks an article to put. One without id gets a digest of url, outlet, title and body. Also returns the etag that
/// the stored article must have, if the request names one.
pub(crate) fn new_article(message: Option<proto::Article>, limits: &Limits) -> Result<(Article, Option<u64>), Fault> {
    let Some(message) = message else {
        return Err(Fault::invalid("article", "is missing; give an article with a body"));
    };
    body("article.body", &message.body, limits)?;
    metadata(&message)?;
    labels_fit(&message.labels)?;
    let published_at = message.publish_time.map(|at| micros("article.publish_time", at)).transpose()?;
    let published_on = message.publish_date.map(|day| date("article.publish_date", day)).transpose()?;
    if let (Some(at), Some(on)) = (published_at, published_on)
        && (at.div_euclid(DAY) - i64::from(on.days())).abs() > 1
    {
        let said =
            "is more than a day away from publish_time, which no time zone allows; give the day where the outlet is";
        return Err(Fault::invalid("article.publish_date", said));
    }
    let expected = etag("article.etag", &message.etag)?;
    let id = if message.id.is_empty() { digest(&message) } else { checked_id("article.id", message.id)? };
    let article = Article {
        id,
        url: message.url,
        outlet: message.outlet,
        title: message.title,
        authors: message.authors,
        language: message.language_code,
        // Filters and orders know moments only, so a day without one counts as its first moment.
        published_at: published_at.or(published_on.map(|day| i64::from(day.days()) * DAY)),
        published_on,
        labels: message.labels,
        body: message.body,
        version: Version::default(),
    };
    Ok((article, expected))
}

/// Reads an etag. None if no version is expected.
pub(crate) fn etag(field: &str, etag: &str) -> Result<Option<u64>, Fault> {
    if etag.is_empty() {
        return Ok(None);
    }
    let digits = etag.len() == 16 && etag.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let number = if digits { u64::from_str_radix(etag, 16).ok() } else { None };
    let said = || format!("{etag:?} is not an etag; pass an Article.etag from an earlier answer, or leave it empty");
    number.map(Some).ok_or_else(|| Fault::invalid(field, said()))
}

/// Checks a text to analyse.
pub(crate) fn text_to_analyze(message: proto::AnalyzeRequest, limits: &Limits) -> Result<Article, Fault> {
    body("text", &message.text, limits)?;
    let published_on = message.publish_date.map(|day| date("publish_date", day)).transpose()?;
    Ok(unkept(message.text, published_on))
}

/// A text that is analysed and not kept, as an article without id.
pub(crate) fn unkept(text: String, published_on: Option<Date>) -> Article {
    let version = Version { text: text_digest(&text), ..Version::default() };
    Article { body: text, published_on, version, ..Article::default() }
}

/// The tier on which a text is analysed. The text is not kept, so no better analysis can follow.
pub(crate) fn tier_to_analyze(message: &proto::AnalyzeRequest, default: Mode) -> Result<Tier, Fault> {
    if message.analysis_mode == i32::from(proto::AnalysisMode::FastThenAccurate) {
        let said = "cannot be fast first and accurate later, because nothing is stored; choose fast or accurate";
        return Err(Fault::invalid("analysis_mode", said));
    }
    labels::wanted_mode("analysis_mode", message.analysis_mode, default).map(Mode::last)
}

fn body(field: &str, text: &str, limits: &Limits) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::invalid(field, "is empty; give the text of an article"));
    }
    let most = limits.body_bytes;
    if text.len() > most {
        let said = format!("is {} bytes long; the limit body_bytes is {most}", text.len());
        return Err(Fault::too_much(field, "body_bytes", most, said));
    }
    Ok(())
}

fn metadata(article: &proto::Article) -> Result<(), Fault> {
    if article.authors.len() > AUTHORS {
        let said = format!("has {} values; the limit authors is {AUTHORS}", article.authors.len());
        return Err(Fault::too_much("article.authors", "authors", AUTHORS, said));
    }
    let most = LANGUAGE_BYTES;
    if article.language_code.len() > most {
        let said =
            format!("is too long for a BCP 47 code, for example en or pt-BR; the limit language_code_bytes is {most}");
        return Err(Fault::too_much("article.language_code", "language_code_bytes", most, said));
    }
    let texts = [&article.url, &article.outlet, &article.title, &article.language_code].into_iter();
    let labels = article.labels.iter().flat_map(|(key, value)| [key, value]);
    let bytes: usize = texts.chain(&article.authors).chain(labels).map(String::len).sum();
    if bytes > METADATA_BYTES {
        let said = format!(
            "has {bytes} bytes in url, outlet, title, authors, language_code and labels together; the limit \
             metadata_bytes is {METADATA_BYTES}"
        );
        return Err(Fault::too_much("article", "metadata_bytes", METADATA_BYTES, said));
    }
    Ok(())
}

/// The error about a key that no label may have.
pub(super) const LABEL_KEY: &str = "a key is made of a to z, 0 to 9 and the signs _ - . /";

pub(super) fn is_label_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|sign| matches!(sign, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '/'))
}

fn labels_fit(labels: &BTreeMap<String, String>) -> Result<(), Fault> {
    let field = "article.labels";
    if labels.len() > LABELS {
        let said = format!("has {} labels; the limit labels is {LABELS}", labels.len());
        return Err(Fault::too_much(field, "labels", LABELS, said));
    }
    for (key, value) in labels {
        if key.len() > LABEL_KEY_BYTES {
            let said = format!("has a key of {} bytes; the limit label_key_bytes is {LABEL_KEY_BYTES}", key.len());
            return Err(Fault::too_much(field, "label_key_bytes", LABEL_KEY_BYTES, said));
        }
        if !is_label_key(key) {
            let said = format!("has the key {key:?}; {LABEL_KEY}");
            return Err(Fault::invalid(field, said));
        }
        if value.len() > LABEL_VALUE_BYTES {
            let said = format!(
                "has {} bytes under the key {key:?}; the limit label_value_bytes is {LABEL_VALUE_BYTES}",
                value.len()
            );
            return Err(Fault::too_much(field, "label_value_bytes", LABEL_VALUE_BYTES, said));
        }
    }
    Ok(())
}

/// Half of a BLAKE3 digest, as hexadecimal digits. Lengths go in, so that no two ways to split the same letters have one digest.
fn digest(article: &proto::Article) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [&article.url, &article.outlet, &article.title, &article.body] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
