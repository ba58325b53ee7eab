//! Completions, why nothing was found, and more like this.

use sayso::proto::{
    EntityType, ListSimilarArticlesRequest, ListSimilarQuotesRequest, NoHits, SearchArticlesRequest,
    SearchQuotesRequest, SearchSentencesRequest, SuggestRequest, SuggestResponse,
};
use tonic::Code;

use crate::support::{STORY, Server, article, dated, field, named, reason};

async fn suggest(server: &Server, text: &str) -> SuggestResponse {
    let request = SuggestRequest { text: text.into(), ..SuggestRequest::default() };
    server.search().await.suggest(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn what_is_typed_goes_on_with_entities_and_headlines() {
    let server = Server::start_with(&["--analysis", "fast"]);
    for id in ["one", "two"] {
        let mut story = dated(id, "Veld Courier", "2026-03-02", STORY);
        story.title = format!("Harbour cranes are safe {id}");
        server.put(story).await;
    }
    let found = suggest(&server, "ada l").await;
    let first = &found.entities[0];
    assert_eq!((first.id.as_str(), first.name.as_str()), ("person/ada-lind", "Ada Lind"));
    assert_eq!((first.r#type, first.article_count), (EntityType::Person as i32, 2));
    let found = suggest(&server, "Harbour cr").await;
    assert_eq!((found.phrases[0].text.as_str(), found.phrases[0].headline_count), ("harbour cranes are safe", 2));
    assert_eq!(suggest(&server, "harbuor").await.phrases[0].headline_count, 2, "typing errors are allowed for");
    assert_eq!(suggest(&server, "").await, SuggestResponse::default());
    let negative = SuggestRequest { text: "a".into(), limit: -1, ..SuggestRequest::default() };
    assert_eq!(field(&server.search().await.suggest(negative).await.unwrap_err()), "limit");
}

async fn nothing(server: &Server, query: &str) -> NoHits {
    let request = SearchSentencesRequest { query: query.into(), ..SearchSentencesRequest::default() };
    let found = server.search().await.search_sentences(request).await.unwrap().into_inner();
    assert_eq!(found.total.unwrap().count, 0, "{query}");
    found.no_hits.unwrap()
}

#[tokio::test]
async fn a_search_that_finds_nothing_says_why_and_what_would_find_something() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(dated("a", "Veld Courier", "2026-03-02", STORY)).await;
    let told = nothing(&server, "text:cranse AND checked").await;
    assert_eq!(told.suggested_query, "", "never in one sentence");
    let told = nothing(&server, "safe AND \"the cranes\" AND craens").await;
    assert_eq!(told.suggested_query, "safe AND \"the cranes\" AND cranes");
    let only = &told.conditions[0];
    assert_eq!((only.field.as_str(), only.text.as_str(), only.matches_nothing), ("query", "craens", true));
    assert_eq!((only.total_without.unwrap().count, only.spellings[0].as_str()), (1, "cranes"));

    let quotes = SearchQuotesRequest { query: "addressee:officials".into(), ..SearchQuotesRequest::default() };
    let found = server.quotes().await.search_quotes(quotes).await.unwrap().into_inner();
    let told = found.no_hits.unwrap();
    assert_eq!(told.conditions[0].text, "addressee:\"officials\"");
    let quotes = SearchQuotesRequest { speakers: vec![named("Ada Lint")], ..SearchQuotesRequest::default() };
    let found = server.quotes().await.search_quotes(quotes).await.unwrap().into_inner();
    let told = found.no_hits.unwrap();
    assert_eq!((told.conditions[0].field.as_str(), told.conditions[0].spellings[0].as_str()), ("speakers", "Ada Lind"));

    let articles = SearchArticlesRequest { query: "safe AND craens".into(), ..SearchArticlesRequest::default() };
    let found = server.search().await.search_articles(articles.clone()).await.unwrap().into_inner();
    let told = found.no_hits.unwrap();
    assert_eq!((told.suggested_query.as_str(), told.conditions[0].text.as_str()), ("safe AND cranes", "craens"));
    let high = SearchArticlesRequest { query: "cranes".into(), min_score: 1e6, ..articles.clone() };
    let found = server.search().await.search_articles(high).await.unwrap().into_inner();
    let told = found.no_hits.unwrap();
    let only = &told.conditions[0];
    assert_eq!((only.field.as_str(), only.matches_nothing), ("min_score", false), "{told:?}");
    assert_eq!(only.total_without.unwrap().count, 1, "{told:?}");
    let some = SearchArticlesRequest { query: "cranes".into(), ..articles };
    assert_eq!(server.search().await.search_articles(some).await.unwrap().into_inner().no_hits, None);

    let found = SearchSentencesRequest { query: "cranes".into(), ..SearchSentencesRequest::default() };
    assert_eq!(server.search().await.search_sentences(found).await.unwrap().into_inner().no_hits, None);
    let never = SearchQuotesRequest { named_speaker: Some(false), min_speaker_confidence: 0.9, ..Default::default() };
    let refused = server.quotes().await.search_quotes(never).await.unwrap_err();
    assert_eq!((field(&refused).as_str(), reason(&refused).as_str()), ("min_speaker_confidence", "INVALID_FIELD"));
}

#[tokio::test]
async fn articles_and_quotes_have_their_like() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    server.put(article("b", &STORY.replace("Oskar Brandt", "Tove Marsk"))).await;
    server.put(article("c", "The council of Sarnholm passed its budget.")).await;
    let request = ListSimilarArticlesRequest { article_id: "a".into(), ..Default::default() };
    let found = server.search().await.list_similar_articles(request).await.unwrap().into_inner();
    assert_eq!(found.articles[0].article.as_ref().unwrap().id, "b");
    assert!(found.telling_words.iter().any(|word| word == "cranes"), "{:?}", found.telling_words);
    let quote = server.annotations("a").await.quotes[0].id.clone();
    let request = ListSimilarQuotesRequest { quote_id: quote.clone(), limit: 1, ..Default::default() };
    let found = server.quotes().await.list_similar_quotes(request).await.unwrap().into_inner();
    let like = found.hits[0].quote.as_ref().unwrap();
    assert_ne!(like.id, quote);
    assert_eq!(like.article.as_ref().unwrap().id, "b");

    let request = ListSimilarArticlesRequest { article_id: "none".into(), ..Default::default() };
    let missing = server.search().await.list_similar_articles(request).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    let request = ListSimilarQuotesRequest { quote_id: "none".into(), ..Default::default() };
    let wrong = server.quotes().await.list_similar_quotes(request).await.unwrap_err();
    assert_eq!(field(&wrong), "quote_id");
}
