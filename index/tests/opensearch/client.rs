//! What the client makes of a cluster's answers, and of nodes that do not answer.

use std::time::{Duration, Instant};

use sayso_index::opensearch::{Client, OpenSearchOptions};
use sayso_index::{ErrorKind, Interrupt};
use serde_json::json;

use crate::cluster::{Cluster, shared};

#[test]
fn answers_and_refusals_are_told_apart() {
    let Some(cluster) = shared() else { return };
    let options = cluster.options();
    let index = format!("{}plain", options.prefix);
    let client = Client::new(options).unwrap();
    let calm = Interrupt::default();
    client.put(&index, &json!({ "settings": { "number_of_replicas": 0 } }), &calm).unwrap();
    let put = client.put(&format!("{index}/_doc/a"), &json!({ "n": 1 }), &calm).unwrap();
    assert_eq!(put["result"], "created");
    assert_eq!(client.get(&format!("{index}/_doc/a"), &calm).unwrap()["_source"]["n"], 1);
    // A document that is not there is an answer.
    assert_eq!(client.get(&format!("{index}/_doc/b"), &calm).unwrap()["found"], false);
    let again = client.put(&format!("{index}/_create/a"), &json!({ "n": 2 }), &calm).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Stale, "{again}");
    let gone = client.get(&format!("{index}-gone/_doc/a"), &calm).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::Corrupt);
    assert!(gone.to_string().contains("no such index"), "{gone}");
    let bulk = client.bulk(&format!("{index}/_bulk"), b"{\"delete\":{\"_id\":\"a\"}}\n".to_vec(), &calm).unwrap();
    assert_eq!(bulk["items"][0]["delete"]["result"], "deleted");
    // What a full disk does to an index.
    let closed = |on: bool| json!({ "index.blocks.read_only_allow_delete": on.then_some(true) });
    client.put(&format!("{index}/_settings"), &closed(true), &calm).unwrap();
    let full = client.put(&format!("{index}/_doc/c"), &json!({}), &calm).unwrap_err();
    assert_eq!(full.kind(), ErrorKind::Full, "{full}");
    client.put(&format!("{index}/_settings"), &closed(false), &calm).unwrap();
    client.delete(&index, None, &calm).unwrap();
}

#[test]
fn nobody_there_is_told_with_the_address() {
    let options = OpenSearchOptions {
        nodes: vec!["http://127.0.0.1:9".into()],
        retries: 1,
        connect_timeout: Duration::from_millis(200),
        ..OpenSearchOptions::default()
    };
    let client = Client::new(options.clone()).unwrap();
    let error = client.get("/", &Interrupt::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.to_string().starts_with("no node of the cluster answers: http://127.0.0.1:9: "), "{error}");
    // A caller's deadline ends the attempts, however many are left.
    let client = Client::new(OpenSearchOptions { retries: u32::MAX, ..options }).unwrap();
    let soon = Interrupt { deadline: Some(Instant::now() + Duration::from_millis(300)), ..Interrupt::default() };
    assert_eq!(client.get("/", &soon).unwrap_err().kind(), ErrorKind::DeadlineExceeded);
}

#[test]
fn requests_go_on_while_a_node_is_dead() {
    let Some(mut cluster) = Cluster::start(3) else { return };
    let options = cluster.options();
    let index = format!("{}kept", options.prefix);
    let client = Client::new(options).unwrap();
    let calm = Interrupt::default();
    client.put(&index, &json!({ "settings": { "number_of_shards": 3, "number_of_replicas": 1 } }), &calm).unwrap();
    client.get(&format!("_cluster/health/{index}?wait_for_status=green&timeout=30s"), &calm).unwrap();
    let put = |n: u32| client.put(&format!("{index}/_doc/{n}"), &json!({ "n": n }), &calm);
    (0..20).for_each(|n| drop(put(n).unwrap()));
    cluster.kill(1);
    (20..60).for_each(|n| drop(put(n).unwrap()));
    client.post(&format!("{index}/_refresh"), &json!({}), &calm).unwrap();
    let count = client.get(&format!("{index}/_count"), &calm).unwrap();
    assert_eq!(count["count"], 60);
}
