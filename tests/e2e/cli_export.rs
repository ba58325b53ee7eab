//! `sayso export`, `suggest`, `similar`, and what a search prints that finds nothing.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{STORY, Server, dated};

fn sayso(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("CARGO_MANIFEST_DIR");
    command.env("SAYSO_SERVER", server.url()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn filled() -> Server {
    let server = Server::start_with(&["--analysis", "fast", "--max-page-size", "2"]);
    for id in ["a", "b", "c"] {
        server.put(dated(id, "Veld, Courier", "2026-03-02", STORY)).await;
    }
    server
}

#[tokio::test]
async fn hits_are_exported_as_lines_and_tables() {
    let server = filled().await;
    let lines = sayso(&server, &["export", "sentences", "cranes"]);
    let lines: Vec<Value> = text(&lines.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0]["sentence"]["text"].as_str().unwrap().contains("cranes"), "{lines:?}");
    let table = text(&sayso(&server, &["export", "quotes", "cranes", "--format", "csv"]).stdout);
    assert!(table.starts_with("quote_id,text,speakers,"), "{table}");
    assert_eq!(table.matches("\"Veld, Courier\"").count(), 3, "{table}");
    let articles = text(&sayso(&server, &["export", "articles", "--format", "csv"]).stdout);
    assert_eq!(articles.lines().count(), 4, "{articles}");
    let wrong = sayso(&server, &["export", "articles", "cranes"]);
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = sayso(&server, &["export", "sentences", "\"open"]);
    assert!(text(&wrong.stderr).contains("QUERY_SYNTAX"), "{}", text(&wrong.stderr));
}

#[tokio::test]
async fn an_export_goes_on_where_it_broke_off() {
    let server = filled().await;
    let folder = tempfile::tempdir().unwrap();
    let (file, beside) = (folder.path().join("out.jsonl"), folder.path().join("out.jsonl.resume"));
    let path = file.to_str().unwrap();
    let arguments = ["export", "sentences", "cranes", "--output", path];
    assert!(sayso(&server, &arguments).status.success());
    let whole = fs::read_to_string(&file).unwrap();
    assert_eq!(whole.lines().count(), 3);
    assert!(!beside.exists(), "it is complete");

    // As if it had been killed after the first message, in the middle of a line.
    let request = sayso::proto::SearchSentencesRequest {
        query: "cranes".into(),
        page_size: 2,
        offset_encoding: sayso::proto::OffsetEncoding::Utf8 as i32,
        ..Default::default()
    };
    let page = server.search().await.search_sentences(request).await.unwrap().into_inner();
    let first: String = whole.split_inclusive('\n').take(2).collect();
    fs::write(&file, format!("{first}{{\"sentence\": ")).unwrap();
    let kept = serde_json::json!({"token": page.next_page_token, "bytes": first.len()});
    fs::write(&beside, kept.to_string()).unwrap();

    for (wrong, told) in [
        (serde_json::json!({"token": page.next_page_token, "bytes": first.len(), "options": "x"}), "other options"),
        (serde_json::json!({"token": page.next_page_token, "bytes": 1 << 20}), "but the export had written 1048576"),
    ] {
        fs::write(&beside, wrong.to_string()).unwrap();
        let refused = sayso(&server, &[&arguments[..], &["--resume"]].concat());
        assert!(text(&refused.stderr).contains(told), "{}", text(&refused.stderr));
    }
    fs::write(&beside, kept.to_string()).unwrap();
    let refused = sayso(&server, &arguments);
    assert!(text(&refused.stderr).contains("go on with --resume"), "{}", text(&refused.stderr));
    let resumed = sayso(&server, &[&arguments[..], &["--resume"]].concat());
    assert!(resumed.status.success(), "{}", text(&resumed.stderr));
    assert_eq!(fs::read_to_string(&file).unwrap(), whole);
    assert!(!beside.exists());
    let again = sayso(&server, &[&arguments[..], &["--resume"]].concat());
    assert!(text(&again.stderr).contains("nothing broke off"), "{}", text(&again.stderr));
}

#[tokio::test]
async fn searches_that_find_nothing_say_why_and_what_would() {
    let server = filled().await;
    let told = text(&sayso(&server, &["search", "craens"]).stdout);
    assert_eq!(told, "no sentences found\n  nothing matches craens; near it: cranes\ndid you mean: cranes\n");
    let told = text(&sayso(&server, &["quotes", "addressee:officials"]).stdout);
    assert!(told.contains("nothing matches addressee:\"officials\""), "{told}");
    for wrong in [["quotes", "--min-confidence", "lots"], ["quotes", "--min-speaker-confidence", "1.5"]] {
        let told = sayso(&server, &wrong);
        assert_eq!(told.status.code(), Some(2));
        assert!(text(&told.stderr).contains("a number from 0 to 1 is accepted"), "{}", text(&told.stderr));
    }
    let never = sayso(&server, &["quotes", "--unnamed", "--min-speaker-confidence", "0.9"]);
    assert_eq!(never.status.code(), Some(2));
}

#[tokio::test]
async fn what_is_typed_goes_on_and_has_its_like() {
    let server = filled().await;
    let told = text(&sayso(&server, &["suggest", "ada", "l"]).stdout);
    assert_eq!(told, "Ada Lind · person · 3 articles · person/ada-lind\n");
    let told = text(&sayso(&server, &["similar", "a"]).stdout);
    assert!(told.contains("Title of b") && told.contains("looked for: "), "{told}");
    let quote = server.annotations("a").await.quotes[0].id.clone();
    let told = text(&sayso(&server, &["similar", &quote, "--limit", "1"]).stdout);
    assert!(told.contains("Ada Lind") && !told.contains(&quote), "{told}");
}
