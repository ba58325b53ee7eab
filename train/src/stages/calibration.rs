//! Fits the calibration of confidences: `calibration.txt`.
//!
//! There are two numbers for each group (Platt, 1999): a slope for the log odds of a raw confidence, and an offset. The
//! sum is the log odds of being right. They are fitted on the development articles, because the models know the
//! training articles and would be too sure of them. The gain is therefore measured by cross-validation: each fifth of
//! the articles is judged by a fit on the other four.

use std::collections::BTreeMap;
use std::io;

use sayso_document::Tier;
use sayso_extract::Analyzer;
use sayso_extract::fit::calibration::{Calibration, FILE, Line, kind_of, log_odds};

use super::stage::Stage;
use crate::eval::Found;
use crate::eval::calibration::{Case, cases, error};
use crate::eval::gold::Gold;
use crate::places::Places;

const FOLDS: usize = 5;
/// A group with fewer cases uses the calibration of its kind.
const MIN_CASES: usize = 60;

/// The last stage, because it uses the confidences of all others.
pub(super) const STAGE: Stage =
    Stage { name: "calibration", about: "Fits how confidences are to be read, on the development articles", run };

/// Fits and writes.
fn run(places: &Places) -> io::Result<()> {
    let gold = Gold::read(places)?;
    // The models that were fitted before, without calibration.
    let mut files = crate::models::of_folder(&places.out)?;
    files.retain(|(name, _)| name != FILE);
    files.push((FILE.to_owned(), Vec::new()));
    let analyzer = Analyzer::with_models(files).map_err(io::Error::other)?;
    let mut lines = Calibration::default();
    for tier in [Tier::Fast, Tier::Accurate].into_iter().filter(|&tier| tier <= analyzer.best()) {
        let all = cases(&gold, &Found::of(&gold, &analyzer, tier).by_id(), tier);
        tell(&all, tier);
        lines.extend(fit(&all));
    }
    places.write(FILE, lines.to_text().as_bytes())
}

/// Prints what calibration gains, by cross-validation.
fn tell(all: &[Case], tier: Tier) {
    let held_out: Vec<Case> = (0..FOLDS)
        .flat_map(|fold| {
            let (out, rest): (Vec<Case>, Vec<Case>) = all.iter().cloned().partition(|case| case.text % FOLDS == fold);
            let fitted = fit(&rest);
            out.into_iter().map(move |case| Case { confidence: fitted.read(&case.group, case.confidence), ..case })
        })
        .collect();
    for of in ["quote", "speaker", "entity"] {
        let ece = |cases: &[Case]| error(cases.iter().filter(|case| kind_of(&case.group).ends_with(of)));
        eprintln!(
            "{tier:?}, {of:<8} expected calibration error {:.3}, as fitted on other articles {:.3}",
            ece(all),
            ece(&held_out)
        );
    }
}

/// Fits all groups, and all cases of a kind as the group `quote`, `speaker` or `entity`.
fn fit(cases: &[Case]) -> Calibration {
    let mut groups: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        let kind = kind_of(&case.group);
        groups.entry(kind).or_default().push(case);
        if kind != case.group {
            groups.entry(&case.group).or_default().push(case);
        }
    }
    let enough = groups.into_iter().filter(|(_, cases)| cases.len() >= MIN_CASES);
    Calibration::new(enough.map(|(group, cases)| (group.to_owned(), line(&cases))))
}

/// Logistic regression with one input, by Newton's method. The targets are smoothed, as Platt does, so that a group
/// without errors does not end in certainty. A slight pull towards the identity steadies small groups.
fn line(cases: &[&Case]) -> Line {
    let right = cases.iter().filter(|case| case.right).count() as f64;
    let (yes, no) = ((right + 1.0) / (right + 2.0), 1.0 / (cases.len() as f64 - right + 2.0));
    let (mut slope, mut offset) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let pull = 1.0;
        let (mut g, mut h) = ([pull * (slope - 1.0), pull * 0.1 * offset], [pull, 0.0, pull * 0.1]);
        for case in cases {
            let x = f64::from(log_odds(case.confidence));
            let p = 1.0 / (1.0 + libm::exp(-(slope * x + offset)));
            let (slope_of, curve) = (p - if case.right { yes } else { no }, p * (1.0 - p));
            g = [g[0] + slope_of * x, g[1] + slope_of];
            h = [h[0] + curve * x * x, h[1] + curve * x, h[2] + curve];
        }
        let det = h[0] * h[2] - h[1] * h[1];
        if det < 1e-9 {
            break;
        }
        slope -= ((h[2] * g[0] - h[1] * g[1]) / det).clamp(-1.0, 1.0);
        offset -= ((h[0] * g[1] - h[1] * g[0]) / det).clamp(-1.0, 1.0);
    }
    // A higher raw confidence must never become a lower one.
    Line { slope: slope.max(0.05) as f32, offset: offset as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_how_far_to_believe() {
        // Confidence 0.9, right in 7 of 10; confidence 0.5, right in 3 of 10.
        let case = |at: usize, confidence: f32, of_ten: usize| Case {
            group: "quote indirect".into(),
            confidence,
            right: at % 10 < of_ten,
            text: at,
        };
        let cases: Vec<Case> = (0..400).flat_map(|at| [case(at, 0.9, 7), case(at, 0.5, 3)]).collect();
        let fitted = fit(&cases);
        assert!((fitted.read("quote indirect", 0.9) - 0.7).abs() < 0.02);
        assert!((fitted.read("quote direct", 0.5) - 0.3).abs() < 0.02, "a group without cases is read as all quotes");
        assert!((fitted.read("speaker", 0.6) - 0.6).abs() < 1e-4, "what was never seen stays as it is");
        assert_eq!(Calibration::from_text(&fitted.to_text()).unwrap().to_text(), fitted.to_text());
    }
}
