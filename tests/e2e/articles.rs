//! `ArticleService`: put, get, list, replace, delete.

use sayso::proto::{
    Article, ArticleChange, DeleteArticleRequest, GetArticleRequest, GetServerInfoRequest, ListArticlesRequest,
    ListMentionsRequest, LookupEntitiesRequest, Mention, PutArticleRequest, SearchQuotesRequest,
    SearchSentencesRequest, server_service_client::ServerServiceClient,
};
use tonic::Code;

use crate::support::{STORY, Server, article, dated, field, named};

#[tokio::test]
async fn an_article_comes_back_as_it_was_put_with_what_was_found() {
    let server = Server::start();
    let put = server.put(dated("harbour", "Veld Courier", "2026-03-02", STORY)).await;
    assert_eq!((put.id.as_str(), put.change()), ("harbour", ArticleChange::Created));
    assert_eq!((put.sentence_count, put.quote_count), (4, 3));
    let request = GetArticleRequest { id: "harbour".into(), ..GetArticleRequest::default() };
    let got = server.articles().await.get_article(request).await.unwrap().into_inner();
    let (article, found) = (got.article.unwrap(), got.annotations.unwrap());
    assert_eq!((article.body.as_str(), article.outlet.as_str()), (STORY, "Veld Courier"));
    assert_eq!(found.sentences.len(), 4);
    let lind = found.entities.iter().find(|entity| entity.name == "Ada Lind").expect("Ada Lind is found");
    assert_eq!(lind.titles[0].text, "Harbour Commissioner");
    let of_lind = |mention: &&Mention| mention.entity.as_ref().is_some_and(|entity| entity.id == lind.id);
    let mentions: Vec<_> = found.mentions.iter().filter(of_lind).collect();
    assert!(mentions.len() >= 2, "full name and surname: {mentions:?}");
    for quote in &found.quotes {
        let span = quote.content_spans[0];
        assert!(STORY.is_char_boundary(span.start as usize) && span.end as usize <= STORY.len());
    }
}

#[tokio::test]
async fn two_addresses_with_one_text_are_two_articles() {
    let server = Server::start();
    let at = |url: &str| Article { url: url.into(), ..article("", STORY) };
    let one = server.put(at("https://courier.example/1")).await;
    let two = server.put(at("https://courier.example/2")).await;
    assert_eq!((one.change(), two.change()), (ArticleChange::Created, ArticleChange::Created));
    assert_ne!(one.id, two.id);
    assert_eq!(server.put(at("https://courier.example/1")).await.change(), ArticleChange::Unchanged);
}

#[tokio::test]
async fn the_same_again_changes_nothing_and_without_id_a_digest_names_it() {
    let server = Server::start();
    let first = server.put(article("", STORY)).await;
    let again = server.put(article("", STORY)).await;
    assert_eq!(first.id.len(), 32, "{}", first.id);
    assert_eq!((again.id.as_str(), again.change()), (first.id.as_str(), ArticleChange::Unchanged));
    assert_eq!((again.revision, again.etag), (first.revision, first.etag));
}

#[tokio::test]
async fn lists_newest_first_and_pages_through_all() {
    let server = Server::start();
    for day in 1..=7 {
        server.put(dated(&format!("a{day}"), "Veld Courier", &format!("2026-05-0{day}"), STORY)).await;
    }
    server.put(article("undated", STORY)).await;
    let mut client = server.articles().await;
    let mut ids = Vec::new();
    let mut request = ListArticlesRequest { page_size: 3, ..ListArticlesRequest::default() };
    loop {
        let page = client.list_articles(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.total.unwrap().count, 8);
        ids.extend(page.articles.into_iter().map(|one| one.article.unwrap().id));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(ids, ["a7", "a6", "a5", "a4", "a3", "a2", "a1", "undated"]);
}

#[tokio::test]
async fn lists_in_each_order_with_those_without_a_time_last() {
    let server = Server::start_with(&["--analysis", "fast"]);
    for (id, day) in [("a", "2026-05-02"), ("b", "2026-05-03"), ("c", "2026-05-01")] {
        server.put(dated(id, "Veld Courier", day, STORY)).await;
    }
    server.put(article("d", STORY)).await;
    server.put(Article { title: "Another".into(), ..dated("a", "Veld Courier", "2026-05-02", STORY) }).await;
    let cases = [
        ("", "bacd"),
        ("publish_time desc", "bacd"),
        ("publish_time", "cabd"),
        ("update_time", "bcda"),
        ("update_time desc", "adcb"),
    ];
    for (order_by, expected) in cases {
        let mut request = ListArticlesRequest { order_by: order_by.into(), page_size: 1, ..Default::default() };
        let mut ids = String::new();
        loop {
            let page = server.articles().await.list_articles(request.clone()).await.unwrap().into_inner();
            ids.extend(page.articles.into_iter().map(|one| one.article.unwrap().id));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(ids, expected, "{order_by}");
    }
}

/// What every read tells of one article, to see that all change at the same moment.
async fn seen(server: &Server) -> (usize, usize, usize, i64, i64, usize) {
    let search = SearchSentencesRequest { query: "cranes".into(), ..SearchSentencesRequest::default() };
    let sentences = server.search().await.search_sentences(search).await.unwrap().into_inner().hits.len();
    let spoken = SearchQuotesRequest { speakers: vec![named("lind")], ..SearchQuotesRequest::default() };
    let quotes = server.quotes().await.search_quotes(spoken).await.unwrap().into_inner().hits.len();
    let lookup = LookupEntitiesRequest { name: "Ada Lind".into(), ..LookupEntitiesRequest::default() };
    let entities = server.entities().await.lookup_entities(lookup).await.unwrap().into_inner().hits;
    let mentions = ListMentionsRequest { entity_id: "person/ada-lind".into(), ..ListMentionsRequest::default() };
    let mentions = server.entities().await.list_mentions(mentions).await;
    let mentions = mentions.map(|page| page.into_inner().hits.len()).unwrap_or(0);
    let info = ServerServiceClient::new(server.channel().await).get_server_info(GetServerInfoRequest::default()).await;
    let counts = info.unwrap().into_inner().counts.unwrap();
    (sentences, quotes, entities.len(), counts.article_count, counts.entity_count, mentions)
}

#[tokio::test]
async fn replacing_and_deleting_show_everywhere_at_once() {
    let server = Server::start();
    assert_eq!(seen(&server).await, (0, 0, 0, 0, 0, 0));
    server.put(article("a", STORY)).await;
    let before = seen(&server).await;
    assert!(before.0 == 1 && before.1 >= 2 && before.2 == 1 && before.3 == 1 && before.5 >= 2, "{before:?}");
    let other = "Chief Engineer Tove Marsk said the tunnel under Sarnholm was dry.";
    assert_eq!(server.put(article("a", other)).await.change(), ArticleChange::Replaced);
    let after = seen(&server).await;
    assert_eq!((after.0, after.1, after.2, after.3, after.5), (0, 0, 0, 1, 0));
    let delete = DeleteArticleRequest { id: "a".into(), ..DeleteArticleRequest::default() };
    server.articles().await.delete_article(delete.clone()).await.unwrap();
    assert_eq!(seen(&server).await, (0, 0, 0, 0, 0, 0));
    let again = server.articles().await.delete_article(delete).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);
}

#[tokio::test]
async fn the_old_text_goes_at_the_moment_that_the_new_one_comes() {
    let server = Server::start();
    let texts = ["The ferry Alder sank, Ada Lind said.", "The ferry Birch sank, Tove Marsk said."];
    server.put(article("ferry", texts[0])).await;
    let address = server.articles().await;
    let writer = tokio::spawn(async move {
        let mut client = address;
        for turn in 1..=20 {
            let article = Some(article("ferry", texts[turn % 2]));
            let request = PutArticleRequest { article, wait_for: 1, ..PutArticleRequest::default() };
            client.put_article(request).await.unwrap();
        }
    });
    let mut client = server.search().await;
    while !writer.is_finished() {
        let request = SearchSentencesRequest { query: "alder birch".into(), ..SearchSentencesRequest::default() };
        let hits = client.search_sentences(request).await.unwrap().into_inner().hits;
        assert_eq!(hits.len(), 1, "either text, never both, never none");
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn a_day_and_a_moment_of_publication_must_be_the_same_somewhere_on_earth() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let put = |day| {
        let publish_date = Some(sayso::proto::google_type::Date { year: 2026, month: 3, day });
        let publish_time = Some(prost_types::Timestamp { seconds: 1_772_546_700, nanos: 0 });
        PutArticleRequest {
            article: Some(Article { publish_date, publish_time, ..article("dated", STORY) }),
            ..Default::default()
        }
    };
    let mut client = server.articles().await;
    for day in [2, 3, 4] {
        client.put_article(put(day)).await.unwrap();
    }
    for day in [1, 5] {
        let status = client.put_article(put(day)).await.unwrap_err();
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "article.publish_date"));
    }
}
