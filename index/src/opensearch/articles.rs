//! Lists of articles, and of the mentions of an entity: in an order of articles, from the document of each.
//!
//! Articles of one moment are told apart by their numbers, so no two have the same place, and a page begins exactly
//! after the last.

use std::sync::Arc;

use serde_json::{Value, json};

use super::OpenSearch;
use super::compile::{all_of, any_of};
use super::document::FORMS;
use super::fault::count;
use super::filter;
use super::head::{self, Head};
use super::named::Names;
use super::page::{After, Place};
use super::pages::Read;
use super::view::View;
use crate::digest::query_hash;
use crate::query::{ArticleOrder, ArticleQuery, MentionQuery};
use crate::record;
use crate::room::Room;
use crate::{ArticleHit, Error, ErrorKind, Interrupt, MentionHit, Page, Result, Total};

/// An order of articles.
struct Listing {
    /// The moment that it goes by. Articles without it come last.
    moment: &'static str,
    /// Whether the latest come first, also among articles of one moment.
    latest_first: bool,
}

impl Listing {
    /// The listing for an order.
    fn of(order: ArticleOrder) -> Self {
        let (moment, latest_first) = match order {
            ArticleOrder::NewestPublished => ("whole.published", true),
            ArticleOrder::OldestPublished => ("whole.published", false),
            ArticleOrder::LatestUpdated => ("whole.updated", true),
            ArticleOrder::EarliestUpdated => ("whole.updated", false),
        };
        Self { moment, latest_first }
    }

    /// The order for the cluster.
    fn sort(&self) -> Value {
        let way = if self.latest_first { "desc" } else { "asc" };
        json!([{ self.moment: { "order": way, "missing": "_last" } }, { "seq": way }])
    }

    /// The articles after one. With `itself`, that one, too.
    ///
    /// Articles without the moment come after all that have it, in either direction.
    fn after(&self, place: &Place, itself: bool) -> Value {
        let past = if self.latest_first { "lt" } else { "gt" };
        let equal = if self.latest_first { "lte" } else { "gte" };
        let behind = json!({ "range": { "seq": { if itself { equal } else { past }: place.seq } } });
        let undated = json!({ "bool": { "must_not": [{ "exists": { "field": self.moment } }] } });
        match place.value {
            None => all_of(vec![undated, behind]),
            Some(at) => {
                let further = json!({ "range": { self.moment: { past: at } } });
                any_of(&[further, undated, all_of(vec![json!({ "term": { self.moment: at } }), behind])])
            }
        }
    }

    /// The place of a document that was found.
    fn place(&self, document: &Value) -> Result<Place> {
        let seq = document["fields"]["seq"][0].as_u64();
        let seq = seq.ok_or_else(|| Error::new(ErrorKind::Corrupt, "a document of the cluster has no seq"))?;
        Ok(Place { value: document["fields"][self.moment][0].as_i64(), seq, ordinal: 0 })
    }
}

/// Documents in an order.
struct Listed {
    /// The documents.
    documents: Vec<Value>,
    /// What the first page counts.
    counts: Value,
    /// The number of the last change that the state has, on the first page.
    seq: u64,
}

/// Reads documents that pass filters, in the order of a listing; the sums in `aggs` are of all of them.
///
/// `filters` are those of the query, and `further` leads to a later page, which counts nothing.
fn listed(
    view: &View<'_>,
    listing: &Listing,
    (filters, further): (Vec<Value>, Option<Value>),
    source: &[&str],
    (size, aggs): (usize, Value),
) -> Result<Listed> {
    let mut request = json!({
        "size": size,
        // The first page counts all that passes, whatever the page has.
        "query": all_of(filters.into_iter().chain(further.clone()).collect()),
        "sort": listing.sort(),
        "_source": source,
        "docvalue_fields": ["seq", listing.moment, "whole.entity_count"],
    });
    if further.is_none() {
        request["aggs"] = json!({
            "passing": { "filter": { "match_all": {} }, "aggs": aggs },
            "all": { "global": {}, "aggs": { "seq": { "max": { "field": "seq" } } } },
        });
    }
    let mut found = view.search(request)?;
    let documents = match found.pointer_mut("/hits/hits").map(Value::take) {
        Some(Value::Array(documents)) => documents,
        _ => Vec::new(),
    };
    let seq = found["aggregations"]["all"]["seq"]["value"].as_f64().unwrap_or(0.0) as u64;
    Ok(Listed { documents, counts: found["aggregations"]["passing"].take(), seq })
}

impl OpenSearch {
    /// Articles, in the order of the query.
    pub(super) fn list_articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>> {
        let hash = query_hash(&("articles", &query.filter, query.order));
        self.page(hash, &query.page, interrupt, |view, after| articles(view, query, after))
    }

    /// Where an entity is mentioned.
    pub(super) fn list_mentions(&self, query: &MentionQuery, interrupt: &Interrupt) -> Result<Page<MentionHit>> {
        let hash = query_hash(&("mentions", &query.entity, &query.forms, &query.filter));
        self.page(hash, &query.page, interrupt, |view, after| mentions(view, query, after))
    }
}

/// A page of articles.
fn articles(view: &View<'_>, query: &ArticleQuery, after: Option<&After>) -> Result<Read<ArticleHit>> {
    let listing = Listing::of(query.order);
    let filters = filter::articles(&query.filter, &Names { view })?;
    let further = after.map(|after| listing.after(&after.place, false));
    let size = query.page.size.max(1);
    let source: Vec<&str> = head::FIELDS.split(',').chain(["article", "sentence_count", "quote_count"]).collect();
    let found = listed(view, &listing, (filters, further), &source, (size.saturating_add(1), json!({})))?;
    let total = match after {
        Some(after) => after.total,
        None => Total { count: count(&found.counts["doc_count"])?, exact: true },
    };
    let (mut hits, mut last, mut room) = (Vec::new(), None, Room::default());
    for document in found.documents.iter().take(size) {
        view.interrupt.check()?;
        if !room.is_left() {
            break;
        }
        let hit = article_hit(document)?;
        room.take(&hit.article);
        hits.push(hit);
        last = Some(listing.place(document)?);
    }
    let more = last.filter(|_| hits.len() < found.documents.len());
    Ok(Read { hits, more, total, seq: after.map_or(found.seq, |after| after.seq), facets: Vec::new() })
}

/// A hit for an article.
fn article_hit(document: &Value) -> Result<ArticleHit> {
    let source = &document["_source"];
    let head = Head::of(source)?;
    let number = |value: &Value| value.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
    Ok(ArticleHit {
        article: Arc::new(record::decode_article(&head::bytes(source, "article")?)?.to_article()?),
        sentences: number(&source["sentence_count"]),
        entities: number(&document["fields"]["whole.entity_count"][0]),
        quotes: number(&source["quote_count"]),
        model: head.model,
        tier: head.tier,
    })
}

/// A page of mentions.
///
/// The cluster finds the articles and counts the mentions of each form; which mentions these are is read from the
/// analyses. A page may begin within an article, whose first mentions are then passed over.
fn mentions(view: &View<'_>, query: &MentionQuery, after: Option<&After>) -> Result<Read<MentionHit>> {
    let listing = Listing::of(ArticleOrder::NewestPublished);
    let id = json!({ "term": { "entities.id": query.entity.as_str() } });
    let forms: Vec<String> = FORMS
        .iter()
        .filter(|(form, _)| query.forms.is_empty() || query.forms.contains(form))
        .map(|(_, word)| format!("entities.forms.{word}"))
        .collect();
    let any_form: Vec<Value> = forms.iter().map(|form| json!({ "exists": { "field": form } })).collect();
    let mentioned = all_of(vec![id.clone(), any_of(&any_form)]);
    let mut filters = filter::articles(&query.filter, &Names { view })?;
    filters.push(json!({ "nested": { "path": "entities", "query": mentioned } }));
    let further = after.map(|after| listing.after(&after.place, true));
    let sums = forms.iter().map(|form| (form.clone(), json!({ "sum": { "field": form } })));
    let sums = json!({ "entities": { "nested": { "path": "entities" }, "aggs": {
        "asked": { "filter": id, "aggs": Value::Object(sums.collect()) },
    } } });
    let size = query.page.size.max(1);
    // The article of the last page may have all its mentions there.
    let found = listed(view, &listing, (filters, further), &["article", "analysis"], (size.saturating_add(2), sums))?;
    let asked = &found.counts["entities"]["asked"];
    let sum = |form: &String| asked[form]["value"].as_f64().unwrap_or(0.0) as u64;
    let total = after.map_or_else(|| Total { count: forms.iter().map(sum).sum(), exact: true }, |after| after.total);
    let (mut hits, mut last, mut more, mut room) = (Vec::new(), None, false, Room::default());
    for document in &found.documents {
        view.interrupt.check()?;
        more |= !room.is_left();
        if more {
            break;
        }
        let article = Arc::new(head::article(&document["_source"])?);
        room.take_analyzed(&article);
        let place = listing.place(document)?;
        let told = after.filter(|after| after.place.seq == place.seq).map(|after| after.place.ordinal);
        for index in query.places_in(&article).into_iter().filter(|&index| told.is_none_or(|told| index > told)) {
            if hits.len() == size {
                more = true;
                break;
            }
            hits.push(MentionHit { article: article.clone(), entity: query.entity.clone(), index });
            last = Some(Place { ordinal: index, ..place });
        }
    }
    let seq = after.map_or(found.seq, |after| after.seq);
    Ok(Read { hits, more: last.filter(|_| more), total, seq, facets: Vec::new() })
}
