//! Makes changes on the cluster: many in one bulk, each only if its article is still what it was decided upon.
//!
//! What stands under the ids is read first, and decides as on the embedded engine. The bulk then names for each article
//! the state that was read. If another node of the service was first, the cluster refuses that one change, and it is
//! decided again upon what stands there now. So whoever comes second sees what the first one did.
//!
//! An answer may be lost on its way, and the request sent again. A change that finds its own number under the id was
//! made by an earlier try.
//!
//! | what a bulk says of a change | then |
//! |---|---|
//! | made (200, 201) | it is durable: its writer hears so |
//! | another state (409), or no such document (404) | it is decided again, upon what stands there now |
//! | busy (429), no first copy of the shard (503), closed for a reindex (403) | it is sent again, after a wait |
//! | a full disk, or a document that cannot be indexed | its writer hears why |
//!
//! The changes of a bulk are of different articles, so none of them depends on another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sayso_document::Tier;
use serde_json::{Value, json};

use super::client::Client;
use super::counter::Counter;
use super::document;
use super::fault::Refusal;
use super::head::{self, Head};
use super::setup::Places;
use crate::decide::{self, Absent};
use crate::{
    AnalyzedArticle, Article, Change, Error, ErrorKind, Interrupt, Kept, Receipt, Result, Version, Wanted, Write,
};

/// How often a change is decided again before it is given up. Each time some node made another change of the article.
const TRIES: u32 = 30;

/// How long a bulk waits on the cluster for a shard that is without its first copy.
const SHARD_TIMEOUT: &str = "10s";

/// After this, a bulk is no longer sent again. A reindex relies on it: see [`super::reindex::MARGIN`].
pub(super) const BULK_TIMEOUT: Duration = Duration::from_secs(40);

/// The first wait before a change is sent again that the cluster was too busy for; doubled each time.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(50);

/// What makes changes.
pub(super) struct Changes {
    /// Speaks with the cluster.
    pub(super) client: Arc<Client>,
    /// Where articles are.
    pub(super) places: Places,
    /// Where their numbers come from.
    pub(super) counter: Arc<Counter>,
    /// The clock, in microseconds since 1970.
    pub(super) now: fn() -> i64,
    /// For how long a change is sent again to a cluster that cannot take it at present.
    pub(super) patience: Duration,
}

/// The outcome of one change.
pub(super) type Outcome = Result<Receipt>;

/// What came of one try.
struct Attempt {
    /// The changes that are settled, by their positions.
    settled: Vec<(usize, Outcome)>,
    /// A refusal that may pass.
    passing: Option<Refusal>,
}

/// What stands under an id.
struct Standing {
    /// What the document says of the article.
    head: Head,
    /// The state that it was read in.
    guard: Guard,
}

/// The state of a document that a change replaces. It names the index itself, not its alias: a number of another index
/// says nothing, and after a reindex there is another one.
#[derive(Clone)]
pub(super) struct Guard {
    index: String,
    /// The number that a shard gave the last change of the document.
    seq_no: i64,
    /// Which of the shard's first copies gave it.
    term: i64,
}

/// What is to be done for a change.
enum Plan<'w> {
    /// Nothing.
    Done(Outcome),
    /// Another analysis is to come, or not any more.
    Mark(Guard, Option<Tier>, Receipt),
    /// The article goes in, in place of what stands: in which state that is, its version, and whether it is the same
    /// article but for the analysis. Then it waits for this analysis.
    Put(&'w AnalyzedArticle, Option<(Guard, Version, bool)>, Option<Tier>),
    /// The article goes.
    Delete(Guard),
}

impl Changes {
    /// Makes changes of different articles. Returns their outcomes in the same order.
    pub(super) fn make(&self, writes: &[&Write]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = writes.iter().map(|_| None).collect();
        let mut tried = BTreeMap::new();
        let (started, mut busy) = (Instant::now(), 0);
        let mut tries = 0;
        while tries < TRIES {
            let open: Vec<usize> = (0..writes.len()).filter(|&at| outcomes[at].is_none()).collect();
            if open.is_empty() {
                break;
            }
            let Attempt { settled, passing } = self.attempt(writes, &open, &mut tried).unwrap_or_else(|error| {
                Attempt { settled: open.iter().map(|&at| (at, Err(error.clone()))).collect(), passing: None }
            });
            for (at, outcome) in settled {
                outcomes[at] = Some(outcome);
            }
            if let Some(refusal) = passing {
                if started.elapsed() > self.patience {
                    let error = refusal.into_error();
                    return outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(error.clone()))).collect();
                }
                thread::sleep(FIRST_WAIT.saturating_mul(1 << busy.min(6)));
                busy += 1;
            } else {
                tries += 1;
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(contended()))).collect()
    }

    /// One try of those changes that are open. `tried` has what earlier tries would have done.
    fn attempt(&self, writes: &[&Write], open: &[usize], tried: &mut BTreeMap<usize, Receipt>) -> Result<Attempt> {
        let ids: Vec<&str> = open.iter().filter_map(|&at| id_of(writes[at])).collect();
        let stands = self.stands(&ids)?;
        let (mut settled, mut plans) = (Vec::new(), Vec::new());
        for &at in open {
            let standing = id_of(writes[at]).and_then(|id| stands.get(id));
            match tried.get(&at).filter(|receipt| standing.is_some_and(|standing| standing.head.seq == receipt.seq)) {
                Some(receipt) => settled.push((at, Ok(*receipt))),
                None => match plan(writes[at], standing, self.counter.last()) {
                    Plan::Done(outcome) => settled.push((at, outcome)),
                    plan => plans.push((at, plan)),
                },
            }
        }
        let numbers = plans.iter().filter(|(_, plan)| !matches!(plan, Plan::Mark(..))).count() as u64;
        let first = if numbers > 0 { self.counter.take(numbers, &self.client, &self.places)? } else { 0 };
        let (mut lines, mut sent, mut next) = (Vec::new(), Vec::new(), first);
        for (at, plan) in plans {
            let number = next;
            next += u64::from(!matches!(plan, Plan::Mark(..)));
            match self.lines(&plan, writes[at], number, &mut lines) {
                Ok(receipt) => sent.push((at, receipt)),
                Err(error) => settled.push((at, Err(error))),
            }
        }
        if sent.is_empty() {
            return Ok(Attempt { settled, passing: None });
        }
        // A mark changes no number, so it could not be told from what stood before.
        tried.extend(sent.iter().copied().filter(|(_, receipt)| receipt.change != Change::Unchanged));
        let passing = self.send(lines, &sent, &mut settled)?;
        Ok(Attempt { settled, passing })
    }

    /// Sends a bulk, and settles the changes that were made or can never be.
    fn send(
        &self,
        lines: Vec<u8>,
        sent: &[(usize, Receipt)],
        settled: &mut Vec<(usize, Outcome)>,
    ) -> Result<Option<Refusal>> {
        let path = format!("{}/_bulk?timeout={SHARD_TIMEOUT}&_source=false", self.places.articles);
        let deadline = Some(Instant::now() + BULK_TIMEOUT);
        let reply = self.client.bulk(&path, lines, &Interrupt { deadline, ..Interrupt::default() })?;
        let items = reply["items"].as_array().map_or(&[][..], Vec::as_slice);
        if items.len() != sent.len() {
            return Err(Error::new(ErrorKind::Unreachable, "the cluster's reply to a bulk lacks some of its changes"));
        }
        let mut passing = None;
        for (&(at, receipt), item) in sent.iter().zip(items) {
            let item = item.as_object().and_then(|item| item.values().next()).unwrap_or(&Value::Null);
            let status = item["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
            if (200..300).contains(&status) {
                settled.push((at, Ok(receipt)));
                continue;
            }
            let refusal = Refusal::of(status, item);
            // A document that is not there any more is no other than one that changed.
            if refusal.is_conflict() || refusal.is_missing_document() {
                continue;
            }
            match refusal.passes() {
                true => passing = Some(refusal),
                false => settled.push((at, Err(refusal.into_error()))),
            }
        }
        Ok(passing)
    }

    /// What stands under ids.
    fn stands<'i>(&self, ids: &[&'i str]) -> Result<BTreeMap<&'i str, Standing>> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let names: Vec<String> = ids.iter().map(|id| head::document_name(id)).collect();
        let path = format!("{}/_mget?_source_includes={}", self.places.articles, head::FIELDS);
        let reply = self.client.post(&path, &json!({ "ids": names }), &Interrupt::default())?;
        let found = reply["docs"].as_array().map_or(&[][..], Vec::as_slice);
        let mut stands = BTreeMap::new();
        for (&id, document) in ids.iter().zip(found) {
            if document["error"].is_object() {
                return Err(Refusal::of(503, document).into_error());
            }
            if document["found"] == true {
                stands.insert(id, Standing { head: Head::of(&document["_source"])?, guard: Guard::of(document) });
            }
        }
        Ok(stands)
    }

    /// The document with this name, waiting for this analysis. It is made anew from the article: the cluster keeps only
    /// parts of what a document was, so it cannot change one of them.
    fn marked(&self, name: &str, tier: Option<Tier>) -> Result<Value> {
        let path = format!("{}?_source_includes={}", self.places.document(name), head::RECORDED);
        let stands = self.client.get(&path, &Interrupt::default())?;
        match stands["found"] == true {
            true => document::of(&Kept { pending: tier, ..head::kept(&stands["_source"])? }, (self.now)()),
            // The bulk will be refused, since the state that it names is gone.
            false => Ok(json!({})),
        }
    }

    /// Adds the lines of a bulk for a change, and returns what it will have done.
    fn lines(&self, plan: &Plan<'_>, write: &Write, number: u64, lines: &mut Vec<u8>) -> Result<Receipt> {
        let name = head::document_name(id_of(write).unwrap_or_default());
        match plan {
            Plan::Done(outcome) => outcome.clone(),
            Plan::Mark(guard, tier, receipt) => {
                let document = self.marked(&name, *tier)?;
                line(lines, &json!({ "index": guard.on(&name) }));
                line(lines, &document);
                Ok(*receipt)
            }
            Plan::Delete(guard) => {
                line(lines, &json!({ "delete": guard.on(&name) }));
                Ok(Receipt { seq: number, change: Change::Deleted, version: None })
            }
            Plan::Put(new, old, pending) => {
                let stands = old.as_ref().map(|&(_, version, same)| (version, same));
                let version = decide::version_after(stands, &new.article, (self.now)(), number);
                let article = Article { version, ..new.article.clone() };
                let article = AnalyzedArticle { article, analysis: new.analysis.clone() };
                let kept = Kept { seq: number, article, pending: *pending };
                let document = document::of(&kept, (self.now)())?;
                match old {
                    Some((guard, ..)) => line(lines, &json!({ "index": guard.on(&name) })),
                    // Where the alias is gone, nothing is to be made in its place.
                    None => line(lines, &json!({ "create": { "_id": name, "require_alias": true } })),
                }
                line(lines, &document);
                let change = if old.is_some() { Change::Replaced } else { Change::Created };
                Ok(Receipt { seq: number, change, version: Some(version) })
            }
        }
    }
}

impl Guard {
    /// The state of a document that was read.
    pub(super) fn of(document: &Value) -> Self {
        let number = |name: &str| document[name].as_i64().unwrap_or(-1);
        let index = document["_index"].as_str().unwrap_or_default().to_owned();
        Self { index, seq_no: number("_seq_no"), term: number("_primary_term") }
    }

    /// The first line of a change that is made only in this state.
    pub(super) fn on(&self, name: &str) -> Value {
        json!({ "_index": self.index, "_id": name, "if_seq_no": self.seq_no, "if_primary_term": self.term })
    }
}

/// Adds a line.
pub(super) fn line(lines: &mut Vec<u8>, value: &Value) {
    lines.extend_from_slice(value.to_string().as_bytes());
    lines.push(b'\n');
}

/// What a change does to what stands. `last` is the last number of a change that is known.
fn plan<'w>(write: &'w Write, standing: Option<&Standing>, last: u64) -> Plan<'w> {
    let (id, etag) = match write {
        Write::Put(new, etag) | Write::PutFirst(new, _, etag) => (new.article.id.as_str(), *etag),
        Write::Delete(id, etag) => (id.as_str(), *etag),
        Write::Reanalyzed(..) | Write::Want(..) => ("", None),
    };
    let version = standing.map(|standing| standing.head.version).ok_or(Absent::Missing);
    if let Some(stale) = etag.and_then(|etag| decide::stale(id, version, etag)) {
        return Plan::Done(Err(stale));
    }
    let nothing = Plan::Done(Ok(Receipt { seq: last, change: Change::NotFound, version: None }));
    match (write, standing) {
        (Write::Put(new, _), _) => put(new, standing, None),
        (Write::PutFirst(new, wanted, _), _) => put(new, standing, Some(wanted)),
        (Write::Reanalyzed(new, seq), Some(standing)) if standing.head.seq == *seq => reanalyzed(new, standing),
        (Write::Delete(..), Some(standing)) => Plan::Delete(standing.guard.clone()),
        (Write::Reanalyzed(..) | Write::Delete(..) | Write::Want(..), _) => nothing,
    }
}

/// Adds or replaces an article, unless the same one is there with an analysis that is as good.
fn put<'w>(new: &'w AnalyzedArticle, standing: Option<&Standing>, wanted: Option<&Wanted>) -> Plan<'w> {
    if let Some(standing) = standing.filter(|standing| standing.keeps(new)) {
        return match decide::waits(standing.head.pending, wanted, &standing.head.model) {
            Some(tier) => Plan::Mark(standing.guard.clone(), Some(tier), standing.unchanged()),
            None => Plan::Done(Ok(standing.unchanged())),
        };
    }
    Plan::Put(new, standing.map(|standing| standing.replaced(new)), decide::waits(None, wanted, &new.analysis.model))
}

/// Replaces the analysis of an article, unless it has one that is as good. Either way it no longer waits.
fn reanalyzed<'w>(new: &'w AnalyzedArticle, standing: &Standing) -> Plan<'w> {
    match (standing.keeps(new), standing.head.pending) {
        (true, Some(_)) => Plan::Mark(standing.guard.clone(), None, standing.unchanged()),
        (true, None) => Plan::Done(Ok(standing.unchanged())),
        (false, _) => Plan::Put(new, Some(standing.replaced(new)), None),
    }
}

impl Standing {
    /// Whether a put of this article leaves what stands in place.
    fn keeps(&self, new: &AnalyzedArticle) -> bool {
        self.head.is(&new.article) && decide::keeps(&self.head.model, self.head.tier, &new.analysis)
    }

    /// What another article in its place must know of it.
    fn replaced(&self, new: &AnalyzedArticle) -> (Guard, Version, bool) {
        (self.guard.clone(), self.head.version, self.head.is(&new.article))
    }

    /// The receipt of a change that left it as it is.
    fn unchanged(&self) -> Receipt {
        Receipt { seq: self.head.seq, change: Change::Unchanged, version: Some(self.head.version) }
    }
}

/// The id of the article that a change is about.
pub(super) fn id_of(write: &Write) -> Option<&str> {
    match write {
        Write::Delete(id, _) => Some(id),
        Write::Put(..) | Write::PutFirst(..) | Write::Reanalyzed(..) => {
            write.article().map(|article| article.article.id.as_str())
        }
        Write::Want(..) => None,
    }
}

/// The error of a change that others were always faster than.
fn contended() -> Error {
    let message = format!("other nodes changed the article {TRIES} times while this change was tried; send it again");
    Error::new(ErrorKind::Unreachable, message)
}
