//! Temporary: cross-validation of who speaks.
#![allow(missing_docs)]
use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::{Arg, ArgMatches, Command};
use sayso_document::Tier;
use sayso_extract::model::Linear;

use crate::corpus::lines;
use crate::eval::figures::Figures;
use crate::eval::gold::{QuotedText, SpokenText};
use crate::eval::predict::Prediction;
use crate::eval::speakers::score;
use crate::eval::text::{Text, name};
use crate::learn::Choice;
use crate::places::Places;
use crate::stages::who::{Voiced, choices, fit, map, predicted, voiced};

pub fn command() -> Command {
    Command::new("who-study")
        .arg(Arg::new("tier").long("tier").default_value("accurate"))
        .arg(Arg::new("usual").long("usual").action(clap::ArgAction::SetTrue))
        .arg(Arg::new("rounds").long("rounds").default_value("1"))
        .arg(Arg::new("encoders").long("encoders"))
        .arg(Arg::new("write").long("write"))
        .arg(Arg::new("share").long("share").default_value("100"))
        .arg(Arg::new("dump").long("dump").default_value("/tmp/who.tsv"))
}

pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let tier = if matches.get_one::<String>("tier").unwrap() == "fast" { Tier::Fast } else { Tier::Accurate };
    let ood: Vec<QuotedText> = lines(&places.eval("ood/train.jsonl.gz"))?;
    let ood_speakers: Vec<SpokenText> = lines(&places.eval("ood/train.jsonl.gz"))?;
    let polnear: Vec<QuotedText> = lines(&places.eval("polnear/train.jsonl.gz"))?;
    let speakers: Vec<SpokenText> = lines(&places.eval("speakers/train.jsonl.gz"))?;
    let mut all: Vec<(usize, Voiced)> = voiced(&ood, &ood_speakers).into_iter().map(|v| (0, v)).collect();
    all.extend(voiced(&polnear, &speakers).into_iter().map(|v| (1, v)));
    let analyzers: Vec<sayso_extract::Analyzer> = match matches.get_one::<String>("encoders") {
        None => vec![crate::models::analyzer(None)?],
        Some(folder) => (0..5)
            .map(|fold| {
                let mut files = crate::models::of_folder(&std::path::Path::new(folder).join(format!("fold{fold}")))?;
                files.retain(|(name, _)| name.starts_with("encoder."));
                sayso_extract::Analyzer::with_models(files).map_err(io::Error::other)
            })
            .collect::<io::Result<_>>()?,
    };
    let analyzer = |fold: usize| &analyzers[fold % analyzers.len()];
    let first = ood_speakers.len();
    let fold = |at: usize| if at < first { at % 5 } else { (at - first) % 5 };
    let usual = matches.get_flag("usual");
    let share: usize = matches.get_one::<String>("share").unwrap().parse().unwrap();
    let rounds: usize = matches.get_one::<String>("rounds").unwrap().parse().unwrap();
    let start = std::time::Instant::now();
    let mut models: Vec<Option<Linear>> = vec![None; 5];
    let places_of: Vec<usize> = (0..all.len()).collect();
    if !usual {
        let mut taught: Vec<Vec<Choice>> = vec![Vec::new(); all.len()];
        for round in 0..rounds {
            let new: Vec<Vec<Choice>> =
                map(&places_of, |&at| choices(analyzer(fold(at)), &all[at].1, tier, models[fold(at)].as_ref()));
            for (all, new) in taught.iter_mut().zip(new) {
                all.extend(new);
            }
            if let Some(path) = std::env::var_os("WHO_RAW") {
                let mut out = io::BufWriter::new(std::fs::File::create(path)?);
                for (at, list) in taught.iter().enumerate() {
                    for choice in list {
                        writeln!(out, "{} {} {:?}", all[at].0, at, choice.right)?;
                        for row in &choice.candidates {
                            let row: Vec<String> = row.iter().map(|v| v.to_string()).collect();
                            writeln!(out, "{}", row.join(" "))?;
                        }
                        writeln!(out)?;
                    }
                }
                return Ok(());
            }
            eprintln!("round {round}: {} choices, {:?}", taught.iter().map(Vec::len).sum::<usize>(), start.elapsed());
            if let Some(path) = matches.get_one::<String>("write") {
                let all: Vec<Choice> = taught.iter().flatten().cloned().collect();
                let name = if tier == Tier::Fast { "who_fast" } else { "who" };
                std::fs::write(path, fit(&all).to_bytes(name))?;
            }
            let folds: Vec<usize> = (0..5).collect();
            models = map(&folds, |&out| {
                let own: Vec<Choice> = taught
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| fold(*at) != out && (at / 5) % 4 * 25 < share)
                    .flat_map(|(_, c)| c.clone())
                    .collect();
                Some(fit(&own))
            });
            eprintln!("fitted, {:?}", start.elapsed());
        }
    }
    let found: Vec<Prediction> =
        map(&places_of, |&at| predicted(analyzer(fold(at)), &all[at].1, tier, models[fold(at)].as_ref()));
    eprintln!("predicted, {:?}", start.elapsed());
    let mut dump = io::BufWriter::new(std::fs::File::create(matches.get_one::<String>("dump").unwrap())?);
    for corpus in 0..2 {
        let by_id: BTreeMap<&str, &Prediction> =
            found.iter().zip(&all).filter(|(_, (c, _))| *c == corpus).map(|(p, _)| (p.id.as_str(), p)).collect();
        let (gold, texts) = if corpus == 0 { (&ood_speakers, &ood) } else { (&speakers, &polnear) };
        let figures: Figures = score(gold, &by_id, texts);
        let get = |k: &str| figures.get(k).copied().unwrap_or(f64::NAN);
        println!(
            "{} {:?}: right of found {:.2} of all {:.2} | pronouns {:.2} | unnamed {:.2}",
            ["ood", "speakers"][corpus],
            tier,
            get("speakers.right_of_found"),
            get("speakers.right_of_all"),
            get("pronoun_sources.right_of_found"),
            get("unnamed.left_unnamed_of_found"),
        );
        for article in gold.iter() {
            let text = texts.iter().find(|t| t.id == article.id).unwrap();
            let words = Text::new(&text.text);
            let Some(found) = by_id.get(article.id.as_str()) else { continue };
            let mut entities: Vec<String> = found.quotes.iter().flat_map(|q| q.speakers.clone()).collect();
            entities.sort();
            entities.dedup();
            for row in &article.sources {
                let Some(quote) = crate::eval::speakers::match_row(row, &found.quotes) else { continue };
                let good = crate::eval::speakers::names_agree(row, quote);
                let strip = |s: String| s.replace(['\t', '\n'], " ");
                let shown: Vec<String> = row.speakers.iter().map(|s| name(s)).collect();
                writeln!(
                    dump,
                    "{}\t{}\t{}\t{}\t{:?}\t{:?}\t{}\t{:.2}\t{:?}",
                    ["ood", "speakers"][corpus],
                    article.id,
                    u8::from(good),
                    strip(words.words(&row.source)),
                    row.speakers,
                    quote.speakers,
                    strip(words.words(&quote.source)),
                    quote.speaker_confidence,
                    row.source,
                )?;
                let _ = shown;
            }
        }
    }
    Ok(())
}
