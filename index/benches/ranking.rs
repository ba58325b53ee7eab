//! How well searches for articles rank: nDCG@10 on test sets whose relevant texts people have judged, each beside the
//! figure of plain BM25 on the same set, which is needed.
//!
//! ```text
//! cargo bench -p sayso-index --bench ranking              # ../shared/eval/search
//! cargo bench -p sayso-index --bench ranking -- FOLDER    # sets elsewhere, in the layout of BEIR
//! ```
//!
//! Fails where a set is below what is needed. What is not there is skipped, and that is printed. The halves are those
//! queries whose numbers are even and odd: whoever changes the ranking looks at errors of the even ones alone, so that the
//! odd ones tell whether the change holds elsewhere.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic, and prints its figures")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;

use flate2::read::MultiGzDecoder;
use sayso_document::{Analysis, Document};
use sayso_index::query::{ArticleSearch, PageRequest, ParseOptions, parse};
use sayso_index::{AnalyzedArticle, Article, Embedded, EmbeddedOptions, Engine, Interrupt, Progress, Write};
use serde::Deserialize;

/// How many hits count.
const HITS: usize = 10;

/// The sets, and what plain BM25 (k1 0.9, b 0.4, light stemming) reaches on them.
const SETS: [(&str, f64); 3] = [("claims", 0.796), ("cranfield", 0.378), ("medline", 0.683)];

/// A line of a corpus or of its queries.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

/// How relevant texts are, by their ids.
type Judged = BTreeMap<String, f64>;

/// Something people have judged the answers to.
struct Topic {
    query: String,
    judged: Judged,
}

fn main() -> ExitCode {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/eval/search");
    // `cargo bench` passes --bench.
    let folder = std::env::args().skip(1).find(|argument| argument != "--bench");
    let folder = PathBuf::from(folder.unwrap_or_else(|| default.to_owned()));
    println!("nDCG@{HITS} of searches for articles: all queries, the even half and the odd half, and what is needed");
    let mut kept = true;
    for (name, needed) in SETS {
        let set = folder.join(name);
        if !set.join("corpus.jsonl.gz").exists() {
            println!("  SKIPPED: {name}; {} is absent", set.display());
            continue;
        }
        let engine = engine(&set);
        let gains: Vec<f64> = topics(&set).iter().map(|topic| gain(&engine, topic)).collect();
        let half = |first: usize| mean(&gains.iter().copied().skip(first).step_by(2).collect::<Vec<_>>());
        let all = mean(&gains);
        let verdict = if all >= needed { "kept" } else { "MISSED" };
        println!("  {name:<10} {all:.3}   {:.3} {:.3}   {needed:.3} {verdict}", half(0), half(1));
        kept &= all >= needed;
    }
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// An engine that holds a corpus. Its folder is gone when it is dropped.
struct Held {
    engine: Embedded,
    _folder: tempfile::TempDir,
}

fn engine(set: &Path) -> Held {
    let folder = tempfile::tempdir().unwrap();
    let engine = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    let (sender, progress) = mpsc::channel();
    let mut waiting = 0;
    let corpus = lines(MultiGzDecoder::new(File::open(set.join("corpus.jsonl.gz")).unwrap()));
    // Of texts that score the same, the one that was put last comes first. Where a corpus repeats a text, the first one is
    // judged, so that the corpus is put backwards.
    for Line { id, title, text } in corpus.collect::<Vec<_>>().into_iter().rev() {
        let article = Article { id, title, body: text, ..Article::default() };
        let sentences = Document::new(&article.body).sentences().to_vec();
        let analysis = Analysis { sentences, ..Analysis::default() };
        let sender = sender.clone();
        let put = Write::Put(Box::new(AnalyzedArticle { article, analysis }), None);
        engine.write(put, Box::new(move |step| sender.send(step).unwrap()));
        waiting += 1;
    }
    while waiting > 0 {
        match progress.recv().unwrap() {
            Progress::Searchable(_) => waiting -= 1,
            Progress::Durable(_) => {}
            Progress::Delayed(_, error) | Progress::Failed(error) => panic!("{error}"),
        }
    }
    Held { engine, _folder: folder }
}

/// The judged queries, in the order of their numbers.
fn topics(set: &Path) -> Vec<Topic> {
    let mut judged: BTreeMap<String, Judged> = BTreeMap::new();
    for line in fs::read_to_string(set.join("qrels.tsv")).unwrap().lines().skip(1) {
        let mut cells = line.split('\t').map(str::to_owned);
        let mut next = || cells.next().unwrap();
        let (query, text, relevance) = (next(), next(), next().parse().unwrap());
        judged.entry(query).or_default().insert(text, relevance);
    }
    let queries = lines(File::open(set.join("queries.jsonl")).unwrap());
    let topic = |Line { id, text, .. }: Line| judged.remove(&id).map(|judged| Topic { query: text, judged });
    queries.filter_map(topic).collect()
}

fn lines(file: impl std::io::Read) -> impl Iterator<Item = Line> {
    BufReader::new(file).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

/// nDCG of the first hits of a topic: texts by their relevance, later ones less, as a share of the best possible order.
fn gain(held: &Held, topic: &Topic) -> f64 {
    // Queries are sentences and posts that people wrote for people.
    let options = ParseOptions { lenient: true, ..ParseOptions::sentences() };
    let expr = parse(&topic.query, &options).unwrap();
    let page = PageRequest { size: HITS, after: None };
    let search = ArticleSearch { expr, page, ..ArticleSearch::default() };
    let hits = held.engine.search_articles(&search, &Interrupt::default()).unwrap().hits;
    let found = hits.iter().map(|hit| topic.judged.get(&hit.article.id).copied().unwrap_or(0.0));
    let mut best: Vec<f64> = topic.judged.values().copied().collect();
    best.sort_by(|a, b| b.total_cmp(a));
    discounted(found) / discounted(best.into_iter().take(HITS))
}

fn discounted(gains: impl Iterator<Item = f64>) -> f64 {
    gains.enumerate().map(|(rank, gain)| gain / libm::log2(rank as f64 + 2.0)).sum()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
