//! Requests that cannot be answered as they stand: the right code, the right details, and a server that lives on.

use sayso::proto::{
    Article, ArticleFilter, DateRange, DeleteArticleRequest, EntitySelector, GetArticleRequest, GetEntityRequest,
    GetQuoteRequest, ListArticlesRequest, ListMentionsRequest, LookupEntitiesRequest, PutArticleRequest,
    SearchQuotesRequest, SearchSentencesRequest, google_type::Date,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::support::{STORY, Server, article, dated, field, named, reason};

async fn refused_search(server: &Server, request: SearchSentencesRequest) -> Status {
    server.search().await.search_sentences(request).await.unwrap_err()
}

async fn refused_put(server: &Server, article: Option<Article>) -> Status {
    let request = PutArticleRequest { article, ..PutArticleRequest::default() };
    server.articles().await.put_article(request).await.unwrap_err()
}

fn query(words: impl Into<String>) -> SearchSentencesRequest {
    SearchSentencesRequest { query: words.into(), ..SearchSentencesRequest::default() }
}

#[tokio::test]
async fn articles_that_cannot_be_kept() {
    let server = Server::start();
    let huge = "word ".repeat(1 << 18);
    let long_id = "x".repeat(257);
    let cases = [
        (None, "article", "INVALID_FIELD"),
        (Some(article("a", "")), "article.body", "INVALID_FIELD"),
        (Some(article("a", " \n\t ")), "article.body", "INVALID_FIELD"),
        (Some(article("a", &huge)), "article.body", "LIMIT_EXCEEDED"),
        (Some(article("a\nb", STORY)), "article.id", "INVALID_FIELD"),
        (Some(article(&long_id, STORY)), "article.id", "LIMIT_EXCEEDED"),
        (Some(Article { url: "u".repeat(70_000), ..article("a", STORY) }), "article", "LIMIT_EXCEEDED"),
    ];
    for (article, wrong, why) in cases {
        let status = refused_put(&server, article).await;
        assert_eq!(
            (status.code(), field(&status).as_str(), reason(&status).as_str()),
            (Code::InvalidArgument, wrong, why)
        );
        assert!(status.message().contains(wrong), "{}", status.message());
    }
    let late = prost_types::Timestamp { seconds: 1 << 60, nanos: 0 };
    let status = refused_put(&server, Some(Article { publish_time: Some(late), ..article("a", STORY) })).await;
    assert_eq!(field(&status), "article.publish_time");
    assert_eq!(server.put(article("a", STORY)).await.quote_count, 3, "the server lives on");
}

#[tokio::test]
async fn a_message_above_the_limit_is_refused_and_the_server_lives_on() {
    let server = Server::start_with(&["--max-message", "1MiB", "--max-body", "512KiB"]);
    let status = refused_put(&server, Some(article("a", &"word ".repeat(1 << 20)))).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "LIMIT_EXCEEDED"));
    assert_eq!(status.get_error_details().error_info().unwrap().metadata["limit"], "message_bytes");
    assert!(status.message().contains("message_bytes") && status.message().contains("1048576"), "{}", status.message());
    assert_eq!(server.put(article("a", STORY)).await.quote_count, 3);
}

#[tokio::test]
async fn queries_that_cannot_be_read_tell_where() {
    let server = Server::start();
    for (text, at) in [("say \"peace talks", 4), ("(storm", 0), ("storm AND", 9), ("colour:red", 0), ("date:soon", 5)] {
        let status = refused_search(&server, query(text)).await;
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "query"), "{text}");
        let details = status.get_error_details();
        let metadata = &details.error_info().unwrap().metadata;
        assert_eq!(metadata["position"], at.to_string(), "{text}: {}", status.message());
        assert!(!metadata["expected"].is_empty(), "{text}");
    }
    let clauses = (0..10_000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let status = refused_search(&server, query(clauses)).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "LIMIT_EXCEEDED"));
    assert!(status.message().contains("1024"), "{}", status.message());
    let status = refused_search(&server, query("x".repeat(100_000))).await;
    assert_eq!(reason(&status), "LIMIT_EXCEEDED");
    let nested = format!("{}storm{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(refused_search(&server, query(nested)).await.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn pages_that_do_not_exist() {
    let server = Server::start();
    for n in 0..4 {
        server.put(dated(&format!("a{n}"), "Wire", "2026-01-01", STORY)).await;
    }
    let status = refused_search(&server, SearchSentencesRequest { page_size: -1, ..query("cranes") }).await;
    assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "page_size"));
    for token in ["nonsense", "!!", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
        let status =
            refused_search(&server, SearchSentencesRequest { page_token: token.into(), ..query("cranes") }).await;
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "page_token"), "{token}");
    }
    let first = SearchSentencesRequest { page_size: 2, ..query("cranes") };
    let token = server.search().await.search_sentences(first.clone()).await.unwrap().into_inner().next_page_token;
    let changed = SearchSentencesRequest { page_token: token.clone(), ..query("port") };
    assert_eq!(reason(&refused_search(&server, changed).await), "PAGE_TOKEN_MISMATCH");
    for at in 0..token.len() {
        // As clients harm them: a sign changed, or the rest cut off.
        let mut changed = token.clone();
        changed.replace_range(at..=at, if token[at..].starts_with('A') { "B" } else { "A" });
        for harmed in [&changed, &token[..at]].into_iter().filter(|harmed| !harmed.is_empty()) {
            let status =
                refused_search(&server, SearchSentencesRequest { page_token: harmed.into(), ..first.clone() }).await;
            assert_eq!(reason(&status), "PAGE_TOKEN_INVALID", "{harmed}, of {token}");
        }
    }
    let smaller = SearchSentencesRequest { page_token: token, page_size: 1, ..first };
    assert_eq!(server.search().await.search_sentences(smaller).await.unwrap().into_inner().hits.len(), 1);
    let more = SearchSentencesRequest { page_size: 1_000_000, ..query("cranes") };
    assert_eq!(
        server.search().await.search_sentences(more).await.unwrap().into_inner().hits.len(),
        4,
        "above the limit: the limit"
    );
}

#[tokio::test]
async fn things_that_do_not_exist() {
    let server = Server::start();
    let missing = "missing".to_owned();
    let mut articles = server.articles().await;
    let get = GetArticleRequest { id: missing.clone(), ..GetArticleRequest::default() };
    let delete = DeleteArticleRequest { id: missing.clone(), ..DeleteArticleRequest::default() };
    let quote = GetQuoteRequest { id: "missing#q0-9-00000000".into(), ..GetQuoteRequest::default() };
    let entity = GetEntityRequest { id: "person/missing".into(), ..Default::default() };
    let statuses = [
        articles.get_article(get).await.unwrap_err(),
        articles.delete_article(delete).await.unwrap_err(),
        server.quotes().await.get_quote(quote).await.unwrap_err(),
        server.entities().await.get_entity(entity).await.unwrap_err(),
    ];
    for status in statuses {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "NOT_FOUND"));
        let details = status.get_error_details();
        let resource = details.resource_info().unwrap();
        assert!(resource.resource_name.contains("missing"), "{resource:?}");
    }
}

#[tokio::test]
async fn fields_that_hold_nonsense() {
    let server = Server::start();
    let mut quotes = server.quotes().await;
    let no_day = Some(DateRange { start_date: Some(Date::default()), end_date: None });
    let nonsense = [
        (SearchQuotesRequest { kinds: vec![99], ..SearchQuotesRequest::default() }, "kinds"),
        (SearchQuotesRequest { min_confidence: f32::NAN, ..SearchQuotesRequest::default() }, "min_confidence"),
        (
            SearchQuotesRequest { min_speaker_confidence: 1.5, ..SearchQuotesRequest::default() },
            "min_speaker_confidence",
        ),
        (SearchQuotesRequest { speakers: vec![named("“”")], ..SearchQuotesRequest::default() }, "speakers.name"),
        (SearchQuotesRequest { about: vec![EntitySelector::default()], ..SearchQuotesRequest::default() }, "about"),
        (SearchQuotesRequest { said_dates: no_day, ..SearchQuotesRequest::default() }, "said_dates.start_date"),
        (SearchQuotesRequest { order_by: "newest".into(), ..SearchQuotesRequest::default() }, "order_by"),
        (SearchQuotesRequest { offset_encoding: 9, ..SearchQuotesRequest::default() }, "offset_encoding"),
    ];
    for (request, wrong) in nonsense {
        let status = quotes.search_quotes(request).await.unwrap_err();
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, wrong));
    }
    let ids = ArticleFilter { article_ids: vec!["a".into(); 1001], ..ArticleFilter::default() };
    let list = ListArticlesRequest { filter: Some(ids), ..ListArticlesRequest::default() };
    let status = server.articles().await.list_articles(list).await.unwrap_err();
    assert_eq!((field(&status).as_str(), reason(&status).as_str()), ("filter.article_ids", "LIMIT_EXCEEDED"));
    server.put(article("a", STORY)).await;
    for id in [
        "no index",
        "a#q",
        "a#q0",
        "a#q-1",
        "a#q0-9",
        "a#q+0-9-00000000",
        "a#q00-9-00000000",
        "a#q0-9-00000000 ",
        "a#s0-9-00000000",
    ] {
        let quote = GetQuoteRequest { id: id.into(), ..GetQuoteRequest::default() };
        assert_eq!(field(&quotes.get_quote(quote).await.unwrap_err()), "id", "{id}");
    }
    for entity in ["", " ", "“”"] {
        let status =
            refused_search(&server, SearchSentencesRequest { mentions: vec![named(entity)], ..query("port") }).await;
        assert_eq!(field(&status), "mentions.name", "{entity:?}");
    }
    let long = LookupEntitiesRequest { name: "x".repeat(100_000), ..LookupEntitiesRequest::default() };
    assert_eq!(field(&server.entities().await.lookup_entities(long).await.unwrap_err()), "name");
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_told_as_such() {
    let server = Server::start_with(&["--search-timeout", "1ns"]);
    server.put(article("a", STORY)).await;
    let status = refused_search(&server, query("cranes")).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
}

/// Bytes of an error's details, which travel in a header, with a quarter more.
fn assert_fits_headers(status: &Status, what: &str) {
    assert_ne!(status.code(), Code::Ok, "{what}");
    assert!(status.message().len() <= 800, "{what}: a message of {} bytes", status.message().len());
    assert!(status.details().len() < 4096, "{what}: details of {} bytes", status.details().len());
}

#[tokio::test]
async fn whatever_is_too_long_is_refused_without_repeating_all_of_it() {
    let server = Server::start();
    let mut articles = server.articles().await;
    let (mut search, mut quotes, mut entities) =
        (server.search().await, server.quotes().await, server.entities().await);
    for long in ["x".repeat(3_000), "é".repeat(1 << 20), "\u{202e}\"".repeat(1 << 20)] {
        let id = || long.clone();
        let get = GetArticleRequest { id: id(), ..Default::default() };
        assert_fits_headers(&articles.get_article(get).await.unwrap_err(), "GetArticle");
        let delete = DeleteArticleRequest { id: id(), ..Default::default() };
        assert_fits_headers(&articles.delete_article(delete).await.unwrap_err(), "DeleteArticle");
        assert_fits_headers(&refused_put(&server, Some(article(&id(), STORY))).await, "PutArticle");
        let list = ListArticlesRequest { page_token: id(), ..Default::default() };
        assert_fits_headers(&articles.list_articles(list).await.unwrap_err(), "ListArticles");
        for id in [id(), format!("{long}#q1"), format!("a#q{long}")] {
            assert_fits_headers(
                &quotes.get_quote(GetQuoteRequest { id, ..Default::default() }).await.unwrap_err(),
                "GetQuote",
            );
        }
        for id in [id(), format!("person/{long}")] {
            let mentions = ListMentionsRequest { entity_id: id.clone(), ..Default::default() };
            if let Err(status) = entities.list_mentions(mentions).await {
                assert_fits_headers(&status, "ListMentions");
            }
            assert_fits_headers(
                &entities.get_entity(GetEntityRequest { id, ..Default::default() }).await.unwrap_err(),
                "GetEntity",
            );
        }
        for words in [format!("{long}:x"), format!("(\"{long}"), format!("date:{long}"), format!("outlet:{long} (")] {
            assert_fits_headers(&search.search_sentences(query(words)).await.unwrap_err(), "Search");
        }
        let token = SearchSentencesRequest { page_token: id(), ..query("cranes") };
        assert_fits_headers(&search.search_sentences(token).await.unwrap_err(), "Search by page");
    }
}

#[tokio::test]
async fn an_id_that_commands_what_shows_it_is_refused() {
    let server = Server::start();
    for id in ["a\u{202e}b", "a\u{2066}b", "a\u{9b}31m", "\u{200f}a", "a\u{2028}b", "a\tb"] {
        let status = refused_put(&server, Some(article(id, STORY))).await;
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, "article.id"), "{id:?}");
    }
    server.put(article("größe 東京 👩\u{200d}🚀", STORY)).await;
}
