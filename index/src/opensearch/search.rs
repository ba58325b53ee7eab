//! The best sentences or quotes of a query after a given place.
//!
//! The cluster finds articles, not blocks. But the best so many blocks are in the best so many articles, if articles
//! are ordered by their best block: each article before that of a block has a block before it. So as many articles are
//! asked for as the page has hits, and of each as many blocks. A page begins after a place within the query itself
//! ([`after`]), because the blocks of one article may be on several pages.

use serde_json::{Value, json};

use super::compile::{Blocks, all_of, any_of};
use super::facet;
use super::fault::count;
use super::page::{After, Place};
use super::view::View;
use crate::query::{FacetQuery, Order};
use crate::{Error, ErrorKind, Facet, Result, Total};

/// What is added to a score so that it is above 0. No score of BM25 is small enough for that to change it.
const ABOVE_NOTHING: f32 = 1e-30;

/// Scores below this are those of hits that come before the page.
const HARDLY_ANYTHING: f32 = 1e-35;

/// A query ready to run.
pub(super) struct Search<'a> {
    /// What is found.
    pub(super) blocks: Blocks,
    /// What blocks must match.
    pub(super) query: Value,
    /// What articles must pass.
    pub(super) articles: Vec<Value>,
    /// The order of hits.
    pub(super) order: Order,
    /// Whether the query has words to score.
    pub(super) scored: bool,
    /// The maximum number of hits.
    pub(super) limit: usize,
    /// Fields of the document to read.
    pub(super) source: &'a [&'a str],
    /// Fields of blocks to read, besides their position.
    pub(super) columns: &'a [&'a str],
    /// What to count the hits by, on the first page.
    pub(super) facets: &'a [FacetQuery],
    /// Only hits after this.
    pub(super) after: Option<&'a After>,
}

/// The hits of one page.
pub(super) struct Top {
    /// The hits, in order.
    pub(super) hits: Vec<Found>,
    /// The documents that they are in.
    pub(super) documents: Vec<Value>,
    /// Whether more follow.
    pub(super) more: bool,
    /// How many there are on all pages.
    pub(super) total: Total,
    /// The number of the last change that the state has.
    pub(super) seq: u64,
    /// The counts that were asked for.
    pub(super) facets: Vec<Facet>,
}

/// A hit.
#[derive(Debug)]
pub(super) struct Found {
    /// Its place in the order of hits.
    pub(super) place: Place,
    /// Its score; 0 without words to score.
    pub(super) score: f32,
    /// The document that it is in, by position among those of the page.
    pub(super) document: usize,
    /// The fields of the block that were asked for.
    pub(super) columns: Value,
}

impl Found {
    /// A number of the block.
    pub(super) fn number(&self, field: &str) -> Result<u64> {
        self.columns[field][0].as_u64().ok_or_else(|| missing(field))
    }

    /// A word of the block.
    pub(super) fn word(&self, field: &str) -> Result<&str> {
        self.columns[field][0].as_str().ok_or_else(|| missing(field))
    }
}

/// The error for a block that something else wrote.
pub(super) fn missing(field: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("a block of a document of the cluster has no {field}"))
}

impl Search<'_> {
    /// Runs the query.
    pub(super) fn run(&self, view: &View<'_>) -> Result<Top> {
        let found = view.search(self.request()?)?;
        let total = match self.after {
            Some(after) => after.total,
            None => Total { count: count(&found["aggregations"]["blocks"]["matching"]["doc_count"])?, exact: true },
        };
        let seq = match self.after {
            Some(after) => after.seq,
            None => found["aggregations"]["all"]["seq"]["value"].as_f64().unwrap_or(0.0) as u64,
        };
        let mut documents = match found.pointer("/hits/hits") {
            Some(Value::Array(documents)) => documents.clone(),
            _ => Vec::new(),
        };
        let mut hits = Vec::new();
        for (position, document) in documents.iter_mut().enumerate() {
            let path = format!("/inner_hits/{}/hits/hits", self.blocks.path());
            let published = document["fields"]["whole.published"][0].as_i64();
            let blocks = document.pointer_mut(&path).map(Value::take);
            for block in blocks.iter().filter_map(Value::as_array).flatten() {
                hits.push(self.hit(position, published, document, block)?);
            }
        }
        if self.order == Order::Relevance {
            hits.sort_by(|a, b| {
                b.score
                    .total_cmp(&a.score)
                    .then(b.place.seq.cmp(&a.place.seq))
                    .then(a.place.ordinal.cmp(&b.place.ordinal))
            });
        }
        let more = hits.len() > self.limit;
        hits.truncate(self.limit);
        let facets = match self.after {
            Some(_) => Vec::new(),
            None => facet::read(view, self.facets, &found["aggregations"]["blocks"]["matching"])?,
        };
        Ok(Top { hits, documents, more, total, seq, facets })
    }

    /// A hit of a block.
    fn hit(&self, document: usize, published: Option<i64>, whole: &Value, block: &Value) -> Result<Found> {
        let columns = block["fields"].clone();
        let score = match self.order {
            _ if !self.scored => &Value::Null,
            Order::Relevance => &block["sort"][0],
            Order::Newest | Order::Oldest => &block["sort"][1],
        };
        let score = score.as_f64().unwrap_or(0.0) as f32;
        let score = if score <= ABOVE_NOTHING { 0.0 } else { score };
        let value = match self.order {
            Order::Relevance => Some(i64::from(score.to_bits())),
            Order::Newest | Order::Oldest => published,
        };
        let seq = whole["fields"]["seq"][0].as_u64().ok_or_else(|| missing("seq"))?;
        let mut found = Found { place: Place { value, seq, ordinal: 0 }, score, document, columns };
        let ordinal = found.number(&self.blocks.field("ordinal"))?;
        found.place.ordinal = u32::try_from(ordinal).map_err(|_| missing("ordinal"))?;
        Ok(found)
    }

    /// The request.
    fn request(&self) -> Result<Value> {
        let one_more = self.limit.saturating_add(1);
        let query = self.after.map_or_else(|| self.query.clone(), |after| self.after(&after.place));
        let ordinal = json!({ self.blocks.field("ordinal"): "asc" });
        let best = match self.order {
            Order::Relevance => json!([{ "_score": "desc" }, ordinal]),
            // The score is asked for as a value to sort by, since blocks that are sorted otherwise come without.
            Order::Newest | Order::Oldest if self.scored => json!([ordinal, { "_score": "desc" }]),
            Order::Newest | Order::Oldest => json!([ordinal]),
        };
        let columns: Vec<String> =
            self.columns.iter().chain(&["ordinal"]).map(|name| self.blocks.field(name)).collect();
        let blocks = json!({ "nested": {
            "path": self.blocks.path(),
            "score_mode": "max",
            "query": query,
            "inner_hits": {
                "size": one_more, "sort": best, "_source": false,
                "docvalue_fields": columns,
            },
        } });
        let mut request = json!({
            "size": one_more,
            "query": { "bool": { "filter": self.articles, "must": [blocks] } },
            "sort": sort(self.order),
            "_source": self.source,
            "docvalue_fields": ["seq", "whole.published"],
        });
        if self.after.is_none() {
            let counts = facet::counts(self.blocks, self.facets)?;
            request["aggs"] = json!({
                "blocks": { "nested": { "path": self.blocks.path() }, "aggs": { "matching": { "filter": self.query, "aggs": counts } } },
                "all": { "global": {}, "aggs": { "seq": { "max": { "field": "seq" } } } },
            });
        }
        Ok(request)
    }

    /// The query with only the hits after a place.
    fn after(&self, place: &Place) -> Value {
        let seq = self.blocks.field("seq");
        let later = json!({ "range": { self.blocks.field("ordinal"): { "gt": place.ordinal } } });
        let older = json!({ "range": { &seq: { "lt": place.seq } } });
        let same = json!({ "term": { &seq: place.seq } });
        let behind = any_of(&[older, all_of(vec![same, later])]);
        let published = self.blocks.field("published");
        let undated = json!({ "bool": { "must_not": [{ "exists": { "field": &published } }] } });
        let further = match (self.order, place.value) {
            (Order::Relevance, bits) => return self.below(bits.unwrap_or_default(), place),
            (_, None) => all_of(vec![undated, behind]),
            (order, Some(at)) => {
                let past = if order == Order::Newest { "lt" } else { "gt" };
                let past = json!({ "range": { &published: { past: at } } });
                any_of(&[past, undated, all_of(vec![json!({ "term": { published: at } }), behind])])
            }
        };
        json!({ "bool": { "must": [self.query], "filter": [further] } })
    }

    /// The query with only the hits that come after one with this score.
    ///
    /// A script looks at each match: what comes before scores 0, which is too little, and what comes after keeps its
    /// score, be it 0.
    fn below(&self, bits: i64, place: &Place) -> Value {
        let score = f32::from_bits(u32::try_from(bits).unwrap_or_default());
        let source = "double s = _score; \
            if (s > params.score) { return 0; } \
            if (s == params.score) { \
                long seq = doc[params.seq_field].value; \
                if (seq > params.seq || seq == params.seq && doc[params.ordinal_field].value <= params.ordinal) { return 0; } \
            } \
            return s + params.above;";
        let params = json!({
            "score": f64::from(score),
            "seq": place.seq,
            "ordinal": place.ordinal,
            "seq_field": self.blocks.field("seq"),
            "ordinal_field": self.blocks.field("ordinal"),
            "above": ABOVE_NOTHING,
        });
        json!({ "script_score": {
            "query": self.query, "script": { "source": source, "params": params }, "min_score": HARDLY_ANYTHING,
        } })
    }
}

/// The order of articles by their blocks. Ties are broken by the articles' numbers, the last first.
pub(super) fn sort(order: Order) -> Value {
    let published = |way: &str| json!({ "whole.published": { "order": way, "missing": "_last" } });
    let first = match order {
        Order::Relevance => json!({ "_score": "desc" }),
        Order::Newest => published("desc"),
        Order::Oldest => published("asc"),
    };
    json!([first, { "seq": "desc" }])
}
