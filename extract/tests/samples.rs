//! The sample articles and what a careful reader finds in them, against what the extraction finds.
//!
//! What it still gets wrong stands in `samples.misses.txt`, and in `samples.accurate.misses.txt` for the accurate tier,
//! a line each. A new miss fails the test, and
//! so does a line that no longer holds; `UPDATE=1 cargo test -p sayso-extract --test samples` writes the file anew.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use sayso_document::{Analysis, Quote, Span, Tier};
use sayso_extract::Analyzer;
use serde::Deserialize;

#[derive(Deserialize)]
struct Sample {
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    sentences: usize,
    entities: Vec<ExpectedEntity>,
    quotes: Vec<ExpectedQuote>,
}

#[derive(Deserialize)]
struct ExpectedEntity {
    name: String,
    r#type: String,
    titles: Vec<String>,
    aliases: Vec<String>,
}

#[derive(Deserialize)]
struct ExpectedQuote {
    content: String,
    #[serde(default)]
    more: Vec<String>,
    cue: String,
    speakers: Vec<String>,
    kind: String,
    act: String,
    polarity: Option<String>,
    addressee: Option<String>,
    #[serde(default)]
    about: Vec<String>,
}

#[test]
fn finds_what_a_reader_finds() {
    check(Tier::Fast, "samples.misses.txt");
}

#[test]
#[cfg(feature = "encoder")]
fn finds_accurately_what_a_reader_finds() {
    check(Tier::Accurate, "samples.accurate.misses.txt");
}

fn check(tier: Tier, known: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let analyzer = Analyzer::new();
    let mut misses = String::new();
    let mut bodies: Vec<_> = fs::read_dir(root.join("../samples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    bodies.sort();
    assert!(bodies.len() >= 8, "only {} samples", bodies.len());
    let (mut quotes, mut wrong) = (0, 0);
    for body in bodies {
        let text = fs::read_to_string(&body).unwrap();
        let sample: Sample = serde_json::from_str(&fs::read_to_string(body.with_extension("json")).unwrap()).unwrap();
        let slug = body.file_stem().unwrap().to_string_lossy().into_owned();
        let found = analyzer.analyze(&text, tier);
        assert_eq!(found.sentences.len(), sample.expected.sentences, "sentences of {slug}");
        let mut lines = check_entities(&sample.expected.entities, &found);
        let of_quotes = check_quotes(&text, &sample.expected.quotes, &found);
        quotes += sample.expected.quotes.len();
        wrong += of_quotes.len();
        lines.extend(of_quotes);
        for line in lines {
            writeln!(misses, "{slug}: {line}").unwrap();
        }
    }
    eprintln!("{tier:?}: {} of {quotes} quotes of the samples are wholly right", quotes - wrong);
    let kept = root.join("tests").join(known);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&kept, &misses).unwrap();
    }
    let known = fs::read_to_string(&kept).unwrap_or_default();
    let (now, then): (BTreeSet<_>, BTreeSet<_>) = (misses.lines().collect(), known.lines().collect());
    let fresh: Vec<_> = now.difference(&then).collect();
    let mended: Vec<_> = then.difference(&now).collect();
    assert!(fresh.is_empty() && mended.is_empty(), "newly wrong: {fresh:#?}\nno longer wrong: {mended:#?}");
}

fn check_entities(expected: &[ExpectedEntity], found: &Analysis) -> Vec<String> {
    let mut wrong = Vec::new();
    for want in expected {
        let named: Vec<_> = found.entities.iter().filter(|entity| entity.name == want.name).collect();
        let Some(got) = named.iter().find(|entity| format!("{:?}", entity.kind).to_uppercase() == want.r#type) else {
            let got: Vec<_> = named.iter().map(|entity| format!("{:?}", entity.kind).to_uppercase()).collect();
            wrong.push(format!("entity {} is {got:?}, not {}", want.name, want.r#type));
            continue;
        };
        for title in want.titles.iter().filter(|title| !got.titles.iter().any(|one| one.text.contains(*title))) {
            wrong.push(format!("entity {} lacks the title {title:?}", want.name));
        }
        for alias in want.aliases.iter().filter(|alias| !got.aliases.iter().any(|one| one.text == **alias)) {
            wrong.push(format!("entity {} lacks the alias {alias:?}", want.name));
        }
    }
    wrong
}

/// One line for each quote that is not wholly right.
fn check_quotes(text: &str, expected: &[ExpectedQuote], found: &Analysis) -> Vec<String> {
    let mut from = 0;
    let mut wrong = Vec::new();
    for want in expected {
        let first = locate(text, &want.content, from);
        from = first.start();
        let mut spans = vec![first];
        for part in &want.more {
            let after = spans[spans.len() - 1].end();
            spans.push(locate(text, part, after));
        }
        let best = found.quotes.iter().max_by_key(|quote| (1000.0 * agreement(quote, &spans)) as u32);
        let faults = match best {
            Some(got) if agreement(got, &spans) >= 0.5 => faults(want, got, found, text),
            _ => vec!["not found".to_owned()],
        };
        if !faults.is_empty() {
            let start: String = want.content.chars().take(48).collect();
            wrong.push(format!("quote {start:?} ({}): {}", want.cue, faults.join("; ")));
        }
    }
    wrong
}

/// Intersection over union of the content, in bytes.
fn agreement(quote: &Quote, spans: &[Span]) -> f64 {
    let bytes = |spans: &[Span]| spans.iter().flat_map(|span| span.range()).collect::<BTreeSet<_>>();
    let (got, want) = (bytes(&quote.content), bytes(spans));
    got.intersection(&want).count() as f64 / got.union(&want).count().max(1) as f64
}

fn faults(want: &ExpectedQuote, got: &Quote, found: &Analysis, text: &str) -> Vec<String> {
    let names =
        |positions: &[usize]| -> Vec<String> { positions.iter().map(|at| found.entities[*at].name.clone()).collect() };
    let mut faults = Vec::new();
    let mut same = |what: &str, want: String, got: String| {
        if want != got {
            faults.push(format!("{what} is {got}, not {want}"));
        }
    };
    same("speaker", format!("{:?}", want.speakers), format!("{:?}", names(&got.speakers)));
    same("kind", want.kind.clone(), format!("{:?}", got.kind).to_uppercase());
    same("act", want.act.clone(), format!("{:?}", got.act).to_uppercase());
    let polarity = want.polarity.clone().unwrap_or_else(|| "ASSERTED".to_owned());
    same("polarity", polarity, format!("{:?}", got.polarity).to_uppercase());
    let (to, heard) = (want.addressee.as_deref(), got.addressee.as_ref().map(|to| to.span.of(text)));
    let agree = match (to, heard) {
        (Some(to), Some(heard)) => to.contains(heard) || heard.contains(to),
        (to, heard) => to.is_none() && heard.is_none(),
    };
    if !agree {
        same("addressee", format!("{to:?}"), format!("{heard:?}"));
    }
    let about = names(&got.about);
    for name in want.about.iter().filter(|name| !about.contains(name)) {
        same("about", name.clone(), format!("{about:?}"));
    }
    faults
}

fn locate(text: &str, words: &str, from: usize) -> Span {
    let start = text[from..].find(words).unwrap_or_else(|| panic!("{words:?} does not stand after byte {from}")) + from;
    Span::new(start, start + words.len())
}
