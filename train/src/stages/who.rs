//! Fits the models that choose who a source is, on articles in which it is marked who each one is.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use sayso_document::{Entity, Span, Tier};
use sayso_extract::Analyzer;
use sayso_extract::fit::speakers::{WHO, choose_source, sources};
use sayso_extract::model::Linear;

use super::stage::Stage;
use crate::corpus::{Points, lines};
use crate::eval::gold::{QuotedText, SourceRow, SpokenText};
use crate::eval::text::name;
use crate::learn::{Choice, Ranking, Settings};
use crate::parallel::{self, THREADS};
use crate::places::{Places, bar};

/// This stage. What it learns from is what the stages before find.
pub(super) const STAGE: Stage =
    Stage { name: "who", about: "Fits who each source is, from articles in which that is marked", run };

/// The corpora that mark who each source is: what they are called, and the files of speakers and of texts.
pub(crate) const CORPORA: [(&str, &str, &str); 2] = [
    ("ood/train", "ood/train.jsonl.gz", "ood/train.jsonl.gz"),
    ("speakers/train", "speakers/train.jsonl.gz", "polnear/train.jsonl.gz"),
];

/// How the models are fitted.
const SETTINGS: Settings = Settings { bits: 18, epochs: 8, rate: 0.03, decay: 3e-3 };

/// How many folds the articles are parted in.
pub(crate) const FOLDS: usize = 5;

/// The fold of an article, by its place in the file.
pub(crate) fn fold(place: usize) -> usize {
    place % FOLDS
}

fn run(places: &Places) -> io::Result<()> {
    let read =
        |(_, speakers, texts): (&str, &str, &str)| Ok((lines(&places.eval(texts))?, lines(&places.eval(speakers))?));
    let corpora: Vec<(Vec<QuotedText>, Vec<SpokenText>)> = CORPORA.into_iter().map(read).collect::<io::Result<_>>()?;
    let articles: Vec<(usize, Voiced<'_>)> =
        corpora.iter().flat_map(|(texts, speakers)| voiced(texts, speakers).into_iter().enumerate()).collect();
    let analyzers = analyzers(&crate::models::of_folder(&places.out)?, places.encoders.as_deref())?;
    for (tier, name) in WHO {
        let taught = taught(&analyzers, &articles, tier);
        let all: Vec<&Choice> = taught.iter().flatten().collect();
        places.write(&format!("{name}.bin"), &fit(&all).to_bytes(name))?;
        eprintln!("{name}: {} questions of {} articles", all.len(), articles.len());
    }
    Ok(())
}

/// The analyzer of each fold with these files, and with the encoder that was fitted without it where a folder holds such
/// ones; else one for all. An encoder knows the articles that it was fitted on too well.
pub(crate) fn analyzers(files: &[(String, Vec<u8>)], encoders: Option<&Path>) -> io::Result<Vec<Analyzer>> {
    let with = |more: Vec<(String, Vec<u8>)>| {
        let all: BTreeMap<_, _> = files.iter().cloned().chain(more).collect();
        Analyzer::with_models(all).map_err(io::Error::other)
    };
    match encoders {
        Some(folder) => (0..FOLDS).map(|fold| with(crate::models::encoder_of_fold(folder, fold)?)).collect(),
        None => Ok(vec![with(Vec::new())?]),
    }
}

/// What each article teaches. It is asked twice: first with the right answers before each question; then with those of
/// a model that was not fitted on the article, which is what there will be to go on.
pub(crate) fn taught(analyzers: &[Analyzer], articles: &[(usize, Voiced<'_>)], tier: Tier) -> Vec<Vec<Choice>> {
    let asking = bar("Asking who the sources are", 2 * articles.len());
    let ask = |models: &[Linear]| {
        parallel::map(articles, THREADS, |(place, article)| {
            asking.inc(1);
            let fold = fold(*place);
            choices(&analyzers[fold % analyzers.len()], article, tier, models.get(fold))
        })
    };
    let mut taught = ask(&[]);
    let folds: Vec<usize> = (0..FOLDS).collect();
    let models = parallel::map(&folds, THREADS, |&without| {
        let others = taught.iter().zip(articles).filter(|(_, (place, _))| fold(*place) != without);
        fit(&others.flat_map(|(choices, _)| choices).collect::<Vec<_>>())
    });
    let again = ask(&models);
    taught.iter_mut().zip(again).for_each(|(all, more)| all.extend(more));
    asking.finish();
    taught
}

/// An article and who its sources are.
#[derive(Debug)]
pub(crate) struct Voiced<'a> {
    /// Its text.
    pub(crate) text: &'a str,
    /// Its sources.
    pub(crate) rows: &'a [SourceRow],
}

/// Texts and rows of the articles whose speakers are known.
pub(crate) fn voiced<'a>(texts: &'a [QuotedText], speakers: &'a [SpokenText]) -> Vec<Voiced<'a>> {
    let by_id: BTreeMap<&str, &str> = texts.iter().map(|text| (text.id.as_str(), text.text.as_str())).collect();
    let of = |one: &'a SpokenText| Some(Voiced { text: by_id.get(one.id.as_str())?, rows: &one.sources });
    speakers.iter().filter_map(of).collect()
}

/// The gold row of what is attributed, if any: at least three in ten of what either covers is common.
struct Rows<'a> {
    rows: Vec<(Vec<Span>, &'a SourceRow)>,
}

fn size(spans: &[Span]) -> usize {
    spans.iter().map(|span| span.len()).sum()
}

impl<'a> Rows<'a> {
    fn new(article: &Voiced<'a>) -> Self {
        let points = Points::new(article.text);
        let span = |&[from, to]: &[usize; 2]| Span::new(points.byte(from), points.byte(to.max(from)));
        Self { rows: article.rows.iter().map(|row| (row.content.iter().map(span).collect(), row)).collect() }
    }

    fn of(&self, content: &[Span]) -> Option<&'a SourceRow> {
        let mut best: Option<(f64, &SourceRow)> = None;
        for (spans, row) in &self.rows {
            let both: usize = spans
                .iter()
                .flat_map(|a| {
                    content.iter().map(move |b| b.end().min(a.end()).saturating_sub(a.start().max(b.start())))
                })
                .sum();
            let share = both as f64 / (size(spans) + size(content) - both).max(1) as f64;
            if share >= 0.3 && best.is_none_or(|(top, _)| share > top) {
                best = Some((share, row));
            }
        }
        best.map(|(_, row)| row)
    }
}

/// The offers that are right: those with exactly these names; where none has, with other forms of them.
fn right(offers: &[Vec<usize>], entities: &[Entity], speakers: &[String]) -> Vec<usize> {
    let want: BTreeSet<String> = speakers.iter().map(|one| name(one)).collect();
    let fits = |offer: &Vec<usize>, of: &dyn Fn(&str, &Entity) -> bool| {
        offer.len() == want.len() && want.iter().all(|want| offer.iter().any(|&entity| of(want, &entities[entity])))
    };
    let all = |of: &dyn Fn(&str, &Entity) -> bool| -> Vec<usize> {
        (0..offers.len()).filter(|&at| fits(&offers[at], of)).collect()
    };
    let same = all(&|want, entity| name(&entity.name) == want);
    if !same.is_empty() {
        return same;
    }
    let called = all(&|want, entity| entity.aliases.iter().any(|alias| name(&alias.text) == want));
    if !called.is_empty() {
        return called;
    }
    let part = all(&|want, entity| {
        let own = name(&entity.name);
        holds(&own, want) || holds(want, &own)
    });
    if part.len() == 1 { part } else { Vec::new() }
}

/// Whether the words of `part` stand in `whole`, one after the other.
fn holds(whole: &str, part: &str) -> bool {
    !part.is_empty() && format!(" {whole} ").contains(&format!(" {part} "))
}

/// What an article teaches. Earlier answers are the right ones, or with a model those that it gives, which is what it will
/// have to go on; an article that the model was not fitted on then shows how it errs.
fn choices(analyzer: &Analyzer, article: &Voiced<'_>, tier: Tier, model: Option<&Linear>) -> Vec<Choice> {
    let rows = Rows::new(article);
    let mut out = Vec::new();
    sources(analyzer, article.text, tier, |asked| {
        let usual = || model.map_or(asked.usual, |model| choose_source(model, asked.features).0);
        let Some(row) = rows.of(asked.content) else { return usual() };
        let right = right(asked.offers, asked.entities, &row.speakers);
        let Some(&first) = right.first() else { return usual() };
        out.push(Choice { candidates: asked.features.to_vec(), right });
        if model.is_some() { usual() } else { first }
    });
    out
}

/// Fits a model.
pub(crate) fn fit(choices: &[&Choice]) -> Linear {
    Ranking::mean(choices, &SETTINGS)
}

#[cfg(test)]
mod tests {
    use sayso_document::EntityType;

    use super::*;

    #[test]
    fn the_right_offer_bears_the_name_or_else_another_form_of_it() {
        let entity = |name: &str| Entity {
            name: name.into(),
            kind: EntityType::Person,
            aliases: Vec::new(),
            titles: Vec::new(),
            roles: Vec::new(),
            confidence: 1.0,
        };
        let entities = [entity("Ada Lind"), entity("Brin Oster"), entity("Oster")];
        let offers = [vec![], vec![0], vec![1], vec![2], vec![0, 1]];
        let of = |names: &[&str]| right(&offers, &entities, &names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&[]), [0]);
        assert_eq!(of(&["ada lind"]), [1]);
        assert_eq!(of(&["Ada Maria Lind"]), [0; 0]);
        assert_eq!(of(&["Minister Ada Lind"]), [1]);
        assert_eq!(of(&["Brin Oster", "Ada Lind"]), [4]);
        assert_eq!(of(&["Erik Oster"]), [3]);
    }
}
