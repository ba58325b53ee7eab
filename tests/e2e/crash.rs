//! What survives the death of the process.

use std::collections::BTreeSet;

use sayso::proto::{
    AnalysisMode, GetArticleRequest, IngestArticlesRequest, ListArticlesRequest, SearchSentencesRequest,
};

use crate::support::{Server, article, to_put};

const ARTICLES: i64 = 1000;

/// Letters only, so that each article has a word of its own which stemming leaves alone.
fn marker(number: i64) -> String {
    let letters = format!("{number:04}").bytes().map(|digit| char::from(b'b' + (digit - b'0') * 2)).collect::<String>();
    format!("zq{letters}x")
}

fn body(number: i64) -> String {
    format!(
        "Harbour Commissioner Ada Lind said ferry {} would sail.\n\n“It is safe,” Lind told reporters in Veldmark.",
        marker(number)
    )
}

#[tokio::test]
async fn every_durable_article_survives_a_kill_in_the_middle() {
    let mut server = Server::start();
    let requests = (1..=ARTICLES).map(|number| IngestArticlesRequest {
        client_sequence: number,
        // The store is what is tried here, by many articles in a short time.
        action: to_put(article(&format!("a{number:04}"), &body(number)), AnalysisMode::Fast),
    });
    let durable = server.killed_amid(requests, ARTICLES as usize / 3).await;
    assert!(durable.len() as i64 >= ARTICLES / 3, "{} were durable", durable.len());

    let mut articles = server.articles().await;
    for number in &durable {
        let request = GetArticleRequest { id: format!("a{number:04}"), ..GetArticleRequest::default() };
        let got = articles.get_article(request).await.unwrap().into_inner();
        assert_eq!(got.article.unwrap().body, body(*number));
        assert!(!got.annotations.unwrap().quotes.is_empty());
    }
    let mut search = server.search().await;
    for number in &durable {
        let request = SearchSentencesRequest { query: marker(*number), ..SearchSentencesRequest::default() };
        let found = search.search_sentences(request).await.unwrap().into_inner().hits;
        assert_eq!(found.len(), 1, "article {number} is found once");
    }
    let ids = listed(&server).await;
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "none twice");
    let everything =
        SearchSentencesRequest { query: "reporters".into(), page_size: 1, ..SearchSentencesRequest::default() };
    let total = search.search_sentences(everything).await.unwrap().into_inner().total.unwrap();
    assert_eq!(total.count, ids.len() as i64, "the index holds what the store holds");
}

async fn listed(server: &Server) -> Vec<String> {
    let mut request = ListArticlesRequest { page_size: 1000, ..ListArticlesRequest::default() };
    let mut ids = Vec::new();
    loop {
        let page = server.articles().await.list_articles(request.clone()).await.unwrap().into_inner();
        ids.extend(page.articles.into_iter().map(|one| one.article.unwrap().id));
        if page.next_page_token.is_empty() {
            return ids;
        }
        request.page_token = page.next_page_token;
    }
}
