//! A real news article with its gold quotes, where the folder `shared` lies beside the project.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use sayso_document::{Analysis, Quote, Span, Tier};
use sayso_extract::Analyzer;
use serde_json::Value;

/// The text and gold of the article, or none outside of the development workspace.
fn article() -> Option<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/articles");
    let text = fs::read_to_string(folder.join("000_480bc931a9ee1cb0.txt")).ok()?;
    let gold = fs::read_to_string(folder.join("000_480bc931a9ee1cb0.gold.json")).ok()?;
    Some((text, serde_json::from_str(&gold).unwrap()))
}

/// Gold spans count code points.
fn spans(text: &str, value: &Value) -> Vec<Span> {
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = |value: &Value| bytes[value.as_u64().unwrap() as usize];
    value.as_array().unwrap().iter().map(|pair| Span::new(at(&pair[0]), at(&pair[1]))).collect()
}

fn names(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|name| name.as_str().unwrap().into()).collect()
}

fn overlaps(quote: &Quote, gold: &[Span]) -> bool {
    quote.content.iter().any(|span| gold.iter().any(|other| span.overlaps(*other)))
}

fn named(analysis: &Analysis, entities: &[usize]) -> Vec<String> {
    entities.iter().map(|&entity| analysis.entities[entity].name.clone()).collect()
}

#[test]
fn finds_the_quotes_of_the_article() {
    check(Tier::Fast);
}

#[test]
#[cfg(feature = "encoder")]
fn finds_the_quotes_of_the_article_accurately() {
    check(Tier::Accurate);
}

fn check(tier: Tier) {
    let Some((text, gold)) = article() else {
        eprintln!("SKIPPED: no folder `shared` beside the project");
        return;
    };
    let analysis = Analyzer::new().analyze(&text, tier);
    let mut matched = Vec::new();
    for wanted in gold["quotes"].as_array().unwrap() {
        let content = spans(&text, &wanted["content"]);
        let cue = spans(&text, &wanted["cue"]);
        let same = |quote: &&Quote| overlaps(quote, &content) && quote.cue.iter().any(|span| span.overlaps(cue[0]));
        let Some(quote) = analysis.quotes.iter().find(same) else { panic!("not found: {:?}", content[0].of(&text)) };
        let words = content[0].of(&text);
        assert_eq!(named(&analysis, &quote.speakers), names(&wanted["speakers"]), "speakers of {words:?}");
        assert_eq!(format!("{:?}", quote.kind).to_uppercase(), wanted["kind"], "kind of {words:?}");
        let heard = quote.addressee.as_ref().map_or(Vec::new(), |addressee| named(&analysis, &addressee.entities));
        assert!(
            names(&wanted["addressee"]).iter().all(|name| heard.contains(name)),
            "addressees of {words:?}: {heard:?}"
        );
        matched.push(quote.extent());
    }
    let spurious = analysis.quotes.iter().filter(|quote| !matched.contains(&quote.extent())).count();
    assert!(spurious <= 2, "{spurious} spurious quotes");
}
