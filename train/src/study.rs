//! Learning curves and ablations: what the development figures become with less to learn from, or without a model.
//!
//! Nothing that is committed changes: stages run on a thinned copy of the corpora and write into a copy of the models.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use flate2::Compression;
use flate2::write::GzEncoder;
use sayso_document::Tier;
use sayso_extract::model::{Clusters, Linear};

use crate::corpus::read;
use crate::eval::{Found, gold::Gold, score};
use crate::models;
use crate::places::Places;
use crate::stages::STAGES;

/// The figures that are shown, and the heads of their columns.
const SHOWN: [(&str, &str); 8] = [
    ("quotes.exact.source.f1", "source"),
    ("quotes.exact.cue.f1", "cue"),
    ("quotes.exact.content.f1", "content"),
    ("quotes.triple.f1", "triple"),
    ("quotes.found_by_kind.indirect.found", "indirect"),
    ("speakers.speakers.right_of_found", "speakers"),
    ("speakers.act.right_of_found", "act"),
    ("worldwide.all.f1", "entities"),
];

/// The sub-command `study`.
pub fn command() -> Command {
    let list = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).action(ArgAction::Append).value_delimiter(',').help(help)
    };
    Command::new("study")
        .about("Shows the figures with less to learn from (--fraction) or without a model (--without)")
        .args([
            list("stages", "STAGE", "Stages to fit anew each time; with none, models are only taken away"),
            list("fraction", "PER CENT", "Fit on so much of the training texts: 25,50,100")
                .value_parser(value_parser!(u8).range(1..=100)),
            list("without", "FILE", "Empty this model, clusters.bin say, before the stages run"),
        ])
}

/// Fits, measures and prints a row for each fraction and each model left out.
pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let stages: Vec<&String> = matches.get_many("stages").into_iter().flatten().collect();
    if let Some(unknown) = stages.iter().find(|name| !STAGES.iter().any(|stage| stage.name == name.as_str())) {
        let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        return Err(io::Error::other(format!("{unknown} is no stage; the stages are {}", names.join(", "))));
    }
    let gold = Gold::read(places)?;
    let mut out = io::stdout().lock();
    let heads: Vec<String> = SHOWN.iter().map(|(_, head)| format!("{head:>9}")).collect();
    writeln!(out, "{:<28}{}", "", heads.concat())?;
    let mut row = |name: &str, models: &Path| {
        let figures = score(&gold, &Found::of(&gold, &models::analyzer(Some(models))?, Tier::Fast));
        let cells = SHOWN.iter().map(|(path, _)| format!("{:>9.2}", figures.get(*path).copied().unwrap_or(f64::NAN)));
        writeln!(out, "{name:<28}{}", cells.collect::<String>())?;
        out.flush()
    };
    row("as it is", &places.out)?;
    for &percent in matches.get_many::<u8>("fraction").into_iter().flatten() {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        thin(&places.data, &data, percent)?;
        let copy = Places { data, out: copy_models(&places.out, folder.path())?, labels: None, encoders: None };
        fit(&copy, &stages)?;
        row(&format!("{percent} % of the training texts"), &copy.out)?;
    }
    for file in matches.get_many::<String>("without").into_iter().flatten() {
        let folder = tempfile::tempdir()?;
        let out = copy_models(&places.out, folder.path())?;
        let copy = Places { data: places.data.clone(), out, labels: None, encoders: None };
        let path = copy.out.join(file);
        fs::write(&path, emptied(file, &fs::read(&path)?)?)?;
        fit(&copy, &stages)?;
        row(&format!("without {file}"), &copy.out)?;
    }
    Ok(())
}

fn fit(places: &Places, stages: &[&String]) -> io::Result<()> {
    let mut chosen = STAGES.iter().filter(|stage| stages.iter().any(|name| *name == stage.name));
    chosen.try_for_each(|stage| (stage.run)(places))
}

fn copy_models(from: &Path, folder: &Path) -> io::Result<PathBuf> {
    let to = folder.join("models");
    fs::create_dir(&to)?;
    for (name, bytes) in models::of_folder(from)? {
        fs::write(to.join(name), bytes)?;
    }
    Ok(to)
}

/// The same model, knowing nothing: all weights zero, no words in clusters, no rows in a text.
fn emptied(name: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let number =
        |at: usize| bytes.get(at..at + 4).map_or(0, |four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    Ok(match name.strip_suffix(".bin") {
        None => Vec::new(),
        Some("clusters") => Clusters::to_bytes(Vec::new()),
        Some(model) => {
            let (labels, bits) = (number(24) as usize, number(28));
            Linear::from_bytes(model, labels, bytes.to_vec()).map_err(io::Error::other)?;
            Linear::quantized(labels, bits, &vec![0.0; (1 << bits) + labels]).to_bytes(model)
        }
    })
}

/// Copies the corpora; of those for training, evenly so many texts of a hundred.
fn thin(from: &Path, to: &Path, percent: u8) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let copy = to.join(&name);
        if path.is_dir() {
            thin(&path, &copy, percent)?;
        } else if percent < 100 && name.contains("train") && name.contains(".jsonl") {
            write(&copy, &kept(&read(&path)?, "\n", percent))?;
        } else if percent < 100 && name.contains("train") && name.contains(".conllu") {
            write(&copy, &kept(&read(&path)?, "\n\n", percent))?;
        } else if fs::hard_link(&path, &copy).is_err() {
            fs::copy(&path, &copy)?;
        }
    }
    Ok(())
}

/// Every so many-th of the parts of a text.
fn kept(text: &str, mark: &str, percent: u8) -> String {
    let share = usize::from(percent);
    let chosen = text.split_inclusive(mark).enumerate().filter(|(at, _)| (at + 1) * share / 100 > at * share / 100);
    chosen.map(|(_, part)| part).collect()
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.extension().is_none_or(|end| end != "gz") {
        return fs::write(path, text);
    }
    let mut packed = GzEncoder::new(fs::File::create(path)?, Compression::fast());
    packed.write_all(text.as_bytes())?;
    packed.finish().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_share_of_the_training_texts_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        fs::create_dir_all(from.join("eval")).unwrap();
        let lines: String = (0..8).map(|at| format!("{at}\n")).collect();
        write(&from.join("eval/train.jsonl.gz"), &lines).unwrap();
        write(&from.join("eval/dev.jsonl"), &lines).unwrap();
        thin(&from, &to, 25).unwrap();
        assert_eq!(read(&to.join("eval/train.jsonl.gz")).unwrap(), "3\n7\n");
        assert_eq!(read(&to.join("eval/dev.jsonl")).unwrap(), lines);
    }

    #[test]
    fn an_emptied_model_can_be_read() {
        let model = Linear::quantized(2, 3, &[0.5; 10]).to_bytes("cue");
        let empty = Linear::from_bytes("cue", 2, emptied("cue.bin", &model).unwrap()).unwrap();
        assert_eq!(empty.score(&[1]), 0.0);
        assert!(Clusters::from_bytes(emptied("clusters.bin", &[]).unwrap()).is_ok());
    }
}
