//! Analyses that come later: they come, also after a crash, and never in place of something newer.

use std::process::Command;

use sayso::proto::{
    AnalysisMode, AnalysisTier, ArticleChange, DeleteArticleRequest, GetArticleRequest, IngestArticlesRequest,
    ReanalyzeArticlesRequest, ReanalyzeArticlesResponse, SearchQuotesRequest,
};
use tonic::Code;

use crate::support::{STORY, Server, article, to_put};

async fn tier(server: &Server, id: &str) -> AnalysisTier {
    server.annotations(id).await.tier()
}

async fn reanalyze(server: &Server, tier: AnalysisTier) -> ReanalyzeArticlesResponse {
    let request = ReanalyzeArticlesRequest { tier: tier.into(), ..Default::default() };
    server.articles().await.reanalyze_articles(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn an_article_is_found_at_once_and_read_better_later() {
    let server = Server::start_with(&["--analysis", "fast-then-accurate"]);
    let put = server.put(article("a", STORY)).await;
    assert_eq!((put.change(), put.quote_count), (ArticleChange::Created, 3));
    let now = server.all_read().await;
    assert_eq!((now.default_mode(), now.done_count, now.failed_count), (AnalysisMode::FastThenAccurate, 1, 0));
    let found = server.annotations("a").await;
    assert_eq!((found.model.as_str(), found.tier(), found.quotes.len()), ("encoder-4", AnalysisTier::Accurate, 3));
    let hits = server.quotes().await.search_quotes(SearchQuotesRequest::default()).await.unwrap().into_inner().hits;
    assert_eq!(hits.len(), 3, "each quote once");
    assert!(hits.iter().all(|hit| hit.quote.as_ref().unwrap().model == "encoder-4"));
    assert_eq!(server.put(article("a", STORY)).await.change(), ArticleChange::Unchanged);
    assert_eq!(server.analysis().await.pending_count, 0);
}

#[tokio::test]
async fn what_was_still_to_do_when_the_process_died_is_done_afterwards() {
    const ARTICLES: i64 = 120;
    let mut server = Server::start_with(&["--analysis-threads", "1"]);
    let requests = (1..=ARTICLES).map(|number| IngestArticlesRequest {
        client_sequence: number,
        action: to_put(
            article(&format!("a{number}"), &format!("{STORY}Note {number}.")),
            AnalysisMode::FastThenAccurate,
        ),
    });
    // While articles come in, those before them wait: the end comes when there is much to do.
    let durable = server.killed_amid(requests, ARTICLES as usize / 2).await;
    let now = server.all_read().await;
    assert!(now.done_count > 0 && now.failed_count == 0, "{now:?}");
    for number in durable {
        let found = server.annotations(&format!("a{number}")).await;
        assert_eq!((found.tier(), found.quotes.len()), (AnalysisTier::Accurate, 3), "article {number}");
    }
}

#[tokio::test]
async fn a_text_that_comes_while_the_old_one_is_read_is_not_lost() {
    let server = Server::start_with(&["--analysis-threads", "1"]);
    let long = STORY.repeat(30);
    for round in 0..3 {
        let (replaced, deleted) = (format!("r{round}"), format!("d{round}"));
        server.put_as(AnalysisMode::FastThenAccurate, article(&replaced, &long)).await;
        server.put_as(AnalysisMode::FastThenAccurate, article(&deleted, &long)).await;
        let put = server.put_as(AnalysisMode::Fast, article(&replaced, STORY)).await;
        assert_eq!(put.change(), ArticleChange::Replaced);
        let delete = DeleteArticleRequest { id: deleted, ..DeleteArticleRequest::default() };
        server.articles().await.delete_article(delete).await.unwrap();
    }
    assert_eq!(server.all_read().await.failed_count, 0);
    for round in 0..3 {
        let get = |id: String| GetArticleRequest { id, ..GetArticleRequest::default() };
        let got = server.articles().await.get_article(get(format!("r{round}"))).await.unwrap().into_inner();
        assert_eq!(got.article.unwrap().body, STORY);
        assert_eq!(got.annotations.unwrap().tier(), AnalysisTier::Fast, "as it was put last");
        let gone = server.articles().await.get_article(get(format!("d{round}"))).await.unwrap_err();
        assert_eq!(gone.code(), Code::NotFound);
    }
}

#[tokio::test]
async fn all_that_another_model_read_is_read_anew() {
    let server = Server::start();
    for number in 0..5 {
        server.put_as(AnalysisMode::Fast, article(&format!("f{number}"), STORY)).await;
    }
    server.put_as(AnalysisMode::Accurate, article("good", STORY)).await;
    let queued = reanalyze(&server, AnalysisTier::Unspecified).await;
    assert_eq!((queued.queued_count, queued.tier(), queued.model.as_str()), (5, AnalysisTier::Accurate, "encoder-4"));
    assert_eq!(server.all_read().await.done_count, 5);
    for number in 0..5 {
        assert_eq!(tier(&server, &format!("f{number}")).await, AnalysisTier::Accurate);
    }
    for wanted in [AnalysisTier::Accurate, AnalysisTier::Fast] {
        assert_eq!(reanalyze(&server, wanted).await.queued_count, 0, "nothing is out of date, and nothing gets worse");
    }
}

fn sayso(server: &Server, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
    let ended = command.args(arguments).env("NO_COLOR", "1").env("SAYSO_SERVER", server.url()).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap()
}

#[tokio::test]
async fn the_commands_choose_wait_and_tell() {
    let server = Server::start();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("story.txt");
    std::fs::write(&file, STORY).unwrap();
    let path = file.to_str().unwrap();
    assert!(sayso(&server, &["analyze", "--analysis", "fast", path]).contains("linear-5 (fast)"));
    assert!(sayso(&server, &["analyze", path]).contains("encoder-4 (accurate)"));
    assert!(sayso(&server, &["analyze", "--server", &server.url(), "--analysis", "fast", path]).contains("linear-5"));
    sayso(&server, &["ingest", "--analysis", "fast", path]);
    let told = sayso(&server, &["reanalyze", "--wait"]);
    assert_eq!(told, "1 more article waits for encoder-4 (accurate)\n");
    let info = sayso(&server, &["info"]);
    assert!(info.contains("0 articles; since the start 1 done"), "{info}");
    assert!(info.contains("linear-5") && info.contains("encoder-4"), "{info}");
    assert!(sayso(&server, &["reanalyze"]).starts_with("all articles are analysed by encoder-4"));
}
