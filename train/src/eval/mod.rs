//! Measures the analysis on the development corpora.
//!
//! The figures are those that the corpora's own scorer, `eval/score.py`, defines. They are computed here independently,
//! and `scripts/scores` compares both.

pub mod calibration;
pub mod entities;
pub mod errors;
pub mod figures;
pub mod gold;
pub mod predict;
pub mod quotes;
pub mod samples;
pub mod speakers;
mod table;
pub mod text;
pub mod who;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use sayso_document::Tier;
use sayso_extract::Analyzer;

use crate::parallel::THREADS;
use crate::places::Places;
use figures::{Figures, nested};
use gold::{Gold, QuotedText, SpokenText};
use predict::{Prediction, predict};

/// The sub-command `eval`.
pub fn command() -> Command {
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let file = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf)).help(help)
    };
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("N").value_parser(value_parser!(usize)).help(help)
    };
    Command::new("eval").about("Measures the analysis on the development corpora").args([
        switch("json", "Print the figures as one JSON object"),
        file("pred", "Write what was found to this file, in the form that score.py reads"),
        file("of", "Measure what such a file holds instead of analysing anew"),
        switch("errors", "Print the kinds of error in attributions and speakers, with how often each occurs"),
        switch("samples", "With --errors: of the sample articles, with an example each"),
        switch("calibration", "Print how far confidences can be believed, in ten bins each"),
        Arg::new("model")
            .long("model")
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf))
            .help("A folder of models in place of the compiled-in ones of the same names"),
        tier(),
        number("examples", "With --errors: examples of each kind, at most 3"),
        number("most", "With --errors: only so many kinds"),
    ])
}

/// The argument `--tier`.
pub fn tier() -> Arg {
    let help = "Which analysis: by the linear models alone, or with the encoder";
    Arg::new("tier").long("tier").value_parser(["fast", "accurate"]).default_value("fast").help(help)
}

/// The tier that the arguments name. It must be compiled in.
pub fn tier_of(matches: &ArgMatches, analyzer: &Analyzer) -> io::Result<Tier> {
    let accurate = matches.get_one::<String>("tier").is_some_and(|tier| tier == "accurate");
    match (accurate, analyzer.best()) {
        (true, Tier::Fast) => {
            Err(io::Error::other("the accurate tier is not compiled in; build with the feature encoder"))
        }
        (true, Tier::Accurate) => Ok(Tier::Accurate),
        (false, _) => Ok(Tier::Fast),
    }
}

/// Measures and prints.
pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let analyzer = crate::models::analyzer(matches.get_one::<PathBuf>("model").map(PathBuf::as_path))?;
    if matches.get_flag("errors") {
        return show_errors(places, matches, &analyzer);
    }
    let gold = Gold::read(places)?;
    let tier = tier_of(matches, &analyzer)?;
    let found = match matches.get_one::<PathBuf>("of") {
        Some(path) => Found::read(path)?,
        None => Found::of(&gold, &analyzer, tier),
    };
    if let Some(path) = matches.get_one::<PathBuf>("pred") {
        found.write(path)?;
    }
    if matches.get_flag("calibration") {
        let said = calibration::table(&calibration::cases(&gold, &found.by_id(), tier));
        return io::stdout().lock().write_all(said.as_bytes());
    }
    let figures = score(&gold, &found);
    let said = match matches.get_flag("json") {
        true => format!("{}\n", nested(&figures)),
        false => format!("{}{}", table::table(&figures, tier), speaker_errors(&gold, &found)),
    };
    io::stdout().lock().write_all(said.as_bytes())
}

/// How many kinds of speaker errors are shown with the figures.
const SHOWN_KINDS: usize = 10;

/// The most frequent kinds of speaker errors in PolNeAR's articles and in those of the other outlets.
fn speaker_errors(gold: &Gold, found: &Found) -> String {
    let list = |title: &str, quotes: &[QuotedText], speakers: &[SpokenText]| {
        let kinds = errors::of_speakers(quotes, speakers, &found.by_id());
        if speakers.is_empty() { String::new() } else { errors::list(title, &kinds, SHOWN_KINDS, 0) + "\n" }
    };
    let polnear = list("Speakers of contents that were found, PolNeAR dev", &gold.quotes, &gold.speakers);
    polnear + &list("Speakers of contents that were found, other outlets", &gold.ood.quotes, &gold.ood.speakers)
}

/// Prints the kinds of errors in the development articles, or in the samples of this project.
fn show_errors(places: &Places, matches: &ArgMatches, analyzer: &Analyzer) -> io::Result<()> {
    let samples = matches.get_flag("samples");
    let gold = if samples { samples::read_samples(&places.samples())? } else { Gold::read(places)? };
    let examples = matches.get_one::<usize>("examples").copied().unwrap_or(usize::from(samples));
    let most = matches.get_one::<usize>("most").copied().unwrap_or(usize::MAX);
    let found = Found::of(&gold, analyzer, tier_of(matches, analyzer)?);
    let train = gold::present(places, "polnear/train.jsonl.gz")?;
    let (quotes, speakers) = errors::find(&gold, &found.by_id(), &errors::seen(&train));
    let said = format!(
        "{}\n{}",
        errors::list("Attributions", &quotes, most, examples),
        errors::list("Speakers of contents that were found", &speakers, most, examples)
    );
    io::stdout().lock().write_all(said.as_bytes())
}

/// What was found in all texts of the corpora.
#[derive(Debug)]
pub struct Found(Vec<Prediction>);

impl Found {
    /// Analyses all texts.
    pub fn of(gold: &Gold, analyzer: &Analyzer, tier: Tier) -> Self {
        let articles = gold.quotes.iter().chain(&gold.ood.quotes);
        let quoted = articles.map(|one| (one.id.as_str(), one.text.as_str()));
        let named = gold.entities.iter().flat_map(|(_, texts)| texts).map(|one| (one.id.as_str(), one.text.as_str()));
        Self(predict(analyzer, &quoted.chain(named).collect::<Vec<_>>(), tier, THREADS))
    }

    /// Reads what was found from an earlier run's file.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let lines = BufReader::new(File::open(path).map_err(named)?).lines();
        lines.map(|line| Ok(serde_json::from_str(&line.map_err(named)?)?)).collect::<io::Result<_>>().map(Self)
    }

    /// What was found in a text, by its id.
    pub fn by_id(&self) -> BTreeMap<&str, &Prediction> {
        self.0.iter().map(|one| (one.id.as_str(), one)).collect()
    }

    /// Writes what was found in the format that score.py reads.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let mut out = BufWriter::new(File::create(path).map_err(named)?);
        for one in &self.0 {
            serde_json::to_writer(&mut out, one)?;
            out.write_all(b"\n").map_err(named)?;
        }
        out.flush().map_err(named)
    }
}

impl From<Vec<Prediction>> for Found {
    fn from(found: Vec<Prediction>) -> Self {
        Self(found)
    }
}

/// All figures: `quotes.…` and `speakers.…`, both for the other outlets under `ood.…`, and those of each corpus of
/// entities.
pub fn score(gold: &Gold, found: &Found) -> Figures {
    let found = found.by_id();
    let mut all = Figures::new();
    let mut put = |section: &str, figures: Figures| {
        all.extend(figures.into_iter().map(|(path, figure)| (format!("{section}.{path}"), figure)));
    };
    if !gold.quotes.is_empty() {
        put("quotes", quotes::score(&gold.quotes, &found));
    }
    if !gold.speakers.is_empty() {
        put("speakers", speakers::score(&gold.speakers, &found, &gold.quotes));
    }
    if !gold.ood.quotes.is_empty() {
        put("ood", quotes::score(&gold.ood.quotes, &found));
        put("ood", speakers::score(&gold.ood.speakers, &found, &gold.ood.quotes));
    }
    for (name, texts) in gold.entities.iter().filter(|(_, texts)| !texts.is_empty()) {
        put(name, entities::score(texts, &found));
    }
    all
}
