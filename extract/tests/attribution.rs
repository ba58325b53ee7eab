//! Quotes in small invented articles: a file in `fixtures/quotes` is a test.
//!
//! A fixture holds the text, a line `---`, and a line for each quote in reading order:
//! `content | cue | source | speakers | kind and act`, with `++` between several spans or speakers and
//! `-` for nothing. After that may follow ` | to WORDS`, ` | when WORDS`, ` | negated`, ` | hypothetical`.
//! What stands in `fixtures/bounds` holds in both tiers.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod known;

use std::fs;
use std::path::Path;

use sayso_document::{Analysis, Polarity, Quote, Span, Tier};
use sayso_extract::Analyzer;

fn words(text: &str, spans: &[Span]) -> String {
    let words: Vec<String> = spans.iter().map(|span| span.of(text).replace('\n', "⏎")).collect();
    if words.is_empty() { "-".into() } else { words.join(" ++ ") }
}

fn line(text: &str, analysis: &Analysis, quote: &Quote) -> String {
    let speakers: Vec<&str> = quote.speakers.iter().map(|&speaker| analysis.entities[speaker].name.as_str()).collect();
    let speakers = if speakers.is_empty() { "-".into() } else { speakers.join(" ++ ") };
    let kind = format!("{:?} {:?}", quote.kind, quote.act).to_lowercase();
    let (content, cue, source) = (words(text, &quote.content), words(text, &quote.cue), words(text, &quote.source));
    let mut line = format!("{content} | {cue} | {source} | {speakers} | {kind}");
    if let Some(addressee) = &quote.addressee {
        line += &format!(" | to {}", addressee.span.of(text));
    }
    if let Some(when) = quote.when {
        line += &format!(" | when {}", when.of(text));
    }
    match quote.polarity {
        Polarity::Asserted => {}
        Polarity::Negated => line += " | negated",
        Polarity::Hypothetical => line += " | hypothetical",
    }
    line
}

/// Compares what is found in a fixture's text with its lines; returns the difference, if any.
fn check(analyzer: &Analyzer, path: &Path, tier: Tier) -> Option<String> {
    let fixture = fs::read_to_string(path).unwrap();
    let (text, expected) = fixture.split_once("\n---\n").expect("a line --- between text and quotes");
    let analysis = analyzer.analyze(text, tier);
    let found: Vec<String> = analysis.quotes.iter().map(|quote| line(text, &analysis, quote)).collect();
    let expected: Vec<&str> = expected.lines().filter(|line| !line.is_empty()).collect();
    (found != expected).then(|| {
        let (expected, found) = (expected.join("\n  "), found.join("\n  "));
        format!("{} ({tier:?})\n expected\n  {expected}\n found\n  {found}\n", path.display())
    })
}

#[test]
fn fixtures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quotes");
    let paths = known::fixtures(&folder);
    assert!(!paths.is_empty());
    let analyzer = Analyzer::new();
    let faults: Vec<_> =
        paths.into_iter().filter_map(|path| check(&analyzer, &path, Tier::Fast).map(|fault| (path, fault))).collect();
    known::hold(&folder, &faults);
}

#[test]
fn bounds_hold_in_both_tiers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bounds");
    let paths = known::fixtures(&folder);
    assert!(!paths.is_empty());
    let analyzer = Analyzer::new();
    let tiers = [Tier::Fast, Analyzer::BEST];
    let faults: Vec<_> =
        paths.iter().flat_map(|path| tiers.iter().filter_map(|&tier| check(&analyzer, path, tier))).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

/// One pair of marks may enclose paragraphs.
#[cfg(feature = "encoder")]
#[test]
fn a_quotation_runs_on_over_a_paragraph_that_does_not_open_it_anew() {
    let text = "Ines Calloway spoke to the council on Monday. She said: “The harbour is closed. We had no choice.\n\n\
        We will open it again in May.”\n";
    let analysis = Analyzer::new().analyze(text, Tier::Accurate);
    let content = words(text, &analysis.quotes[0].content);
    assert_eq!(content, "“The harbour is closed. We had no choice.⏎⏎We will open it again in May.”");
}
