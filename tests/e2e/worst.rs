//! How much memory the server takes at worst for one article, query, page and message within the limits.
//! `scripts/worst-memory` runs it.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use sayso::proto::{AnalysisMode, GetArticleRequest, PutArticleRequest, SearchQuotesRequest, SearchRequest};
use tonic::{Code, Request, Status};

use crate::support::{STORY, Server, article};

/// What the server may take, in MiB.
const BUDGET: u64 = 1024;

/// The most memory that the process ever took, in MiB.
fn peak(server: &mut Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process().id())).expect("it lives on");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() >> 10
}

fn lasting<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(Duration::from_secs(300));
    request
}

/// A line of the report: what was tried, how it was answered, how long it took, what the process took by then.
fn report(server: &mut Server, what: &str, began: Instant, outcome: Result<usize, Status>) -> u64 {
    let told = match outcome {
        Ok(bytes) => format!("{} KiB", bytes >> 10),
        Err(status) => format!("{:?}", status.code()),
    };
    let peak = peak(server);
    println!("{peak:6} MiB  {:6.1} s  {what}: {told}", began.elapsed().as_secs_f64());
    peak
}

/// Texts of this length, each the worst of its kind.
fn texts(bytes: usize) -> [(&'static str, String); 5] {
    let of = |piece: &str| piece.repeat(bytes / piece.len());
    [
        ("news", of(STORY)),
        ("one sentence of quotes", of("“the port,” she said, ")),
        ("cues alone", of("said ")),
        ("names alone", of("Ada Lind ")),
        ("a list of quotes", of("resident 1 wrote “we want the bridge open again this spring”; ")),
    ]
}

async fn put_and_get(server: &mut Server, bytes: usize) -> u64 {
    let mut most = 0;
    for (name, body) in texts(bytes) {
        let began = Instant::now();
        let request = PutArticleRequest {
            article: Some(article("worst", &body)),
            analysis: AnalysisMode::Fast.into(),
            ..Default::default()
        };
        let put = server.articles().await.put_article(lasting(request)).await.map(|_| bytes);
        most = most.max(report(server, &format!("put {name}, {} KiB", bytes >> 10), began, put));
        let (began, get) = (Instant::now(), GetArticleRequest { id: "worst".into(), ..Default::default() });
        let mut client = server.articles().await.max_decoding_message_size(1 << 30);
        let got = client.get_article(lasting(get)).await;
        let got = got.map(|answer| prost::Message::encoded_len(answer.get_ref()));
        most = most.max(report(server, &format!("get {name}"), began, got));
    }
    most
}

async fn queries(server: &mut Server) -> u64 {
    let mut most = 0;
    let words = |n: usize, form: &str| (0..n).map(|i| form.replace('#', &i.to_string())).collect::<Vec<_>>().join(" ");
    for (name, query) in [
        ("operators", "+".repeat(64 << 10)),
        ("fuzzy words", words(1000, "harbour#~2")),
        ("short fuzzy words", words(1000, "ab#~")),
        ("beginnings", words(1000, "a#*")),
        ("brackets", "(".repeat(30 << 10)),
    ] {
        let began = Instant::now();
        let request = SearchRequest { query, page_size: 1000, ..Default::default() };
        let found = server.search().await.max_decoding_message_size(1 << 30).search(lasting(request)).await;
        let found = found.map(|answer| prost::Message::encoded_len(answer.get_ref()));
        most = most.max(report(server, &format!("search {name}"), began, found));
    }
    let (began, request) = (Instant::now(), SearchQuotesRequest { page_size: 1000, ..Default::default() });
    let found = server.quotes().await.max_decoding_message_size(1 << 30).search_quotes(lasting(request)).await;
    let found = found.map(|answer| prost::Message::encoded_len(answer.get_ref()));
    most.max(report(server, "a page of 1,000 quotes", began, found))
}

async fn messages(server: &mut Server) -> u64 {
    let (began, long) = (Instant::now(), "x".repeat(63 << 20));
    let get = GetArticleRequest { id: long.clone(), ..Default::default() };
    let mut client = server.articles().await.max_decoding_message_size(1 << 30);
    let status = client.get_article(get).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    report(server, "an id of 63 MiB", began, Err(status));
    let began = Instant::now();
    let query = SearchRequest { query: long, ..Default::default() };
    let status = server.search().await.max_encoding_message_size(1 << 30).search(query).await.unwrap_err();
    report(server, "a query of 63 MiB", began, Err(status))
}

#[tokio::test]
#[ignore = "takes minutes and a release build: scripts/worst-memory runs it"]
async fn no_request_within_the_limits_takes_more_memory_than_the_budget() {
    let flags = ["--analysis", "fast"];
    let mut most = 0;
    for bytes in [200 << 10, 1 << 20, 16 << 20] {
        let mut server = Server::start_with(&flags);
        report(&mut server, "started", Instant::now(), Ok(0));
        most = most.max(put_and_get(&mut server, bytes).await);
        most = most.max(queries(&mut server).await);
    }
    let mut server = Server::start_with(&flags);
    most = most.max(messages(&mut server).await);
    println!("{most:6} MiB  at most, of {BUDGET}");
    assert!(most < BUDGET);
}
