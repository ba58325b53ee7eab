//! Parses a query and prints it as a tree.
//!
//! `cargo run --example query -- 'speaker:varrin AND "minority share"'` shows how the query language is understood, and
//! where a query cannot be read.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::process::ExitCode;

use sayso_index::query::{Expr, ParseOptions, parse};

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let query = if words.is_empty() {
        "(strike OR walkout~1) AND date:>=2026-10 AND NOT title:weather".into()
    } else {
        words.join(" ")
    };
    match parse(&query, &ParseOptions::quotes()) {
        Ok(expr) => {
            println!("{query}");
            print(&expr, "", 1);
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{query}\n{}^ {error}", " ".repeat(query[..error.position()].chars().count()));
            ExitCode::FAILURE
        }
    }
}

/// A line for this part of the query, and one for each part within it.
fn print(expr: &Expr, role: &str, depth: usize) {
    let line = match expr {
        Expr::All => "everything".to_owned(),
        Expr::Word { field, text } => format!("the word {text:?} in {field:?}"),
        Expr::Phrase { field, text, slop: 0 } => format!("the words {text:?} in {field:?}"),
        Expr::Phrase { field, text, slop } => {
            format!("the words {text:?} in {field:?}, up to {slop} others between them")
        }
        Expr::Prefix { field, text } => format!("words in {field:?} that begin with {text:?}"),
        Expr::Fuzzy { field, text, distance } => format!("words in {field:?} within {distance} edits of {text:?}"),
        Expr::Wildcard { field, text } => format!("words in {field:?} of the form {text:?}"),
        Expr::Date { from, until } => format!("published from {from:?} until {until:?} (microseconds since 1970)"),
        Expr::Boost { weight, .. } => format!("{weight} times the score of"),
        Expr::Either(_) => "any of".to_owned(),
        Expr::Bool { .. } => "a group".to_owned(),
        Expr::Is(_) | Expr::Entity { .. } => expr.to_string(),
    };
    println!("{}{role}{line}", "  ".repeat(depth));
    if let Expr::Bool { must, should, must_not } = expr {
        for (role, parts) in [("must match: ", must), ("may match: ", should), ("must not match: ", must_not)] {
            parts.iter().for_each(|part| print(part, role, depth + 1));
        }
    }
    match expr {
        Expr::Boost { expr, .. } => print(expr, "", depth + 1),
        Expr::Either(parts) => parts.iter().for_each(|part| print(part, "", depth + 1)),
        _ => {}
    }
}
