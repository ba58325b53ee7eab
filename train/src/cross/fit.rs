//! The models that learn from speakers, fitted without a fold.

use std::fmt::Write;
use std::io;
use std::path::Path;

use sayso_document::Tier;
use sayso_extract::fit::speakers::{WHO, choose_source};
use sayso_extract::model::Linear;

use super::folds::{Corpus, Files};
use crate::eval::figures::percent;
use crate::learn::Choice;
use crate::parallel::{self, THREADS};
use crate::stages::who::{self, FOLDS, fold};

/// What is learned from, gathered once for all folds.
pub(super) struct Fitting {
    /// The questions of each article, with its place in its corpus.
    articles: Vec<(usize, Vec<Choice>)>,
    tier: Tier,
}

/// What is fitted without a fold.
pub(super) struct Fitted {
    who: Linear,
    name: &'static str,
}

impl Fitted {
    /// The files that take the place of the committed ones.
    pub(super) fn files(&self) -> Files {
        vec![(format!("{}.bin", self.name), self.who.to_bytes(self.name))]
    }
}

impl Fitting {
    /// Asks the questions of all corpora, each article with the encoder that was fitted without its fold, if there are
    /// such ones.
    pub(super) fn new(base: &Files, encoders: Option<&Path>, corpora: &[Corpus], tier: Tier) -> io::Result<Self> {
        let mut articles = Vec::new();
        for corpus in corpora {
            articles.extend(who::voiced(&corpus.gold.quotes, &corpus.gold.speakers).into_iter().enumerate());
        }
        let taught = who::taught(&who::analyzers(base, encoders)?, &articles, tier);
        Ok(Self { articles: articles.iter().map(|(place, _)| *place).zip(taught).collect(), tier })
    }

    /// For each fold what is fitted on so much of the articles of the others.
    pub(super) fn folds(&self, percent: u8) -> Vec<Fitted> {
        let folds: Vec<usize> = (0..FOLDS).collect();
        parallel::map(&folds, THREADS, |&fold| {
            let name = WHO.iter().find(|(tier, _)| *tier == self.tier).map_or(WHO[0].1, |(_, name)| name);
            Fitted { who: self.who(fold, percent), name }
        })
    }

    fn who(&self, without: usize, percent: u8) -> Linear {
        let share = usize::from(percent);
        let others = self.articles.iter().filter(|(place, _)| fold(*place) != without).enumerate();
        // Evenly so many of a hundred.
        let kept = others.filter(|(at, _)| (at + 1) * share / 100 > at * share / 100);
        who::fit(&kept.flat_map(|(_, (_, choices))| choices).collect::<Vec<_>>())
    }

    /// How often the model of the fold picks the right offer, where there is one.
    pub(super) fn reach(&self, fitted: &[Fitted]) -> String {
        let mut out = format!("{:<40}{:>8}{:>10}\n", "questions with a right offer", "of", "right");
        for (label, named) in [("with a name", true), ("unnamed", false)] {
            let (mut of, mut right) = (0, 0);
            for (place, choices) in &self.articles {
                for one in choices.iter().filter(|one| (one.right[0] != 0) == named) {
                    of += 1;
                    let picked = choose_source(&fitted[fold(*place)].who, &one.candidates).0;
                    right += usize::from(one.right.contains(&picked));
                }
            }
            let _ = writeln!(out, "  {label:<38}{of:>8}{:>10.1}", percent(right, of));
        }
        out
    }
}
