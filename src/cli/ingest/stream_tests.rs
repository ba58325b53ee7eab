//! Ingest against a server that fails in scripted ways.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_stream::{Stream, StreamExt};
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt};

use super::super::client::{Credentials, Server};
use super::super::fault::Fault;
use super::read::{Entry, Item};
use super::report::{Refusal, Report};
use super::stream::Ingest;
use crate::proto::article_service_server::{ArticleService, ArticleServiceServer};
use crate::proto::ingest_articles_request::Action;
use crate::proto::ingest_articles_response::{DurableEvent, Event, RejectedEvent};
use crate::proto::*;

/// Keeps articles by id. Keeps the `break_after`th that is sent, but breaks the stream in place of an
/// answer; puts an article off whose body says so, and refuses one whose body says that.
#[derive(Default)]
struct Store {
    bodies: HashMap<String, String>,
    streams: usize,
    sent: usize,
    break_after: Option<usize>,
    put_off: usize,
}

#[derive(Clone, Default)]
struct Scripted(Arc<Mutex<Store>>);

fn rejected(status: &Status, retryable: bool) -> RejectedEvent {
    let told = google_rpc::Status { code: status.code().into(), message: status.message().into(), details: Vec::new() };
    // The details of a call's status are a status again, which repeats code and message.
    let status = google_rpc::Status::decode(status.details()).ok().filter(|inner| inner.code != 0).unwrap_or(told);
    RejectedEvent { status: Some(status), retryable, ..RejectedEvent::default() }
}

type Answers = Pin<Box<dyn Stream<Item = Result<IngestArticlesResponse, Status>> + Send>>;

impl Store {
    /// The answer; none when the stream breaks.
    fn handle(&mut self, article: Article) -> Option<Event> {
        self.sent += 1;
        let event = self.answer(article);
        (self.break_after != Some(self.sent)).then_some(event)
    }

    fn answer(&mut self, article: Article) -> Event {
        if article.body == "later" && self.put_off < 2 {
            self.put_off += 1;
            return Event::Rejected(rejected(&Status::unavailable("busy"), true));
        }
        if article.body == "never" {
            let mut details = ErrorDetails::with_bad_request_violation("article.body", "too long");
            details.set_error_info("LIMIT_EXCEEDED", "sayso", HashMap::new());
            let status = Status::with_error_details(Code::InvalidArgument, "too long", details);
            return Event::Rejected(rejected(&status, false));
        }
        let change = match self.bodies.insert(article.id.clone(), article.body.clone()) {
            None => ArticleChange::Created,
            Some(before) if before == article.body => ArticleChange::Unchanged,
            Some(_) => ArticleChange::Replaced,
        };
        Event::Durable(DurableEvent { id: article.id, change: change as i32, ..DurableEvent::default() })
    }
}

#[tonic::async_trait]
impl ArticleService for Scripted {
    type IngestArticlesStream = Answers;
    type ExportArticlesStream = tokio_stream::Empty<Result<ExportArticlesResponse, Status>>;

    async fn ingest_articles(
        &self,
        request: Request<Streaming<IngestArticlesRequest>>,
    ) -> Result<Response<Answers>, Status> {
        let mut requests = request.into_inner();
        let (sender, answers) = mpsc::channel(1000);
        let store = self.0.clone();
        store.lock().unwrap().streams += 1;
        tokio::spawn(async move {
            while let Some(Ok(request)) = requests.next().await {
                let Some(Action::Put(PutArticleRequest { article: Some(article), .. })) = request.action else {
                    panic!("a put is expected")
                };
                let Some(event) = store.lock().unwrap().handle(article) else {
                    let _ = sender.send(Err(Status::unavailable("going down"))).await;
                    return;
                };
                let answer = IngestArticlesResponse { client_sequence: request.client_sequence, event: Some(event) };
                let _ = sender.send(Ok(answer)).await;
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(answers))))
    }

    async fn put_article(&self, _: Request<PutArticleRequest>) -> Result<Response<PutArticleResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_article(&self, _: Request<GetArticleRequest>) -> Result<Response<GetArticleResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn batch_get_articles(
        &self,
        _: Request<BatchGetArticlesRequest>,
    ) -> Result<Response<BatchGetArticlesResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_articles(&self, _: Request<ListArticlesRequest>) -> Result<Response<ListArticlesResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn export_articles(
        &self,
        _: Request<ExportArticlesRequest>,
    ) -> Result<Response<Self::ExportArticlesStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn delete_article(
        &self,
        _: Request<DeleteArticleRequest>,
    ) -> Result<Response<DeleteArticleResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn delete_articles(
        &self,
        _: Request<DeleteArticlesRequest>,
    ) -> Result<Response<DeleteArticlesResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn apply_retention(
        &self,
        _: Request<ApplyRetentionRequest>,
    ) -> Result<Response<ApplyRetentionResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn reanalyze_articles(
        &self,
        _: Request<ReanalyzeArticlesRequest>,
    ) -> Result<Response<ReanalyzeArticlesResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// Starts a server, puts the bodies in as articles "0", "1", …, and gives the summary.
async fn ingest(server: &Scripted, bodies: &[String], retries: u32) -> (serde_json::Value, Option<Fault>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = ArticleServiceServer::new(server.clone());
    let running = tonic::transport::Server::builder().add_service(service);
    let running = tokio::spawn(running.serve_with_incoming(TcpListenerStream::new(listener)));
    let (sender, items) = mpsc::channel(4);
    let bodies = bodies.to_vec();
    tokio::spawn(async move {
        for (i, body) in bodies.into_iter().enumerate() {
            let article = Article { id: i.to_string(), body, ..Article::default() };
            sender
                .send(Item::Article(Box::new(Entry { place: format!("a:{i}"), article, notes: Vec::new() })))
                .await
                .unwrap();
        }
        sender.send(Item::Refused(Refusal::new("b", "bad"))).await.unwrap();
    });
    let server = Server::at(address, Credentials::default());
    let channel = server.connect().await.unwrap();
    let (report, fault) = Ingest::new(items, 0, 8, retries, Report::start(0, Arc::default()))
        .run(&server, channel, std::future::pending())
        .await;
    running.abort();
    (report.to_value(), fault)
}

fn bodies(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("body {i}")).collect()
}

#[tokio::test]
async fn a_broken_stream_is_taken_up_again_and_nothing_is_kept_twice() {
    let server = Scripted::default();
    server.0.lock().unwrap().break_after = Some(30);
    let (summary, fault) = ingest(&server, &bodies(100), 3).await;
    assert!(fault.is_none(), "{fault:?}");
    let store = server.0.lock().unwrap();
    assert_eq!((store.streams, store.bodies.len()), (2, 100));
    // What was kept without an answer is answered "unchanged" when it comes again.
    let count = |key: &str| summary[key].as_u64().unwrap();
    assert_eq!(count("new") + count("unchanged"), 100);
    assert!(count("unchanged") >= 1 && count("unchanged") <= 8, "{summary}");
    assert_eq!(count("refused"), 1);
    assert!(store.sent <= 108, "{}", store.sent);
}

#[tokio::test]
async fn what_is_put_off_goes_in_later_and_what_is_refused_is_listed() {
    let server = Scripted::default();
    let mut bodies = bodies(5);
    bodies[1] = "later".into();
    bodies[3] = "never".into();
    let (summary, fault) = ingest(&server, &bodies, 3).await;
    assert!(fault.is_none(), "{fault:?}");
    assert_eq!((summary["new"].as_u64(), summary["refused"].as_u64()), (Some(4), Some(2)));
    let refused: Vec<_> =
        summary["refusals"].as_array().unwrap().iter().map(|r| format!("{}: {}", r["place"], r["why"])).collect();
    assert!(refused.contains(&r#""a:3": "too long (article.body, LIMIT_EXCEEDED)""#.to_string()), "{refused:?}");
    assert_eq!(server.0.lock().unwrap().streams, 1);
}

#[tokio::test]
async fn it_gives_up_in_the_end_and_says_what_to_do() {
    let server = Scripted::default();
    server.0.lock().unwrap().break_after = Some(1);
    let (_, fault) = ingest(&server, &bodies(3), 0).await;
    let Some(Fault::Failed(words)) = fault else { panic!("{fault:?}") };
    assert!(words.starts_with("gave up: going down"), "{words}");
    assert!(words.contains("run the same command again"), "{words}");
}
