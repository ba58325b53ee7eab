//! Gathers what the articles know of an entity.
//!
//! Each article has its share of it in a block. The embedded engine adds the shares up when articles change; here the
//! cluster does when somebody asks, so that no figure is changed by two nodes at once. It takes time in proportion to
//! the articles that mention the entity.
//!
//! An article may have two entities of one id, for example where a name is written in two ways. Mentions, aliases and
//! titles of both count, and the article counts once: so articles and names are counted by documents, all else by
//! blocks.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::OpenSearch;
use super::compile::{all_of, terms};
use crate::aggregate::Aggregate;
use crate::article::type_of;
use crate::{EntityId, EntityRecord, Interrupt, Result, record};

/// The most names, aliases and titles of an entity, each. The rarest beyond that are left out.
const MOST_TEXTS: usize = 10_000;

/// Entities that are asked for at once, because the cluster counts no more than some 65,000 texts for a reply.
const AT_ONCE: usize = 32;

/// Searches the articles.
pub(super) type Ask<'a> = &'a dyn Fn(Value) -> Result<Value>;

impl OpenSearch {
    /// The entity with this id. None if no article mentions it.
    pub(super) fn read_entity(&self, id: &EntityId) -> Result<Option<EntityRecord>> {
        let calm = Interrupt::default();
        let known = records(&|body| self.search_now(body, &calm), &[id.as_str().to_owned()])?;
        Ok(known.into_values().next())
    }
}

/// What is known of these entities, by their ids. Those that no article mentions are left out.
pub(super) fn records(ask: Ask<'_>, ids: &[String]) -> Result<BTreeMap<String, EntityRecord>> {
    let mut known = BTreeMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let found = ask(request(ids))?;
        let buckets = found.pointer("/aggregations/blocks/its/ids/buckets").and_then(Value::as_array);
        for share in buckets.into_iter().flatten() {
            let Some(id) = share["key"].as_str().and_then(EntityId::parse) else { continue };
            known.insert(id.as_str().to_owned(), record(&id, share)?);
        }
    }
    Ok(known)
}

/// The names of these entities, by their ids: of each the name that most articles give it, and the first in alphabetical
/// order among equals.
pub(super) fn names(ask: Ask<'_>, ids: &[String]) -> Result<BTreeMap<String, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let order = json!([{ "articles": "desc" }, { "_key": "asc" }]);
    let names = json!({
        "terms": { "field": "entities.name", "size": 1, "shard_size": MOST_TEXTS, "order": order },
        "aggs": { "articles": { "reverse_nested": {} } },
    });
    let found = ask(asked(ids, &json!({ "names": names })))?;
    let buckets = found.pointer("/aggregations/blocks/its/ids/buckets").and_then(Value::as_array);
    let told = |bucket: &Value| {
        let name = bucket["names"]["buckets"][0]["key"].as_str()?;
        Some((bucket["key"].as_str()?.to_owned(), name.to_owned()))
    };
    Ok(buckets.into_iter().flatten().filter_map(told).collect())
}

/// What is known of an entity by what its articles have of it together.
fn record(id: &EntityId, share: &Value) -> Result<EntityRecord> {
    let number = |value: &Value| value["value"].as_f64().unwrap_or(0.0) as u64;
    let kind = id.as_str().split('/').next().and_then(type_of).map(record::type_code);
    let articles = &share["articles"];
    let aggregate = Aggregate {
        kind: kind.unwrap_or(u8::MAX),
        names: texts(&share["names"], |name| name["articles"]["doc_count"].as_u64()),
        aliases: texts(&share["aliases"]["texts"], |alias| alias["count"]["value"].as_f64().map(|sum| sum as u64)),
        titles: texts(&share["titles"]["texts"], |title| title["count"]["value"].as_f64().map(|sum| sum as u64)),
        mentions: number(&share["mentions"]),
        articles: articles["doc_count"].as_u64().unwrap_or(0),
        quotes: number(&share["quotes"]),
    };
    let moment = |name: &str| articles[name]["value"].as_f64().map(|moment| moment as i64);
    aggregate.record(id, moment("first"), moment("last"))
}

/// Asks for all articles that mention these entities, and adds up their shares of each.
fn request(ids: &[String]) -> Value {
    let sum = |field: &str| json!({ "sum": { "field": format!("entities.{field}") } });
    let counted = |field: &str| {
        let part = |name: &str| format!("entities.{field}.{name}");
        let count = json!({ "sum": { "field": part("count") } });
        let texts = json!({
            "terms": { "field": part("text"), "size": MOST_TEXTS, "order": { "count": "desc" } },
            "aggs": { "count": count },
        });
        json!({ "nested": { "path": format!("entities.{field}") }, "aggs": { "texts": texts } })
    };
    let names = json!({
        "terms": { "field": "entities.name", "size": MOST_TEXTS },
        // An article may have two entities of this id, and counts once.
        "aggs": { "articles": { "reverse_nested": {} } },
    });
    let articles = json!({ "reverse_nested": {}, "aggs": {
        "first": { "min": { "field": "whole.published" } },
        "last": { "max": { "field": "whole.published" } },
    } });
    let shares = json!({
        "articles": articles,
        "names": names,
        "aliases": counted("alias_counts"),
        "titles": counted("title_counts"),
        "mentions": sum("mentions"),
        "quotes": sum("quotes"),
    });
    asked(ids, &shares)
}

/// Asks for figures of each of these entities.
///
/// Articles that mention none of them are passed over before any block is looked at, so that it takes time in proportion
/// to those that do. The answer has the figures under `/aggregations/blocks/its/ids/buckets`, each entity's with its id
/// as the key.
pub(super) fn asked(ids: &[String], figures: &Value) -> Value {
    let its = terms("entities.id".into(), ids.iter().map(String::as_str));
    json!({
        "size": 0,
        "query": all_of(vec![json!({ "nested": { "path": "entities", "query": its } })]),
        "aggs": { "blocks": { "nested": { "path": "entities" }, "aggs": { "its": { "filter": its, "aggs": {
            "ids": { "terms": { "field": "entities.id", "size": ids.len() }, "aggs": figures },
        } } } } },
    })
}

/// Texts with their counts.
fn texts(terms: &Value, count: impl Fn(&Value) -> Option<u64>) -> BTreeMap<String, u64> {
    let buckets = terms["buckets"].as_array().into_iter().flatten();
    let counted = |bucket: &Value| Some((bucket["key"].as_str()?.to_owned(), count(bucket)?));
    buckets.filter_map(counted).filter(|&(_, count)| count > 0).collect()
}
