//! From request messages to domain queries.

use prost_types::Timestamp;
use sayso_document::{Date, EntityType};
use sayso_index::{
    EntityId,
    query::{
        self, ArticleFilter, ArticleQuery, ArticleSearch, EntityQuery, Expr, FacetField, LabelFilter, MentionQuery,
        ParseErrorKind, ParseOptions, QuoteQuery, Recency, SentenceQuery, SuggestQuery, Who,
    },
};

use super::check::{
    BATCH_REQUESTS, ID_BYTES, METADATA_BYTES, SUGGESTIONS, checked_id, date, few, has_word, longest, micros, short,
    words,
};
use super::new_article::{LABEL_KEY, is_label_key};
use super::{Fault, QuotePlace, facets, labels, page_request};
use crate::{
    config::Limits,
    proto::{self, entity_selector::Selector, google_type::Interval},
};

/// Longest id of a quote, in bytes: that of an article, with a place behind it.
const PLACE_ID_BYTES: usize = ID_BYTES + 80;

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

/// The query of a `ListArticles` request.
pub(crate) fn article_query(
    message: &proto::ListArticlesRequest,
    now: i64,
    limits: &Limits,
) -> Result<ArticleQuery, Fault> {
    let filter = filter(message.filter.as_ref(), now, limits)?;
    let order = labels::article_order(&message.order_by)?;
    Ok(ArticleQuery { filter, order, page: page_request(message, limits)? })
}

/// The query of a `SearchSentences` request.
pub(crate) fn sentence_query(
    message: &proto::SearchSentencesRequest,
    now: i64,
    limits: &Limits,
) -> Result<SentenceQuery, Fault> {
    Ok(SentenceQuery {
        expr: expr(
            &message.query,
            ParseOptions { all_words: message.all_words, lenient: message.lenient, ..ParseOptions::sentences() },
            limits,
        )?,
        mentions: selected("mentions", &message.mentions, limits)?,
        mention_types: labelled("mention_types", &message.mention_types, labels::entity_types, limits)?,
        roles: labelled("roles", &message.roles, labels::roles, limits)?,
        filter: filter(message.filter.as_ref(), now, limits)?,
        order: labels::order(&message.order_by)?,
        exact_total: message.exact_total,
        facets: facets(&message.facets, ("sentences", FacetField::of_sentences))?,
        page: page_request(message, limits)?,
    })
}

/// The query of a `SearchQuotes` request.
pub(crate) fn quote_query(
    message: &proto::SearchQuotesRequest,
    now: i64,
    limits: &Limits,
) -> Result<QuoteQuery, Fault> {
    let confidences =
        [("min_confidence", message.min_confidence), ("min_speaker_confidence", message.min_speaker_confidence)];
    if let Some((field, given)) = confidences.into_iter().find(|(_, given)| !(0.0..=1.0).contains(given)) {
        return Err(Fault::invalid(field, format!("{given} is not a confidence; give a number from 0 to 1")));
    }
    if message.named_speaker == Some(false) && message.min_speaker_confidence > 0.0 {
        let said =
            "is above 0, which only quotes of named speakers have, and named_speaker is false; leave out one of them";
        return Err(Fault::invalid("min_speaker_confidence", said));
    }
    let (said_from, said_until) = days(message.said_dates.as_ref())?;
    Ok(QuoteQuery {
        expr: expr(
            &message.query,
            ParseOptions { all_words: message.all_words, lenient: message.lenient, ..ParseOptions::quotes() },
            limits,
        )?,
        speakers: selected("speakers", &message.speakers, limits)?,
        speaker_types: labelled("speaker_types", &message.speaker_types, labels::entity_types, limits)?,
        entities: selected("entities", &message.entities, limits)?,
        addressees: selected("addressees", &message.addressees, limits)?,
        about: selected("about", &message.about, limits)?,
        kinds: labelled("kinds", &message.kinds, labels::kinds, limits)?,
        acts: labelled("acts", &message.acts, labels::acts, limits)?,
        polarities: labelled("polarities", &message.polarities, labels::polarities, limits)?,
        cues: cues(&message.cues, limits)?,
        named_speaker: message.named_speaker,
        min_confidence: message.min_confidence,
        min_speaker_confidence: message.min_speaker_confidence,
        said_from,
        said_until,
        filter: filter(message.filter.as_ref(), now, limits)?,
        order: labels::order(&message.order_by)?,
        exact_total: message.exact_total,
        facets: facets(&message.facets, ("quotes", FacetField::of_quotes))?,
        page: page_request(message, limits)?,
    })
}

/// What `SearchArticles` asks.
pub(crate) fn article_search(
    message: &proto::SearchArticlesRequest,
    now: i64,
    limits: &Limits,
) -> Result<ArticleSearch, Fault> {
    let options = ParseOptions { all_words: message.all_words, lenient: message.lenient, ..ParseOptions::sentences() };
    let asked = message.sentences_per_article;
    let sentences = match usize::try_from(asked) {
        Ok(0) => SENTENCES,
        Ok(most) => most.min(limits.page_size),
        Err(_) => {
            let said = format!("{asked} is negative; ask for 0 (the default, {SENTENCES}) to {}", limits.page_size);
            return Err(Fault::invalid("sentences_per_article", said));
        }
    };
    if !(message.min_score >= 0.0) {
        let said = format!("{} is not a score; give a number from 0 on", message.min_score);
        return Err(Fault::invalid("min_score", said));
    }
    let half_life = message.half_life.map(|time| micros_of("half_life", time)).transpose()?;
    Ok(ArticleSearch {
        expr: expr(&message.query, options, limits)?,
        filter: filter(message.filter.as_ref(), now, limits)?,
        order: labels::order(&message.order_by)?,
        recency: half_life.map(|half_life| Recency { half_life, now }),
        min_score: message.min_score,
        sentences,
        explain: message.explain,
        facets: facets(&message.facets, ("articles", FacetField::of_articles))?,
        page: page_request(message, limits)?,
    })
}

/// Sentences of an article if the request names no number.
const SENTENCES: usize = 3;

/// The verbs and other words that introduce quotes.
fn cues(cues: &[String], limits: &Limits) -> Result<Vec<String>, Fault> {
    few("cues", cues.len(), limits)?;
    for cue in cues {
        short("cues", cue, limits)?;
        words("cues", cue, "query_clauses", limits.query_clauses)?;
        if !cue.contains(char::is_alphanumeric) {
            return Err(Fault::invalid("cues", format!("{cue:?} has no word; give a cue, for example said")));
        }
    }
    Ok(cues.to_vec())
}

/// The query of a `LookupEntities` request.
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

/// The query of a `Suggest` request.
pub(crate) fn suggest_query(message: &proto::SuggestRequest, limits: &Limits) -> Result<SuggestQuery, Fault> {
    short("text", &message.text, limits)?;
    let kinds = labelled("types", &message.types, labels::entity_types, limits)?;
    Ok(SuggestQuery {
        text: message.text.clone(),
        kinds: if kinds.is_empty() { NAMED.to_vec() } else { kinds },
        most: limited(message.limit, limits)?,
    })
}

/// How many answers a request without pages wants at most.
pub(crate) fn limited(limit: i32, limits: &Limits) -> Result<usize, Fault> {
    match limit {
        0 => Ok(limits.default_page_size.min(SUGGESTIONS)),
        1.. => Ok((limit as usize).min(SUGGESTIONS)),
        _ => Err(Fault::invalid("limit", format!("{limit} is negative; ask for 0 (the default) to {SUGGESTIONS}"))),
    }
}

/// Checks how many requests a call has.
pub(crate) fn batch_requests(count: usize) -> Result<(), Fault> {
    match count {
        0 => Err(Fault::invalid("requests", "is empty; give at least one request")),
        _ if count > BATCH_REQUESTS => {
            let said = format!("has {count} requests; the limit batch_requests is {BATCH_REQUESTS}");
            Err(Fault::too_much("requests", "batch_requests", BATCH_REQUESTS, said))
        }
        _ => Ok(()),
    }
}

/// The query of a `ListMentions` request.
pub(crate) fn mention_query(
    message: &proto::ListMentionsRequest,
    now: i64,
    limits: &Limits,
) -> Result<MentionQuery, Fault> {
    Ok(MentionQuery {
        entity: entity_id("entity_id", &message.entity_id)?,
        forms: labelled("forms", &message.forms, labels::forms, limits)?,
        filter: filter(message.filter.as_ref(), now, limits)?,
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

/// Which articles a request means. `now` is the present, in microseconds since 1970.
pub(crate) fn filter(
    message: Option<&proto::ArticleFilter>,
    now: i64,
    limits: &Limits,
) -> Result<ArticleFilter, Fault> {
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
        // No article has such a key, and a reply without hits would hide the mistake.
        if !is_label_key(&label.key) {
            return Err(Fault::invalid(
                "filter.labels.key",
                format!("is {:?}, which no label has; {LABEL_KEY}", label.key),
            ));
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
        from: from.max(within(message.published_within, now)?),
        until,
        entities: selected("filter.entities", &message.entities, limits)?,
    })
}

/// The first moment that is at most so long before the present.
fn within(time: Option<prost_types::Duration>, now: i64) -> Result<Option<i64>, Fault> {
    let time = time.map(|time| micros_of("filter.published_within", time)).transpose()?;
    Ok(time.map(|time| now.saturating_sub(time)))
}

/// A time above 0, in microseconds.
fn micros_of(field: &str, time: prost_types::Duration) -> Result<i64, Fault> {
    let micros = i128::from(time.seconds) * 1_000_000 + i128::from(time.nanos / 1000);
    if micros <= 0 {
        let said = "is not above 0; give a duration, for example \"604800s\" for seven days";
        return Err(Fault::invalid(field, said));
    }
    Ok(i64::try_from(micros).unwrap_or(i64::MAX))
}

/// The same, but at least one condition must be set.
pub(crate) fn filter_of_some(
    message: Option<&proto::ArticleFilter>,
    now: i64,
    limits: &Limits,
) -> Result<ArticleFilter, Fault> {
    let filter = filter(message, now, limits)?;
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
