//! From request messages to domain queries.

use prost_types::Timestamp;
use sayso_document::{Date, EntityType, Tier};
use sayso_index::{
    Article, EntityId,
    query::{
        self, ArticleFilter, ArticleQuery, EntityQuery, Expr, MentionQuery, ParseErrorKind, ParseOptions, QuoteQuery,
        SentenceQuery, Who,
    },
};

use super::{Fault, labels, page_request};
use crate::{analysis::Mode, config::Limits, echo::is_command, proto};

/// Longest id of an article, in bytes.
pub(crate) const ID_BYTES: usize = 256;
/// Longest id of a quote, in bytes.
const QUOTE_ID_BYTES: usize = ID_BYTES + 24;
/// Longest url, source, title or author, in bytes.
pub(crate) const METADATA_BYTES: usize = 16 << 10;
/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;
/// Most authors of an article.
pub(crate) const AUTHORS: usize = 1000;
/// Longest code of a language, in bytes.
pub(crate) const LANGUAGE_BYTES: usize = 35;

/// Checks an article to put. One without id gets a digest of url, source, title and body.
pub(crate) fn new_article(message: Option<proto::Article>, limits: &Limits) -> Result<Article, Fault> {
    let Some(message) = message else {
        return Err(Fault::invalid("article", "is missing; give an article with a body"));
    };
    body("article.body", &message.body, limits)?;
    for (field, value) in [("url", &message.url), ("source", &message.source), ("title", &message.title)] {
        metadata(&format!("article.{field}"), value)?;
    }
    if message.authors.len() > AUTHORS {
        let said = format!("has {} values; {AUTHORS} are accepted", message.authors.len());
        return Err(Fault::too_much("article.authors", "authors", AUTHORS, said));
    }
    for author in &message.authors {
        metadata("article.authors", author)?;
    }
    if message.language.len() > LANGUAGE_BYTES {
        return Err(Fault::invalid("article.language", "is too long for a BCP 47 code, for example en or pt-BR"));
    }
    let published_at = message.published_at.map(|at| micros("article.published_at", at)).transpose()?;
    let published_on = message.published_on.map(|day| date("article.published_on", day)).transpose()?;
    let id = if message.id.is_empty() { digest(&message) } else { checked_id("article.id", message.id)? };
    Ok(Article {
        id,
        url: message.url,
        outlet: message.source,
        title: message.title,
        authors: message.authors,
        language: message.language,
        // Filters and orders know moments only: a day without one stands for its first.
        published_at: published_at.or(published_on.map(|day| i64::from(day.days()) * DAY)),
        published_on,
        body: message.body,
    })
}

/// Checks a text to analyse.
pub(crate) fn text_to_analyze(message: proto::AnalyzeRequest, limits: &Limits) -> Result<Article, Fault> {
    body("text", &message.text, limits)?;
    let published_on = message.published_on.map(|day| date("published_on", day)).transpose()?;
    Ok(Article { body: message.text, published_on, ..Article::default() })
}

/// The tier that a text is to be read on. Nothing is kept of it, so that no better analysis can come later.
pub(crate) fn tier_to_analyze(message: &proto::AnalyzeRequest, default: Mode) -> Result<Tier, Fault> {
    if message.analysis == i32::from(proto::AnalysisMode::FastThenAccurate) {
        let said = "cannot be fast first and accurate later, as nothing is kept; choose fast or accurate";
        return Err(Fault::invalid("analysis", said));
    }
    labels::wanted_mode("analysis", message.analysis, default).map(Mode::last)
}

/// Checks the id of an article to read or delete.
pub(crate) fn article_id(field: &str, id: String) -> Result<String, Fault> {
    if id.is_empty() {
        return Err(Fault::invalid(field, "is empty; give the id of an article"));
    }
    checked_id(field, id)
}

/// Splits a quote's id into its article's id and its index.
pub(crate) fn quote_id(id: &str) -> Result<(String, usize), Fault> {
    longest("id", id, QUOTE_ID_BYTES)?;
    let parts = id.rsplit_once("#q").and_then(|(article, index)| Some((article.to_owned(), index.parse().ok()?)));
    parts.ok_or_else(|| Fault::invalid("id", format!("{id:?} is no quote's id, which ends in #q and a number")))
}

/// Checks an entity's id.
pub(crate) fn entity_id(field: &str, id: &str) -> Result<EntityId, Fault> {
    longest(field, id, METADATA_BYTES)?;
    EntityId::parse(id)
        .ok_or_else(|| Fault::invalid(field, format!("{id:?} is no entity's id, for example person/ada-lind")))
}

/// What `ListArticles` asks.
pub(crate) fn article_query(message: &proto::ListArticlesRequest, limits: &Limits) -> Result<ArticleQuery, Fault> {
    Ok(ArticleQuery { filter: filter(message.filter.as_ref(), limits)?, page: page_request(message, limits)? })
}

/// What `Search` asks.
pub(crate) fn sentence_query(message: &proto::SearchRequest, limits: &Limits) -> Result<SentenceQuery, Fault> {
    Ok(SentenceQuery {
        expr: expr(&message.query, ParseOptions::sentences(), limits)?,
        mentions: mentions(&message.entities, limits)?,
        filter: filter(message.filter.as_ref(), limits)?,
        order: labels::order("order", message.order)?,
        page: page_request(message, limits)?,
    })
}

/// What `SearchQuotes` asks.
pub(crate) fn quote_query(message: &proto::SearchQuotesRequest, limits: &Limits) -> Result<QuoteQuery, Fault> {
    if !(0.0..=1.0).contains(&message.min_confidence) {
        let said = format!("{} is no confidence; give a number from 0 to 1", message.min_confidence);
        return Err(Fault::invalid("min_confidence", said));
    }
    let day = |field, day: Option<proto::Date>| day.map(|day| date(field, day)).transpose();
    let (said_from, said_until) = (day("said_from", message.said_from)?, day("said_until", message.said_until)?);
    if let (Some(from), Some(until)) = (said_from, said_until)
        && from >= until
    {
        return Err(Fault::invalid("said_until", "is not after said_from, so that nothing can match"));
    }
    Ok(QuoteQuery {
        expr: expr(&message.query, ParseOptions::quotes(), limits)?,
        speakers: named("speaker", &message.speaker, limits)?,
        addressees: Vec::new(),
        about: named("about", &message.about, limits)?,
        kinds: labels::kinds("kinds", &message.kinds)?,
        acts: labels::acts("acts", &message.acts)?,
        polarities: labels::polarities("polarities", &message.polarities)?,
        named_speaker: message.named_speaker,
        min_confidence: message.min_confidence,
        said_from,
        said_until,
        filter: filter(message.filter.as_ref(), limits)?,
        order: labels::order("order", message.order)?,
        page: page_request(message, limits)?,
    })
}

/// What `LookupEntities` asks.
pub(crate) fn entity_query(message: &proto::LookupEntitiesRequest, limits: &Limits) -> Result<EntityQuery, Fault> {
    short("name", &message.name, limits)?;
    // Every word is also looked for with typing errors.
    words("name", &message.name, "query_expansions", limits.query_expansions)?;
    let kinds = labels::entity_types("types", &message.types)?;
    Ok(EntityQuery {
        name: message.name.clone(),
        kinds: if kinds.is_empty() { NAMED.to_vec() } else { kinds },
        page: page_request(message, limits)?,
    })
}

/// The types that a look-up without types finds: what has a name.
const NAMED: [EntityType; 7] = [
    EntityType::Person,
    EntityType::Organization,
    EntityType::Place,
    EntityType::Facility,
    EntityType::Norp,
    EntityType::Event,
    EntityType::Product,
];

/// What `ListMentions` asks.
pub(crate) fn mention_query(message: &proto::ListMentionsRequest, limits: &Limits) -> Result<MentionQuery, Fault> {
    Ok(MentionQuery {
        entity: entity_id("entity_id", &message.entity_id)?,
        forms: labels::forms("forms", &message.forms)?,
        filter: filter(message.filter.as_ref(), limits)?,
        page: page_request(message, limits)?,
    })
}

fn expr(text: &str, fields: ParseOptions, limits: &Limits) -> Result<Expr, Fault> {
    if text.trim().is_empty() {
        return Ok(Expr::All);
    }
    let options = ParseOptions {
        max_clauses: limits.query_clauses,
        max_expansions: limits.query_expansions,
        max_length: limits.query_bytes,
        ..fields
    };
    query::parse(text, &options).map_err(|error| {
        let reason = match error.kind() {
            ParseErrorKind::TooManyClauses
            | ParseErrorKind::TooManyExpansions
            | ParseErrorKind::TooLong
            | ParseErrorKind::TooDeep => "LIMIT_EXCEEDED",
            _ => "QUERY_SYNTAX",
        };
        let mut fault = Fault::new(reason, "query", error.to_string());
        fault.metadata = vec![("position", error.position().to_string()), ("expected", error.expected().to_owned())];
        let exceeded = match error.kind() {
            ParseErrorKind::TooManyClauses => Some(("query_clauses", limits.query_clauses)),
            ParseErrorKind::TooManyExpansions => Some(("query_expansions", limits.query_expansions)),
            ParseErrorKind::TooLong => Some(("query_bytes", limits.query_bytes)),
            _ => None,
        };
        if let Some((limit, most)) = exceeded {
            fault.metadata.extend([("limit", limit.to_owned()), ("most", most.to_string())]);
        }
        fault
    })
}

fn filter(message: Option<&proto::ArticleFilter>, limits: &Limits) -> Result<ArticleFilter, Fault> {
    let Some(message) = message else { return Ok(ArticleFilter::default()) };
    for (field, values) in
        [("article_ids", &message.article_ids), ("sources", &message.sources), ("languages", &message.languages)]
    {
        few(&format!("filter.{field}"), values.len(), limits)?;
        for value in values {
            metadata(&format!("filter.{field}"), value)?;
        }
    }
    let moment = |field, at: &Option<Timestamp>| at.map(|at| micros(field, at)).transpose();
    let (from, until) = (
        moment("filter.published_from", &message.published_from)?,
        moment("filter.published_until", &message.published_until)?,
    );
    if let (Some(from), Some(until)) = (from, until)
        && from >= until
    {
        let said = "is not after published_from, so that nothing can match";
        return Err(Fault::invalid("filter.published_until", said));
    }
    Ok(ArticleFilter {
        ids: message.article_ids.clone(),
        outlets: message.sources.clone(),
        languages: message.languages.clone(),
        from,
        until,
    })
}

fn mentions(texts: &[String], limits: &Limits) -> Result<Vec<Who>, Fault> {
    few("entities", texts.len(), limits)?;
    let mut mentions = Vec::with_capacity(texts.len());
    for text in texts {
        short("entities", text, limits)?;
        words("entities", text, "query_clauses", limits.query_clauses)?;
        mentions.push(who(text));
    }
    let names = mentions.iter().filter(|who| matches!(who, Who::Named(_))).count();
    let most = limits.query_expansions;
    if names > most {
        let said = format!("has {names} names; the limit query_expansions is {most}; give ids in place of names");
        return Err(Fault::too_much("entities", "query_expansions", most, said));
    }
    Ok(mentions)
}

fn named(field: &str, text: &str, limits: &Limits) -> Result<Vec<Who>, Fault> {
    short(field, text, limits)?;
    words(field, text, "query_clauses", limits.query_clauses)?;
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if !text.contains(char::is_alphanumeric) {
        return Err(Fault::invalid(field, format!("{text:?} has no word; give a name or an entity's id")));
    }
    Ok(vec![who(text)])
}

fn who(text: &str) -> Who {
    EntityId::parse(text).map_or_else(|| Who::Named(text.to_owned()), Who::Id)
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

fn metadata(field: &str, value: &str) -> Result<(), Fault> {
    longest(field, value, METADATA_BYTES)
}

fn longest(field: &str, value: &str, most: usize) -> Result<(), Fault> {
    if value.len() > most {
        let said = format!("is {} bytes long; {most} are accepted", value.len());
        return Err(Fault::too_much(field, "metadata_bytes", most, said));
    }
    Ok(())
}

fn short(field: &str, value: &str, limits: &Limits) -> Result<(), Fault> {
    let most = limits.query_bytes;
    if value.len() > most {
        let said = format!("is {} bytes long; the limit query_bytes is {most}", value.len());
        return Err(Fault::too_much(field, "query_bytes", most, said));
    }
    Ok(())
}

fn words(field: &str, value: &str, limit: &'static str, most: usize) -> Result<(), Fault> {
    let count = query::words(value);
    if count > most {
        let said = format!("has {count} words; the limit {limit} is {most}");
        return Err(Fault::too_much(field, limit, most, said));
    }
    Ok(())
}

fn few(field: &str, count: usize, limits: &Limits) -> Result<(), Fault> {
    let most = limits.filter_values;
    if count > most {
        let said = format!("has {count} values; the limit filter_values is {most}");
        return Err(Fault::too_much(field, "filter_values", most, said));
    }
    Ok(())
}

fn checked_id(field: &str, id: String) -> Result<String, Fault> {
    if id.len() > ID_BYTES {
        return Err(Fault::invalid(field, format!("has {} bytes; an id has at most {ID_BYTES}", id.len())));
    }
    if let Some(sign) = id.chars().find(|&sign| is_command(sign)) {
        let said = format!(
            "has the character U+{:04X}; control characters, line separators and signs that turn the direction of text \
             are not accepted",
            u32::from(sign)
        );
        return Err(Fault::invalid(field, said));
    }
    Ok(id)
}

/// Half of a BLAKE3 digest, as hexadecimal digits. Lengths go in, so that no two splits of the same letters meet.
fn digest(article: &proto::Article) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [&article.url, &article.source, &article.title, &article.body] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn date(field: &str, day: proto::Date) -> Result<Date, Fault> {
    let small = |part: i32| u8::try_from(part).ok();
    let found = small(day.month).zip(small(day.day)).and_then(|(month, of_month)| Date::new(day.year, month, of_month));
    found.ok_or_else(|| {
        let said = format!(
            "{:04}-{:02}-{:02} is no day of the calendar; give year, month and day",
            day.year, day.month, day.day
        );
        Fault::invalid(field, said)
    })
}

fn micros(field: &str, at: Timestamp) -> Result<i64, Fault> {
    // The range that google.protobuf.Timestamp documents: years 1 to 9999.
    let in_range = (-62_135_596_800..=253_402_300_799).contains(&at.seconds) && (0..1_000_000_000).contains(&at.nanos);
    if !in_range {
        return Err(Fault::invalid(field, "is outside of the years 1 to 9999, or its nanos are not below one second"));
    }
    Ok(at.seconds * 1_000_000 + i64::from(at.nanos / 1000))
}
