//! Reads articles and figures.
//!
//! All reads see what searches see, the single article, too: `realtime=false` passes over what is durable and not yet
//! searchable. So an article that is found can be read, and one that is told to be searchable can be found.
//!
//! An export reads from one point in time, which the cluster keeps as long as it is asked for the next part every few
//! minutes. Parts are told apart by the number of the last article in them.

use serde_json::{Value, json};

use super::OpenSearch;
use super::head;
use crate::{AnalyzedArticle, Error, ErrorKind, Exported, Interrupt, Kept, Result, Status};

/// Articles that an export reads at once. Each has its text and its analysis.
const EXPORTED_AT_ONCE: usize = 200;

/// How long the cluster keeps the state that an export reads from, after each request.
const EXPORT_KEPT: &str = "5m";

impl OpenSearch {
    /// The article with this id, as searches see it.
    pub(super) fn read_article(&self, id: &str) -> Result<Option<AnalyzedArticle>> {
        let path = format!(
            "{}?realtime=false&_source_includes=article,analysis",
            self.places.document(&head::document_name(id))
        );
        let document = self.client.get(&path, &Interrupt::default())?;
        if document["found"] != true {
            return Ok(None);
        }
        head::article(&document["_source"]).map(Some).map_err(|error| error.about(format_args!("article {id:?}")))
    }

    /// Counts of what searches see, and the last number of a change. Bytes are those of all copies.
    ///
    /// It asks all shards, so ask it no more often than somebody looks.
    pub(super) fn read_status(&self) -> Result<Status> {
        let calm = Interrupt::default();
        let query = json!({
            "size": 0,
            "track_total_hits": true,
            "aggs": {
                "sentences": { "sum": { "field": "sentence_count" } },
                "quotes": { "sum": { "field": "quote_count" } },
                "seq": { "max": { "field": "seq" } },
                "pending": { "filter": { "exists": { "field": "pending" } } },
                "entities": {
                    "nested": { "path": "entities" },
                    "aggs": { "ids": { "cardinality": { "field": "entities.id", "precision_threshold": 40_000 } } },
                },
            },
        });
        let articles = &self.places.articles;
        let found = self.client.post(&format!("{articles}/_search"), &query, &calm)?;
        let sum = |name: &str| found["aggregations"][name]["value"].as_f64().unwrap_or(0.0) as u64;
        let stats = self.client.get(&format!("{articles}/_stats/store?filter_path=_all.total.store"), &calm)?;
        Ok(Status {
            articles: found["hits"]["total"]["value"].as_u64().unwrap_or(0),
            sentences: sum("sentences"),
            quotes: sum("quotes"),
            // Exact up to some 40,000 of them, and a good guess beyond.
            entities: found["aggregations"]["entities"]["ids"]["value"].as_u64().unwrap_or(0),
            pending: found["aggregations"]["pending"]["doc_count"].as_u64().unwrap_or(0),
            durable_seq: self.counter.read(&self.client, &self.places)?,
            searchable_seq: sum("seq"),
            disk_bytes: stats["_all"]["total"]["store"]["size_in_bytes"].as_u64().unwrap_or(0),
            pinned_views: 0,
        })
    }

    /// Hands over every article, in the order of their numbers, from one point in time.
    pub(super) fn read_all(&self, take: &mut dyn FnMut(Kept) -> Result<()>, interrupt: &Interrupt) -> Result<Exported> {
        let articles = &self.places.articles;
        self.client.post(&format!("{articles}/_refresh"), &json!({}), interrupt)?;
        let path = format!("{articles}/_search/point_in_time?keep_alive={EXPORT_KEPT}");
        let opened = self.client.post(&path, &json!({}), interrupt)?;
        let pit = opened["pit_id"].as_str().map(str::to_owned);
        let pit = pit.ok_or_else(|| Error::new(ErrorKind::Unreachable, "the cluster gave no point in time"))?;
        // Read after the point in time was made, so that no article in it has a higher number.
        let seq = self.counter.read(&self.client, &self.places)?;
        let exported = self.read_point(&pit, Exported { seq, ..Exported::default() }, take, interrupt);
        // Left alone, it is kept for a few minutes, which costs the cluster some disk.
        let _ = self.client.delete("_search/point_in_time", Some(&json!({ "pit_id": [pit] })), &Interrupt::default());
        exported
    }

    /// Hands over every article of a point in time. Those with a damaged record are counted and left out.
    ///
    /// # Errors
    /// If the cluster forgot the point in time, or a shard is on no node that answers; and any error of `take`.
    fn read_point(
        &self,
        pit: &str,
        mut exported: Exported,
        take: &mut dyn FnMut(Kept) -> Result<()>,
        interrupt: &Interrupt,
    ) -> Result<Exported> {
        let mut after = Value::Null;
        loop {
            let mut query = json!({
                "size": EXPORTED_AT_ONCE,
                "pit": { "id": pit, "keep_alive": EXPORT_KEPT },
                "sort": [{ "seq": "asc" }],
                "track_total_hits": false,
                "_source": head::RECORDED.split(',').collect::<Vec<_>>(),
            });
            if !after.is_null() {
                query["search_after"] = after;
            }
            let found = self.client.post("_search", &query, interrupt)?;
            let hits = found["hits"]["hits"].as_array().map_or(&[][..], Vec::as_slice);
            let Some(last) = hits.last() else { return Ok(exported) };
            after = last["sort"].clone();
            for hit in hits {
                interrupt.check()?;
                match head::kept(&hit["_source"]) {
                    Err(error) if error.kind() == ErrorKind::Corrupt => exported.damaged += 1,
                    Err(error) => return Err(error),
                    Ok(kept) => {
                        exported.articles += 1;
                        exported.sentences += kept.article.analysis.sentences.len() as u64;
                        exported.quotes += kept.article.analysis.quotes.len() as u64;
                        take(kept)?;
                    }
                }
            }
        }
    }
}
