//! Entities over several articles: figures, lookup, mentions.

use sayso_document::{EntityType, MentionForm};
use sayso_index::query::{ArticleFilter, EntityQuery, MentionQuery};
use sayso_index::{AnalyzedArticle, Embedded, Engine, EntityHit, EntityId, Interrupt};

use crate::samples::*;

fn lookup(engine: &Embedded, name: &str) -> Vec<EntityHit> {
    let query = EntityQuery { name: name.into(), kinds: vec![], page: first(10) };
    engine.entities(&query, &Interrupt::default()).unwrap().hits
}

fn names(engine: &Embedded, name: &str) -> Vec<String> {
    lookup(engine, name).into_iter().map(|hit| hit.entity.name).collect()
}

fn dated(id: &str, day: i64, body: &str) -> AnalyzedArticle {
    let mut article = article(id, body);
    article.article.published_at = Some(day);
    article
}

#[test]
fn figures_follow_every_change() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let id = EntityId::of(EntityType::Person, "Iven Kremov");
    let person = EntityType::Person;
    let one = with_entity(dated("a", 5, "Kremov spoke.\nKremov left."), person, &["Iven Kremov", "Kremov"], &["Envoy"]);
    let one = with_quote(one, "Kremov left", Some(0));
    let two = with_entity(dated("b", 3, "IVEN KREMOV came."), person, &["IVEN KREMOV", "Kremov"], &["Envoy"]);
    put(&engine, &one);
    put(&engine, &two);
    put(&engine, &with_entity(dated("c", 9, "Iven Kremov spoke."), person, &["Iven Kremov"], &[]));

    let record = engine.entity(&id).unwrap().unwrap();
    assert_eq!(record.name, "Iven Kremov");
    let counted = |list: &[sayso_document::Counted]| list.iter().map(|c| (c.text.clone(), c.count)).collect::<Vec<_>>();
    assert_eq!(counted(&record.aliases), [("Kremov".to_owned(), 3), ("IVEN KREMOV".to_owned(), 1)]);
    assert_eq!(counted(&record.titles), [("Envoy".to_owned(), 2)]);
    assert_eq!((record.mentions, record.articles, record.quotes), (4, 3, 1));
    assert_eq!((record.first_seen, record.last_seen), (Some(3), Some(9)));

    delete(&engine, "c");
    put(&engine, &article("a", "Nobody spoke."));
    let record = engine.entity(&id).unwrap().unwrap();
    assert_eq!(record.name, "IVEN KREMOV");
    assert_eq!((record.mentions, record.articles, record.quotes), (1, 1, 0));
    assert_eq!((record.first_seen, record.last_seen), (Some(3), Some(3)));

    delete(&engine, "b");
    assert_eq!(engine.entity(&id).unwrap(), None);
    assert!(names(&engine, "kremov").is_empty());
    assert_eq!(engine.status().unwrap().entities, 0);
}

#[test]
fn lookup_finds_names_in_part_begun_and_misspelt() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let person = EntityType::Person;
    for id in ["a", "b"] {
        let body = "Orlensky met Georgia Marlow.";
        let one = with_entity(article(id, body), person, &["Vladimyr Orlenskyy", "Orlensky"], &["President"]);
        put(&engine, &with_entity(one, person, &["Georgia Marlow"], &[]));
    }
    let body = "Vladimir Orlov flew to Georgia and saw Élan.";
    let three = with_entity(article("c", body), person, &["Vladimir Orlov"], &[]);
    let three = with_entity(three, EntityType::Place, &["Georgia"], &[]);
    put(&engine, &with_entity(three, EntityType::Organization, &["Élan"], &[]));

    assert_eq!(names(&engine, "orlenskiy"), ["Vladimyr Orlenskyy"]);
    assert_eq!(names(&engine, "ORLENSKYY"), ["Vladimyr Orlenskyy"]);
    assert_eq!(names(&engine, "vladimir orl"), ["Vladimir Orlov", "Vladimyr Orlenskyy"]);
    assert_eq!(names(&engine, "georgia"), ["Georgia", "Georgia Marlow"]);
    assert_eq!(names(&engine, "elan"), ["Élan"]);
    assert_eq!(names(&engine, "president orlensky"), ["Vladimyr Orlenskyy"]);
    assert_eq!(names(&engine, "orl"), ["Vladimyr Orlenskyy", "Vladimir Orlov"]);
    assert!(names(&engine, "???").is_empty());
    let all = names(&engine, " ");
    assert_eq!(all.len(), 5);
    assert_eq!(
        {
            let mut first = all[..2].to_vec();
            first.sort();
            first
        },
        ["Georgia Marlow", "Vladimyr Orlenskyy"]
    );
    assert_eq!(lookup(&engine, "orlenskiy")[0].matched, "Vladimyr Orlenskyy");
    assert_eq!(lookup(&engine, "orlensky")[0].matched, "Orlensky");

    let query = EntityQuery { name: "georgia".into(), kinds: vec![EntityType::Place], page: first(10) };
    assert_eq!(engine.entities(&query, &Interrupt::default()).unwrap().hits.len(), 1);
}

#[test]
fn mentions_come_newest_first_and_by_page() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    for (id, day) in [("a", 1), ("b", 3), ("c", 2)] {
        let mut one = with_entity(dated(id, day, "Tamm.\nTamm.\nTamm."), EntityType::Place, &["Tamm"], &[]);
        one.analysis.mentions[1].form = MentionForm::Description;
        put(&engine, &one);
    }
    let entity = EntityId::of(EntityType::Place, "Tamm");
    let mut query = MentionQuery { entity, forms: vec![], filter: ArticleFilter::default(), page: first(2) };
    let mut places = Vec::new();
    loop {
        let page = engine.mentions(&query, &Interrupt::default()).unwrap();
        assert_eq!(page.total.count, 9);
        places.extend(page.hits.iter().map(|hit| format!("{}{}", hit.article.article.id, hit.index)));
        query.page.after = page.next;
        if query.page.after.is_none() {
            break;
        }
    }
    assert_eq!(places, ["b0", "b1", "b2", "c0", "c1", "c2", "a0", "a1", "a2"]);

    query.forms = vec![MentionForm::Description];
    query.filter.from = Some(2);
    let page = engine.mentions(&query, &Interrupt::default()).unwrap();
    let places: Vec<String> = page.hits.iter().map(|hit| format!("{}{}", hit.article.article.id, hit.index)).collect();
    assert_eq!(places, ["b1", "c1"]);
}
