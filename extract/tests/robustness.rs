//! Texts that are odd in one way each: marks of all sorts, transcripts, tables, tweets, other languages, markup.
//!
//! A fixture is `robustness/NAME.txt` with `NAME.json` beside it: the language, entities that must be found, words
//! that must be in no entity's name, and all quotes: `content` with `more` spans, words that the cue has, the
//! speakers' names and the kind. What is still wrong stands in `robustness/known.txt`, of the accurate tier in `robustness/known.accurate.txt`, a line each: a new miss fails
//! the test, and so does a line that no longer holds; `UPDATE=1` writes the file anew.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeSet, fs, path::Path};

use sayso_document::{Analysis, Quote, Span, Tier};
use sayso_extract::Analyzer;
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    language: String,
    entities: Vec<ExpectedEntity>,
    /// Words that are in no entity's name.
    never: Vec<String>,
    quotes: Vec<ExpectedQuote>,
}

#[derive(Deserialize)]
struct ExpectedEntity {
    name: String,
    r#type: String,
}

#[derive(Deserialize)]
struct ExpectedQuote {
    content: String,
    #[serde(default)]
    more: Vec<String>,
    cue: String,
    speakers: Vec<String>,
    kind: String,
}

#[test]
fn odd_texts_are_read_as_expected() {
    read_all(Tier::Fast, "known.txt");
}

#[test]
#[cfg(feature = "encoder")]
fn odd_texts_are_read_accurately_as_expected() {
    read_all(Tier::Accurate, "known.accurate.txt");
}

fn read_all(tier: Tier, known: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/robustness");
    let mut texts: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    texts.retain(|path| path.with_extension("json").exists() && path.extension().is_some_and(|one| one == "txt"));
    texts.sort();
    assert!(texts.len() >= 25, "only {} fixtures", texts.len());
    let analyzer = Analyzer::new();
    let mut misses = Vec::new();
    for path in &texts {
        let text = fs::read_to_string(path).unwrap();
        let expected = serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        let found = analyzer.analyze(&text, tier);
        misses.extend(check(&text, &expected, &found).iter().map(|miss| format!("{name}: {miss}")));
    }
    let kept = folder.join(known);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&kept, misses.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
    let known = fs::read_to_string(&kept).unwrap_or_default();
    let (now, then): (BTreeSet<_>, BTreeSet<_>) =
        (misses.iter().map(String::as_str).collect(), known.lines().collect());
    let (fresh, mended): (Vec<_>, Vec<_>) = (now.difference(&then).collect(), then.difference(&now).collect());
    assert!(fresh.is_empty() && mended.is_empty(), "newly wrong: {fresh:#?}\nno longer wrong: {mended:#?}");
}

/// What is wrong in one fixture, a line each.
fn check(text: &str, expected: &Expected, found: &Analysis) -> Vec<String> {
    let mut wrong = Vec::new();
    if found.language != expected.language {
        wrong.push(format!("language is {}", found.language));
    }
    for want in &expected.entities {
        let is = |kind| format!("{kind:?}").to_uppercase() == want.r#type;
        if !found.entities.iter().any(|entity| entity.name == want.name && is(entity.kind)) {
            wrong.push(format!("no {} {:?}", want.r#type, want.name));
        }
    }
    for words in &expected.never {
        let names = found.entities.iter().filter(|entity| entity.name.contains(words.as_str()));
        wrong.extend(names.map(|entity| format!("{:?} is no name", entity.name)));
    }
    let mut taken = vec![false; found.quotes.len()];
    let mut from = 0;
    for want in &expected.quotes {
        let spans = locate(text, want, &mut from);
        let best = (0..found.quotes.len()).max_by_key(|&i| (1000.0 * agreement(&found.quotes[i], &spans)) as u32);
        let start: String = want.content.chars().take(40).collect();
        match best.filter(|&i| agreement(&found.quotes[i], &spans) >= 0.5) {
            Some(i) => {
                taken[i] = true;
                wrong.extend(faults(text, want, &spans, found, &found.quotes[i]).map(|f| format!("{start:?}: {f}")));
            }
            None => wrong.push(format!("{start:?}: not found")),
        }
    }
    let extra = found.quotes.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(quote, _)| quote);
    wrong.extend(extra.map(|quote| format!("invented {:?}", words(text, &quote.content))));
    wrong
}

fn faults(
    text: &str,
    want: &ExpectedQuote,
    spans: &[Span],
    found: &Analysis,
    got: &Quote,
) -> impl Iterator<Item = String> {
    let speakers: Vec<_> = got.speakers.iter().map(|&at| found.entities[at].name.clone()).collect();
    let (cue, kind) = (words(text, &got.cue), format!("{:?}", got.kind).to_uppercase());
    [
        (agreement(got, spans) < 1.0).then(|| format!("content is {:?}", words(text, &got.content))),
        (!cue.contains(&want.cue) || want.cue.is_empty() != cue.is_empty()).then(|| format!("cue is {cue:?}")),
        (speakers != want.speakers).then(|| format!("speakers are {speakers:?}")),
        (kind != want.kind).then(|| format!("kind is {kind}")),
    ]
    .into_iter()
    .flatten()
}

fn words(text: &str, spans: &[Span]) -> String {
    let words: Vec<String> = spans.iter().map(|span| span.of(text).chars().take(120).collect()).collect();
    words.join(" | ")
}

/// Intersection over union of the content, in bytes that are no white space.
fn agreement(quote: &Quote, spans: &[Span]) -> f64 {
    let bytes = |spans: &[Span]| spans.iter().flat_map(|span| span.range()).collect::<BTreeSet<_>>();
    let (got, want) = (bytes(&quote.content), bytes(spans));
    got.intersection(&want).count() as f64 / got.union(&want).count().max(1) as f64
}

/// The spans of a quote: looked up from the start of the text where it does not stand after the one before.
fn locate(text: &str, want: &ExpectedQuote, from: &mut usize) -> Vec<Span> {
    let mut at = if text[*from..].contains(&want.content) { *from } else { 0 };
    let mut spans = Vec::new();
    for part in std::iter::once(&want.content).chain(&want.more) {
        let start = at + text[at..].find(part.as_str()).unwrap_or_else(|| panic!("{part:?} does not stand there"));
        spans.push(Span::new(start, start + part.len()));
        at = start + part.len();
    }
    *from = spans[0].start();
    spans
}
