//! How a word may have been meant, and which words tell a text apart: [`crate::spelling`] decides, and the dictionaries of
//! the shards are asked.
//!
//! Both count words in sentences and quotes that were replaced or deleted and are still in the files, as the embedded
//! engine does. Each shard names at most [`NEAR`] words, the nearest first. A word that is two edits away is found only
//! if it begins with the same letter; the embedded engine finds others, too.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::OpenSearch;
use super::compile::{Blocks, Compiler};
use super::view::check_whole;
use crate::query::SpellingQuery;
use crate::spelling::{Misspelt, Telling, frequent};
use crate::{Error, ErrorKind, Interrupt, Result, Spelling};

/// The most words that a shard names.
const NEAR: usize = 1_000;

/// A word may be misspelt however frequent it is.
const HOWEVER_FREQUENT: u32 = 1_000_000_000;

/// What the cluster calls a dictionary's count of the documents with a word, and of all of them, where it explains a
/// score.
const WITH_WORD: &str = "n, number of documents containing term";
const WITH_FIELD: &str = "N, total number of documents with field";

impl OpenSearch {
    /// Words of the index that this one may be a misspelling of.
    pub(super) fn find_spellings(&self, query: &SpellingQuery, interrupt: &Interrupt) -> Result<Vec<Spelling>> {
        interrupt.check()?;
        let blocks = if query.quotes { Blocks::Quotes } else { Blocks::Sentences };
        let field = Compiler { blocks, names: &|_| Ok(Vec::new()) }.exact(query.field);
        let (Some(misspelt), Some(field)) = (Misspelt::of(query), field) else { return Ok(Vec::new()) };
        let near = json!({ "text": misspelt.word, "term": {
            "field": field,
            "max_edits": misspelt.edits,
            "string_distance": "internal",
            "prefix_length": 0,
            "min_word_length": 1,
            "accuracy": 0.01,
            "suggest_mode": "always",
            "max_term_freq": HOWEVER_FREQUENT,
            "size": NEAR,
            "shard_size": NEAR,
        } });
        let found = self.search_now(json!({ "size": 0, "suggest": { "near": near } }), interrupt)?;
        let options = found.pointer("/suggest/near/0/options").and_then(Value::as_array);
        let told = |word: &Value| Some((word["text"].as_str()?.to_owned(), word["freq"].as_u64()?));
        Ok(misspelt.ranked(options.into_iter().flatten().filter_map(told).collect(), query.most))
    }

    /// The words that tell a text apart, best first.
    ///
    /// The cluster tells how many sentences have a word where it explains a score. So for each word one sentence is
    /// asked for, whichever is found first, all words in one request.
    pub(super) fn find_telling_words(&self, text: &str, most: usize, interrupt: &Interrupt) -> Result<Vec<String>> {
        interrupt.check()?;
        let frequent = frequent(text);
        if frequent.is_empty() {
            return Ok(Vec::new());
        }
        let mut lines = Vec::new();
        for (word, _) in &frequent {
            let sentence = json!({ "term": { Blocks::Sentences.field("text_exact"): word } });
            let asked = json!({
                "size": 1, "explain": true, "terminate_after": 1, "track_total_hits": false, "_source": false,
                "query": { "nested": { "path": Blocks::Sentences.path(), "query": sentence } },
            });
            lines.extend(format!("{{}}\n{asked}\n").into_bytes());
        }
        let path = format!("{}/_msearch?search_type=dfs_query_then_fetch", self.places.articles);
        let found = self.client.bulk(&path, lines, interrupt)?;
        let replies = found["responses"].as_array().map_or(&[][..], Vec::as_slice);
        let mut counts = BTreeMap::new();
        let mut all = 0;
        for ((word, count), reply) in frequent.into_iter().zip(replies) {
            interrupt.check()?;
            if let Some(why) = reply["error"]["reason"].as_str() {
                let message = format!("the cluster does not tell how frequent a word is: {why}");
                return Err(Error::new(ErrorKind::Unreachable, message));
            }
            check_whole(reply)?;
            let explained = &reply["hits"]["hits"][0]["_explanation"];
            if explained.is_null() {
                continue;
            }
            let (Some(with_word), Some(sentences)) = (figure(explained, WITH_WORD), figure(explained, WITH_FIELD))
            else {
                let message = "the cluster does not tell how frequent a word is: it explains scores in other words than OpenSearch 3";
                return Err(Error::new(ErrorKind::Unreachable, message));
            };
            all = sentences;
            counts.insert(word, (count, with_word));
        }
        let mut telling = Telling::new(all);
        counts.into_iter().for_each(|(word, (count, elsewhere))| telling.offer(word, count, elsewhere));
        Ok(telling.best(most))
    }
}

/// A figure of an explanation.
fn figure(explained: &Value, what: &str) -> Option<u64> {
    if explained["description"].as_str().is_some_and(|said| said.starts_with(what)) {
        return explained["value"].as_u64();
    }
    explained["details"].as_array()?.iter().find_map(|part| figure(part, what))
}
