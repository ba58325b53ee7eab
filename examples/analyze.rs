//! Analyses a text in this process, without a server and without storing anything.
//!
//! `cargo run --release --example analyze` prints who said what in a short invented article, with the positions of the
//! words. Name a file to analyse it instead.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use sayso_document::{Date, Span};
use sayso_extract::Analyzer;

const ARTICLE: &str = "The ferry will sail again on Monday, Harbour Commissioner Ada Lind told reporters on Friday. \
    “We have checked every bolt,” Lind said. Officials in Tamm declined to comment.";

fn main() -> Result<(), Box<dyn Error>> {
    let text = std::env::args().nth(1).map_or_else(|| Ok(ARTICLE.to_owned()), std::fs::read_to_string)?;
    // Loading the models takes about a tenth of a second. An analyzer can be shared between threads.
    let analyzer = Analyzer::new();
    // Words of time such as "on Friday" count from the day of publication. It is optional.
    let published = Date::new(2026, 3, 6);
    let analysis = analyzer.analyze_dated(&text, published, Analyzer::BEST);

    // Spans are byte offsets into the text. They are never rewritten, so they can be sliced from it.
    let words = |spans: &[Span]| spans.iter().map(|span| span.of(&text)).collect::<Vec<_>>().join(" … ");
    for entity in &analysis.entities {
        let titles: Vec<_> = entity.titles.iter().map(|title| title.text.as_str()).collect();
        println!("{:?}: {} {}", entity.kind, entity.name, titles.join(", "));
    }
    for quote in &analysis.quotes {
        let speakers: Vec<_> = quote.speakers.iter().map(|&at| analysis.entities[at].name.as_str()).collect();
        println!("\n{}", quote.clean_text(&text));
        println!(
            "  who: {} ({})",
            words(&quote.source),
            if speakers.is_empty() { "unnamed".into() } else { speakers.join(", ") }
        );
        println!("  how: {} ({:?}, {:?}, {:?})", words(&quote.cue), quote.act, quote.kind, quote.polarity);
        if let Some(said) = quote.said {
            let [(year, month, day), last] = [said.first, said.last].map(|day| day.parts());
            println!("  when: {year}-{month:02}-{day:02} to {}-{:02}-{:02}", last.0, last.1, last.2);
        }
        println!("  where: bytes {:?}, confidence {:.2}", quote.extent().range(), quote.confidence);
    }
    Ok(())
}
