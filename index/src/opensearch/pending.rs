//! Articles that wait for another analysis, each claimed by one node of the service at a time.
//!
//! A claim is a document of its own, so that claiming an article does not index it again. It names the article's number
//! and the moment at which it ends. If the node that has it dies, another takes the article after that.
//!
//! Two nodes that do take the same article, because the analysis took longer than the claim, do no harm: the second
//! analysis finds one as good in place, and changes nothing.

use std::collections::BTreeSet;

use sayso_document::Tier;
use serde_json::{Value, json};

use super::OpenSearch;
use super::change::{Guard, line};
use super::head;
use crate::{Error, ErrorKind, Interrupt, Pending, Result, record};

/// How long a claim lasts, in microseconds. An analysis takes seconds; those that a node takes at once take longer.
const CLAIM: i64 = 5 * 60 * 1_000_000;

/// Articles that are looked at for claims at once.
const AT_ONCE: usize = 100;

impl OpenSearch {
    /// Claims articles that wait for an analysis of this tier or a lesser one: at most `most`, and none of `taken`. They
    /// come in the order of their numbers, so what has waited longest comes first.
    pub(super) fn claim(&self, best: Tier, taken: &BTreeSet<u64>, most: usize) -> Result<Vec<Pending>> {
        let mut claimed = Vec::new();
        let mut after = 0;
        while claimed.len() < most {
            let waiting = self.waiting(best, taken, after)?;
            let Some(last) = waiting.last() else { break };
            after = last.seq;
            let wanted: Vec<Pending> = waiting;
            let free = self.unclaimed(&wanted)?;
            let free = wanted.into_iter().zip(free).filter_map(|(one, guard)| Some((one, guard?)));
            let chosen: Vec<(Pending, Option<Guard>)> = free.take(most - claimed.len()).collect();
            claimed.extend(self.claimed(chosen)?);
        }
        Ok(claimed)
    }

    /// Some articles that wait, after the one with this number, in the order of their numbers.
    fn waiting(&self, best: Tier, taken: &BTreeSet<u64>, after: u64) -> Result<Vec<Pending>> {
        let query = json!({
            "query": { "bool": {
                "filter": [
                    { "range": { "pending": { "lte": record::tier_code(best) } } },
                    { "range": { "seq": { "gt": after } } },
                ],
                "must_not": [{ "terms": { "seq": taken } }],
            } },
            "size": AT_ONCE,
            "sort": [{ "seq": "asc" }],
            "_source": head::RECORDED.split(',').collect::<Vec<_>>(),
        });
        let found = self.client.post(&format!("{}/_search", self.places.articles), &query, &Interrupt::default())?;
        let hits = found["hits"]["hits"].as_array().into_iter().flatten();
        // A damaged record must not keep all others waiting.
        Ok(hits
            .filter_map(|hit| head::kept(&hit["_source"]).ok())
            .filter_map(|kept| Some(Pending { seq: kept.seq, tier: kept.pending?, article: kept.article.article }))
            .collect())
    }

    /// For each of these articles, whether nobody has a claim on it, and the state of a claim that has ended.
    fn unclaimed(&self, waiting: &[Pending]) -> Result<Vec<Option<Option<Guard>>>> {
        let names: Vec<String> = waiting.iter().map(|one| one.seq.to_string()).collect();
        let path = format!("{}/_mget", self.places.claims);
        let reply = self.client.post(&path, &json!({ "ids": names }), &Interrupt::default())?;
        let now = (self.options.now)();
        let claims = reply["docs"].as_array().into_iter().flatten();
        let free = |claim: &Value| match claim["found"] == true {
            false => Some(None),
            true => (claim["_source"]["until"].as_i64().unwrap_or(0) < now).then(|| Some(Guard::of(claim))),
        };
        let found: Vec<_> = claims.map(free).collect();
        match found.len() == names.len() {
            true => Ok(found),
            false => Err(Error::new(ErrorKind::Unreachable, "the cluster's reply lacks some of the claims")),
        }
    }

    /// Claims these articles. Returns those that no other node claimed meanwhile.
    fn claimed(&self, chosen: Vec<(Pending, Option<Guard>)>) -> Result<Vec<Pending>> {
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let until = (self.options.now)().saturating_add(CLAIM);
        let mut lines = Vec::new();
        for (one, ended) in &chosen {
            let name = one.seq.to_string();
            match ended {
                Some(guard) => line(&mut lines, &json!({ "index": guard.on(&name) })),
                None => line(&mut lines, &json!({ "create": { "_id": name } })),
            }
            line(&mut lines, &json!({ "until": until }));
        }
        let reply = self.client.bulk(&format!("{}/_bulk", self.places.claims), lines, &Interrupt::default())?;
        let items = reply["items"].as_array().into_iter().flatten();
        let made = items.map(|item| {
            let item = item.as_object().and_then(|item| item.values().next());
            item.and_then(|item| item["status"].as_u64()).is_some_and(|status| (200..300).contains(&status))
        });
        Ok(chosen.into_iter().zip(made).filter(|(_, made)| *made).map(|((one, _), _)| one).collect())
    }
}
