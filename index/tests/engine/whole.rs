//! Searches for articles find, score and order random articles as a plain reading of each does.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sayso_index::query::{ArticleFilter, ArticleSearch, Expr, FacetField, FacetQuery, Field, Order, Recency};
use sayso_index::{AnalyzedArticle, ArticleMatch, Change, Embedded, Engine, Interrupt, Page, Total, Write};

use crate::samples::*;

/// The words of sentences and titles. Each is its own stem, and none begins as another.
const WORDS: [&str; 5] = ["port", "ferry", "crane", "white", "house"];
const OUTLETS: [&str; 2] = ["Varda Courier", "Tamm Post"];
const DAY: i64 = 86_400_000_000;
const NOW: i64 = 20_000 * DAY;

/// A random article: title, sentences, outlet, age in days, and whether it is deleted again.
type Story = (Vec<usize>, Vec<Vec<usize>>, usize, Option<i64>, bool);

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let words = |least: usize| prop::collection::vec(0..WORDS.len(), least..4);
    let age = prop::option::weighted(0.8, -2..40_i64);
    let story = (words(0), prop::collection::vec(words(1), 1..5), 0..OUTLETS.len(), age, prop::bool::weighted(0.2));
    prop::collection::vec(story, 1..16)
}

fn text(words: &[usize]) -> String {
    words.iter().map(|&word| WORDS[word]).collect::<Vec<_>>().join(" ")
}

fn made(id: usize, (title, lines, outlet, age, _): &Story) -> AnalyzedArticle {
    let body: Vec<String> = lines.iter().map(|line| text(line)).collect();
    let mut story = article(&format!("a{id}"), &body.join("\n"));
    (story.article.title, story.article.outlet) = (text(title), OUTLETS[*outlet].into());
    story.article.published_at = age.map(|age| NOW - age * DAY);
    story
}

fn asked() -> impl Strategy<Value = Expr> {
    let of = |field| move |word: usize| Expr::Word { field, text: WORDS[word].into() };
    let phrase = |(a, b): (usize, usize)| Expr::Phrase { field: Field::Text, text: text(&[a, b]), slop: 0 };
    let prefix = |word: usize| Expr::Prefix { field: Field::Text, text: WORDS[word][..2].into() };
    let word = || 0..WORDS.len();
    let leaf = prop_oneof![
        4 => word().prop_map(of(Field::Text)),
        1 => word().prop_map(of(Field::Title)),
        1 => (word(), word()).prop_map(phrase),
        1 => word().prop_map(prefix),
        1 => Just(Expr::Word { field: Field::Outlet, text: "tamm".into() }),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let some = move |range| prop::collection::vec(inner.clone(), range);
        prop_oneof![
            (some(0..3), some(0..3), some(0..2))
                .prop_filter("something", |(must, should, _)| !must.is_empty() || !should.is_empty())
                .prop_map(|(must, should, must_not)| Expr::Bool { must, should, must_not }),
            some(1..2).prop_map(|mut one| Expr::Boost { expr: Box::new(one.remove(0)), weight: 2.5 }),
        ]
    })
}

/// Whether a sentence or title meets a condition.
fn meets(expr: &Expr, words: &str) -> bool {
    match expr {
        Expr::Word { text, .. } => words.split(' ').any(|word| word == text),
        Expr::Phrase { text, .. } => format!(" {words} ").contains(&format!(" {text} ")),
        Expr::Prefix { text, .. } => words.split(' ').any(|word| word.starts_with(text.as_str())),
        _ => unreachable!(),
    }
}

/// How a plain reading scores.
struct Reading<'a> {
    kept: &'a [AnalyzedArticle],
}

impl Reading<'_> {
    /// How often the sentences of an article meet a condition: a word as often as it stands there.
    fn times(expr: &Expr, story: &AnalyzedArticle, sentences: &[usize]) -> f32 {
        match expr {
            Expr::Word { field: Field::Text, text } => {
                story.article.body.split([' ', '\n']).filter(|word| word == text).count() as f32
            }
            _ => sentences.len() as f32,
        }
    }

    /// How an article meets a condition: in which sentences, and as how many the article as a whole.
    fn often(expr: &Expr, story: &AnalyzedArticle) -> (Vec<usize>, f32) {
        let (Expr::Word { field, .. } | Expr::Phrase { field, .. } | Expr::Prefix { field, .. }) = expr else {
            unreachable!()
        };
        let sentences = story.article.body.split('\n').enumerate();
        let met = sentences.filter(|(_, line)| meets(expr, line)).map(|(place, _)| place).collect();
        let headline = if meets(expr, &story.article.title) { 3.0 } else { 0.0 };
        match field {
            Field::Text => (met, headline),
            Field::Title => (Vec::new(), headline),
            _ => (Vec::new(), f32::from(u8::from(meets(expr, &story.article.outlet.to_lowercase())))),
        }
    }

    fn rarity(&self, expr: &Expr) -> f32 {
        let having = |story: &&AnalyzedArticle| {
            let (sentences, whole) = Self::often(expr, story);
            !sentences.is_empty() || whole > 0.0
        };
        let (all, having) = (self.kept.len() as f32, self.kept.iter().filter(having).count() as f32);
        libm::logf(1.0 + (all - having + 0.5) / (having + 0.5))
    }

    /// The score of an article by a part of the query, if it matches; and what each sentence meets.
    fn score(&self, expr: &Expr, weight: f32, story: &AnalyzedArticle) -> Option<f32> {
        match expr {
            Expr::Boost { expr, weight: more } => self.score(expr, weight * more, story),
            Expr::Bool { must, should, must_not } => {
                let of = |list: &[Expr]| -> Vec<Option<f32>> {
                    list.iter().map(|one| self.score(one, weight, story)).collect()
                };
                let (must, should, not) = (of(must), of(should), of(must_not));
                let matches = must.iter().all(Option::is_some)
                    && not.iter().all(Option::is_none)
                    && (!must.is_empty() || should.iter().any(Option::is_some));
                matches.then(|| must.iter().chain(&should).flatten().sum())
            }
            _ => {
                let (sentences, whole) = Self::often(expr, story);
                let often = Self::times(expr, story, &sentences) + whole;
                let length = |story: &AnalyzedArticle| story.article.body.len() as f32;
                let mean = self.kept.iter().map(length).sum::<f32>() / self.kept.len() as f32;
                let damping = 1.2 * (0.25 + 0.75 * length(story) / mean);
                (often > 0.0).then(|| weight * self.rarity(expr) * often * 2.2 / (often + damping))
            }
        }
    }

    /// What each sentence meets, and how many conditions sentences can meet.
    fn each(&self, expr: &Expr, weight: f32, story: &AnalyzedArticle, each: &mut BTreeMap<usize, f32>) -> usize {
        match expr {
            Expr::Boost { expr, weight: more } => self.each(expr, weight * more, story, each),
            Expr::Bool { must, should, .. } => {
                must.iter().chain(should).map(|one| self.each(one, weight, story, each)).sum()
            }
            Expr::Word { field: Field::Title | Field::Outlet, .. } => 0,
            _ => {
                for place in Self::often(expr, story).0 {
                    *each.entry(place).or_default() += weight * self.rarity(expr);
                }
                1
            }
        }
    }
}

fn all_pages(engine: &Embedded, query: &ArticleSearch) -> (Vec<ArticleMatch>, Page<ArticleMatch>) {
    let mut query = query.clone();
    let mut first: Option<Page<ArticleMatch>> = None;
    let mut hits = Vec::new();
    loop {
        let page = engine.search_articles(&query, &Interrupt::default()).unwrap();
        hits.extend(page.hits.iter().cloned());
        query.page.after = page.next.clone();
        assert_eq!(page.total, first.as_ref().map_or(page.total, |first| first.total));
        first.get_or_insert(page);
        if query.page.after.is_none() {
            return (hits, first.unwrap());
        }
    }
}

/// The words that should be marked in a text.
fn check_one(hit: &ArticleMatch, reading: &Reading<'_>, query: &ArticleSearch, story: &AnalyzedArticle) {
    let mut each = BTreeMap::new();
    let several = reading.each(&query.expr, 1.0, story, &mut each) > 1;
    let best = each.values().copied().fold(0.0, f32::max);
    let mut score = reading.score(&query.expr, 1.0, story).unwrap() + if several { 0.2 * best } else { 0.0 };
    if let Some(recency) = query.recency {
        let age = story.article.published_at.map(|at| (NOW - at).max(0) as f64 / recency.half_life as f64);
        score *= age.map_or(0.0, |age| libm::exp2(-age)) as f32;
    }
    assert!((hit.score - score).abs() <= 1e-3 * score.abs().max(1.0), "{} is {score} of {}", hit.score, query.expr);
    let mut places: Vec<(usize, f32)> = each.into_iter().collect();
    places.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    assert_eq!(hit.others as usize, places.len().saturating_sub(query.sentences));
    assert_eq!(hit.sentences.len(), places.len().min(query.sentences));
    for (told, (_, score)) in hit.sentences.iter().zip(&places) {
        assert!((told.score - score).abs() <= 1e-3 * score.max(1.0), "{told:?} in {places:?}");
        assert!(!told.highlights.is_empty(), "{told:?} of {}", query.expr);
    }
    let explained = hit.explanation.as_ref().unwrap();
    assert!((explained.value - hit.score).abs() <= 1e-3 * score.max(1.0), "{explained:?} is not {}", hit.score);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_and_scores_as_a_plain_reading_does(
        stories in stories(),
        queries in prop::collection::vec(asked(), 24),
        groups in 1..4usize,
        sentences in 0..3usize,
        half_life in prop::option::of(1..30_i64),
        outlet in prop::option::of(0..OUTLETS.len()),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let made: Vec<_> = stories.iter().enumerate().map(|(id, story)| (made(id, story), story.4)).collect();
        for group in made.chunks(made.len().div_ceil(groups)) {
            write_all(&engine, group.iter().map(|(story, _)| Write::Put(Box::new(story.clone()), None)).collect());
        }
        for (story, _) in made.iter().filter(|(_, gone)| *gone) {
            prop_assert_eq!(delete(&engine, &story.article.id).change, Change::Deleted);
        }
        let kept: Vec<_> = made.into_iter().filter(|(_, gone)| !gone).map(|(story, _)| story).collect();
        let reading = Reading { kept: &kept };
        for expr in queries {
            let recency = half_life.map(|days| Recency { half_life: days * DAY, now: NOW });
            let outlets = outlet.map(|outlet| OUTLETS[outlet].to_owned()).into_iter().collect();
            let query = ArticleSearch {
                expr,
                filter: ArticleFilter { outlets, ..ArticleFilter::default() },
                recency,
                sentences,
                explain: true,
                facets: vec![FacetQuery { field: FacetField::Outlet, limit: 5 }],
                page: first(2),
                ..ArticleSearch::default()
            };
            let passes = |story: &&AnalyzedArticle| {
                query.filter.outlets.iter().all(|outlet| *outlet == story.article.outlet)
                    && reading.score(&query.expr, 1.0, story).is_some()
            };
            let expected: BTreeMap<&str, &AnalyzedArticle> =
                kept.iter().filter(passes).map(|story| (story.article.id.as_str(), story)).collect();
            let (hits, page) = all_pages(&engine, &query);
            let mut ids: Vec<&str> = hits.iter().map(|hit| hit.article.id.as_str()).collect();
            prop_assert!(hits.is_sorted_by(|a, b| a.score >= b.score), "{}", query.expr);
            ids.sort_unstable();
            prop_assert_eq!(&ids, &expected.keys().copied().collect::<Vec<_>>(), "{}", query.expr);
            prop_assert_eq!(page.total, Total { count: expected.len() as u64, exact: true });
            let counted: u64 = page.facets[0].values.iter().map(|value| value.count).sum();
            prop_assert_eq!(counted, expected.len() as u64);
            for hit in &hits {
                check_one(hit, &reading, &query, expected[hit.article.id.as_str()]);
            }
            // A least score keeps the best; other orders keep all.
            let middle = hits.get(hits.len() / 2).map_or(1.0, |hit| hit.score);
            let least = ArticleSearch { min_score: middle, page: first(100), ..query.clone() };
            let kept = all_pages(&engine, &least).0.len();
            prop_assert_eq!(kept, hits.iter().filter(|hit| hit.score >= middle).count());
            let oldest = ArticleSearch { order: Order::Oldest, page: first(3), ..query.clone() };
            let dates: Vec<i64> =
                all_pages(&engine, &oldest).0.iter().map(|hit| hit.article.published_at.unwrap_or(i64::MAX)).collect();
            prop_assert!(dates.is_sorted() && dates.len() == hits.len());
        }
    }
}

#[test]
fn words_may_stand_in_different_sentences_and_in_the_headline() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let mut near = article("near", "The white ferry sails.\nNothing else.");
    near.article.title = "Port talks".into();
    let mut far = article("far", "The ferry sails.\nA house is white.\nThe white tide.");
    far.article.title = "Of ferries".into();
    put(&engine, &near);
    put(&engine, &far);
    put(&engine, &article("half", "The ferry sails."));
    let both = Expr::Bool { must: vec![word("ferry"), word("white")], should: vec![], must_not: vec![] };
    let query = ArticleSearch { expr: both, sentences: 2, ..ArticleSearch::default() };
    let page = engine.search_articles(&query, &Interrupt::default()).unwrap();
    let told = |hit: &ArticleMatch| {
        let sentences: Vec<_> = hit.sentences.iter().map(|one| one.text.clone()).collect();
        let marks: Vec<_> = hit.title_highlights.iter().map(|span| span.of(&hit.article.title).to_owned()).collect();
        (hit.article.id.clone(), sentences.join(" "), hit.others, marks.join(" "))
    };
    let mut all: Vec<_> = page.hits.iter().map(told).collect();
    all.sort();
    let far = ("far".to_owned(), "A house is white. The white tide.".to_owned(), 1, "ferries".to_owned());
    assert_eq!(all, [far, ("near".to_owned(), "The white ferry sails.".to_owned(), 0, String::new())]);
}
