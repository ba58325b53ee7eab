//! Many connections, silent ones, and answers that nobody reads.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use sayso::proto::{
    AnalysisMode, AnalyzeRequest, GetArticleRequest, GetArticleResponse, GetServerInfoRequest, IngestArticlesRequest,
    ListArticlesRequest, SearchSentencesRequest, analyze_service_client::AnalyzeServiceClient,
    ingest_articles_response::Event, server_service_client::ServerServiceClient,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Streaming, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    frames::{Frames, GOAWAY},
    support::{STORY, Server, article, field, reason, to_put},
};

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url().trim_start_matches("http://")).unwrap()
}

#[tokio::test]
async fn hundreds_of_idle_connections_make_room_for_one_that_calls() {
    let server = Server::start_with(&["--max-connections", "20"]);
    let mut client = ServerServiceClient::new(server.channel().await);
    let limits = client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner().limits.unwrap();
    assert_eq!(limits.connections, 20);
    let mut idle: Vec<_> = (0..300).map(|_| connect(&server)).collect();
    server.put_as(AnalysisMode::Fast, article("a", STORY)).await;
    let request = SearchSentencesRequest { query: "cranes".into(), ..SearchSentencesRequest::default() };
    assert_eq!(server.search().await.search_sentences(request).await.unwrap().into_inner().hits.len(), 1);
    // The first that came made room: without an end, this would wait for ever. A reset tells it as well.
    let _ = idle[0].read_to_end(&mut Vec::new());
    // What called before did not, while there were others that never had.
    client.get_server_info(GetServerInfoRequest::default()).await.unwrap();
}

#[tokio::test]
async fn when_all_connections_are_busy_the_next_is_told_why_it_is_turned_away() {
    let server = Server::start_with(&["--max-connections", "3"]);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(server.articles().await.ingest_articles(tokio_stream::pending()).await.unwrap());
    }
    let mut told = Vec::new();
    connect(&server).read_to_end(&mut told).unwrap();
    assert!(String::from_utf8_lossy(&told).ends_with("too many connections"), "{told:?}");
    open.pop();
    // Its place is free as soon as the server has seen it go.
    while server.try_channel().await.is_err() {}
}

#[tokio::test]
async fn whoever_only_watches_the_health_holds_no_place() {
    let server = Server::start_with(&["--max-connections", "3"]);
    let mut watches = Vec::new();
    for _ in 0..3 {
        let mut client = HealthClient::new(server.channel().await);
        let mut watch = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
        watch.message().await.unwrap().unwrap();
        watches.push(watch);
    }
    let mut client = ServerServiceClient::new(server.channel().await);
    client.get_server_info(GetServerInfoRequest::default()).await.unwrap();
    drop(watches);
}

#[tokio::test]
async fn a_client_that_leaves_answers_unread_waits_with_its_next_call_and_others_do_not() {
    let server = Server::start_with(&["--max-answer", "1MiB"]);
    server.put_as(AnalysisMode::Fast, article("a", &STORY.repeat(250))).await;
    let slow = Channel::from_shared(server.url()).unwrap().initial_stream_window_size(Some(65_535));
    let mut slow = Raw::new(slow.connect().await.unwrap());
    let mut unread = get(&mut slow).await.unwrap();
    let next = tokio::time::timeout(Duration::from_millis(500), get(&mut slow.clone())).await;
    assert!(next.is_err(), "it waits until the first is read");
    let others = get(&mut Raw::new(server.channel().await)).await.unwrap().message().await.unwrap().unwrap();
    let late = unread.message().await.unwrap().unwrap();
    let size = prost::Message::encoded_len(&others);
    assert!(size > 256 << 10, "{size} bytes cannot be left unread");
    assert_eq!(late.article, others.article);
    while unread.message().await.unwrap().is_some() {}
    assert!(get(&mut slow).await.unwrap().message().await.unwrap().is_some());
}

type Raw = tonic::client::Grpc<Channel>;

/// Asks for an article without reading the answer yet.
async fn get(client: &mut Raw) -> Result<Streaming<GetArticleResponse>, tonic::Status> {
    client.ready().await.unwrap();
    let request = Request::new(GetArticleRequest { id: "a".into(), ..GetArticleRequest::default() });
    let codec = tonic_prost::ProstCodec::<GetArticleRequest, GetArticleResponse>::default();
    let path = axum::http::uri::PathAndQuery::from_static("/sayso.v1.ArticleService/GetArticle");
    Ok(client.server_streaming(request, path, codec).await?.into_inner())
}

#[tokio::test]
async fn an_answer_that_would_be_too_long_names_the_limit() {
    let server = Server::start_with(&["--max-answer", "4KiB"]);
    let text = STORY.repeat(10);
    let request = AnalyzeRequest { text, analysis_mode: AnalysisMode::Fast.into(), ..AnalyzeRequest::default() };
    let status = AnalyzeServiceClient::new(server.channel().await).analyze(request).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "LIMIT_EXCEEDED"), "{status}");
    assert!(status.message().contains("answer_bytes") && status.message().contains("4096"), "{status}");
    assert_eq!(field(&status), "");
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_callers_fault() {
    let server = Server::start();
    // Field 1, a string of one byte that is not UTF-8; and a varint that does not end.
    for body in [&[0x0a, 0x01, 0xff][..], &[0x08, 0xff]] {
        let status = server.ask("/sayso.v1.ArticleService/GetArticle", body.to_vec()).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "MALFORMED_REQUEST"), "{status}");
    }
}

#[test]
fn a_client_that_speaks_something_else_is_answered_with_an_end() {
    let server = Server::start();
    let mut stream = connect(&server);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: sayso\r\n\r\n").unwrap();
    let mut told = Vec::new();
    // A reset tells it as well as an end.
    let _ = stream.read_to_end(&mut told);
}

/// It is given up for new calls, what is open goes on, and clients go on with another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_grows_only_so_old() {
    let short = Server::start_with(&["--analysis", "fast", "--max-connection-age", "200ms"]);
    let told = short.info().await.limits.unwrap().connection_age.unwrap();
    assert_eq!((told.seconds, told.nanos), (0, 200_000_000));
    let mut silent = Frames::connect(short.url().trim_start_matches("http://"), 65_535).unwrap();
    let (sender, requests) = mpsc::channel(1);
    let mut articles = short.articles().await;
    let mut answers = articles.ingest_articles(ReceiverStream::new(requests)).await.unwrap().into_inner();
    let asked = move || std::iter::from_fn(|| silent.next()).any(|(kind, ..)| kind == GOAWAY);
    assert!(tokio::task::spawn_blocking(asked).await.unwrap());
    for n in 0..20 {
        let put = IngestArticlesRequest { client_sequence: n, action: to_put(article("a", STORY), AnalysisMode::Fast) };
        sender.send(put).await.unwrap();
        while !matches!(answers.message().await.unwrap().unwrap().event, Some(Event::Searchable(_))) {}
        // A call that is begun at that very moment is not sent, which the library tells as cancelled, or not taken any
        // more, which it tells as a connection that ends without an error.
        while let Err(status) = articles.list_articles(ListArticlesRequest::default()).await {
            let not_taken = status.code() == Code::Internal && format!("{status:?}").contains("NO_ERROR");
            assert!(status.code() == Code::Cancelled || not_taken, "{status:?}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
