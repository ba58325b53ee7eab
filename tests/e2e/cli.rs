//! The client commands, as processes against a server.

mod faults;
mod ingest;

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

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

#[tokio::test]
async fn answers_are_tables_where_tables_are_wanted() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(dated("harbour", "Veld Courier", "2026-03-02", STORY)).await;
    let lines = |arguments: &[&str]| -> Vec<String> {
        let out = sayso(&server, arguments);
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout).lines().map(str::to_owned).collect()
    };
    let table = lines(&["quotes", "--speaker", "brandt", "--output", "table"]);
    assert!(table[0].starts_with("published "), "{table:?}");
    assert!(table[1].contains("2026-03-02  Veld Courier  Oskar Brandt  said"), "{table:?}");
    assert_eq!(table[2..], ["1 quote"]);
    for (command, first) in [
        (["quotes", "disgrace"], "quote_id,text,speakers"),
        (["search", "cranes"], "sentence_id,text,role"),
        (["entities", "lind"], "entity_id,name,type"),
        (["articles", "--limit=2"], "article_id,outlet,title"),
    ] {
        let csv = lines(&[command[0], command[1], "--output", "csv"]);
        assert!(csv[0].starts_with(first) && csv.len() > 1, "{csv:?}");
    }
    let csv = lines(&["entities", "--id", "person/ada-lind", "--output", "csv"]);
    assert!(csv[0].starts_with("mention_id,text,form,sentence") && csv[1].contains("Ada Lind"), "{csv:?}");
    let one = sayso(&server, &["articles", "--id", "harbour", "--output", "csv"]);
    assert_eq!((one.status.code(), text(&one.stderr).contains("--id shows one thing")), (Some(2), true));
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
async fn a_name_that_no_quote_has_is_told_with_the_command_that_shows_what_is_said() {
    let server = Server::start();
    put_labelled(&server);
    let found_by = |options: &[&str]| text(&sayso(&server, &[&["quotes"], options].concat()).stdout);
    let brandt = found_by(&["brandt", "--outlet", "veld courier"]);
    assert!(
        brandt.ends_with(
            "1 quote is by Oskar Brandt, with your other options: sayso quotes --speaker \"Oskar Brandt\"\n"
        ),
        "{brandt}"
    );
    assert!(found_by(&["--speaker", "Oskar Brandt"]).contains("disgrace"));
    let lind = found_by(&["ada", "lind"]);
    assert!(lind.contains(" quotes are by Ada Lind: sayso quotes --speaker \"Ada Lind\"\n"), "{lind}");
    for none in [&["brandt", "--outlet", "nobody"][..], &["zeppelin"], &["brandt", "--json"]] {
        let told = found_by(none);
        assert!(!told.contains("by Oskar Brandt"), "{told}");
    }
}

#[tokio::test]
async fn an_article_is_shown_whole() {
    let server = Server::start();
    put_labelled(&server);
    let shown = text(&sayso(&server, &["articles", "one"]).stdout);
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
