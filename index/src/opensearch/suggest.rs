//! Completes what somebody types: [`crate::completion`] tells what is found and shown.
//!
//! Two or three requests answer a keystroke: one finds entities and counts phrases, one looks at the entities, and one
//! names those that are shown. They may see different states. Only where nothing is found, the words are looked for
//! with typing errors.
//!
//! At most [`ENTITIES`] entities are looked at, those in most articles; and of headlines that begin nearly like what is
//! typed, the [`PHRASES`] most frequent phrases. Beginnings of more than some 40 letters may have one typing error, not two.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::OpenSearch;
use super::compile::{any_of, nothing};
use super::entity;
use super::fault::count;
use super::lookup::{Asked, Fit};
use super::misspelt::{beginning_like, literal};
use crate::alike::Alike;
use crate::article::type_of;
use crate::completion::{self, candidates, chosen, looked_at, phrase_errors, ways};
use crate::query::SuggestQuery;
use crate::{EntityId, EntitySuggestion, Interrupt, PhraseSuggestion, Result, Suggestions};

/// The most entities that are looked at.
const ENTITIES: usize = 1_000;

/// The most phrases that are counted of headlines that begin nearly like what is typed.
const PHRASES: usize = 2_000;

/// The phrases of headlines.
const PHRASE: &str = "whole.title_phrase";

impl OpenSearch {
    /// How what is typed may go on.
    pub(super) fn complete(&self, query: &SuggestQuery, interrupt: &Interrupt) -> Result<Suggestions> {
        interrupt.check()?;
        completion::complete(query, |words, errors| self.completions(words, query, errors, interrupt))
    }

    /// Entities and phrases, whose words may have typing errors.
    fn completions(
        &self,
        words: &[String],
        query: &SuggestQuery,
        errors: bool,
        interrupt: &Interrupt,
    ) -> Result<Suggestions> {
        let ask = |body: Value| self.search_now(body, interrupt);
        let asked = Asked::words(&ways(words, errors), &query.kinds);
        let (named, blocks) = asked.request(ENTITIES);
        let begun = words.join(" ");
        let (titled, phrases) = begun_phrases(&begun, query.most, errors);
        let found = ask(json!({
            "size": 0,
            "query": { "bool": { "filter": [any_of(&[named, titled])] } },
            "aggs": { "blocks": blocks, "phrases": phrases },
        }))?;
        let ids = Asked::candidates(&found["aggregations"]["blocks"], ENTITIES)?.ids;
        let mut fits = asked.figures(&ask, &ids)?;
        fits.truncate(query.most);
        let entities = named_entities(&ask, fits)?;
        let mut counts = counts(&found["aggregations"]["phrases"]["texts"])?;
        if errors {
            let alike = phrase_errors(&begun).map(|edits| Alike::beginning(&begun, edits));
            counts.retain(|text, _| alike.as_ref().is_some_and(|alike| alike.edits(text.as_bytes()).is_some()));
        }
        let phrases = candidates(counts, query.most).into_iter();
        let phrases = phrases.map(|(headlines, text)| PhraseSuggestion { text, headlines }).collect();
        Ok(Suggestions { entities, phrases: chosen(phrases, query.most) })
    }
}

/// The articles with phrases that begin like this, and how the phrases are counted.
fn begun_phrases(begun: &str, most: usize, errors: bool) -> (Value, Value) {
    let titled = match (errors, phrase_errors(begun)) {
        (false, _) => json!({ "prefix": { PHRASE: { "value": begun } } }),
        (true, Some(edits)) => beginning_like(PHRASE, begun, edits),
        (true, None) => nothing(),
    };
    // Values of the articles found, not of all: for a list of all that there are, each refresh would cost a while.
    let mut texts = json!({ "field": PHRASE, "execution_hint": "map" });
    if errors {
        texts["size"] = PHRASES.into();
    } else {
        texts["include"] = format!("{}.*", literal(begun)).into();
        texts["size"] = looked_at(most).into();
        texts["shard_size"] = looked_at(most).max(PHRASES).into();
    }
    let counted = json!({ "filter": titled, "aggs": { "texts": { "terms": texts } } });
    (titled, counted)
}

/// The phrases that were counted.
fn counts(counted: &Value) -> Result<BTreeMap<String, u64>> {
    let buckets = counted["buckets"].as_array().into_iter().flatten();
    buckets.map(|one| Ok((one["key"].as_str().unwrap_or_default().to_owned(), count(&one["doc_count"])?))).collect()
}

/// Entities with their names. One that no article mentions any more is left out.
fn named_entities(ask: entity::Ask<'_>, fits: Vec<Fit>) -> Result<Vec<EntitySuggestion>> {
    let mut names = entity::names(ask, &fits.iter().map(|fit| fit.id.clone()).collect::<Vec<_>>())?;
    let mut entities = Vec::with_capacity(fits.len());
    for fit in fits {
        let kind = fit.id.split('/').next().and_then(type_of);
        let name = names.remove(&fit.id);
        if let (Some(id), Some(name), Some(kind)) = (EntityId::parse(&fit.id), name, kind) {
            entities.push(EntitySuggestion { id, name, kind, articles: fit.articles });
        }
    }
    Ok(entities)
}
