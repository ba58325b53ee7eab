//! Tables of a corpus: its figures, fold by fold, and what is wrong with its speakers.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::folds::Corpus;
use crate::eval::figures::Figures;
use crate::eval::gold::{QuotedText, SpokenText};
use crate::eval::predict::Prediction;
use crate::eval::speakers::match_row;
use crate::eval::text::Text;
use crate::eval::who::{Holds, Wrong, holds, wrong};
use crate::eval::{quotes, speakers};
use crate::stages::who::{FOLDS, fold};

/// The figures that are shown, and where they are.
const SHOWN: [(&str, &str); 11] = [
    ("whole, all parts overlap", "triple.f1"),
    ("speech found", "act.speech_found"),
    ("content found", "speakers.found"),
    ("speaker right of found", "speakers.right_of_found"),
    ("speaker right of all", "speakers.right_of_all"),
    ("pronouns: right of found", "pronoun_sources.right_of_found"),
    ("unnamed left unnamed, of found", "unnamed.left_unnamed_of_found"),
    ("act right of found", "act.right_of_found"),
    ("negated, F1", "negated.f1"),
    ("hypothetical, F1", "hypothetical.f1"),
    ("addressee, F1", "addressee.f1"),
];

/// What was found, by the article's name.
type ById<'f> = BTreeMap<&'f str, &'f Prediction>;

/// The figures of all articles, then of each fold.
pub(super) fn figures(corpus: &Corpus, found: &ById<'_>) -> String {
    let heads: String = (0..FOLDS).map(|fold| format!("{:>8}", format!("fold {fold}"))).collect();
    let articles = format!("{}, {} articles", corpus.name, corpus.gold.quotes.len());
    let mut out = format!("{articles:<34}{:>8}{heads}\n", "all");
    let of_fold = |of: usize| {
        let quotes: Vec<QuotedText> = kept(&corpus.gold.quotes, of);
        let speakers: Vec<SpokenText> = kept(&corpus.gold.speakers, of);
        score(&quotes, &speakers, found)
    };
    let mut columns = vec![score(&corpus.gold.quotes, &corpus.gold.speakers, found)];
    columns.extend((0..FOLDS).map(of_fold));
    for (label, path) in SHOWN {
        let cell = |figures: &Figures| format!("{:>8.1}", figures.get(path).copied().unwrap_or(f64::NAN));
        let _ = writeln!(out, "  {label:<32}{}", columns.iter().map(cell).collect::<String>());
    }
    out
}

fn kept<T: Clone>(all: &[T], of: usize) -> Vec<T> {
    all.iter().enumerate().filter(|&(place, _)| fold(place) == of).map(|(_, one)| one.clone()).collect()
}

fn score(articles: &[QuotedText], spoken: &[SpokenText], found: &ById<'_>) -> Figures {
    let mut figures = quotes::score(articles, found);
    figures.extend(speakers::score(spoken, found, articles));
    figures
}

/// By what the source holds, how many contents were found, and how many of their speakers are wrong in which way.
pub(super) fn kinds(corpus: &Corpus, found: &ById<'_>) -> String {
    let mut of: BTreeMap<Holds, usize> = BTreeMap::new();
    let mut counts: BTreeMap<(Holds, Wrong), usize> = BTreeMap::new();
    let (mut unnamed, mut named) = (0, 0);
    for (article, spoken) in corpus.gold.quotes.iter().zip(&corpus.gold.speakers) {
        let text = Text::new(&article.text);
        let ours = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        for row in &spoken.sources {
            let Some(quote) = match_row(row, ours) else { continue };
            let (holds, wrong) = (holds(&text, row), wrong(row, quote));
            if row.speakers.is_empty() {
                unnamed += 1;
                named += usize::from(wrong.is_some());
                continue;
            }
            *of.entry(holds).or_default() += 1;
            if let Some(wrong) = wrong {
                *counts.entry((holds, wrong)).or_default() += 1;
            }
        }
    }
    // The last column is of "another form of the right name, or some of several".
    let mut out =
        format!("  {:<24}{:>8}{:>12}{:>12}{:>12}\n", "the source holds", "found", "left open", "another", "form/some");
    for holds in Holds::ALL {
        let cell = |wrong: &Wrong| format!("{:>12}", counts.get(&(holds, *wrong)).copied().unwrap_or(0));
        let cells: String = Wrong::OF_NAMED.iter().map(cell).collect();
        let _ = writeln!(out, "  {:<24}{:>8}{cells}", holds.label(), of.get(&holds).copied().unwrap_or(0));
    }
    let sum = |wrong: &Wrong| Holds::ALL.iter().filter_map(|&holds| counts.get(&(holds, *wrong))).sum::<usize>();
    let sums: String = Wrong::OF_NAMED.iter().map(|wrong| format!("{:>12}", sum(wrong))).collect();
    let _ = writeln!(out, "  {:<24}{:>8}{sums}", "all", of.values().sum::<usize>());
    let _ = writeln!(out, "  {:<24}{unnamed:>8}{:>12}{named:>12}", "nobody with a name", "");
    out
}
