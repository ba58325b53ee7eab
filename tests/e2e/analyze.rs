//! `AnalyzeService`.

use sayso::proto::{AnalyzeRequest, OffsetEncoding, analyze_service_client::AnalyzeServiceClient};

use crate::support::{STORY, Server};

#[tokio::test]
async fn analyses_without_keeping() {
    let server = Server::start();
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let request =
        AnalyzeRequest { text: STORY.into(), offset_encoding: OffsetEncoding::Utf32.into(), ..Default::default() };
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

/// The answer as clients see it, whole: names of fields, numbers as strings, what is left out. A change here is a
/// change for every client; `INSTA_UPDATE=always cargo test --test e2e` writes it down anew.
#[test]
fn the_json_of_an_analysis_keeps_its_form() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_sayso"))
        .args(["analyze", "--json", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), STORY.as_bytes()).unwrap();
    let line = child.wait_with_output().unwrap().stdout;
    let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}
