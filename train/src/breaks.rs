//! Counts the contents that run over a paragraph break although no quotation does. They take in words that nobody said.

use std::io::{self, Write};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use sayso_document::{Document, Span, TokenKind};
use sayso_extract::Analyzer;

use crate::eval::{tier, tier_of};
use crate::places::Places;
use crate::speed::bodies;

/// The most contents in a thousand that may run over a break.
const MAX_PER_THOUSAND: f64 = 1.0;

/// The sub-command `breaks`.
pub fn command() -> Command {
    let articles = Arg::new("articles")
        .long("articles")
        .value_name("N")
        .default_value("300")
        .value_parser(value_parser!(usize))
        .help("How many articles of news/news-20k.jsonl.gz to analyse");
    let show = Arg::new("show").long("show").action(ArgAction::SetTrue).help("Prints the contents");
    Command::new("breaks")
        .about("Counts the contents that run over a paragraph break outside of quotations; fails above 1 in 1,000")
        .args([articles, show, tier()])
}

/// Counts and prints.
pub fn run(places: &Places, matches: &ArgMatches) -> io::Result<()> {
    let bodies = bodies(places, matches.get_one::<usize>("articles").copied().unwrap_or(300))?;
    let analyzer = Analyzer::new();
    let tier = tier_of(matches, &analyzer)?;
    let mut out = io::stdout().lock();
    let (mut all, mut over) = (0, 0);
    for body in &bodies {
        let document = Document::new(body);
        for quote in analyzer.analyze(body, tier).quotes {
            all += 1;
            let breaks: Vec<Span> = quote.content.into_iter().filter(|piece| runs_over(&document, *piece)).collect();
            over += usize::from(!breaks.is_empty());
            if matches.get_flag("show") {
                breaks.iter().try_for_each(|piece| writeln!(out, "{:?}", piece.of(body)))?;
            }
        }
    }
    let share = 1000.0 * f64::from(over as u32) / f64::from(all.max(1) as u32);
    writeln!(
        out,
        "{over} of {all} contents of {} articles run over a paragraph break: {share:.2} in 1,000",
        bodies.len()
    )?;
    if share > MAX_PER_THOUSAND {
        Err(io::Error::other(format!("more than {MAX_PER_THOUSAND} in 1,000")))
    } else {
        Ok(())
    }
}

/// Whether a break inside a content is not within a quotation. It is if the next paragraph opens the quotation anew, or
/// if one pair of marks encloses both paragraphs.
fn runs_over(document: &Document<'_>, piece: Span) -> bool {
    let tokens = document.tokens_in(piece);
    let kind = |i: usize| document.tokens()[i].kind;
    let paragraph = |i: usize| document.sentences()[document.sentence_of_token(i)].paragraph;
    let enclosed = kind(tokens.start) == TokenKind::OpenQuote;
    (tokens.start + 1..tokens.end)
        .any(|i| paragraph(i) != paragraph(i - 1) && kind(i) != TokenKind::OpenQuote && !enclosed)
}
