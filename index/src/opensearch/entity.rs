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
use crate::aggregate::Aggregate;
use crate::article::type_of;
use crate::{EntityId, EntityRecord, Interrupt, Result, record};

/// The most names, aliases and titles of an entity, each. The rarest beyond that are left out.
const MOST_TEXTS: usize = 10_000;

impl OpenSearch {
    /// The entity with this id. None if no article mentions it.
    pub(super) fn read_entity(&self, id: &EntityId) -> Result<Option<EntityRecord>> {
        let path = format!("{}/_search", self.places.articles);
        let found = self.client.post(&path, &request(id), &Interrupt::default())?;
        let articles = found["hits"]["total"]["value"].as_u64().unwrap_or(0);
        if articles == 0 {
            return Ok(None);
        }
        let share = &found["aggregations"]["blocks"]["its"];
        let number = |value: &Value| value["value"].as_f64().unwrap_or(0.0) as u64;
        let kind = id.as_str().split('/').next().and_then(type_of).map(record::type_code);
        let aggregate = Aggregate {
            kind: kind.unwrap_or(u8::MAX),
            names: texts(&share["names"], |name| name["articles"]["doc_count"].as_u64()),
            aliases: texts(&share["aliases"]["texts"], |alias| alias["count"]["value"].as_f64().map(|sum| sum as u64)),
            titles: texts(&share["titles"]["texts"], |title| title["count"]["value"].as_f64().map(|sum| sum as u64)),
            mentions: number(&share["mentions"]),
            articles,
            quotes: number(&share["quotes"]),
        };
        let moment = |name: &str| found["aggregations"][name]["value"].as_f64().map(|moment| moment as i64);
        aggregate.record(id, moment("first"), moment("last")).map(Some)
    }
}

/// Asks for all articles that mention an entity, and adds up their shares of it.
fn request(id: &EntityId) -> Value {
    let its = json!({ "term": { "entities.id": id.as_str() } });
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
    let shares = json!({
        "names": names,
        "aliases": counted("alias_counts"),
        "titles": counted("title_counts"),
        "mentions": sum("mentions"),
        "quotes": sum("quotes"),
    });
    json!({
        "size": 0,
        "track_total_hits": true,
        "query": { "nested": { "path": "entities", "query": its } },
        "aggs": {
            "first": { "min": { "field": "whole.published" } },
            "last": { "max": { "field": "whole.published" } },
            "blocks": {
                "nested": { "path": "entities" },
                "aggs": { "its": { "filter": its, "aggs": shares } },
            },
        },
    })
}

/// Texts with their counts.
fn texts(terms: &Value, count: impl Fn(&Value) -> Option<u64>) -> BTreeMap<String, u64> {
    let buckets = terms["buckets"].as_array().into_iter().flatten();
    let counted = |bucket: &Value| Some((bucket["key"].as_str()?.to_owned(), count(bucket)?));
    buckets.filter_map(counted).filter(|&(_, count)| count > 0).collect()
}
