//! The analysis alone: each tier on one thread and on two.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use sayso_document::Tier;
use sayso_extract::Analyzer;
use sayso_index::Article;

use crate::{process, stats::rate};

/// Measures both tiers, the accurate one on the first `accurate` articles. Returns all sentences, and the CPU time that
/// the fast tier took for all articles on two threads.
pub(crate) fn bench(articles: &[Article], accurate: usize) -> (Vec<String>, Duration) {
    let started = Instant::now();
    let analyzer = Analyzer::new();
    println!("analysis\n  load the analyzer            {:>10.1} ms", started.elapsed().as_secs_f64() * 1e3);
    let sentences = sentences(&analyzer, articles);
    // All of them take long; a tenth is enough for one thread.
    row(&analyzer, Tier::Fast, 1, &articles[..articles.len().div_ceil(10)]);
    let before = process::cpu_ever(std::process::id());
    row(&analyzer, Tier::Fast, 2, articles);
    let alone = process::cpu_ever(std::process::id()) - before;
    let few = &articles[..accurate.min(articles.len())];
    for threads in [1, 2].into_iter().filter(|_| analyzer.best() == Tier::Accurate && !few.is_empty()) {
        row(&analyzer, Tier::Accurate, threads, few);
    }
    println!();
    (sentences, alone)
}

/// All sentences, and a line with what else was found. This round warms the caches, too.
fn sentences(analyzer: &Analyzer, articles: &[Article]) -> Vec<String> {
    let (mut sentences, mut quotes, mut entities) = (Vec::new(), 0, 0);
    for article in articles {
        let found = analyzer.analyze(&article.body, Tier::Fast);
        quotes += found.quotes.len();
        entities += found.entities.len();
        sentences.extend(found.sentences.iter().map(|sentence| sentence.span.of(&article.body).to_owned()));
    }
    println!(
        "  found, fast                  {:>10} sentences, {quotes} quotes, {entities} entities in articles",
        sentences.len()
    );
    sentences
}

/// The speed of a tier. Each thread takes the next article that none has taken.
fn row(analyzer: &Analyzer, tier: Tier, threads: usize, articles: &[Article]) {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(article) = articles.get(next.fetch_add(1, Ordering::Relaxed)) {
                    drop(analyzer.analyze(&article.body, tier));
                }
            });
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    let words = articles.iter().map(|article| article.body.split_whitespace().count()).sum();
    let name = format!("{}, {threads} {}", analyzer.model(tier), if threads == 1 { "thread" } else { "threads" });
    println!(
        "  {name:<28} {:>10} articles/s   {} words/s   ({} articles)",
        rate(articles.len(), seconds),
        rate(words, seconds),
        articles.len()
    );
}
