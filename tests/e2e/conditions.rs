//! Versions of articles, and changes that are made only to the version that their writer has read.

use sayso::proto::{
    AnalysisMode, AnalysisTier, Article, ArticleChange, DeleteArticleRequest, IngestArticlesRequest,
    IngestArticlesResponse, ListArticlesRequest, PutArticleRequest, ReanalyzeArticlesRequest,
    ingest_articles_request::Action, ingest_articles_response::Event,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::support::{STORY, Server, article, field, reason, status_of, to_put};

fn at(etag: &str, body: &str) -> Article {
    Article { etag: etag.to_owned(), ..article("a", body) }
}

async fn delete(server: &Server, request: DeleteArticleRequest) -> Result<ArticleChange, Status> {
    Ok(server.articles().await.delete_article(request).await?.into_inner().change())
}

fn assert_stale(status: &Status) {
    assert_eq!((status.code(), reason(status).as_str()), (Code::Aborted, "ETAG_STALE"), "{status}");
    assert_eq!(status.get_error_details().error_info().unwrap().domain, "sayso.dev");
}

#[tokio::test]
async fn a_change_to_another_version_than_the_one_that_stands_is_not_made() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let first = server.put(article("a", STORY)).await;
    let second = server.try_put(at(&first.etag, "Second.")).await.unwrap();
    assert_eq!((second.change(), second.revision), (ArticleChange::Replaced, 2));
    let before = server.get("a").await;
    assert_eq!(before.article.as_ref().unwrap().etag, second.etag);
    // Also what would change nothing: its writer thinks that something else stands there.
    for body in ["Third.", "Second.", STORY] {
        assert_stale(&server.try_put(at(&first.etag, body)).await.unwrap_err());
    }
    let stale = DeleteArticleRequest { id: "a".into(), etag: first.etag.clone(), ..Default::default() };
    assert_stale(&delete(&server, stale.clone()).await.unwrap_err());
    assert_stale(&delete(&server, DeleteArticleRequest { allow_missing: true, ..stale }).await.unwrap_err());
    assert_eq!(server.get("a").await, before, "nothing was changed");
    // Where nothing stands, no etag fits.
    assert_stale(&server.try_put(Article { id: "b".into(), ..at(&first.etag, STORY) }).await.unwrap_err());
    assert_eq!(server.ids().await, ["a"]);
    let right = DeleteArticleRequest { id: "a".into(), etag: second.etag, ..Default::default() };
    assert_eq!(delete(&server, right).await.unwrap(), ArticleChange::Deleted);
}

#[tokio::test]
async fn an_etag_that_is_none_is_refused() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    let long = "0".repeat(1000);
    for etag in ["x", "0123", "0123456789ABCDEF", "0123456789abcdefg", "*", long.as_str()] {
        let status = server.try_put(at(etag, STORY)).await.unwrap_err();
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "article.etag"), "{etag}");
        let request = DeleteArticleRequest { id: "a".into(), etag: etag.into(), ..Default::default() };
        assert_eq!(field(&delete(&server, request).await.unwrap_err()), "etag");
    }
}

#[tokio::test]
async fn of_two_who_read_before_they_write_one_wins() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let mut etag = server.put(article("a", "Nobody.")).await.etag;
    for round in 0..10 {
        let put = |body: String| {
            let (etag, server) = (etag.clone(), &server);
            async move { (body.clone(), server.try_put(at(&etag, &body)).await) }
        };
        let (one, two) = tokio::join!(put(format!("One {round}.")), put(format!("Two {round}.")));
        let (won, lost) = if one.1.is_ok() { (one, two) } else { (two, one) };
        assert_stale(&lost.1.unwrap_err());
        let kept = server.get("a").await.article.unwrap();
        let won = (won.0, won.1.unwrap());
        assert_eq!((&kept.body, &kept.etag, kept.revision), (&won.0, &won.1.etag, round + 2));
        etag = won.1.etag;
    }
}

async fn stream(server: &Server, actions: Vec<Option<Action>>) -> Vec<IngestArticlesResponse> {
    let requests: Vec<_> =
        (1..).zip(actions).map(|(client_sequence, action)| IngestArticlesRequest { client_sequence, action }).collect();
    let mut answers = server.articles().await.ingest_articles(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        all.push(answer);
    }
    all
}

#[tokio::test]
async fn a_stream_tells_of_versions_and_conditions_as_calls_do() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let first = server.put(article("a", STORY)).await;
    let stale = server.put(article("b", STORY)).await.etag;
    server.put(article("b", "Other.")).await;
    let put = |id: &str, etag: &str, body: &str| {
        to_put(Article { etag: etag.into(), ..article(id, body) }, AnalysisMode::Fast)
    };
    let take = |id: &str, etag: &str| {
        Some(Action::Delete(DeleteArticleRequest { id: id.into(), etag: etag.into(), ..Default::default() }))
    };
    let actions = vec![
        put("a", &first.etag, "Second."),
        put("a", &first.etag, "Third."),
        put("b", &stale, "Third."),
        take("b", &stale),
        put("c", "no etag", STORY),
        take("a", "no etag"),
    ];
    let (mut durable, mut rejected) = (Vec::new(), Vec::new());
    for answer in stream(&server, actions).await {
        match answer.event.unwrap() {
            Event::Durable(told) => durable.push((answer.client_sequence, told)),
            Event::Rejected(told) => rejected.push((answer.client_sequence, told)),
            Event::Searchable(_) | Event::Backoff(_) => {}
        }
    }
    assert_eq!(durable.len(), 1, "{durable:?}");
    let (number, told) = &durable[0];
    assert_eq!((*number, told.id.as_str(), told.revision, told.change()), (1, "a", 2, ArticleChange::Replaced));
    rejected.sort_by_key(|(number, _)| *number);
    let kinds: Vec<_> = rejected
        .iter()
        .map(|(number, told)| {
            let status = status_of(told);
            let info = status.get_error_details().error_info().unwrap().clone();
            assert_eq!(info.domain, "sayso.dev");
            assert!(!told.retryable);
            (*number, told.id.as_str(), status.code(), info.reason, field(&status))
        })
        .collect();
    let aborted = |number, id| (number, id, Code::Aborted, "ETAG_STALE".to_owned(), String::new());
    let invalid =
        |number, id, field: &str| (number, id, Code::InvalidArgument, "INVALID_FIELD".to_owned(), field.to_owned());
    let expected = [
        aborted(2, "a"),
        aborted(3, "b"),
        aborted(4, "b"),
        invalid(5, "c", "put.article.etag"),
        invalid(6, "a", "delete.etag"),
    ];
    assert_eq!(kinds, expected);
    let kept = server.get("a").await.article.unwrap();
    assert_eq!((kept.body.as_str(), &kept.etag), ("Second.", &told.etag));
    assert_eq!(server.get("b").await.article.unwrap().body, "Other.");
}

#[tokio::test]
async fn revisions_count_and_times_tell_when() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let mut etags = std::collections::BTreeSet::new();
    let mut kept: Option<Article> = None;
    for (body, revision) in [("One.", 1), ("Two.", 2), ("Two.", 2), ("One.", 3)] {
        let put = server.put(article("a", body)).await;
        let now = server.get("a").await.article.unwrap();
        assert_eq!((put.revision, now.revision, &put.etag), (revision, revision, &now.etag), "{body}");
        let (created, updated) = (now.create_time.unwrap(), now.update_time.unwrap());
        let order = |at: prost_types::Timestamp| (at.seconds, at.nanos);
        assert!(order(created) <= order(updated));
        if let Some(before) = &kept {
            assert_eq!(before.create_time, now.create_time, "{body}");
            let moved = order(updated) > order(before.update_time.unwrap());
            assert_eq!((moved, before.etag != now.etag), (revision != before.revision, moved), "{body}");
        }
        etags.insert(now.etag.clone());
        kept = Some(now);
    }
    assert_eq!(etags.len(), 3, "the first text again is another version");
    // What is told is not taken: version and times of an article that is put are ignored.
    let told =
        Article { revision: 70, create_time: None, update_time: None, etag: String::new(), ..kept.clone().unwrap() };
    assert_eq!(server.put(told).await.change(), ArticleChange::Unchanged);
    // The id begins anew once it was gone, and no etag comes back.
    delete(&server, DeleteArticleRequest { id: "a".into(), ..Default::default() }).await.unwrap();
    let anew = server.put(article("a", "One.")).await;
    assert_eq!((anew.revision, anew.change()), (1, ArticleChange::Created));
    assert!(etags.insert(anew.etag), "an etag came back");
}

#[tokio::test]
async fn another_analysis_is_no_other_version() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    let before = server.get("a").await;
    let request = ReanalyzeArticlesRequest { tier: AnalysisTier::Accurate.into(), ..Default::default() };
    server.articles().await.reanalyze_articles(request).await.unwrap();
    server.all_read().await;
    let after = server.get("a").await;
    assert_ne!(before.annotations.unwrap().model, after.annotations.as_ref().unwrap().model);
    assert_eq!(before.article, after.article);
    let etag = after.article.unwrap().etag;
    assert_eq!(server.try_put(at(&etag, "Second.")).await.unwrap().revision, 2);
    let later = PutArticleRequest {
        article: Some(article("b", STORY)),
        analysis_mode: AnalysisMode::FastThenAccurate.into(),
        ..Default::default()
    };
    let put = server.articles().await.put_article(later).await.unwrap().into_inner();
    server.all_read().await;
    let kept = server.get("b").await.article.unwrap();
    assert_eq!((kept.revision, kept.etag), (put.revision, put.etag));
}

#[tokio::test]
async fn what_is_not_there_counts_as_deleted_where_that_is_allowed() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let missing = DeleteArticleRequest { id: "a".into(), ..Default::default() };
    assert_eq!(delete(&server, missing.clone()).await.unwrap_err().code(), Code::NotFound);
    let allowed = DeleteArticleRequest { allow_missing: true, ..missing };
    assert_eq!(delete(&server, allowed.clone()).await.unwrap(), ArticleChange::Unchanged);
    server.put(article("a", STORY)).await;
    assert_eq!(delete(&server, allowed).await.unwrap(), ArticleChange::Deleted);
    let listed = server.articles().await.list_articles(ListArticlesRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.total.unwrap().count, 0);
}
