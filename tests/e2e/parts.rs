//! Articles that do not fit one answer: read in parts, which put together are the whole.

use std::{collections::BTreeSet, time::Duration};

use prost::Message;
use sayso::proto::{
    AnalysisMode, AnalysisTier, Article, DeleteArticleRequest, GetArticleRequest, GetArticleResponse, OffsetEncoding,
    ReanalyzeArticlesRequest, SearchQuotesRequest, SearchSentencesRequest,
};
use tonic::{Code, Request, Status};

use crate::support::{STORY, Server, article, dated, field, reason};

/// What clients accept unless they are told otherwise, in bytes.
const CLIENT_BYTES: usize = 4 << 20;

fn get(id: &str) -> GetArticleRequest {
    GetArticleRequest { id: id.to_owned(), ..GetArticleRequest::default() }
}

fn masked(paths: &[&str], request: GetArticleRequest) -> GetArticleRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    GetArticleRequest { read_mask: Some(prost_types::FieldMask { paths }), ..request }
}

async fn part(server: &Server, request: GetArticleRequest) -> Result<GetArticleResponse, Status> {
    let mut request = Request::new(request);
    request.set_timeout(Duration::from_secs(300));
    Ok(server.articles().await.get_article(request).await?.into_inner())
}

/// All parts, one after the other.
async fn parts(server: &Server, mut request: GetArticleRequest) -> Vec<GetArticleResponse> {
    let mut parts = Vec::new();
    loop {
        let part = part(server, request.clone()).await.unwrap();
        request.page_token.clone_from(&part.next_page_token);
        parts.push(part);
        if request.page_token.is_empty() {
            return parts;
        }
    }
}

/// The whole, as the parts' comments tell how to put it together.
fn joined(parts: Vec<GetArticleResponse>) -> GetArticleResponse {
    let mut parts = parts.into_iter();
    let mut whole = GetArticleResponse { next_page_token: String::new(), ..parts.next().unwrap() };
    for part in parts {
        if let Some(piece) = part.article {
            let all = whole.article.as_mut().unwrap();
            let bare = Article { id: all.id.clone(), body: piece.body.clone(), ..Article::default() };
            assert_eq!(piece, bare, "a part that goes on with the body has nothing else");
            all.body.push_str(&piece.body);
        }
        let Some(next) = part.annotations else { continue };
        let all = whole.annotations.get_or_insert_default();
        (all.model, all.tier, all.language_code) = (next.model, next.tier, next.language_code);
        all.sentences.extend(next.sentences);
        all.entities.extend(next.entities);
        all.mentions.extend(next.mentions);
        all.quotes.extend(next.quotes);
    }
    whole
}

/// A text of which there is much to tell, with signs of one to four bytes, and a long gap of three bytes each.
fn text(stories: usize, gap: usize) -> String {
    let mut text = format!("{STORY}“Größe 😀 zählt,” said Ada Lind.\n\n").repeat(stories);
    text.insert_str(STORY.len(), &"\u{2003}".repeat(gap));
    text
}

async fn put(server: &Server, article: Article) {
    let article = Some(article);
    let analysis_mode = AnalysisMode::Fast.into();
    let mut request = Request::new(sayso::proto::PutArticleRequest { article, analysis_mode, ..Default::default() });
    request.set_timeout(Duration::from_secs(600));
    server.articles().await.put_article(request).await.unwrap();
}

const ROOMY: [&str; 4] = ["--max-body", "16MiB", "--max-message", "17MiB"];

#[tokio::test]
async fn a_long_article_reaches_a_client_of_default_limits_whole() {
    let mut server = Server::start_with(&ROOMY);
    let body = text(500, 2 << 20);
    put(&server, dated("long", "Veld Courier", "2026-03-02", &body)).await;
    let most = server.info().await.limits.unwrap().reply_bytes as usize;
    assert!(body.len() > most && most < CLIENT_BYTES);
    let mut in_parts = Vec::new();
    let encodings = [OffsetEncoding::Utf8, OffsetEncoding::Utf16, OffsetEncoding::Utf32];
    for encoding in encodings {
        let request = GetArticleRequest { offset_encoding: encoding.into(), ..get("long") };
        let parts = parts(&server, request).await;
        assert!(parts.len() > 2, "{} parts", parts.len());
        for (at, part) in parts.iter().enumerate() {
            let bytes = part.encoded_len() - part.next_page_token.len();
            assert!(bytes <= most + 64, "part {at} has {bytes} bytes");
        }
        in_parts.push(joined(parts));
    }
    server.restart_with(&[&ROOMY[..], &["--max-reply", "512MiB", "--max-answer", "1GiB"]].concat());
    for (encoding, joined) in encodings.into_iter().zip(in_parts) {
        let request = GetArticleRequest { offset_encoding: encoding.into(), ..get("long") };
        let mut client = server.articles().await.max_decoding_message_size(1 << 30);
        let whole = client.get_article(request).await.unwrap().into_inner();
        assert!(whole.encoded_len() > CLIENT_BYTES && whole.next_page_token.is_empty());
        assert_eq!(whole.article.as_ref().unwrap().body, body);
        // Not assert_eq: it would print megabytes.
        assert!(whole == joined, "{encoding:?}: the parts together are not the whole");
    }
}

#[tokio::test]
async fn however_little_fits_a_part_there_is_an_end() {
    let mut server = Server::start_with(&["--max-reply", "1KiB"]);
    put(&server, dated("small", "Veld Courier", "2026-03-02", &text(4, 40))).await;
    let all = parts(&server, get("small")).await;
    let most = 1 << 10;
    for part in &all {
        let items = part.annotations.as_ref().map_or(0, |found| {
            found.sentences.len() + found.entities.len() + found.mentions.len() + found.quotes.len()
        });
        let bytes = part.encoded_len() - part.next_page_token.len();
        assert!(bytes <= most + 64 || items == 1, "{items} items in {bytes} bytes");
        assert!(items > 0 || part.article.is_some(), "a part with nothing in it");
    }
    assert!((10..1000).contains(&all.len()), "{} parts", all.len());
    let quotes = parts(&server, masked(&["annotations.quotes"], get("small"))).await;
    let small = joined(all);
    server.restart_with(&[]);
    let whole = part(&server, get("small")).await.unwrap();
    assert_eq!(small, whole);
    assert_eq!(joined(quotes).annotations.unwrap().quotes, whole.annotations.unwrap().quotes);
}

#[tokio::test]
async fn a_mask_leaves_out_what_would_make_parts() {
    let server = Server::start_with(&["--max-reply", "16KiB"]);
    put(&server, dated("a", "Veld Courier", "2026-03-02", &text(60, 0))).await;
    let whole = joined(parts(&server, get("a")).await);
    let found = whole.annotations.clone().unwrap();
    let quotes = parts(&server, masked(&["article.title", "annotations.quotes.text"], get("a"))).await;
    for (at, part) in quotes.iter().enumerate() {
        let article = (at == 0).then(|| Article { title: "Title of a".into(), ..Article::default() });
        assert_eq!(part.article, article);
        let told = part.annotations.as_ref().unwrap();
        assert_eq!((told.sentences.len(), told.entities.len(), told.mentions.len()), (0, 0, 0));
        assert!(told.model.is_empty() && told.quotes.iter().all(|quote| quote.cue.is_none() && quote.id.is_empty()));
    }
    let texts = |all: &GetArticleResponse| -> Vec<String> {
        all.annotations.as_ref().unwrap().quotes.iter().map(|quote| quote.text.clone()).collect()
    };
    assert_eq!(texts(&joined(quotes)), texts(&whole));
    // The article alone, and one list alone.
    let bare = parts(&server, masked(&["article.id", "article.outlet"], get("a"))).await;
    assert_eq!((bare.len(), bare[0].annotations.clone()), (1, None));
    assert_eq!(bare[0].article.as_ref().unwrap().outlet, "Veld Courier");
    let body = joined(parts(&server, masked(&["article.body"], get("a"))).await);
    assert_eq!((body.article.unwrap().body, body.annotations), (text(60, 0), None));
    let mentions = joined(parts(&server, masked(&["annotations.mentions"], get("a"))).await);
    assert_eq!((mentions.article, mentions.annotations.unwrap().mentions), (None, found.mentions));
}

#[tokio::test]
async fn whoever_reads_on_in_another_article_or_analysis_is_told() {
    let server = Server::start_with(&["--max-reply", "4KiB", "--analysis", "fast"]);
    let put = |text: &str| server.put(article("a", text));
    put(&text(20, 0)).await;
    let first = part(&server, get("a")).await.unwrap();
    let next = GetArticleRequest { page_token: first.next_page_token.clone(), ..get("a") };
    let second = part(&server, next.clone()).await.unwrap();
    assert_ne!(second, first);
    server.put(article("b", &text(10, 0))).await;
    assert_eq!(part(&server, next.clone()).await.unwrap(), second, "another article is none of its business");
    put(&text(21, 0)).await;
    let changed = part(&server, next.clone()).await.unwrap_err();
    assert_eq!((changed.code(), reason(&changed).as_str()), (Code::Aborted, "ARTICLE_CHANGED"), "{changed}");
    assert!(changed.message().contains("start again"), "{changed}");
    // Labels are part of the article, too.
    let token = part(&server, get("a")).await.unwrap().next_page_token;
    let next = GetArticleRequest { page_token: token, ..get("a") };
    server.put(Article { labels: [("desk".into(), "port".into())].into(), ..article("a", &text(21, 0)) }).await;
    assert_eq!(reason(&part(&server, next).await.unwrap_err()), "ARTICLE_CHANGED");

    let token = part(&server, get("b")).await.unwrap().next_page_token;
    let next = GetArticleRequest { page_token: token, ..get("b") };
    let request = ReanalyzeArticlesRequest { tier: AnalysisTier::Accurate.into(), ..Default::default() };
    let only_b = sayso::proto::ArticleFilter { article_ids: vec!["b".into()], ..Default::default() };
    let request = ReanalyzeArticlesRequest { filter: Some(only_b), ..request };
    server.articles().await.reanalyze_articles(request).await.unwrap();
    server.all_read().await;
    assert_eq!(reason(&part(&server, next.clone()).await.unwrap_err()), "ARTICLE_CHANGED");
    server
        .articles()
        .await
        .delete_article(DeleteArticleRequest { id: "b".into(), ..Default::default() })
        .await
        .unwrap();
    assert_eq!(part(&server, next).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_token_of_another_request_or_of_none_is_refused() {
    let server = Server::start_with(&["--max-reply", "4KiB", "--analysis", "fast"]);
    server.put(article("a", &text(9, 0))).await;
    server.put(article("b", &text(9, 0))).await;
    let token = part(&server, get("a")).await.unwrap().next_page_token;
    let others = [
        GetArticleRequest { page_token: token.clone(), ..get("b") },
        GetArticleRequest { page_token: token.clone(), ..masked(&["article"], get("a")) },
        GetArticleRequest { page_token: token.clone(), offset_encoding: OffsetEncoding::Utf16.into(), ..get("a") },
    ];
    for request in others {
        let status = part(&server, request).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "PAGE_TOKEN_MISMATCH"));
    }
    for page_token in ["x".to_owned(), token[..token.len() - 4].to_owned(), format!("{token}AAAA")] {
        let status = part(&server, GetArticleRequest { page_token, ..get("a") }).await.unwrap_err();
        assert_eq!((reason(&status).as_str(), field(&status).as_str()), ("PAGE_TOKEN_INVALID", "page_token"));
    }
}

#[tokio::test]
async fn thousands_of_hits_come_in_pages_that_clients_accept_each_once() {
    let server = Server::start();
    let most = server.info().await.limits.unwrap().reply_bytes as usize;
    const HITS: usize = 3000;
    for at in 0..3 {
        let lines: String = (0..HITS / 3).map(|n| format!("“Ferry {n} sails,” said Ada Lind.\n\n")).collect();
        // Each hit carries the title.
        let title = "A long title. ".repeat(900);
        put(&server, Article { title, ..article(&format!("a{at}"), &lines) }).await;
    }
    let (mut sentences, mut pages) = (BTreeSet::new(), 0);
    let mut request = SearchSentencesRequest { query: "ferry".into(), page_size: 1000, ..Default::default() };
    loop {
        let page = server.search().await.search_sentences(request.clone()).await.unwrap().into_inner();
        let bytes = page.hits.iter().map(|hit| hit.encoded_len() + 6).sum::<usize>();
        assert!(bytes <= most && page.encoded_len() < CLIENT_BYTES && !page.hits.is_empty(), "{bytes} bytes");
        assert_eq!(page.total.unwrap().count, HITS as i64);
        for hit in page.hits {
            assert!(sentences.insert(hit.sentence.unwrap().id), "a hit twice");
        }
        (pages, request.page_token) = (pages + 1, page.next_page_token);
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(sentences.len(), HITS);
    assert!(pages > HITS / 1000, "{pages} pages");
    let (mut quotes, mut request) = (BTreeSet::new(), SearchQuotesRequest { page_size: 1000, ..Default::default() });
    loop {
        let page = server.quotes().await.search_quotes(request.clone()).await.unwrap().into_inner();
        assert!(page.hits.iter().map(|hit| hit.encoded_len() + 6).sum::<usize>() <= most);
        let total = page.total.unwrap().count as usize;
        for hit in page.hits {
            assert!(quotes.insert(hit.quote.unwrap().id), "a hit twice");
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            assert_eq!(quotes.len(), total);
            assert!(total >= HITS, "{total} quotes");
            break;
        }
    }
}
