//! The stages that learn from speakers, fitted without a fold.

use std::fmt::Write;
use std::io;

use sayso_document::Tier;
use sayso_extract::Analyzer;
use sayso_extract::fit::speakers::{MODEL, choose};
use sayso_extract::model::Linear;

use super::folds::{Corpus, FOLDS, Files, fold};
use crate::eval::figures::percent;
use crate::learn::Choice;
use crate::parallel::{self, THREADS};
use crate::places::Places;
use crate::stages::speakers;
use crate::stages::voices::{self, Voiced};

/// What is learned from, gathered once for all folds.
pub(super) struct Fitting {
    /// Questions that no article of the folds asks.
    ground: Vec<Choice>,
    /// The questions of each article, with its place in its corpus.
    articles: Vec<(usize, Vec<Voiced>)>,
}

/// What is fitted without a fold.
pub(super) struct Fitted {
    speakers: Linear,
}

impl Fitted {
    /// The files that take the place of the committed ones.
    pub(super) fn files(&self) -> Files {
        vec![("speakers.bin".to_owned(), self.speakers.to_bytes(MODEL))]
    }
}

impl Fitting {
    /// Asks the questions of all corpora. What is answered between them is answered by a model that no article of the
    /// folds was learned from.
    pub(super) fn new(places: &Places, base: &Files, corpora: &[Corpus]) -> io::Result<Self> {
        let mut files = base.clone();
        files.retain(|(name, _)| name != "speakers.bin");
        files.push(speakers::blank());
        let analyzer = Analyzer::with_models(files).map_err(io::Error::other)?;
        let ground = speakers::ground(places, &analyzer)?;
        let model = speakers::fit(&ground);
        let all: Vec<_> = corpora.iter().flat_map(|corpus| &corpus.voiced).collect();
        let place = corpora.iter().flat_map(|corpus| 0..corpus.voiced.len());
        let articles = place.zip(voices::questions(&analyzer, &model, &all)).collect();
        Ok(Self { ground, articles })
    }

    /// For each fold what is fitted on so much of the articles of the others.
    pub(super) fn folds(&self, percent: u8) -> Vec<Fitted> {
        let folds: Vec<usize> = (0..FOLDS).collect();
        parallel::map(&folds, THREADS, |&fold| Fitted { speakers: self.speakers(fold, percent) })
    }

    fn speakers(&self, without: usize, percent: u8) -> Linear {
        let share = usize::from(percent);
        let others = self.articles.iter().filter(|(place, _)| fold(*place) != without).enumerate();
        // Evenly so many of a hundred.
        let kept = others.filter(|(at, _)| (at + 1) * share / 100 > at * share / 100).map(|(_, article)| &article.1);
        let voiced: Vec<&Choice> = kept.flatten().map(|one| &one.choice).collect();
        let mut choices: Vec<&Choice> = self.ground.iter().collect();
        (0..voices::WEIGHT).for_each(|_| choices.extend_from_slice(&voiced));
        speakers::fit(&choices)
    }

    /// How often the right name is among those that are weighed, and how often the model of the fold picks it, or nobody
    /// where there is no name.
    pub(super) fn reach(&self, fitted: &[Fitted], tier: Tier) -> String {
        let mut out = format!("{:<40}{:>8}{:>14}{:>10}\n", "questions about speakers", "of", "among them", "right");
        for (label, pronoun, named) in [
            ("pronouns with a name", true, true),
            ("descriptions with a name", false, true),
            ("pronouns of unnamed sources", true, false),
            ("descriptions of unnamed sources", false, false),
        ] {
            let (mut of, mut among, mut right) = (0, 0, 0);
            for (place, article) in &self.articles {
                let model = &fitted[fold(*place)].speakers;
                let kind = |one: &&Voiced| one.tier == tier && one.pronoun == pronoun && one.named == named;
                for one in article.iter().filter(kind) {
                    let picked = choose(model, &one.choice.candidates).map_or(0, |(place, _)| place + 1);
                    let offered = one.choice.right != [0];
                    of += 1;
                    among += usize::from(offered);
                    right += usize::from(one.choice.right.contains(&picked) && (offered || !named));
                }
            }
            let (among, right) =
                (if named { format!("{:.1}", percent(among, of)) } else { String::new() }, percent(right, of));
            let _ = writeln!(out, "  {label:<38}{of:>8}{among:>14}{right:>10.1}");
        }
        out
    }
}
