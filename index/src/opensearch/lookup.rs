//! Looks up entities by name in the blocks of the articles: [`crate::lookup`] tells how a word may be found, and what that
//! earns.
//!
//! What is known of an entity is spread over its articles. So the cluster is asked three times, in one state:
//!
//! 1. which entities have a block that may be meant, best fitting blocks first ([`Asked::candidates`]);
//! 2. for each of these, which of the conditions any of its blocks meets, and its figures ([`Asked::figures`]);
//! 3. all that is known of those on the page ([`super::entity`]).
//!
//! What an entity must not have, and what its words earn together, can only be told of all its blocks: a name may be
//! complete in one article and short in another. So the first request leaves out neither, and the second decides.
//!
//! At most [`CANDIDATES`] entities are looked at. Of a name that more bear, those in most articles are found, and the
//! total is a lower bound; whoever bears the very name that was asked for is not crowded out by others.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use sayso_document::EntityType;
use serde_json::{Map, Value, json};

use super::OpenSearch;
use super::compile::{all_of, any_of, nothing, terms};
use super::entity;
use super::fault::count;
use super::misspelt::{beginning_like, within_edits};
use super::page::{After, Place};
use super::pages::Read;
use super::view::View;
use crate::article::type_word;
use crate::digest::{hash, query_hash};
use crate::lookup::{BODIES, Way, best_wording, ways, whole_score};
use crate::name::{AskedName, Part, initial};
use crate::query::EntityQuery;
use crate::{EntityHit, Interrupt, Page, Result, Total};

/// The most entities that are looked at for a name.
pub(super) const CANDIDATES: usize = 10_000;

/// A way in which an entity may be found, as conditions on its blocks, by their numbers.
struct Found {
    /// Each of these must hold for a block of the entity.
    needs: Vec<usize>,
    /// This must hold for none.
    lacks: Option<usize>,
    /// What it earns.
    earns: f32,
}

/// The ways to find one word.
struct Sought {
    /// The best of them counts. The first is that the names have the word as it is.
    ways: Vec<Found>,
    /// Whether the entity must have it in one of the ways.
    required: bool,
    /// Whether it tells who is meant at all: an honorific alone does not.
    telling: bool,
}

/// What is looked for.
#[derive(Default)]
pub(super) struct Asked {
    /// Queries for blocks, each once.
    conditions: Vec<Value>,
    /// What the name consists of, and the name as a whole.
    words: Vec<Sought>,
    /// Any of these types; empty does not filter.
    kinds: Vec<EntityType>,
}

/// An entity that was found.
pub(super) struct Fit {
    /// Its id.
    pub(super) id: String,
    /// What its words earn together.
    pub(super) score: f32,
    /// How many articles mention it.
    pub(super) articles: u64,
    /// How many mentions it has.
    mentions: u64,
}

/// Entities whose blocks may be meant.
pub(super) struct Candidates {
    /// Their ids, those that fit best first.
    pub(super) ids: Vec<String>,
    /// Whether there are no others.
    all: bool,
}

impl Asked {
    /// A name. None if it has no words to look for.
    fn name(name: &str, kinds: &[EntityType]) -> Option<Self> {
        let asked = AskedName::read(name);
        let mut this = Self { kinds: kinds.to_vec(), ..Self::default() };
        for (at, word) in asked.words.iter().enumerate() {
            let last = at + 1 == asked.words.len();
            let ways = ways(word, last).into_iter().map(|(way, earns)| this.found(way, earns, &asked)).collect();
            let telling = matches!(word.part, Part::Full | Part::Initials(_));
            this.words.push(Sought { ways, required: word.part != Part::Filler, telling });
        }
        if asked.words.is_empty() {
            return name.trim().is_empty().then_some(this);
        }
        let whole = |key: &String| {
            let needs = vec![this.condition(terms("entities.whole".into(), [key.as_str()]))];
            Found { needs, lacks: None, earns: whole_score(key) }
        };
        let ways = asked.wholes().iter().map(whole).collect();
        this.words.push(Sought { ways, required: false, telling: false });
        Some(this)
    }

    /// Words of names, each of which must be found in its way.
    pub(super) fn words(ways: &[Way<'_>], kinds: &[EntityType]) -> Self {
        let nobody = AskedName { words: Vec::new() };
        let mut this = Self { kinds: kinds.to_vec(), ..Self::default() };
        for &way in ways {
            let ways = vec![this.found(way, 0.0, &nobody)];
            this.words.push(Sought { ways, required: true, telling: true });
        }
        this
    }

    /// The number of a condition.
    fn condition(&mut self, condition: Value) -> usize {
        let known = self.conditions.iter().position(|one| *one == condition);
        known.unwrap_or_else(|| {
            self.conditions.push(condition);
            self.conditions.len() - 1
        })
    }

    /// A way to find a word, as conditions.
    fn found(&mut self, way: Way<'_>, earns: f32, asked: &AskedName) -> Found {
        let kinds = |kinds: &[EntityType]| terms("entities.kind".into(), kinds.iter().map(|&kind| type_word(kind)));
        let spelt = |field: &str, spellings: &[String]| {
            terms(format!("entities.{field}"), spellings.iter().map(String::as_str))
        };
        let begun = |field: &str, word: &str| json!({ "prefix": { field: { "value": word } } });
        let letters = |letters: &[char]| -> Vec<Value> {
            let one = |letter: &char| terms("entities.initial".into(), [letter.to_string()]);
            letters.iter().map(one).collect()
        };
        let full: Vec<&str> = asked.full().collect();
        let (mut needs, mut lacks) = (Vec::new(), None);
        match way {
            Way::Name(spellings) => needs.push(spelt("names", spellings)),
            Way::Title(spellings) => needs.push(spelt("titles", spellings)),
            Way::BegunName(word, 0) => needs.push(begun("entities.names", word)),
            Way::BegunName(word, edits) => needs.push(beginning_like("entities.names", word, edits)),
            Way::BegunTitle(word) => needs.push(begun("entities.titles", word)),
            Way::Alike(word, edits) => needs.push(within_edits("entities.names", word, edits)),
            Way::Begins(alone) if full.is_empty() => needs = letters(alone),
            Way::Begins(beside) => needs.extend(beside.iter().map(|&letter| {
                let pairs = full.iter().map(|word| initial(letter, word));
                terms("entities.initial".into(), pairs)
            })),
            Way::BeginsBesideErrors(alone) => {
                needs = letters(alone);
                lacks = (!full.is_empty()).then(|| terms("entities.names".into(), full));
            }
            Way::Person => needs.push(kinds(&[EntityType::Person])),
            Way::Body => needs.push(kinds(&BODIES)),
        }
        let needs = needs.into_iter().map(|one| self.condition(one)).collect();
        Found { needs, lacks: lacks.map(|one| self.condition(one)), earns }
    }

    /// Blocks that have a word in one of the first so many ways.
    fn blocks_with(&self, word: &Sought, ways: usize) -> Value {
        let needed = |way: &Found| all_of(way.needs.iter().map(|&number| self.conditions[number].clone()).collect());
        match &word.ways[..ways.min(word.ways.len())] {
            [] => nothing(),
            [way] => needed(way),
            ways => any_of(&ways.iter().map(needed).collect::<Vec<_>>()),
        }
    }

    /// Which blocks may be those of who is meant: with all words as they are, with all words, with any word.
    fn tiers(&self) -> [Value; 3] {
        let telling = || self.words.iter().filter(|word| word.telling);
        let exact = telling().map(|word| self.blocks_with(word, 1)).collect();
        let each: Vec<Value> = telling().map(|word| self.blocks_with(word, usize::MAX)).collect();
        let any = if each.is_empty() { all_of(Vec::new()) } else { any_of(&each) };
        let kinds = |blocks: Value| match self.kinds.is_empty() {
            true => blocks,
            false => {
                all_of(vec![blocks, terms("entities.kind".into(), self.kinds.iter().map(|&kind| type_word(kind)))])
            }
        };
        [all_of(exact), all_of(each), any].map(kinds)
    }

    /// Articles with blocks that may be meant, and how those blocks are counted.
    pub(super) fn request(&self, most: usize) -> (Value, Value) {
        let tiers = self.tiers();
        let articles = json!({ "nested": { "path": "entities", "query": tiers[2] } });
        let ids = json!({ "ids": { "terms": { "field": "entities.id", "size": most } } });
        let counted = tiers.iter().enumerate();
        let counted = counted.map(|(tier, blocks)| (tier.to_string(), json!({ "filter": blocks, "aggs": ids })));
        let counted = json!({ "nested": { "path": "entities" }, "aggs": Map::from_iter(counted) });
        (all_of(vec![articles]), counted)
    }

    /// The entities that were counted, those that fit best first, at most so many. Each is told once, in the best tier
    /// that it is in.
    pub(super) fn candidates(counted: &Value, most: usize) -> Result<Candidates> {
        let (mut ids, mut known) = (Vec::new(), BTreeSet::new());
        let mut all = true;
        for tier in ["0", "1", "2"].map(|tier| &counted[tier]["ids"]) {
            for bucket in tier["buckets"].as_array().into_iter().flatten() {
                let id = bucket["key"].as_str().unwrap_or_default();
                if known.insert(id) {
                    ids.push(id.to_owned());
                }
            }
            all = count(&tier["sum_other_doc_count"])? == 0;
        }
        all &= ids.len() <= most;
        ids.truncate(most);
        Ok(Candidates { ids, all })
    }

    /// Those of these entities that are meant, the likeliest first. Among equal scores, those in more articles come first,
    /// then those with more mentions; a number made from the id breaks ties, as in the embedded engine.
    pub(super) fn figures(&self, ask: entity::Ask<'_>, ids: &[String]) -> Result<Vec<Fit>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let filters = self.conditions.iter().enumerate();
        let mut met: Map<String, Value> =
            filters.map(|(number, condition)| (number.to_string(), json!({ "filter": condition }))).collect();
        met.insert("articles".into(), json!({ "reverse_nested": {} }));
        met.insert("mentions".into(), json!({ "sum": { "field": "entities.mentions" } }));
        let found = ask(entity::asked(ids, &Value::Object(met)))?;
        let buckets = found.pointer("/aggregations/blocks/its/ids/buckets").and_then(Value::as_array);
        let mut fits = Vec::new();
        for bucket in buckets.into_iter().flatten() {
            let Some(score) = self.score(bucket) else { continue };
            fits.push(Fit {
                id: bucket["key"].as_str().unwrap_or_default().to_owned(),
                score,
                articles: count(&bucket["articles"]["doc_count"])?,
                mentions: bucket["mentions"]["value"].as_f64().unwrap_or(0.0) as u64,
            });
        }
        fits.sort_by(|a, b| {
            let figures = |fit: &Fit| (Reverse(fit.articles), Reverse(fit.mentions), hash(&fit.id));
            b.score.total_cmp(&a.score).then_with(|| figures(a).cmp(&figures(b)))
        });
        Ok(fits)
    }

    /// What an entity earns. None if it lacks a word that it must have.
    fn score(&self, bucket: &Value) -> Option<f32> {
        let has = |number: &usize| bucket[number.to_string()]["doc_count"].as_u64().is_some_and(|count| count > 0);
        let found = |way: &&Found| way.needs.iter().all(has) && !way.lacks.iter().any(has);
        let mut sum = 0.0;
        for word in &self.words {
            let best = word.ways.iter().filter(found).map(|way| way.earns).reduce(f32::max);
            match best {
                None if word.required => return None,
                best => sum += best.unwrap_or(0.0),
            }
        }
        Some(sum)
    }
}

impl OpenSearch {
    /// Entities that match, the likeliest first.
    pub(super) fn find_entities(&self, query: &EntityQuery, interrupt: &Interrupt) -> Result<Page<EntityHit>> {
        let hash = query_hash(&("entities", &query.name, &query.kinds));
        self.page(hash, &query.page, interrupt, |view, after| entities(view, query, after))
    }
}

/// A page of entities. Each page looks all of them up again, in the same state, and begins after as many as the pages
/// before it had.
fn entities(view: &View<'_>, query: &EntityQuery, after: Option<&After>) -> Result<Read<EntityHit>> {
    let Some(asked) = Asked::name(&query.name, &query.kinds) else {
        let seq = view.search(json!({ "size": 0, "aggs": { "seq": { "max": { "field": "seq" } } } }))?;
        let seq = seq["aggregations"]["seq"]["value"].as_f64().unwrap_or(0.0) as u64;
        let total = Total { count: 0, exact: true };
        return Ok(Read { hits: Vec::new(), more: None, total, seq, facets: Vec::new() });
    };
    let ask = |body: Value| view.search(body);
    let (articles, blocks) = asked.request(CANDIDATES);
    let newest = json!({ "global": {}, "aggs": { "seq": { "max": { "field": "seq" } } } });
    let found = ask(json!({ "size": 0, "query": articles, "aggs": { "blocks": blocks, "all": newest } }))?;
    let candidates = Asked::candidates(&found["aggregations"]["blocks"], CANDIDATES)?;
    let fits = asked.figures(&ask, &candidates.ids)?;
    let start = after.map_or(0, |after| after.place.ordinal as usize).min(fits.len());
    let told = &fits[start..fits.len().min(start.saturating_add(query.page.size.max(1)))];
    let mut known = entity::records(&ask, &told.iter().map(|fit| fit.id.clone()).collect::<Vec<_>>())?;
    let name = AskedName::read(&query.name);
    let mut hits = Vec::with_capacity(told.len());
    for fit in told {
        let Some(entity) = known.remove(&fit.id) else { continue };
        let (matched, matched_by) = best_wording(&entity, &name);
        hits.push(EntityHit { entity, matched, matched_by, score: fit.score });
    }
    let end = start + told.len();
    let more = (end < fits.len()).then_some(Place { value: None, seq: 0, ordinal: end as u32 });
    let seq = found["aggregations"]["all"]["seq"]["value"].as_f64().unwrap_or(0.0) as u64;
    let total = Total { count: fits.len() as u64, exact: candidates.all };
    Ok(Read { hits, more, total, seq, facets: Vec::new() })
}
