//! Metrics over HTTP: what they tell, and that nothing tells them unasked.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use axum::http::uri::PathAndQuery;
use sayso::proto::{
    AnalysisMode, AnalyzeRequest, GetArticleRequest, GetServerInfoRequest, GetServerInfoResponse,
    analyze_service_client::AnalyzeServiceClient, article_service_client::ArticleServiceClient,
    server_service_client::ServerServiceClient,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Status, client::Grpc};
use tonic_prost::ProstCodec;

use crate::support::{STORY, Server, article, reason};

/// What HTTP answers: the head, with its first line and its headers, and the body.
fn ask(address: &str, method: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn start() -> Server {
    Server::start_with(&["--metrics", "127.0.0.1:0"])
}

/// Address and path of the metrics that the server says it tells.
fn place(server: &Server) -> (&str, String) {
    let (address, path) = server.metrics().unwrap().split_once('/').unwrap();
    (address, format!("/{path}"))
}

/// All values, by name and labels. Every line must be of the format, and every value have a type and a description.
pub(crate) fn scrape(server: &Server) -> BTreeMap<String, f64> {
    let (address, path) = place(server);
    let (head, body) = ask(address, "GET", &path);
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{head}");
    let (mut described, mut typed, mut values) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    for line in body.lines().filter(|line| !line.is_empty()) {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').unwrap();
            assert!(!text.is_empty() && described.insert(name), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(typed.insert(name, kind).is_none(), "{line}");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let family = family(series);
            let ours = family.starts_with("sayso_") || family == "rpc_server_call_duration_seconds";
            assert!(ours && described.contains(family), "{line}");
            assert_eq!(typed[family] == "counter", family.ends_with("_total"), "{line}");
            assert!(values.insert(series.to_owned(), value.parse().unwrap()).is_none(), "{line}");
        }
    }
    values
}

/// The name that is described, of one with labels, and one part of a histogram perhaps.
fn family(series: &str) -> &str {
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').unwrap();
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (label, value) = label.split_once('=').unwrap();
        assert!(
            ["tier", "rpc_system_name", "rpc_method", "rpc_response_status_code", "le"].contains(&label),
            "{series}"
        );
        assert!(value.len() > 2 && value.starts_with('"') && value.ends_with('"'), "{series}");
    }
    let histogram = name.contains("_seconds");
    let part = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part).filter(|_| histogram));
    part.unwrap_or(name)
}

fn ended(method: &str, code: &str) -> String {
    let labels = format!("rpc_system_name=\"grpc\",rpc_method=\"{method}\",rpc_response_status_code=\"{code}\"");
    format!("rpc_server_call_duration_seconds_count{{{labels}}}")
}

#[tokio::test]
async fn they_tell_what_is_held_and_what_was_done() {
    let server = start();
    server.put_as(AnalysisMode::FastThenAccurate, article("a", STORY)).await;
    let now = server.all_read().await;
    let told = scrape(&server);
    assert_eq!((told["sayso_articles"], told["sayso_sentences"], told["sayso_quotes"]), (1., 4., 3.));
    assert!(told["sayso_entities"] >= 3. && told["sayso_disk_bytes"] > 0.);
    assert_eq!(told["sayso_pinned_views"], 0.);
    assert!(told["sayso_disk_free_bytes"] > 0. && told["sayso_connections"] >= 1.);
    assert!(told["sayso_connections_limit"] >= told["sayso_connections"]);
    for fault in ["store_fault", "index_fault", "articles_refused", "deletes_refused", "damaged_articles"] {
        assert_eq!(told[&format!("sayso_{fault}")], 0., "{fault}");
    }
    let standing = ["pending", "done_total", "failed_total"].map(|name| told[&format!("sayso_upgrades_{name}")]);
    assert_eq!(standing, [now.pending_count as f64, now.done_count as f64, now.failed_count as f64]);
    assert_eq!(standing, [0., 1., 0.]);
    for tier in ["fast", "accurate"] {
        let of = |part: &str| told[&format!("sayso_analysis_duration_seconds_{part}")];
        assert_eq!(of(&format!("count{{tier=\"{tier}\"}}")), 1., "{tier}");
        assert_eq!(of(&format!("bucket{{tier=\"{tier}\",le=\"+Inf\"}}")), 1., "{tier}");
        assert!(of(&format!("sum{{tier=\"{tier}\"}}")) > 0., "{tier}");
    }
    // Another put of the same takes no analysis, and what is told is what is there now.
    server.put_as(AnalysisMode::Accurate, article("a", STORY)).await;
    server.put_as(AnalysisMode::Fast, article("b", STORY)).await;
    let told = scrape(&server);
    assert_eq!((told["sayso_articles"], told["sayso_quotes"]), (2., 6.));
    let analyses = ["fast", "accurate"].map(|tier| format!("sayso_analysis_duration_seconds_count{{tier=\"{tier}\"}}"));
    assert_eq!(analyses.map(|name| told[&name]), [2., 1.]);
}

#[tokio::test]
async fn calls_are_told_by_method_and_code_once_they_have_ended() {
    let server = start();
    server.put_as(AnalysisMode::Fast, article("a", STORY)).await;
    let absent = GetArticleRequest { id: "b".into(), ..GetArticleRequest::default() };
    for _ in 0..2 {
        assert_eq!(server.articles().await.get_article(absent.clone()).await.unwrap_err().code(), Code::NotFound);
    }
    for path in ["/sayso.v1.Made/Up", "/sayso.v1.SearchService/MadeUp"] {
        let status = unknown(&server, path).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unimplemented, "NO_SUCH_METHOD"), "{status}");
    }
    let (sender, requests) = mpsc::channel(1);
    let stream = server.articles().await.ingest_articles(ReceiverStream::new(requests)).await;
    let told = scrape(&server);
    let calls: BTreeMap<_, _> =
        told.iter().filter(|(name, _)| name.starts_with("rpc_server_call_duration_seconds_count")).collect();
    let expected = [
        (ended("_OTHER", "UNIMPLEMENTED"), 2.),
        (ended("sayso.v1.ArticleService/GetArticle", "NOT_FOUND"), 2.),
        (ended("sayso.v1.ArticleService/PutArticle", "OK"), 1.),
    ];
    assert_eq!(calls, expected.iter().map(|(name, count)| (name, count)).collect(), "and none that goes on");
    drop(sender);
    assert!(stream.unwrap().into_inner().message().await.unwrap().is_none());
    assert_eq!(scrape(&server)[&ended("sayso.v1.ArticleService/IngestArticles", "OK")], 1.);
}

#[tokio::test]
async fn a_call_whose_client_went_away_is_told_as_cancelled() {
    let server = start();
    let client = ArticleServiceClient::connect(server.url());
    // A runtime of its own, which takes the connection with it.
    let elsewhere = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let call = elsewhere.spawn(async move {
        let answers = client.await.unwrap().ingest_articles(tokio_stream::pending()).await;
        answers.map(|answers| answers.into_inner())
    });
    let open = call.await.unwrap().unwrap();
    let cancelled = ended("sayso.v1.ArticleService/IngestArticles", "CANCELLED");
    assert_eq!(scrape(&server).get(&cancelled), None, "it goes on");
    elsewhere.shutdown_background();
    drop(open);
    let start = Instant::now();
    while scrape(&server).get(&cancelled) != Some(&1.) {
        assert!(start.elapsed() < Duration::from_secs(120), "{:?}", scrape(&server));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_analysis_that_nobody_waits_for_any_more_ends() {
    let server = Server::start_with(&["--metrics", "127.0.0.1:0", "--analysis-threads", "1"]);
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let text = |text: String| Request::new(AnalyzeRequest { text, ..AnalyzeRequest::default() });
    // The encoder takes long for so much.
    let mut long = text(STORY.repeat(800));
    long.set_timeout(Duration::from_millis(500));
    // Whichever clock is first, the server's or the client's.
    let code = client.analyze(long).await.unwrap_err().code();
    assert!(matches!(code, Code::DeadlineExceeded | Code::Cancelled), "{code:?}");
    // The only thread is free for the next.
    client.analyze(text(STORY.into())).await.unwrap();
    let told = scrape(&server);
    assert_eq!(told["sayso_analysis_duration_seconds_count{tier=\"accurate\"}"], 1.);
}

/// How a call of a method ends that no client has a name for.
async fn unknown(server: &Server, path: &'static str) -> Status {
    let mut client = Grpc::new(server.channel().await);
    client.ready().await.unwrap();
    let codec = ProstCodec::<GetServerInfoRequest, GetServerInfoResponse>::default();
    let request = Request::new(GetServerInfoRequest::default());
    client.unary(request, PathAndQuery::from_static(path), codec).await.unwrap_err()
}

#[tokio::test]
async fn they_are_in_one_place_only() {
    let server = start();
    let (address, path) = place(&server);
    for elsewhere in ["/", "/metrics/more", "/favicon.ico"] {
        let (head, body) = ask(address, "GET", elsewhere);
        assert!(head.starts_with("HTTP/1.1 404 "), "{elsewhere}: {head}");
        assert!(body.contains("metrics are at /metrics"), "{elsewhere}: {body}");
    }
    assert!(ask(address, "POST", &path).0.starts_with("HTTP/1.1 405 "));
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let mut serve = std::process::Command::new(env!("CARGO_BIN_EXE_sayso"));
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data"));
    let ended = serve.env("SAYSO_METRICS", &address).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains(&format!("cannot listen on {address} for metrics")), "{said}");
}

#[tokio::test]
async fn nothing_tells_them_unasked() {
    let mut silent = Server::start();
    assert_eq!(silent.metrics(), None);
    // Calls go on as ever.
    let mut client = ServerServiceClient::new(silent.channel().await);
    client.get_server_info(GetServerInfoRequest::default()).await.unwrap();
    if cfg!(target_os = "linux") {
        assert_eq!(listening(silent.process().id()), 1);
        assert_eq!(listening(start().process().id()), 2, "the control");
    }
}

/// How many sockets a process listens on, as Linux tells it.
fn listening(process: u32) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let listen = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let sockets: BTreeSet<_> =
        listen.filter(|line| line.get(3) == Some(&"0A")).map(|line| format!("socket:[{}]", line[9])).collect();
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let targets = open.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
    targets.filter(|target| target.to_str().is_some_and(|name| sockets.contains(name))).count()
}

#[test]
fn probes_are_answered_with_or_without_keys() {
    let server = start();
    std::fs::write(server.data_dir().join("keys.json"), "{\"keys\": []}").unwrap();
    let (address, path) = place(&server);
    for (path, code) in [("/livez", "200"), ("/readyz", "200"), (path.as_str(), "401"), ("/elsewhere", "404")] {
        let (head, _) = ask(address, "GET", path);
        assert_eq!(head.split(' ').nth(1), Some(code), "{path}: {head}");
    }
}

#[test]
fn connections_for_metrics_are_few() {
    use std::io::Read;
    let server = start();
    let (address, _) = place(&server);
    let silent: Vec<_> = (0..40).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    let mut last = silent.last().unwrap();
    assert_eq!(last.read(&mut [0; 1]).unwrap(), 0, "it is closed at once");
    drop(silent);
}
