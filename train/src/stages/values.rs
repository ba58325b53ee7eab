//! Fits act, polarity and addressee on articles in which they are marked.

use std::collections::BTreeMap;
use std::io;

use sayso_document::{Span, Tier};
use sayso_extract::Analyzer;
use sayso_extract::fit::values::{ACTS, Marked, POLARITIES, Value, ValueAsked, of_marked, values};
use sayso_extract::model::Linear;

use super::stage::Stage;
use super::who::CORPORA;
use crate::corpus::{Points, lines};
use crate::eval::gold::{QuotedText, SourceRow, SpokenText};
use crate::eval::text::name;
use crate::learn::{Choice, LogisticExample, Ranking, Settings, Softmax};
use crate::parallel::{self, THREADS};
use crate::places::{Places, bar};

/// This stage. What it learns from is what the stages before find.
pub(super) const STAGE: Stage =
    Stage { name: "values", about: "Fits act, polarity and addressee, from articles in which they are marked", run };

/// How the models are fitted.
const SETTINGS: Settings = Settings { bits: 18, epochs: 8, rate: 0.02, decay: 1e-2 };

fn run(places: &Places) -> io::Result<()> {
    let read =
        |(_, speakers, texts): (&str, &str, &str)| Ok((lines(&places.eval(texts))?, lines(&places.eval(speakers))?));
    let corpora: Vec<(Vec<QuotedText>, Vec<SpokenText>)> = CORPORA.into_iter().map(read).collect::<io::Result<_>>()?;
    let articles: Vec<Valued<'_>> = corpora.iter().flat_map(|(texts, speakers)| valued(texts, speakers)).collect();
    let analyzer = Analyzer::with_models(crate::models::of_folder(&places.out)?).map_err(io::Error::other)?;
    let taught = taught(&analyzer, &articles);
    for (value, model) in Value::ALL.into_iter().zip(fit(&taught.iter().collect::<Vec<_>>())) {
        places.write(&format!("{}.bin", value.name()), &model.to_bytes(value.name()))?;
    }
    Ok(())
}

/// An article with what is marked in it.
#[derive(Debug)]
pub(crate) struct Valued<'a> {
    text: &'a QuotedText,
    rows: &'a [SourceRow],
}

/// Texts and rows of the articles in which values are marked.
pub(crate) fn valued<'a>(texts: &'a [QuotedText], speakers: &'a [SpokenText]) -> Vec<Valued<'a>> {
    let by_id: BTreeMap<&str, &QuotedText> = texts.iter().map(|text| (text.id.as_str(), text)).collect();
    let of = |one: &'a SpokenText| Some(Valued { text: by_id.get(one.id.as_str())?, rows: &one.sources });
    speakers.iter().filter_map(of).collect()
}

/// What an article teaches of each value.
pub(crate) type Taught = BTreeMap<Value, Vec<Choice>>;

/// What each article teaches, as the fast tier reads it, and as it is marked: the same models serve both tiers.
pub(crate) fn taught(analyzer: &Analyzer, articles: &[Valued<'_>]) -> Vec<Taught> {
    let asking = bar("Asking for values", articles.len());
    let taught = parallel::map(articles, THREADS, |article| {
        asking.inc(1);
        let mut taught = Taught::new();
        let mut questions = Questions::default();
        values(analyzer, &article.text.text, Tier::Fast, |asked| questions.note(asked));
        article.learn(&questions, &mut taught);
        let mut questions = Questions::default();
        of_marked(analyzer, &article.text.text, &article.marked(), |asked| questions.note(asked));
        article.learn(&questions, &mut taught);
        taught
    });
    asking.finish();
    taught
}

/// The questions of an article.
#[derive(Default)]
struct Questions(BTreeMap<Value, Vec<Question>>);

struct Question {
    content: Vec<Span>,
    offers: Vec<Span>,
    features: Vec<Vec<u32>>,
}

impl Questions {
    /// Keeps a question, and answers as the grammar does.
    fn note(&mut self, asked: &ValueAsked<'_>) -> usize {
        let question = Question {
            content: asked.content.to_vec(),
            offers: asked.offers.to_vec(),
            features: asked.features.to_vec(),
        };
        self.0.entry(asked.value).or_default().push(question);
        asked.usual
    }
}

fn size(spans: &[Span]) -> usize {
    spans.iter().map(|span| span.len()).sum()
}

/// How much of what either covers is common.
fn share(a: &[Span], b: &[Span]) -> f64 {
    let common = |x: &Span, y: &Span| x.end().min(y.end()).saturating_sub(x.start().max(y.start()));
    let both: usize = a.iter().flat_map(|x| b.iter().map(move |y| common(x, y))).sum();
    both as f64 / (size(a) + size(b) - both).max(1) as f64
}

impl Valued<'_> {
    /// Takes for each row the question whose content has most in common with it, as its figures are counted.
    fn learn(&self, questions: &Questions, taught: &mut Taught) {
        let text = self.text.text.as_str();
        let points = Points::new(text);
        for row in self.rows.iter().filter(|row| row.act.is_some()) {
            let content = spans(&points, &row.content);
            for (&value, asked) in &questions.0 {
                let mut best: Option<(f64, &Question)> = None;
                for question in asked {
                    let share = share(&content, &question.content);
                    if share >= 0.3 && best.is_none_or(|(top, _)| share > top) {
                        best = Some((share, question));
                    }
                }
                if let Some((_, question)) = best {
                    let right = right(text, value, row, &question.offers);
                    if !right.is_empty() {
                        let choice = Choice { candidates: question.features.clone(), right };
                        taught.entry(value).or_default().push(choice);
                    }
                }
            }
        }
    }

    /// The rows with the cues that they have in the corpus.
    fn marked(&self) -> Vec<Marked> {
        let points = Points::new(&self.text.text);
        let of = |row: &SourceRow| {
            let own = self.text.attributions.iter().find(|one| one.content == row.content && one.source == row.source);
            let own = own.or_else(|| self.text.attributions.iter().find(|one| one.content == row.content));
            Marked {
                source: spans(&points, &row.source),
                cue: own.map_or(Vec::new(), |own| spans(&points, &own.cue)),
                content: spans(&points, &row.content),
            }
        };
        self.rows.iter().map(of).collect()
    }
}

fn spans(points: &Points, segments: &[[usize; 2]]) -> Vec<Span> {
    segments.iter().map(|&[from, to]| Span::new(points.byte(from), points.byte(to.max(from)))).collect()
}

/// The answers that are right; none where the right one is not among them.
fn right(text: &str, value: Value, row: &SourceRow, offers: &[Span]) -> Vec<usize> {
    let same = |label: String, gold: &str| label.eq_ignore_ascii_case(gold);
    match value {
        Value::Act => {
            let gold = row.act.as_deref().unwrap_or_default();
            ACTS.iter().position(|act| same(format!("{act:?}"), gold)).into_iter().collect()
        }
        Value::Polarity => {
            POLARITIES.iter().position(|one| same(format!("{one:?}"), &row.polarity)).into_iter().collect()
        }
        Value::Addressee => {
            let gold = name(row.addressee.as_deref().unwrap_or(""));
            if gold.is_empty() {
                return vec![0];
            }
            let fits = |span: &Span| {
                let ours = name(span.of(text));
                !ours.is_empty() && (holds(&gold, &ours) || holds(&ours, &gold))
            };
            (0..offers.len()).filter(|&at| fits(&offers[at])).map(|at| at + 1).collect()
        }
    }
}

/// Whether the words of `part` stand in `whole`, one after the other.
fn holds(whole: &str, part: &str) -> bool {
    format!(" {whole} ").contains(&format!(" {part} "))
}

/// Fits the model of each value, in the order of [`Value::ALL`].
pub(crate) fn fit(taught: &[&Taught]) -> Vec<Linear> {
    let of = |value: Value| {
        let choices: Vec<&Choice> = taught.iter().filter_map(|one| one.get(&value)).flatten().collect();
        match value {
            Value::Act | Value::Polarity => labelled(&choices, value.labels()),
            Value::Addressee => Ranking::mean(&choices, &SETTINGS),
        }
    };
    Value::ALL.into_iter().map(of).collect()
}

fn labelled(choices: &[&Choice], labels: usize) -> Linear {
    let example = |choice: &&Choice| LogisticExample {
        features: choice.candidates[0].clone(),
        label: choice.right[0],
        weight: 1.0,
    };
    Softmax::mean(&choices.iter().map(example).collect::<Vec<_>>(), labels, &SETTINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_answer_is_a_label_or_an_offer_that_shares_the_words() {
        let row = |act: &str, polarity: &str, addressee: Option<&str>| SourceRow {
            source: Vec::new(),
            content: Vec::new(),
            speakers: Vec::new(),
            act: Some(act.into()),
            polarity: polarity.into(),
            addressee: addressee.map(Into::into),
        };
        let text = "Ada Lind told the harbour board of Dorvane on Monday.";
        let offers = [Span::new(0, 8), Span::new(14, 31)];
        let of = |value: Value, row: &SourceRow| right(text, value, row, &offers);
        assert_eq!(of(Value::Act, &row("FINDING", "ASSERTED", None)), [3]);
        assert_eq!(of(Value::Polarity, &row("SPEECH", "HYPOTHETICAL", None)), [1]);
        assert_eq!(of(Value::Polarity, &row("SPEECH", "NEGATED", None)), [0; 0]);
        assert_eq!(of(Value::Addressee, &row("SPEECH", "ASSERTED", None)), [0]);
        assert_eq!(of(Value::Addressee, &row("SPEECH", "ASSERTED", Some("the harbour board of Dorvane"))), [2]);
        assert_eq!(of(Value::Addressee, &row("SPEECH", "ASSERTED", Some("the bard"))), [0; 0]);
    }
}
