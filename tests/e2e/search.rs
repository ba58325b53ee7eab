//! `SearchService`.

use sayso::proto::{
    ArticleFilter, OffsetEncoding, SearchArticlesRequest, SearchQuotesRequest, SearchSentencesRequest,
    SearchSentencesResponse, google_type::Interval,
};

use crate::support::{STORY, Server, article, dated, identified, named};

async fn search(server: &Server, request: SearchSentencesRequest) -> SearchSentencesResponse {
    server.search().await.search_sentences(request).await.unwrap().into_inner()
}

fn query(words: &str) -> SearchSentencesRequest {
    SearchSentencesRequest { query: words.into(), ..SearchSentencesRequest::default() }
}

#[tokio::test]
async fn one_string_finds_sentences_with_highlights_and_metadata() {
    let server = Server::start();
    server.put(dated("harbour", "Veld Courier", "2026-03-02", STORY)).await;
    for words in ["crane", "CRANES", "\"cranes are\"", "cran*", "cranez~1", "safe AND cranes", "+cranes -minister"] {
        let found = search(&server, query(words)).await;
        assert_eq!(found.hits.len(), 1, "{words}");
        let hit = &found.hits[0];
        let sentence = hit.sentence.as_ref().unwrap();
        assert!(sentence.text.starts_with("“The cranes are safe,”"), "{words}: {}", sentence.text);
        let info = hit.article.as_ref().unwrap();
        assert_eq!((info.id.as_str(), info.outlet.as_str()), ("harbour", "Veld Courier"));
        let shown = &hit.highlights[0];
        let (inside, whole) = (shown.text_span.unwrap(), shown.span.unwrap());
        assert_eq!(sentence.text[inside.start as usize..inside.end as usize], shown.text, "{words}");
        assert_eq!(STORY[whole.start as usize..whole.end as usize], shown.text, "{words}");
    }
}

#[tokio::test]
async fn offsets_count_in_the_unit_asked_for() {
    let server = Server::start();
    let body = "“Größe 😀 zählt,” sagte Lind.";
    server.put(article("units", body)).await;
    let encodings = [OffsetEncoding::Utf8, OffsetEncoding::Utf16, OffsetEncoding::Utf32];
    let starts = [body.find("zählt").unwrap(), 10, 9];
    for (encoding, start) in encodings.into_iter().zip(starts) {
        let request = SearchSentencesRequest { offset_encoding: encoding.into(), ..query("zählt") };
        let found = search(&server, request).await;
        assert_eq!(found.hits[0].highlights[0].span.unwrap().start as usize, start, "{encoding:?}");
    }
}

#[tokio::test]
async fn pages_give_every_hit_once_in_every_order() {
    let server = Server::start();
    for n in 0..25 {
        let body =
            format!("Storm warning number {n} was issued. The storm in Sarnholm grew{}.", " and grew".repeat(n % 5));
        server.put(dated(&format!("s{n:02}"), "Wire", &format!("2026-02-{:02}", n % 9 + 1), &body)).await;
    }
    for order in ["relevance", "publish_time desc", "publish_time"] {
        let mut request = SearchSentencesRequest { page_size: 7, order_by: order.into(), ..query("storm") };
        let mut seen = Vec::new();
        loop {
            let page = search(&server, request.clone()).await;
            assert_eq!(page.total.unwrap().count, 50);
            seen.extend(page.hits.iter().map(|hit| hit.sentence.as_ref().unwrap().id.clone()));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((count, seen.len()), (50, 50), "{order}");
    }
}

#[tokio::test]
async fn filters_hold_together_with_the_query() {
    let server = Server::start();
    server.put(dated("one", "Veld Courier", "2026-03-02", STORY)).await;
    server.put(dated("two", "Sarn Post", "2026-04-02", STORY)).await;
    let ids = |found: SearchSentencesResponse| -> Vec<String> {
        found.hits.into_iter().map(|hit| hit.article.unwrap().id).collect()
    };
    let by = |filter: ArticleFilter| SearchSentencesRequest { filter: Some(filter), ..query("cranes") };
    let source = ArticleFilter { outlets: vec!["sarn post".into()], ..ArticleFilter::default() };
    assert_eq!(ids(search(&server, by(source)).await), ["two"]);
    let until = Some("2026-03-15T00:00:00Z".parse().unwrap());
    let publish_time = Some(Interval { start_time: None, end_time: until });
    let early = ArticleFilter { publish_time, ..ArticleFilter::default() };
    assert_eq!(ids(search(&server, by(early)).await), ["one"]);
    assert_eq!(ids(search(&server, query("cranes AND date:[2026-04-01 TO 2026-04-30]")).await), ["two"]);
    assert_eq!(ids(search(&server, query("cranes AND outlet:courier")).await), ["one"]);
    let lind = SearchSentencesRequest { mentions: vec![identified("person/ada-lind")], ..query("reporters") };
    assert_eq!(search(&server, lind).await.hits.len(), 2);
    let brandt = SearchSentencesRequest { mentions: vec![named("brandt")], ..query("reporters") };
    assert_eq!(search(&server, brandt).await.hits.len(), 0);
    let all = |mentions| SearchSentencesRequest { mentions, ..query("") };
    let both = all(vec![named("brandt"), named("veldmark"), identified("person/oskar-brandt")]);
    assert_eq!(search(&server, both).await.hits.len(), 2, "each must be mentioned");
    assert_eq!(search(&server, all(vec![named("brandt"), named("lind")])).await.hits.len(), 0);
}

#[tokio::test]
async fn all_words_are_required_on_request_and_pasted_text_is_no_fault() {
    let server = Server::start();
    let body = "The ferry sails to Sarnholm. The bridge to Sarnholm is shut.";
    server.put(article("roads", body)).await;
    let found = async |request: SearchSentencesRequest| search(&server, request).await.hits.len();
    assert_eq!(found(query("bridge sarnholm")).await, 2);
    assert_eq!(found(SearchSentencesRequest { all_words: true, ..query("bridge sarnholm") }).await, 1);
    let pasted = "is the \"bridge shut? https://veld.example/bridge?id=1";
    let error = server.search().await.search_sentences(query(pasted)).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::InvalidArgument);
    assert_eq!(found(SearchSentencesRequest { lenient: true, ..query(pasted) }).await, 2);
    for signs in ["🎉🎉", "…!", "\"🎉\""] {
        assert_eq!(found(SearchSentencesRequest { lenient: true, ..query(signs) }).await, 0, "{signs}");
        let quotes = SearchQuotesRequest { query: signs.into(), lenient: true, ..Default::default() };
        let quotes = server.quotes().await.search_quotes(quotes).await.unwrap().into_inner();
        let articles = SearchArticlesRequest { query: signs.into(), lenient: true, ..Default::default() };
        let articles = server.search().await.search_articles(articles).await.unwrap().into_inner();
        assert!(quotes.hits.is_empty() && articles.hits.is_empty(), "{signs}");
    }
}
