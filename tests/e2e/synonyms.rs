//! Synonyms, from a file that changes while the server runs.

use std::time::{Duration, Instant};

use sayso::proto::{GetServerInfoResponse, SearchQuotesRequest, SearchSentencesRequest, SearchSentencesResponse};

use crate::support::{STORY, Server, article, reason};

async fn search(server: &Server, request: SearchSentencesRequest) -> SearchSentencesResponse {
    server.search().await.search_sentences(request).await.unwrap().into_inner()
}

fn query(words: &str) -> SearchSentencesRequest {
    SearchSentencesRequest { query: words.into(), ..SearchSentencesRequest::default() }
}

/// Waits until what the server tells of itself is as wanted.
async fn until(server: &Server, wanted: impl Fn(&GetServerInfoResponse) -> bool) -> GetServerInfoResponse {
    let start = Instant::now();
    loop {
        let info = server.info().await;
        if wanted(&info) {
            return info;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{:?} {:?}", info.synonyms, info.faults);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn synonyms_are_found_marked_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("synonyms.txt");
    std::fs::write(&file, "# lifting gear\ncrane, derrick\n").unwrap();
    let server = Server::start_with(&["--analysis", "fast", "--synonyms", file.to_str().unwrap()]);
    server.put(article("a", STORY)).await;
    let told = server.info().await.synonyms.unwrap();
    assert_eq!(told.group_count, 1);
    assert!(told.load_time.is_some());

    let found = search(&server, query("derricks")).await;
    assert_eq!(found.hits.len(), 1);
    assert_eq!(found.hits[0].highlights[0].text, "cranes");
    assert_eq!(search(&server, query("\"the derricks\"")).await.hits.len(), 0, "phrases are as they are written");
    let quotes = SearchQuotesRequest { query: "derrick".into(), ..Default::default() };
    assert_eq!(server.quotes().await.search_quotes(quotes).await.unwrap().into_inner().hits.len(), 1);

    // A bad file keeps the groups, and is told with its line.
    std::fs::write(&file, "crane, derrick\nport\n").unwrap();
    let info = until(&server, |info| !info.faults.is_empty()).await;
    assert_eq!((info.faults[0].reason.as_str(), info.synonyms.unwrap().group_count), ("SYNONYMS_REFUSED", 1));
    assert!(info.faults[0].message.contains("synonyms.txt:2: \"port\" is alone"), "{}", info.faults[0].message);
    assert_eq!(search(&server, query("derricks")).await.hits.len(), 1);

    // A page of before has other synonyms than the next one would.
    let first = search(&server, SearchSentencesRequest { page_size: 1, ..query("port derrick") }).await;
    std::fs::write(&file, "crane, derrick\nport, derrick\n").unwrap();
    let info = until(&server, |info| info.faults.is_empty()).await;
    assert_eq!(info.synonyms.unwrap().group_count, 2);
    let next =
        SearchSentencesRequest { page_size: 1, page_token: first.next_page_token.clone(), ..query("port derrick") };
    assert!(!first.next_page_token.is_empty());
    let expired = server.search().await.search_sentences(next).await.unwrap_err();
    assert_eq!(reason(&expired), "PAGE_TOKEN_EXPIRED", "{expired}");
    assert_eq!(search(&server, query("derricks")).await.hits.len(), 2);
}

#[tokio::test]
async fn a_query_with_too_many_synonyms_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("synonyms.txt");
    let group: Vec<String> = (0..60).map(|n| format!("w{n}")).collect();
    std::fs::write(&file, group.join(", ")).unwrap();
    let server = Server::start_with(&["--synonyms", file.to_str().unwrap()]);
    search(&server, query("w1 w2")).await;
    let refused = server.search().await.search_sentences(query(&"w1 ".repeat(20))).await.unwrap_err();
    assert_eq!(reason(&refused), "LIMIT_EXCEEDED", "{refused}");
    assert!(refused.message().contains("with their synonyms"), "{refused}");
}
