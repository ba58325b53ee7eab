//! The end: asked once, open streams of the server itself end, calls may finish; asked twice, it ends at once.
#![cfg(unix)]

use std::{
    io::Read,
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use sayso::proto::{AnalysisMode, AnalyzeRequest, analyze_service_client::AnalyzeServiceClient};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;

use crate::{
    metrics::scrape,
    support::{STORY, Server},
};

fn signal(server: &mut Server, name: &str) {
    let id = server.process().id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

#[tokio::test]
async fn open_streams_of_the_server_itself_and_idle_connections_do_not_delay_it() {
    let mut server = Server::start_with(&["--shutdown-grace", "10m"]);
    let mut silent = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    let mut watch =
        HealthClient::new(server.channel().await).watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    let mut reflection = ServerReflectionClient::new(server.channel().await);
    let mut reflection = reflection.server_reflection_info(tokio_stream::pending()).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let began = Instant::now();
    signal(&mut server, "-TERM");
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert_eq!(watch.message().await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(reflection.message().await.unwrap_err().code(), Code::Unavailable);
    let ended = tokio::task::spawn_blocking(move || server.process().wait().unwrap());
    assert!(ended.await.unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(300), "far less than the grace");
    // A reset tells the end as well.
    let _ = silent.read_to_end(&mut Vec::new());
}

#[tokio::test]
async fn told_again_it_ends_at_once_with_the_code_of_the_signal() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut server = Server::start_with(&["--shutdown-grace", "10m", "--metrics", "127.0.0.1:0"]);
        let mut watch =
            HealthClient::new(server.channel().await).watch(HealthCheckRequest::default()).await.unwrap().into_inner();
        let channel = server.channel().await;
        let text = STORY.repeat(3000);
        let long = tokio::spawn(async move {
            let request = AnalyzeRequest { text, analysis_mode: AnalysisMode::Accurate.into(), ..Default::default() };
            let mut request = tonic::Request::new(request);
            request.set_timeout(Duration::from_secs(3000));
            AnalyzeServiceClient::new(channel).analyze(request).await
        });
        while scrape(&server)["sayso_open_calls"] < 1. {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        signal(&mut server, "-TERM");
        // It ends when the server has begun to stop.
        while watch.message().await.is_ok_and(|message| message.is_some()) {}
        signal(&mut server, name);
        let ended = tokio::task::spawn_blocking(move || server.process().wait().unwrap());
        assert_eq!(ended.await.unwrap().code(), Some(code));
        assert!(long.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn commands_do_not_wait_for_a_server_that_hangs() {
    let mut server = Server::start();
    let url = server.url();
    signal(&mut server, "-STOP");
    let asked = Command::new(env!("CARGO_BIN_EXE_sayso")).args(["info", "--server", &url]).output().unwrap();
    signal(&mut server, "-CONT");
    let said = String::from_utf8(asked.stderr).unwrap();
    assert!(asked.status.code() == Some(1) && said.contains("the server does not answer; it is stopped"), "{said}");
}
