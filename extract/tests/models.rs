//! The models that are compiled in, and others in their place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sayso_document::Tier;
use sayso_extract::Analyzer;
use sayso_extract::model::Files;

const TEXT: &str = "Ada Lind said on Monday that the harbour would open. “We are ready,” she told reporters.";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

fn all() -> Vec<(String, Vec<u8>)> {
    Files::names()
        .map(|name| (name.to_owned(), std::fs::read(folder().join(name)).expect("it is compiled in from there")))
        .collect()
}

#[test]
fn every_committed_model_can_be_replaced() {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let binary: BTreeSet<String> = files.filter(|name| name.ends_with(".bin")).collect();
    let known: BTreeSet<String> = Files::names().filter(|name| name.ends_with(".bin")).map(str::to_owned).collect();
    assert_eq!(binary, known);
    for (tier, most) in [(Tier::Fast, 20 << 20), (Tier::Accurate, 30_000_000)] {
        let bytes = Files::compiled_in_bytes(tier);
        assert!(bytes <= most, "{bytes} bytes of weights of the {tier:?} tier");
    }
}

#[test]
fn the_same_models_find_the_same_under_another_version() {
    let (plain, same) = (Analyzer::new(), Analyzer::with_models(all()).unwrap());
    assert!(same.model(Tier::Fast).starts_with(&format!("{}+", plain.model(Tier::Fast))), "{}", same.model(Tier::Fast));
    let (mut was, is) = (plain.analyze(TEXT, Tier::Fast), same.analyze(TEXT, Tier::Fast));
    assert!(was.quotes.len() >= 2);
    was.model.clone_from(&is.model);
    assert_eq!(was, is);
    // The order in which files are given makes no difference.
    let turned: Vec<_> = all().into_iter().rev().collect();
    assert_eq!(Analyzer::with_models(turned).unwrap().model(Tier::Fast), same.model(Tier::Fast));
}

#[test]
fn a_fault_names_the_file() {
    for (name, bytes) in all().into_iter().filter(|(name, _)| name.ends_with(".bin")) {
        let mut damaged = bytes.clone();
        damaged[bytes.len() - 1] ^= 0x55;
        for (bad, word) in [(damaged, "damaged"), (bytes[..20].to_vec(), ""), (b"PK".repeat(99), "no ")] {
            let error = Analyzer::with_models([(name.clone(), bad)]).unwrap_err().to_string();
            assert!(error.contains(&name) && error.contains(word), "{name}: {error}");
        }
    }
    let error = Analyzer::with_models([("spekers.bin".to_owned(), Vec::new())]).unwrap_err().to_string();
    assert!(error.contains("spekers.bin is not a model; the models are"), "{error}");
}

#[test]
fn a_tier_that_is_not_compiled_in_gives_way_to_the_best_that_is() {
    let analyzer = Analyzer::new();
    assert_eq!(analyzer.model(Tier::Fast), Analyzer::MODEL);
    let best = if cfg!(feature = "encoder") { Analyzer::ENCODER } else { Analyzer::MODEL };
    for (tier, expected, model) in [(Tier::Fast, Tier::Fast, Analyzer::MODEL), (Tier::Accurate, analyzer.best(), best)]
    {
        let found = analyzer.analyze(TEXT, tier);
        assert_eq!((found.tier, found.model.as_str(), analyzer.model(tier)), (expected, model, model));
    }
}
