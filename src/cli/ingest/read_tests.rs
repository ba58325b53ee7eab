//! What files yield: articles, refusals and notes, by what the files hold.

use std::fs;
use std::sync::Arc;

use super::super::dates;
use super::files;
use super::json::Layout;
use super::read::{Entry, Item, Reader};

fn reader() -> Reader {
    Reader {
        layout: Layout::default(),
        labels: vec![("desk".into(), "politics".into())],
        outlet: "Veld Courier".into(),
        date: dates::parse_publication("2026-03-03").ok(),
        body_bytes: 100,
        follow_links: false,
        progress: Arc::default(),
    }
}

/// Writes the files, reads the folder, and gives a line for each item that is no article.
fn read(files: &[(&str, &[u8])]) -> (Vec<Entry>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let root = folder.path().display().to_string();
    let (mut entries, mut refused) = (Vec::new(), Vec::new());
    for file in files::list(std::slice::from_ref(&root), None, false).files {
        assert!(reader().read(&file, &mut |item| {
            match item {
                Item::Article(entry) => entries.push(*entry),
                Item::Refused(refusal) => {
                    refused.push(format!("{}: {}", refusal.place, refusal.why).replace(&root, ""))
                }
                Item::Noted(place, note) => refused.push(format!("{place}: {note}").replace(&root, "")),
            }
            true
        }));
    }
    (entries, refused)
}

#[test]
fn a_text_takes_what_the_file_beside_it_tells() {
    let told = br#"{"article": {"id": "01-tide", "title": "Tide", "source": "Fenmark Post"}, "expected": {}}"#;
    let (entries, refused) = read(&[("01-tide.txt", b"The tide turned."), ("01-tide.json", told)]);
    assert_eq!(refused, [""; 0]);
    let [Entry { article, .. }] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(
        (article.id.as_str(), article.title.as_str(), article.outlet.as_str()),
        ("01-tide", "Tide", "Fenmark Post")
    );
    assert_eq!(article.body, "The tide turned.");
    assert_eq!(article.publish_time.as_ref().map(dates::show_day).as_deref(), Some("3 March 2026"));
}

#[test]
fn a_text_alone_is_known_by_its_path() {
    let (entries, _) = read(&[("tide.md", b"# Tide\n\nThe tide turned.")]);
    assert!(entries[0].article.id.starts_with("tide-"), "{entries:?}");
    assert_eq!((entries[0].article.title.as_str(), entries[0].article.outlet.as_str()), ("Tide", "Veld Courier"));
}

#[test]
fn a_bad_line_does_not_stop_the_others() {
    let lines = b"\xef\xbb\xbf{\"body\": \"One.\"}\r\n\n{\"body\": \n{\"body\": \" \"}\n{\"body\": \"\xff\"}\n{\"body\": \"Two.\", \"date\": \"soon\"}";
    let (entries, refused) = read(&[("a.jsonl", lines)]);
    let bodies: Vec<_> = entries.iter().map(|entry| entry.article.body.as_str()).collect();
    assert_eq!(bodies, ["One.", "ÿ", "Two."]);
    assert_eq!(entries[2].article.id, "");
    assert!(entries[2].notes[0].to_string().starts_with("field date: \"soon\" is not a date that is understood"));
    assert_eq!(
        refused,
        ["/a.jsonl:3: malformed JSON: EOF while parsing a value at column 9", "/a.jsonl:4: the body is empty",]
    );
}

#[test]
fn a_line_is_refused_once_whatever_it_holds() {
    let lines = b"{\"body\": \"One.\"}\nnot json at all\n2026-03-03 10:00 INFO started\n\"a\",\"b\",7\n{\"body\" \"x\"} {}\n\
        {\"body\": \"Two.\"} and more words\n[{\"body\": \"Three.\"}, 7, {\"body\": \"Four.\"}]\n{\"body\": \"Five.\"}{\"body\": \"Six.\"}";
    let (entries, refused) = read(&[("a.jsonl", lines)]);
    let bodies: Vec<_> = entries.iter().map(|entry| entry.article.body.as_str()).collect();
    assert_eq!(bodies, ["One.", "Two.", "Three.", "Four.", "Five.", "Six."]);
    let places: Vec<_> = refused.iter().map(|told| told.split(": ").next().unwrap()).collect();
    let expected = ["/a.jsonl:2", "/a.jsonl:3", "/a.jsonl:4", "/a.jsonl:5, item 1", "/a.jsonl:6", "/a.jsonl:7, item 2"];
    assert_eq!(places, expected, "{refused:?}");
}

#[test]
fn words_are_no_json_each_but_together() {
    let (entries, refused) =
        read(&[("a.json", b"no json at all {\"body\": \"One.\"} [7, {\"body\": \"Two.\"}, \"x\"]")]);
    assert_eq!(entries.len(), 2);
    assert!(refused[0].starts_with("/a.json, item 1: malformed JSON"), "{refused:?}");
    assert_eq!(refused.len(), 3, "{refused:?}");
}

#[test]
fn what_holds_nothing_is_told() {
    let files: [(&str, &[u8]); 4] =
        [("a.json", b"[]"), ("b.jsonl", b""), ("c.jsonl", b" \n\n"), ("d.json", b"{\"articles\": []}")];
    let (entries, told) = read(&files);
    assert_eq!(entries, []);
    assert_eq!(told, files.map(|(name, _)| format!("/{name}: holds no record")));
}

#[test]
fn a_binary_body_is_refused_wherever_it_comes_from() {
    let zeros: String = "The tide turned.".chars().flat_map(|letter| [letter, '\0']).collect();
    let record = serde_json::json!({"body": zeros}).to_string();
    let utf_16: Vec<u8> = "The tide turned.".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (entries, refused) = read(&[("a.json", record.as_bytes()), ("b.txt", &[7; 90]), ("c.txt", &utf_16)]);
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].article.body, "The tide turned.");
    assert!(refused[0].ends_with("as UTF-16 is that was read as something else"), "{refused:?}");
    assert_eq!(refused[1], "/b.txt: the body is binary, no text: it is full of control characters");
}

#[test]
fn a_bad_file_is_told_and_the_others_are_read() {
    let long = format!("{{\"body\": \"{}\"}}", "x".repeat(101));
    let (entries, refused) = read(&[
        ("a.txt", b"one\n\xff"),
        ("b.txt", b""),
        ("c.txt", "x".repeat(301).as_bytes()),
        ("d.jsonl", long.as_bytes()),
        ("e.json", b"[{\"text\": \"One.\"}, 7, {\"text\": \"Two.\"}]"),
        ("f.json", b"[{"),
        ("g.html", b"<html></html>"),
        ("h.jsonl", "x".repeat(900).as_bytes()),
    ]);
    assert_eq!(entries.len(), 2);
    assert_eq!(
        refused,
        [
            "/a.txt:2: not valid UTF-8 (byte 4); it looks like windows-1252: convert it with iconv -f windows-1252 -t UTF-8",
            "/b.txt: the body is empty",
            "/c.txt: too large: more than the server takes; its limit body_bytes is 100 bytes (sayso serve --max-body)",
            "/d.jsonl:1: too large: the body has 101 bytes; its limit body_bytes is 100 bytes (sayso serve --max-body)",
            "/e.json, item 2: expected an object, found a number",
            "/f.json, item 1: malformed JSON: EOF while parsing an object at line 1",
            "/f.json: malformed JSON: the file ends inside of a list",
            "/g.html: no article found in the page",
            "/h.jsonl:1: the line is longer than 400 bytes",
        ]
    );
}

#[test]
fn names_of_fields_cannot_command_the_terminal() {
    let record = serde_json::json!({"\u{1b}[2Jtitel": "Tide", "body": "One."}).to_string();
    let none = serde_json::json!({"\u{1b}[2J": "Tide", "x".repeat(9_000): ""}).to_string();
    let (entries, refused) = read(&[("a.json", record.as_bytes()), ("b.json", none.as_bytes())]);
    assert!(entries[0].notes.iter().all(|note| !note.to_string().contains('\u{1b}')), "{entries:?}");
    assert!(!refused[0].contains('\u{1b}') && refused[0].len() < 400, "{refused:?}");
}
