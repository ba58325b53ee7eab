//! Calibration: turns the scores of the stages into probabilities (Platt, 1999).
//!
//! For each group of answers (tier, and sort of value) two numbers, fitted on held-out articles, map the log odds of a
//! score to the share of such answers that is right. So a confidence of 0.8 means that about four in five answers like
//! this are right.
//!
//! In: an analysis with the confidences that the models gave. Out: the same with confidences that
//! can be read as probabilities, rounded to three digits. The order of answers within a group never
//! changes, since slopes are above zero.

use std::collections::BTreeMap;

use sayso_document::{Analysis, EntityType, QuoteKind, Tier};

use crate::model::ModelError;

/// The name of the file.
pub const FILE: &str = "calibration.txt";

/// A straight line over log odds: `slope × log odds + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// What the log odds are multiplied by; above 0, so that order is kept.
    pub slope: f32,
    /// What is added to them.
    pub offset: f32,
}

/// A [`Line`] for each group of confidences.
///
/// A group is a kind (`quote`, `speaker`, `entity`), perhaps followed by a blank and a sort of it
/// (`quote direct`). A group without a line is read as its kind; a kind without a line stays as it
/// is. Groups of the accurate tier begin with `accurate` and a blank.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    /// By group, sorted, so that the file is written in one order.
    lines: BTreeMap<String, Line>,
}

impl Calibration {
    /// Lines by group. Numbers are kept to four decimals, as the file has them.
    #[cfg(any(test, feature = "training"))]
    pub fn new(lines: impl IntoIterator<Item = (String, Line)>) -> Self {
        let round = |number: f32| (number * 1e4).round() / 1e4;
        let rounded = |line: Line| Line { slope: round(line.slope), offset: round(line.offset) };
        Self { lines: lines.into_iter().map(|(group, line)| (group, rounded(line))).collect() }
    }

    /// Adds the lines of another.
    #[cfg(feature = "training")]
    pub fn extend(&mut self, other: Self) {
        self.lines.extend(other.lines);
    }

    /// The calibrated confidence of one in this group, both from 0 to 1.
    pub fn read(&self, group: &str, confidence: f32) -> f32 {
        let kind = || self.lines.get(kind_of(group));
        match self.lines.get(group).or_else(kind) {
            Some(line) => 1.0 / (1.0 + libm::expf(-(line.slope * log_odds(confidence) + line.offset))),
            None => confidence,
        }
    }

    /// Calibrates and rounds all confidences of an analysis. The speaker confidence of a quote
    /// without speakers stays 0.
    pub(crate) fn apply(&self, analysis: &mut Analysis) {
        // Without lines, confidences stay as the stages give them: the lines are about to be fitted on them.
        if self.lines.is_empty() {
            return;
        }
        let tier = prefix(analysis.tier);
        for quote in &mut analysis.quotes {
            let sort = match quote.kind {
                QuoteKind::Direct => "quote direct",
                QuoteKind::Mixed => "quote mixed",
                QuoteKind::Indirect => "quote indirect",
            };
            quote.confidence = told(self.read(&format!("{tier}{sort}"), quote.confidence));
            if !quote.speakers.is_empty() {
                quote.speaker_confidence = told(self.read(&format!("{tier}speaker"), quote.speaker_confidence));
            }
        }
        for entity in &mut analysis.entities {
            let sort = match entity.kind {
                EntityType::Person => "entity person",
                EntityType::Organization => "entity organization",
                EntityType::Place => "entity place",
                EntityType::Facility => "entity facility",
                _ => "entity",
            };
            entity.confidence = told(self.read(&format!("{tier}{sort}"), entity.confidence));
        }
    }

    /// The file: after a head, one line per group with its name, slope and offset, separated by
    /// tabs.
    #[cfg(feature = "training")]
    pub fn to_text(&self) -> String {
        use std::fmt::Write as _;

        let mut out = String::from("# Group, slope, offset: what is done to the log odds of a confidence.\n");
        for (group, line) in &self.lines {
            let _ = writeln!(out, "{group}\t{:.4}\t{:.4}", line.slope, line.offset);
        }
        out
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// Names the first line that is not a group, a slope above 0 and an offset.
    pub fn from_text(text: &str) -> Result<Self, ModelError> {
        let mut lines = BTreeMap::new();
        for (number, row) in text.lines().enumerate().filter(|(_, row)| !row.is_empty() && !row.starts_with('#')) {
            let fault = || {
                let wanted = "a group, a slope above 0 and an offset, with tabulators between";
                ModelError::new(format!("{FILE}:{}: {row:?} is not {wanted}", number + 1))
            };
            let parts: Vec<&str> = row.split('\t').collect();
            let &[group, slope, offset] = parts.as_slice() else { return Err(fault()) };
            let number = |text: &str| text.parse::<f32>().ok().filter(|number| number.is_finite()).ok_or_else(fault);
            let line = Line { slope: number(slope)?, offset: number(offset)? };
            if line.slope <= 0.0 {
                return Err(fault());
            }
            lines.insert(group.to_owned(), line);
        }
        Ok(Self { lines })
    }
}

/// Rounds a confidence to three digits, so that what is stored, filtered by and shown is one
/// number. None is 0 or 1: nothing is certain or without hope.
fn told(confidence: f32) -> f32 {
    ((confidence * 1_000.0).round() / 1_000.0).clamp(0.001, 0.999)
}

/// What the groups of a tier begin with.
pub fn prefix(tier: Tier) -> &'static str {
    match tier {
        Tier::Fast => "",
        Tier::Accurate => "accurate ",
    }
}

/// The kind of a group, with its tier: `accurate quote` for `accurate quote direct`.
pub fn kind_of(group: &str) -> &str {
    let from = if group.starts_with(prefix(Tier::Accurate)) { prefix(Tier::Accurate).len() } else { 0 };
    group[from..].find(' ').map_or(group, |end| &group[..from + end])
}

/// The natural log odds of a confidence, which is kept within 0.001 to 0.999.
pub fn log_odds(confidence: f32) -> f32 {
    let p = confidence.clamp(0.001, 0.999);
    libm::logf(p / (1.0 - p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_the_line() {
        let error = |text: &str| Calibration::from_text(text).unwrap_err().to_string();
        assert!(error("# ok\nquote\t1\t0\nspeaker 1 0\n").starts_with("calibration.txt:3: \"speaker 1 0\" is not"));
        assert!(error("quote\t-1\t0\n").contains("slope above 0"));
        assert!(error("quote\t1\tNaN\n").contains("calibration.txt:1"));
    }

    #[test]
    fn tells_three_digits() {
        assert_eq!(
            [0.985_666_45, 0.985_965_6, 0.25].map(told).map(|told| told.to_string()),
            ["0.986", "0.986", "0.25"]
        );
        assert_eq!([0.0, 0.000_4, 0.999_6, 1.0].map(told), [0.001, 0.001, 0.999, 0.999]);
    }

    #[test]
    fn keeps_order_and_bounds() {
        let read = Calibration::new([("quote".to_owned(), Line { slope: 0.5, offset: -0.2 })]);
        let all: Vec<f32> = [0.0, 0.1, 0.5, 0.9, 1.0].iter().map(|&p| read.read("quote mixed", p)).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]) && all[0] > 0.0 && all[4] < 1.0, "{all:?}");
    }
}
