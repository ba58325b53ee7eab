//! Fits the models that choose who a source is, on articles in which it is marked who each one is.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use sayso_document::{Entity, Span, Tier};
use sayso_extract::Analyzer;
use sayso_extract::fit::speakers::{SourceAsked, WHO, choose_source, sources};
use sayso_extract::model::Linear;

use super::stage::Stage;
use crate::corpus::{Points, lines};
use crate::eval::gold::{QuotedText, SourceRow, SpokenText};
use crate::eval::predict::{Prediction, describe};
use crate::eval::text::name;
use crate::learn::{Choice, Ranking, Settings};
use crate::places::{Places, bar};

/// This stage. What it learns from is what the stages before find.
pub(super) const STAGE: Stage =
    Stage { name: "who", about: "Fits who each source is, from articles in which that is marked", run };

/// Texts and who speaks in them: the folders of the corpora.
const CORPORA: [(&str, &str); 2] =
    [("ood/train.jsonl.gz", "ood/train.jsonl.gz"), ("polnear/train.jsonl.gz", "speakers/train.jsonl.gz")];

fn run(places: &Places) -> io::Result<()> {
    let analyzer = Analyzer::with_models(crate::models::of_folder(&places.out)?).map_err(io::Error::other)?;
    let read = |(texts, speakers): (&str, &str)| Ok((lines(&places.eval(texts))?, lines(&places.eval(speakers))?));
    let corpora: Vec<(Vec<QuotedText>, Vec<SpokenText>)> = CORPORA.into_iter().map(read).collect::<io::Result<_>>()?;
    let articles: Vec<Voiced<'_>> = corpora.iter().flat_map(|(texts, speakers)| voiced(texts, speakers)).collect();
    for (tier, name) in WHO {
        let asking = bar("Asking who the sources are", articles.len());
        let taught = map(&articles, |article| {
            asking.inc(1);
            choices(&analyzer, article, tier, None)
        });
        asking.finish();
        let taught: Vec<Choice> = taught.into_iter().flatten().collect();
        places.write(&format!("{name}.bin"), &fit(&taught).to_bytes(name))?;
        eprintln!("{name}: {} sources of {} articles", taught.len(), articles.len());
    }
    Ok(())
}

/// How the models are fitted.
pub const SETTINGS: Settings = Settings { bits: 19, epochs: 8, rate: 0.03, decay: 3e-3 };

/// An article and who its sources are.
#[derive(Debug)]
pub struct Voiced<'a> {
    /// Its name in the corpus.
    pub id: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Its sources.
    pub rows: &'a [SourceRow],
}

/// Texts and rows of the articles whose speakers are known.
pub fn voiced<'a>(texts: &'a [QuotedText], speakers: &'a [SpokenText]) -> Vec<Voiced<'a>> {
    let by_id: BTreeMap<&str, &str> = texts.iter().map(|text| (text.id.as_str(), text.text.as_str())).collect();
    let of = |one: &'a SpokenText| Some(Voiced { id: &one.id, text: by_id.get(one.id.as_str())?, rows: &one.sources });
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
pub fn right(offers: &[Vec<usize>], entities: &[Entity], speakers: &[String]) -> Vec<usize> {
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
pub fn choices(analyzer: &Analyzer, article: &Voiced<'_>, tier: Tier, model: Option<&Linear>) -> Vec<Choice> {
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

/// The quotes of an article whose speakers a model chooses, or the rules where there is none.
pub fn predicted(analyzer: &Analyzer, article: &Voiced<'_>, tier: Tier, model: Option<&Linear>) -> Prediction {
    let choose = |asked: &SourceAsked<'_>| model.map_or(asked.usual, |model| choose_source(model, asked.features).0);
    describe(article.id, article.text, &sources(analyzer, article.text, tier, choose))
}

/// Fits a model.
pub fn fit(choices: &[Choice]) -> Linear {
    Ranking::mean(choices, &SETTINGS)
}

/// What `of` makes of each item, in their order, on two threads.
pub fn map<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return done };
            done.push((place, of(item)));
        }
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers = [(); 2].map(|()| scope.spawn(work));
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|f| std::panic::resume_unwind(f))).collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
