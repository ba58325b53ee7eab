//! What is answered stays in proportion to the text, whatever the text is.

use std::time::Duration;

use prost::Message;
use sayso::proto::{
    AnalysisMode, AnalyzeRequest, GetArticleRequest, GetQuoteRequest, SearchQuotesRequest,
    analyze_service_client::AnalyzeServiceClient,
};

use tonic::Request;

use crate::support::{Server, dated};

/// An answer takes at most so many times the bytes of its text, and so many bytes beside.
const TIMES: usize = 30;
const BESIDE: usize = 4_000;

/// Texts without a full stop, of so many bytes: every quote would carry all of them as its context.
fn texts(bytes: usize) -> Vec<String> {
    let patterns = [
        "“the port,” she said, ",
        "“a thing,” Ilsa Brandt said, and then ",
        "resident 1 wrote “we want the bridge open again this spring”; ",
        "she said that he said that ",
        "I say we say ",
    ];
    let lead =
        "The mayor of the old town said on Friday that the bridge, which was built by her father, would be open. ";
    patterns.map(|pattern| lead.to_owned() + &pattern.repeat(bytes / pattern.len())).into()
}

#[tokio::test]
async fn answers_are_in_proportion_to_the_text() {
    let server = Server::start();
    let mut analyze = AnalyzeServiceClient::new(server.channel().await);
    for (number, text) in texts(20_000).into_iter().enumerate() {
        let most = TIMES * text.len() + BESIDE;
        let mut request = Request::new(AnalyzeRequest {
            text: text.clone(),
            analysis_mode: AnalysisMode::Fast.into(),
            ..Default::default()
        });
        request.set_timeout(Duration::from_secs(300));
        let told = analyze.analyze(request).await.unwrap().into_inner().encoded_len();
        assert!(told <= most, "text {number}: an analysis of {told} bytes for {} bytes", text.len());
        let id = format!("long{number}");
        server.put_as(AnalysisMode::Fast, dated(&id, "Veld Courier", "2026-03-02", &text)).await;
        let request = GetArticleRequest { id: id.clone(), ..GetArticleRequest::default() };
        let article = server.articles().await.get_article(request).await.unwrap().into_inner();
        let told = article.encoded_len();
        assert!(told <= most, "text {number}: an article of {told} bytes for {} bytes", text.len());
        let quotes = article.annotations.unwrap().quotes;
        let id = quotes[quotes.len() / 2].id.clone();
        let request = GetQuoteRequest { id, context_sentences: Some(20), ..GetQuoteRequest::default() };
        let told = server.quotes().await.get_quote(request).await.unwrap().into_inner().encoded_len();
        assert!(told <= 300_000, "text {number}: a quote of {told} bytes");
    }
    let request = SearchQuotesRequest { page_size: 1_000, ..SearchQuotesRequest::default() };
    let page = server.quotes().await.search_quotes(request).await.unwrap().into_inner();
    let told = page.encoded_len();
    assert!(told <= 1_000 * 3_000, "a page of {} quotes in {told} bytes", page.hits.len());
}
