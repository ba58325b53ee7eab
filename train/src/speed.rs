//! Measures how fast the analysis is, stage by stage, on one core, and how large its models are.
//!
//! Time is processor time of this process, which does one thing at a time (the encoder runs on a thread of its own). So
//! other work on the machine does not count.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use cpu_time::ProcessTime;
use flate2::read::MultiGzDecoder;
use regex::Regex;
use sayso_document::{Document, Tier};
use sayso_extract::Analyzer;
use sayso_extract::fit::encoder::Encoder;
use sayso_extract::model::Files;
use serde::Deserialize;

use crate::eval::{tier, tier_of};
use crate::places::Places;

/// The targets of a tier: MB of weights, milliseconds to load, MB of memory.
fn needed(tier: Tier) -> [f64; 3] {
    match tier {
        Tier::Fast => [20.0, 50.0, 150.0],
        Tier::Accurate => [30.0, 500.0, 200.0],
    }
}

/// The target of the fast tier, in tokens per second on one core.
const TARGET_TOKENS_PER_SECOND: f64 = 150_000.0;
/// The target of the encoder, in word pieces per second on one core.
const TARGET_PIECES_PER_SECOND: f64 = 5_000.0;

/// The sub-command `speed`.
pub fn command() -> Command {
    let articles = Arg::new("articles")
        .long("articles")
        .value_name("N")
        .default_value("1000")
        .value_parser(value_parser!(usize))
        .help("How many articles of news/news-20k.jsonl.gz to analyse");
    Command::new("speed")
        .about("Measures how fast the analysis is, stage by stage, on one core")
        .args([articles, tier()])
}

#[derive(Deserialize)]
struct News {
    body: String,
}

/// Measures and prints.
pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let bodies = bodies(places, matches.get_one::<usize>("articles").copied().unwrap_or(1000))?;
    let before = resident();
    let started = ProcessTime::now();
    let analyzer = Analyzer::new();
    let tier = tier_of(matches, &analyzer)?;
    let load = started.elapsed();
    // The first round loads the weights and warms the caches. The second one is measured.
    bodies.iter().for_each(|body| drop(analyzer.analyze(body, tier)));
    let grown = before.zip(resident()).map(|(before, after)| after.saturating_sub(before));
    let tokens: usize = bodies.iter().map(|body| Document::new(body).tokens().len()).sum();
    let yardstick = yardstick(&bodies);
    let mut stages: Vec<(&'static str, Duration)> = Vec::new();
    let mut places_of: BTreeMap<&'static str, usize> = BTreeMap::new();
    let started = ProcessTime::now();
    for body in &bodies {
        let mut last = ProcessTime::now();
        analyzer.analyze_in_stages(body, tier, |stage| {
            let now = ProcessTime::now();
            let place = *places_of.entry(stage).or_insert_with(|| {
                stages.push((stage, Duration::ZERO));
                stages.len() - 1
            });
            stages[place].1 += now.duration_since(last);
            last = now;
        });
    }
    let whole = started.elapsed();
    let rate = |time: Duration| tokens as f64 / time.as_secs_f64().max(1e-9);
    let mut out = format!("{} articles, {tokens} tokens, on one core\n\n", bodies.len());
    let _ = writeln!(out, "{:<28}{:>14}{:>12}{:>9}", "stage", "tokens/s", "µs/token", "share");
    let mut row = |name: &str, time: Duration| {
        let share = 100.0 * time.as_secs_f64() / whole.as_secs_f64();
        let _ = writeln!(out, "{name:<28}{:>14.0}{:>12.2}{share:>7.1} %", rate(time), 1e6 / rate(time));
    };
    stages.iter().for_each(|(name, time)| row(name, *time));
    row("the whole analysis", whole);
    row("yardstick: split by a regex", yardstick);
    let [weights, loads, memory] = needed(tier);
    let encoder = stages.iter().find(|(name, _)| *name == "encoder").map(|(_, time)| time.as_secs_f64());
    let mut figures = vec![match encoder {
        Some(seconds) => ("the encoder", pieces(&bodies)? as f64 / seconds, "word pieces/s", TARGET_PIECES_PER_SECOND),
        None => ("the whole analysis", rate(whole), "tokens/s", TARGET_TOKENS_PER_SECOND),
    }];
    figures.push(("weights compiled in", Files::compiled_in_bytes(tier) as f64 / 1e6, "MB", weights));
    figures.push(("load", load.as_secs_f64() * 1e3, "ms", loads));
    figures.extend(grown.map(|bytes| ("memory of load and analysis", bytes as f64 / 1e6, "MB", memory)));
    out.push('\n');
    for (name, value, unit, needed) in figures {
        let _ = writeln!(out, "{name:<28}{value:>14.1} {unit} (needed: {needed} {unit})");
    }
    io::stdout().lock().write_all(out.as_bytes())
}

/// How many word pieces the encoder cuts the texts into.
fn pieces(bodies: &[String]) -> io::Result<usize> {
    let encoder = Encoder::read(&Files::default()).map_err(io::Error::other)?;
    Ok(bodies.iter().map(|body| encoder.prepare(body).ids.len()).sum())
}

/// The first bodies of the news, without unpacking the rest.
pub(crate) fn bodies(places: &Places, most: usize) -> io::Result<Vec<String>> {
    let path = places.data.join("news/news-20k.jsonl.gz");
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let file = std::fs::File::open(&path).map_err(named)?;
    let lines = BufReader::new(MultiGzDecoder::new(BufReader::new(file))).lines();
    lines.take(most).map(|line| Ok(serde_json::from_str::<News>(&line.map_err(named)?)?.body)).collect()
}

/// The time of a pass that only splits texts into words and punctuation, with a regular expression.
fn yardstick(bodies: &[String]) -> Duration {
    let Ok(pattern) = Regex::new(r"\w+|[^\w\s]") else { return Duration::ZERO };
    let started = ProcessTime::now();
    let count: usize = bodies.iter().map(|body| pattern.find_iter(body).count()).sum();
    std::hint::black_box(count);
    started.elapsed()
}

/// The bytes of memory that this process occupies. None on systems that do not report it as Linux does.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let row = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(row.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}
