//! Keeps articles in an embedded index and finds what was said, all in this process.
//!
//! `cargo run --release --example embedded` opens an index in a temporary folder, puts the sample articles into it and
//! searches their quotes and sentences. An index opened again later still holds every acknowledged article.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::sync::mpsc;

use sayso_document::Tier;
use sayso_extract::Analyzer;
use sayso_index::query::{PageRequest, ParseOptions, QuoteQuery, SentenceQuery, Who, parse};
use sayso_index::{AnalyzedArticle, Article, Embedded, EmbeddedOptions, Engine, Interrupt, Progress, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Embedded::open(folder.path(), EmbeddedOptions::default())?;
    let analyzer = Analyzer::new();
    let (sender, progress) = mpsc::channel();
    let mut waiting = 0;
    let files = fs::read_dir("samples")?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    // Articles are numbered in the order in which they come, which breaks ties between hits.
    for path in files.into_iter().collect::<BTreeSet<_>>() {
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let article = Article { id, body: fs::read_to_string(&path)?, ..Article::default() };
        // The fast tier is enough here. The engine only stores what the analyzer found.
        let analysis = analyzer.analyze(&article.body, Tier::Fast);
        let put = Write::Put(Box::new(AnalyzedArticle { article, analysis }), None);
        let sender = sender.clone();
        engine.write(put, Box::new(move |step| drop(sender.send(step))));
        waiting += 1;
    }
    // A change is first durable, then searchable. `write` does not wait for either.
    while waiting > 0 {
        match progress.recv()? {
            Progress::Durable(_) => {}
            Progress::Searchable(_) => waiting -= 1,
            Progress::Delayed(_, error) | Progress::Failed(error) => return Err(error.into()),
        }
    }
    let status = engine.status()?;
    println!("{} articles, {} sentences, {} quotes", status.articles, status.sentences, status.quotes);

    let page = PageRequest { size: 3, after: None };
    let interrupt = Interrupt::default();
    let speakers = vec![Who::Named("varrin".into())];
    let quotes = engine.quotes(&QuoteQuery { speakers, page: page.clone(), ..QuoteQuery::default() }, &interrupt)?;
    println!("\n{} quotes by anyone called Varrin, for example:", quotes.total.count);
    for hit in &quotes.hits {
        println!("  {}: {}", hit.article.article.id, hit.quote().clean_text(&hit.article.article.body));
    }

    let expr = parse("\"minority share\" OR dock*", &ParseOptions::sentences())?;
    let query = SentenceQuery { expr, page, ..SentenceQuery::default() };
    let sentences = engine.sentences(&query, &interrupt)?;
    println!("\n{} sentences with the minority share or a word like docks, for example:", sentences.total.count);
    for hit in &sentences.hits {
        println!("  {}: {}", hit.article.id, hit.text);
    }
    Ok(())
}
