//! `ArticleService.IngestArticles`.

use std::collections::BTreeMap;

use sayso::proto::{
    AnalysisMode, Article, ArticleChange, DeleteArticleRequest, IngestArticlesRequest, IngestArticlesResponse,
    SearchSentencesRequest, ingest_articles_request::Action, ingest_articles_response::Event,
};
use tonic::Code;

use crate::support::{STORY, Server, article, field, reason, status_of, to_put};

/// Sends all at once, ends the stream, and gathers the answers.
async fn ingest(server: &Server, articles: Vec<Article>) -> Vec<IngestArticlesResponse> {
    let requests = articles
        .into_iter()
        .enumerate()
        .map(|(at, article)| (at as i64 + 1, to_put(article, AnalysisMode::Unspecified)))
        .map(|(client_sequence, action)| IngestArticlesRequest { client_sequence, action });
    let mut client = server.articles().await;
    let stream = tokio_stream::iter(requests.collect::<Vec<_>>());
    let mut answers = client.ingest_articles(stream).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        all.push(answer);
    }
    all
}

#[tokio::test]
async fn each_article_is_answered_durable_then_searchable() {
    let server = Server::start();
    let articles = (0..40).map(|n| article(&format!("n{n}"), &format!("{STORY}Note {n}.")));
    let answers = ingest(&server, articles.collect()).await;
    let mut steps: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for answer in &answers {
        let step = match answer.event.as_ref().unwrap() {
            Event::Durable(_) => "durable",
            Event::Searchable(_) => "searchable",
            Event::Rejected(rejected) => panic!("{rejected:?}"),
            Event::Backoff(_) => continue,
        };
        steps.entry(answer.client_sequence).or_default().push(step);
    }
    assert_eq!(steps.len(), 40);
    assert!(steps.values().all(|order| order == &["durable", "searchable"]), "{steps:?}");
}

#[tokio::test]
async fn a_bad_article_is_rejected_and_the_stream_goes_on() {
    let server = Server::start();
    let huge = "word ".repeat(1 << 18);
    let articles =
        vec![article("good", STORY), article("empty", " \n"), article("huge", &huge), article("last", STORY)];
    let answers = ingest(&server, articles).await;
    let rejected: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer.event.as_ref().unwrap() {
            Event::Rejected(rejected) => Some((answer.client_sequence, rejected)),
            _ => None,
        })
        .collect();
    let told: Vec<_> = rejected.iter().map(|(at, why)| (*at, why.id.clone(), reason(&status_of(why)))).collect();
    let expected = [(2, "empty", "INVALID_FIELD"), (3, "huge", "LIMIT_EXCEEDED")];
    assert_eq!(told, expected.map(|(at, id, why)| (at, id.to_owned(), why.to_owned())));
    for (_, why) in rejected {
        let status = status_of(why);
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "put.article.body"));
        assert!(!why.retryable && status.message().contains("put.article.body"), "{status}");
    }
    let kept = |answer: &&IngestArticlesResponse| matches!(answer.event, Some(Event::Searchable(_)));
    assert_eq!(answers.iter().filter(kept).count(), 2);
}

#[tokio::test]
async fn of_two_with_one_id_the_later_stays() {
    let server = Server::start();
    // The first is long, so that its analysis takes longer than that of the second.
    let long = format!("{} The ferry Alder sank.", STORY.repeat(200));
    let answers = ingest(&server, vec![article("a", &long), article("a", "The ferry Birch sank.")]).await;
    let changes: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer.event.as_ref().unwrap() {
            Event::Durable(durable) => Some(durable.change()),
            _ => None,
        })
        .collect();
    assert_eq!(changes, [ArticleChange::Created, ArticleChange::Replaced]);
    let request = SearchSentencesRequest { query: "alder birch".into(), ..SearchSentencesRequest::default() };
    let hits = server.search().await.search_sentences(request).await.unwrap().into_inner().hits;
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].sentence.as_ref().unwrap().text, "The ferry Birch sank.");
}

/// Small frames cost the transport more than their bytes, and it ends connections on which too many wait.
#[tokio::test]
async fn as_many_of_the_smallest_requests_as_a_client_can_send_are_all_answered() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let requests = (1..=12_000).map(|client_sequence| {
        let delete = DeleteArticleRequest { id: "x".into(), allow_missing: true, ..Default::default() };
        IngestArticlesRequest { client_sequence, action: Some(Action::Delete(delete)) }
    });
    let mut client = server.articles().await;
    let mut answers = client.ingest_articles(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let mut durable = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        durable += usize::from(matches!(answer.event, Some(Event::Durable(_))));
    }
    assert_eq!(durable, 12_000);
}
