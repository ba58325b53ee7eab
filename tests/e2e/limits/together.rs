//! Limits of what many calls take together.

use sayso::proto::{
    AnalyzeRequest, GetArticleRequest, ListArticlesRequest, analyze_service_client::AnalyzeServiceClient,
};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt;

use super::{limits, list, padded};
use crate::support::{STORY, Server, article, reason};

/// The refusal tells what is too much by its name and its number, and when to try again.
fn assert_overloaded(status: &Status, limit: &str, most: &str) {
    assert_eq!((status.code(), reason(status).as_str()), (Code::ResourceExhausted, "OVERLOADED"), "{limit}: {status}");
    let details = status.get_error_details();
    let metadata = &details.error_info().unwrap().metadata;
    assert_eq!((metadata["limit"].as_str(), metadata["most"].as_str()), (limit, most), "{status}");
    assert!(details.retry_info().is_some_and(|retry| retry.retry_delay.is_some_and(|delay| !delay.is_zero())));
}

pub(super) async fn open_calls() {
    let small = Server::start_with(&["--max-open-calls", "2"]);
    assert_eq!(limits(&small).await.open_calls, 2);
    let mut open = Vec::new();
    for _ in 0..2 {
        let (sender, requests) = mpsc::channel(1);
        open.push((sender, small.articles().await.ingest_articles(ReceiverStream::new(requests)).await.unwrap()));
    }
    assert_overloaded(&list(&small, ListArticlesRequest::default()).await.unwrap_err(), "open_calls", "2");
    HealthClient::new(small.channel().await).check(HealthCheckRequest::default()).await.unwrap();
    open.pop();
    // The place is free as soon as the server has seen it go.
    while list(&small, ListArticlesRequest::default()).await.is_err() {}
}

/// So many analyses of a long text at once on each of some connections. They are given up when this is dropped.
async fn analyses(server: &Server, connections: &[usize], text: &str) -> JoinSet<Result<(), Status>> {
    let mut calls = JoinSet::new();
    for &count in connections {
        let client = AnalyzeServiceClient::new(server.channel().await).max_encoding_message_size(256 << 20);
        for _ in 0..count {
            let (mut client, request) = (client.clone(), AnalyzeRequest { text: text.into(), ..Default::default() });
            calls.spawn(async move { client.analyze(request).await.map(drop) });
        }
    }
    calls
}

/// More than may wait for the only thread.
pub(super) async fn queue_time() {
    let small = Server::start_with(&["--analysis-threads", "1", "--max-queue-time", "20ms", "--search-timeout", "10m"]);
    let mut calls = analyses(&small, &[200], &STORY.repeat(40)).await;
    let status = loop {
        if let Err(status) = calls.join_next().await.unwrap().unwrap() {
            break status;
        }
    };
    assert_overloaded(&status, "queue_time", "20ms");
    // What costs little is done meanwhile.
    let absent = GetArticleRequest { id: "a".into(), ..Default::default() };
    assert_eq!(small.articles().await.get_article(absent).await.unwrap_err().code(), Code::NotFound);
}

pub(super) async fn memory_bytes() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let small = Server::start_with(&["--max-memory", "1MiB", "--search-timeout", "10m"]);
    assert_eq!(limits(&small).await.memory_bytes, 1 << 20);
    // It looks at its memory from time to time.
    let status = loop {
        let mut calls = analyses(&small, &[3], &STORY.repeat(40)).await;
        if let Err(status) = calls.join_next().await.unwrap().unwrap() {
            break status;
        }
    };
    assert_overloaded(&status, "memory_bytes", "1048576");
    let put = async || small.try_put(article("a", STORY)).await;
    // One at a time goes on, when what was given up has ended.
    while put().await.is_err() {}
}

/// One text more than may be read at once.
pub(super) async fn request_bytes(of_all: bool) {
    let small = Server::start_with(&[
        "--max-message",
        "1MiB",
        "--max-body",
        "900KiB",
        "--analysis-threads",
        "1",
        "--search-timeout",
        "10m",
    ]);
    let told = limits(&small).await;
    assert_eq!((told.request_bytes, told.connection_request_bytes), (4 << 20, 2 << 20));
    let long = padded("No.", 900 << 10).replace("  ", ". ");
    // Two of them fit one connection, and four all together. Whichever comes last is refused, and the others are read.
    let (limit, most, connections) = match of_all {
        true => ("request_bytes", "4194304", [2, 2, 1].as_slice()),
        false => ("connection_request_bytes", "2097152", [3].as_slice()),
    };
    let mut calls = analyses(&small, connections, &long).await;
    assert_overloaded(&calls.join_next().await.unwrap().unwrap().unwrap_err(), limit, most);
    assert!(calls.try_join_next().is_none(), "another call has ended");
}
