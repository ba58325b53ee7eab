//! Scores names and their types against the corpora of entities.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::{Figures, Tally};
use super::gold::NamedText;
use super::predict::Prediction;

/// Begin, end and type.
pub type Typed = (usize, usize, String);

/// The figures for entities: span and type right, span right, and by type.
pub fn score(gold: &[NamedText], found: &BTreeMap<&str, &Prediction>) -> Figures {
    let mut by_type: BTreeMap<String, Tally> = BTreeMap::new();
    let mut untyped = Tally::default();
    for text in gold {
        let kinds = kinds(text);
        let right: BTreeSet<Typed> = text.entities.iter().map(|one| (one.start, one.end, one.r#type.clone())).collect();
        let ours: BTreeSet<Typed> = found.get(text.id.as_str()).map(|one| folded(text, one)).unwrap_or_default();
        for kind in &kinds {
            let of = |all: &BTreeSet<Typed>| all.iter().filter(|one| one.2 == *kind).cloned().collect::<BTreeSet<_>>();
            by_type.entry(kind.clone()).or_default().compare(&of(&right), &of(&ours));
        }
        let spans = |all: &BTreeSet<Typed>| all.iter().map(|one| (one.0, one.1)).collect::<BTreeSet<_>>();
        untyped.compare(&spans(&right), &spans(&ours));
    }
    let mut all = Tally::default();
    by_type.values().for_each(|tally| all.add(*tally));
    let mut figures = Figures::new();
    all.put("all", &mut figures);
    untyped.put("untyped", &mut figures);
    for (kind, tally) in by_type {
        tally.put(&format!("by_type.{kind}"), &mut figures);
    }
    figures
}

/// The entities found in a text, in the types of its corpus. Other types are left out.
pub fn folded(text: &NamedText, found: &Prediction) -> BTreeSet<Typed> {
    let kinds = kinds(text);
    let typed = found.entities.iter().map(|one| {
        let fold = text.fold.as_ref().and_then(|fold| fold.get(&one.r#type));
        (one.start, one.end, fold.unwrap_or(&one.r#type).clone())
    });
    typed.filter(|one| kinds.contains(&one.2)).collect()
}

fn kinds(text: &NamedText) -> BTreeSet<String> {
    let usual = || ["PERSON", "ORG", "LOC", "MISC"].map(str::to_owned).into();
    text.types.clone().filter(|types| !types.is_empty()).unwrap_or_else(usual)
}
