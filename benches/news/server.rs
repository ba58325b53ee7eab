//! The server as a process of its own: ingest, memory, start, searches over gRPC and the same in process.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sayso::proto::{
    AnalysisMode, Article as Message, IngestArticlesRequest, PutArticleRequest, SearchSentencesRequest,
    article_service_client::ArticleServiceClient, ingest_articles_request::Action, ingest_articles_response::Event,
    search_service_client::SearchServiceClient,
};
use sayso_index::{
    Article, Embedded, EmbeddedOptions, Engine, Interrupt,
    query::{self, ParseOptions, SentenceQuery},
};
use tonic::transport::Channel;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    process,
    queries::Kind,
    stats::{quantile, rate},
};

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sayso"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .env("SAYSO_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address =
            lines.find_map(|line| line.unwrap().strip_prefix("sayso listens on ").map(str::to_owned)).unwrap();
        Self { child, address }
    }

    async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM first would let it tidy up; start-up after a kill is the harder case, and the one to measure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ingests all articles, then asks all queries, over gRPC and in process.
pub(crate) fn bench(articles: &[Article], sentences: usize, plain: f64, kinds: &[Kind]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (durable, searchable) = runtime.block_on(ingest(&server, articles));
    println!("ingest over gRPC, fast analysis included, all cores");
    println!(
        "  durable                      {:>10} articles/s   {} sentences/s",
        rate(articles.len(), durable),
        rate(sentences, durable)
    );
    println!(
        "  searchable                   {:>10} articles/s   {} sentences/s",
        rate(articles.len(), searchable),
        rate(sentences, searchable)
    );
    println!(
        "  plain tantivy, same sentences{:>10} articles/s   {} sentences/s   (no analysis, one commit)",
        rate(articles.len(), plain),
        rate(sentences, plain)
    );
    let id = server.child.id();
    let (disk, text) =
        (process::disk(folder.path()), articles.iter().map(|article| article.body.len() as f64 / 1e6).sum::<f64>());
    println!("  on disk after it             {disk:>10.0} MB, {:.1} times the text", disk / text);
    println!(
        "  resident memory after it     {:>10.0} MB, of which {:.0} MB is no mapped file\n",
        process::memory(id, "VmRSS"),
        process::memory(id, "RssAnon")
    );
    drop(server);

    let started = Instant::now();
    let server = Server::start(folder.path());
    println!("start after a kill             {:>10.0} ms\n", started.elapsed().as_secs_f64() * 1e3);
    println!("search, ten hits with texts, {} queries of each kind", kinds[0].queries.len());
    println!(
        "  {:<8} {:>34}   {:>34}   {:>10}",
        "", "over gRPC: median, p99, server CPU", "in process: median, p99, CPU", "gRPC adds"
    );
    let remote: Vec<_> = kinds.iter().map(|kind| runtime.block_on(over_grpc(&server, kind))).collect();
    let empty = runtime.block_on(empty_call(&server));
    drop(server);
    let engine = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    for (kind, remote) in kinds.iter().zip(remote) {
        let local = in_process(&engine, kind);
        let row =
            |figures: &Figures| format!("{:>10.0} µs {:>8.0} µs {:>6.0} µs", figures.median, figures.p99, figures.cpu);
        println!(
            "  {:<8} {:>34}   {:>34}   {:>7.0} µs",
            kind.name,
            row(&remote),
            row(&local),
            remote.median - local.median
        );
    }
    println!(
        "  {:<8} {:>10.0} µs {:>8.0} µs {:>6.0} µs   (health check: what a call costs that does nothing)",
        "empty", empty.median, empty.p99, empty.cpu
    );
}

/// Latency and CPU time of one call, in microseconds.
struct Figures {
    median: f64,
    p99: f64,
    cpu: f64,
}

fn figures(mut times: Vec<Duration>, cpu: Duration) -> Figures {
    let cpu = cpu.as_secs_f64() * 1e6 / times.len() as f64;
    Figures { median: quantile(&mut times, 0.5), p99: quantile(&mut times, 0.99), cpu }
}

/// Seconds until the last article was durable, and until it was searchable.
async fn ingest(server: &Server, articles: &[Article]) -> (f64, f64) {
    let messages: Vec<_> = articles.iter().map(message).collect();
    // Fast, so that what is measured is the way into the store; the accurate tier's speed is that of its analysis.
    let requests = messages.into_iter().enumerate().map(|(at, article)| IngestArticlesRequest {
        client_sequence: at as i64 + 1,
        action: Some(Action::Put(PutArticleRequest {
            article: Some(article),
            analysis_mode: AnalysisMode::Fast.into(),
            ..PutArticleRequest::default()
        })),
    });
    let mut client = ArticleServiceClient::new(server.channel().await);
    let started = Instant::now();
    let mut answers = client.ingest_articles(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let (mut durable, mut searchable, mut kept) = (0.0, 0.0, 0);
    while let Some(answer) = answers.message().await.unwrap() {
        match answer.event.unwrap() {
            Event::Durable(_) => durable = started.elapsed().as_secs_f64(),
            Event::Searchable(_) => (searchable, kept) = (started.elapsed().as_secs_f64(), kept + 1),
            Event::Rejected(rejected) => panic!("{rejected:?}"),
            Event::Backoff(_) => {}
        }
    }
    assert_eq!(kept, articles.len());
    (durable, searchable)
}

fn message(article: &Article) -> Message {
    let seconds = article.published_at.map(|micros| micros.div_euclid(1_000_000));
    Message {
        id: article.id.clone(),
        url: article.url.clone(),
        outlet: article.outlet.clone(),
        title: article.title.clone(),
        publish_time: seconds.map(|seconds| prost_types::Timestamp { seconds, nanos: 0 }),
        body: article.body.clone(),
        ..Message::default()
    }
}

async fn over_grpc(server: &Server, kind: &Kind) -> Figures {
    let mut client = SearchServiceClient::new(server.channel().await);
    let mut times = Vec::new();
    let mut before = Duration::ZERO;
    // The first round warms caches, the second counts.
    for _ in 0..2 {
        (times, before) = (Vec::new(), process::cpu(server.child.id()));
        for text in &kind.queries {
            let started = Instant::now();
            let request = SearchSentencesRequest { query: text.clone(), ..SearchSentencesRequest::default() };
            client.search_sentences(request).await.unwrap();
            times.push(started.elapsed());
        }
    }
    figures(times, process::cpu(server.child.id()) - before)
}

async fn empty_call(server: &Server) -> Figures {
    let mut client = HealthClient::new(server.channel().await);
    let before = process::cpu(server.child.id());
    let mut times = Vec::new();
    for _ in 0..4000 {
        let started = Instant::now();
        client.check(HealthCheckRequest::default()).await.unwrap();
        times.push(started.elapsed());
    }
    figures(times, process::cpu(server.child.id()) - before)
}

fn in_process(engine: &Embedded, kind: &Kind) -> Figures {
    let options = ParseOptions::sentences();
    let mut times = Vec::new();
    let mut before = Duration::ZERO;
    for _ in 0..2 {
        (times, before) = (Vec::new(), process::cpu(std::process::id()));
        for text in &kind.queries {
            let started = Instant::now();
            let expr = query::parse(text, &options).unwrap();
            let query = SentenceQuery { expr, ..SentenceQuery::default() };
            engine.sentences(&query, &Interrupt::default()).unwrap();
            times.push(started.elapsed());
        }
    }
    figures(times, process::cpu(std::process::id()) - before)
}
