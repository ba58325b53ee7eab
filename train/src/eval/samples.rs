//! Reads sample articles with what a careful reader finds in them, in the formats of the corpora. Unlike the corpora,
//! they were invented for this project, so they can be quoted anywhere.

use std::io;
use std::path::Path;

use serde::Deserialize;

use super::gold::{Attribution, Gold, QuotedText, SourceRow, SpokenText};
use super::text::Segment;
use crate::corpus::{Points, read};

#[derive(Deserialize)]
struct Sample {
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    quotes: Vec<ExpectedQuote>,
}

#[derive(Deserialize)]
struct ExpectedQuote {
    content: String,
    #[serde(default)]
    more: Vec<String>,
    #[serde(default)]
    cue: String,
    #[serde(default)]
    source: String,
    speakers: Vec<String>,
    act: String,
    polarity: Option<String>,
    addressee: Option<String>,
}

/// Reads each `.txt` of the folder with the `.json` next to it, sorted by name.
pub fn read_samples(folder: &Path) -> io::Result<Gold> {
    let mut bodies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "txt") {
            bodies.push(path);
        }
    }
    bodies.sort();
    let mut gold = Gold::default();
    for body in bodies {
        let text = read(&body)?;
        let sample: Sample = serde_json::from_str(&read(&body.with_extension("json"))?)?;
        let id = body.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (attributions, sources) = mark(&text, sample.expected.quotes);
        gold.speakers.push(SpokenText { id: id.clone(), sources });
        gold.quotes.push(QuotedText { id, text, attributions });
    }
    Ok(gold)
}

/// Finds the words of each quote in the text. Contents are in the order of the text. Of several occurrences, a cue or
/// source is the one nearest to its content.
fn mark(text: &str, quotes: Vec<ExpectedQuote>) -> (Vec<Attribution>, Vec<SourceRow>) {
    let points = Points::new(text);
    let (mut attributions, mut rows) = (Vec::new(), Vec::new());
    let mut from = 0;
    for quote in quotes {
        let mut content = Vec::new();
        let mut at = from;
        for words in std::iter::once(&quote.content).chain(&quote.more) {
            if let Some(found) = text[at..].find(words.as_str()) {
                content.push((at + found, at + found + words.len()));
                at += found + words.len();
            }
        }
        let Some(&(start, _)) = content.first() else { continue };
        from = start;
        let end = content.last().map_or(start, |last| last.1);
        let near =
            |words: &str| nearest(text, words, start, end).map(|at| vec![segment(&points, at, at + words.len())]);
        let source = near(&quote.source).unwrap_or_default();
        let content: Vec<Segment> = content.into_iter().map(|(from, to)| segment(&points, from, to)).collect();
        let cue = near(&quote.cue).unwrap_or_default();
        attributions.push(Attribution { source: source.clone(), cue, content: content.clone() });
        let polarity = quote.polarity.unwrap_or_else(|| "ASSERTED".into());
        let (act, addressee) = (Some(quote.act), quote.addressee);
        rows.push(SourceRow { source, content, speakers: quote.speakers, act, polarity, addressee });
    }
    (attributions, rows)
}

fn segment(points: &Points, from: usize, to: usize) -> Segment {
    [points.point(from), points.point(to)]
}

/// The occurrence of the words that is nearest to `start..end`. One after it counts as nearer than one before.
fn nearest(text: &str, words: &str, start: usize, end: usize) -> Option<usize> {
    if words.is_empty() {
        return None;
    }
    let inner = |at: usize| at >= start && at + words.len() <= end;
    let distance = |at: usize| match at {
        _ if inner(at) => 1,
        _ if at >= end => at - end,
        _ => start.saturating_sub(at + words.len()) + 1,
    };
    text.match_indices(words).map(|(at, _)| at).min_by_key(|&at| distance(at))
}
