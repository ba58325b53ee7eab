//! What is wrong with speakers, acts, polarities or addressees, one after the other, for people to read.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::folds::Corpus;
use crate::eval::gold::SourceRow;
use crate::eval::predict::{FoundQuote, Prediction};
use crate::eval::speakers::match_row;
use crate::eval::text::{Segment, Text, name};
use crate::eval::who;
use crate::stages::who::fold;

/// So many characters are shown on either side of a source.
const AROUND: usize = 80;

/// What can be listed. Each word is a value of `--about`.
pub(super) const ABOUT: [&str; 5] = ["speaker", "act", "negated", "hypothetical", "addressee"];

/// So many errors of a corpus at most, evenly spread over its articles, in their order. `about` is one of [`ABOUT`].
pub(super) fn list(corpus: &Corpus, found: &BTreeMap<&str, &Prediction>, about: &str, most: usize) -> String {
    let mut all = Vec::new();
    for (place, (article, spoken)) in corpus.gold.quotes.iter().zip(&corpus.gold.speakers).enumerate() {
        let text = Text::new(&article.text);
        let ours = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        for (number, row) in spoken.sources.iter().enumerate() {
            if let Some((quote, kind)) =
                match_row(row, ours).and_then(|quote| Some((quote, kind(&text, row, quote, about)?)))
            {
                let head = format!("{}, fold {}, {} row {}: {kind}", corpus.name, fold(place), article.id, number + 1);
                all.push(format!("{head}\n{}", words(&text, row, quote)));
            }
        }
    }
    let of = all.len();
    let spread = all.into_iter().enumerate().filter(|(at, _)| of <= most || (at + 1) * most / of > at * most / of);
    spread.map(|(_, one)| one).collect()
}

/// What is wrong, in words. None if nothing is, or if the row does not tell what would be right.
fn kind(text: &Text, row: &SourceRow, quote: &FoundQuote, about: &str) -> Option<String> {
    let told = |right: &str, ours: &str| Some(format!("{about}: right {right}, found {ours}"));
    let act = row.act.as_deref();
    match about {
        "speaker" => who::kind(text, row, quote),
        "act" => act.filter(|right| *right != quote.act).and_then(|right| told(right, &quote.act)),
        "addressee" => {
            let right = row.addressee.as_deref().unwrap_or("");
            let wrong = !hears(right, &quote.addressee) && act.is_some();
            wrong.then(|| told(&format!("“{right}”"), &format!("“{}”", quote.addressee)))?
        }
        polarity => {
            let is = |one: &str| one.eq_ignore_ascii_case(polarity);
            let wrong = is(&row.polarity) != is(&quote.polarity) && act.is_some();
            wrong.then(|| told(&row.polarity, &quote.polarity))?
        }
    }
}

/// Whether the words of one addressee hold those of the other, or nobody is meant by either, as the figures count it.
fn hears(right: &str, ours: &str) -> bool {
    let (right, ours) = (name(right), name(ours));
    right.is_empty() == ours.is_empty() && (right.contains(&ours) || ours.contains(&right))
}

/// The names, and the source as it stands in the text; that of the quote where it is another.
fn words(text: &Text, row: &SourceRow, quote: &FoundQuote) -> String {
    let names = |all: &[String]| if all.is_empty() { "–".to_owned() } else { all.join("; ") };
    let mut out = format!("    right {} | found {}\n", names(&row.speakers), names(&quote.speakers));
    let at = row.source.first().or(row.content.first()).copied().unwrap_or([0, 0]);
    let end = row.source.last().map_or(at[1], |last| last[1]);
    let _ = writeln!(out, "    {}", around(text, [at[0], end]));
    let _ = writeln!(out, "    cue “{}”", one_line(&text.words(&quote.cue)));
    if quote.source != row.source {
        let _ = writeln!(out, "    source found: “{}”", one_line(&text.words(&quote.source)));
    }
    out
}

fn around(text: &Text, [from, to]: Segment) -> String {
    // Contents may be long; their first words tell where they stand.
    let to = to.min(from + 2 * AROUND);
    let before = text.points(from.saturating_sub(AROUND), from);
    one_line(&format!("{before}‹{}›{}", text.points(from, to), text.points(to, to + AROUND)))
}

fn one_line(words: &str) -> String {
    words.replace("\n\n", " ¶ ").replace('\n', " ¶ ")
}
