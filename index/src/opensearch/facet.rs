//! Counts of hits by what they have in common.
//!
//! The cluster counts the values of a column, all of them up to [`MOST_VALUES`] on each shard; which of them are told is
//! decided here, as in the embedded engine: spellings of one name are added up, and equals come in alphabetical order.
//!
//! Counts are exact while a column has no more values than that among the hits of a shard.

use serde_json::{Map, Value, json};

use super::compile::Blocks;
use super::entity;
use super::fault::count;
use super::misspelt::literal;
use super::view::View;
use crate::article::type_of;
use crate::calendar::{bounds, name};
use crate::counts::{most, one_for_each_name};
use crate::keys::label_pairs;
use crate::query::{FacetField, FacetQuery, Period, Zone};
use crate::words::{ACTS, KINDS, POLARITIES};
use crate::{Error, ErrorKind, Facet, FacetValue, Result};

/// The most values of a column that are told apart. Hits with others are counted together.
const MOST_VALUES: usize = 10_000;

/// What the cluster is to count, for each facet.
pub(super) fn counts(blocks: Blocks, facets: &[FacetQuery]) -> Result<Value> {
    let mut counts = Map::new();
    for (place, facet) in facets.iter().enumerate() {
        counts.insert(format!("{place}"), counted(blocks, &facet.field)?);
        if let Some(column) = column(blocks, &facet.field) {
            counts.insert(format!("{place}-missing"), missing(blocks, &facet.field, column));
        }
    }
    Ok(Value::Object(counts))
}

/// The column of a facet's values. None if these blocks have no such values.
fn column(blocks: Blocks, field: &FacetField) -> Option<&'static str> {
    let told = match blocks {
        Blocks::Sentences => field.of_sentences(),
        Blocks::Quotes => field.of_quotes(),
        Blocks::Whole => field.of_articles(),
    };
    let column = match field {
        FacetField::Outlet => "outlet_name",
        FacetField::Author => "author_name",
        FacetField::Language => "language",
        FacetField::Label(_) => "label_pair",
        FacetField::Model => "model",
        FacetField::Tier => "tier",
        FacetField::Published { .. } => "date",
        FacetField::Entity => "mentions",
        FacetField::EntityType | FacetField::SpeakerType => "types",
        FacetField::Role => "role",
        FacetField::Speaker => "speaker_ids",
        FacetField::About => "about_ids",
        FacetField::Addressee => "addressee_ids",
        FacetField::Kind | FacetField::Act | FacetField::Polarity => "facet",
        FacetField::Cue => "cue_lemma",
    };
    told.then_some(column)
}

/// What the cluster counts for a facet: values as words, moments as periods of the calendar in the zone that is asked
/// for. Labels of other keys, and words of other facets in the same column, are left out.
fn counted(blocks: Blocks, field: &FacetField) -> Result<Value> {
    let Some(column) = column(blocks, field) else {
        return Err(Error::new(ErrorKind::Invalid, format!("these hits cannot be counted by {field:?}")));
    };
    let column = blocks.field(column);
    if let FacetField::Published { every, zone } = field {
        let interval = match every {
            Period::Hour => "hour",
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        };
        let zone = zone.rules().iana_name().unwrap_or("UTC").to_owned();
        return Ok(json!({ "date_histogram": {
            "field": column, "calendar_interval": interval, "time_zone": zone, "min_doc_count": 1,
        } }));
    }
    let mut values = json!({ "field": column, "size": MOST_VALUES, "shard_size": MOST_VALUES });
    let words = |table: &[&str]| json!(table);
    match field {
        FacetField::Label(key) => values["include"] = format!("{}.*", literal(&label_pairs(key))).into(),
        FacetField::Kind => values["include"] = words(&KINDS.map(|(_, word)| word)),
        FacetField::Act => values["include"] = words(&ACTS.map(|(_, word)| word)),
        FacetField::Polarity => values["include"] = words(&POLARITIES.map(|(_, word)| word)),
        _ => {}
    }
    Ok(json!({ "terms": values }))
}

/// The hits without a value.
fn missing(blocks: Blocks, field: &FacetField, column: &str) -> Value {
    let has = match field {
        FacetField::Label(key) => json!({ "prefix": { blocks.field("label_pair"): label_pairs(key) } }),
        FacetField::Kind | FacetField::Act | FacetField::Polarity => json!({ "match_all": {} }),
        _ => json!({ "exists": { "field": blocks.field(column) } }),
    };
    json!({ "filter": { "bool": { "must_not": [has] } } })
}

/// The facets that the cluster counted.
pub(super) fn read(view: &View<'_>, facets: &[FacetQuery], counted: &Value) -> Result<Vec<Facet>> {
    let mut told = Vec::with_capacity(facets.len());
    for (place, facet) in facets.iter().enumerate() {
        let found = &counted[format!("{place}")];
        let buckets = found["buckets"].as_array().map_or(&[][..], Vec::as_slice);
        let limit = facet.limit.max(1);
        let mut made = match &facet.field {
            FacetField::Published { every, zone } => periods(buckets, *every, zone, limit)?,
            field => values(buckets, field, limit)?,
        };
        made.others += found["sum_other_doc_count"].as_u64().unwrap_or(0);
        made.missing = count(&counted[format!("{place}-missing")]["doc_count"])?;
        if matches!(facet.field, FacetField::Entity | FacetField::Speaker | FacetField::About | FacetField::Addressee) {
            name_entities(view, &mut made)?;
        }
        told.push(made);
    }
    Ok(told)
}

/// Counts of whole values.
fn values(buckets: &[Value], field: &FacetField, limit: usize) -> Result<Facet> {
    let begun = match field {
        FacetField::Label(key) => label_pairs(key),
        _ => String::new(),
    };
    let mut counts = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        let value = bucket["key"].as_str().unwrap_or_default();
        counts.push((value.strip_prefix(&begun).unwrap_or(value).to_owned(), count(&bucket["doc_count"])?));
    }
    if matches!(field, FacetField::Outlet | FacetField::Author) {
        // In the order of the embedded engine's column, so that of spellings that as many have the same one is told.
        counts.sort_unstable();
        counts = one_for_each_name(counts);
    }
    Ok(most(counts, limit))
}

/// Counts by periods: the latest, in order of time.
fn periods(buckets: &[Value], every: Period, zone: &Zone, limit: usize) -> Result<Facet> {
    let mut told = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        let at = bucket["key"].as_i64().unwrap_or_default().saturating_mul(1_000);
        let Some((start, end)) = bounds(at, every, zone.rules()) else { continue };
        told.push(FacetValue {
            value: name(start, every, zone.rules()),
            count: count(&bucket["doc_count"])?,
            entity: None,
            period: Some((start, end)),
        });
    }
    let values = told.split_off(told.len().saturating_sub(limit));
    Ok(Facet { values, others: told.iter().map(|one| one.count).sum(), missing: 0 })
}

/// Adds the names and types of the entities that are told.
fn name_entities(view: &View<'_>, facet: &mut Facet) -> Result<()> {
    let ids: Vec<String> = facet.values.iter().map(|one| one.value.clone()).collect();
    let known = entity::names(&|body| view.search(body), &ids)?;
    for one in &mut facet.values {
        let kind = one.value.split('/').next().and_then(type_of);
        one.entity = known.get(one.value.as_str()).cloned().zip(kind);
    }
    Ok(())
}
