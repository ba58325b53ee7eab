//! Scores speakers, acts, polarities and addressees against the gold data of `eval/speakers`.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::{Figures, Tally, percent};
use super::gold::{QuotedText, SourceRow, SpokenText};
use super::predict::{FoundQuote, Prediction};
use super::text::{Segment, Set, Text, fold, name};

const PRONOUNS: [&str; 15] =
    ["he", "she", "they", "it", "i", "we", "his", "her", "their", "who", "which", "that", "him", "them", "its"];

/// How many sources there are, found and right, named and unnamed.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    of: [usize; 2],
    found: [usize; 2],
    right: [usize; 2],
}

impl Counts {
    fn count(&mut self, named: bool, found: bool, right: bool) {
        let at = usize::from(!named);
        self.of[at] += 1;
        self.found[at] += usize::from(found);
        self.right[at] += usize::from(right);
    }

    fn put(&self, path: &str, figures: &mut Figures) {
        let [of, found, right] = [self.of[0], self.found[0], self.right[0]];
        figures.insert(format!("{path}.named"), of as f64);
        figures.insert(format!("{path}.found"), percent(found, of));
        figures.insert(format!("{path}.right_of_found"), percent(right, found));
        figures.insert(format!("{path}.right_of_all"), percent(right, of));
    }
}

/// Acts, polarities and addressees.
#[derive(Default)]
struct Manners {
    speech: usize,
    speech_found: usize,
    acts: usize,
    acts_right: usize,
    negated: Tally,
    hypothetical: Tally,
    addressee: Tally,
}

impl Manners {
    fn count(&mut self, row: &SourceRow, found: Option<&FoundQuote>) {
        if row.act.as_deref() == Some("SPEECH") {
            self.speech += 1;
            self.speech_found += usize::from(found.is_some());
        }
        let (Some(act), Some(quote)) = (&row.act, found) else { return };
        self.acts += 1;
        self.acts_right += usize::from(quote.act == *act);
        self.negated.flag(row.polarity == "NEGATED", quote.polarity == "NEGATED");
        self.hypothetical.flag(row.polarity == "HYPOTHETICAL", quote.polarity == "HYPOTHETICAL");
        let (gold, ours) = (name(row.addressee.as_deref().unwrap_or("")), name(&quote.addressee));
        let same = !gold.is_empty() && !ours.is_empty() && (gold.contains(&ours) || ours.contains(&gold));
        self.addressee.right += usize::from(same);
        self.addressee.wrong += usize::from(!ours.is_empty() && !same);
        self.addressee.missed += usize::from(!gold.is_empty() && !same);
    }

    fn put(&self, figures: &mut Figures) {
        if self.acts == 0 && self.speech == 0 {
            return;
        }
        figures.insert("act.right_of_found".into(), percent(self.acts_right, self.acts));
        figures.insert("act.speech".into(), self.speech as f64);
        figures.insert("act.speech_found".into(), percent(self.speech_found, self.speech));
        self.negated.put_counts("negated", figures);
        self.hypothetical.put_counts("hypothetical", figures);
        self.addressee.put("addressee", figures);
    }
}

/// The figures for speakers. `texts` are the articles, by id.
pub fn score(gold: &[SpokenText], found: &BTreeMap<&str, &Prediction>, texts: &[QuotedText]) -> Figures {
    let texts: BTreeMap<&str, &str> = texts.iter().map(|one| (one.id.as_str(), one.text.as_str())).collect();
    let (mut all, mut pronouns, mut manners) = (Counts::default(), Counts::default(), Manners::default());
    for article in gold {
        let text = Text::new(texts.get(article.id.as_str()).copied().unwrap_or(""));
        let quotes = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        for row in &article.sources {
            let hit = match_row(row, quotes);
            let right = hit.is_some_and(|quote| names_agree(row, quote));
            all.count(!row.speakers.is_empty(), hit.is_some(), right);
            if is_pronoun(&text, &row.source) {
                pronouns.count(!row.speakers.is_empty(), hit.is_some(), right);
            }
            manners.count(row, hit);
        }
    }
    let mut figures = Figures::new();
    all.put("speakers", &mut figures);
    pronouns.put("pronoun_sources", &mut figures);
    figures.insert("unnamed.of".into(), all.of[1] as f64);
    figures.insert("unnamed.left_unnamed_of_found".into(), percent(all.right[1], all.found[1]));
    manners.put(&mut figures);
    figures
}

/// Whether a source is only a pronoun.
pub fn is_pronoun(text: &Text, source: &[Segment]) -> bool {
    let words = fold(&text.words(source));
    !words.is_empty() && PRONOUNS.contains(&words.as_str())
}

/// The quote whose content overlaps most with that of the row, the first of equals. The overlap must be at least 0.3 of
/// what the two cover together.
pub fn match_row<'q>(row: &SourceRow, quotes: &'q [FoundQuote]) -> Option<&'q FoundQuote> {
    let gold = code_points(&row.content);
    let mut best: Option<(f64, &FoundQuote)> = None;
    for quote in quotes {
        let ours = code_points(&quote.content);
        let both = gold.intersection(&ours).count();
        let either = gold.len() + ours.len() - both;
        let share = if either == 0 { 0.0 } else { both as f64 / either as f64 };
        if share > best.map_or(0.0, |(share, _)| share) {
            best = Some((share, quote));
        }
    }
    best.filter(|(share, _)| *share >= 0.3).map(|(_, quote)| quote)
}

/// Whether the speakers are exactly those of the row.
pub fn names_agree(row: &SourceRow, quote: &FoundQuote) -> bool {
    let names = |all: &[String]| all.iter().map(|one| name(one)).collect::<BTreeSet<_>>();
    names(&row.speakers) == names(&quote.speakers)
}

fn code_points(segments: &[Segment]) -> Set {
    segments.iter().flat_map(|&[from, to]| from..to).collect()
}
