//! Finds articles of which the analysis is not up to date.
//!
//! The embedded engine looks through so many articles in a call, whether it finds any or not. The cluster has the model
//! in its index, so a call finds so many, and the last call of a round is the one that finds fewer.

use sayso_document::Tier;
use serde_json::json;

use super::OpenSearch;
use super::filter;
use super::named::Names;
use super::view::View;
use crate::query::ArticleFilter;
use crate::{Interrupt, Outdated, Result, record};

/// How many articles one call finds at most. The next call goes on after the last of them.
const FOUND: usize = 2_000;

impl OpenSearch {
    /// Looks through articles after a number for those that pass a filter, have an analysis by none of these models, and
    /// do not wait for one of this tier yet.
    pub(super) fn find_outdated(
        &self,
        models: &[String],
        tier: Tier,
        filter: &ArticleFilter,
        after: u64,
        interrupt: &Interrupt,
    ) -> Result<Outdated> {
        let view = View::open(self, interrupt)?;
        let passing = filter::articles(filter, &Names { view: &view });
        view.close();
        let mut filters = passing?;
        filters.push(json!({ "range": { "seq": { "gt": after } } }));
        let query = json!({
            "query": { "bool": {
                "filter": filters,
                "must_not": [
                    { "terms": { "model": models } },
                    { "range": { "pending": { "gte": record::tier_code(tier) } } },
                ],
            } },
            "size": FOUND,
            "sort": [{ "seq": "asc" }],
            "track_total_hits": false,
            "_source": false,
        });
        let found = self.client.post(&format!("{}/_search", self.places.articles), &query, interrupt)?;
        let hits = found["hits"]["hits"].as_array().into_iter().flatten();
        let seqs: Vec<u64> = hits.filter_map(|hit| hit["sort"][0].as_u64()).collect();
        let next = seqs.last().copied().filter(|_| seqs.len() == FOUND);
        Ok(Outdated { seqs, next })
    }
}
