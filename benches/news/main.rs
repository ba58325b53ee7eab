//! Speed over real news, each figure beside its yardstick from the same run:
//!
//! ```text
//! cargo bench --bench news                     # 20,000 articles of ../shared/news
//! cargo bench --bench news -- 2000             # the first 2,000
//! cargo bench --bench news -- 2000 FILE        # of another JSON Lines file, gzip or not
//! cargo bench --bench news -- 2000 FILE 400    # and 400 of them, in place of 40, for the accurate tier
//! cargo bench --bench news -- 2000 --data DIR  # keeps the data; where DIR has some, searches alone are measured
//! cargo bench --bench news -- 2000 --databases # also asks SQLite, and PostgreSQL where it is installed
//! ```
//!
//! Absolute times depend on the machine and what else it does; the ratios are what to compare.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic, and prints its figures")]

mod analysis;
mod corpus;
mod databases;
mod plain;
mod process;
mod queries;
mod search;
mod server;
mod stats;

use std::path::{Path, PathBuf};

fn main() {
    // `cargo bench` passes --bench.
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let databases = arguments.iter().position(|argument| argument == "--databases");
    databases.map(|at| arguments.remove(at));
    let data = arguments.iter().position(|argument| argument == "--data");
    let data = data.map(|at| PathBuf::from(arguments.drain(at..at + 2).nth(1).expect("a folder")));
    let kept = tempfile::tempdir().unwrap();
    let folder = data.as_deref().unwrap_or(kept.path());
    if folder.join("articles.redb").exists() || ingest(&arguments, folder) {
        search::bench(folder, databases.is_some());
    }
}

/// Measures analysis and ingest. False if there is nothing to take in.
fn ingest(arguments: &[String], folder: &Path) -> bool {
    let most: usize = arguments.first().map_or(20_000, |count| count.parse().expect("a number of articles"));
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/news/news-20k.jsonl.gz");
    let file = PathBuf::from(arguments.get(1).map_or(default, String::as_str));
    if !file.exists() {
        println!("SKIPPED: {} is absent; name a JSON Lines file of articles", file.display());
        return false;
    }
    let articles = corpus::read(&file, most);
    let bytes: usize = articles.iter().map(|article| article.body.len()).sum();
    println!("{} articles, {:.1} MB of text, from {}\n", articles.len(), bytes as f64 / 1e6, file.display());
    let accurate = arguments.get(2).map_or(40, |count| count.parse().expect("a number of articles"));
    let (sentences, alone) = analysis::bench(&articles, accurate);
    let plain = plain::ingest(&sentences);
    server::ingest(folder, &articles, sentences.len(), alone, plain);
    true
}
