//! Many articles in one call: read by their ids, deleted by a filter or in a stream.

use std::collections::BTreeMap;

use prost::Message;
use sayso::proto::{
    AnalysisMode, AnnotatedArticle, Article, ArticleChange, ArticleFilter, BatchGetArticlesRequest,
    BatchGetArticlesResponse, DeleteArticleRequest, DeleteArticlesRequest, DeleteArticlesResponse, GetArticleRequest,
    IngestArticlesRequest, OffsetEncoding, SearchSentencesRequest,
    google_type::Interval,
    ingest_articles_request::Action,
    ingest_articles_response::{DurableEvent, Event, RejectedEvent},
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::support::{STORY, Server, article, dated, field, reason, status_of, to_put};

fn ids(ids: &[&str]) -> BatchGetArticlesRequest {
    BatchGetArticlesRequest { ids: ids.iter().map(|id| (*id).to_owned()).collect(), ..Default::default() }
}

async fn batch(server: &Server, request: BatchGetArticlesRequest) -> Result<BatchGetArticlesResponse, Status> {
    Ok(server.articles().await.batch_get_articles(request).await?.into_inner())
}

fn told(articles: &[AnnotatedArticle]) -> Vec<&str> {
    articles.iter().map(|one| one.article.as_ref().unwrap().id.as_str()).collect()
}

#[tokio::test]
async fn articles_come_in_the_order_of_their_ids_with_those_that_are_missing() {
    let server = Server::start_with(&["--analysis", "fast"]);
    for id in ["a", "b", "größe"] {
        server.put(dated(id, "Veld Courier", "2026-03-02", &format!("{STORY}“Größe {id},” said Ada Lind."))).await;
    }
    let asked = BatchGetArticlesRequest {
        offset_encoding: OffsetEncoding::Utf16.into(),
        ..ids(&["b", "x", "größe", "a", "b", "y", "x"])
    };
    let answer = batch(&server, asked).await.unwrap();
    // An id that is asked for twice is answered twice, so that nobody has to guess.
    assert_eq!(told(&answer.articles), ["b", "größe", "a", "b"]);
    assert_eq!(answer.missing_ids, ["x", "y", "x"]);
    assert_eq!((answer.oversized_ids.len(), answer.next_page_token.as_str()), (0, ""));
    for one in answer.articles {
        let id = one.article.as_ref().unwrap().id.clone();
        let request = GetArticleRequest { id, offset_encoding: OffsetEncoding::Utf16.into(), ..Default::default() };
        let alone = server.articles().await.get_article(request).await.unwrap().into_inner();
        assert_eq!((one.article, one.annotations), (alone.article, alone.annotations));
    }
}

#[tokio::test]
async fn a_batch_comes_in_answers_that_clients_accept() {
    let server = Server::start_with(&["--analysis", "fast", "--max-reply", "24KiB"]);
    let names: Vec<String> = (0..12).map(|n| format!("a{n:02}")).collect();
    for (at, id) in names.iter().enumerate() {
        let times = if at % 5 == 3 { 20 } else { 1 };
        server.put(article(id, &STORY.repeat(times))).await;
    }
    let mut asked: Vec<&str> = names.iter().map(String::as_str).collect();
    asked.insert(2, "missing");
    asked.push("gone");
    let mut request = ids(&asked);
    let (mut found, mut missing, mut oversized, mut pages) = (Vec::new(), Vec::new(), Vec::new(), 0);
    loop {
        let answer = batch(&server, request.clone()).await.unwrap();
        let bytes = answer.encoded_len() - answer.next_page_token.len();
        assert!(bytes <= (24 << 10) + 64, "{bytes} bytes");
        found.extend(told(&answer.articles).into_iter().map(str::to_owned));
        missing.extend(answer.missing_ids);
        oversized.extend(answer.oversized_ids);
        (pages, request.page_token) = (pages + 1, answer.next_page_token);
        if request.page_token.is_empty() {
            break;
        }
    }
    assert!(pages > 1 && pages < 12, "{pages} pages");
    assert_eq!((missing, oversized), (vec!["missing".into(), "gone".into()], vec!["a03".to_owned(), "a08".to_owned()]));
    let expected: Vec<_> = names.iter().filter(|id| !["a03", "a08"].contains(&id.as_str())).cloned().collect();
    assert_eq!(found, expected);
    // With less of each, none is too large.
    let paths = vec!["article.id".to_owned(), "annotations.quotes.text".to_owned()];
    let read_mask = Some(prost_types::FieldMask { paths });
    let small = batch(&server, BatchGetArticlesRequest { read_mask, ..ids(&["a03", "a08"]) }).await.unwrap();
    assert_eq!((told(&small.articles), small.oversized_ids.len()), (vec!["a03", "a08"], 0));
    assert!(small.articles[0].article.as_ref().unwrap().body.is_empty());
    assert!(small.articles[0].annotations.as_ref().unwrap().quotes.iter().all(|quote| !quote.text.is_empty()));
    // A token belongs to its request.
    let page_token = batch(&server, ids(&asked)).await.unwrap().next_page_token;
    let other = BatchGetArticlesRequest { page_token: page_token.clone(), ..ids(&asked[1..]) };
    assert_eq!(reason(&batch(&server, other).await.unwrap_err()), "PAGE_TOKEN_MISMATCH");
}

#[tokio::test]
async fn a_batch_of_nothing_or_of_too_much_is_refused() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let many = vec!["a"; 1001];
    let long = "x".repeat(257);
    let cases: [(&[&str], &str); 5] = [
        (&[], "INVALID_FIELD"),
        (&many, "LIMIT_EXCEEDED"),
        (&["a", ""], "INVALID_FIELD"),
        (&["a\nb"], "INVALID_FIELD"),
        (&["a", &long], "LIMIT_EXCEEDED"),
    ];
    for (asked, why) in cases {
        let status = batch(&server, ids(asked)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!((field(&status).as_str(), reason(&status).as_str()), ("ids", why), "{status}");
    }
    assert_eq!(batch(&server, ids(&many[1..])).await.unwrap().missing_ids.len(), 1000);
}

async fn delete(server: &Server, request: DeleteArticlesRequest) -> Result<DeleteArticlesResponse, Status> {
    Ok(server.articles().await.delete_articles(request).await?.into_inner())
}

fn by(filter: ArticleFilter) -> DeleteArticlesRequest {
    DeleteArticlesRequest { filter: Some(filter), ..Default::default() }
}

fn wire() -> DeleteArticlesRequest {
    by(ArticleFilter { outlets: vec!["wire".into()], ..Default::default() })
}

/// Puts many short articles in one stream.
async fn put_all(server: &Server, articles: impl Iterator<Item = Article>) {
    let requests: Vec<_> = articles
        .map(|one| IngestArticlesRequest { action: to_put(one, AnalysisMode::Unspecified), ..Default::default() })
        .collect();
    let mut answers = server.articles().await.ingest_articles(tokio_stream::iter(requests)).await.unwrap().into_inner();
    while let Some(answer) = answers.message().await.unwrap() {
        assert!(!matches!(answer.event, Some(Event::Rejected(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn all_that_a_filter_lets_through_is_deleted_and_nothing_else() {
    let server = Server::start_with(&["--analysis", "fast"]);
    // More than any page has.
    const WIRE: i64 = 1234;
    let of = |n: i64, outlet: &str| dated(&format!("{outlet}{n:04}"), outlet, "2026-03-02", "The ferry sank.");
    put_all(&server, (0..WIRE).map(|n| of(n, "Wire")).chain((0..5).map(|n| of(n, "Veld Courier")))).await;
    let counted = delete(&server, DeleteArticlesRequest { validate_only: true, ..wire() }).await.unwrap();
    assert_eq!((counted.article_count, counted.sample_ids.len()), (WIRE, 10));
    assert!(counted.sample_ids.iter().all(|id| id.starts_with("Wire")));
    let count = async || server.info().await.counts.unwrap().article_count;
    assert_eq!(count().await, WIRE + 5, "counting deletes nothing");
    let deleted = delete(&server, wire()).await.unwrap();
    assert_eq!((deleted.article_count, deleted.sample_ids.len()), (WIRE, 10));
    assert_eq!(server.ids().await.len(), 5);
    let request = SearchSentencesRequest { query: "ferry".into(), ..Default::default() };
    let found = server.search().await.search_sentences(request).await.unwrap().into_inner();
    assert_eq!((found.total.unwrap().count, count().await), (5, 5));
    assert_eq!(delete(&server, wire()).await.unwrap(), DeleteArticlesResponse::default());
}

#[tokio::test]
async fn everything_is_not_deleted_by_mistake() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(dated("a", "Wire", "2026-03-02", STORY)).await;
    let nothing_set = [
        DeleteArticlesRequest::default(),
        by(ArticleFilter::default()),
        by(ArticleFilter { publish_time: Some(Interval::default()), ..Default::default() }),
    ];
    for request in nothing_set {
        for validate_only in [false, true] {
            let status = delete(&server, DeleteArticlesRequest { validate_only, ..request.clone() }).await.unwrap_err();
            assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "filter"), "{status}");
        }
    }
    let wrong = by(ArticleFilter { tiers: vec![9], ..Default::default() });
    assert_eq!(field(&delete(&server, wrong).await.unwrap_err()), "filter.tiers");
    let status = delete(&server, DeleteArticlesRequest { wait_for: 9, ..wire() }).await.unwrap_err();
    assert_eq!(field(&status), "wait_for");
    assert_eq!(server.ids().await, ["a"]);
    let since = "2026-03-01T00:00:00Z".parse().ok();
    let recent =
        ArticleFilter { publish_time: Some(Interval { start_time: since, end_time: None }), ..Default::default() };
    assert_eq!(delete(&server, by(recent)).await.unwrap().sample_ids, ["a"]);
}

#[tokio::test]
async fn what_is_put_anew_while_all_is_deleted_stays() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let of = |n: usize, body: &str| dated(&format!("w{n:04}"), "Wire", "2026-03-02", body);
    put_all(&server, (0..600).map(|n| of(n, "The ferry sank."))).await;
    let mut client = server.articles().await;
    let deleting = tokio::spawn(async move { client.delete_articles(wire()).await });
    let mut acknowledged = Vec::new();
    for n in (0..600).rev().step_by(20) {
        let put = server.put(of(n, "The ferry sails again.")).await;
        acknowledged.push(put.change());
    }
    let deleted = deleting.await.unwrap().unwrap().into_inner().article_count;
    // Those that came before the deletion began to look are deleted with the rest; each that stands is the new one.
    let standing = server.ids().await;
    let created = acknowledged.iter().filter(|change| **change == ArticleChange::Created).count();
    assert_eq!(deleted as usize + standing.len(), 600 + created);
    for id in standing {
        assert_eq!(server.get(&id).await.article.unwrap().body, "The ferry sails again.");
    }
    // What is put once the call has been answered stays in any case.
    server.put(of(0, "The ferry sails again.")).await;
    assert!(server.ids().await.contains(&"w0000".to_owned()));
}

/// What a stream answered, by the number of the request.
#[derive(Default)]
struct Answers {
    durable: BTreeMap<i64, DurableEvent>,
    searchable: BTreeMap<i64, String>,
    rejected: BTreeMap<i64, RejectedEvent>,
}

impl Answers {
    /// Sends the requests and reads all answers: each kind once a request, durable before searchable.
    async fn to(server: &Server, requests: Vec<IngestArticlesRequest>) -> Self {
        let requests = tokio_stream::iter(requests);
        let mut answers = server.articles().await.ingest_articles(requests).await.unwrap().into_inner();
        let mut all = Self::default();
        while let Some(answer) = answers.message().await.unwrap() {
            let number = answer.client_sequence;
            let twice = match answer.event.unwrap() {
                Event::Durable(told) => all.durable.insert(number, told).is_some(),
                Event::Searchable(told) => {
                    assert!(all.durable.contains_key(&number), "{number} is searchable before it is durable");
                    all.searchable.insert(number, told.id).is_some()
                }
                Event::Rejected(told) => all.rejected.insert(number, told).is_some(),
                Event::Backoff(_) => false,
            };
            assert!(!twice, "{number} is answered twice");
        }
        all
    }
}

#[tokio::test]
async fn a_stream_puts_and_deletes_in_the_order_in_which_it_was_asked() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("old", STORY)).await;
    let put = |id: &str, body: &str| to_put(article(id, body), AnalysisMode::Unspecified);
    let take = |id: &str, allow_missing| {
        Some(Action::Delete(DeleteArticleRequest { id: id.into(), allow_missing, ..Default::default() }))
    };
    let long = STORY.repeat(40);
    let actions = [
        put("a", &long),
        take("a", false),
        put("b", "First."),
        take("b", false),
        put("b", "Second."),
        take("old", false),
        take("old", false),
        take("old", true),
        take("", false),
        None,
        put("c", &long),
    ];
    let requests: Vec<_> =
        (1..).zip(actions).map(|(client_sequence, action)| IngestArticlesRequest { client_sequence, action }).collect();
    let Answers { durable, searchable, rejected } = Answers::to(&server, requests).await;
    let changes: Vec<_> =
        durable.iter().map(|(n, told)| (*n, told.id.as_str(), told.change(), told.revision)).collect();
    let expected = [
        (1, "a", ArticleChange::Created, 1),
        (2, "a", ArticleChange::Deleted, 0),
        (3, "b", ArticleChange::Created, 1),
        (4, "b", ArticleChange::Deleted, 0),
        (5, "b", ArticleChange::Created, 1),
        (6, "old", ArticleChange::Deleted, 0),
        (8, "old", ArticleChange::Unchanged, 0),
        (11, "c", ArticleChange::Created, 1),
    ];
    assert_eq!(changes, expected);
    assert!(durable.values().all(|told| (told.revision == 0) == told.etag.is_empty()), "{durable:?}");
    assert_eq!(searchable.keys().collect::<Vec<_>>(), durable.keys().collect::<Vec<_>>());
    let why: Vec<_> = rejected
        .iter()
        .map(|(number, told)| {
            let status = status_of(told);
            assert_eq!(status.get_error_details().error_info().unwrap().domain, "sayso.dev");
            assert!(!told.retryable);
            (*number, told.id.as_str(), status.code(), field(&status))
        })
        .collect();
    let expected = [
        (7, "old", Code::NotFound, String::new()),
        (9, "", Code::InvalidArgument, "delete.id".into()),
        (10, "", Code::InvalidArgument, "action".into()),
    ];
    assert_eq!(why, expected);
    assert_eq!(server.ids().await, ["b", "c"]);
    assert_eq!(server.get("b").await.article.unwrap().body, "Second.");
}
