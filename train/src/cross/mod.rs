//! Cross-validation over articles: how well speakers, acts, polarities and addressees are told in articles that nothing was
//! fitted on.
//!
//! The articles in which it is marked who each source is are parted into five folds, by their place in the file. For each
//! fold the stages that learn from these are fitted on the other four, and what is then found in the fifth is counted.
//! The figures are those of `eval`, and so of the corpora's own scorer.
//!
//! The other stages stay as they are. Those of attribution, and the encoder, were fitted on the articles of PolNeAR that
//! `speakers/train` is about, so that more of its quotes are found than of other articles; `--encoders` takes encoders
//! that were fitted fold by fold.

mod errors;
mod fit;
mod folds;
mod report;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use sayso_document::Tier;
use sayso_extract::Analyzer;

use crate::eval::predict::{Prediction, predict};
use crate::eval::{Found, tier, tier_of};
use crate::models;
use crate::parallel::THREADS;
use crate::places::Places;
use crate::stages::who::FOLDS;
use fit::Fitting;
use folds::{Corpus, Files};

/// The sub-command `cross`.
pub fn command() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
    };
    let fraction = Arg::new("fraction").long("fraction").value_name("PER CENT").default_value("100");
    let errors = Arg::new("errors").long("errors").value_name("N").value_parser(value_parser!(usize));
    Command::new("cross")
        .about("Measures speakers and values by five-fold cross-validation over eval/ood and eval/speakers")
        .args([
            tier(),
            path("model", "DIR", "A folder of models in place of the compiled-in ones of the same names"),
            path("encoders", "DIR", "A folder with fold0 to fold4: files of an encoder fitted without that fold"),
            Arg::new("as-it-is")
                .long("as-it-is")
                .action(ArgAction::SetTrue)
                .help("Fit nothing: all folds are read with the same models"),
            Arg::new("stage")
                .long("stage")
                .value_parser(["who", "values"])
                .help("Fit this stage alone; what the other fits is then as it is"),
            fraction
                .action(ArgAction::Append)
                .value_delimiter(',')
                .value_parser(value_parser!(u8).range(1..=100))
                .help("Fit on so much of the articles of the other folds, a learning curve: 25,50,100"),
            path("predictions", "FILE", "Write what was found to this file, in the form that score.py reads"),
            path("of", "FILE", "Count what such a file holds instead of fitting and analysing"),
            errors.help("Print so many errors, spread evenly over the articles of each corpus"),
            Arg::new("about")
                .long("about")
                .value_parser(errors::ABOUT)
                .default_value(errors::ABOUT[0])
                .help("What the printed errors are about"),
        ])
}

/// Fits, analyses, counts and prints.
pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let corpora = Corpus::all(places)?;
    let mut out = io::stdout().lock();
    if let Some(path) = matches.get_one::<PathBuf>("of") {
        return show(&mut out, &corpora, &Found::read(path)?, matches);
    }
    let folder = |name: &str| matches.get_one::<PathBuf>(name).map(PathBuf::as_path);
    let base = folder("model").map_or(Ok(Files::new()), models::of_folder)?;
    let tier = tier_of(matches, &Analyzer::with_models(base.clone()).map_err(io::Error::other)?)?;
    let fitting = if matches.get_flag("as-it-is") {
        None
    } else {
        let stage = matches.get_one::<String>("stage").map(String::as_str);
        Some(Fitting::new(&base, folder("encoders"), &corpora, tier, stage)?)
    };
    for &percent in matches.get_many::<u8>("fraction").into_iter().flatten() {
        let fitted = fitting.as_ref().map(|fitting| fitting.folds(percent));
        let mut found = Vec::new();
        for fold in 0..FOLDS {
            let mut files = base.clone();
            files.extend(folder("encoders").map_or(Ok(Files::new()), |folder| models::encoder_of_fold(folder, fold))?);
            files.extend(fitted.as_ref().map_or(Files::new(), |fitted| fitted[fold].files()));
            found.extend(analyse(&corpora, fold, files, tier)?);
        }
        let found = Found::from(found);
        if let Some(path) = folder("predictions") {
            found.write(path)?;
        }
        match fitting.as_ref().zip(fitted.as_ref()) {
            Some((fitting, fitted)) => {
                writeln!(out, "Fitted on {percent} % of the articles of the other folds, {tier:?} tier\n")?;
                writeln!(out, "{}", fitting.reach(fitted))?;
            }
            None => writeln!(out, "As it is, {tier:?} tier\n")?,
        }
        show(&mut out, &corpora, &found, matches)?;
        if fitting.is_none() {
            break;
        }
    }
    Ok(())
}

/// What models find in the articles of a fold.
fn analyse(corpora: &[Corpus], fold: usize, files: Files, tier: Tier) -> io::Result<Vec<Prediction>> {
    let files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
    let analyzer = Analyzer::with_models(files).map_err(io::Error::other)?;
    let texts: Vec<(&str, &str)> = corpora.iter().flat_map(|corpus| corpus.texts(fold)).collect();
    Ok(predict(&analyzer, &texts, tier, THREADS))
}

fn show(out: &mut impl Write, corpora: &[Corpus], found: &Found, matches: &ArgMatches) -> io::Result<()> {
    let found = found.by_id();
    for corpus in corpora {
        writeln!(out, "{}", report::figures(corpus, &found))?;
        writeln!(out, "{}", report::kinds(corpus, &found))?;
    }
    if let Some((&most, about)) = matches.get_one::<usize>("errors").zip(matches.get_one::<String>("about")) {
        for corpus in corpora {
            write!(out, "{}", errors::list(corpus, &found, about, most))?;
        }
    }
    out.flush()
}
