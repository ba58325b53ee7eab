//! Cross-validation on a corpus of one's own: the sample articles, in the form of `eval/ood`.

use std::fs;
use std::io;
use std::path::Path;

use sayso_train::eval::predict::Prediction;
use sayso_train::eval::samples::read_samples;
use serde_json::{Value, json};

/// Writes the samples as a corpus, and returns their names.
fn prepare(folder: &Path) -> Vec<String> {
    let ood = folder.join("eval/ood");
    fs::create_dir_all(&ood).expect("the folder is ours");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let gold = read_samples(&samples).expect("the samples can be read");
    let rows = gold.quotes.iter().zip(&gold.speakers).map(|(article, spoken)| {
        let row: Value = json!({
            "id": article.id, "text": article.text, "attributions": article.attributions, "sources": spoken.sources,
        });
        row.to_string() + "\n"
    });
    fs::write(ood.join("train.jsonl"), rows.collect::<String>()).expect("the folder is ours");
    gold.quotes.into_iter().map(|article| article.id).collect()
}

fn cross(folder: &Path, more: &[&str]) -> io::Result<()> {
    let data = folder.to_string_lossy();
    let arguments = [&["sayso-train", "cross", "--data", data.as_ref()][..], more].concat();
    sayso_train::run(&sayso_train::command().get_matches_from(arguments))
}

#[test]
fn every_article_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut names = prepare(folder.path());
    let written = folder.path().join("found.jsonl");
    let path = written.to_string_lossy();
    cross(folder.path(), &["--as-it-is", "--errors", "3", "--predictions", &path]).unwrap();
    let found = fs::read_to_string(&written).unwrap();
    let found: Vec<Prediction> = found.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut ids: Vec<String> = found.iter().map(|one| one.id.clone()).collect();
    ids.sort();
    names.sort();
    assert_eq!(ids, names);
    assert!(found.iter().all(|one| !one.quotes.is_empty()));
    cross(folder.path(), &["--of", &path]).unwrap();
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("eval")).unwrap();
    let error = cross(folder.path(), &["--as-it-is"]).unwrap_err().to_string();
    assert!(error.contains("eval/ood/train"), "{error}");
    prepare(folder.path());
    let error = cross(folder.path(), &["--as-it-is", "--encoders", &folder.path().to_string_lossy()]).unwrap_err();
    assert!(error.to_string().contains("fold0 holds no encoder"), "{error}");
}
