//! Fits the decisions of attribution on PolNeAR: cue, source, content, extent, and the whole.
//!
//! Each decision learns from what the one before actually finds. So that this is as good, or as bad, as on unseen
//! texts, the articles are split into folds: what a fold shows to the next decision comes from models that were fitted
//! on the other folds.

use std::io;

use sayso_document::Document;
use sayso_extract::Analyzer;
use sayso_extract::fit::attribution::{Cases, Gold, Models, Text};
use sayso_extract::model::Linear;

use super::stage::Stage;
use crate::corpus::labels::QUOTES;
use crate::corpus::{self, QuotedArticle};
use crate::learn::{Choice, Logistic, LogisticExample, Ranking, Settings};
use crate::models::of_folder;
use crate::places::{Places, bar};

/// How many folds the articles are split into.
const FOLDS: usize = 2;

const CUE: Settings = Settings { bits: 21, epochs: 8, rate: 0.03, decay: 1e-4 };
const SOURCE: Settings = Settings { bits: 20, epochs: 8, rate: 0.06, decay: 1e-4 };
const CONTENT: Settings = Settings { bits: 21, epochs: 8, rate: 0.025, decay: 1e-4 };
const EXTENT: Settings = Settings { bits: 19, epochs: 8, rate: 0.1, decay: 1e-4 };
const WHOLE: Settings = Settings { bits: 18, epochs: 6, rate: 0.05, decay: 1e-4 };

/// An article prepared for fitting. Each is read once.
struct Ready<'d> {
    text: Text<'d>,
    gold: Vec<Gold>,
}

/// The stage.
pub(super) const STAGE: Stage =
    Stage { name: "attribution", about: "Finds cues, their sources and contents, from PolNeAR", run };

/// Fits the five models and the list of nouns that may be cues.
fn run(places: &Places) -> io::Result<()> {
    let mut articles = corpus::articles(&places.eval("polnear/train.jsonl.gz"))?;
    if let Some(labels) = &places.labels {
        articles.extend(corpus::articles(&labels.join(QUOTES))?);
    }
    let documents: Vec<Document<'_>> = articles.iter().map(|article| Document::new(&article.text)).collect();
    let analyzer = Analyzer::with_models(of_folder(&places.out)?).map_err(io::Error::other)?;
    let pairs: Vec<_> = documents.iter().zip(&articles).collect();
    let ready =
        parallel(&pairs, |(document, article)| Ready { text: Text::new(document, &analyzer), gold: gold(article) });
    let nouns = nouns(&ready);
    places.write("cue_nouns.txt", nouns.as_bytes())?;
    let bar = bar("attribution", (FOLDS + 1) * 3 + 1);

    let cue_cases: Vec<_> = parallel(&ready, |one| one.text.cues(&one.gold, &nouns));
    let fit_cue = |keep: &dyn Fn(usize) -> bool| {
        let kept = cue_cases.iter().enumerate().filter(|(at, _)| keep(*at)).flat_map(|(_, cases)| cases);
        logistic(kept, &CUE)
    };
    let mut folds: Vec<Models> = Vec::new();
    for fold in 0..FOLDS {
        folds.push(Models { cue: fit_cue(&|at| at % FOLDS != fold), ..blank() });
        bar.inc(1);
    }
    let mut last = Models { cue: fit_cue(&|_| true), ..blank() };
    bar.inc(1);

    let numbered: Vec<(usize, &Ready<'_>)> = ready.iter().enumerate().collect();
    let parts = parallel(&numbered, |(at, one)| one.text.parts(&one.gold, &nouns, &folds[at % FOLDS]));
    bar.inc(1);
    let reach = parts.iter().fold([0; 4], |sum, cases| std::array::from_fn(|i| sum[i] + cases.reach[i]));
    eprintln!(
        "attributions {}, with a candidate {}, whose source is offered {}, whose content is offered {}",
        reach[0], reach[1], reach[2], reach[3]
    );
    for (fold, models) in folds.iter_mut().enumerate() {
        fit_parts(models, &parts, &|at| at % FOLDS != fold);
        bar.inc(1);
    }
    held_out(&folds, &cue_cases, &parts);
    fit_parts(&mut last, &parts, &|_| true);
    bar.inc(1);

    let wholes = parallel(&numbered, |(at, one)| one.text.wholes(&one.gold, &nouns, &folds[at % FOLDS]));
    bar.inc(1);
    last.whole = logistic(wholes.iter().flatten(), &WHOLE);
    bar.finish();
    for (name, model) in [
        ("cue", &last.cue),
        ("source", &last.source),
        ("content", &last.content),
        ("extent", &last.extent),
        ("whole", &last.whole),
    ] {
        places.write(&format!("{name}.bin"), &model.to_bytes(name))?;
    }
    Ok(())
}

/// Prints how often each decision is right on the articles that the models of the fold were not fitted on.
fn held_out(folds: &[Models], cues: &[Vec<(Vec<u32>, bool)>], parts: &[Cases]) {
    let mut sums = [[0_usize; 2]; 3];
    let mut cue = [0_usize; 3];
    for (at, cases) in parts.iter().enumerate() {
        let models = &folds[at % FOLDS];
        let kinds =
            [(&models.source, &cases.source), (&models.content, &cases.content), (&models.extent, &cases.extent)];
        for (sum, (model, choices)) in sums.iter_mut().zip(kinds) {
            for (candidates, right) in choices {
                let scores: Vec<f32> = candidates.iter().map(|features| model.score(features)).collect();
                let best = (0..scores.len()).rev().max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
                sum[0] += usize::from(best.is_some_and(|best| right.contains(&best)));
                sum[1] += 1;
            }
        }
        for (features, answer) in &cues[at] {
            let found = models.cue.score(features) > 0.0;
            cue[0] += usize::from(found && *answer);
            cue[1] += usize::from(found);
            cue[2] += usize::from(*answer);
        }
    }
    let share = |[right, all]: [usize; 2]| 100.0 * right as f32 / all.max(1) as f32;
    eprintln!(
        "held out: cue F1 {:.2}, source {:.2} %, content {:.2} %, extent {:.2} % right",
        200.0 * cue[0] as f32 / (cue[1] + cue[2]) as f32,
        share(sums[0]),
        share(sums[1]),
        share(sums[2])
    );
}

/// The three rankings, fitted on the articles that `keep` accepts, each on a thread of its own.
fn fit_parts(models: &mut Models, parts: &[Cases], keep: &(dyn Fn(usize) -> bool + Sync)) {
    let kept = || parts.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, cases)| cases);
    std::thread::scope(|scope| {
        let content = scope.spawn(|| ranking(kept().flat_map(|cases| &cases.content), &CONTENT));
        models.source = ranking(kept().flat_map(|cases| &cases.source), &SOURCE);
        models.extent = ranking(kept().flat_map(|cases| &cases.extent), &EXTENT);
        if let Ok(content) = content.join() {
            models.content = content;
        }
    });
}

fn logistic<'a>(cases: impl Iterator<Item = &'a (Vec<u32>, bool)>, settings: &Settings) -> Linear {
    let example = |(features, answer): &(Vec<u32>, bool)| LogisticExample {
        features: features.clone(),
        label: usize::from(*answer),
        weight: 1.0,
    };
    let examples: Vec<_> = cases.map(example).collect();
    Logistic::fit(&examples, settings, || ())
}

fn ranking<'a>(cases: impl Iterator<Item = &'a (Vec<Vec<u32>>, Vec<usize>)>, settings: &Settings) -> Linear {
    let choice = |(candidates, right): &(Vec<Vec<u32>>, Vec<usize>)| Choice {
        candidates: candidates.clone(),
        right: right.clone(),
    };
    let choices: Vec<_> = cases.map(choice).collect();
    Ranking::fit(&choices, settings, || ())
}

/// Models with zero weights, for decisions that are still to be fitted.
fn blank() -> Models {
    let none = || Linear::quantized(1, 4, &[0.0; 17]);
    Models { cue: none(), source: none(), content: none(), extent: none(), whole: none() }
}

fn gold(article: &QuotedArticle) -> Vec<Gold> {
    let part =
        |a: &corpus::Attribution| Gold { source: a.source.clone(), cue: a.cue.clone(), content: a.content.clone() };
    article.attributions.iter().map(part).collect()
}

/// Nouns that were a cue at least twice, one per line.
fn nouns(ready: &[Ready<'_>]) -> String {
    let mut all: Vec<String> = ready.iter().flat_map(|one| one.text.nouns(&one.gold)).collect();
    all.sort_unstable();
    let often = all.chunk_by(|a, b| a == b).filter(|same| same.len() >= 2).map(|same| format!("{}\n", same[0]));
    often.collect()
}

/// Applies a function to every item on two threads. The results are in the order of the items.
fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let half = items.len() / 2;
    std::thread::scope(|scope| {
        let second = scope.spawn(|| items[half..].iter().map(&work).collect::<Vec<R>>());
        let mut done: Vec<R> = items[..half].iter().map(&work).collect();
        done.extend(second.join().unwrap_or_default());
        done
    })
}
