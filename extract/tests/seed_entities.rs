//! The entities of a real article, beside the repository on developers' machines and in CI only.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use sayso_document::{Counted, EntityType, MentionForm, Tier};
use sayso_extract::Analyzer;

#[test]
fn entities_are_those_of_the_gold() {
    check(Tier::Fast);
}

#[test]
#[cfg(feature = "encoder")]
fn accurate_entities_are_those_of_the_gold() {
    check(Tier::Accurate);
}

fn check(tier: Tier) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/articles/000_480bc931a9ee1cb0.txt");
    let gold = path.with_extension("gold.json");
    let (Ok(text), Ok(gold)) = (fs::read_to_string(&path), fs::read_to_string(gold)) else {
        eprintln!("skipped: {} is absent", path.display());
        return;
    };
    let gold: serde_json::Value = serde_json::from_str(&gold).unwrap();
    let analysis = Analyzer::new().analyze(&text, tier);
    let texts = |all: &[Counted]| all.iter().map(|c| c.text.clone()).collect::<Vec<_>>();
    let strings = |value: &serde_json::Value| {
        let mut all: Vec<String> = value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    for expected in gold["entities"].as_array().unwrap() {
        let kind = match expected["type"].as_str().unwrap() {
            "PERSON" => EntityType::Person,
            "GPE" => EntityType::Place,
            _ => EntityType::Organization,
        };
        let name = expected["name"].as_str().unwrap();
        let entity = analysis.entities.iter().find(|e| e.name == name && e.kind == kind);
        let entity = entity.unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(texts(&entity.aliases), strings(&expected["aliases"]), "aliases of {name}");
        assert_eq!(texts(&entity.titles), strings(&expected["titles"]), "titles of {name}");
    }
    let spokesman = analysis.mentions.iter().find(|m| m.form == MentionForm::Description).unwrap();
    assert_eq!(spokesman.span.of(&text), "the spokesman");
    let gold = gold["entities"].as_array().unwrap();
    let titled = gold.iter().find(|entity| strings(&entity["titles"]).iter().any(|title| title.ends_with("Spokesman")));
    assert_eq!(analysis.entities[spokesman.entity].name, titled.unwrap()["name"].as_str().unwrap());
}
