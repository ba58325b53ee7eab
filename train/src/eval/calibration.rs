//! Measures calibration: of the answers with a confidence of 0.9, nine in ten should be right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use sayso_document::Tier;
use sayso_extract::fit::calibration::{kind_of, prefix};

use super::entities::folded;
use super::gold::Gold;
use super::predict::Prediction;
use super::quotes::{agrees, found_parts, gold_parts, pair, sets};
use super::speakers::{match_row, names_agree};
use super::text::Text;

/// A confidence, whether its answer is right, and in which text it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What kind of answer it is: `quote direct`, `speaker`, `entity PERSON`.
    pub group: String,
    /// The confidence, from 0 to 1.
    pub confidence: f32,
    /// Whether the answer is right.
    pub right: bool,
    /// The number of the text.
    pub text: usize,
}

/// Judges all confidences in the development texts.
///
/// A quote is right if it is paired with a gold attribution whose cue, content and source it overlaps. The speakers of
/// a quote are right if they are exactly the gold ones. An entity is right if its span and type are.
pub fn cases(gold: &Gold, found: &BTreeMap<&str, &Prediction>, tier: Tier) -> Vec<Case> {
    let (tier, mut all) = (prefix(tier), Vec::new());
    let ids: BTreeMap<&str, usize> = gold.quotes.iter().enumerate().map(|(at, one)| (one.id.as_str(), at)).collect();
    for (number, article) in gold.quotes.iter().enumerate() {
        let text = Text::new(&article.text);
        let quotes = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        let right: Vec<_> = article.attributions.iter().map(|one| sets(&text, &gold_parts(one))).collect();
        let ours: Vec<_> = quotes.iter().map(|one| sets(&text, &found_parts(one))).collect();
        let good: BTreeSet<usize> =
            pair(&right, &ours).into_iter().filter(|&(g, p)| agrees(&right[g], &ours[p])).map(|(_, p)| p).collect();
        all.extend(quotes.iter().enumerate().map(|(at, quote)| Case {
            group: format!("{tier}quote {}", quote.kind.to_lowercase()),
            confidence: quote.confidence,
            right: good.contains(&at),
            text: number,
        }));
    }
    for article in &gold.speakers {
        let quotes = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        for row in &article.sources {
            if let Some(quote) = match_row(row, quotes).filter(|quote| !quote.speakers.is_empty()) {
                let text = ids.get(article.id.as_str()).copied().unwrap_or(0);
                let (confidence, right) = (quote.speaker_confidence, names_agree(row, quote));
                all.push(Case { group: format!("{tier}speaker"), confidence, right, text });
            }
        }
    }
    let worldwide = gold.entities.iter().filter(|(name, _)| *name == "worldwide").flat_map(|(_, texts)| texts);
    for (number, text) in worldwide.enumerate() {
        let Some(found) = found.get(text.id.as_str()) else { continue };
        let right: BTreeSet<_> = text.entities.iter().map(|one| (one.start, one.end, one.r#type.clone())).collect();
        for one in &found.entities {
            let alone = Prediction { entities: vec![one.clone()], ..Prediction::default() };
            if let Some(typed) = folded(text, &alone).pop_first() {
                let group = format!("{tier}entity {}", one.r#type.to_lowercase());
                let (confidence, right) = (one.confidence, right.contains(&typed));
                all.push(Case { group, confidence, right, text: number });
            }
        }
    }
    all
}

/// One of ten ranges of confidence.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    count: usize,
    sum: f64,
    right: usize,
}

fn bins<'c>(cases: impl IntoIterator<Item = &'c Case>) -> [Bin; 10] {
    let mut bins = [Bin::default(); 10];
    for case in cases {
        let bin = &mut bins[((case.confidence * 10.0) as usize).min(9)];
        bin.count += 1;
        bin.sum += f64::from(case.confidence);
        bin.right += usize::from(case.right);
    }
    bins
}

/// The expected calibration error: the mean distance between the mean confidence and the share of right answers in a
/// bin, weighted by cases.
pub fn error<'c>(cases: impl IntoIterator<Item = &'c Case>) -> f64 {
    let bins = bins(cases);
    let all: usize = bins.iter().map(|bin| bin.count).sum();
    let apart: f64 = bins.iter().map(|bin| (bin.sum - bin.right as f64).abs()).sum();
    apart / all.max(1) as f64
}

/// A table of ten bins for quotes, speakers and entities.
pub fn table(cases: &[Case]) -> String {
    let mut out = String::new();
    for of in ["quote", "speaker", "entity"] {
        let group: Vec<&Case> = cases.iter().filter(|case| kind_of(&case.group).ends_with(of)).collect();
        let _ = writeln!(out, "{:<24}{:>8}{:>12}{:>10}", format!("{of} confidence"), "count", "mean", "right");
        for (at, bin) in bins(group.iter().copied()).iter().enumerate().filter(|(_, bin)| bin.count > 0) {
            let count = bin.count as f64;
            let (low, mean, right) = (at as f64 / 10.0, bin.sum / count, 100.0 * bin.right as f64 / count);
            let _ = writeln!(out, "  {low:.1} to {:<14.1}{:>8}{mean:>12.2}{right:>8.1} %", low + 0.1, bin.count);
        }
        let _ = writeln!(out, "  expected calibration error {:.3}\n", error(group.iter().copied()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_the_mean_distance() {
        let case = |confidence, right| Case { group: "quote direct".into(), confidence, right, text: 0 };
        // Ten at 0.95 of which nine are right, and two at 0.25 of which one is right.
        let mut cases: Vec<Case> = (0..10).map(|at| case(0.95, at > 0)).collect();
        cases.extend([case(0.25, true), case(0.25, false)]);
        assert!((error(&cases) - (10.0 * 0.05 + 2.0 * 0.25) / 12.0).abs() < 1e-6);
        let said = table(&cases);
        assert!(said.contains("0.9 to 1.0") && said.contains("90.0 %") && !said.contains("0.5 to"), "{said}");
    }
}
