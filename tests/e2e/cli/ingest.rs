//! `sayso ingest`: what it keeps, what it reports, and how it ends.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use sayso::proto::GetArticleRequest;
use serde_json::Value;

use super::{command, sayso, text};
use crate::support::{STORY, Server};

/// A folder with two good files and one each of what cannot be read.
fn folder(path: &Path) {
    let lines = format!(
        "{}\n{{\"id\": \"broken\", \"body\n{}\n{}\n",
        serde_json::json!({"id": "line-1", "body": STORY}),
        serde_json::json!({"id": "line-3", "body": ""}),
        serde_json::json!({"id": "line-4", "text": "Tove Marsk said the tunnel was dry."}),
    );
    fs::write(path.join("feed.jsonl"), lines).unwrap();
    fs::write(path.join("plain.txt"), STORY).unwrap();
    fs::write(path.join("latin.txt"), b"The caf\xe9 is open, Ada Lind said.").unwrap();
    fs::write(path.join("huge.txt"), "word ".repeat(10 << 20)).unwrap();
    let page = "<html><head><title>Port opens</title></head><body><nav>Menu</nav><article><h1>Port opens</h1>\
        <p>Ada Lind said the port of Veldmark would reopen on Friday after a week of repairs to its oldest crane.</p>\
        <p>“We are ready,” she told reporters on the quay, where the first of forty ships was waiting for its berth.</p>\
        </article></body></html>";
    fs::write(path.join("page.html"), page).unwrap();
}

#[tokio::test]
async fn ingest_goes_on_after_bad_files_and_lists_them() {
    let server = Server::start();
    let files = tempfile::tempdir().unwrap();
    folder(files.path());
    let path = files.path().to_str().unwrap();
    let first = sayso(&server, &["ingest", path]);
    let told = text(&first.stdout) + &text(&first.stderr);
    assert_eq!(first.status.code(), Some(1), "{told}");
    for refused in ["feed.jsonl:2", "feed.jsonl:3", "latin.txt", "huge.txt"] {
        assert!(told.contains(refused), "{refused} is not listed in: {told}");
    }
    let list = sayso(&server, &["articles", "--json"]);
    let listed: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(listed["total"]["count"], "4", "{listed}");

    let again = sayso(&server, &["ingest", path, "--json"]);
    let summary: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((&summary["new"], &summary["unchanged"]), (&Value::from(0), &Value::from(4)), "{summary}");
}

/// Whether a process has ended within ten seconds, and how.
fn ended(child: &mut std::process::Child) -> std::process::ExitStatus {
    let start = std::time::Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(start.elapsed().as_secs() < 10, "it goes on after Ctrl-C");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_ingest_tells_what_was_kept() {
    let server = Server::start();
    let mut child = command(&["ingest", "-", "--format", "jsonl"])
        .env("SAYSO_SERVER", server.url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Standard input stays open: more could come.
    let mut input = child.stdin.take().unwrap();
    input.write_all(&vec![b'\n'; 300_000]).unwrap();
    writeln!(input, "{}", serde_json::json!({"id": "one", "body": STORY})).unwrap();
    input.write_all(&vec![b'\n'; 300_000]).unwrap();
    let request = GetArticleRequest { id: "one".into(), ..GetArticleRequest::default() };
    let mut client = server.articles().await;
    while client.get_article(request.clone()).await.is_err() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // What is found was answered before, or is about to be.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let status = ended(&mut child);
    drop(input);
    let done = child.wait_with_output().unwrap();
    let told = text(&done.stdout) + &text(&done.stderr);
    assert_eq!(status.code(), Some(130), "{told}");
    assert!(told.contains("1 article: 1 new") && told.contains("sayso: interrupted"), "{told}");
    assert!(told.contains("0 articles were sent but not confirmed, and the rest was not read"), "{told}");
}

#[tokio::test]
async fn what_is_passed_over_is_told_and_odd_fields_cost_nothing() {
    let server = Server::start();
    let files = tempfile::tempdir().unwrap();
    let records = [
        serde_json::json!({"url": "https://courier.example/1", "text": STORY, "date": "2026-03-03T20:30:00-05:00"}),
        serde_json::json!({"url": "https://courier.example/2", "text": STORY, "date": "8/9/18", "source": {"name": null}}),
        serde_json::json!({"url": "https://courier.example/3", "text": STORY, "date": "soon", "id": true}),
    ];
    fs::write(files.path().join("a.json"), serde_json::json!({"articles": records}).to_string()).unwrap();
    fs::write(files.path().join("b.pdf"), "x").unwrap();
    fs::write(files.path().join("c.pdf"), "x").unwrap();
    fs::write(files.path().join("d.csv"), "x").unwrap();
    let done = sayso(&server, &["ingest", "--json", files.path().to_str().unwrap()]);
    let told = text(&done.stderr);
    assert!(done.status.success(), "{told}");
    for part in [
        "3 files skipped: 2 .pdf, 1 .csv; these can be read: .txt",
        "field date: \"soon\" is not a date that is understood",
        "field date: \"8/9/18\" is read with the month first",
        "field id: true is not used",
    ] {
        assert!(told.contains(part), "{part} is missing in: {told}");
    }
    let summary: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&summary["new"], summary["notes"].as_array().unwrap().len()), (&Value::from(3), 3), "{summary}");
    let list: Value = serde_json::from_slice(&sayso(&server, &["articles", "--json"]).stdout).unwrap();
    let days = list.to_string();
    assert!(days.contains(r#""publishDate":{"day":3,"month":3,"year":2026}"#), "{days}");

    let none = tempfile::tempdir().unwrap();
    fs::write(none.path().join("b.pdf"), "x").unwrap();
    let done = sayso(&server, &["ingest", none.path().to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("1 file skipped: 1 .pdf"), "{}", text(&done.stderr));
}

#[tokio::test]
async fn what_is_lost_in_a_run_is_told() {
    let server = Server::start();
    let files = tempfile::tempdir().unwrap();
    let record =
        |id: &str, body: &str| serde_json::json!({"id": id, "body": body, "publishd": "2026-03-03"}).to_string();
    let lines =
        [record("a", "One."), record("b", "Two."), record("a", "Three."), record("b", "Two."), "no json".into()];
    fs::write(files.path().join("feed.jsonl"), lines.join("\n")).unwrap();
    fs::write(files.path().join("none.json"), "[]").unwrap();
    fs::create_dir(files.path().join(".hidden")).unwrap();
    let path = files.path().to_str().unwrap();
    let done = sayso(&server, &["ingest", "--json", "--field", "title=nosuch", path]);
    let summary: Value = serde_json::from_slice(&done.stdout).unwrap();
    let counts = ["new", "replaced", "unchanged", "refused"].map(|key| summary[key].as_i64().unwrap());
    assert_eq!(counts, [2, 1, 1, 1], "{summary}");
    let told = text(&done.stderr);
    for part in [
        format!("{path}/feed.jsonl:3: {path}/feed.jsonl:1 has the same id, and is gone: this takes its place"),
        format!("{path}/none.json: holds no record"),
        "--field title=nosuch: no record of this run has a field with this name".into(),
        "feed.jsonl:1: field publishd: \"2026-03-03\" is not used: there is no such field; did you mean published?"
            .into(),
        "1 hidden file or folder skipped".into(),
        "feed.jsonl:5: malformed JSON".into(),
    ] {
        assert!(told.contains(&part), "{part} is missing in: {told}");
    }
    let notes: Vec<_> =
        summary["notes"].as_array().unwrap().iter().map(|note| note["place"].as_str().unwrap()).collect();
    assert_eq!(notes.len(), 4, "{summary}");
}

#[tokio::test]
async fn an_id_that_counts_articles_of_two_outlets_is_told() {
    let server = Server::start();
    let ingest = |id: &str, outlet: &str, body: &str| {
        let record = serde_json::json!({"id": id, "source": outlet, "body": body}).to_string();
        let mut child = command(&["ingest", "-", "--format", "json", "--server", &server.url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(record.as_bytes()).unwrap();
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
        text(&done.stderr)
    };
    let note = "id: 12 was the id of an article of Marn Post, which is gone: this one of Veld Courier takes its place";
    for (id, outlet, body, is_told) in [
        ("12", "Marn Post", "One.", false),
        ("12", "Marn Post", "One, corrected.", false),
        ("12", "Veld Courier", "Two.", true),
        ("a-12", "Marn Post", "One.", false),
        ("a-12", "Veld Courier", "Two.", false),
    ] {
        let told = ingest(id, outlet, body);
        assert_eq!(told.contains(note), is_told, "{id} of {outlet}: {told}");
    }
}

#[tokio::test]
async fn a_file_that_no_format_reads_is_told_what_it_is_whatever_its_name() {
    let server = Server::start();
    let files = tempfile::tempdir().unwrap();
    for (name, bytes, told) in [
        (
            "feed.xml",
            &b"<?xml version='1.0'?>\n<rss version='2.0'><channel></channel></rss>"[..],
            "this is a feed in XML",
        ),
        ("report", b"%PDF-1.7\n", "this is a PDF file"),
        ("story.rst", b"The bridge is shut.", "its name does not say what it contains"),
    ] {
        let path = files.path().join(name);
        fs::write(&path, bytes).unwrap();
        let words = text(&sayso(&server, &["ingest", path.to_str().unwrap()]).stderr);
        assert!(words.contains(told), "{name}: {words}");
    }
}
