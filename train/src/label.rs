//! Labels news with the accurate tier, as training data for both tiers (distillation: Hinton, Vinyals and Dean, 2015).
//!
//! The files are in the formats of `eval/polnear` and `eval/ner`, with uncertain labels in a list of their own. With
//! `--labels`, the stages `attribution` and `entities` learn from the certain ones in addition to the corpora. So does
//! the encoder (`train/encoder/train.py --labels`), which ignores words with uncertain labels.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use flate2::Compression;
use flate2::write::GzEncoder;
use sayso_document::Tier;
use sayso_extract::Analyzer;
use serde_json::{Value, json};

use crate::corpus::labels::{NAMES, QUOTES};
use crate::eval::predict::{FoundEntity, FoundQuote, Prediction, predict};
use crate::parallel::THREADS;
use crate::places::Places;
use crate::speed::bodies;

/// The least confidence of a label to learn from.
const MIN_CONFIDENCE: f32 = 0.5;

/// The sub-command `label`.
pub fn command() -> Command {
    Command::new("label").about("Labels news with the accurate tier, for both tiers to learn from").args([
        Arg::new("articles")
            .long("articles")
            .value_name("N")
            .default_value("2000")
            .value_parser(value_parser!(usize))
            .help("How many articles of news/news-20k.jsonl.gz to label"),
        Arg::new("into")
            .long("into")
            .value_name("DIR")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("The folder that the labels are written to"),
    ])
}

/// Labels and writes.
pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let analyzer = Analyzer::new();
    if analyzer.best() < Tier::Accurate {
        return Err(io::Error::other("the accurate tier is not compiled in; build with the feature encoder"));
    }
    let bodies = bodies(places, matches.get_one::<usize>("articles").copied().unwrap_or(0))?;
    let names: Vec<String> = (0..bodies.len()).map(|number| format!("news-{number:05}")).collect();
    let texts: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(bodies.iter().map(String::as_str)).collect();
    let found = predict(&analyzer, &texts, Tier::Accurate, THREADS);
    let Some(folder) = matches.get_one::<PathBuf>("into") else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    let rows = |row: fn(&Prediction, &str) -> Value| {
        found.iter().zip(&bodies).map(move |(one, body)| row(one, body)).collect::<Vec<_>>()
    };
    write(&folder.join(QUOTES), &rows(quotes))?;
    write(&folder.join(NAMES), &rows(entities))
}

fn quotes(found: &Prediction, text: &str) -> Value {
    let part = |quote: &&FoundQuote| json!({"source": quote.source, "cue": quote.cue, "content": quote.content});
    let (sure, unsure): (Vec<_>, Vec<_>) =
        found.quotes.iter().partition(|quote| quote.confidence >= MIN_CONFIDENCE && !quote.cue.is_empty());
    let rows = |quotes: &[&FoundQuote]| quotes.iter().map(part).collect::<Vec<_>>();
    json!({"id": found.id, "text": text, "attributions": rows(&sure), "unsure": rows(&unsure)})
}

fn entities(found: &Prediction, text: &str) -> Value {
    let mut end = 0;
    // Names may be nested. The outer one comes first, and is the one that the corpora would mark.
    let outer = found.entities.iter().filter(|one| {
        let free = end <= one.start;
        end = end.max(one.end);
        free
    });
    let row = |one: &&FoundEntity| json!({"start": one.start, "end": one.end, "type": corpus_type(&one.r#type)});
    let rows = |entities: &[&FoundEntity]| entities.iter().map(row).collect::<Vec<_>>();
    let (sure, unsure): (Vec<_>, Vec<_>) = outer.partition(|one| one.confidence >= MIN_CONFIDENCE);
    let types = ["PERSON", "ORG", "LOC", "FACILITY", "NORP", "DATE", "MONEY"];
    json!({"id": found.id, "text": text, "types": types, "entities": rows(&sure), "unsure": rows(&unsure)})
}

/// The name of a type in the corpora.
fn corpus_type(name: &str) -> &str {
    match name {
        "ORGANIZATION" => "ORG",
        "PLACE" => "LOC",
        "EVENT" => "MISC",
        same => same,
    }
}

fn write(path: &Path, rows: &[Value]) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut out = GzEncoder::new(File::create(path).map_err(named)?, Compression::fast());
    for row in rows {
        writeln!(out, "{row}").map_err(named)?;
    }
    out.finish().map(drop).map_err(named)
}
