//! Fits the entity tagger: `entities.bin`.
//!
//! The newswire corpus marks nine types, the mixed sentences three of them. So a first model is fitted on the newswire
//! alone and marks the other types in the sentences. Then a model is fitted on all.

use std::io;

use rustc_hash::FxHashMap;
use sayso_document::{Document, EntityType, Span};
use sayso_extract::fit::entities::{Entities, LABELS, TYPES, Tagger};
use sayso_extract::model::{Linear, Rows};

use super::stage::Stage;
use crate::corpus::labels::NAMES;
use crate::corpus::{NamedText, named_texts};
use crate::learn::{PartialChain, PartialExample, Settings};
use crate::places::{Places, bar};

/// The stage.
pub(super) const STAGE: Stage = Stage { name: "entities", about: "Fits the entity tagger on texts with names", run };

const SETTINGS: Settings = Settings { bits: 0, epochs: 6, rate: 0.1, decay: 1e-5 };
/// Epochs of the first model.
const FIRST_EPOCHS: usize = 3;
/// One article in so many is also read in capitals, and another one in title case.
const CAPITALS_EVERY: usize = 20;
/// A feature must occur so often to have weights.
const MIN_COUNT: u32 = 4;
/// The model has two to the power of this many buckets of eight features.
const BUCKET_BITS: u32 = 15;
/// A feature matters more the more often it occurs, up to this count.
const MAX_COUNT: u32 = 50;

fn run(places: &Places) -> io::Result<()> {
    let kit = Entities::new(std::fs::read(places.out.join("clusters.bin"))?).map_err(io::Error::other)?;
    let read = |name: &str| named_texts(&places.eval(&format!("ner/{name}.jsonl.gz")));
    let articles = read("worldwide-train")?;
    let mut examples: Vec<_> = articles.iter().flat_map(|text| sequences(&kit, text, None)).collect();
    for (printed, taken) in articles.iter().map(NamedText::printed) {
        examples.extend(touched(&kit, &printed, &taken));
    }
    for (at, article) in articles.iter().enumerate() {
        match at % CAPITALS_EVERY {
            0 => examples.extend(sequences(&kit, &cased(article, |_| true), None)),
            1 => examples.extend(sequences(&kit, &cased(article, |before| !before.is_ascii_alphanumeric()), None)),
            _ => {}
        }
    }
    let first = fit(&examples, &Settings { epochs: FIRST_EPOCHS, ..SETTINGS }, "Fitting on newswire");
    let first = Tagger::new(first);
    examples.extend(read("permissive-train")?.iter().flat_map(|text| sequences(&kit, text, Some(&first))));
    if let Some(labels) = &places.labels {
        examples.extend(named_texts(&labels.join(NAMES))?.iter().flat_map(|text| sequences(&kit, text, None)));
    }
    let model = fit(&examples, &SETTINGS, "Fitting the entity tagger");
    places.write("entities.bin", &model.to_bytes("entities"))?;
    let tagger = Tagger::new(model);
    for name in ["worldwide-dev", "permissive-dev"] {
        eprintln!("{name}: {}", score(&kit, &tagger, &read(name)?));
    }
    Ok(())
}

/// Our type for a type of a corpus. Events stand for everything miscellaneous.
fn kind(name: &str) -> Option<usize> {
    let kind = match name {
        "PERSON" => EntityType::Person,
        "ORG" => EntityType::Organization,
        "LOC" => EntityType::Place,
        "FACILITY" => EntityType::Facility,
        "NORP" => EntityType::Norp,
        "PRODUCT" => EntityType::Product,
        "MISC" => EntityType::Event,
        "DATE" => EntityType::Date,
        "MONEY" => EntityType::Money,
        _ => return None,
    };
    TYPES.iter().position(|&one| one == kind)
}

/// The sequences of a text with the labels that its names allow. Types that the corpus does not mark are marked by
/// `guess`.
fn sequences(kit: &Entities, text: &NamedText, guess: Option<&Tagger>) -> Vec<PartialExample> {
    let document = Document::new(&text.text);
    let bare = kit.bare(&document);
    let label = |kind: usize, begins: bool| 1_u64 << (2 * kind + if begins { 1 } else { 2 });
    let mut allowed = vec![1_u64; bare.len()];
    let marked: Vec<usize> = text.types.iter().filter_map(|name| kind(name)).collect();
    for one in guess.map(|tagger| kit.tag(&document, tagger)).unwrap_or_default() {
        let of = TYPES.iter().position(|&kind| kind == one.kind).unwrap_or(0);
        for token in one.tokens.clone().filter(|_| !marked.contains(&of)) {
            allowed[token] = label(of, token == one.tokens.start);
        }
    }
    for (span, name) in &text.names {
        let covered = || document.tokens_in(*span).filter(|&token| bare[token].overlaps(*span));
        let Some(of) = kind(name) else { continue };
        let first = covered().next();
        for token in covered() {
            let begins = Some(token) == first;
            allowed[token] = label(of, begins);
        }
    }
    let example = |features: Vec<Vec<u32>>, allowed: &[u64]| {
        let mut example = PartialExample { allowed: allowed.to_vec(), ..PartialExample::default() };
        for features in features {
            example.features.extend(features);
            example.ends.push(example.features.len() as u32);
        }
        example
    };
    kit.features(&document).into_iter().map(|one| example(one.features, &allowed[one.tokens])).collect()
}

/// The text with capitals after certain bytes.
fn cased(text: &NamedText, capital: impl Fn(u8) -> bool) -> NamedText {
    let mut before = b' ';
    let cased = text.text.chars().map(|c| {
        let letter = if c.is_ascii() && capital(before) { c.to_ascii_uppercase() } else { c };
        // No word begins with an apostrophe.
        before = if c.is_ascii() && c != '\'' { c as u8 } else { b'a' };
        letter
    });
    NamedText { text: cased.collect(), ..text.clone() }
}

/// The sequences of a text in which something was changed at these bytes.
fn touched(kit: &Entities, text: &NamedText, changed: &[usize]) -> Vec<PartialExample> {
    let document = Document::new(&text.text);
    let changed = document.sentences().iter().map(|sentence| {
        let next = changed.partition_point(|&at| at <= sentence.span.start());
        changed.get(next).is_some_and(|&at| at < sentence.span.end())
    });
    let all = sequences(kit, text, None).into_iter().zip(changed);
    all.filter(|(_, changed)| *changed).map(|(example, _)| example).collect()
}

/// Fits a model with a row for every feature that is frequent enough, and keeps the rows that matter most.
fn fit(examples: &[PartialExample], settings: &Settings, words: &'static str) -> Rows {
    let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
    examples.iter().flat_map(|one| &one.features).for_each(|&feature| *counts.entry(feature).or_default() += 1);
    let mut kept: Vec<(u32, u32)> = counts.into_iter().filter(|(_, count)| *count >= MIN_COUNT).collect();
    kept.sort_unstable();
    let transitions: Vec<u32> = (0..=LABELS).map(Entities::transition).collect();
    kept.extend(transitions.iter().map(|&transition| (transition, u32::MAX)));
    // Every feature has a row of its own in the table of weights.
    let places = kept.iter().enumerate().map(|(at, &(feature, _))| (feature, (at * LABELS) as u32));
    let places: FxHashMap<u32, u32> = places.collect();
    let placed: Vec<PartialExample> =
        examples.iter().map(|example| example.map(|one| places.get(&one).copied())).collect();
    let moves: Vec<u32> = transitions.iter().map(|transition| places[transition]).collect();
    let bits = usize::BITS - (kept.len() * LABELS).leading_zeros();
    let bar = bar(words, settings.epochs);
    let model = PartialChain::fit(&placed, &moves, &Settings { bits, ..*settings }, || bar.inc(1));
    bar.finish();
    most_important(&model, &kept)
}

/// The model with the rows of the features that matter most. The last ones of `kept` are the transitions, which all
/// stay.
fn most_important(model: &Linear, kept: &[(u32, u32)]) -> Rows {
    let row = |at: usize| {
        let mut row = [0; LABELS];
        model.add(&[(at * LABELS) as u32], &mut row);
        row.map(|weight| weight as i8)
    };
    let rows: Vec<[i8; LABELS]> = (0..kept.len()).map(row).collect();
    let worth = |at: usize| {
        let squares: u32 = rows[at].iter().map(|&weight| u32::from(weight.unsigned_abs()).pow(2)).sum();
        let transition = at + LABELS + 1 >= kept.len();
        if transition { u64::MAX } else { u64::from(squares) * u64::from(kept[at].1.min(MAX_COUNT)) }
    };
    let mut order: Vec<usize> = (0..kept.len()).filter(|&at| rows[at].iter().any(|&weight| weight != 0)).collect();
    order.sort_by_cached_key(|&at| (std::cmp::Reverse(worth(at)), std::cmp::Reverse(kept[at].1), at));
    Rows::new(LABELS, BUCKET_BITS, model.scale(), order.iter().map(|&at| (kept[at].0, rows[at].as_slice())))
}

/// The figures of a tagger on texts that mark persons, organisations and places.
fn score(kit: &Entities, tagger: &Tagger, texts: &[NamedText]) -> String {
    let names = ["PERSON", "ORG", "LOC"];
    let mut counts = [[0_usize; 3]; 3];
    for text in texts {
        let document = Document::new(&text.text);
        let bare = kit.bare(&document);
        let found: Vec<(Span, &str)> = kit
            .tag(&document, tagger)
            .into_iter()
            .filter_map(|one| {
                let span = Span::new(bare[one.tokens.start].start(), bare[one.tokens.end - 1].end());
                match one.kind {
                    EntityType::Person => Some((span, "PERSON")),
                    EntityType::Organization => Some((span, "ORG")),
                    EntityType::Place | EntityType::Facility => Some((span, "LOC")),
                    _ => None,
                }
            })
            .collect();
        for (counts, name) in counts.iter_mut().zip(names) {
            let marked: Vec<Span> = text.names.iter().filter(|one| one.1 == name).map(|one| one.0).collect();
            let found = || found.iter().filter(|one| one.1 == name);
            counts[0] += found().filter(|one| marked.contains(&one.0)).count();
            counts[1] += found().count();
            counts[2] += marked.len();
        }
    }
    let f1 = |[right, found, marked]: [usize; 3]| 200.0 * right as f64 / (found + marked).max(1) as f64;
    let sum = counts.iter().fold([0; 3], |sum, one| std::array::from_fn(|i| sum[i] + one[i]));
    let each: Vec<String> = names.iter().zip(counts).map(|(name, one)| format!("{name} {:.1}", f1(one))).collect();
    format!("F1 {:.2}; {}", f1(sum), each.join(", "))
}
