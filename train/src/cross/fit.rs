//! The models that learn from speakers and values, fitted without a fold.

use std::fmt::Write;
use std::io;
use std::path::Path;

use sayso_document::Tier;
use sayso_extract::fit::speakers::{WHO, choose_source};
use sayso_extract::fit::values::Value;
use sayso_extract::model::Linear;

use super::folds::{Corpus, Files};
use crate::eval::figures::percent;
use crate::learn::Choice;
use crate::parallel::{self, THREADS};
use crate::stages::values::{self, Taught};
use crate::stages::who::{self, FOLDS, fold};

/// What is learned from, gathered once for all folds: of each article, with its place in its corpus.
pub(super) struct Fitting {
    places: Vec<usize>,
    /// Who the sources are; nothing where that is not fitted.
    sources: Vec<Vec<Choice>>,
    /// Act, polarity and addressee; nothing where these are not fitted.
    values: Vec<Taught>,
    tier: Tier,
}

/// What is fitted without a fold.
pub(super) struct Fitted {
    who: Option<Linear>,
    name: &'static str,
    values: Vec<Linear>,
}

impl Fitted {
    /// The files that take the place of the committed ones.
    pub(super) fn files(&self) -> Files {
        let who = self.who.iter().map(|model| (self.name, model));
        let values = Value::ALL.into_iter().map(Value::name).zip(&self.values);
        who.chain(values).map(|(name, model)| (format!("{name}.bin"), model.to_bytes(name))).collect()
    }
}

impl Fitting {
    /// Asks the questions of all corpora, each article with the encoder that was fitted without its fold, if there are
    /// such ones; of one stage alone if that is given.
    pub(super) fn new(
        base: &Files,
        encoders: Option<&Path>,
        corpora: &[Corpus],
        tier: Tier,
        stage: Option<&str>,
    ) -> io::Result<Self> {
        let analyzers = who::analyzers(base, encoders)?;
        let fits = |name: &str| stage.is_none_or(|stage| stage == name);
        let (mut spoken, mut valued) = (Vec::new(), Vec::new());
        for corpus in corpora {
            spoken.extend(who::voiced(&corpus.gold.quotes, &corpus.gold.speakers).into_iter().enumerate());
            valued.extend(values::valued(&corpus.gold.quotes, &corpus.gold.speakers));
        }
        Ok(Self {
            places: spoken.iter().map(|(place, _)| *place).collect(),
            sources: if fits("who") { who::taught(&analyzers, &spoken, tier) } else { Vec::new() },
            values: if fits("values") { values::taught(&analyzers[0], &valued) } else { Vec::new() },
            tier,
        })
    }

    /// For each fold what is fitted on so much of the articles of the others.
    pub(super) fn folds(&self, percent: u8) -> Vec<Fitted> {
        let folds: Vec<usize> = (0..FOLDS).collect();
        parallel::map(&folds, THREADS, |&fold| {
            let name = WHO.iter().find(|(tier, _)| *tier == self.tier).map_or(WHO[0].1, |(_, name)| name);
            let sources = self.others(&self.sources, fold, percent);
            let values = self.others(&self.values, fold, percent);
            Fitted {
                who: (!sources.is_empty()).then(|| who::fit(&sources.into_iter().flatten().collect::<Vec<_>>())),
                name,
                values: if values.is_empty() { Vec::new() } else { values::fit(&values) },
            }
        })
    }

    /// Evenly so many of a hundred of what stands for the articles of other folds.
    fn others<'t, T>(&self, all: &'t [T], without: usize, percent: u8) -> Vec<&'t T> {
        let share = usize::from(percent);
        let others = all.iter().zip(&self.places).filter(|(_, place)| fold(**place) != without).enumerate();
        others.filter(|(at, _)| (at + 1) * share / 100 > at * share / 100).map(|(_, (one, _))| one).collect()
    }

    /// How often the model of the fold picks the right offer, where there is one.
    pub(super) fn reach(&self, fitted: &[Fitted]) -> String {
        let mut out = format!("{:<40}{:>8}{:>10}\n", "questions with a right offer", "of", "right");
        for (label, named) in [("with a name", true), ("unnamed", false)] {
            let (mut of, mut right) = (0, 0);
            for (place, choices) in self.places.iter().zip(&self.sources) {
                let Some(who) = &fitted[fold(*place)].who else { continue };
                for one in choices.iter().filter(|one| (one.right[0] != 0) == named) {
                    of += 1;
                    let picked = choose_source(who, &one.candidates).0;
                    right += usize::from(one.right.contains(&picked));
                }
            }
            let _ = writeln!(out, "  {label:<38}{of:>8}{:>10.1}", percent(right, of));
        }
        out
    }
}
