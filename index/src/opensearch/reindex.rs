//! Makes a new index of articles beside the one in use, and puts it in its place at once.
//!
//! Documents are made from the records in the old ones, so a newer program may index them in another way. Reads go on
//! all the time, and so do writes but for the end:
//!
//! 1. Everything is copied as it is at one point in time, which may take hours.
//! 2. What changed since is copied again.
//! 3. Writes to the old index are closed, so that they wait. What changed since is copied, and what was deleted is
//!    deleted. This takes seconds.
//! 4. The alias goes from the old index to the new one, in one step on the cluster.
//!
//! The old index is kept for a while after that: page keys refer to it.
//!
//! What happens if the node dies, or the cluster stops answering, at each step:
//!
//! | during step | what is left | who sees to it |
//! |---|---|---|
//! | 1, 2 | an index that nobody uses | the next reindex deletes it |
//! | 3 | the same, and writes that wait | the next node that tidies up opens the old index, when the claim has ended |
//! | 4 | one of both indexes in use, never both or none | the cluster: it changes an alias in one step |
//! | after 4 | the old index | every node that tidies up, some minutes later |

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use serde_json::{Value, json};

use super::OpenSearch;
use super::change::line;
use super::document;
use super::fault::Refusal;
use super::reindex_claim::Claim;
use super::{head, setup};
use crate::{Error, ErrorKind, Interrupt, Kept, Result};

/// How much earlier than a copy began a change may say that it was made, and yet not be in it, in microseconds: until a
/// bulk arrives, and by how much the clocks of nodes may differ.
pub(super) const MARGIN: i64 = 60 * 1_000_000;

/// How long a replaced index is kept, in microseconds.
const RETIRED_FOR: i64 = 10 * 60 * 1_000_000;

/// How often it is looked whether a caller still waits.
const LOOK: Duration = Duration::from_millis(100);

/// Articles that are copied in one bulk.
const AT_ONCE: usize = 100;

/// Heads that are compared at once.
const COMPARED_AT_ONCE: usize = 1_000;

impl OpenSearch {
    /// Makes a new index and puts it in the place of the present one, on a thread of its own: if the caller no longer
    /// waits, it goes on until it is done or the process ends.
    pub(super) fn index_anew(&self, interrupt: &Interrupt) -> Result<()> {
        interrupt.check()?;
        let (sender, outcome) = crossbeam_channel::bounded(1);
        let engine = self.without_threads();
        let run = move || drop(sender.send(engine.index_anew_at_once()));
        thread::Builder::new().name("sayso-reindex".into()).spawn(run)?;
        loop {
            match outcome.recv_timeout(LOOK) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Timeout) => interrupt.check()?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(ErrorKind::Closed, "making a new index ended before it was done"));
                }
            }
        }
    }

    /// The same on this thread.
    fn index_anew_at_once(&self) -> Result<()> {
        let mut claim = Claim::of(&self.client, &self.places, self.options.now)?;
        let calm = Interrupt::default();
        let old = setup::current(&self.client, &self.places, &calm)?;
        let number = old.rsplit('-').next().and_then(|number| number.parse::<u32>().ok()).unwrap_or(0);
        let new = self.places.numbered(number + 1);
        // What an earlier attempt left.
        self.gone(&new)?;
        setup::make(&self.client, &new, &setup::articles(&self.options))?;
        let done = self.replace(&old, &new, &mut claim);
        // An answer may be lost on its way, so the cluster is asked what is true.
        if done.is_err() && setup::current(&self.client, &self.places, &calm)? != new {
            self.client.put(&format!("{old}/_settings"), &json!({ "index.blocks.write": null }), &calm)?;
            self.gone(&new)?;
        }
        done.and(claim.end())
    }

    /// Copies, closes, switches.
    fn replace(&self, old: &str, new: &str, claim: &mut Claim<'_>) -> Result<()> {
        let began = (self.options.now)();
        self.copy_all(new, claim)?;
        let again = (self.options.now)();
        self.copy_changed(old, new, began.saturating_sub(MARGIN), claim)?;
        self.client.put(&format!("{old}/_block/write"), &json!({}), &Interrupt::default())?;
        self.copy_changed(old, new, again.saturating_sub(MARGIN), claim)?;
        self.delete_gone(old, new, claim)?;
        self.switch(old, new)
    }

    /// Copies everything, as it is at one point in time.
    fn copy_all(&self, new: &str, claim: &mut Claim<'_>) -> Result<()> {
        let mut batch = Vec::new();
        let exported = self.read_all(
            &mut |kept| {
                batch.push(kept);
                if batch.len() < AT_ONCE {
                    return Ok(());
                }
                claim.renew()?;
                self.copy(new, std::mem::take(&mut batch))
            },
            &Interrupt::default(),
        )?;
        if exported.damaged > 0 {
            let message = format!("{} articles have a damaged record: put them again or delete them", exported.damaged);
            return Err(Error::new(ErrorKind::Corrupt, message));
        }
        self.copy(new, batch)
    }

    /// Copies what changed since a moment and is not in the new index as it is in the old one.
    fn copy_changed(&self, old: &str, new: &str, since: i64, claim: &mut Claim<'_>) -> Result<()> {
        let mut after = Value::Null;
        self.client.post(&format!("{old}/_refresh"), &json!({}), &Interrupt::default())?;
        loop {
            claim.renew()?;
            let range = json!({ "range": { "changed": { "gte": since } } });
            let hits = self.heads(old, range, &mut after)?;
            if hits.is_empty() {
                return Ok(());
            }
            let names: Vec<&str> = hits.keys().map(String::as_str).collect();
            let copied = self.sources(new, &names, "seq,pending")?;
            let differ: Vec<&str> = names.into_iter().filter(|&name| hits.get(name) != copied.get(name)).collect();
            for some in differ.chunks(AT_ONCE) {
                let sources = self.sources(old, some, head::RECORDED)?;
                self.copy(new, sources.values().map(head::kept).collect::<Result<_>>()?)?;
            }
        }
    }

    /// The numbers and marks of some documents that match, by their names; `after` leads to the next ones.
    fn heads(&self, index: &str, matching: Value, after: &mut Value) -> Result<BTreeMap<String, Value>> {
        let mut query = json!({
            "query": { "bool": { "filter": [matching] } },
            "size": COMPARED_AT_ONCE,
            "sort": [{ "seq": "asc" }],
            "track_total_hits": false,
            "_source": ["seq", "pending"],
        });
        if !after.is_null() {
            query["search_after"] = after.clone();
        }
        let found = self.client.post(&format!("{index}/_search"), &query, &Interrupt::default())?;
        let hits = found["hits"]["hits"].as_array().map_or(&[][..], Vec::as_slice);
        *after = hits.last().map_or(Value::Null, |last| last["sort"].clone());
        Ok(hits.iter().map(|hit| (hit["_id"].as_str().unwrap_or_default().into(), hit["_source"].clone())).collect())
    }

    /// Parts of the documents with these names; those that are not there are left out.
    fn sources(&self, index: &str, names: &[&str], parts: &str) -> Result<BTreeMap<String, Value>> {
        let path = format!("{index}/_mget?_source_includes={parts}");
        let reply = self.client.post(&path, &json!({ "ids": names }), &Interrupt::default())?;
        let mut found = BTreeMap::new();
        for document in reply["docs"].as_array().into_iter().flatten() {
            if document["error"].is_object() {
                return Err(Refusal::of(503, document).into_error());
            }
            if document["found"] == true {
                found.insert(document["_id"].as_str().unwrap_or_default().to_owned(), document["_source"].clone());
            }
        }
        Ok(found)
    }

    /// Puts articles into the new index.
    fn copy(&self, new: &str, articles: Vec<Kept>) -> Result<()> {
        let mut lines = Vec::new();
        for kept in &articles {
            line(&mut lines, &json!({ "index": { "_id": head::document_name(&kept.article.article.id) } }));
            line(&mut lines, &document::of(kept, (self.options.now)())?);
        }
        self.sent(new, lines)
    }

    /// Deletes from the new index what is no longer in the old one. All that is in the old one is in the new one.
    fn delete_gone(&self, old: &str, new: &str, claim: &mut Claim<'_>) -> Result<()> {
        let calm = Interrupt::default();
        self.client.post(&format!("{old},{new}/_refresh"), &json!({}), &calm)?;
        let count = |index: &str| self.client.get(&format!("{index}/_count"), &calm);
        if count(old)?["count"] == count(new)?["count"] {
            return Ok(());
        }
        let mut after = Value::Null;
        loop {
            claim.renew()?;
            let hits = self.heads(new, json!({ "match_all": {} }), &mut after)?;
            if hits.is_empty() {
                return Ok(());
            }
            let names: Vec<&str> = hits.keys().map(String::as_str).collect();
            let there = self.sources(old, &names, "seq")?;
            let mut lines = Vec::new();
            for name in names.into_iter().filter(|&name| !there.contains_key(name)) {
                line(&mut lines, &json!({ "delete": { "_id": name } }));
            }
            self.sent(new, lines)?;
        }
    }

    /// Sends a bulk of which every change must be made.
    fn sent(&self, index: &str, lines: Vec<u8>) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let reply = self.client.bulk(&format!("{index}/_bulk"), lines, &Interrupt::default())?;
        let items = reply["items"].as_array().into_iter().flatten();
        for item in items.filter_map(|item| item.as_object()?.values().next()) {
            let status = item["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
            if !(200..300).contains(&status) && status != 404 {
                return Err(Refusal::of(status, item).into_error());
            }
        }
        Ok(())
    }

    /// Lets the alias stand for the new index, and notes until when the old one is kept.
    fn switch(&self, old: &str, new: &str) -> Result<()> {
        let calm = Interrupt::default();
        self.client.post(&format!("{new}/_refresh"), &json!({}), &calm)?;
        // Noted first: what is noted is deleted only if it is no longer in use.
        let until = (self.options.now)().saturating_add(RETIRED_FOR);
        let retired = json!({ "index": old, "until": until });
        self.client.put(&format!("{}/_doc/retired", self.places.state), &retired, &calm)?;
        let alias = &self.places.articles;
        let actions = json!({ "actions": [
            { "remove": { "index": old, "alias": alias } },
            { "add": { "index": new, "alias": alias, "is_write_index": true } },
        ] });
        self.client.post("_aliases", &actions, &calm).map(drop)
    }

    /// Deletes an index, if it is there.
    fn gone(&self, index: &str) -> Result<()> {
        self.client.delete(&format!("{index}?ignore_unavailable=true"), None, &Interrupt::default()).map(drop)
    }
}
