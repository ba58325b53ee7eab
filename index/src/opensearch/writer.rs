//! The threads that write: one sends what is queued, the other asks the cluster to make it searchable.
//!
//! A bulk is acknowledged when every copy in step has it on its disk (`index.translog.durability: request`). It becomes
//! searchable with the next refresh. A refresh costs the cluster a segment in each shard, so while many wait, one serves
//! all that came within [`REFRESH_AFTER`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use serde_json::json;

use super::change::{Changes, id_of};
use super::client::Client;
use super::setup::Places;
use super::want::want;
use crate::queue::{GroupLimits, Groups, Job};
use crate::{Interrupt, OnProgress, Progress, Receipt, Write};

/// How long a change may wait for others that become searchable by the same refresh.
const REFRESH_AFTER: Duration = Duration::from_millis(50);

/// Changes that are durable and wait to become searchable.
pub(super) type Written = Vec<(Receipt, OnProgress)>;

/// Writes until the queue is closed and empty. What was written goes to the refresher.
pub(super) fn write(changes: &Changes, queue: &Receiver<Job>, limits: GroupLimits, refresher: &Sender<Written>) {
    for group in Groups::new(queue, limits) {
        for round in rounds(group) {
            let written = make(changes, round);
            // The refresher ends only after this thread; if it died, the change is durable all the same.
            let _ = refresher.send(written);
        }
    }
}

/// The changes of a group in rounds, each with one change of an article at most: a later one builds upon the earlier.
/// A change to many articles is a round of its own.
fn rounds(group: Vec<Job>) -> Vec<Vec<Job>> {
    let mut rounds: Vec<Vec<Job>> = Vec::new();
    let mut round_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut least = 0;
    for job in group {
        let round = match id_of(&job.write) {
            Some(id) => {
                let round = round_of.get(id).map_or(least, |&last| least.max(last + 1));
                round_of.insert(id.to_owned(), round);
                round
            }
            None => {
                least = rounds.len() + 1;
                rounds.len()
            }
        };
        if rounds.len() <= round {
            rounds.resize_with(round + 1, Vec::new);
        }
        rounds[round].push(job);
    }
    rounds.retain(|round| !round.is_empty());
    rounds
}

/// Makes the changes of a round, and tells those who wait how it went. Returns the ones that were made.
fn make(changes: &Changes, round: Vec<Job>) -> Written {
    let outcomes = match round.iter().map(|job| &job.write).collect::<Vec<_>>()[..] {
        [Write::Want(seqs, tier)] => vec![want(changes, seqs, *tier)],
        ref writes => changes.make(writes),
    };
    let mut written = Vec::with_capacity(round.len());
    for (mut job, outcome) in round.into_iter().zip(outcomes) {
        match outcome {
            Ok(receipt) => {
                (job.progress)(Progress::Durable(receipt));
                written.push((receipt, job.progress));
            }
            Err(error) => (job.progress)(Progress::Failed(error)),
        }
    }
    written
}

/// Makes searchable what was written, until nobody writes any more. A refresh that fails after all its attempts is told
/// as a delay: the changes are durable, and the cluster refreshes every few seconds by itself.
pub(super) fn refresh(client: &Arc<Client>, places: &Places, written: &Receiver<Written>) {
    while let Ok(mut waiting) = written.recv() {
        let until = Instant::now() + REFRESH_AFTER;
        while let Ok(more) = written.recv_deadline(until) {
            waiting.extend(more);
        }
        if waiting.is_empty() {
            continue;
        }
        let refreshed = client.post(&format!("{}/_refresh", places.articles), &json!({}), &Interrupt::default());
        for (receipt, mut progress) in waiting {
            progress(match &refreshed {
                Ok(_) => Progress::Searchable(receipt),
                Err(error) => Progress::Delayed(receipt, error.clone()),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use sayso_document::Tier;

    use super::*;

    fn job(id: &str) -> Job {
        let write = match id {
            "*" => Write::Want(Vec::new(), Tier::Accurate),
            id => Write::Delete(id.into(), None),
        };
        Job { write, progress: Box::new(drop) }
    }

    #[test]
    fn changes_of_one_article_stay_in_order() {
        for (group, expected) in [
            ("a b c", "abc"),
            ("a b a c b a", "abc|ab|a"),
            ("a * a b", "a|*|ab"),
            ("a a * a b a", "a|a|*|ab|a"),
            ("* *", "*|*"),
        ] {
            let found = rounds(group.split(' ').map(job).collect());
            let names =
                found.iter().map(|round| round.iter().map(|job| id_of(&job.write).unwrap_or("*")).collect::<String>());
            assert_eq!(names.collect::<Vec<_>>().join("|"), expected, "{group}");
        }
    }
}
