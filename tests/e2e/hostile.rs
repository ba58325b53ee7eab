//! Clients that mean harm, or that are there in masses.

use std::{io::Write, net::TcpStream, time::Duration};

use prost::Message;
use sayso::proto::{AnalysisMode, GetServerInfoRequest, PutArticleRequest, SearchSentencesRequest};
use tonic::{Code, codec::CompressionEncoding};

use crate::{
    frames::{CONTINUATION, DATA, END_HEADERS, Frames, GOAWAY, HEADERS, RST_STREAM, head, headers},
    support::{STORY, Server, article, reason},
};

fn address(server: &Server) -> String {
    server.url().trim_start_matches("http://").to_owned()
}

/// A line of `/proc/ID/status`, in MiB. 0 where the system does not tell.
fn mib(server: &mut Server, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process().id())).unwrap_or_default();
    let value = status.lines().find_map(|one| one.strip_prefix(line)).unwrap_or_default();
    value.trim().trim_end_matches("kB").trim().parse().unwrap_or(0) >> 10
}

async fn hits(server: &Server) -> usize {
    let request = SearchSentencesRequest { query: "cranes".into(), ..Default::default() };
    server.search().await.search_sentences(request).await.unwrap().into_inner().hits.len()
}

/// Makes calls and takes each back at once, until the server ends the connection or there were so many.
fn take_back(address: &str, most: u32) -> u32 {
    let message = SearchSentencesRequest { query: "cran*".into(), ..Default::default() }.encode_to_vec();
    let mut frames = Frames::connect(address, 65_535).unwrap();
    for number in 0..most {
        let stream = 2 * number + 1;
        let begun = frames.call(stream, "/sayso.v1.SearchService/SearchSentences");
        if begun.and_then(|()| frames.message(stream, &message)).and_then(|()| frames.reset(stream)).is_err() {
            return number;
        }
    }
    most
}

#[tokio::test]
async fn calls_that_are_taken_back_at_once_cost_the_others_nothing() {
    let mut server = Server::start();
    server.put_as(AnalysisMode::Fast, article("a", STORY)).await;
    let before = mib(&mut server, "RssAnon:");
    let resetting: Vec<_> = (0..4)
        .map(|_| {
            let address = address(&server);
            tokio::task::spawn_blocking(move || take_back(&address, 20_000))
        })
        .collect();
    while !resetting.iter().all(tokio::task::JoinHandle::is_finished) {
        assert_eq!(hits(&server).await, 1);
    }
    assert_eq!(hits(&server).await, 1);
    let after = mib(&mut server, "RssAnon:");
    assert!(after < before + 128, "{before} MiB before, {after} MiB after");
}

#[tokio::test]
async fn headers_without_end_are_cut_off_and_those_that_are_too_long_refused() {
    let mut server = Server::start();
    server.put_as(AnalysisMode::Fast, article("a", STORY)).await;
    let before = mib(&mut server, "RssAnon:");
    // One header of 1,000 bytes, as HPACK has it: a literal with a new name.
    let value = "v".repeat(1000);
    let length = [0x7f, (1000 - 127) as u8 & 0x7f | 0x80, ((1000 - 127) >> 7) as u8];
    let header = [&[0x00, 0x03][..], b"x-a", &length, value.as_bytes()].concat();
    let path = "/sayso.v1.ServerService/GetServerInfo";
    let mut frames = Frames::connect(&address(&server), 65_535).unwrap();
    frames.send(HEADERS, 0, 1, &headers(path)).unwrap();
    let sent = (0..200_000).take_while(|_| frames.send(CONTINUATION, 0, 1, &header).is_ok()).count();
    assert!(sent < 200_000, "200 MB of headers were taken");
    let mut frames = Frames::connect(&address(&server), 65_535).unwrap();
    frames.send(HEADERS, 0, 1, &headers(path)).unwrap();
    // The server may end the connection as soon as it has seen too many: then the rest cannot be sent.
    if (0..40).all(|_| frames.send(CONTINUATION, 0, 1, &header).is_ok()) {
        let _ = frames.send(CONTINUATION, END_HEADERS, 1, &[]);
    }
    let answered = std::iter::from_fn(|| frames.next()).find(|(kind, ..)| [HEADERS, RST_STREAM, GOAWAY].contains(kind));
    assert!(answered.is_some() || frames.next().is_none(), "a call with 40 KB of headers is answered or ended");
    assert_eq!(hits(&server).await, 1);
    let after = mib(&mut server, "RssAnon:");
    assert!(after < before + 64, "{before} MiB before, {after} MiB after");
}

#[tokio::test]
async fn a_message_that_unpacks_to_more_than_a_message_may_have_is_refused_and_takes_no_room() {
    let mut server = Server::start();
    server.put_as(AnalysisMode::Fast, article("a", STORY)).await;
    let before = mib(&mut server, "VmHWM:");
    let title = "x".repeat(64 << 20);
    let bomb = sayso::proto::Article { title, ..article("bomb", STORY) };
    let mut client = server.articles().await.send_compressed(CompressionEncoding::Gzip);
    let request = PutArticleRequest { article: Some(bomb), ..Default::default() };
    let status = client.put_article(request).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "LIMIT_EXCEEDED"), "{status}");
    assert!(status.message().contains("message_bytes"), "{status}");
    let after = mib(&mut server, "VmHWM:");
    assert!(after < before + 48, "{before} MiB before, {after} MiB after");
    assert_eq!(hits(&server).await, 1);
}

/// A request that is begun and never finished ends, and holds no room for others.
#[tokio::test]
async fn requests_that_are_never_finished_keep_no_others_out() {
    let server = Server::start_with(&["--max-message", "1MiB", "--max-body", "512KiB"]);
    let mut begun = Vec::new();
    for _ in 0..8 {
        let mut frames = Frames::connect(&address(&server), 65_535).unwrap();
        frames.call(1, "/sayso.v1.SearchService/SearchSentences").unwrap();
        frames.send(DATA, 0, 1, &[&head(false, 1_000_000)[..], b"x"].concat()).unwrap();
        begun.push(frames);
    }
    // Half of them found no room and were told so. Articles have a room of their own.
    server.put_as(AnalysisMode::Fast, article("a", STORY)).await;
    // The others are given up after a while, which makes room again.
    loop {
        let request = SearchSentencesRequest { query: "cranes ".repeat(20_000), ..Default::default() };
        match server.search().await.search_sentences(request).await.map_err(|status| reason(&status)) {
            Err(why) if why == "OVERLOADED" => tokio::time::sleep(Duration::from_millis(200)).await,
            _ => break,
        }
    }
    assert_eq!(hits(&server).await, 1);
}

/// With few files, the server has fewer places than there are connections, and serves those that talk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn of_two_thousand_connections_at_a_limit_of_1024_files_those_that_talk_are_served() {
    let server = Server::start_limited("-n 1024", &[]);
    let mut client = sayso::proto::server_service_client::ServerServiceClient::new(server.channel().await);
    let limits = client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner().limits.unwrap();
    assert!(limits.connections < 1024, "{}", limits.connections);
    server.put_as(AnalysisMode::Fast, article("a", STORY)).await;
    let mut idle = Vec::new();
    for number in 0..2000 {
        let mut stream = TcpStream::connect(address(&server)).unwrap();
        // Half of them have greeted.
        if number % 2 == 0 {
            let _ = stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
        }
        idle.push(stream);
        if number % 500 == 499 {
            assert_eq!(hits(&server).await, 1);
        }
    }
    // The one that talked before as well, after an article that needs files of its own.
    server.put_as(AnalysisMode::Fast, article("b", STORY)).await;
    client.get_server_info(GetServerInfoRequest::default()).await.unwrap();
    assert_eq!(hits(&server).await, 2);
}
