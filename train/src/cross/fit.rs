//! The stages that learn from speakers, fitted without a fold.

use std::io;

use sayso_document::Tier;
use sayso_extract::Analyzer;
use sayso_extract::fit::speakers::MODEL;

use super::{Corpus, FOLDS, Files, fold};
use crate::learn::Choice;
use crate::parallel::{self, THREADS};
use crate::places::Places;
use crate::stages::{speakers, voices};

/// So many times the questions about speakers count: they are few beside those of news, and tell more.
const WEIGHT: usize = 2;

/// What is learned from, gathered once for all folds.
pub(super) struct Fitting {
    /// Questions that no article of the folds asks.
    ground: Vec<Choice>,
    /// The questions of each article, with its place in its corpus.
    articles: Vec<(usize, Vec<Choice>)>,
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
        let all: Vec<_> = corpora.iter().flat_map(|corpus| corpus.voiced.iter().enumerate()).collect();
        let articles = parallel::map(&all, THREADS, |&(place, article)| {
            // One model serves all tiers.
            let of_tier = |tier| voices::choices(&analyzer, &model, article, tier);
            (
                place,
                [Tier::Fast, Tier::Accurate]
                    .into_iter()
                    .take_while(|&tier| tier <= analyzer.best())
                    .flat_map(of_tier)
                    .collect(),
            )
        });
        eprintln!(
            "questions: {} of news and OntoGUM, {} about speakers",
            ground.len(),
            articles.iter().map(|(_, choices): &(usize, Vec<Choice>)| choices.len()).sum::<usize>()
        );
        Ok(Self { ground, articles })
    }

    /// For each fold what is fitted on so much of the articles of the others.
    pub(super) fn folds(&self, percent: u8) -> Vec<Files> {
        let folds: Vec<usize> = (0..FOLDS).collect();
        parallel::map(&folds, THREADS, |&fold| vec![("speakers.bin".to_owned(), self.speakers(fold, percent))])
    }

    fn speakers(&self, without: usize, percent: u8) -> Vec<u8> {
        let share = usize::from(percent);
        let others = self.articles.iter().filter(|(place, _)| fold(*place) != without).enumerate();
        // Evenly so many of a hundred.
        let kept = others.filter(|(at, _)| (at + 1) * share / 100 > at * share / 100).map(|(_, article)| &article.1);
        let voiced: Vec<&Choice> = kept.flatten().collect();
        let mut choices: Vec<&Choice> = self.ground.iter().collect();
        (0..WEIGHT).for_each(|_| choices.extend_from_slice(&voiced));
        speakers::fit(&choices).to_bytes(MODEL)
    }
}
