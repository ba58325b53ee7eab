//! Fitting on a corpus of one's own: the sample articles, in the form of PolNeAR, and nothing else.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use sayso_document::Tier;
use sayso_extract::Analyzer;
use sayso_train::eval::samples::read_samples;
use sayso_train::models;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Writes the samples as a corpus and copies the models.
fn prepare(folder: &Path) {
    let polnear = folder.join("eval/polnear");
    fs::create_dir_all(&polnear).expect("the folder is ours");
    let gold = read_samples(&root().join("../samples")).expect("the samples can be read");
    let mut lines = String::new();
    for article in &gold.quotes {
        writeln!(lines, "{}", serde_json::to_string(article).expect("an article is JSON")).expect("a string grows");
    }
    fs::write(polnear.join("train.jsonl"), &lines).expect("the folder is ours");
    fs::write(polnear.join("dev.jsonl"), &lines).expect("the folder is ours");
    fs::create_dir(folder.join("models")).expect("the folder is ours");
    for (name, bytes) in models::of_folder(&root().join("../extract/models")).expect("the models can be read") {
        fs::write(folder.join("models").join(name), bytes).expect("the folder is ours");
    }
}

fn sayso_train(command: &str, folder: &Path) -> io::Result<()> {
    let (data, out) = (folder.join("."), folder.join("models"));
    let arguments = [
        "sayso-train".as_ref(),
        command.as_ref(),
        "--data".as_ref(),
        data.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ];
    sayso_train::run(&sayso_train::command().get_matches_from(arguments))
}

#[test]
fn stages_without_a_corpus_are_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let (was, started) = (models::of_folder(&folder.path().join("models")).unwrap(), std::time::Instant::now());
    sayso_train("all", folder.path()).unwrap();
    println!("fitted in {:?}", started.elapsed());
    let now = models::of_folder(&folder.path().join("models")).unwrap();
    let changed = |name: &str| was.iter().find(|one| one.0 == name) != now.iter().find(|one| one.0 == name);
    assert!(changed("cue.bin") && changed("content.bin"));
    assert!(!changed("tags.bin") && !changed("clusters.bin"));
    let analyzer = models::analyzer(Some(&folder.path().join("models"))).unwrap();
    assert!(analyzer.model(Tier::Fast).starts_with(&format!("{}+", Analyzer::MODEL)));
    let found =
        analyzer.analyze("Ada Lind said that the harbour would open. “We are ready,” she told reporters.", Tier::Fast);
    assert!(!found.quotes.is_empty());
}

#[test]
fn one_stage_without_its_corpus_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let error = sayso_train("tags", folder.path()).unwrap_err().to_string();
    assert!(error.contains("ewt-train.conllu"), "{error}");
    let nowhere = tempfile::tempdir().unwrap();
    let error = sayso_train("tags", nowhere.path()).unwrap_err().to_string();
    assert!(error.contains("has no folder eval"), "{error}");
}
