//! A server process of its own for each test, and articles to put into it.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use prost::bytes::{Buf, BufMut};
use sayso::proto::{
    AnalysisInfo, AnalysisMode, Annotations, Article, EntitySelector, GetArticleRequest, GetArticleResponse,
    GetServerInfoRequest, GetServerInfoResponse, IngestArticlesRequest, ListArticlesRequest, PutArticleRequest,
    PutArticleResponse,
    article_service_client::ArticleServiceClient,
    entity_selector::Selector,
    entity_service_client::EntityServiceClient,
    ingest_articles_request::Action,
    ingest_articles_response::{Event, RejectedEvent},
    quote_service_client::QuoteServiceClient,
    search_service_client::SearchServiceClient,
    server_service_client::ServerServiceClient,
};
use tempfile::TempDir;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Request, Response, Status, transport::Channel};
use tonic_types::StatusExt;

use crate::cluster;

/// A running `sayso serve` on a free port. Killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    /// Where it says that metrics are.
    metrics: Option<String>,
    folder: TempDir,
}

impl Server {
    /// Starts a server on an empty data directory.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with further flags.
    pub(crate) fn start_with(flags: &[&str]) -> Self {
        Self::start_in(&[], flags)
    }

    /// The same, in this environment.
    pub(crate) fn start_in(variables: &[(&str, &str)], flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (child, address, metrics) = spawn(folder.path(), variables, flags);
        Self { child, address, metrics, folder }
    }

    /// Starts a server with these flags alone, whatever engine the others have.
    pub(crate) fn start_alone(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_sayso"));
        let (child, address, metrics) = spawn_alone(program, folder.path(), &[], flags);
        Self { child, address, metrics, folder }
    }

    /// The same, with this limit of the shell (`-n 1024`).
    pub(crate) fn start_limited(limit: &str, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_sayso")]);
        let (child, address, metrics) = spawn_by(shell, folder.path(), &[], flags);
        Self { child, address, metrics, folder }
    }

    /// Starts a server with these flags on a data directory that `fill` makes.
    pub(crate) fn start_on(flags: &[&str], fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fill(&folder.path().join("data"));
        let (child, address, metrics) = spawn(folder.path(), &[], flags);
        Self { child, address, metrics, folder }
    }

    /// Where it puts snapshots.
    pub(crate) fn snapshots(&self) -> std::path::PathBuf {
        self.folder.path().join("snapshots")
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        log(self.folder.path())
    }

    /// Ends the process as a power failure would (SIGKILL) and starts another one on what it left.
    pub(crate) fn kill_and_restart(&mut self) {
        self.restart_with(&[]);
    }

    /// The same, with these flags.
    pub(crate) fn restart_with(&mut self, flags: &[&str]) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.address, self.metrics) = spawn(self.folder.path(), &[], flags);
    }

    /// The process.
    pub(crate) fn process(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The data directory.
    pub(crate) fn data_dir(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Address and path of its metrics, if it tells them.
    pub(crate) fn metrics(&self) -> Option<&str> {
        self.metrics.as_deref()
    }

    /// The address, as client commands take it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(self.url()).unwrap().connect().await.unwrap()
    }

    /// The same, where it may fail.
    pub(crate) async fn try_channel(&self) -> Result<Channel, tonic::transport::Error> {
        Channel::from_shared(self.url()).unwrap().connect().await
    }

    /// The ids of all articles, in order.
    pub(crate) async fn ids(&self) -> Vec<String> {
        let request = ListArticlesRequest { page_size: 1000, ..ListArticlesRequest::default() };
        let page = self.articles().await.list_articles(request).await.unwrap().into_inner();
        let mut ids: Vec<_> = page.articles.into_iter().map(|one| one.article.unwrap().id).collect();
        ids.sort();
        ids
    }

    pub(crate) async fn articles(&self) -> ArticleServiceClient<Channel> {
        ArticleServiceClient::new(self.channel().await).max_encoding_message_size(256 << 20)
    }

    pub(crate) async fn search(&self) -> SearchServiceClient<Channel> {
        SearchServiceClient::new(self.channel().await)
    }

    pub(crate) async fn entities(&self) -> EntityServiceClient<Channel> {
        EntityServiceClient::new(self.channel().await)
    }

    pub(crate) async fn quotes(&self) -> QuoteServiceClient<Channel> {
        QuoteServiceClient::new(self.channel().await)
    }

    /// Puts an article and waits until every read sees it.
    pub(crate) async fn put(&self, article: Article) -> PutArticleResponse {
        self.put_as(AnalysisMode::Unspecified, article).await
    }

    /// The same, read in this mode.
    pub(crate) async fn put_as(&self, mode: AnalysisMode, article: Article) -> PutArticleResponse {
        let request = PutArticleRequest { article: Some(article), analysis_mode: mode.into(), ..Default::default() };
        self.articles().await.put_article(request).await.unwrap().into_inner()
    }

    /// What a put comes to that may be refused.
    pub(crate) async fn try_put(&self, article: Article) -> Result<PutArticleResponse, Status> {
        let request = PutArticleRequest { article: Some(article), ..PutArticleRequest::default() };
        self.articles().await.put_article(request).await.map(Response::into_inner)
    }

    /// An article that is kept, with what was found in it.
    pub(crate) async fn get(&self, id: &str) -> GetArticleResponse {
        let request = GetArticleRequest { id: id.into(), ..GetArticleRequest::default() };
        self.articles().await.get_article(request).await.unwrap().into_inner()
    }

    /// What was found in an article that is kept.
    pub(crate) async fn annotations(&self, id: &str) -> Annotations {
        self.get(id).await.annotations.unwrap()
    }

    /// Asks with these bytes as the request, as a client of another contract might. Gives the bytes of the answer.
    pub(crate) async fn ask(&self, path: &str, message: Vec<u8>) -> Result<Vec<u8>, Status> {
        let mut client = tonic::client::Grpc::new(self.channel().await);
        client.ready().await.unwrap();
        let path = path.parse().unwrap();
        client.unary(Request::new(message), path, Bytes).await.map(Response::into_inner)
    }

    /// What the server tells of itself.
    pub(crate) async fn info(&self) -> GetServerInfoResponse {
        let mut client = ServerServiceClient::new(self.channel().await);
        client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner()
    }

    /// How articles are read, and what is still to be read better.
    pub(crate) async fn analysis(&self) -> AnalysisInfo {
        self.info().await.analysis.unwrap()
    }

    /// Puts articles in one stream, kills the process once so many are durable, and starts it again. Returns the
    /// sequence numbers of all that were acknowledged as durable, also of those still on their way.
    pub(crate) async fn killed_amid(
        &mut self,
        requests: impl Iterator<Item = IngestArticlesRequest> + Send + 'static,
        durable_count: usize,
    ) -> BTreeSet<i64> {
        let mut client = self.articles().await;
        let mut answers = client.ingest_articles(tokio_stream::iter(requests)).await.unwrap().into_inner();
        let mut durable = BTreeSet::new();
        while let Ok(Some(answer)) = answers.message().await {
            if let Some(Event::Durable(_)) = answer.event {
                durable.insert(answer.client_sequence);
            }
            if durable.len() == durable_count {
                self.process().kill().unwrap();
            }
        }
        self.kill_and_restart();
        durable
    }

    /// Waits until no article waits for another analysis any more.
    pub(crate) async fn all_read(&self) -> AnalysisInfo {
        let start = Instant::now();
        loop {
            let now = self.analysis().await;
            if now.pending_count == 0 {
                return now;
            }
            assert!(start.elapsed() < Duration::from_secs(120), "still to do: {now:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed by the test already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("{}", log(self.folder.path()));
        }
    }
}

/// What the servers of this folder logged: for tests that fail. What others bring about on purpose looks frightening.
fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// The process, its address, and what it says of metrics before it tells that address.
fn spawn(folder: &Path, variables: &[(&str, &str)], flags: &[&str]) -> (Child, String, Option<String>) {
    spawn_by(Command::new(env!("CARGO_BIN_EXE_sayso")), folder, variables, flags)
}

/// The same, by a command that runs the program.
fn spawn_by(
    mut program: Command,
    folder: &Path,
    variables: &[(&str, &str)],
    flags: &[&str],
) -> (Child, String, Option<String>) {
    match on_a_cluster() {
        true => {
            let flags: Vec<_> =
                indexes_of(folder).into_iter().chain(flags.iter().map(|&flag| flag.to_owned())).collect();
            let flags: Vec<_> = flags.iter().map(String::as_str).collect();
            let spawned = spawn_alone(program, folder, variables, &flags);
            wait_for_cluster(&spawned.1, folder);
            spawned
        }
        false => {
            program.env("SAYSO_SNAPSHOTS", folder.join("snapshots"));
            spawn_alone(program, folder, variables, flags)
        }
    }
}

/// Waits until the server at this address has its cluster, for which it does not wait itself for long.
fn wait_for_cluster(address: &str, folder: &Path) {
    for _ in 0..1_200 {
        let mut asked = Command::new(env!("CARGO_BIN_EXE_sayso"));
        let asked = asked.args(["health", "--server", &format!("http://{address}")]).output().unwrap();
        if asked.status.success() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the server does not serve:\n{}", log(folder));
}

/// The same, with no other flags and variables.
fn spawn_alone(
    mut program: Command,
    folder: &Path,
    variables: &[(&str, &str)],
    flags: &[&str],
) -> (Child, String, Option<String>) {
    let mut child = program
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.join("data"))
        .args(flags)
        .env("SAYSO_LOG", "warn")
        .env("SAYSO_LOG_FORMAT", "text")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(File::options().create(true).append(true).open(folder.join("log")).unwrap())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut metrics = None;
    let address = lines
        .find_map(|line| {
            let line = line.unwrap();
            metrics = line.strip_prefix("metrics are at http://").map(str::to_owned).or(metrics.take());
            line.strip_prefix("sayso listens on ").map(str::to_owned)
        })
        .unwrap_or_else(|| panic!("the server ended before it listened:\n{}", log(folder)));
    // Nobody reads on, so that what the server prints later must not block it: the pipe is drained.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address, metrics)
}

/// Whether servers keep their articles on a cluster: `scripts/opensearch-tests` sets this variable.
pub(crate) fn on_a_cluster() -> bool {
    std::env::var_os("SAYSO_TEST_OPENSEARCH").is_some()
}

/// Flags for indexes on the cluster of these tests that only the servers of this folder use.
fn indexes_of(folder: &Path) -> Vec<String> {
    let nodes = cluster::shared().expect("the variable is set").options().nodes;
    // The names of folders differ in large and small letters, of which indexes have only small ones.
    let name: String =
        folder.file_name().unwrap().as_encoded_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let set = ["--engine=opensearch", "--opensearch-shards=1", "--opensearch-replicas=0"].map(str::to_owned);
    let place = [format!("--opensearch-url={}", nodes.join(",")), format!("--opensearch-prefix=e2e-{name}-")];
    set.into_iter().chain(place).collect()
}

/// An article with an id and a body.
pub(crate) fn article(id: &str, body: &str) -> Article {
    Article { id: id.to_owned(), body: body.to_owned(), ..Article::default() }
}

/// A short dated article from an outlet.
pub(crate) fn dated(id: &str, source: &str, day: &str, body: &str) -> Article {
    let at: prost_types::Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
    Article { outlet: source.to_owned(), publish_time: Some(at), title: format!("Title of {id}"), ..article(id, body) }
}

/// A story about invented people, with a direct, an indirect and a mixed quote.
pub(crate) const STORY: &str = "Harbour Commissioner Ada Lind said on Monday that the port of Veldmark would reopen within days.\n\n\
    “The cranes are safe,” Lind told reporters. “We checked every one of them.”\n\n\
    Transport Minister Oskar Brandt said the delay was “a disgrace for Veldmark”.\n";

/// The reason in a status's `ErrorInfo`.
pub(crate) fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// The first field that a status complains of.
pub(crate) fn field(status: &Status) -> String {
    let details = status.get_error_details();
    details.bad_request().map(|bad| bad.field_violations[0].field.clone()).unwrap_or_default()
}

/// Asks for entities by name.
pub(crate) fn named(name: &str) -> EntitySelector {
    EntitySelector { selector: Some(Selector::Name(name.to_owned())) }
}

/// Asks for one entity by its id.
pub(crate) fn identified(id: &str) -> EntitySelector {
    EntitySelector { selector: Some(Selector::Id(id.to_owned())) }
}

/// Why a request of a stream was rejected, as a call would have told it.
pub(crate) fn status_of(rejected: &RejectedEvent) -> Status {
    let status = rejected.status.as_ref().unwrap();
    let details = prost::Message::encode_to_vec(status).into();
    Status::with_details(status.code.into(), status.message.clone(), details)
}

/// The articles of `samples/`, by name.
pub(crate) fn samples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut texts: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    texts.sort();
    texts
}

/// A codec that sends and takes bytes as they are.
#[derive(Clone, Copy)]
pub(crate) struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut bytes = vec![0; from.remaining()];
        from.copy_to_slice(&mut bytes);
        Ok(Some(bytes))
    }
}

/// An article to put in a stream, read as `mode` says.
pub(crate) fn to_put(article: Article, mode: AnalysisMode) -> Option<Action> {
    let put = PutArticleRequest { article: Some(article), analysis_mode: mode.into(), ..Default::default() };
    Some(Action::Put(put))
}
