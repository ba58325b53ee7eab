//! Page tokens over the wire: what they hold, when they end, and how large a page gets.

use prost::Message;
use sayso::proto::{
    Article, ArticleFilter, DeleteArticleRequest, GetServerInfoRequest, ListArticlesRequest, LookupEntitiesRequest,
    SearchSentencesRequest, SearchSentencesResponse, ServerLimits, server_service_client::ServerServiceClient,
};
use tonic::{Code, Status};

use crate::support::{Server, article, dated, field, named, reason};

fn query(words: &str) -> SearchSentencesRequest {
    SearchSentencesRequest { query: words.into(), page_size: 2, ..SearchSentencesRequest::default() }
}

async fn search(server: &Server, request: SearchSentencesRequest) -> Result<SearchSentencesResponse, Status> {
    Ok(server.search().await.search_sentences(request).await?.into_inner())
}

async fn limits(server: &Server) -> ServerLimits {
    let mut client = ServerServiceClient::new(server.channel().await);
    client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner().limits.unwrap()
}

async fn put_storms(server: &Server, range: std::ops::Range<usize>) {
    for n in range {
        let body = format!("The storm in Sarnholm grew{}.", " and grew".repeat(n % 5));
        server.put(dated(&format!("s{n:02}"), "Wire", &format!("2026-02-{:02}", n % 9 + 1), &body)).await;
    }
}

#[tokio::test]
async fn pages_are_those_of_the_first_whatever_is_written_meanwhile() {
    let server = Server::start_with(&["--analysis", "fast"]);
    put_storms(&server, 0..12).await;
    let whole = search(&server, SearchSentencesRequest { page_size: 100, ..query("storm") }).await.unwrap();
    let mut request = query("storm");
    let mut hits = Vec::new();
    for round in 0.. {
        let page = search(&server, request.clone()).await.unwrap();
        assert_eq!(page.total, whole.total);
        hits.extend(page.hits);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
        put_storms(&server, 12 + round..13 + round).await;
        let delete = DeleteArticleRequest { id: format!("s{round:02}"), ..DeleteArticleRequest::default() };
        server.articles().await.delete_article(delete).await.unwrap();
    }
    assert_eq!(hits, whole.hits);
}

#[tokio::test]
async fn a_token_that_is_too_old_or_of_a_server_that_ended_is_refused_in_words() {
    let mut server = Server::start_with(&["--analysis", "fast", "--page-token-lifetime", "1ns"]);
    assert_eq!(limits(&server).await.page_token_lifetime.map(|time| time.nanos), Some(1));
    put_storms(&server, 0..6).await;
    let page_token = search(&server, query("storm")).await.unwrap().next_page_token;
    let next = SearchSentencesRequest { page_token, ..query("storm") };
    assert!(search(&server, next.clone()).await.is_ok(), "nothing was written since");
    server.put(article("other", "Nothing of the kind.")).await;
    let old = search(&server, next).await.unwrap_err();
    let page_token = search(&server, query("storm")).await.unwrap().next_page_token;
    server.kill_and_restart();
    let ended = search(&server, SearchSentencesRequest { page_token, ..query("storm") }).await.unwrap_err();
    for status in [old, ended] {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "PAGE_TOKEN_EXPIRED"));
        assert_eq!(field(&status), "page_token");
        assert!(status.message().contains("start again with the first page"), "{}", status.message());
    }
}

#[tokio::test]
async fn totals_do_not_depend_on_the_size_of_the_page() {
    let server = Server::start_with(&["--analysis", "fast"]);
    put_storms(&server, 0..9).await;
    server.put(dated("x", "Veld Courier", "2026-02-01", "Calm.")).await;
    for page_size in [1, 5, 100] {
        let filter = ArticleFilter { outlets: vec!["wire".into()], ..ArticleFilter::default() };
        let request = ListArticlesRequest { page_size, filter: Some(filter), ..ListArticlesRequest::default() };
        let total = server.articles().await.list_articles(request).await.unwrap().into_inner().total.unwrap();
        assert_eq!((total.count, total.exact), (9, true), "{page_size}");
    }
}

#[tokio::test]
async fn a_page_ends_before_it_is_too_large_and_none_is_lost() {
    let server = Server::start_with(&["--analysis", "fast", "--max-reply", "8KiB"]);
    let most = limits(&server).await.reply_bytes as usize;
    assert_eq!(most, 8 << 10);
    for n in 0..12 {
        let body = format!("The storm {n} grew{}", " and grew".repeat(300));
        server.put(Article { title: "Storm".into(), ..article(&format!("s{n:02}"), &body) }).await;
    }
    let mut request = SearchSentencesRequest { page_size: 100, ..query("storm") };
    let (mut ids, mut pages) = (Vec::new(), 0);
    loop {
        let page = search(&server, request.clone()).await.unwrap();
        assert!(page.encoded_len() < most + 1_000 && !page.hits.is_empty());
        assert_eq!(page.total.unwrap().count, 12);
        ids.extend(page.hits.into_iter().map(|hit| hit.article.unwrap().id));
        pages += 1;
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 12);
    assert!((2..12).contains(&pages), "{pages} pages of hits of more than 1,000 bytes each");
}

#[tokio::test]
async fn costly_queries_are_refused_with_the_name_of_the_limit() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let most = limits(&server).await.query_expansions as usize;
    let words = |count: usize, sign: &str| (0..count).map(|n| format!("harbour{n}{sign} ")).collect::<String>();
    for sign in ["*", "~", "~2"] {
        assert!(search(&server, query(&words(most, sign))).await.is_ok());
        let status = search(&server, query(&words(most + 1, sign))).await.unwrap_err();
        assert_eq!(reason(&status), "LIMIT_EXCEEDED");
        assert!(
            status.message().contains("at most 64 words with a star, a question mark or a tilde"),
            "{}",
            status.message()
        );
    }
    let names = SearchSentencesRequest { mentions: vec![named("lind"); most + 1], ..query("") };
    let status = search(&server, names).await.unwrap_err();
    assert_eq!((reason(&status).as_str(), field(&status).as_str()), ("LIMIT_EXCEEDED", "mentions"));
    let name = LookupEntitiesRequest { name: words(most + 1, ""), ..LookupEntitiesRequest::default() };
    let status = server.entities().await.lookup_entities(name).await.unwrap_err();
    assert_eq!((reason(&status).as_str(), field(&status).as_str()), ("LIMIT_EXCEEDED", "name"));
}

#[tokio::test]
async fn a_query_of_signs_alone_is_told_that_it_has_no_words() {
    let server = Server::start_with(&["--analysis", "fast"]);
    for sign in ["+", "-", "+-", "\u{301}", "a+"] {
        let text = sign.repeat((64 << 10) / sign.len());
        match search(&server, query(&text)).await {
            Ok(found) => assert!(found.hits.is_empty(), "{sign:?}"),
            Err(status) => assert!(["QUERY_SYNTAX", "LIMIT_EXCEEDED"].contains(&reason(&status).as_str()), "{sign:?}"),
        }
    }
}
