//! The client commands, as processes against a server.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use sayso::proto::GetArticleRequest;
use serde_json::Value;

use crate::support::{STORY, Server, dated};

fn sayso(server: &Server, arguments: &[&str]) -> Output {
    command(arguments).env("SAYSO_SERVER", server.url()).output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
    // As a user starts it, not as cargo does, which it tells apart.
    command.args(arguments).env("NO_COLOR", "1").env_remove("CARGO_MANIFEST_DIR");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

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
async fn answers_are_readable_and_with_json_canonical() {
    let server = Server::start();
    server.put(dated("harbour", "Veld Courier", "2026-03-02", STORY)).await;
    let quotes = text(&sayso(&server, &["quotes", "--speaker", "brandt"]).stdout);
    let found: Value =
        serde_json::from_slice(&sayso(&server, &["quotes", "--speaker", "brandt", "--json"]).stdout).unwrap();
    let id = found["hits"][0]["quote"]["id"].as_str().unwrap();
    for part in ["a disgrace for Veldmark", "Oskar Brandt", "Veld Courier", id] {
        assert!(quotes.contains(part), "{part} is missing in: {quotes}");
    }
    let one = text(&sayso(&server, &["quotes", "--id", id]).stdout);
    assert!(one.contains("a disgrace for Veldmark") && one.contains("Title of harbour"), "{one}");
    assert!(!quotes.contains('\u{1b}'), "no colours where nobody looks");
    let search = text(&sayso(&server, &["search", "crane"]).stdout);
    assert!(search.contains("The cranes are safe"), "{search}");
    let entities = text(&sayso(&server, &["entities", "lynd"]).stdout);
    assert!(entities.contains("Ada Lind") && entities.contains("Harbour Commissioner"), "{entities}");
    let info = text(&sayso(&server, &["info"]).stdout);
    assert!(info.contains(env!("CARGO_PKG_VERSION")), "{info}");
    let json: Value = serde_json::from_slice(&sayso(&server, &["quotes", "--json", "cranes"]).stdout).unwrap();
    assert_eq!(json["hits"][0]["quote"]["kind"], "QUOTE_KIND_DIRECT");
    assert_eq!(json["hits"][0]["quote"]["article"]["publishTime"], "2026-03-02T12:00:00Z");
    let deleted = sayso(&server, &["delete", "harbour"]);
    assert!(deleted.status.success());
    assert_eq!(sayso(&server, &["delete", "harbour"]).status.code(), Some(1));
    let again = sayso(&server, &["delete", "harbour", "--allow-missing"]);
    assert_eq!((again.status.code(), text(&again.stdout).as_str()), (Some(0), "harbour was not there\n"));
}

/// Two articles with labels, put in by the program: one in a record, one with front matter.
fn put_labelled(server: &Server) {
    let files = tempfile::tempdir().unwrap();
    let record = serde_json::json!({
        "id": "one", "outlet": "Veld Courier", "author": "Ines Okafor", "date": "2026-03-02", "text": STORY,
        "labels": {"desk": "politics", "customer": 17, "Odd": "x"},
    });
    fs::write(files.path().join("a.jsonl"), record.to_string()).unwrap();
    let front = "---\nid: two\noutlet: Fenmark Post\ndate: 2026-03-03\nlabels:\n  desk: economy\n---\n";
    fs::write(files.path().join("b.md"), format!("{front}\n{STORY}")).unwrap();
    let done = sayso(server, &["ingest", "--label", "source=dump", files.path().to_str().unwrap()]);
    let told = text(&done.stderr);
    assert!(done.status.success() && told.contains("field labels: Odd=\"x\" is not used"), "{told}");
}

/// The ids of the articles that these options list, in order.
fn listed(server: &Server, options: &[&str]) -> Vec<String> {
    let done = sayso(server, &[&["articles", "--json"], options].concat());
    let page: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", text(&done.stderr)));
    let articles = page["articles"].as_array().into_iter().flatten();
    articles.map(|article| article["article"]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn labels_are_kept_shown_and_looked_for() {
    let server = Server::start();
    put_labelled(&server);
    let list = text(&sayso(&server, &["articles"]).stdout);
    assert!(list.contains("customer=17, desk=politics, source=dump"), "{list}");
    for (options, expected) in [
        (&["--label", "source=dump", "--sort", "oldest"][..], &["one", "two"][..]),
        (&["--label", "desk=economy", "--label", "desk=politics"], &["two", "one"]),
        (&["--label", "desk=economy", "--label", "customer"], &[]),
        (&["--label", "customer"], &["one"]),
        (&["--author", "ines okafor"], &["one"]),
        (&["--outlet", "fenmark post", "--tier", "fast", "--tier", "accurate"], &["two"]),
        (&["--model", "none-1"], &[]),
    ] {
        assert_eq!(listed(&server, options), expected, "{options:?}");
    }
    let quotes = |options: &[&str]| text(&sayso(&server, &[&["quotes"], options].concat()).stdout);
    let both = quotes(&["--speaker", "brandt", "--speaker", "person/ada-lind", "--label", "customer=17"]);
    assert!(both.contains("Oskar Brandt") && both.contains("Ada Lind") && !both.contains("Fenmark Post"), "{both}");
    let said_to = quotes(&["--to", "nobody"]);
    assert!(said_to.contains("no quotes found"), "{said_to}");
}

#[tokio::test]
async fn an_article_is_shown_whole() {
    let server = Server::start();
    put_labelled(&server);
    let shown = text(&sayso(&server, &["articles", "--id", "one"]).stdout);
    for part in ["The cranes are safe,” Lind told reporters.", "Ines Okafor", "3 quotes", "customer=17"] {
        assert!(shown.contains(part), "{part} is missing in: {shown}");
    }
    let whole: Value = serde_json::from_slice(&sayso(&server, &["articles", "--id", "one", "--json"]).stdout).unwrap();
    assert_eq!((&whole["article"]["body"], &whole["article"]["revision"]), (&STORY.into(), &"1".into()));
    // What is printed can be put in again.
    let files = tempfile::tempdir().unwrap();
    fs::write(files.path().join("a.json"), whole["article"].to_string()).unwrap();
    let again = sayso(&server, &["ingest", "--json", files.path().to_str().unwrap()]);
    let summary: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((&summary["unchanged"], summary["notes"].as_array().unwrap().len()), (&Value::from(1), 0), "{summary}");
}

#[tokio::test]
async fn a_large_article_is_put_together_from_its_parts() {
    let server = Server::start_with(&["--analysis", "fast", "--max-reply", "4KiB"]);
    let body = vec![STORY; 40].join("\n");
    server.put(dated("large", "Veld Courier", "2026-03-02", &body)).await;
    let json = |options: &[&str]| -> Value {
        let done = sayso(&server, &[&["articles", "--json"], options].concat());
        serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", text(&done.stderr)))
    };
    let whole = json(&["--id", "large"]);
    assert_eq!(whole["article"]["body"], Value::from(body));
    let summary = &json(&[])["articles"][0];
    for (list, count) in [("sentences", "sentenceCount"), ("quotes", "quoteCount")] {
        let list = whole["annotations"][list].as_array().unwrap();
        assert_eq!(Value::from(list.len().to_string()), summary[count], "{count}");
        assert!(list.iter().enumerate().all(|(at, item)| item["index"].as_u64().unwrap_or(0) == at as u64), "{count}");
    }
}

#[tokio::test]
async fn articles_are_deleted_by_what_they_are() {
    let server = Server::start();
    put_labelled(&server);
    for arguments in [&["delete"][..], &["delete", "one", "--label", "desk"]] {
        assert_eq!(sayso(&server, arguments).status.code(), Some(2), "{arguments:?}");
    }
    let delete = |options: &[&str]| text(&sayso(&server, &[&["delete"], options].concat()).stdout);
    assert_eq!(delete(&["--label", "desk=politics", "--dry-run"]), "1 article would be deleted: one\n");
    assert_eq!(delete(&["one", "two", "--dry-run"]), "2 articles would be deleted: two, one\n");
    let missing = sayso(&server, &["delete", "one", "nine", "ten", "--dry-run"]);
    assert_eq!(text(&missing.stdout), "1 article would be deleted: one\n");
    assert_eq!(
        (text(&missing.stderr).as_str(), missing.status.code()),
        ("sayso: 2 of the ids are not there\n", Some(1))
    );
    assert!(sayso(&server, &["delete", "one", "nine", "--allow-missing", "--dry-run"]).status.success());
    assert_eq!(listed(&server, &[]), ["two", "one"]);
    assert_eq!(delete(&["--label", "desk=politics"]), "1 article deleted: one\n");
    assert_eq!(listed(&server, &[]), ["two"]);
    assert_eq!(delete(&["--outlet", "Veld Courier"]), "no articles deleted\n");
}

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
}

#[test]
fn analyze_needs_no_server_and_counts_code_points_for_the_scorer() {
    let files = tempfile::tempdir().unwrap();
    let lines = format!("{}\n", serde_json::json!({"id": "é", "text": format!("😀 é\n\n{STORY}"), "other": [1]}));
    let path = files.path().join("texts.jsonl.gz");
    let mut packed = flate2::write::GzEncoder::new(fs::File::create(&path).unwrap(), flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    packed.finish().unwrap();
    let done = command(&["analyze", "--output", "eval", path.to_str().unwrap()]).output().unwrap();
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(found["id"], "é");
    let letters: Vec<char> = format!("😀 é\n\n{STORY}").chars().collect();
    let words = |span: &Value| -> String {
        letters[span[0].as_u64().unwrap() as usize..span[1].as_u64().unwrap() as usize].iter().collect()
    };
    let quotes = found["quotes"].as_array().unwrap();
    assert_eq!(quotes.len(), 3);
    assert_eq!(words(&quotes[2]["cue"][0]), "said");
    assert_eq!(quotes[2]["speakers"], serde_json::json!(["Oskar Brandt"]));
    assert_eq!((&quotes[1]["kind"], &quotes[1]["addressee"]), (&Value::from("DIRECT"), &Value::from("reporters")));
    let names: Vec<String> = found["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| words(&serde_json::json!([one["start"], one["end"]])))
        .collect();
    assert!(
        names.contains(&"Ada Lind".to_owned()) && !names.iter().any(|name| name.contains("Commissioner")),
        "{names:?}"
    );
}

#[test]
fn analyze_reads_standard_input() {
    let mut child = command(&["analyze", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(STORY.as_bytes()).unwrap();
    let told = text(&child.wait_with_output().unwrap().stdout);
    assert!(told.contains("Oskar Brandt") && told.contains("a disgrace for Veldmark"), "{told}");
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

#[test]
fn options_that_would_do_nothing_are_refused() {
    for arguments in [
        &["quotes", "--id", "x", "--speaker", "y"][..],
        &["quotes", "--id", "x", "--outlet", "y"],
        &["quotes", "--id", "x", "--limit", "3"],
        &["quotes", "--context", "3"],
        &["articles", "--id", "x", "--from", "2026-03-03"],
        &["articles", "--id", "x", "--sort", "oldest"],
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

/// The examples at the end of a command's help, one a line.
fn examples(command_name: &str) -> Vec<String> {
    let help = text(&command(&[command_name, "--help"]).output().unwrap().stdout);
    let behind = help.rsplit_once("Examples:").map(|(_, behind)| behind.to_owned()).unwrap_or_default();
    behind.lines().filter_map(|line| line.trim().strip_prefix("sayso ").map(str::to_owned)).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn the_examples_of_the_help_find_something_in_the_samples() {
    let server = Server::start();
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let done = sayso(&server, &["ingest", "--analysis", "fast", samples]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    for name in ["search", "quotes", "articles", "entities"] {
        let examples = examples(name);
        assert!(examples.len() >= 2, "{name}: {examples:?}");
        for example in examples {
            let line = format!("{} {example}", env!("CARGO_BIN_EXE_sayso"));
            let done = Command::new("sh").args(["-c", &line]).env("SAYSO_SERVER", server.url()).output().unwrap();
            let told = text(&done.stdout) + &text(&done.stderr);
            assert!(done.status.success() && !told.contains(" found\n"), "{example}: {told}");
        }
    }
}
