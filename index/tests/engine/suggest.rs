//! Completions, spellings, why nothing is found, and more like this.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sayso_document::EntityType;
use sayso_index::query::{Field, ParseOptions, QuoteQuery, SentenceQuery, SpellingQuery, SuggestQuery, Who, parse};
use sayso_index::similar::{Telling, similar_articles, similar_quotes};
use sayso_index::why::{Place, Search, why_nothing};
use sayso_index::{AnalyzedArticle, Embedded, Engine, Interrupt, Suggestions};

use crate::samples::*;

fn titled(id: &str, title: &str, body: &str) -> AnalyzedArticle {
    let mut article = article(id, body);
    article.article.title = title.into();
    article
}

fn suggest(engine: &Embedded, text: &str) -> Suggestions {
    let query = SuggestQuery { text: text.into(), ..SuggestQuery::default() };
    engine.suggest(&query, &Interrupt::default()).unwrap()
}

fn names(found: &Suggestions) -> Vec<&str> {
    found.entities.iter().map(|one| one.name.as_str()).collect()
}

fn phrases(found: &Suggestions) -> Vec<(&str, u64)> {
    found.phrases.iter().map(|one| (one.text.as_str(), one.headlines)).collect()
}

fn filled() -> (tempfile::TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let person = EntityType::Person;
    for (id, title) in
        [("a", "Harbour strike ends"), ("b", "Harbour strike: dockers vote"), ("c", "The harbour of Varda")]
    {
        let one = titled(id, title, "Elske Varrin spoke of the harbour.\nThe dockers struck.");
        put(&engine, &with_entity(one, person, &["Elske Varrin", "Varrin"], &["Prime Minister"]));
    }
    let one = titled("d", "Elections", "Elske Quill told Elske Varrin to wait for the cranes.");
    let one = with_entity(one, person, &["Elske Quill"], &[]);
    let one = with_entity(one, person, &["Elske Varrin"], &[]);
    put(
        &engine,
        &with_quote(with_entity(one, EntityType::Organization, &["Elske Lines"], &[]), "wait for the cranes", Some(0)),
    );
    (dir, engine)
}

#[test]
fn names_and_headlines_complete_what_is_typed() {
    let (_dir, engine) = filled();
    let found = suggest(&engine, "els");
    assert_eq!(names(&found), ["Elske Varrin", "Elske Quill", "Elske Lines"], "those of most articles first");
    assert_eq!((found.entities[0].articles, found.entities[0].kind), (4, EntityType::Person));
    assert_eq!(names(&suggest(&engine, "Elske v")), ["Elske Varrin"]);
    assert_eq!(names(&suggest(&engine, "varrin")), ["Elske Varrin"]);
    assert_eq!(
        phrases(&suggest(&engine, "HARB")),
        [("harbour", 3), ("harbour strike", 2), ("harbour of varda", 1), ("harbour strike ends", 1)]
    );
    assert_eq!(phrases(&suggest(&engine, "harbour st")), [("harbour strike", 2), ("harbour strike ends", 1)]);
    // Typing errors count only where nothing goes on as typed.
    assert_eq!(names(&suggest(&engine, "elsek varr")), ["Elske Varrin"]);
    assert_eq!(phrases(&suggest(&engine, "harbuor str"))[0], ("harbour strike", 2));
    for nothing in ["", "  ", "!?", "zzz", "a b c d e f g h i"] {
        assert_eq!(suggest(&engine, nothing), Suggestions::default(), "{nothing}");
    }
    let places = SuggestQuery { text: "els".into(), kinds: vec![EntityType::Place], ..SuggestQuery::default() };
    assert_eq!(engine.suggest(&places, &Interrupt::default()).unwrap().entities, []);
    let one = SuggestQuery { text: "els".into(), most: 1, ..SuggestQuery::default() };
    assert_eq!(engine.suggest(&one, &Interrupt::default()).unwrap().entities.len(), 1);
}

#[test]
fn what_is_deleted_completes_nothing() {
    let (_dir, engine) = filled();
    delete(&engine, "a");
    assert_eq!(phrases(&suggest(&engine, "harbour st")), [("harbour strike", 1)]);
    delete(&engine, "b");
    assert_eq!(phrases(&suggest(&engine, "harbour st")), [("harbour of varda", 1)], "is what was nearly typed");
    assert_eq!(suggest(&engine, "els").entities[0].articles, 2);
}

#[test]
fn a_misspelt_word_has_spellings_nearest_first() {
    let (_dir, engine) = filled();
    let spellings = |word: &str, quotes| {
        let query = SpellingQuery { word: word.into(), field: Field::Text, quotes, most: 3 };
        engine.spellings(&query, &Interrupt::default()).unwrap()
    };
    let found = spellings("Harbuor", false);
    assert_eq!((found[0].text.as_str(), found[0].edits, found[0].count), ("harbour", 1, 3));
    assert_eq!(spellings("craines", true)[0].text, "cranes");
    assert_eq!(spellings("xyzzy", false), []);
    assert_eq!(spellings("…", false), []);
}

fn why(engine: &Embedded, search: Search) -> Vec<(Place, String, bool, u64, Vec<String>)> {
    let unmet = why_nothing(engine, &search, &Interrupt::default()).unwrap();
    unmet.into_iter().map(|one| (one.place, one.text, one.alone, one.without.count, one.meant)).collect()
}

#[test]
fn what_keeps_a_search_from_finding_is_told() {
    let (_dir, engine) = filled();
    let sentences = |text: &str| {
        let expr = parse(text, &ParseOptions::sentences()).unwrap();
        Search::Sentences(SentenceQuery { expr, ..SentenceQuery::default() })
    };
    let quotes = |text: &str| {
        let expr = parse(text, &ParseOptions::quotes()).unwrap();
        QuoteQuery { expr, ..QuoteQuery::default() }
    };
    let told = |place, text: &str, alone, without, meant: &[&str]| {
        (place, text.to_owned(), alone, without, meant.iter().map(|&one| one.to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(why(&engine, sentences("harbuor")), [told(Place::Expr, "harbuor", true, 7, &["harbour"])]);
    assert_eq!(why(&engine, sentences("dockers AND harbuor")), [told(Place::Expr, "harbuor", true, 3, &["harbour"])]);
    // Both are there, but never together.
    assert_eq!(
        why(&engine, sentences("dockers AND harbour")),
        [told(Place::Expr, "dockers", false, 3, &[]), told(Place::Expr, "harbour", false, 3, &[])]
    );
    assert_eq!(
        why(&engine, sentences("dockers -struck")),
        [told(Place::Expr, "dockers", false, 4, &[]), told(Place::Expr, "(-struck)", false, 3, &[])]
    );
    assert_eq!(
        why(&engine, Search::Quotes(quotes("addressee:reporters"))),
        [told(Place::Expr, "addressee:\"reporters\"", true, 1, &[])]
    );
    let speakers = vec![Who::Named("Varin".into())];
    let query = QuoteQuery { speakers, ..quotes("cranes") };
    assert_eq!(why(&engine, Search::Quotes(query)), [told(Place::Speakers, "Varin", true, 1, &["Elske Varrin"])]);
    let query = QuoteQuery { min_confidence: 0.9, ..quotes("cranes") };
    assert_eq!(why(&engine, Search::Quotes(query)), [told(Place::Confidence, "0.9", true, 1, &[])]);
    let Search::Sentences(mut query) = sentences("harbour") else { panic!("it is one") };
    query.filter.outlets = vec!["Nowhere Post".into()];
    assert_eq!(why(&engine, Search::Sentences(query)), [told(Place::Outlets, "Nowhere Post", true, 3, &[])]);
}

#[test]
fn articles_and_quotes_find_their_like() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let texts = [
        ("ferry", "The ferry to Sarnholm sank in the storm.\nThe ferry was old."),
        ("ferries", "A ferry was lost near Sarnholm.\nNobody saw the storm."),
        ("budget", "The council passed the budget.\nNobody saw the vote."),
    ];
    for (id, body) in texts {
        let one = with_entity(article(id, body), EntityType::Place, &["Sarnholm"], &[]);
        let first = body.lines().next().unwrap();
        put(&engine, &with_quote(with_quote(one, first, None), body.lines().nth(1).unwrap(), None));
    }
    let interrupt = Interrupt::default();
    let ferry = engine.article("ferry").unwrap().unwrap();
    let telling = Telling::of_article(&engine, &ferry, &interrupt).unwrap();
    assert!(telling.words.contains(&"storm".to_owned()) && !telling.words.contains(&"the".to_owned()), "{telling:?}");
    assert_eq!(telling.names, ["Sarnholm"]);
    let found = similar_articles(&engine, &ferry, &telling, Default::default(), 10, &interrupt).unwrap();
    assert_eq!(found[0].0.id, "ferries");
    assert!(found.iter().all(|(article, score)| article.id != "ferry" && *score > 0.0));
    let telling = Telling::of_quote(&engine, &ferry, 0, &interrupt).unwrap();
    let found = similar_quotes(&engine, (&ferry, 0), &telling, QuoteQuery::default(), 2, &interrupt).unwrap();
    assert!(!found.is_empty() && found.len() <= 2);
    assert!(found.iter().all(|hit| hit.article.article.id != "ferry" || hit.index != 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Phrases against all runs of words of the headlines that are stored, after any writes and deletes.
    #[test]
    fn phrases_are_those_of_the_headlines(
        headlines in prop::collection::vec((0..6usize, prop::collection::vec(0..5usize, 0..6), any::<bool>()), 1..24),
    ) {
        const WORDS: [&str; 5] = ["port", "pier", "of", "portal", "crane"];
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let mut stored: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for (id, words, gone) in headlines {
            let words: Vec<&str> = words.into_iter().map(|word| WORDS[word]).collect();
            put(&engine, &titled(&id.to_string(), &words.join(" "), "A line."));
            stored.insert(id, words);
            if gone {
                delete(&engine, &id.to_string());
                stored.remove(&id);
            }
        }
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for words in stored.values() {
            let runs = (0..words.len()).flat_map(|from| (1..=4).filter_map(move |len| words.get(from..from + len)));
            let said = runs.filter(|run| run[0] != "of" && run[run.len() - 1] != "of").map(|run| run.join(" "));
            said.collect::<BTreeSet<_>>().into_iter().for_each(|run| *counts.entry(run).or_default() += 1);
        }
        for begun in ["p", "port", "port ", "port of p", "crane"] {
            let found = engine.suggest(&SuggestQuery { text: begun.into(), most: 100, ..SuggestQuery::default() }, &Interrupt::default()).unwrap();
            let goes_on = |run: &str, count: u64| counts.iter().any(|(other, &all)| other.starts_with(&format!("{run} ")) && all == count);
            let expected: BTreeSet<(String, u64)> = counts.iter()
                .filter(|(run, count)| run.starts_with(begun.trim()) && !goes_on(run, **count))
                .map(|(run, &count)| (run.clone(), count)).collect();
            let shown: BTreeSet<(String, u64)> = found.phrases.iter().map(|one| (one.text.clone(), one.headlines)).collect();
            if !expected.is_empty() {
                prop_assert_eq!(shown, expected, "{} in {:?}", begun, stored);
            }
        }
    }
}
