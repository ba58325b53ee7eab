//! Analyses a text of a kind and reads out its quotes, for `scripts/steps` to count what that takes.
//!
//! `steps KIND BYTES TIER` analyses it to its end, `steps KIND BYTES TIER N` gives it up at the Nth question whether it is
//! still wanted. `steps` alone lists the kinds.

#[path = "../tests/kinds/mod.rs"]
mod kinds;

use std::cell::Cell;
use std::error::Error;

use sayso_document::Tier;
use sayso_extract::Analyzer;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, bytes, tier, until) = match arguments.as_slice() {
        [] => {
            list();
            return Ok(());
        }
        [name, bytes, tier] => (name, bytes.parse()?, tier, usize::MAX),
        [name, bytes, tier, until] => (name, bytes.parse()?, tier, until.parse()?),
        _ => return Err("expected: steps [KIND BYTES TIER [QUESTIONS]]".into()),
    };
    let tier = match tier.as_str() {
        "fast" => Tier::Fast,
        "accurate" => Tier::Accurate,
        other => return Err(format!("the tier {other:?} is neither fast nor accurate").into()),
    };
    let kind =
        kinds::KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| format!("there is no kind {name:?}"))?;
    let text = kind.text(bytes);
    let asked = Cell::new(0);
    let wanted = || asked.replace(asked.get() + 1) < until;
    if let Some(analysis) = Analyzer::new().analyze_while(&text, None, tier, &wanted) {
        // What every answer shows of its quotes.
        analysis.quotes.iter().for_each(|quote| drop(quote.clean_text(&text)));
    }
    say(&asked.get().to_string());
    Ok(())
}

fn list() {
    kinds::KINDS.iter().for_each(|kind| say(kind.name));
}

#[allow(clippy::print_stdout, reason = "an example prints")]
fn say(line: &str) {
    println!("{line}");
}
