//! When something was said, roles, and the language of a text: from the article to every service.

use sayso::proto::{
    AnalyzeRequest, Annotations, Article, ArticleChange, DateRange, GetArticleRequest, PutArticleRequest,
    SearchQuotesRequest, SearchSentencesRequest, analyze_service_client::AnalyzeServiceClient, google_type::Date,
};
use tonic::Code;

use crate::support::{Server, article, dated, field};

/// Of a Wednesday.
const TALKS: &str = "Norwegian Fisheries Minister Ada Lind told the Harbour Union on Monday that the quota would fall.\n\n\
    Oskar Brandt, president of the Harbour Union, said last month that crews were leaving Norway.\n\n\
    Brandt would say nothing else. “We will wait,” he said.\n";

fn day(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}

/// From the first day to before the second.
fn days(start: Date, end: Date) -> Option<DateRange> {
    Some(DateRange { start_date: Some(start), end_date: Some(end) })
}

async fn annotations(server: &Server, id: &str) -> Annotations {
    let request = GetArticleRequest { id: id.into(), ..GetArticleRequest::default() };
    server.articles().await.get_article(request).await.unwrap().into_inner().annotations.unwrap()
}

#[tokio::test]
async fn quotes_are_dated_and_found_by_date() {
    let server = Server::start();
    server.put(dated("talks", "Veld Courier", "2026-03-04", TALKS)).await;
    let find = |from: Option<Date>, until: Option<Date>| {
        let said_dates = Some(DateRange { start_date: from, end_date: until });
        let request = SearchQuotesRequest { said_dates, ..SearchQuotesRequest::default() };
        let server = &server;
        async move {
            let hits = server.quotes().await.search_quotes(request).await.unwrap().into_inner().hits;
            hits.into_iter().map(|hit| hit.quote.unwrap()).collect::<Vec<_>>()
        }
    };
    let monday = find(Some(day(2026, 3, 1)), None).await;
    assert_eq!(monday.len(), 1);
    assert_eq!(monday[0].time_expression.as_ref().unwrap().text, "on Monday");
    assert_eq!(monday[0].said_dates, days(day(2026, 3, 2), day(2026, 3, 3)));
    let february = find(None, Some(day(2026, 2, 2))).await;
    assert_eq!(february.len(), 1);
    assert_eq!(february[0].said_dates, days(day(2026, 2, 1), day(2026, 3, 1)));
    assert!(find(Some(day(2026, 3, 3)), None).await.is_empty());

    // Another day of publication makes another day of the same words.
    server.put(dated("talks", "Veld Courier", "2026-03-11", TALKS)).await;
    let moved = find(Some(day(2026, 3, 1)), None).await;
    assert_eq!(moved[0].said_dates, days(day(2026, 3, 9), day(2026, 3, 10)));
    let got = annotations(&server, "talks").await;
    assert_eq!(got.quotes.iter().filter(|quote| quote.said_dates.is_some()).count(), 2);
    assert_eq!(got.language_code, "en");
}

#[tokio::test]
async fn a_text_counts_from_the_day_that_comes_with_it() {
    let server = Server::start();
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let request = |publish_date| AnalyzeRequest { text: TALKS.into(), publish_date, ..AnalyzeRequest::default() };
    let undated = client.analyze(request(None)).await.unwrap().into_inner().annotations.unwrap();
    assert!(undated.quotes.iter().all(|quote| quote.said_dates.is_none()));
    let found = client.analyze(request(Some(day(2026, 3, 4)))).await.unwrap().into_inner().annotations.unwrap();
    assert_eq!(found.quotes[0].said_dates, days(day(2026, 3, 2), day(2026, 3, 3)));
    let status = client.analyze(request(Some(day(2026, 2, 30)))).await.unwrap_err();
    assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "publish_date"));
}

/// Of an evening west of Greenwich: half past one of 4 March in UTC.
const EVENING: &str = "2026-03-04T01:30:00Z";

#[tokio::test]
async fn words_of_time_count_from_the_day_where_the_outlet_is() {
    let server = Server::start();
    let body = "Ada Lind said today that the quota would fall.";
    let told = |publish_date| Article {
        publish_time: Some(EVENING.parse().unwrap()),
        publish_date,
        outlet: "Veld Courier".into(),
        ..article("evening", body)
    };
    let said = async |server: &Server| server.annotations("evening").await.quotes[0].said_dates;
    server.put(told(None)).await;
    assert_eq!(said(&server).await, days(day(2026, 3, 4), day(2026, 3, 5)));

    // Only the day changed: the article is read again, and counts from it.
    let put = server.put(told(Some(day(2026, 3, 3)))).await;
    assert_eq!(put.change(), ArticleChange::Replaced);
    assert_eq!(said(&server).await, days(day(2026, 3, 3), day(2026, 3, 4)));
    assert_eq!(server.put(told(Some(day(2026, 3, 3)))).await.change(), ArticleChange::Unchanged);

    let request = GetArticleRequest { id: "evening".into(), ..GetArticleRequest::default() };
    let kept = server.articles().await.get_article(request).await.unwrap().into_inner().article.unwrap();
    assert_eq!(kept.publish_date, Some(day(2026, 3, 3)));
    let hits = server.quotes().await.search_quotes(SearchQuotesRequest::default()).await.unwrap().into_inner().hits;
    assert_eq!(hits[0].quote.as_ref().unwrap().article.as_ref().unwrap().publish_date, Some(day(2026, 3, 3)));
    let request = PutArticleRequest { article: Some(told(Some(day(2026, 2, 30)))), ..PutArticleRequest::default() };
    let status = server.articles().await.put_article(request).await.unwrap_err();
    assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "article.publish_date"));
}

#[tokio::test]
async fn titles_tell_body_and_country() {
    let server = Server::start();
    server.put(dated("talks", "Veld Courier", "2026-03-04", TALKS)).await;
    let entities = annotations(&server, "talks").await.entities;
    let roles = |name: &str| entities.iter().find(|entity| entity.name == name).unwrap().roles.clone();
    let minister = &roles("Ada Lind")[0];
    assert_eq!(
        (minister.title.as_str(), minister.role.as_str()),
        ("Norwegian Fisheries Minister", "Fisheries Minister")
    );
    assert_eq!(minister.country.as_ref().unwrap().id, "place/norway");
    assert_eq!(minister.organization, None);
    let president = &roles("Oskar Brandt")[0];
    assert_eq!(president.role, "president");
    assert_eq!(president.organization.as_ref().unwrap().name, "Harbour Union");
}

#[tokio::test]
async fn a_day_without_a_moment_is_found_by_date() {
    let server = Server::start();
    server.put(Article { publish_date: Some(day(2026, 3, 3)), ..article("talks", TALKS) }).await;
    for (query, found) in
        [("quota AND date:2026-03-03", 1), ("quota AND date:2026-03-04", 0), ("quota AND date:>=2026-03", 1)]
    {
        let request = SearchSentencesRequest { query: query.into(), ..SearchSentencesRequest::default() };
        let hits = server.search().await.search_sentences(request).await.unwrap().into_inner().hits;
        assert_eq!(hits.len(), found, "{query}");
    }
}
