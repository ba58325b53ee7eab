//! Which entities a filter by name means: looked up in the blocks of entities, and chosen by [`crate::meant`].
//!
//! What is known of an entity is spread over its articles. So the cluster says for each entity which of the words its
//! blocks have, and how they add up is told here.

use sayso_document::EntityType;
use serde_json::{Map, Value, json};

use super::compile::{all_of, any_of, nothing, terms};
use super::view::View;
use crate::Result;
use crate::article::type_word;
use crate::lookup::BODIES;
pub(super) use crate::meant::Bearing;
use crate::meant::{NAMED, TITLED, Tiers};
use crate::name::{AskedName, AskedWord, Part, initial};
use crate::query::Who;

/// The most entities that are looked at for a name: those in most articles.
const CANDIDATES: usize = 10_000;

/// Looks up names in one state of the cluster. A query looks up each of its names before it is compiled, since the ids
/// are part of it.
pub(super) struct Names<'a> {
    /// The state.
    pub(super) view: &'a View<'a>,
}

impl Names<'_> {
    /// The ids of the entities that a selector means.
    pub(super) fn ids_of(&self, who: &Who, bearing: Bearing) -> Result<Vec<String>> {
        match who {
            Who::Id(id) => Ok(vec![id.as_str().to_owned()]),
            Who::Named(name) => self.ids_named(name, bearing),
        }
    }

    /// The entities that these words mean best; those of most articles first.
    pub(super) fn ids_named(&self, name: &str, bearing: Bearing) -> Result<Vec<String>> {
        let asked = AskedName::read(name);
        let Some(mut tiers) = Tiers::of(&asked, bearing) else { return Ok(Vec::new()) };
        let words: Vec<(&AskedWord, Vec<Way>)> = asked
            .words
            .iter()
            .filter(|word| word.part != Part::Filler)
            .map(|word| (word, ways(word, &asked)))
            .collect();
        let buckets = self.candidates(&words)?;
        let matching: Vec<(f32, &Value)> =
            buckets.iter().filter_map(|bucket| Some((score(&words, bucket)?, bucket))).collect();
        let speakers = match bearing {
            Bearing::Name => Vec::new(),
            Bearing::NameOrTitle => self.speaking(matching.iter().filter_map(|(_, bucket)| bucket["key"].as_str()))?,
        };
        for (score, bucket) in matching {
            let id = bucket["key"].as_str().unwrap_or_default();
            let articles = bucket["doc_count"].as_u64().unwrap_or_default();
            tiers.offer(score, speakers.iter().any(|speaker| speaker == id), (articles, id.to_owned()));
        }
        Ok(tiers.best().into_iter().map(|(_, id)| id).collect())
    }

    /// The entities of which a block has any of the words, and which of them.
    fn candidates(&self, words: &[(&AskedWord, Vec<Way>)]) -> Result<Vec<Value>> {
        let required = words.iter().filter(|(word, _)| matches!(word.part, Part::Full | Part::Initials(_)));
        let mut any: Vec<Value> = required.flat_map(|(_, ways)| ways).map(|way| way.found.clone()).collect();
        if any.is_empty() {
            any = words.iter().flat_map(|(_, ways)| ways).map(|way| way.found.clone()).collect();
        }
        let mut found = Map::new();
        for (at, (_, ways)) in words.iter().enumerate() {
            for (way, one) in ways.iter().enumerate() {
                found.insert(format!("{at}-{way}"), json!({ "filter": one.found }));
            }
        }
        // "May" means the person, not the month.
        let times = terms("entities.kind".into(), [EntityType::Date, EntityType::Money].map(type_word));
        let filter = json!({ "bool": { "filter": [any_of(&any)], "must_not": [times] } });
        let ids = json!({ "terms": { "field": "entities.id", "size": CANDIDATES }, "aggs": found });
        let entities = self.count(filter, ids)?;
        Ok(entities["buckets"].as_array().cloned().unwrap_or_default())
    }

    /// Those of these entities that speak in some quote.
    fn speaking<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Result<Vec<String>> {
        let ids: Vec<&str> = ids.collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let size = ids.len();
        let speaks = json!({ "range": { "entities.quotes": { "gt": 0 } } });
        let filter = all_of(vec![terms("entities.id".into(), ids), speaks]);
        let found = self.count(filter, json!({ "terms": { "field": "entities.id", "size": size } }))?;
        let buckets = found["buckets"].as_array().map_or(&[][..], Vec::as_slice);
        Ok(buckets.iter().filter_map(|bucket| bucket["key"].as_str().map(str::to_owned)).collect())
    }

    /// Counts blocks of entities that pass a filter.
    fn count(&self, filter: Value, counted: Value) -> Result<Value> {
        let blocks = json!({ "nested": { "path": "entities" }, "aggs": {
            "passing": { "filter": filter, "aggs": { "counted": counted } },
        } });
        let mut found = self.view.search(json!({ "size": 0, "aggs": { "blocks": blocks } }))?;
        Ok(found["aggregations"]["blocks"]["passing"]["counted"].take())
    }
}

/// One way in which a word may belong to an entity.
struct Way {
    /// The blocks that have it in this way.
    found: Value,
    /// What it earns.
    score: f32,
}

/// The ways in which a word may belong to an entity.
fn ways(word: &AskedWord, asked: &AskedName) -> Vec<Way> {
    let spelt = |field: &str, score| Way { found: terms(format!("entities.{field}"), word.spellings.clone()), score };
    let kinds = |kinds: &[EntityType]| Way {
        found: terms("entities.kind".into(), kinds.iter().map(|&kind| type_word(kind))),
        score: 0.0,
    };
    match &word.part {
        Part::Filler => Vec::new(),
        Part::Honorific => vec![spelt("names", TITLED), spelt("titles", TITLED), kinds(&[EntityType::Person])],
        Part::LegalForm => vec![spelt("names", 0.0), kinds(&BODIES)],
        Part::Middle(letters) => vec![
            spelt("names", TITLED),
            spelt("titles", TITLED),
            Way { found: begins(letters, asked), score: TITLED },
            kinds(&[EntityType::Person]),
        ],
        // A letter alone would mean everybody whose name has it.
        Part::Initials(letters) if asked.full().next().is_some() => {
            vec![spelt("names", NAMED), spelt("titles", 0.0), Way { found: begins(letters, asked), score: NAMED }]
        }
        Part::Full | Part::Initials(_) => vec![spelt("names", NAMED), spelt("titles", 0.0)],
    }
}

/// Persons in whose names each of these letters begins a word beside one that was asked for. Without such a word, the
/// letters are all that is known of the name.
fn begins(letters: &[char], asked: &AskedName) -> Value {
    let beside = |letter: char| {
        let pairs: Vec<String> = asked.full().map(|word| initial(letter, word)).collect();
        let known = if pairs.is_empty() { vec![letter.to_string()] } else { pairs };
        terms("entities.initial".into(), known)
    };
    match letters {
        [] => nothing(),
        letters => all_of(letters.iter().map(|&letter| beside(letter)).collect()),
    }
}

/// What an entity earns by these words. None if it lacks one of them.
fn score(words: &[(&AskedWord, Vec<Way>)], bucket: &Value) -> Option<f32> {
    let mut sum = 0.0;
    for (at, (_, ways)) in words.iter().enumerate() {
        let has = |way: usize| bucket[format!("{at}-{way}")]["doc_count"].as_u64().is_some_and(|count| count > 0);
        let earned = ways.iter().enumerate().filter(|&(way, _)| has(way)).map(|(_, way)| way.score);
        sum += earned.reduce(f32::max)?;
    }
    Some(sum)
}
