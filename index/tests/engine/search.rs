//! What queries and filters find, and what they highlight.

use std::time::Instant;

use sayso_document::{Act, Date, DateRange, EntityType, Polarity, QuoteKind, Tier};
use sayso_index::query::{
    ArticleFilter, ArticleOrder, ArticleQuery, Expr, Field, LabelFilter, Order, ParseOptions, QuoteQuery,
    SentenceQuery, Who, parse,
};
use sayso_index::{Change, Embedded, Engine, EntityId, ErrorKind, Interrupt, Write};

use crate::samples::*;

/// Three articles on harbour talks, by date.
fn filled() -> (tempfile::TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let person = EntityType::Person;

    let body = "Peace talks resumed in Varda.\n“We negotiate in good faith,” Kremov said.\nThe sit-down was short.";
    let one = with_entity(article("one", body), person, &["Iven Kremov", "Kremov"], &["Harbour Spokesman"]);
    let one = with_entity(one, EntityType::Place, &["Varda"], &[]);
    put(&engine, &with_quote(one, "We negotiate in good faith", Some(0)));

    let body = "Talks of peace failed, the U.S. envoy said.\nIven Kremov refused to say that peace talks are over.";
    let mut two = with_entity(article("two", body), person, &["Iven Kremov"], &[]);
    two.article.published_at = Some(2_000_000);
    two.article.outlet = "Tamm Évening".into();
    two.article.language = "en-GB".into();
    two.article.title = "No faith in Varda".into();
    let mut two = with_quote(two, "Talks of peace failed", None);
    two.analysis.quotes[0].source = vec![sayso_document::Span::new(23, 37)];
    let mut two = with_quote(two, "peace talks are over", Some(0));
    two.analysis.quotes[1].about = vec![0];
    two.analysis.quotes[1].polarity = Polarity::Negated;
    two.analysis.quotes[1].act = Act::Thought;
    two.analysis.quotes[1].kind = QuoteKind::Indirect;
    two.analysis.quotes[1].confidence = 0.4;
    two.analysis.quotes[1].said = DateRange::month(2026, 2);
    put(&engine, &two);

    let mut three = article("three", "Negotiations and negotiators; peace at last for the cafés.");
    three.article.published_at = None;
    put(&engine, &three);
    (dir, engine)
}

fn ask(text: &str) -> Expr {
    parse(text, &ParseOptions::quotes()).unwrap()
}

/// Ids and places of the hits, sorted.
fn found(engine: &Embedded, query: &SentenceQuery) -> Vec<String> {
    let mut places: Vec<String> =
        search(engine, query).iter().map(|hit| format!("{}.{}", hit.article.id, hit.index)).collect();
    places.sort();
    places
}

#[test]
fn queries_find_sentences() {
    let (_dir, engine) = filled();
    let cases: [(&str, &[&str]); 22] = [
        ("negotiation", &["one.1", "three.0"]),
        ("\"peace talks\"", &["one.0", "two.1"]),
        ("“Peace talk”", &[]),
        ("peace AND talk", &["one.0", "two.0", "two.1"]),
        ("talks -peace", &[]),
        ("NOT peace", &["one.1", "one.2"]),
        ("sit", &["one.2"]),
        ("sit-down", &["one.2"]),
        ("US", &["two.0"]),
        ("cafe*", &["three.0"]),
        ("CAFÉ", &["three.0"]),
        ("kremow~1", &["one.1", "two.1"]),
        ("negot*", &["one.1", "three.0"]),
        ("\"talks peace\"~1", &["two.0"]),
        ("title:faith", &["two.0", "two.1"]),
        ("title:\"harbour talks\" AND short", &["one.2"]),
        ("outlet:evening AND envoy", &["two.0"]),
        ("author:elodie AND cafes", &["three.0"]),
        ("date:1970 AND peace", &["one.0", "two.0", "two.1"]),
        ("date:>=1970-01-01T00:00:02 AND envoy", &["two.0"]),
        ("speaker:kremov", &[]),
        ("*", &["one.0", "one.1", "one.2", "three.0", "two.0", "two.1"]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(&engine, &sentence_query(ask(query))), expected, "{query}");
    }
}

#[test]
fn better_matches_come_first_and_are_highlighted() {
    let (_dir, engine) = filled();
    let hits = search(&engine, &sentence_query(ask("short negotiation OR negotiators")));
    let marked = |hit: &sayso_index::SentenceHit| {
        hit.highlights.iter().map(|&span| hit.words(span).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(hits[0].article.id, "three");
    assert_eq!(marked(&hits[0]), ["Negotiations", "negotiators"]);
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score && pair[1].score > 0.0));
    let phrase = search(&engine, &sentence_query(ask("\"peace talks\" -sit")));
    assert_eq!(phrase.iter().map(marked).collect::<Vec<_>>().concat(), ["Peace talks", "peace talks"]);
}

#[test]
fn filters_narrow_sentences() {
    let (_dir, engine) = filled();
    let with = |filter: ArticleFilter| SentenceQuery { filter, ..sentence_query(ask("peace")) };
    let none = ArticleFilter::default;
    let cases: [(ArticleFilter, &[&str]); 12] = [
        (ArticleFilter { ids: vec!["two".into(), "nowhere".into()], ..none() }, &["two.0", "two.1"]),
        (ArticleFilter { ids: vec!["nowhere".into()], ..none() }, &[]),
        (ArticleFilter { outlets: vec!["tamm evening".into()], ..none() }, &["two.0", "two.1"]),
        (ArticleFilter { outlets: vec!["tamm".into()], ..none() }, &[]),
        (ArticleFilter { languages: vec!["EN-gb".into(), "fr".into()], ..none() }, &["two.0", "two.1"]),
        (ArticleFilter { authors: vec!["elodie MARSH".into()], ..none() }, &["one.0", "three.0", "two.0", "two.1"]),
        (ArticleFilter { authors: vec!["marsh".into()], ..none() }, &[]),
        (
            ArticleFilter { models: vec!["test-1".into(), "nowhere".into()], ..none() },
            &["one.0", "three.0", "two.0", "two.1"],
        ),
        (ArticleFilter { models: vec!["test".into()], ..none() }, &[]),
        (ArticleFilter { tiers: vec![Tier::Accurate], ..none() }, &[]),
        (ArticleFilter { from: Some(1_000_000), until: Some(2_000_000), ..none() }, &["one.0"]),
        (ArticleFilter { from: Some(2_000_001), ..none() }, &[]),
    ];
    for (filter, expected) in cases {
        assert_eq!(found(&engine, &with(filter.clone())), expected, "{filter:?}");
    }
    let mentions = |who: Vec<Who>| SentenceQuery { mentions: who, ..sentence_query(Expr::All) };
    let id = Who::Id(EntityId::of(EntityType::Place, "Varda"));
    let spokesman = Who::Named("spokesman kremov".into());
    assert_eq!(found(&engine, &mentions(vec![spokesman.clone()])), ["one.1", "two.1"]);
    assert_eq!(found(&engine, &mentions(vec![id.clone()])), ["one.0"]);
    assert_eq!(found(&engine, &mentions(vec![id, spokesman])), Vec::<String>::new());
}

#[test]
fn labels_that_look_alike_are_told_apart() {
    let labels =
        [("desk", "home"), ("desk", "Home"), ("desk", ""), ("deskhome", ""), ("desk\u{1F}home", ""), ("", "desk")];
    // The last has no sentence, so that the store lists articles, not the index.
    for sentences in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        for (number, (key, value)) in labels.into_iter().enumerate() {
            let mut one = article(&format!("a{number}"), "Talks.");
            one.article.labels = [(key.into(), value.into())].into();
            put(&engine, &one);
        }
        let mut last = article("last", "Talks.");
        if !sentences {
            last.analysis.sentences.clear();
        }
        put(&engine, &last);
        let listed = |key: &str, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            let filter = ArticleFilter { labels: vec![LabelFilter { key: key.into(), values }], ..Default::default() };
            let query = ArticleQuery { filter, order: ArticleOrder::OldestPublished, page: first(9) };
            let page = engine.articles(&query, &Interrupt::default()).unwrap();
            page.hits.iter().map(|hit| hit.article.id.clone()).collect::<Vec<_>>()
        };
        for (number, (key, value)) in labels.into_iter().enumerate() {
            assert_eq!(listed(key, &[value, "nowhere"]), [format!("a{number}")], "{key:?} {value:?}");
        }
        assert_eq!(listed("desk", &[]), ["a0", "a1", "a2"]);
        assert_eq!(listed("deskhome", &[]), ["a3"]);
        assert_eq!(listed("esk", &[]), [] as [&str; 0]);
    }
}

#[test]
fn filters_take_values_of_any_length() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let long = |end: &str| format!("{}{end}", "word ".repeat(20_000));
    for end in ["one", "two"] {
        let mut one = article(end, "Talks.");
        (one.article.outlet, one.article.authors) = (long(end), vec![long(end)]);
        one.article.labels = [(long(end), long(end))].into();
        put(&engine, &one);
    }
    let none = ArticleFilter::default;
    let label = |values| vec![LabelFilter { key: long("two"), values }];
    let filters = [
        ArticleFilter { outlets: vec![long("TWO")], ..none() },
        ArticleFilter { authors: vec![long("TWO")], ..none() },
        ArticleFilter { labels: label(vec![]), ..none() },
        ArticleFilter { labels: label(vec![long("two")]), ..none() },
    ];
    for (number, filter) in filters.into_iter().enumerate() {
        let query = SentenceQuery { filter, ..sentence_query(Expr::All) };
        assert_eq!(found(&engine, &query), ["two.0"], "{number}");
    }
}

#[test]
fn filters_narrow_quotes() {
    let (_dir, engine) = filled();
    let kremov = || vec![Who::Named("kremov".into())];
    let all = || quote_query(Expr::All);
    let cases: Vec<(QuoteQuery, &[&str])> = vec![
        (all(), &["two.0", "two.1", "one.0"]),
        (quote_query(ask("faith")), &["one.0"]),
        (quote_query(ask("speaker:\"harbour spokesman\"")), &["one.0"]),
        (quote_query(ask("speaker:envoy")), &["two.0"]),
        (quote_query(ask("about:kremov cue:say AND over")), &["two.1"]),
        (QuoteQuery { speakers: kremov(), ..all() }, &["two.1", "one.0"]),
        (QuoteQuery { speakers: vec![Who::Named("nobody".into())], ..all() }, &[]),
        (QuoteQuery { speakers: vec![Who::Named("?".into())], ..all() }, &[]),
        (QuoteQuery { about: kremov(), ..all() }, &["two.1"]),
        (QuoteQuery { kinds: vec![QuoteKind::Indirect, QuoteKind::Mixed], ..all() }, &["two.1"]),
        (QuoteQuery { acts: vec![Act::Speech], ..all() }, &["two.0", "one.0"]),
        (QuoteQuery { polarities: vec![Polarity::Negated], ..all() }, &["two.1"]),
        (QuoteQuery { named_speaker: Some(false), ..all() }, &["two.0"]),
        (QuoteQuery { named_speaker: Some(true), ..all() }, &["two.1", "one.0"]),
        (QuoteQuery { min_confidence: 0.8, ..all() }, &["two.0", "one.0"]),
        (QuoteQuery { min_confidence: 0.81, ..all() }, &[]),
        (QuoteQuery { min_speaker_confidence: 0.7, ..all() }, &["two.1", "one.0"]),
        (QuoteQuery { min_speaker_confidence: 0.71, ..all() }, &[]),
        (QuoteQuery { said_from: Date::new(2026, 2, 28), ..all() }, &["two.1"]),
        (QuoteQuery { said_from: Date::new(2026, 3, 1), ..all() }, &[]),
        (QuoteQuery { said_from: Date::new(2026, 1, 5), said_until: Date::new(2026, 2, 2), ..all() }, &["two.1"]),
        (QuoteQuery { said_until: Date::new(2026, 2, 1), ..all() }, &[]),
        (QuoteQuery { order: Order::Oldest, ..all() }, &["one.0", "two.0", "two.1"]),
    ];
    for (query, expected) in cases {
        let page = engine.quotes(&query, &Interrupt::default()).unwrap();
        let places: Vec<String> =
            page.hits.iter().map(|hit| format!("{}.{}", hit.article.article.id, hit.index)).collect();
        assert_eq!(places, expected, "{query:?}");
        assert_eq!((page.total.count, page.total.exact), (expected.len() as u64, true));
    }
    let hits = engine.quotes(&quote_query(ask("\"good faith\"")), &Interrupt::default()).unwrap().hits;
    assert_eq!(hits[0].highlights[0].of(&hits[0].article.article.body), "good faith");
    assert_eq!(hits[0].quote().speakers, [0]);
}

#[test]
fn ends_when_the_time_is_over_or_the_caller_gone() {
    let (_dir, engine) = filled();
    let late = Interrupt { deadline: Some(Instant::now()), ..Interrupt::default() };
    let gone = Interrupt::default();
    gone.cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
    for (interrupt, kind) in [(late, ErrorKind::DeadlineExceeded), (gone, ErrorKind::Cancelled)] {
        let sentences = engine.sentences(&sentence_query(word("peace")), &interrupt);
        assert_eq!(sentences.unwrap_err().kind(), kind);
        assert_eq!(engine.quotes(&quote_query(Expr::All), &interrupt).unwrap_err().kind(), kind);
    }
}

#[test]
fn a_field_that_sentences_lack_matches_none() {
    let (_dir, engine) = filled();
    let expr = Expr::Word { field: Field::Cue, text: "say".into() };
    assert!(search(&engine, &sentence_query(expr)).is_empty());
}

#[test]
fn a_weight_weighs_whatever_it_is_put_to() {
    let (_dir, engine) = filled();
    let conditions = [
        "peace",
        "\"peace talks\"",
        "\"talks peace\"~3",
        "pea*",
        "\"peace ta\"*",
        "\"talks of pea\"*",
        "p?ace",
        "peacf~1",
        "(talks OR sit)",
        "(+peace talks)",
        "title:faith",
        "sit-down",
    ];
    for text in conditions {
        let scores = |text: &str| -> Vec<f32> {
            search(&engine, &sentence_query(ask(text))).iter().map(|hit| hit.score).collect()
        };
        let plain = scores(text);
        assert!(!plain.is_empty() && plain.iter().all(|&score| score > 0.0), "{text} scores {plain:?}");
        // A power of two leaves every digit as it is.
        let doubled: Vec<f32> = plain.iter().map(|score| 2.0 * score).collect();
        assert_eq!(scores(&format!("{text}^2")), doubled, "{text}^2");
    }
}

#[test]
fn what_was_deleted_does_not_move_scores() {
    let story = |id: usize| {
        let body = format!("The ferry {} sails.\nA bridge stands{}.", "far ".repeat(id % 7), " there".repeat(id % 3));
        with_quote(article(&format!("a{id}"), &body), "bridge stands", None)
    };
    let engine = |deleted: bool| {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let puts = (0..12).map(|id| Write::Put(Box::new(story(id)), None));
        // In one commit, so that nothing is merged and no segment is without what is left.
        let others = (0..40).filter(|_| deleted).map(|id| {
            Write::Put(Box::new(with_quote(article(&format!("b{id}"), "A ferry, a bridge."), "a bridge", None)), None)
        });
        write_all(&engine, puts.chain(others).collect());
        (0..40)
            .filter(|_| deleted)
            .for_each(|id| assert_eq!(delete(&engine, &format!("b{id}")).change, Change::Deleted));
        (dir, engine)
    };
    let ((_left, left), (_fresh, fresh)) = (engine(true), engine(false));
    let begun = "\"the ferry f\"* OR \"a bridge stan\"*";
    for text in ["ferry", "ferry OR bridge", "\"bridge stands\"", "title:talks", "far AND ferry", "bridge there", begun]
    {
        let scores = |engine: &Embedded| -> Vec<(String, u32, f32)> {
            let hits = search(engine, &sentence_query(ask(text)));
            hits.into_iter().map(|hit| (hit.article.id.clone(), hit.index, hit.score)).collect()
        };
        assert_eq!(scores(&left), scores(&fresh), "{text}");
        assert!(!scores(&fresh).is_empty(), "{text}");
        let scores = |engine: &Embedded| -> Vec<f32> {
            let page = engine.quotes(&quote_query(ask(text)), &Interrupt::default()).unwrap();
            page.hits.into_iter().map(|hit| hit.score).collect()
        };
        assert_eq!(scores(&left), scores(&fresh), "{text} in quotes");
    }
}
