//! Questions about speakers with their answers, from articles in which it is marked who each source is.

use std::collections::BTreeMap;
use std::io;

use sayso_document::{Document, Span, Tier};
use sayso_extract::Analyzer;
use sayso_extract::fit::speakers::{Question, choose, questions_of_tier};
use sayso_extract::model::Linear;

use crate::corpus::{Voice, VoicedArticle, voiced_articles};
use crate::eval::text::name;
use crate::learn::Choice;
use crate::parallel::{self, THREADS};
use crate::places::{Places, bar};

/// So many times each of these questions counts: they are few beside those of news, and tell more.
pub(crate) const WEIGHT: usize = 2;

/// The corpora with marked speakers: name, file, and the file with its texts.
pub(crate) const CORPORA: [(&str, &str, &str); 2] = [
    ("ood/train", "ood/train.jsonl.gz", "ood/train.jsonl.gz"),
    ("speakers/train", "speakers/train.jsonl.gz", "polnear/train.jsonl.gz"),
];

/// A question that a source of an article is the answer to.
pub(crate) struct Voiced {
    /// Its candidates and the right one.
    pub(crate) choice: Choice,
    /// Whether the source is a pronoun, and no description.
    pub(crate) pronoun: bool,
    /// Whether the source has a name.
    pub(crate) named: bool,
    /// The tier whose names are the candidates.
    pub(crate) tier: Tier,
}

/// The articles of all [`CORPORA`]; those that are absent are told on standard error and passed over.
pub(crate) fn articles(places: &Places) -> io::Result<Vec<VoicedArticle>> {
    let mut all = Vec::new();
    for (name, path, texts) in CORPORA {
        let (path, texts) = (places.eval(path), places.eval(texts));
        if path.is_file() && texts.is_file() {
            all.extend(voiced_articles(&path, &texts)?);
        } else {
            eprintln!("{name} is absent: speakers are not learned from it");
        }
    }
    Ok(all)
}

/// The questions of each article, about the names of every tier: one model serves all. What is asked between is answered
/// by `model`, as analysis would.
pub(crate) fn questions(analyzer: &Analyzer, model: &Linear, articles: &[&VoicedArticle]) -> Vec<Vec<Voiced>> {
    let asking = bar("Asking who speaks", articles.len());
    let tiers = [Tier::Fast, Tier::Accurate].into_iter().filter(|&tier| tier <= analyzer.best());
    let all = parallel::map(articles, THREADS, |article| {
        let asked = tiers.clone().flat_map(|tier| of_article(analyzer, model, article, tier)).collect();
        asking.inc(1);
        asked
    });
    asking.finish();
    all
}

/// The questions of an article: of pronouns that are a source, and of descriptions that head one. Right is the candidate
/// that bears the speaker's name; "none of them" for a source without a name, and where no candidate bears it.
fn of_article(analyzer: &Analyzer, model: &Linear, article: &VoicedArticle, tier: Tier) -> Vec<Voiced> {
    let by_start: BTreeMap<usize, &Voice> =
        article.sources.iter().filter_map(|voice| Some((voice.source.first()?.start(), voice))).collect();
    let (mut out, mut bearers) = (Vec::new(), None);
    questions_of_tier(analyzer, &Document::new(&article.text), tier, |question| {
        let usual = || choose(model, question.features).map(|(place, _)| place);
        let voice = by_start.get(&question.words.start()).filter(|voice| heads(&article.text, question.words, voice));
        // One word cannot be led to several speakers.
        let Some(voice) = voice.filter(|voice| voice.speakers.len() < 2) else { return usual() };
        let bearers = bearers.get_or_insert_with(|| Bearers::new(&article.text, question.names));
        let right = voice.speakers.first().map_or_else(Vec::new, |speaker| bearers.places(question, speaker));
        let answer = right.first().map(|place| place - 1);
        let right = if right.is_empty() { vec![0] } else { right };
        out.push(Voiced {
            choice: Choice { candidates: question.features.to_vec(), right },
            pronoun: !is_description(question.words.of(&article.text)),
            named: !voice.speakers.is_empty(),
            tier,
        });
        answer
    });
    out
}

fn is_description(words: &str) -> bool {
    words.starts_with("the ") || words.starts_with("The ")
}

/// Whether the words of a question are the head of a source that begins with them.
fn heads(text: &str, words: Span, voice: &Voice) -> bool {
    let Some(&source) = voice.source.first() else { return false };
    if !is_description(words.of(text)) {
        // "His lawyer" is not he; "he's" is more than he.
        return source.end() <= words.end();
    }
    let rest = text[words.end()..].trim_start();
    words.end() <= source.end() && !rest.starts_with(['\'', '’'])
}

/// Who bears which name in an article.
struct Bearers {
    /// The words of each name, small letters, and its entity.
    names: Vec<(String, usize)>,
}

impl Bearers {
    fn new(text: &str, names: &[(Span, usize)]) -> Self {
        Self { names: names.iter().map(|&(span, entity)| (name(span.of(text)), entity)).collect() }
    }

    /// The entities with exactly this name; else the only one whose name is part of it, or the other way round.
    fn of(&self, speaker: &str) -> Vec<usize> {
        let wanted = name(speaker);
        let bear = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let mut all: Vec<usize> = self.names.iter().filter(|(name, _)| fits(name)).map(|&(_, e)| e).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let same = bear(&|name| name == wanted);
        if !same.is_empty() {
            return same;
        }
        let part = bear(&|name| holds(name, &wanted) || holds(&wanted, name));
        if part.len() == 1 { part } else { Vec::new() }
    }

    /// The places of those who bear the name among "none of them" and the candidates.
    fn places(&self, question: &Question<'_>, speaker: &str) -> Vec<usize> {
        let bearers = self.of(speaker);
        let candidates = question.candidates.iter().enumerate();
        candidates.filter(|(_, entity)| bearers.contains(entity)).map(|(at, _)| at + 1).collect()
    }
}

/// Whether all words of `part` are in `whole`: "Ada Lind" in "Ada Marie Lind".
fn holds(whole: &str, part: &str) -> bool {
    !part.is_empty() && part.split(' ').all(|word| whole.split(' ').any(|one| one == word))
}

#[cfg(test)]
mod tests {
    use sayso_extract::fit::speakers::MODEL;

    use super::*;

    #[test]
    fn asks_about_sources_alone() {
        let text = "Ada Lind, the minister, met Brin Oster. She said it rained. He said his lawyer was ill. \
                    His lawyer said no. The minister said yes.";
        let voice = |words: &str, speakers: &[&str]| {
            let at = text.find(words).unwrap();
            let speakers = speakers.iter().map(|&one| one.to_owned()).collect();
            Voice { source: vec![Span::new(at, at + words.len())], content: Vec::new(), speakers }
        };
        let sources = vec![
            voice("She", &["Ada Lind"]),
            voice("He", &["Brin Erik Oster"]),
            voice("His lawyer", &[]),
            voice("The minister", &["Cole Varga"]),
        ];
        let article = VoicedArticle { id: "a".into(), text: text.into(), sources };
        let model = Linear::quantized(1, 1, &[0.0; 3]);
        let model = Linear::from_bytes(MODEL, 1, model.to_bytes(MODEL)).unwrap();
        let found = of_article(&Analyzer::new(), &model, &article, Tier::Fast);
        let right: Vec<_> = found.iter().map(|one| (one.pronoun, one.choice.right[0])).collect();
        // The minister of the gold data is nowhere named.
        assert_eq!(right.len(), 3, "{right:?}");
        assert!(right[0].1 > 0 && right[1].1 > 0 && right[2] == (false, 0), "{right:?}");
    }
}
