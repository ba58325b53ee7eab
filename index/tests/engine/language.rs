//! The query language, line by line: `tests/fixtures/query` has a file for each. A case is what is asked, the tree that
//! is understood, and what is found in the articles below:
//!
//! - `query:`, `all words:` (all must match) and `pasted:` (leniently) look for sentences, `quotes:` for quotes;
//! - `tree:` is the tree, which is a query again and finds the same;
//! - `group:` is a line of a file of synonyms, for `with synonyms:`, which looks for sentences; `marked:` is what is
//!   marked in them;
//! - `sentences:` or `hits:` are the hits by article and number; `first:`, if there, is the best.

use std::path::Path;

use sayso_document::{Act, DateRange, EntityType, Polarity, QuoteKind, Span};
use sayso_index::Synonyms;
use sayso_index::query::{Expr, ParseOptions, parse};
use sayso_index::{Embedded, Engine, Interrupt};

use crate::samples::*;

/// The articles, in the order in which hits are listed.
const IDS: [&str; 5] = ["talks", "envoy", "cafes", "health", "spell"];

fn filled() -> (tempfile::TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let person = EntityType::Person;

    let body = "Peace talks resumed in Varda.\n“We negotiate in good faith,” Kremov said.\nThe sit-down was short.";
    let talks = with_entity(article("talks", body), person, &["Iven Kremov", "Kremov"], &["Harbour Spokesman"]);
    let talks = with_entity(talks, EntityType::Place, &["Varda"], &[]);
    put(&engine, &with_quote(talks, "We negotiate in good faith", Some(0)));

    let body = "Talks of peace failed, the U.S. envoy said.\nIven Kremov refused to say that peace talks are over.";
    let mut envoy = with_entity(article("envoy", body), person, &["Iven Kremov"], &[]);
    envoy.article.published_at = Some(2_000_000);
    envoy.article.outlet = "Tamm Évening".into();
    envoy.article.language = "en-GB".into();
    envoy.article.title = "No faith in Varda".into();
    let mut envoy = with_quote(envoy, "Talks of peace failed", None);
    envoy.analysis.quotes[0].source = vec![Span::new(23, 37)];
    let mut envoy = with_quote(envoy, "peace talks are over", Some(0));
    let last = &mut envoy.analysis.quotes[1];
    (last.polarity, last.act, last.kind) = (Polarity::Negated, Act::Thought, QuoteKind::Indirect);
    (last.about, last.confidence, last.said) = (vec![0], 0.4, DateRange::month(2026, 2));
    put(&engine, &envoy);

    let mut cafes = article("cafes", "Negotiations and negotiators; peace at last for the cafés.");
    cafes.article.published_at = None;
    put(&engine, &cafes);

    let body = "The WHO warned of COVID-19 in May.\nThose who know us may wait.";
    let mut health = article("health", body);
    health.article.title = "Those who wait for us".into();
    health.article.labels = [("desk".to_owned(), "home".to_owned())].into();
    put(&engine, &health);

    let body = "Send an e-mail to the white house; a co-operative was organized.\n\
                An email came from the harbour and the White Houses.\nL’Oréal and O'Brien went to Hawaiʻi.";
    put(&engine, &article("spell", body));
    (dir, engine)
}

/// The hits, best first.
fn found(engine: &Embedded, quotes: bool, expr: Expr) -> Vec<String> {
    match quotes {
        true => {
            let page = engine.quotes(&quote_query(expr), &Interrupt::default()).unwrap();
            page.hits.iter().map(|hit| format!("{}.{}", hit.article.article.id, hit.index)).collect()
        }
        false => {
            let hits = search(engine, &sentence_query(expr));
            hits.iter().map(|hit| format!("{}.{}", hit.article.id, hit.index)).collect()
        }
    }
}

/// What is marked in the sentences that are found, in their order.
fn marked(engine: &Embedded, expr: &Expr) -> String {
    let mut marked = Vec::new();
    for hit in search(engine, &sentence_query(expr.clone())) {
        let words = hit.highlights.iter().map(|&span| hit.words(span).to_owned());
        marked.extend(words.map(|word| format!("{}.{} {word}", hit.article.id, hit.index)));
    }
    marked.sort();
    marked.join(", ")
}

fn in_order(mut hits: Vec<String>) -> String {
    let place = |hit: &String| IDS.iter().position(|id| hit.starts_with(id));
    hits.sort_by_key(|hit| (place(hit), hit.clone()));
    if hits.is_empty() { "none".into() } else { hits.join(" ") }
}

fn check(engine: &Embedded, file: &str, case: &str) {
    let lines: Vec<(&str, &str)> =
        case.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once(": ").unwrap()).collect();
    let groups: Vec<&str> = lines.iter().filter(|(name, _)| *name == "group").map(|(_, group)| *group).collect();
    let synonyms = Synonyms::parse(groups.join("\n").as_bytes()).unwrap();
    let lines: Vec<_> = lines.into_iter().filter(|(name, _)| *name != "group").collect();
    let (asked, query) = lines[0];
    let options = match asked {
        "query" => ParseOptions::sentences(),
        "quotes" => ParseOptions::quotes(),
        "all words" => ParseOptions { all_words: true, ..ParseOptions::sentences() },
        "with synonyms" => ParseOptions::sentences(),
        "pasted" => ParseOptions { lenient: true, ..ParseOptions::sentences() },
        other => panic!("{file}: {other} is not asked"),
    };
    let expr = parse(query, &options).unwrap_or_else(|error| panic!("{file}: {query}: {error}"));
    let expr = synonyms.expand(expr);
    let hits = found(engine, options.quotes, expr.clone());
    for &(name, expected) in &lines[1..] {
        let shown = match name {
            "tree" => expr.to_string(),
            "marked" => marked(engine, &expr),
            "first" => hits[0].clone(),
            "sentences" | "hits" => in_order(hits.clone()),
            other => panic!("{file}: {other} is not known"),
        };
        assert_eq!(shown, expected, "{file}: {query}: {name}");
    }
    if !groups.is_empty() {
        return;
    }
    let again = parse(&expr.to_string(), &ParseOptions { quotes: options.quotes, ..ParseOptions::default() }).unwrap();
    assert_eq!(again, expr, "{file}: {query}");
}

#[test]
fn every_line_of_the_language_finds_what_it_says() {
    let (_dir, engine) = filled();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/query");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 15);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        text.trim_end().split("\n\n").for_each(|case| check(&engine, &name, case));
    }
}
