//! Many requests in one call, and all hits of a search in one stream.

use sayso::proto::{
    BatchLookupEntitiesRequest, BatchSearchQuotesRequest, BatchSearchSentencesRequest, ExportArticlesRequest,
    ExportQuotesRequest, ExportSentencesRequest, ExportSentencesResponse, ListArticlesRequest, LookupEntitiesRequest,
    SearchQuotesRequest, SearchSentencesRequest, batch_lookup_entities_result, batch_search_quotes_result,
    batch_search_sentences_result::Result as Outcome,
};
use tonic::{Code, Status};

use crate::support::{STORY, Server, article, dated, field, reason};

fn query(words: &str) -> SearchSentencesRequest {
    SearchSentencesRequest { query: words.into(), ..SearchSentencesRequest::default() }
}

/// A server with so many sentences that have "storm".
async fn stormy(count: usize, flags: &[&str]) -> Server {
    let server = Server::start_with(&[&["--analysis", "fast"], flags].concat());
    for n in 0..count {
        server.put(dated(&format!("s{n:02}"), "Wire", "2026-03-02", &format!("Storm number {n} came to Marn."))).await;
    }
    server
}

async fn export(
    server: &Server,
    search: SearchSentencesRequest,
) -> Result<tonic::Streaming<ExportSentencesResponse>, Status> {
    let request = ExportSentencesRequest { search: Some(search) };
    Ok(server.search().await.export_sentences(request).await?.into_inner())
}

fn ids(message: &ExportSentencesResponse) -> Vec<String> {
    message.hits.iter().map(|hit| hit.sentence.as_ref().unwrap().id.clone()).collect()
}

#[tokio::test]
async fn an_export_is_all_pages_of_one_state_and_can_be_resumed_anywhere() {
    let server = stormy(25, &[]).await;
    let search = SearchSentencesRequest { page_size: 4, ..query("storm") };
    let mut stream = export(&server, search.clone()).await.unwrap();
    let (mut all, mut tokens) = (Vec::new(), Vec::new());
    while let Some(message) = stream.message().await.unwrap() {
        assert!(message.hits.len() <= 4);
        assert_eq!(message.total.unwrap().count, 25);
        all.extend(ids(&message));
        if tokens.is_empty() {
            // What comes in the meantime is not in it.
            server.put(article("later", "A storm came later.")).await;
        }
        tokens.push((all.len(), message.resume_token));
    }
    let mut distinct = all.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!((all.len(), distinct.len()), (25, 25));
    let (last, firsts) = tokens.split_last().unwrap();
    assert_eq!(last.1, "", "the end has no token");
    for (seen, token) in firsts {
        let mut rest = Vec::new();
        let mut stream =
            export(&server, SearchSentencesRequest { page_token: token.clone(), ..search.clone() }).await.unwrap();
        while let Some(message) = stream.message().await.unwrap() {
            rest.extend(ids(&message));
        }
        assert_eq!(rest, all[*seen..], "after {seen}");
    }
}

#[tokio::test]
async fn exports_without_a_size_without_hits_and_of_all_kinds_end() {
    let server = stormy(3, &[]).await;
    server.put(article("story", STORY)).await;
    let one = export(&server, query("storm")).await.unwrap().message().await.unwrap().unwrap();
    assert_eq!((one.hits.len(), one.resume_token.as_str()), (3, ""));
    let mut none = export(&server, query("nowhere")).await.unwrap();
    let first = none.message().await.unwrap().unwrap();
    assert_eq!((first.hits.len(), first.total.unwrap().count), (0, 0));
    assert!(none.message().await.unwrap().is_none());
    let search = SearchQuotesRequest { query: "cranes".into(), ..Default::default() };
    let mut quotes =
        server.quotes().await.export_quotes(ExportQuotesRequest { search: Some(search) }).await.unwrap().into_inner();
    assert_eq!(quotes.message().await.unwrap().unwrap().hits.len(), 1);
    let list = ListArticlesRequest { page_size: 3, ..Default::default() };
    let mut articles =
        server.articles().await.export_articles(ExportArticlesRequest { list: Some(list) }).await.unwrap().into_inner();
    assert_eq!(articles.message().await.unwrap().unwrap().articles.len(), 3);
    assert_eq!(articles.message().await.unwrap().unwrap().articles.len(), 1);
    assert!(articles.message().await.unwrap().is_none());
}

#[tokio::test]
async fn an_export_fails_as_its_search_would() {
    let server = stormy(1, &[]).await;
    let failed = async |search: Option<SearchSentencesRequest>| -> Status {
        match server.search().await.export_sentences(ExportSentencesRequest { search }).await {
            Err(status) => status,
            Ok(stream) => stream.into_inner().message().await.unwrap_err(),
        }
    };
    assert_eq!(field(&failed(None).await), "search");
    assert_eq!(reason(&failed(Some(query("\"open"))).await), "QUERY_SYNTAX");
    let damaged = SearchSentencesRequest { page_token: "AAAA".into(), ..query("storm") };
    assert_eq!(reason(&failed(Some(damaged)).await), "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn whoever_stops_reading_an_export_holds_up_nobody() {
    let server = stormy(40, &["--search-threads", "1"]).await;
    let mut unread = Vec::new();
    for _ in 0..20 {
        let mut stream = export(&server, SearchSentencesRequest { page_size: 1, ..query("storm") }).await.unwrap();
        stream.message().await.unwrap();
        unread.push(stream);
    }
    // The only thread for searches is free, since nothing is computed ahead of its reader for long.
    let found = server.search().await.search_sentences(query("storm")).await.unwrap().into_inner();
    assert_eq!(found.total.unwrap().count, 40);
    drop(unread);
    let found = server.search().await.search_sentences(query("storm")).await.unwrap().into_inner();
    assert_eq!(found.total.unwrap().count, 40);
}

#[tokio::test]
async fn each_request_of_a_batch_has_its_answer_or_its_error() {
    let server = stormy(3, &[]).await;
    server.put(article("story", STORY)).await;
    let requests = vec![query("storm"), query("\"open"), SearchSentencesRequest { page_size: 1, ..query("cranes") }];
    let batch = BatchSearchSentencesRequest { requests };
    let results = server.search().await.batch_search_sentences(batch).await.unwrap().into_inner().results;
    let outcomes: Vec<_> = results.into_iter().map(|one| one.result.unwrap()).collect();
    let [Outcome::Response(storms), Outcome::Error(open), Outcome::Response(cranes)] = &outcomes[..] else {
        panic!("{outcomes:?}")
    };
    assert_eq!((storms.hits.len(), cranes.hits.len()), (3, 1));
    assert_eq!(open.code, Code::InvalidArgument as i32);
    assert!(open.message.contains("quotation mark") && !open.details.is_empty(), "{open:?}");

    let requests = ["lind", "", "zzz"].map(|name| LookupEntitiesRequest { name: name.into(), ..Default::default() });
    let batch = BatchLookupEntitiesRequest { requests: requests.to_vec() };
    let results = server.entities().await.batch_lookup_entities(batch).await.unwrap().into_inner().results;
    let counts = results.into_iter().map(|one| match one.result.unwrap() {
        batch_lookup_entities_result::Result::Response(found) => found.hits.len(),
        batch_lookup_entities_result::Result::Error(error) => panic!("{error:?}"),
    });
    let counts: Vec<_> = counts.collect();
    assert!(counts[0] == 1 && counts[1] > 1 && counts[2] == 0, "{counts:?}");

    let requests = vec![SearchQuotesRequest::default(), SearchQuotesRequest { page_size: -1, ..Default::default() }];
    let batch = BatchSearchQuotesRequest { requests };
    let results = server.quotes().await.batch_search_quotes(batch).await.unwrap().into_inner().results;
    assert!(matches!(results[0].result, Some(batch_search_quotes_result::Result::Response(_))));
    assert!(matches!(results[1].result, Some(batch_search_quotes_result::Result::Error(_))));
    let none = server.search().await.batch_search_sentences(BatchSearchSentencesRequest::default()).await.unwrap_err();
    assert_eq!(field(&none), "requests");
}

#[tokio::test]
async fn the_answers_of_a_batch_have_the_room_of_a_page_together() {
    let server = stormy(20, &["--max-reply", "4KiB"]).await;
    let batch = BatchSearchSentencesRequest { requests: vec![query("storm"); 30] };
    let results = server.search().await.batch_search_sentences(batch).await.unwrap().into_inner().results;
    assert!(prost::Message::encoded_len(&results[0]) <= 4 << 10);
    let (answered, refused): (Vec<_>, Vec<_>) =
        results.iter().partition(|one| matches!(one.result, Some(Outcome::Response(_))));
    let bytes: usize = answered.iter().map(|one| prost::Message::encoded_len(*one)).sum();
    assert!(!answered.is_empty() && !refused.is_empty() && bytes < 5 << 10, "{} answers of {bytes}", answered.len());
    for one in refused {
        let Some(Outcome::Error(error)) = &one.result else { panic!("{one:?}") };
        assert_eq!(error.code, Code::ResourceExhausted as i32);
        assert!(error.message.contains("reply_bytes"), "{}", error.message);
    }
}
