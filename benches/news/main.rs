//! Speed over real news, each figure beside its yardstick from the same run:
//!
//! ```text
//! cargo bench --bench news                     # 20,000 articles of ../shared/news
//! cargo bench --bench news -- 2000             # the first 2,000
//! cargo bench --bench news -- 2000 FILE        # of another JSON Lines file, gzip or not
//! cargo bench --bench news -- 2000 FILE 400    # and 400 of them, in place of 40, for the accurate tier
//! ```
//!
//! Absolute times depend on the machine and what else it does; the ratios are what to compare.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod analysis;
mod corpus;
mod process;
mod queries;
mod server;
mod stats;

use std::{path::PathBuf, time::Instant};

fn main() {
    // `cargo bench` passes --bench.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let most: usize = arguments.first().map_or(20_000, |count| count.parse().expect("a number of articles"));
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/news/news-20k.jsonl.gz");
    let file = PathBuf::from(arguments.get(1).map_or(default, String::as_str));
    if !file.exists() {
        println!("SKIPPED: {} is absent; name a JSON Lines file of articles", file.display());
        return;
    }
    let articles = corpus::read(&file, most);
    let bytes: usize = articles.iter().map(|article| article.body.len()).sum();
    println!("{} articles, {:.1} MB of text, from {}\n", articles.len(), bytes as f64 / 1e6, file.display());
    let accurate = arguments.get(2).map_or(40, |count| count.parse().expect("a number of articles"));
    let sentences = analysis::bench(&articles, accurate);
    let plain = plain_tantivy(&sentences);
    server::bench(&articles, sentences.len(), plain, &queries::rotating(&sentences));
}

/// The yardstick of ingest: the same sentences into a bare tantivy index, two threads, one commit. Returns seconds.
fn plain_tantivy(sentences: &[String]) -> f64 {
    use tantivy::{Index, TantivyDocument, schema};
    let mut fields = schema::Schema::builder();
    let text = fields.add_text_field("text", schema::TEXT | schema::STORED);
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create_in_dir(folder.path(), fields.build()).unwrap();
    let started = Instant::now();
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(2, 100 << 20).unwrap();
    for sentence in sentences {
        let mut document = TantivyDocument::new();
        document.add_text(text, sentence);
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
    started.elapsed().as_secs_f64()
}
