//! Large answers are packed for clients that take them so.

use std::{io::Read, pin::Pin};

use axum::body::HttpBody;
use prost::Message;
use sayso::proto::{
    AnalyzeRequest, AnalyzeResponse, BatchGetArticlesRequest, GetArticleRequest, GetArticleResponse,
    ListArticlesRequest, SearchQuotesRequest, analyze_service_client::AnalyzeServiceClient,
};
use tonic::{
    Code,
    codec::CompressionEncoding,
    codegen::{Service, http},
};

use crate::support::{STORY, Server, article, reason};

/// An answer as it came: whether it was packed, and its bytes.
struct Came {
    packed: bool,
    bytes: Vec<u8>,
}

impl Came {
    fn unpacked(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.packed {
            true => flate2::read::GzDecoder::new(&self.bytes[..]).read_to_end(&mut bytes).unwrap(),
            false => (&self.bytes[..]).read_to_end(&mut bytes).unwrap(),
        };
        bytes
    }
}

/// Calls without a gRPC library, which would unpack the answer unseen.
async fn call(server: &Server, path: &str, message: &impl Message, accepts: Option<&str>) -> Came {
    let message = message.encode_to_vec();
    let body = [&[0][..], &(message.len() as u32).to_be_bytes(), &message].concat();
    let mut request = http::Request::post(format!("{}/{path}", server.url()))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    if let Some(accepts) = accepts {
        request = request.header("grpc-accept-encoding", accepts);
    }
    let request = request.body(tonic::body::Body::new(axum::body::Body::from(body))).unwrap();
    let mut channel = server.channel().await;
    std::future::poll_fn(|cx| channel.poll_ready(cx)).await.unwrap();
    let mut answer = channel.call(request).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(answer.body_mut()).poll_frame(cx)).await {
        if let Ok(data) = frame.unwrap().into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    let length = u32::from_be_bytes(bytes[1..5].try_into().unwrap()) as usize;
    assert_eq!(bytes.len(), 5 + length, "one message");
    Came { packed: bytes[0] == 1, bytes: bytes.split_off(5) }
}

#[tokio::test]
async fn large_answers_are_packed_for_those_who_take_them_so_and_small_ones_for_nobody() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("large", &STORY.repeat(40))).await;
    server.put(article("small", STORY)).await;
    let get = |id: &str| GetArticleRequest { id: id.into(), ..Default::default() };
    let path = "sayso.v1.ArticleService/GetArticle";
    let plain = call(&server, path, &get("large"), None).await;
    assert!(!plain.packed && plain.bytes.len() > 64 << 10, "{} bytes", plain.bytes.len());
    for accepts in ["gzip", "identity,gzip", "identity, gzip, deflate"] {
        let packed = call(&server, path, &get("large"), Some(accepts)).await;
        assert!(packed.packed && packed.bytes.len() < plain.bytes.len() / 4, "{accepts}: {}", packed.bytes.len());
        assert!(packed.unpacked() == plain.bytes, "{accepts}");
    }
    for accepts in [None, Some("identity"), Some("br"), Some("gzip")] {
        let small = call(&server, path, &get("small"), accepts).await;
        assert!(!small.packed, "{accepts:?}");
        let found = GetArticleResponse::decode(&small.bytes[..]).unwrap();
        assert_eq!(found.article.unwrap().body, STORY);
    }
    assert!(!call(&server, path, &get("large"), Some("br")).await.packed);
}

#[tokio::test]
async fn every_method_packs_large_answers() {
    let server = Server::start_with(&["--analysis", "fast"]);
    for n in 0..40 {
        let title = "The port of Veldmark. ".repeat(40);
        server.put(sayso::proto::Article { title, ..article(&format!("a{n}"), STORY) }).await;
    }
    let text = STORY.repeat(40);
    let analyze = AnalyzeRequest { text, ..Default::default() };
    let list = ListArticlesRequest { page_size: 100, ..Default::default() };
    let quotes = SearchQuotesRequest { page_size: 100, ..Default::default() };
    let sentences = sayso::proto::SearchSentencesRequest { page_size: 100, ..Default::default() };
    let entity_id = "person/ada-lind".to_owned();
    let mentions = sayso::proto::ListMentionsRequest { entity_id, page_size: 100, ..Default::default() };
    let batch = BatchGetArticlesRequest { ids: (0..40).map(|n| format!("a{n}")).collect(), ..Default::default() };
    let gzip = Some("gzip");
    let came = [
        call(&server, "sayso.v1.AnalyzeService/Analyze", &analyze, gzip).await,
        call(&server, "sayso.v1.ArticleService/ListArticles", &list, gzip).await,
        call(&server, "sayso.v1.ArticleService/BatchGetArticles", &batch, gzip).await,
        call(&server, "sayso.v1.QuoteService/SearchQuotes", &quotes, gzip).await,
        call(&server, "sayso.v1.SearchService/SearchSentences", &sentences, gzip).await,
        call(&server, "sayso.v1.EntityService/ListMentions", &mentions, gzip).await,
    ];
    for (at, came) in came.iter().enumerate() {
        assert!(came.packed && came.unpacked().len() > 16 << 10, "{at}");
    }
    let found = AnalyzeResponse::decode(&came[0].unpacked()[..]).unwrap();
    assert_eq!(found.annotations.unwrap().quotes.len(), 3 * 40);
}

#[tokio::test]
async fn an_answer_is_too_long_whether_it_would_be_packed_or_not() {
    let server = Server::start_with(&["--analysis", "fast", "--max-answer", "20KB", "--max-reply", "10KB"]);
    let analyze = || AnalyzeRequest { text: STORY.repeat(40), ..Default::default() };
    let plain = AnalyzeServiceClient::new(server.channel().await);
    let packing = AnalyzeServiceClient::new(server.channel().await).accept_compressed(CompressionEncoding::Gzip);
    for mut client in [plain, packing] {
        let status = client.analyze(analyze()).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "LIMIT_EXCEEDED"), "{status}");
    }
}
