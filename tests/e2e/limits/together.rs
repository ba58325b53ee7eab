//! Limits of what many calls take together.

use std::time::Duration;

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

/// So many analyses of a long text at once, on one connection. They are given up when this is dropped.
async fn analyses(server: &Server, count: usize, text: &str) -> JoinSet<Result<(), Status>> {
    let client = AnalyzeServiceClient::new(server.channel().await).max_encoding_message_size(256 << 20);
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (mut client, request) = (client.clone(), AnalyzeRequest { text: text.into(), ..Default::default() });
        calls.spawn(async move { client.analyze(request).await.map(drop) });
    }
    calls
}

/// More than may wait for the only thread.
pub(super) async fn queue_time() {
    let small = Server::start_with(&["--analysis-threads", "1", "--max-queue-time", "20ms", "--search-timeout", "10m"]);
    let mut calls = analyses(&small, 200, &STORY.repeat(40)).await;
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
        let mut calls = analyses(&small, 3, &STORY.repeat(40)).await;
        if let Err(status) = calls.join_next().await.unwrap().unwrap() {
            break status;
        }
    };
    assert_overloaded(&status, "memory_bytes", "1048576");
    let put = async || small.try_put(article("a", STORY)).await;
    // One at a time goes on, when what was given up has ended.
    while put().await.is_err() {}
}

/// Texts that are being read, on connections of their own, and one more.
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
    let mut first = analyses(&small, if of_all { 2 } else { 3 }, &long).await;
    if !of_all {
        let status = first.join_next().await.unwrap().unwrap().unwrap_err();
        return assert_overloaded(&status, "connection_request_bytes", "2097152");
    }
    let second = analyses(&small, 2, &long).await;
    // Refused once the other four have arrived.
    let status = loop {
        let mut third = analyses(&small, 1, &long).await;
        tokio::select! {
            ended = third.join_next() => break ended.unwrap().unwrap().unwrap_err(),
            () = tokio::time::sleep(Duration::from_millis(300)) => {}
        }
    };
    assert_overloaded(&status, "request_bytes", "4194304");
    assert!(first.try_join_next().is_none() && second.len() == 2);
}
