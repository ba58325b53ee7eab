//! The server under test, and whoever watches it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sayso::proto::{
    Article, GetArticleRequest, IngestArticlesRequest, PutArticleRequest, article_service_client::ArticleServiceClient,
    ingest_articles_request::Action,
};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use tonic::transport::Channel;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::{corpus::body, figures::Checks};

/// How many articles it holds.
const ARTICLES: u64 = 3000;

/// How often it is watched.
const INTERVAL: Duration = Duration::from_millis(100);

pub(crate) struct Server {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Server {
    /// Starts one that may take so many MiB, and fills it.
    pub(crate) async fn start(budget: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--analysis", "fast", "--data-dir"])
            .arg(folder.path().join("data"))
            .args(["--max-memory", &format!("{}MiB", budget / 4 * 3)])
            .env("SAYSO_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.find_map(|line| line.strip_prefix("sayso listens on ").map(str::to_owned)).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self { child, address, _folder: folder };
        server.fill().await;
        server
    }

    async fn fill(&self) {
        let began = Instant::now();
        let requests = (0..ARTICLES).map(|number| {
            let article = Article { id: format!("a{number}"), body: body(number, 6), ..Default::default() };
            let put = PutArticleRequest { article: Some(article), ..Default::default() };
            IngestArticlesRequest { client_sequence: 0, action: Some(Action::Put(put)) }
        });
        let requests: Vec<_> = requests.collect();
        let mut client = ArticleServiceClient::new(self.channel().await);
        let mut answers = client.ingest_articles(tokio_stream::iter(requests)).await.unwrap().into_inner();
        while answers.message().await.unwrap().is_some() {}
        println!("{ARTICLES} articles in {:.1} s", began.elapsed().as_secs_f64());
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    /// Whether it serves.
    pub(crate) async fn is_well(&self) -> bool {
        serves(&mut HealthClient::new(self.channel().await)).await
    }

    /// Watches it from now on.
    pub(crate) async fn watch(&self) -> Watch {
        let (stop, told) = watch::channel(false);
        let (process, channel) = (self.child.id(), self.channel().await);
        Watch { stop, seen: tokio::spawn(look(process, channel, told)) }
    }
}

/// The server, on processors of its own if `OVERLOAD_SERVER_CORES` names them (`scripts/overload` does).
fn program() -> Command {
    let path = env!("CARGO_BIN_EXE_sayso");
    let Ok(cores) = std::env::var("OVERLOAD_SERVER_CORES") else { return Command::new(path) };
    let mut pinned = Command::new("taskset");
    pinned.args(["--cpu-list", &cores, path]);
    pinned
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn serves(client: &mut HealthClient<Channel>) -> bool {
    let answer = client.check(HealthCheckRequest::default()).await;
    answer.is_ok_and(|answer| answer.into_inner().status() == ServingStatus::Serving)
}

/// What was seen of a server.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) memory_mib: usize,
    pub(crate) health: Checks,
    pub(crate) reads: Checks,
}

pub(crate) struct Watch {
    stop: watch::Sender<bool>,
    seen: JoinHandle<Seen>,
}

impl Watch {
    /// What was seen until now.
    pub(crate) async fn end(self) -> Seen {
        self.stop.send_replace(true);
        self.seen.await.unwrap()
    }
}

async fn look(process: u32, channel: Channel, told: watch::Receiver<bool>) -> Seen {
    let mut seen = Seen::default();
    let (mut health, mut articles) = (HealthClient::new(channel.clone()), ArticleServiceClient::new(channel));
    while !*told.borrow() {
        seen.memory_mib = seen.memory_mib.max(memory_mib(process));
        let began = Instant::now();
        let well = serves(&mut health).await;
        seen.health.note(began.elapsed(), well);
        let began = Instant::now();
        let read = articles.get_article(GetArticleRequest { id: "a1".into(), ..Default::default() }).await;
        seen.reads.note(began.elapsed(), read.is_ok());
        tokio::time::sleep(INTERVAL).await;
    }
    seen
}

/// What it takes without mapped files (Linux).
fn memory_mib(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or(0) >> 10
}
