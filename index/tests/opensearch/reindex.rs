//! A new index takes the place of the present one while articles are read and written.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use sayso_document::Tier;
use sayso_index::opensearch::{Client, OpenSearch};
use sayso_index::{Engine, ErrorKind, Interrupt, Write};
use serde_json::json;

use crate::changes::{all, article, change, put};
use crate::cluster::shared;

#[test]
fn nothing_is_missed_while_a_new_index_is_made() {
    let Some(cluster) = shared() else { return };
    let options = cluster.options();
    let nodes = [OpenSearch::open(options.clone()).unwrap(), OpenSearch::open(options.clone()).unwrap()];
    for at in 0..30 {
        change(&nodes[0], put(&at.to_string(), "Before.")).unwrap();
    }
    let done = AtomicBool::new(false);
    let written = thread::scope(|scope| {
        let (nodes, done) = (&nodes, &done);
        // Replaces, adds and deletes, until the new index is in use.
        let writing = scope.spawn(move || {
            let mut round = 0;
            while !done.load(Ordering::Relaxed) {
                change(&nodes[1], put(&(round % 20).to_string(), &format!("Round {round}."))).unwrap();
                change(&nodes[1], put(&format!("new-{round}"), "New.")).unwrap();
                if round < 10 {
                    change(&nodes[1], Write::Delete((20 + round).to_string(), None)).unwrap();
                }
                round += 1;
            }
            round
        });
        let reading = scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                assert!(nodes[1].article("0").unwrap().is_some());
                assert!(nodes[1].status().unwrap().articles >= 20);
            }
        });
        nodes[0].reindex(&Interrupt::default()).unwrap();
        done.store(true, Ordering::Relaxed);
        reading.join().unwrap();
        writing.join().unwrap()
    });
    // Everything that was acknowledged is there in its last version, and nothing else.
    let mut expected: Vec<(String, String)> =
        (0..written).map(|round| (format!("new-{round}"), "New.".into())).collect();
    for at in 0..(30 - written.min(10)) {
        // The first ten of the upper ones are deleted from below.
        let id = if at < 20 { at } else { at + written.min(10) };
        let last = (0..written).rev().find(|round| round % 20 == id);
        let body = last.map_or_else(|| "Before.".into(), |round| format!("Round {round}."));
        expected.push((id.to_string(), body));
    }
    expected.sort();
    let kept = all(|take, interrupt| nodes[1].export(take, interrupt));
    let mut found: Vec<_> = kept.into_iter().map(|kept| (kept.article.article.id, kept.article.article.body)).collect();
    found.sort();
    assert_eq!(found, expected);
    let (client, calm) = (Client::new(options.clone()).unwrap(), Interrupt::default());
    let aliased = client.get(&format!("_alias/{}articles", options.prefix), &calm).unwrap();
    let names: Vec<&String> = aliased.as_object().unwrap().keys().collect();
    assert_eq!(names, [&format!("{}articles-000002", options.prefix)]);
}

#[test]
fn one_node_at_a_time_makes_a_new_index() {
    let Some(cluster) = shared() else { return };
    let options = cluster.options();
    let engine = OpenSearch::open(options.clone()).unwrap();
    change(&engine, Write::Put(Box::new(article("a", "Ferries sail.", Tier::Fast)), None)).unwrap();
    let (client, calm) = (Client::new(options.clone()).unwrap(), Interrupt::default());
    let claim = format!("{}state/_doc/reindex", options.prefix);
    client.put(&claim, &json!({ "until": i64::MAX }), &calm).unwrap();
    let error = engine.reindex(&Interrupt::default()).unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("another node")), (ErrorKind::Unreachable, true));
    // The claim of a node that died ends, and the index that it closed is opened when a node starts.
    client.put(&claim, &json!({ "until": 0 }), &calm).unwrap();
    client.put(&format!("{}articles-000001/_block/write", options.prefix), &json!({}), &calm).unwrap();
    drop(engine);
    let engine = OpenSearch::open(options).unwrap();
    change(&engine, put("b", "They do.")).unwrap();
    engine.reindex(&Interrupt::default()).unwrap();
    engine.reindex(&Interrupt::default()).unwrap();
    assert_eq!(all(|take, interrupt| engine.export(take, interrupt)).len(), 2);
}
