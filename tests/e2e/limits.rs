//! Every limit that `GetServerInfo` tells is one that the server holds requests to, and the other way round.

mod together;

use std::time::Duration;

use prost_reflect::DescriptorPool;
use sayso::proto::{
    AnalyzeRequest, Article, BatchSearchSentencesRequest, DeleteArticleRequest, FacetField, FacetRequest,
    GetQuoteRequest, IngestArticlesRequest, ListArticlesRequest, LookupEntitiesRequest, SearchSentencesRequest,
    ServerLimits, SuggestRequest, analyze_service_client::AnalyzeServiceClient,
    article_service_client::ArticleServiceClient, ingest_articles_request::Action, ingest_articles_response::Event,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt;

use crate::support::{STORY, Server, article, dated, reason};

fn words(count: usize, form: &str) -> String {
    (0..count).map(|n| form.replace('#', &n.to_string())).collect::<Vec<_>>().join(" ")
}

/// This text with so many blanks behind it that it has so many bytes.
fn padded(text: &str, bytes: usize) -> String {
    text.to_owned() + &" ".repeat(bytes - text.len())
}

/// The refusal tells the limit by its name and its number.
fn assert_names(refused: Result<impl Sized, Status>, limit: &str, most: i64) {
    let Err(status) = refused else { panic!("more than {limit} is accepted") };
    assert!(matches!(status.code(), Code::InvalidArgument | Code::ResourceExhausted), "{limit}: {status}");
    assert_eq!(reason(&status), "LIMIT_EXCEEDED", "{limit}: {status}");
    let info = status.get_error_details().error_info().unwrap().clone();
    let told = (info.domain.as_str(), info.metadata["limit"].as_str(), info.metadata["most"].as_str());
    assert_eq!(told, ("sayso.dev", limit, most.to_string().as_str()), "{status}");
}

async fn search(server: &Server, query: String) -> Result<usize, Status> {
    let request = SearchSentencesRequest { query, ..Default::default() };
    Ok(server.search().await.search_sentences(request).await?.into_inner().hits.len())
}

async fn list(server: &Server, request: ListArticlesRequest) -> Result<usize, Status> {
    Ok(server.articles().await.list_articles(request).await?.into_inner().articles.len())
}

async fn look_up(server: &Server, name: String) -> Result<(), Status> {
    let request = LookupEntitiesRequest { name, ..Default::default() };
    server.entities().await.lookup_entities(request).await.map(drop)
}

/// An article to put that has so much of something.
type Making = fn(usize) -> Article;

/// What an article may have: so much is accepted, and one more refused.
async fn of_article(server: &Server, limit: &str, most: i64, sized: Making) {
    let accepted = server.try_put(sized(most as usize)).await;
    assert!(accepted.is_ok(), "{limit}: {accepted:?}");
    assert_names(server.try_put(sized(most as usize + 1)).await, limit, most);
}

fn labelled(key: usize, value: usize) -> Article {
    Article { labels: [("k".repeat(key), "v".repeat(value))].into(), ..article("a", STORY) }
}

/// Tries what a limit forbids. Limits that are settings get small ones, on servers of their own.
async fn probe(server: &Server, name: &str, told: &ServerLimits) {
    match name {
        "message_bytes" => message_bytes().await,
        "body_bytes" => body_bytes(server, told).await,
        "metadata_bytes" => metadata_bytes(server, told).await,
        "id_bytes" => of_article(server, name, told.id_bytes.into(), |bytes| article(&"i".repeat(bytes), STORY)).await,
        "language_code_bytes" => language_code_bytes(server, told).await,
        "authors" => authors(server, told).await,
        "labels" => labels(server, told).await,
        "label_key_bytes" => of_article(server, name, told.label_key_bytes.into(), |bytes| labelled(bytes, 1)).await,
        "label_value_bytes" => {
            of_article(server, name, told.label_value_bytes.into(), |bytes| labelled(1, bytes)).await
        }
        "query_bytes" => query_bytes(server, told).await,
        "query_clauses" => query_clauses(server, told).await,
        "query_expansions" => query_expansions(server, told).await,
        "filter_values" => filter_values(server, told).await,
        "mask_paths" => mask_paths(server, told).await,
        "default_page_size" => default_page_size(told).await,
        "page_size" => page_size().await,
        "context_sentences" => context_sentences(server, told).await,
        "reply_bytes" => reply_bytes().await,
        "answer_bytes" => answer_bytes().await,
        "page_token_lifetime" => page_token_lifetime().await,
        "search_timeout" => search_timeout().await,
        "unanswered_requests" => unanswered(server, told.unanswered_requests).await,
        "concurrent_streams" => concurrent_streams().await,
        "connections" => connections().await,
        "facets" => facets(server, told).await,
        "facet_values" => facet_values(told).await,
        "batch_requests" => batch_requests(server, told).await,
        "suggestions" => suggestions(server, told).await,
        "open_calls" => together::open_calls().await,
        "queue_time" => together::queue_time().await,
        "memory_bytes" => together::memory_bytes().await,
        "request_bytes" | "connection_request_bytes" => together::request_bytes(name == "request_bytes").await,
        // What happens beyond is tried where answers are counted: `grpc/calls.rs`.
        "unread_bytes" => assert_eq!(told.unread_bytes, 6 * told.answer_bytes),
        "connection_unread_bytes" => assert_eq!(told.connection_unread_bytes, 2 * told.answer_bytes),
        // Tried in `connections.rs`.
        "connection_age" => assert_eq!(told.connection_age, None),
        other => panic!("no probe shows that the limit {other} holds: write one"),
    }
}

async fn batch_requests(server: &Server, told: &ServerLimits) {
    let most = told.batch_requests as usize;
    let ask = async |count: usize| {
        let requests = vec![SearchSentencesRequest::default(); count];
        server.search().await.batch_search_sentences(BatchSearchSentencesRequest { requests }).await
    };
    assert!(ask(most).await.is_ok());
    assert_names(ask(most + 1).await, "batch_requests", most as i64);
}

/// More are answered as so many.
async fn suggestions(server: &Server, told: &ServerLimits) {
    for n in 0..=told.suggestions {
        server.put(Article { title: format!("Suggestion w{n}"), ..article(&format!("suggestion-{n}"), STORY) }).await;
    }
    let request = SuggestRequest { text: "suggestion".into(), limit: told.suggestions + 1, ..Default::default() };
    let found = server.search().await.suggest(request).await.unwrap().into_inner();
    assert_eq!(found.phrases.len(), told.suggestions as usize);
}

async fn message_bytes() {
    let small = Server::start_with(&["--max-message", "1MiB", "--max-body", "512KiB"]);
    let most = limits(&small).await.message_bytes;
    let title = |bytes: usize| Article { title: "x".repeat(bytes), ..article("a", STORY) };
    assert_names(small.try_put(title(most as usize)).await, "message_bytes", most);
    let nearly = small.try_put(title(most as usize - 1000)).await.unwrap_err();
    assert_eq!(nearly.code(), Code::InvalidArgument, "that is another limit: {nearly}");
}

async fn body_bytes(server: &Server, told: &ServerLimits) {
    of_article(server, "body_bytes", told.body_bytes, |bytes| article("a", &padded("No.", bytes))).await;
    let text = padded("No.", told.body_bytes as usize + 1);
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let request = AnalyzeRequest { text, ..Default::default() };
    assert_names(client.analyze(request).await, "body_bytes", told.body_bytes);
}

async fn metadata_bytes(server: &Server, told: &ServerLimits) {
    let most = told.metadata_bytes;
    let title = |bytes: usize| Article { title: "x".repeat(bytes), ..article("a", STORY) };
    of_article(server, "metadata_bytes", most, title).await;
    let shared = |bytes: usize| Article {
        url: "u".repeat(5),
        outlet: "o".repeat(7),
        title: "x".repeat(bytes - 12),
        ..article("a", STORY)
    };
    of_article(server, "metadata_bytes", most, shared).await;
    let filter = sayso::proto::ArticleFilter { outlets: vec!["x".repeat(most as usize + 1)], ..Default::default() };
    let request = ListArticlesRequest { filter: Some(filter), ..Default::default() };
    assert_names(list(server, request).await, "metadata_bytes", most);
}

async fn language_code_bytes(server: &Server, told: &ServerLimits) {
    let coded = |bytes: usize| Article { language_code: "x".repeat(bytes), ..article("a", STORY) };
    of_article(server, "language_code_bytes", told.language_code_bytes.into(), coded).await;
}

async fn authors(server: &Server, told: &ServerLimits) {
    let written = |count: usize| Article { authors: vec!["A. B.".into(); count], ..article("a", STORY) };
    of_article(server, "authors", told.authors.into(), written).await;
}

async fn labels(server: &Server, told: &ServerLimits) {
    let many = |count: usize| Article {
        labels: (0..count).map(|n| (format!("k{n}"), String::new())).collect(),
        ..article("a", STORY)
    };
    of_article(server, "labels", told.labels.into(), many).await;
}

async fn query_bytes(server: &Server, told: &ServerLimits) {
    let most = told.query_bytes as usize;
    search(server, padded("cranes", most)).await.unwrap();
    assert_names(search(server, padded("cranes", most + 1)).await, "query_bytes", most as i64);
    assert_names(look_up(server, "x".repeat(most + 1)).await, "query_bytes", most as i64);
}

async fn query_clauses(server: &Server, told: &ServerLimits) {
    let most = told.query_clauses as usize;
    search(server, words(most, "w#")).await.unwrap();
    assert_names(search(server, words(most + 1, "w#")).await, "query_clauses", most as i64);
    assert_names(search(server, format!("\"{}\"", words(most + 1, "w#"))).await, "query_clauses", most as i64);
}

async fn query_expansions(server: &Server, told: &ServerLimits) {
    let most = told.query_expansions as usize;
    for form in ["w#*", "word#~1"] {
        search(server, words(most, form)).await.unwrap();
        assert_names(search(server, words(most + 1, form)).await, "query_expansions", most as i64);
    }
    look_up(server, words(most, "w#")).await.unwrap();
    assert_names(look_up(server, words(most + 1, "w#")).await, "query_expansions", most as i64);
}

async fn filter_values(server: &Server, told: &ServerLimits) {
    let of = |count| {
        let filter = sayso::proto::ArticleFilter { article_ids: vec!["x".into(); count], ..Default::default() };
        ListArticlesRequest { filter: Some(filter), ..Default::default() }
    };
    let most = told.filter_values as usize;
    list(server, of(most)).await.unwrap();
    assert_names(list(server, of(most + 1)).await, "filter_values", most as i64);
}

async fn facets(server: &Server, told: &ServerLimits) {
    let of = async |count| {
        let facets = vec![FacetRequest { field: FacetField::Outlet.into(), ..Default::default() }; count];
        server.search().await.search_sentences(SearchSentencesRequest { facets, ..Default::default() }).await
    };
    let most = told.facets as usize;
    of(most).await.unwrap();
    assert_names(of(most + 1).await, "facets", most as i64);
}

/// More values than the limit are told as others.
async fn facet_values(told: &ServerLimits) {
    let server = Server::start_with(&["--analysis", "fast"]);
    for story in ["a", "b"] {
        let authors = (0..told.facet_values).map(|n| format!("Author {story}{n}")).collect();
        server.put(Article { authors, ..article(story, "The ferry sank.") }).await;
    }
    let facet = FacetRequest { field: FacetField::Author.into(), limit: i32::MAX, ..Default::default() };
    let request = SearchSentencesRequest { facets: vec![facet], ..Default::default() };
    let found = server.search().await.search_sentences(request).await.unwrap().into_inner().facets.remove(0);
    assert_eq!((found.values.len() as i64, found.other_count), (told.facet_values.into(), told.facet_values.into()));
}

async fn mask_paths(server: &Server, told: &ServerLimits) {
    let of = |count| {
        let read_mask = Some(prost_types::FieldMask { paths: vec!["article.id".into(); count] });
        ListArticlesRequest { read_mask, ..Default::default() }
    };
    let most = told.mask_paths as usize;
    list(server, of(most)).await.unwrap();
    assert_names(list(server, of(most + 1)).await, "mask_paths", most as i64);
}

async fn default_page_size(told: &ServerLimits) {
    let most = told.default_page_size as usize;
    let many = Server::start_with(&["--analysis", "fast"]);
    for n in 0..most + 1 {
        many.put(dated(&format!("n{n}"), "Wire", "2026-03-02", "The ferry sank.")).await;
    }
    assert_eq!(list(&many, ListArticlesRequest::default()).await.unwrap(), most);
    assert_eq!(search(&many, "ferry".into()).await.unwrap(), most);
}

async fn page_size() {
    let small = Server::start_with(&["--analysis", "fast", "--max-page-size", "2"]);
    assert_eq!(limits(&small).await.page_size, 2);
    for id in ["a", "b", "c"] {
        small.put(article(id, STORY)).await;
    }
    let request = ListArticlesRequest { page_size: 1000, ..Default::default() };
    assert_eq!(list(&small, request).await.unwrap(), 2);
}

async fn context_sentences(server: &Server, told: &ServerLimits) {
    server.put(article("quoted", STORY)).await;
    let id = server.annotations("quoted").await.quotes[0].id.clone();
    let around = async |count| {
        let request = GetQuoteRequest { id: id.clone(), context_sentences: Some(count), ..Default::default() };
        server.quotes().await.get_quote(request).await
    };
    around(told.context_sentences).await.unwrap();
    for count in [told.context_sentences + 1, -1] {
        assert_names(around(count).await, "context_sentences", told.context_sentences.into());
    }
}

async fn reply_bytes() {
    let small = Server::start_with(&["--analysis", "fast", "--max-reply", "8KiB"]);
    assert_eq!(limits(&small).await.reply_bytes, 8 << 10);
    for n in 0..12 {
        small.put(Article { title: "x".repeat(2000), ..article(&format!("n{n}"), "The ferry sank.") }).await;
    }
    assert_eq!(list(&small, ListArticlesRequest::default()).await.unwrap(), 3);
}

async fn answer_bytes() {
    let small = Server::start_with(&["--analysis", "fast", "--max-answer", "4KiB"]);
    let request = AnalyzeRequest { text: STORY.repeat(9), ..Default::default() };
    assert_names(AnalyzeServiceClient::new(small.channel().await).analyze(request).await, "answer_bytes", 4 << 10);
}

async fn page_token_lifetime() {
    let short = Server::start_with(&["--analysis", "fast", "--page-token-lifetime", "1ns"]);
    for id in ["a", "b"] {
        short.put(article(id, STORY)).await;
    }
    let request = SearchSentencesRequest { query: "cranes".into(), page_size: 1, ..Default::default() };
    let page = short.search().await.search_sentences(request.clone()).await.unwrap().into_inner();
    short.put(article("c", STORY)).await;
    let next = SearchSentencesRequest { page_token: page.next_page_token, ..request };
    let status = short.search().await.search_sentences(next).await.unwrap_err();
    assert_eq!(reason(&status), "PAGE_TOKEN_EXPIRED");
}

async fn search_timeout() {
    let short = Server::start_with(&["--search-timeout", "1ns"]);
    assert_eq!(search(&short, "cranes".into()).await.unwrap_err().code(), Code::DeadlineExceeded);
}

async fn concurrent_streams() {
    let small = Server::start_with(&["--max-concurrent-streams", "2"]);
    assert_eq!(limits(&small).await.concurrent_streams, 2);
    let channel = small.channel().await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let watch = HealthClient::new(channel.clone()).watch(HealthCheckRequest::default()).await;
        open.push(watch.unwrap().into_inner());
    }
    let mut third = ArticleServiceClient::new(channel);
    let mut call = Box::pin(third.list_articles(ListArticlesRequest::default()));
    let waits = tokio::time::timeout(Duration::from_millis(500), &mut call).await;
    assert!(waits.is_err(), "a third call of the connection is answered");
    open.pop();
    call.await.unwrap();
}

async fn connections() {
    let small = Server::start_with(&["--max-connections", "2"]);
    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(small.articles().await.ingest_articles(tokio_stream::pending()).await.unwrap());
    }
    let told = HealthClient::new(match small.try_channel().await {
        Ok(channel) => channel,
        Err(_) => return,
    });
    let check = told.clone().check(HealthCheckRequest::default()).await;
    assert!(check.is_err(), "a third connection is served");
}

async fn limits(server: &Server) -> ServerLimits {
    server.info().await.limits.unwrap()
}

/// A stream whose answers nobody reads is not read from either, until they are read.
async fn unanswered(server: &Server, most: i32) {
    let (sender, requests) = mpsc::channel(1);
    let mut answers =
        server.articles().await.ingest_articles(ReceiverStream::new(requests)).await.unwrap().into_inner();
    // Refused each, with an answer that repeats the id, and too long for many to wait on the way.
    let id = format!("{}\n", "i".repeat(20_000));
    let mut sent = 0;
    let all = 20 * most;
    while sent < all {
        let deletion = DeleteArticleRequest { id: id.clone(), ..Default::default() };
        let action = Some(Action::Delete(deletion));
        let request = IngestArticlesRequest { client_sequence: i64::from(sent) + 1, action };
        match tokio::time::timeout(Duration::from_secs(10), sender.send(request)).await {
            Ok(taken) => taken.unwrap(),
            Err(_) => break,
        }
        sent += 1;
    }
    assert!(sent >= most && sent < all, "{sent} requests were taken without an answer being read, of {most}");
    drop(sender);
    let mut rejected = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        assert!(matches!(answer.event, Some(Event::Rejected(_))), "{answer:?}");
        rejected += 1;
    }
    assert_eq!(rejected, sent, "each is answered in the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_limit_that_is_told_is_held() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let told = limits(&server).await;
    let pool = DescriptorPool::decode(sayso::proto::DESCRIPTORS).unwrap();
    let fields = pool.get_message_by_name("sayso.v1.ServerLimits").unwrap();
    for field in fields.fields() {
        println!("{}", field.name());
        probe(&server, field.name(), &told).await;
    }
}
