//! How long calls may take: what the caller says holds, and what nobody waits for any more ends.

use std::time::Duration;

use sayso::proto::{
    AnalysisMode, AnalyzeRequest, ArticleFilter, DeleteArticleRequest, DeleteArticlesRequest, GetArticleRequest,
    IngestArticlesRequest, PutArticleRequest, ReanalyzeArticlesRequest, analyze_service_client::AnalyzeServiceClient,
    article_service_client::ArticleServiceClient, ingest_articles_response::Event,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};

use crate::support::{STORY, Server, article, to_put};

fn lasting<T>(message: T, time: Duration) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(time);
    request
}

#[tokio::test]
async fn a_deadline_that_the_caller_sets_holds_though_it_is_longer_than_the_servers() {
    let server = Server::start_with(&["--search-timeout", "1ms"]);
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let request = || AnalyzeRequest { text: STORY.repeat(8), ..AnalyzeRequest::default() };
    let unset = client.analyze(request()).await.unwrap_err();
    assert_eq!(unset.code(), Code::DeadlineExceeded, "{unset}");
    client.analyze(lasting(request(), Duration::from_secs(300))).await.unwrap();
}

/// A call whose deadline has passed when it arrives. The server alone keeps its clock.
fn late<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("grpc-timeout", "1n".parse().unwrap());
    request
}

#[tokio::test]
async fn a_deadline_that_has_passed_ends_changes_and_analyses_as_it_ends_searches() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("kept", STORY)).await;
    let mut articles = server.articles().await;
    let put = PutArticleRequest { article: Some(article("new", STORY)), ..Default::default() };
    let delete = DeleteArticleRequest { id: "kept".into(), ..Default::default() };
    let filter = ArticleFilter { article_ids: vec!["kept".into()], ..Default::default() };
    let delete_all = DeleteArticlesRequest { filter: Some(filter.clone()), ..Default::default() };
    let again = ReanalyzeArticlesRequest { filter: Some(filter), ..Default::default() };
    let text = AnalyzeRequest { text: STORY.into(), ..Default::default() };
    let codes = [
        articles.put_article(late(put)).await.map(drop),
        articles.delete_article(late(delete)).await.map(drop),
        articles.delete_articles(late(delete_all)).await.map(drop),
        articles.reanalyze_articles(late(again)).await.map(drop),
        AnalyzeServiceClient::new(server.channel().await).analyze(late(text)).await.map(drop),
    ];
    for code in codes.map(|ended| ended.unwrap_err().code()) {
        // The client's library has a clock of its own, which may be first.
        assert!(matches!(code, Code::DeadlineExceeded | Code::Cancelled), "{code:?}");
    }
    assert_eq!(server.ids().await, ["kept"], "nothing was begun");
}

#[tokio::test]
async fn a_put_whose_deadline_passes_says_what_became_of_it() {
    let server = Server::start_with(&["--analysis-threads", "1"]);
    let long = Some(article("long", &STORY.repeat(800)));
    let request =
        PutArticleRequest { article: long, analysis_mode: AnalysisMode::Accurate.into(), ..Default::default() };
    let status = server.articles().await.put_article(lasting(request, Duration::from_millis(500))).await.unwrap_err();
    // Whichever clock is first, the server's or the client's.
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status}");
    if status.code() == Code::DeadlineExceeded {
        assert!(status.message().contains("nothing was changed"), "{status}");
    }
    // The only thread is free for the next, and nothing was kept.
    server.put(article("short", STORY)).await;
    let absent = GetArticleRequest { id: "long".into(), ..Default::default() };
    assert_eq!(server.articles().await.get_article(absent).await.unwrap_err().code(), Code::NotFound);
}

fn article_of(id: &str, body: &str) -> IngestArticlesRequest {
    IngestArticlesRequest { action: to_put(article(id, body), AnalysisMode::Accurate), ..Default::default() }
}

#[tokio::test]
async fn an_ingest_stream_that_is_given_up_analyses_nothing_more_and_keeps_what_was_acknowledged() {
    let server = Server::start_with(&["--analysis-threads", "1"]);
    let (sender, requests) = mpsc::channel(16);
    let client = ArticleServiceClient::connect(server.url());
    // A runtime of its own, which takes the connection with it.
    let elsewhere = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let begun = elsewhere.spawn(async move {
        let mut client = client.await.unwrap();
        let mut answers = client.ingest_articles(ReceiverStream::new(requests)).await.unwrap().into_inner();
        while !matches!(answers.message().await.unwrap().unwrap().event, Some(Event::Searchable(_))) {}
        answers
    });
    sender.send(article_of("first", STORY)).await.unwrap();
    let answers = begun.await.unwrap();
    // Each would take the only thread for a minute or more.
    for n in 0..8 {
        sender.send(article_of(&format!("long{n}"), &STORY.repeat(3000))).await.unwrap();
    }
    elsewhere.shutdown_background();
    drop((sender, answers));
    server.put(article("after", STORY)).await;
    assert_eq!(server.ids().await, ["after", "first"]);
}

#[tokio::test]
async fn a_short_text_does_not_wait_for_the_long_ones_that_came_before_it() {
    let server = Server::start_with(&["--analysis-threads", "1", "--search-timeout", "1h"]);
    for (mode, times) in [(AnalysisMode::Accurate, 1500), (AnalysisMode::Fast, 1500)] {
        let mut long = tokio::task::JoinSet::new();
        for _ in 0..3 {
            // On a connection of its own.
            let mut client = AnalyzeServiceClient::new(server.channel().await);
            let text = STORY.repeat(times);
            let request = AnalyzeRequest { text, analysis_mode: mode.into(), ..Default::default() };
            long.spawn(async move { client.analyze(request).await.map(drop) });
        }
        for number in 0..3 {
            for short in [AnalysisMode::Fast, AnalysisMode::Accurate] {
                let body = format!("{STORY}{mode:?}, {number}, {short:?}.");
                server.put_as(short, article(&format!("{mode:?} {number} {short:?}"), &body)).await;
            }
        }
        // The only thread still reads them: had the puts waited for it, at least one would have ended. On a slow machine
        // some may have been refused.
        let ended: Vec<_> = std::iter::from_fn(|| long.try_join_next()).map(Result::unwrap).collect();
        assert!(ended.iter().all(Result::is_err) && !long.is_empty(), "{mode:?}: {ended:?}");
        long.shutdown().await;
    }
}
