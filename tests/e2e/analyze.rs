//! `AnalyzeService`.

use sayso::proto::{AnalyzeRequest, OffsetEncoding, analyze_service_client::AnalyzeServiceClient};

use crate::support::{STORY, Server};

#[tokio::test]
async fn analyses_without_keeping() {
    let server = Server::start();
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let request = AnalyzeRequest { text: STORY.into(), offset_encoding: OffsetEncoding::Utf32.into() };
    let found = client.analyze(request).await.unwrap().into_inner().annotations.unwrap();
    assert_eq!((found.sentences.len(), found.quotes.len()), (4, 3));
    let letters: Vec<char> = STORY.chars().collect();
    let cue = found.quotes[0].cue.as_ref().unwrap();
    let span = cue.spans[0];
    let words: String = letters[span.start as usize..span.end as usize].iter().collect();
    assert_eq!((words.as_str(), cue.text.as_str()), ("said", "said"));
    let listed = server.articles().await.list_articles(sayso::proto::ListArticlesRequest::default()).await.unwrap();
    assert_eq!(listed.into_inner().total.unwrap().count, 0);
}
