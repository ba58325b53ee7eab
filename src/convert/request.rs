//! From request messages to domain queries.

use std::collections::BTreeMap;

use prost_types::Timestamp;
use sayso_document::{Date, EntityType, Tier};
use sayso_index::{
    Article, EntityId, Version,
    query::{
        self, ArticleFilter, ArticleQuery, EntityQuery, Expr, LabelFilter, MentionQuery, ParseErrorKind, ParseOptions,
        QuoteQuery, SentenceQuery, Who,
    },
    text_digest,
};

use super::{Fault, QuotePlace, labels, page_request};
use crate::{
    analysis::Mode,
    config::Limits,
    echo::is_command,
    proto::{self, entity_selector::Selector, google_type::Interval},
};

/// Longest id of an article, in bytes.
pub(crate) const ID_BYTES: usize = 256;
/// Longest id of a quote, in bytes: that of an article, with a place behind it.
const PLACE_ID_BYTES: usize = ID_BYTES + 80;
/// Bytes of url, outlet, title, authors, code of the language and labels of an article together, and of a value to
/// filter by.
pub(crate) const METADATA_BYTES: usize = 64 << 10;
/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;
/// Most authors of an article.
pub(crate) const AUTHORS: usize = 1000;
/// Longest code of a language, in bytes.
pub(crate) const LANGUAGE_BYTES: usize = 35;
/// Most labels of an article.
pub(crate) const LABELS: usize = 64;
/// Longest key of a label, in bytes.
pub(crate) const LABEL_KEY_BYTES: usize = 63;
/// Longest value of a label, in bytes.
pub(crate) const LABEL_VALUE_BYTES: usize = 1024;
/// Most sentences that `GetQuote` gives before and after.
pub(crate) const CONTEXT_SENTENCES: usize = 20;

/// Checks an article to put. One without id gets a digest of url, outlet, title and body. Gives the etag that must
/// stand with it, if one must.
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

/// The tier that a text is to be read on. Nothing is kept of it, so that no better analysis can come later.
pub(crate) fn tier_to_analyze(message: &proto::AnalyzeRequest, default: Mode) -> Result<Tier, Fault> {
    if message.analysis_mode == i32::from(proto::AnalysisMode::FastThenAccurate) {
        let said = "cannot be fast first and accurate later, because nothing is stored; choose fast or accurate";
        return Err(Fault::invalid("analysis_mode", said));
    }
    labels::wanted_mode("analysis_mode", message.analysis_mode, default).map(Mode::last)
}

/// Checks the id of an article to read or delete.
pub(crate) fn article_id(field: &str, id: String) -> Result<String, Fault> {
    if id.is_empty() {
        return Err(Fault::invalid(field, "is empty; give the id of an article"));
    }
    checked_id(field, id)
}

/// Reads the id of a quote.
pub(crate) fn quote_place(id: &str) -> Result<QuotePlace, Fault> {
    QuotePlace::read(id, PLACE_ID_BYTES)
}

/// The ids of articles to read.
pub(crate) fn batch_ids(ids: &[String], limits: &Limits) -> Result<(), Fault> {
    few("ids", ids.len(), limits)?;
    if ids.is_empty() {
        return Err(Fault::invalid("ids", "is empty; give the ids of articles"));
    }
    ids.iter().try_for_each(|id| article_id("ids", id.clone()).map(drop))
}

/// Checks an entity's id.
pub(crate) fn entity_id(field: &str, id: &str) -> Result<EntityId, Fault> {
    longest(field, id, METADATA_BYTES)?;
    EntityId::parse(id).ok_or_else(|| {
        Fault::invalid(
            field,
            format!("{id:?} is not an entity id; LookupEntities returns them, for example person/ada-lind"),
        )
    })
}

/// What `ListArticles` asks.
pub(crate) fn article_query(message: &proto::ListArticlesRequest, limits: &Limits) -> Result<ArticleQuery, Fault> {
    let filter = filter(message.filter.as_ref(), limits)?;
    let order = labels::article_order(&message.order_by)?;
    Ok(ArticleQuery { filter, order, page: page_request(message, limits)? })
}

/// What `SearchSentences` asks.
pub(crate) fn sentence_query(message: &proto::SearchSentencesRequest, limits: &Limits) -> Result<SentenceQuery, Fault> {
    Ok(SentenceQuery {
        expr: expr(&message.query, ParseOptions::sentences(), limits)?,
        mentions: selected("mentions", &message.mentions, limits)?,
        filter: filter(message.filter.as_ref(), limits)?,
        order: labels::order(&message.order_by)?,
        page: page_request(message, limits)?,
    })
}

/// What `SearchQuotes` asks.
pub(crate) fn quote_query(message: &proto::SearchQuotesRequest, limits: &Limits) -> Result<QuoteQuery, Fault> {
    if !(0.0..=1.0).contains(&message.min_confidence) {
        let said = format!("{} is not a confidence; give a number from 0 to 1", message.min_confidence);
        return Err(Fault::invalid("min_confidence", said));
    }
    let (said_from, said_until) = days(message.said_dates.as_ref())?;
    Ok(QuoteQuery {
        expr: expr(&message.query, ParseOptions::quotes(), limits)?,
        speakers: selected("speakers", &message.speakers, limits)?,
        addressees: selected("addressees", &message.addressees, limits)?,
        about: selected("about", &message.about, limits)?,
        kinds: labelled("kinds", &message.kinds, labels::kinds, limits)?,
        acts: labelled("acts", &message.acts, labels::acts, limits)?,
        polarities: labelled("polarities", &message.polarities, labels::polarities, limits)?,
        named_speaker: message.named_speaker,
        min_confidence: message.min_confidence,
        said_from,
        said_until,
        filter: filter(message.filter.as_ref(), limits)?,
        order: labels::order(&message.order_by)?,
        page: page_request(message, limits)?,
    })
}

/// What `LookupEntities` asks.
pub(crate) fn entity_query(message: &proto::LookupEntitiesRequest, limits: &Limits) -> Result<EntityQuery, Fault> {
    short("name", &message.name, limits)?;
    // Every word is also looked for with typing errors.
    words("name", &message.name, "query_expansions", limits.query_expansions)?;
    if !message.name.trim().is_empty() {
        has_word("name", &message.name)?;
    }
    let kinds = labelled("types", &message.types, labels::entity_types, limits)?;
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
        forms: labelled("forms", &message.forms, labels::forms, limits)?,
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

/// Which articles a request means.
pub(crate) fn filter(message: Option<&proto::ArticleFilter>, limits: &Limits) -> Result<ArticleFilter, Fault> {
    let Some(message) = message else { return Ok(ArticleFilter::default()) };
    for (field, values) in [
        ("article_ids", &message.article_ids),
        ("outlets", &message.outlets),
        ("authors", &message.authors),
        ("language_codes", &message.language_codes),
        ("models", &message.models),
    ] {
        listed(&format!("filter.{field}"), values, limits)?;
    }
    few("filter.labels", message.labels.len(), limits)?;
    let labels = message.labels.iter().map(|label| {
        listed("filter.labels.values", &label.values, limits)?;
        longest("filter.labels.key", &label.key, METADATA_BYTES)?;
        if label.key.is_empty() {
            return Err(Fault::invalid("filter.labels.key", "is empty; give the key of a label"));
        }
        Ok(LabelFilter { key: label.key.clone(), values: label.values.clone() })
    });
    let (from, until) = interval("filter.publish_time", message.publish_time.as_ref())?;
    Ok(ArticleFilter {
        ids: message.article_ids.clone(),
        outlets: message.outlets.clone(),
        authors: message.authors.clone(),
        languages: message.language_codes.clone(),
        labels: labels.collect::<Result<_, _>>()?,
        models: message.models.clone(),
        tiers: labelled("filter.tiers", &message.tiers, labels::tiers, limits)?,
        from,
        until,
    })
}

/// The same, of which something must be set.
pub(crate) fn filter_of_some(message: Option<&proto::ArticleFilter>, limits: &Limits) -> Result<ArticleFilter, Fault> {
    let filter = filter(message, limits)?;
    if filter == ArticleFilter::default() {
        return Err(Fault::invalid(
            "filter",
            "selects nothing; set at least one field, so that not everything is deleted by mistake",
        ));
    }
    Ok(filter)
}

fn interval(field: &str, message: Option<&Interval>) -> Result<(Option<i64>, Option<i64>), Fault> {
    let Some(message) = message else { return Ok((None, None)) };
    // What is kept is cut to microseconds, so that an end between two of them is the later one.
    let moment = |name, at: Option<Timestamp>| {
        let between = at.is_some_and(|at| at.nanos % 1000 != 0);
        at.map(|at| Ok(micros(&format!("{field}.{name}"), at)? + i64::from(between))).transpose()
    };
    let (from, until) = (moment("start_time", message.start_time)?, moment("end_time", message.end_time)?);
    let nanos = |at: Timestamp| (at.seconds, at.nanos);
    ordered(field, message.start_time.zip(message.end_time).is_none_or(|(from, until)| nanos(from) < nanos(until)))?;
    Ok((from, until))
}

fn days(message: Option<&proto::DateRange>) -> Result<(Option<Date>, Option<Date>), Fault> {
    let Some(message) = message else { return Ok((None, None)) };
    let day = |name, day: Option<proto::google_type::Date>| {
        day.map(|day| date(&format!("said_dates.{name}"), day)).transpose()
    };
    let (from, until) = (day("start_date", message.start_date)?, day("end_date", message.end_date)?);
    ordered("said_dates", from.zip(until).is_none_or(|(from, until)| from < until))?;
    Ok((from, until))
}

fn ordered(field: &str, ordered: bool) -> Result<(), Fault> {
    if ordered { Ok(()) } else { Err(Fault::invalid(field, "ends before it begins, so nothing can match")) }
}

fn listed(field: &str, values: &[String], limits: &Limits) -> Result<(), Fault> {
    few(field, values.len(), limits)?;
    values.iter().try_for_each(|value| longest(field, value, METADATA_BYTES))
}

/// The entities that a list of selectors means.
fn selected(field: &str, selectors: &[proto::EntitySelector], limits: &Limits) -> Result<Vec<Who>, Fault> {
    few(field, selectors.len(), limits)?;
    let all = selectors.iter().map(|one| selector(field, one, limits)).collect::<Result<Vec<_>, _>>()?;
    let names = all.iter().filter(|who| matches!(who, Who::Named(_))).count();
    let most = limits.query_expansions;
    if names > most {
        let said = format!("has {names} names; the limit query_expansions is {most}; give ids in place of names");
        return Err(Fault::too_much(field, "query_expansions", most, said));
    }
    Ok(all)
}

fn selector(field: &str, message: &proto::EntitySelector, limits: &Limits) -> Result<Who, Fault> {
    match &message.selector {
        Some(Selector::Id(id)) => entity_id(&format!("{field}.id"), id).map(Who::Id),
        Some(Selector::Name(name)) => {
            let field = format!("{field}.name");
            short(&field, name, limits)?;
            words(&field, name, "query_clauses", limits.query_clauses)?;
            has_word(&field, name)?;
            Ok(Who::Named(name.clone()))
        }
        None => Err(Fault::invalid(field, "has a selector with neither id nor name; give one of them")),
    }
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
        let fits = |sign: char| matches!(sign, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '/');
        if key.is_empty() || !key.chars().all(fits) {
            let said = format!("has the key {key:?}; a key is made of a to z, 0 to 9 and the signs _ - . /");
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

fn longest(field: &str, value: &str, most: usize) -> Result<(), Fault> {
    if value.len() > most {
        let said = format!("is {} bytes long; the limit metadata_bytes is {most}", value.len());
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

fn has_word(field: &str, name: &str) -> Result<(), Fault> {
    let said = || Fault::invalid(field, format!("{name:?} has no word; give a name"));
    if name.contains(char::is_alphanumeric) { Ok(()) } else { Err(said()) }
}

/// The values of an enumeration that a list names.
fn labelled<T>(
    field: &str,
    numbers: &[i32],
    read: fn(&str, &[i32]) -> Result<Vec<T>, Fault>,
    limits: &Limits,
) -> Result<Vec<T>, Fault> {
    few(field, numbers.len(), limits)?;
    read(field, numbers)
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
        let said = format!("has {} bytes; the limit id_bytes is {ID_BYTES}", id.len());
        return Err(Fault::too_much(field, "id_bytes", ID_BYTES, said));
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
    for part in [&article.url, &article.outlet, &article.title, &article.body] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn date(field: &str, day: proto::google_type::Date) -> Result<Date, Fault> {
    let small = |part: i32| u8::try_from(part).ok();
    let found = small(day.month).zip(small(day.day)).and_then(|(month, of_month)| Date::new(day.year, month, of_month));
    found.ok_or_else(|| {
        let said = format!(
            "{:04}-{:02}-{:02} is not a day of the calendar; give year, month and day",
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
