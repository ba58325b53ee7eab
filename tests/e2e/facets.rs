//! Facets, fragments, and searches for articles, over the wire.

use sayso::proto::{
    ArticleFilter, CalendarInterval, Facet, FacetField, FacetRequest, SearchArticlesRequest, SearchArticlesResponse,
    SearchQuotesRequest, SearchSentencesRequest,
};
use tonic::{Code, Status};

use crate::support::{STORY, Server, article, dated, field};

fn by(field: FacetField) -> FacetRequest {
    FacetRequest { field: field.into(), ..FacetRequest::default() }
}

fn counts(facet: &Facet) -> Vec<(&str, i64)> {
    facet.values.iter().map(|value| (value.value.as_str(), value.count)).collect()
}

/// Two stories of different outlets and days, and a short text.
async fn server() -> Server {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(dated("one", "Veld Courier", "2026-03-02", STORY)).await;
    server.put(dated("two", "Sarn Post", "2026-04-02", STORY)).await;
    server.put(article("three", "The cranes stand still. A ferry waits.")).await;
    server
}

#[tokio::test]
async fn sentences_and_quotes_are_counted_on_the_first_page() {
    let server = server().await;
    let month = FacetRequest {
        interval: CalendarInterval::Month.into(),
        time_zone: "Europe/Berlin".into(),
        ..by(FacetField::PublishTime)
    };
    let facets = vec![by(FacetField::Outlet), by(FacetField::Entity), month];
    let mut request =
        SearchSentencesRequest { query: "cranes".into(), page_size: 1, facets, ..SearchSentencesRequest::default() };
    let first = server.search().await.search_sentences(request.clone()).await.unwrap().into_inner();
    let told = first.total.unwrap();
    assert_eq!((told.count, told.exact, first.hits.len()), (3, true, 1));
    assert_eq!(counts(&first.facets[0]), [("Sarn Post", 1), ("Veld Courier", 1)]);
    assert_eq!((first.facets[0].missing_count, first.facets[0].other_count), (1, 0));
    let lind = first.facets[1].values[0].entity.clone().unwrap();
    assert_eq!((lind.id.as_str(), lind.name.as_str()), ("person/ada-lind", "Ada Lind"));
    assert_eq!(counts(&first.facets[2]), [("2026-03", 1), ("2026-04", 1)]);
    // A period is the filter that finds what it counts.
    let publish_time = first.facets[2].values[0].period;
    assert_eq!(publish_time.unwrap().start_time.unwrap().to_string(), "2026-02-28T23:00:00Z");
    let filter = Some(ArticleFilter { publish_time, ..ArticleFilter::default() });
    let found = SearchSentencesRequest { filter, ..request.clone() };
    let found = server.search().await.search_sentences(found).await.unwrap().into_inner();
    assert_eq!(found.total.unwrap().count, 1);
    request.page_token = first.next_page_token;
    let second = server.search().await.search_sentences(request).await.unwrap().into_inner();
    assert_eq!((second.facets.len(), second.total.unwrap().count), (0, 3));

    let facets = vec![by(FacetField::Speaker), by(FacetField::Kind)];
    let quotes = SearchQuotesRequest { facets, page_size: 1, ..SearchQuotesRequest::default() };
    let quotes = server.quotes().await.search_quotes(quotes).await.unwrap().into_inner();
    assert_eq!(quotes.facets[0].values[0].value, "person/ada-lind");
    let kinds: i64 = quotes.facets[1].values.iter().map(|value| value.count).sum();
    assert_eq!(kinds, quotes.total.unwrap().count);
    let cues = SearchQuotesRequest { cues: vec!["tells".into()], ..SearchQuotesRequest::default() };
    let cues = server.quotes().await.search_quotes(cues).await.unwrap().into_inner().hits;
    assert!(!cues.is_empty() && cues.iter().all(|hit| hit.quote.as_ref().unwrap().cue_lemma == "tell"));
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_by_name() {
    let server = server().await;
    let label = FacetRequest { label_key: "No".into(), ..by(FacetField::Label) };
    let zone = FacetRequest { time_zone: "Veldmark/Port".into(), ..by(FacetField::PublishTime) };
    let cases = [
        (by(FacetField::Unspecified), "facets.field", "FACET_FIELD_OUTLET"),
        (FacetRequest { field: 99, ..FacetRequest::default() }, "facets.field", "FACET_FIELD_CUE"),
        (by(FacetField::Speaker), "facets.field", "no field of sentences"),
        (by(FacetField::Label), "facets.label_key", "which no label has"),
        (label, "facets.label_key", "which no label has"),
        (FacetRequest { label_key: "desk".into(), ..by(FacetField::Outlet) }, "facets.label_key", "leave it empty"),
        (FacetRequest { interval: 99, ..by(FacetField::PublishTime) }, "facets.interval", "CALENDAR_INTERVAL_WEEK"),
        (FacetRequest { interval: 1, ..by(FacetField::Outlet) }, "facets.interval", "PUBLISH_TIME"),
        (zone, "facets.time_zone", "Europe/Berlin"),
        (FacetRequest { limit: -1, ..by(FacetField::Outlet) }, "facets.limit", "negative"),
    ];
    for (facet, wrong, said) in cases {
        let request = SearchSentencesRequest { facets: vec![facet], ..SearchSentencesRequest::default() };
        let status = server.search().await.search_sentences(request).await.unwrap_err();
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, wrong), "{status}");
        assert!(status.message().contains(said), "{status}");
    }
}

async fn articles(server: &Server, request: SearchArticlesRequest) -> Result<SearchArticlesResponse, Status> {
    Ok(server.search().await.search_articles(request).await?.into_inner())
}

fn whole(query: &str) -> SearchArticlesRequest {
    SearchArticlesRequest { query: query.into(), ..SearchArticlesRequest::default() }
}

#[tokio::test]
async fn articles_are_found_by_words_of_different_sentences() {
    let server = server().await;
    let found = articles(&server, whole("cranes AND ferry")).await.unwrap();
    assert_eq!(found.hits.len(), 1);
    let hit = &found.hits[0];
    assert_eq!(hit.article.as_ref().unwrap().id, "three");
    let texts: Vec<_> = hit.sentences.iter().map(|one| one.sentence.as_ref().unwrap().text.as_str()).collect();
    assert_eq!((texts.len(), hit.other_sentence_count), (2, 0), "{texts:?}");
    assert!(hit.sentences.iter().all(|one| one.article.is_none() && one.highlights.len() == 1));
    // The headline is one of the places.
    let found = articles(&server, whole("title AND disgrace")).await.unwrap();
    assert_eq!(found.total.unwrap().count, 2);
    let marked = &found.hits[0].title_highlights[0];
    assert_eq!((marked.text.as_str(), marked.span, marked.text_span.unwrap().start), ("Title", None, 0));
    assert_eq!(articles(&server, whole("cranes -ferry")).await.unwrap().hits.len(), 2);

    let explained = SearchArticlesRequest { explain: true, sentences_per_article: 1, ..whole("cranes ferry") };
    let best = articles(&server, explained.clone()).await.unwrap().hits.remove(0);
    assert_eq!((best.sentences.len(), best.other_sentence_count), (1, 1));
    let explanation = best.explanation.unwrap();
    assert!((explanation.value - best.score).abs() < 1e-4, "{explanation:?}");
    assert!(explanation.parts[1].description.contains("ferry: in 1 of 2 sentences"), "{explanation:?}");
    let least = SearchArticlesRequest { min_score: best.score, ..whole("cranes ferry") };
    assert_eq!(articles(&server, least).await.unwrap().total.unwrap().count, 1);
}

#[tokio::test]
async fn pages_of_articles_hold_while_articles_come_and_time_passes() {
    let server = Server::start_with(&["--analysis", "fast"]);
    for n in 0..7 {
        server
            .put(dated(&format!("s{n}"), "Wire", &format!("2026-02-0{}", n + 1), "The storm grew. It was cold."))
            .await;
    }
    let half_life = Some(prost_types::Duration { seconds: 86_400, nanos: 0 });
    let filter = ArticleFilter {
        published_within: Some(prost_types::Duration { seconds: 3_000_000_000, nanos: 0 }),
        ..ArticleFilter::default()
    };
    let mut request = SearchArticlesRequest {
        half_life,
        filter: Some(filter),
        page_size: 3,
        facets: vec![by(FacetField::Outlet)],
        ..whole("storm cold")
    };
    let mut ids = Vec::new();
    loop {
        let page = articles(&server, request.clone()).await.unwrap();
        assert_eq!(page.total.unwrap().count, 7);
        assert_eq!(page.facets.len(), usize::from(ids.is_empty()));
        ids.extend(page.hits.into_iter().map(|hit| hit.article.unwrap().id));
        server.put(dated(&format!("new{}", ids.len()), "Wire", "2026-02-09", "The storm is over, and cold.")).await;
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(ids, ["s6", "s5", "s4", "s3", "s2", "s1", "s0"]);
}

#[tokio::test]
async fn fields_of_a_search_for_articles_are_checked() {
    let server = server().await;
    let none = Some(prost_types::Duration::default());
    let cases = [
        (SearchArticlesRequest { sentences_per_article: -1, ..whole("") }, "sentences_per_article"),
        (SearchArticlesRequest { min_score: -0.5, ..whole("") }, "min_score"),
        (SearchArticlesRequest { min_score: f32::NAN, ..whole("") }, "min_score"),
        (SearchArticlesRequest { half_life: none, ..whole("") }, "half_life"),
        (SearchArticlesRequest { fragment_characters: 19, ..whole("") }, "fragment_characters"),
        (SearchArticlesRequest { facets: vec![by(FacetField::Role)], ..whole("") }, "facets.field"),
        (whole("speaker:lind"), "query"),
    ];
    for (request, wrong) in cases {
        let status = articles(&server, request).await.unwrap_err();
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, wrong), "{status}");
    }
    // Without words, all articles: newest first, undated last.
    let all = articles(&server, whole("")).await.unwrap();
    let ids: Vec<_> = all.hits.iter().map(|hit| hit.article.as_ref().unwrap().id.as_str()).collect();
    assert_eq!(ids, ["two", "one", "three"]);
}

#[tokio::test]
async fn fragments_show_what_matched_of_long_texts() {
    let server = server().await;
    let request = SearchSentencesRequest {
        query: "disgrace title:title".into(),
        fragment_characters: 30,
        ..SearchSentencesRequest::default()
    };
    let hits = server.search().await.search_sentences(request).await.unwrap().into_inner().hits;
    let hit = hits.iter().find(|hit| !hit.highlights.is_empty()).unwrap();
    let part = hit.fragment.as_ref().unwrap();
    assert!(part.text.chars().count() <= 30 && part.text.starts_with('…'), "{part:?}");
    let marked = part.highlights[0];
    assert_eq!(&part.text[marked.start as usize..marked.end as usize], "disgrace");
    assert_eq!(hit.title_highlights[0].text, "Title");
    let quotes = SearchQuotesRequest { query: "cranes".into(), fragment_characters: 20, ..Default::default() };
    let quotes = server.quotes().await.search_quotes(quotes).await.unwrap().into_inner().hits;
    assert!(quotes[0].fragment.as_ref().unwrap().text.contains("cranes"), "{quotes:?}");
}
