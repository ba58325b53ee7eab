//! How thoroughly texts are read: what the server is told, what a request overrides, what answers tell.

use sayso::proto::{
    AnalysisMode, AnalysisTier, AnalyzeRequest, Annotations, ArticleChange, IngestArticlesRequest, PutArticleRequest,
    ReanalyzeArticlesRequest, SearchQuotesRequest, analyze_service_client::AnalyzeServiceClient,
    ingest_articles_request::Action, ingest_articles_response::Event,
};
use tonic::{Code, Status};

use crate::support::{STORY, Server, article, field, reason, status_of};

/// Model and tier of an analysis, which all its quotes share.
fn told(found: &Annotations) -> (&str, AnalysisTier) {
    let told = (found.model.as_str(), found.tier());
    assert!(!found.quotes.is_empty());
    assert!(found.quotes.iter().all(|quote| (quote.model.as_str(), quote.tier()) == told), "{:?}", found.quotes);
    told
}

const FAST: (&str, AnalysisTier) = ("linear-5", AnalysisTier::Fast);
const ACCURATE: (&str, AnalysisTier) = ("encoder-4", AnalysisTier::Accurate);

async fn analyze(server: &Server, analysis_mode: i32) -> Result<Annotations, Status> {
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let request = AnalyzeRequest { text: STORY.into(), analysis_mode, ..AnalyzeRequest::default() };
    client.analyze(request).await.map(|reply| reply.into_inner().annotations.unwrap())
}

#[tokio::test]
async fn a_request_chooses_and_the_server_chooses_for_those_that_do_not() {
    let server = Server::start_with(&["--analysis", "fast"]);
    assert_eq!(server.analysis().await.default_mode(), AnalysisMode::Fast);
    server.put(article("plain", STORY)).await;
    server.put_as(AnalysisMode::Accurate, article("good", STORY)).await;
    assert_eq!(told(&server.annotations("plain").await), FAST);
    assert_eq!(told(&server.annotations("good").await), ACCURATE);
    let hits = server.quotes().await.search_quotes(SearchQuotesRequest::default()).await.unwrap().into_inner().hits;
    let tiers = |id: &str| -> Vec<AnalysisTier> {
        let quotes = hits.iter().filter_map(|hit| hit.quote.as_ref());
        quotes.filter(|quote| quote.article.as_ref().unwrap().id == id).map(|quote| quote.tier()).collect()
    };
    assert_eq!(tiers("plain"), [AnalysisTier::Fast; 3]);
    assert_eq!(tiers("good"), [AnalysisTier::Accurate; 3]);
    assert_eq!(told(&analyze(&server, 0).await.unwrap()), FAST);
    assert_eq!(told(&analyze(&server, AnalysisMode::Accurate.into()).await.unwrap()), ACCURATE);
}

#[tokio::test]
async fn what_is_not_kept_is_read_at_once_as_well_as_it_would_be_later() {
    let server = Server::start_with(&["--analysis", "fast-then-accurate"]);
    assert_eq!(told(&analyze(&server, 0).await.unwrap()), ACCURATE);
    let status = analyze(&server, AnalysisMode::FastThenAccurate.into()).await.unwrap_err();
    assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "analysis_mode"));
    assert!(status.message().contains("nothing is stored"), "{}", status.message());
}

#[tokio::test]
async fn a_fast_put_leaves_an_accurate_analysis_of_the_same_article() {
    let server = Server::start();
    let first = server.put(article("a", STORY)).await;
    for mode in [AnalysisMode::Fast, AnalysisMode::FastThenAccurate] {
        let again = server.put_as(mode, article("a", STORY)).await;
        let same = (ArticleChange::Unchanged, first.revision, &first.etag);
        assert_eq!((again.change(), again.revision, &again.etag), same, "{mode:?}");
    }
    assert_eq!((told(&server.annotations("a").await), server.analysis().await.pending_count), (ACCURATE, 0));
    // The title is no reason to read the body again.
    let titled = sayso::proto::Article { title: "Port reopens".into(), ..article("a", STORY) };
    assert_eq!(server.put_as(AnalysisMode::Fast, titled).await.change(), ArticleChange::Replaced);
    assert_eq!(told(&server.annotations("a").await), ACCURATE);
    server.put_as(AnalysisMode::Fast, article("a", &format!("{STORY}More."))).await;
    assert_eq!(told(&server.annotations("a").await), FAST, "another text");
}

#[tokio::test]
async fn modes_and_tiers_that_do_not_exist() {
    let server = Server::start();
    let put = PutArticleRequest { article: Some(article("a", STORY)), analysis_mode: 9, ..Default::default() };
    let reanalyze = ReanalyzeArticlesRequest { tier: 9, ..Default::default() };
    let mut client = server.articles().await;
    let statuses = [
        (client.put_article(put).await.unwrap_err(), "analysis_mode"),
        (analyze(&server, 9).await.unwrap_err(), "analysis_mode"),
        (client.reanalyze_articles(reanalyze).await.unwrap_err(), "tier"),
    ];
    for (status, wrong) in statuses {
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, wrong));
        assert_eq!(reason(&status), "INVALID_FIELD");
        assert!(status.message().contains("_ACCURATE)"), "{}", status.message());
    }
    let request = IngestArticlesRequest {
        client_sequence: 7,
        action: Some(Action::Put(PutArticleRequest {
            article: Some(article("b", STORY)),
            analysis_mode: -1,
            ..Default::default()
        })),
    };
    let mut answers = client.ingest_articles(tokio_stream::iter([request])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    let Some(Event::Rejected(rejected)) = answer.event else { panic!("{answer:?}") };
    let status = status_of(&rejected);
    assert_eq!((answer.client_sequence, rejected.id.as_str()), (7, "b"));
    assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "put.analysis_mode"));
    assert!(answers.message().await.unwrap().is_none(), "nothing else was done");
}

#[test]
fn settings_that_do_not_exist_are_told_with_those_that_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = std::process::Command::new(env!("CARGO_BIN_EXE_sayso"));
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data"));
    let ended = serve.env("SAYSO_ANALYSIS", "slow").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("\"slow\" is not a mode"), "{said}");
    assert!(said.contains("fast, accurate, fast-then-accurate"), "{said}");
}
