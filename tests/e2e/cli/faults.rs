//! What the commands say when something is wrong.

use std::io::Write;

use super::{command, sayso, text};
use crate::support::Server;

#[tokio::test]
async fn faults_are_told_in_words() {
    let server = Server::start();
    let unbalanced = sayso(&server, &["search", "\"peace talks"]);
    let told = text(&unbalanced.stderr);
    assert_eq!(unbalanced.status.code(), Some(1));
    assert!(told.contains("closing") && told.contains("query"), "{told}");
    let nobody = command(&["info", "--server", "http://127.0.0.1:1"]).output().unwrap();
    let told = text(&nobody.stderr);
    assert!(told.contains("127.0.0.1:1") && told.contains("sayso serve"), "{told}");
    let encrypted = server.url().replace("http://", "https://");
    let told = command(&["info", "--server", &encrypted]).output().unwrap();
    let told = text(&told.stderr);
    assert!(told.contains("does not encrypt") && told.contains(&server.url()), "{told}");
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    for arguments in [
        &["quotes", "--id", "x", "--speaker", "y"][..],
        &["quotes", "--id", "x", "--outlet", "y"],
        &["quotes", "--id", "x", "--limit", "3"],
        &["quotes", "--context", "3"],
        &["articles", "--id", "x", "--from", "2026-03-03"],
        &["articles", "--id", "x", "--sort", "oldest"],
        &["articles", "x", "--sort", "oldest"],
        &["articles", "x", "--id", "y"],
        &["entities", "--id", "x", "--type", "person"],
        &["entities", "lind", "--outlet", "y"],
        &["analyze", "--json", "--output", "text"],
        &["delete", "--allow-missing", "--outlet", "y"],
        &["search", "--limit", "-1"],
        &["search", "-n", "abc"],
    ] {
        // Nobody listens there: whoever asks first finds another fault.
        let done = command(arguments).env("SAYSO_SERVER", "http://127.0.0.1:1").output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {}", text(&done.stderr));
    }
    let done = command(&["search", "--limit", "-1"]).output().unwrap();
    assert!(text(&done.stderr).contains("a whole number from 0 on is accepted"), "{}", text(&done.stderr));
}

#[tokio::test]
async fn faults_speak_of_options_and_files() {
    let server = Server::start();
    let done = sayso(&server, &["search", "--from", "2026-06-30", "--until", "2026-06-01"]);
    let told = text(&done.stderr);
    assert!(told.starts_with("sayso: --from and --until: ends before it begins"), "{told}");
    let (ingest, analyze) = (sayso(&server, &["ingest", "/nope"]), command(&["analyze", "/nope"]).output().unwrap());
    for (done, place) in [(ingest, "  /nope: "), (analyze, "sayso: /nope: ")] {
        let told = text(&done.stderr);
        assert!(told.contains(&format!("{place}No such file or directory\n")), "{told}");
        assert_eq!(done.status.code(), Some(1));
    }
}

#[test]
fn a_port_without_a_grpc_server_says_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let done = command(&["info", "--server", &address]).output().unwrap();
    let told = text(&done.stderr);
    assert!(told.contains("no gRPC server answers there"), "{told}");
    assert_eq!(done.status.code(), Some(1));
}
