//! Marks many articles as waiting for another analysis.
//!
//! They are named by their numbers. An article that was changed since has another number, so a mark that comes late
//! finds nothing, as it should. The document is written anew as a whole, because the cluster does not keep all of it.

use std::thread;

use sayso_document::Tier;
use serde_json::json;

use super::change::{Changes, FIRST_WAIT, Guard, Outcome, line};
use super::document;
use super::fault::Refusal;
use super::head;
use crate::{Change, Error, ErrorKind, Interrupt, Kept, Receipt, Result};

/// Articles that are marked at once.
const AT_ONCE: usize = 100;

/// How often marks are tried that another change was faster than.
const TRIES: u32 = 10;

/// Marks the articles that still have these numbers, unless they wait for such an analysis already.
pub(super) fn want(changes: &Changes, seqs: &[u64], tier: Tier) -> Outcome {
    for some in seqs.chunks(AT_ONCE) {
        let mut tries = 0;
        while mark(changes, some, tier)? {
            thread::sleep(FIRST_WAIT.saturating_mul(1 << tries));
            tries += 1;
            if tries == TRIES {
                let message = format!("other nodes changed the articles {TRIES} times meanwhile; send it again");
                return Err(Error::new(ErrorKind::Unreachable, message));
            }
        }
    }
    Ok(Receipt { seq: changes.counter.last(), change: Change::Unchanged, version: None })
}

/// Marks articles. Returns whether some of them were changed meanwhile, or the cluster was busy.
///
/// # Errors
/// If the cluster refuses a mark for good, or does not answer.
fn mark(changes: &Changes, seqs: &[u64], tier: Tier) -> Result<bool> {
    let calm = Interrupt::default();
    let (client, articles) = (&changes.client, &changes.places.articles);
    // Numbers are found by searching, so what was written just now must be searchable first.
    client.post(&format!("{articles}/_refresh"), &json!({}), &calm)?;
    let query = json!({
        "query": { "terms": { "seq": seqs } },
        "size": seqs.len(),
        "seq_no_primary_term": true,
        "_source": head::RECORDED.split(',').collect::<Vec<_>>(),
    });
    let found = client.post(&format!("{articles}/_search"), &query, &calm)?;
    let mut lines = Vec::new();
    for hit in found["hits"]["hits"].as_array().into_iter().flatten() {
        let kept = head::kept(&hit["_source"])?;
        if kept.pending < Some(tier) {
            let name = hit["_id"].as_str().unwrap_or_default();
            line(&mut lines, &json!({ "index": Guard::of(hit).on(name) }));
            line(&mut lines, &document::of(&Kept { pending: Some(tier), ..kept }, (changes.now)())?);
        }
    }
    if lines.is_empty() {
        return Ok(false);
    }
    let reply = client.bulk(&format!("{articles}/_bulk"), lines, &calm)?;
    let mut again = false;
    for item in reply["items"].as_array().into_iter().flatten() {
        let item = &item["index"];
        let status = item["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
        let refusal = Refusal::of(status, item);
        match status {
            200..300 => {}
            _ if refusal.is_conflict() || refusal.is_missing_document() || refusal.passes() => again = true,
            _ => return Err(refusal.into_error()),
        }
    }
    Ok(again)
}
