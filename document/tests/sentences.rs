//! Sentences and their roles, one fixture file for each case: a text, a line `----`, and the sentences
//! expected, one to a line with white space made one blank, each after its role when it is not body text.

use std::{fs, path::Path};

use sayso_document::{Document, SentenceRole};

fn sentences(text: &str) -> String {
    let document = Document::new(text);
    let line = |sentence: &sayso_document::Sentence| {
        let words = sentence.span.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
        match sentence.role {
            SentenceRole::Body => words,
            role => format!("[{role:?}] {words}"),
        }
    };
    document.sentences().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_fixture_is_split_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "fixtures are missing: {files:?}");
    let mut wrong = Vec::new();
    for file in files {
        let fixture = fs::read_to_string(&file).unwrap();
        let (text, expected) = fixture.split_once("\n----\n").expect("a fixture has a line ----");
        let (got, expected) = (sentences(text), expected.trim_end());
        if got != expected {
            wrong.push(format!("{}\nexpected:\n{expected}\n\ngot:\n{got}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn line_ends_of_all_systems_part_paragraphs() {
    for line_end in ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\u{2028}"] {
        let text = format!("One bird sang.{line_end}Another\u{a0}answered.\tA third slept.{line_end}");
        assert_eq!(sentences(&text), "One bird sang.\nAnother answered.\nA third slept.", "{line_end:?}");
        assert_eq!(Document::new(&text).paragraphs().collect::<Vec<_>>(), [0..1, 1..3]);
    }
}
