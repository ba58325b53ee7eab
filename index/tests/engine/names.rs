//! Names as people type them: a line of the files in `tests/fixtures/names` is a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sayso_document::{Addressee, EntityType, Span};
use sayso_index::query::{EntityQuery, Expr, QuoteQuery, SentenceQuery, Who};
use sayso_index::{Embedded, Engine, EntityId, Interrupt, MatchedBy};

use crate::samples::*;

/// The lines of a fixture that say something.
fn lines(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/names").join(file);
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(str::to_owned).collect()
}

fn list(text: &str, mark: char) -> Vec<&str> {
    text.split(mark).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// An article for each entity, in which it speaks of itself to itself. Its id is the name.
fn filled() -> (tempfile::TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    for line in lines("entities.txt") {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let kind = match parts[0] {
            "person" => EntityType::Person,
            "organization" => EntityType::Organization,
            "facility" => EntityType::Facility,
            "place" => EntityType::Place,
            other => panic!("{other:?} is no type"),
        };
        let names = list(parts[1], ';');
        let body = format!("{} spoke.", names[0]);
        let made = with_entity(article(names[0], &body), kind, &names, &list(parts.get(2).unwrap_or(&""), ';'));
        let speaks = parts.get(3) != Some(&"mute");
        let mut made = with_quote(made, "spoke", speaks.then_some(0));
        let quote = &mut made.analysis.quotes[0];
        quote.about = vec![0];
        quote.addressee = Some(Addressee { span: Span::new(0, names[0].len()), entities: vec![0] });
        put(&engine, &made);
    }
    (dir, engine)
}

#[test]
fn look_ups_find_names_as_people_type_them() {
    let (_dir, engine) = filled();
    let mut faults = Vec::new();
    for line in lines("lookups.txt") {
        let (typed, expected) = line.split_once("=>").unwrap();
        let (expected, matched) =
            expected.split_once('=').map_or((expected, None), |(names, text)| (names, Some(text)));
        let query = EntityQuery { name: typed.trim().into(), kinds: vec![], page: first(10) };
        let hits = engine.entities(&query, &Interrupt::default()).unwrap().hits;
        let mut found: Vec<&str> = hits.iter().map(|hit| hit.entity.name.as_str()).collect();
        let mut expected = list(expected, ';');
        if expected.last() == Some(&"…") {
            expected.pop();
            found.truncate(expected.len());
        }
        let words = hits.first().map(|hit| hit.matched.as_str());
        let right = matched.is_none_or(|matched| words == Some(matched.trim()));
        if found != expected || !right {
            faults.push(format!("{line}\n    found {found:?}, matched {words:?}"));
        }
        for hit in &hits {
            let entity = &hit.entity;
            let among = |list: &[sayso_document::Counted]| list.iter().any(|one| one.text == hit.matched);
            let held = match hit.matched_by {
                MatchedBy::Name => hit.matched == entity.name,
                MatchedBy::Alias => among(&entity.aliases),
                MatchedBy::Title => among(&entity.titles),
            };
            assert!(held, "{line}: {hit:?}");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn filters_mean_whom_people_type() {
    let (_dir, engine) = filled();
    let mut faults = Vec::new();
    for line in lines("filters.txt") {
        let (typed, expected) = line.split_once("=>").unwrap();
        let expected: BTreeSet<&str> = list(expected, ';').into_iter().collect();
        let (field, name) = typed.split_once(':').unwrap();
        let who = || vec![Who::Named(name.trim().into())];
        let all = || quote_query(Expr::All);
        let quotes = |query: QuoteQuery| -> BTreeSet<String> {
            let hits = engine.quotes(&query, &Interrupt::default()).unwrap().hits;
            hits.iter().map(|hit| hit.article.article.id.clone()).collect()
        };
        let found = match field {
            "speaker" => vec![quotes(QuoteQuery { speakers: who(), ..all() })],
            "name" => {
                let mentions = SentenceQuery { mentions: who(), ..sentence_query(Expr::All) };
                let hits = engine.sentences(&mentions, &Interrupt::default()).unwrap().hits;
                let about = quotes(QuoteQuery { about: who(), ..all() });
                let addressees = quotes(QuoteQuery { addressees: who(), ..all() });
                vec![hits.iter().map(|hit| hit.article.id.clone()).collect(), about, addressees]
            }
            other => panic!("{other:?} is no filter"),
        };
        if found.iter().any(|found| !found.iter().map(String::as_str).eq(expected.iter().copied())) {
            faults.push(format!("{line}\n    found {found:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn lists_of_speakers_and_addressees_mean_any_and_those_of_subjects_all() {
    let (_dir, engine) = filled();
    let named = |names: &[&str]| names.iter().map(|&name| Who::Named(name.into())).collect::<Vec<_>>();
    let count = |query: QuoteQuery| engine.quotes(&query, &Interrupt::default()).unwrap().hits.len();
    let both = || named(&["Varrin", "Ava King"]);
    let all = || quote_query(Expr::All);
    assert_eq!(count(QuoteQuery { speakers: both(), ..all() }), 2);
    assert_eq!(count(QuoteQuery { addressees: both(), ..all() }), 2);
    assert_eq!(count(QuoteQuery { about: both(), ..all() }), 0);
    assert_eq!(count(QuoteQuery { addressees: named(&["Varrin", "nobody"]), ..all() }), 1);
    assert_eq!(count(QuoteQuery { addressees: named(&["nobody"]), ..all() }), 0);
    let by_id = vec![Who::Id(EntityId::of(EntityType::Person, "Ava King")), Who::Named("Varrin".into())];
    assert_eq!(count(QuoteQuery { addressees: by_id, ..all() }), 2);
}
