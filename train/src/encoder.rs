//! What the encoder makes of news, in a form that `train/encoder/check.py` compares with what it was fitted on.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use cpu_time::ProcessTime;
use flate2::Crc;
use sayso_extract::fit::encoder::Encoder;
use sayso_extract::model::Files;

use crate::models;
use crate::places::Places;
use crate::speed::bodies;

/// The sub-command `encode-check`.
pub fn command() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
    };
    let articles = Arg::new("articles").long("articles").value_name("N").default_value("1000");
    Command::new("encode-check").about("Shows what the encoder makes of news, for train/encoder/check.py").args([
        articles.value_parser(value_parser!(usize)).help("How many articles of news/news-20k.jsonl.gz to take"),
        path("model", "DIR", "Files in place of those that are compiled in"),
        path("scores", "FILE", "Write the scores of all words there, as 32-bit floats"),
        Arg::new("digests").long("digests").action(ArgAction::SetTrue).help("Print checksums of each article"),
    ])
}

/// Prints and writes what is asked for, and how fast it was.
pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let fault = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    let replaced = matches.get_one::<PathBuf>("model").map_or(Ok(Vec::new()), |folder| models::of_folder(folder))?;
    let encoder = Encoder::read(&Files::new(replaced).map_err(fault)?).map_err(fault)?;
    let bodies = bodies(places, matches.get_one::<usize>("articles").copied().unwrap_or(1000))?;
    let mut out = BufWriter::new(io::stdout().lock());
    if matches.get_flag("digests") {
        bodies.iter().try_for_each(|body| writeln!(out, "{}", digests(&encoder, body)))?;
    }
    let started = ProcessTime::now();
    let pieces: usize = bodies.iter().map(|body| encoder.prepare(body).ids.len()).sum();
    writeln!(out, "# {pieces} pieces, {:.0} a second cut", pieces as f64 / started.elapsed().as_secs_f64())?;
    if let Some(path) = matches.get_one::<PathBuf>("scores") {
        let mut file = BufWriter::new(File::create(path)?);
        let started = ProcessTime::now();
        bodies.iter().try_for_each(|body| write_scores(&encoder, body, &mut file))?;
        writeln!(out, "# {:.0} a second encoded", pieces as f64 / started.elapsed().as_secs_f64())?;
        file.flush()?;
    }
    out.flush()
}

/// Checksums of pieces, places of words, features, ranks, and windows.
fn digests(encoder: &Encoder, body: &str) -> String {
    let found = encoder.prepare(body);
    let places = found.words.iter().flat_map(|span| [span.start() as u32, span.end() as u32]);
    let windows = found.windows.iter().flat_map(|window| [window.start as u32, window.end as u32]);
    [
        crc(found.ids.iter().map(|&id| id as u32)),
        crc(places),
        crc(found.features.iter().map(|&feature| feature.into())),
        crc(found.ranks.iter().map(|&rank| rank.into())),
        crc(windows),
    ]
    .map(|sum| format!("{sum:08x}"))
    .join(" ")
}

fn crc(numbers: impl Iterator<Item = u32>) -> u32 {
    let mut sum = Crc::new();
    numbers.for_each(|number| sum.update(&number.to_le_bytes()));
    sum.sum()
}

/// The number of words, then tags, names and links.
fn write_scores(encoder: &Encoder, body: &str, out: &mut impl Write) -> io::Result<()> {
    let found = encoder.scores(body);
    out.write_all(&((found.tags.len() / 7) as u32).to_le_bytes())?;
    [found.tags, found.names, found.links].iter().flatten().try_for_each(|score| out.write_all(&score.to_le_bytes()))
}
