//! Marks many articles as waiting for another analysis.

use sayso_document::Tier;
use serde_json::json;

use super::change::{Changes, Guard, Outcome, line};
use super::fault::Refusal;
use super::head::{self, Head};
use crate::{Change, Error, ErrorKind, Interrupt, Receipt, Result, record};

/// Articles that are marked at once.
const AT_ONCE: usize = 500;

/// How often marks are tried that another change was faster than.
const TRIES: u32 = 10;

/// Marks the articles that still have these numbers, unless they wait for such an analysis already.
pub(super) fn want(changes: &Changes, seqs: &[u64], tier: Tier) -> Outcome {
    for some in seqs.chunks(AT_ONCE) {
        let mut tries = 0;
        while mark(changes, some, tier)? {
            tries += 1;
            if tries == TRIES {
                let message = format!("other nodes changed the articles {TRIES} times meanwhile; send it again");
                return Err(Error::new(ErrorKind::Unreachable, message));
            }
        }
    }
    Ok(Receipt { seq: changes.counter.last(), change: Change::Unchanged, version: None })
}

/// Marks articles. Returns whether some of them were changed meanwhile.
fn mark(changes: &Changes, seqs: &[u64], tier: Tier) -> Result<bool> {
    let calm = Interrupt::default();
    let (client, articles) = (&changes.client, &changes.places.articles);
    // Numbers are found by searching, so what was written just now must be searchable first.
    client.post(&format!("{articles}/_refresh"), &json!({}), &calm)?;
    let query = json!({
        "query": { "terms": { "seq": seqs } },
        "size": seqs.len(),
        "seq_no_primary_term": true,
        "_source": head::FIELDS.split(',').collect::<Vec<_>>(),
    });
    let found = client.post(&format!("{articles}/_search"), &query, &calm)?;
    let mut lines = Vec::new();
    for hit in found["hits"]["hits"].as_array().into_iter().flatten() {
        if Head::of(&hit["_source"])?.pending < Some(tier) {
            let name = hit["_id"].as_str().unwrap_or_default();
            line(&mut lines, &json!({ "update": Guard::of(hit).on(name) }));
            line(&mut lines, &json!({ "doc": { "pending": record::tier_code(tier) } }));
        }
    }
    if lines.is_empty() {
        return Ok(false);
    }
    let reply = client.bulk(&format!("{articles}/_bulk?require_alias=true"), lines, &calm)?;
    let mut again = false;
    for item in reply["items"].as_array().into_iter().flatten() {
        let item = &item["update"];
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
