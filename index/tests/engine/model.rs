//! Any sequence of changes leaves what a plain map would hold, also when analyses come later than the text they are of.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sayso_document::{EntityType, Tier};
use sayso_index::query::Expr;
use sayso_index::{AnalyzedArticle, Article, Embedded, Engine, EntityId, Version, Wanted, Write};

use crate::samples::*;

const WORDS: [&str; 4] = ["harbour", "treaty", "strike", "budget"];
const NAMES: [&str; 3] = ["Iven Kremov", "Bero Tamm", "Ansa Orlek"];

/// A put of an article with these words and names, or a delete.
#[derive(Clone, Debug)]
struct Step {
    id: usize,
    article: Option<(Vec<usize>, Vec<usize>)>,
}

fn step() -> impl Strategy<Value = Step> {
    let words = prop::collection::vec(0..WORDS.len(), 1..5);
    let names = prop::sample::subsequence((0..NAMES.len()).collect::<Vec<_>>(), 0..=NAMES.len());
    (0..4usize, prop::option::weighted(0.75, (words, names))).prop_map(|(id, article)| Step { id, article })
}

fn article_of(id: &str, words: &[usize], names: &[usize]) -> AnalyzedArticle {
    let lines: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(line, &word)| {
            let name = names.get(line).map_or("Nobody", |&name| NAMES[name]);
            format!("{name} spoke of the {}.", WORDS[word])
        })
        .collect();
    let mut made = article(id, &lines.join("\n"));
    // The same article with other names would count as unchanged: the analyser is deterministic, this is not.
    made.article.title = format!("{names:?}");
    for &name in names {
        made = with_entity(made, EntityType::Person, &[NAMES[name]], &["Envoy"]);
    }
    if names.is_empty() { made } else { with_quote(made, "spoke", Some(0)) }
}

#[track_caller]
fn check(engine: &Embedded, model: &BTreeMap<String, AnalyzedArticle>) {
    let all = || model.values();
    let status = engine.status().unwrap();
    let sentences: usize = all().map(|a| a.analysis.sentences.len()).sum();
    let quotes: usize = all().map(|a| a.analysis.quotes.len()).sum();
    let counts = (status.articles, status.sentences, status.quotes);
    assert_eq!(counts, (model.len() as u64, sentences as u64, quotes as u64));
    for word in WORDS {
        let mut found = texts(engine, crate::samples::word(word));
        found.sort();
        let lines = all().flat_map(|a| a.article.body.lines()).filter(|line| line.contains(word));
        let mut expected: Vec<&str> = lines.collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{word}");
    }
    let mut known = 0;
    for name in NAMES {
        let has = |a: &&AnalyzedArticle| a.analysis.entities.iter().any(|entity| entity.name == name);
        let mentions = |a: &AnalyzedArticle| {
            a.analysis.mentions.iter().filter(|m| a.analysis.entities[m.entity].name == name).count() as u64
        };
        let speaks = |a: &AnalyzedArticle| {
            a.analysis.quotes.iter().filter(|q| a.analysis.entities[q.speakers[0]].name == name).count() as u64
        };
        let articles = all().filter(has).count() as u64;
        let record = engine.entity(&EntityId::of(EntityType::Person, name)).unwrap();
        let figures = record.map(|r| (r.articles, r.mentions, r.quotes));
        let expected = (articles, all().map(mentions).sum::<u64>(), all().map(speaks).sum::<u64>());
        assert_eq!(figures, (articles > 0).then_some(expected), "{name}");
        known += u64::from(articles > 0);
    }
    assert_eq!(status.entities, known);
    assert_eq!(texts(engine, Expr::All).len(), sentences);
    for (id, article) in model {
        assert_eq!(stands(engine, id).as_ref(), Some(article));
    }
}

/// What a map would hold, and which of its articles still wait for an analysis.
#[derive(Default)]
struct Model {
    articles: BTreeMap<String, AnalyzedArticle>,
    waiting: BTreeSet<String>,
    /// The articles that no write of the present group changed.
    untouched: BTreeSet<String>,
}

impl Model {
    fn begin(&mut self) {
        self.untouched = self.articles.keys().cloned().collect();
    }

    fn put(&mut self, article: &AnalyzedArticle) {
        let id = article.article.id.clone();
        if self.articles.get(&id).is_none_or(|known| known.article != article.article) {
            self.untouched.remove(&id);
            self.waiting.insert(id.clone());
            self.articles.insert(id, article.clone());
        }
    }

    fn delete(&mut self, id: &str) {
        self.articles.remove(id);
        self.waiting.remove(id);
        self.untouched.remove(id);
    }

    /// An analysis comes of an article as it stood before the group.
    fn reanalyzed(&mut self, article: &AnalyzedArticle) {
        let id = &article.article.id;
        if self.untouched.contains(id) {
            self.waiting.remove(id);
            self.articles.insert(id.clone(), article.clone());
        }
    }
}

/// The analyses that articles wait for, each with the number of the article it was made from.
fn better(engine: &Embedded, model: &Model) -> Vec<(AnalyzedArticle, u64)> {
    let pending = engine.pending(Tier::Accurate, &BTreeSet::new(), 100).unwrap();
    let ids: BTreeSet<String> = pending.iter().map(|one| one.article.id.clone()).collect();
    assert_eq!(ids, model.waiting);
    let mut made = Vec::new();
    for one in pending {
        let mut article = model.articles[&one.article.id].clone();
        assert_eq!(article.article, Article { version: Version::default(), ..one.article });
        (article.analysis.model, article.analysis.tier) = ("test-2".into(), Tier::Accurate);
        made.push((article, one.seq));
    }
    made
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_holds_what_a_map_would(
        groups in prop::collection::vec((prop::collection::vec(step(), 1..6), any::<bool>()), 1..4),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut engine = open(dir.path());
        let mut model = Model::default();
        for (group, upgrade) in groups {
            let late = better(&engine, &model);
            model.begin();
            let mut writes = Vec::new();
            for Step { id, article } in group {
                let id = format!("a{id}");
                match article {
                    Some((words, names)) => {
                        let article = article_of(&id, &words, &names);
                        model.put(&article);
                        let wanted = Wanted { tier: Tier::Accurate, model: "test-2".into() };
                        writes.push(Write::PutFirst(Box::new(article), wanted, None));
                    }
                    None => {
                        model.delete(&id);
                        writes.push(Write::Delete(id, None));
                    }
                }
            }
            for (article, seq) in late.into_iter().filter(|_| upgrade) {
                model.reanalyzed(&article);
                writes.push(Write::Reanalyzed(Box::new(article), seq));
            }
            write_all(&engine, writes);
            check(&engine, &model.articles);
            better(&engine, &model);
        }
        drop(engine);
        engine = open(dir.path());
        check(&engine, &model.articles);
        better(&engine, &model);
    }
}
