//! Databases with full-text search, asked by a script beside this file.

use std::{fs::File, io::BufWriter, process::Command};

use serde_json::json;

use crate::{
    corpus::Found,
    queries::{How, Words},
};

/// Hands all texts and queries to the script, and prints its medians beside ours.
pub(crate) fn bench(found: &[Found], words: &[Words], ours: &[(How, &str, f64)]) {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus.json");
    let articles: Vec<_> = found
        .iter()
        .map(|one| {
            json!({
                "title": one.article.title, "outlet": one.article.outlet, "body": one.article.body,
                "sentences": one.sentences().collect::<Vec<_>>(), "quotes": one.quotes().collect::<Vec<_>>(),
                "names": one.names().collect::<Vec<_>>(),
            })
        })
        .collect();
    let kinds: Vec<_> = ours.iter().map(|(how, name, median)| json!([how, name, median])).collect();
    let file = BufWriter::new(File::create(&corpus).unwrap());
    serde_json::to_writer(file, &json!({ "articles": articles, "words": words, "ours": kinds })).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/news/databases.py");
    let ended = Command::new("python3").arg(script).arg(&corpus).status();
    if !ended.is_ok_and(|status| status.success()) {
        println!("  SKIPPED: databases (python3 {script} failed)");
    }
}
