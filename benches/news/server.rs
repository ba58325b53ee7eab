//! The server as a process of its own: ingest, and what it takes of disk and memory.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sayso::proto::{
    AnalysisMode, Article as Message, IngestArticlesRequest, PutArticleRequest,
    article_service_client::ArticleServiceClient, ingest_articles_request::Action, ingest_articles_response::Event,
};
use sayso_index::Article;
use tokio::runtime::Runtime;
use tonic::transport::Channel;

use crate::{process, stats::rate};

pub(crate) struct Server {
    pub(crate) child: Child,
    address: String,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
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

    pub(crate) async fn channel(&self) -> Channel {
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

/// Ingests all articles into a folder. `alone` is the CPU time that their analysis takes alone.
pub(crate) fn ingest(folder: &Path, articles: &[Article], sentences: usize, alone: Duration, plain: f64) {
    let runtime = runtime();
    let server = Server::start(folder);
    let id = server.child.id();
    let before = process::cpu_ever(id);
    let (durable, searchable) = runtime.block_on(all(&server, articles));
    let spent = process::cpu_ever(id).saturating_sub(before);
    let row = |name, seconds, note: &str| {
        let (articles, sentences) = (rate(articles.len(), seconds), rate(sentences, seconds));
        println!("  {name:<29}{articles:>10} articles/s   {sentences} sentences/s{note}");
    };
    println!("ingest over gRPC, fast analysis included, all cores");
    row("durable", durable, "");
    row("searchable", searchable, "");
    row("plain tantivy, same sentences", plain, "   (no analysis, one commit)");
    // Merges go on after the last article is searchable.
    std::thread::sleep(Duration::from_secs(2));
    let settled = process::cpu_ever(id).saturating_sub(before);
    let share = |whole: Duration| 100.0 * alone.as_secs_f64() / whole.as_secs_f64();
    println!(
        "  CPU of the server            {:>10.1} s, of which the analysis alone takes {:.1} s: {:.0} % (with merges after it {:.0} %)",
        spent.as_secs_f64(),
        alone.as_secs_f64(),
        share(spent),
        share(settled)
    );
    let text: f64 = articles.iter().map(|article| article.body.len() as f64 / 1e6).sum();
    let disk = process::disk(folder);
    println!("  on disk after it             {disk:>10.0} MB, {:.1} times the text", disk / text);
    println!(
        "  resident memory after it     {:>10.0} MB, of which {:.0} MB is no mapped file\n",
        process::memory(id, "VmRSS"),
        process::memory(id, "RssAnon")
    );
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Seconds until the last article was durable, and until it was searchable.
async fn all(server: &Server, articles: &[Article]) -> (f64, f64) {
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
