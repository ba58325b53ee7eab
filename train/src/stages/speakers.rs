//! Fits the model that leads pronouns and descriptions back to names, on OntoGUM and on news where gender alone
//! settles who is meant. GAP measures it: its pairs are hard on purpose, and fitting on them made news worse.

use std::collections::BTreeMap;
use std::io;

use sayso_document::{Document, Span};
use sayso_extract::Analyzer;
use sayso_extract::fit::speakers::{GENDERS, MODEL, Question, choose, questions};
use sayso_extract::model::Linear;
use serde::Deserialize;

use super::stage::Stage;
use crate::corpus::{GapPair, LinkedText, first_lines, gap_pairs, linked_texts};
use crate::learn::{Choice, Ranking, Settings};
use crate::places::{Places, bar};

/// This stage.
pub(super) const STAGE: Stage =
    Stage { name: MODEL, about: "Fits who pronouns and descriptions stand for, from OntoGUM and news", run };

const SETTINGS: Settings = Settings { bits: 18, epochs: 8, rate: 0.1, decay: 1e-4 };
/// The texts of OntoGUM whose place in the list leaves this rest, divided by [`PARTS`], are held out.
const HELD_OUT: usize = 2;
const PARTS: usize = 5;

/// So many articles of news are held out.
const NEWS_HELD_OUT: usize = 2000;

/// An article without marks.
#[derive(Deserialize)]
struct NewsText {
    body: String,
}

/// So many times the questions of OntoGUM count: they tell more than those that gender settles.
const WEIGHT: usize = 2;

/// The genres of OntoGUM that name persons as news does; in others "he" is often someone without a name.
const NAMING: [&str; 4] = ["_news_", "_bio_", "_speech_", "_court_"];

fn run(places: &Places) -> io::Result<()> {
    let texts = linked_texts(&places.eval("coref/ontogum-conll.tar.xz"))?;
    let news: Vec<NewsText> = first_lines(&places.data.join("news/news-20k.jsonl.gz"), usize::MAX)?;
    let (news, held_news) = news.split_at(news.len().saturating_sub(NEWS_HELD_OUT));
    // What is fitted here must not depend on an earlier fit of it.
    let blank = Linear::quantized(1, 1, &[0.0; 3]).to_bytes(MODEL);
    let genders = genders(&with(places, &[(GENDERS, Vec::new()), ("speakers.bin", blank.clone())])?, news);
    places.write(GENDERS, genders.as_bytes())?;
    let analyzer = with(places, &[(GENDERS, genders.clone().into_bytes()), ("speakers.bin", blank)])?;
    let (held, train): (Vec<_>, Vec<_>) = texts.iter().enumerate().partition(|(place, _)| place % PARTS == HELD_OUT);
    let choices = choices(&analyzer, news, &train);
    let fitting = bar("Fitting speakers", SETTINGS.epochs);
    let model = Ranking::fit(&choices, &SETTINGS, || fitting.inc(1));
    fitting.finish();
    places.write("speakers.bin", &model.to_bytes(MODEL))?;
    let analyzer = with(places, &[(GENDERS, genders.into_bytes()), ("speakers.bin", model.to_bytes(MODEL))])?;
    eprintln!("questions: {}", choices.len());
    eprint!("{}", on_linked(&analyzer, &model, &held));
    eprintln!("{}", on_news(&analyzer, &model, held_news));
    let pairs = gap_pairs(&places.eval("coref/gap-validation.tsv.gz"))?;
    eprintln!("{}", on_pairs(&analyzer, &model, &pairs));
    Ok(())
}

/// The questions of all corpora with their answers.
fn choices(analyzer: &Analyzer, news: &[NewsText], texts: &[(usize, &LinkedText)]) -> Vec<Choice> {
    let asking = bar("Asking in news", news.len());
    let mut choices = Vec::new();
    for article in news {
        settled_choices(analyzer, &article.body, &mut choices);
        asking.inc(1);
    }
    asking.finish();
    let reading = bar("Asking in OntoGUM", texts.len());
    let mut marked = Vec::new();
    for (_, text) in texts {
        linked_choices(analyzer, text, &mut marked);
        reading.inc(1);
    }
    (0..WEIGHT).for_each(|_| choices.extend_from_slice(&marked));
    reading.finish();
    choices
}

/// The analyzer with the models of the folder that is written, and these files in their places.
fn with(places: &Places, files: &[(&str, Vec<u8>)]) -> io::Result<Analyzer> {
    let mut all = crate::models::of_folder(&places.out)?;
    all.extend(files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())));
    Analyzer::with_models(all).map_err(io::Error::other)
}

/// First names and the gender of their bearers: what pronoun comes after a full name when no other person is near.
fn genders(analyzer: &Analyzer, news: &[NewsText]) -> String {
    let reading = bar("Counting genders", news.len());
    let mut counts: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for article in news {
        reading.inc(1);
        questions(analyzer, &Document::new(&article.body), true, |question| {
            let sex = match question.words.of(&article.body).to_lowercase().as_str() {
                "he" | "his" | "him" => 0,
                "she" | "her" => 1,
                _ => return None,
            };
            let before = |entity: usize| {
                let names =
                    question.names.iter().filter(|&&(name, e)| e == entity && name.end() <= question.words.start());
                names.map(|&(name, _)| name).next_back()
            };
            let mut near = question
                .candidates
                .iter()
                .filter_map(|&e| before(e))
                .filter(|name| name.end() + NEAR > question.words.start());
            if let (Some(name), None) = (near.next(), near.next())
                && let Some((first, _)) = name.of(&article.body).split_once(' ')
            {
                counts.entry(first.to_owned()).or_default()[sex] += 1;
            }
            None
        });
    }
    reading.finish();
    let sure = |[he, she]: [u32; 2]| he + she >= 3 && he.max(she) * 10 >= (he + she) * 8;
    let rows = counts.iter().filter(|&(_, &count)| sure(count));
    rows.map(|(name, [he, she])| format!("{name}\t{}\n", if he > she { "m" } else { "f" })).collect()
}

/// A person is near a pronoun within so many bytes.
const NEAR: usize = 400;

/// The chains of a text's entities, and of the words of its questions.
struct Gold<'t> {
    text: &'t LinkedText,
    /// For each entity how often its names are in which chain.
    entities: BTreeMap<usize, BTreeMap<u32, u32>>,
}

impl<'t> Gold<'t> {
    fn new(text: &'t LinkedText, names: &[(Span, usize)]) -> Self {
        let mut entities: BTreeMap<usize, BTreeMap<u32, u32>> = BTreeMap::new();
        for &(name, entity) in names {
            if let Some(chain) = chain_of_name(text, name) {
                *entities.entry(entity).or_default().entry(chain).or_default() += 1;
            }
        }
        Self { text, entities }
    }

    /// The chain that most names of an entity are in.
    fn chain(&self, entity: usize) -> Option<u32> {
        let chains = self.entities.get(&entity)?;
        chains.iter().max_by_key(|&(chain, count)| (count, std::cmp::Reverse(chain))).map(|(&chain, _)| chain)
    }

    /// The places of the right answers among "none of them" and the candidates.
    fn right(&self, question: &Question<'_>) -> Vec<usize> {
        let chain = chain_of_words(self.text, question.words);
        let same = |entity: &usize| chain.is_some() && self.chain(*entity) == chain;
        let right: Vec<usize> =
            (0..question.candidates.len()).filter(|&at| same(&question.candidates[at])).map(|at| at + 1).collect();
        if right.is_empty() { vec![0] } else { right }
    }
}

/// The chain of the smallest mention that a name is the head of: nothing that links it to another head goes before.
fn chain_of_name(text: &LinkedText, name: Span) -> Option<u32> {
    let linked = |before: &str| {
        before.split(' ').any(|word| matches!(word, "of" | "for" | "in" | "at" | "on" | "and" | "with" | "," | "from"))
            || before.contains("'s ")
            || before.contains(", ")
    };
    let holds = |&&(span, _): &&(Span, u32)| {
        span.contains(name) && !linked(Span::new(span.start(), name.start()).of(&text.text))
    };
    text.mentions.iter().filter(holds).min_by_key(|(span, _)| span.len()).map(|&(_, chain)| chain)
}

/// The chain of the smallest mention that begins with the words.
fn chain_of_words(text: &LinkedText, words: Span) -> Option<u32> {
    let holds = |&&(span, _): &&(Span, u32)| span.start() == words.start() && span.end() >= words.end();
    let found = text.mentions.iter().filter(holds).min_by_key(|(span, _)| span.len());
    // "he's" and "they're" are two words in the corpus.
    let clipped =
        |&&(span, _): &&(Span, u32)| span.start() == words.start() && words.of(&text.text).contains(['\'', '’']);
    found.or_else(|| text.mentions.iter().find(clipped)).map(|&(_, chain)| chain)
}

fn linked_choices(analyzer: &Analyzer, text: &LinkedText, out: &mut Vec<Choice>) {
    let mut gold = None;
    let newsy = NAMING.iter().any(|genre| text.id.contains(genre));
    questions(analyzer, &Document::new(&text.text), false, |question| {
        let gold = gold.get_or_insert_with(|| Gold::new(text, question.names));
        let right = gold.right(question);
        let answer = right[0].checked_sub(1);
        if answer.is_some() || newsy || sort(question.words.of(&text.text)) != "he and she" {
            out.push(Choice { candidates: question.features.to_vec(), right });
        }
        answer
    });
}

/// Questions of news where gender alone tells the right answer, asked without telling gender: what they teach is
/// how place and grammar speak.
fn settled_choices(analyzer: &Analyzer, text: &str, out: &mut Vec<Choice>) {
    questions(analyzer, &Document::new(text), true, |question| {
        let right = question.settled?;
        if question.candidates.len() > 1 {
            out.push(Choice { candidates: question.features[1..].to_vec(), right: vec![right] });
        }
        Some(right)
    });
}

/// The entities of the two names of a pair.
fn entities(pair: &GapPair, names: &[(Span, usize)]) -> [Option<usize>; 2] {
    pair.names.map(|(span, _)| names.iter().find(|(name, _)| name.overlaps(span)).map(|&(_, entity)| entity))
}

/// Counts of answers.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Questions with a right entity among the candidates.
    named: usize,
    /// Questions that an entity was the answer to.
    answered: usize,
    right: usize,
}

impl Tally {
    fn add(&mut self, named: bool, answered: bool, right: bool) {
        self.named += usize::from(named);
        self.answered += usize::from(answered);
        self.right += usize::from(right);
    }

    fn figures(&self) -> String {
        let share = |of: usize| 100.0 * self.right as f64 / of.max(1) as f64;
        let (p, r) = (share(self.answered), share(self.named));
        format!("p {p:.1} r {r:.1} f1 {:.1} of {}", 2.0 * p * r / (p + r).max(1e-9), self.named)
    }
}

/// How well the held-out texts of OntoGUM are linked, by sort of words.
fn on_linked(analyzer: &Analyzer, model: &Linear, texts: &[(usize, &LinkedText)]) -> String {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (_, text) in texts {
        let mut gold = None;
        questions(analyzer, &Document::new(&text.text), false, |question| {
            let gold = gold.get_or_insert_with(|| Gold::new(text, question.names));
            let right = gold.right(question);
            let answer = choose(model, question.features).map(|(place, _)| place);
            let hit = answer.is_some_and(|place| right.contains(&(place + 1)));
            tallies.entry(sort(question.words.of(&text.text))).or_default().add(right[0] > 0, answer.is_some(), hit);
            answer
        });
    }
    tallies.iter().map(|(sort, tally)| format!("OntoGUM held out, {sort}: {}\n", tally.figures())).collect()
}

fn sort(words: &str) -> &'static str {
    match words.to_lowercase().as_str() {
        "he" | "him" | "his" | "himself" | "she" | "her" | "hers" | "herself" => "he and she",
        "it" | "its" | "itself" => "it",
        "they" | "them" | "their" | "themselves" => "they",
        _ => "descriptions",
    }
}

/// How often the model finds, without being told of gender, whom gender settles.
fn on_news(analyzer: &Analyzer, model: &Linear, news: &[NewsText]) -> String {
    let (mut all, mut right) = (0, 0);
    for article in news {
        questions(analyzer, &Document::new(&article.body), true, |question| {
            let settled = question.settled?;
            if question.candidates.len() > 1 {
                let scores = question.features[1..].iter().map(|features| model.score(features));
                let best = scores.enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
                all += 1;
                right += usize::from(best.is_some_and(|(place, _)| place == settled));
            }
            Some(settled)
        });
    }
    format!("news held out, gender hidden: {:.1} % right of {all}", 100.0 * right as f64 / f64::from(all.max(1)))
}

/// How well the pairs of GAP are told apart, by the measure of their authors.
fn on_pairs(analyzer: &Analyzer, model: &Linear, pairs: &[GapPair]) -> String {
    let mut tally = Tally::default();
    for pair in pairs {
        let mut chosen = None;
        let mut found = [None; 2];
        questions(analyzer, &Document::new(&pair.text), false, |question| {
            let answer = choose(model, question.features).map(|(place, _)| place);
            if question.words.start() == pair.pronoun.start() {
                chosen = answer.map(|place| question.candidates[place]);
                found = entities(pair, question.names);
            }
            answer
        });
        for (entity, (_, right)) in found.iter().zip(pair.names) {
            let taken = chosen.is_some() && *entity == chosen;
            tally.add(right, taken, taken && right);
        }
    }
    format!("GAP validation: {}", tally.figures())
}
