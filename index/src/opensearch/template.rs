//! The index of articles on the cluster: its settings, and how each field is indexed.
//!
//! An article is one document with blocks in it, which OpenSearch calls nested: its `sentences`, its `quotes` and its
//! `entities`. A cluster replaces or deletes a document with all its blocks at once, so no reader finds sentences of two
//! versions, whichever shard or copy answers. Documents of their own, each with a revision that readers check, would
//! have to be cleaned up after a node that died between two bulks, and every search would look for more than a page.
//!
//! Each sentence and quote has a copy of what is known of its article, as in the embedded engine, so that a query such
//! as `ferry -title:strike` is answered within one block and scores as it does there. Compared with looking at the
//! article and the block apart, that takes room in the index and spares a join of scores that OpenSearch does not have.
//! The article's own copy is under `whole`; filters of articles look there.
//!
//! Words come ready from [`super::tokens`]. Blocks are indexed and not kept: all of them can be made anew from the
//! records of the head. So a document is always written whole.

use serde_json::{Map, Value, json};

use super::document::FORMS;
use super::head;

/// What is indexed and not kept.
const NOT_KEPT: [&str; 4] = ["whole", "sentences", "quotes", "entities"];

/// OpenSearch skips longer values, because Lucene refuses a document with a word of more than 32,766 bytes. So many
/// characters are never more.
const LONGEST_VALUE: u32 = 8_191;

/// The most sentences, quotes and entities of an article. A body of the greatest size has no more.
const MOST_BLOCKS: u32 = 10_000_000;

/// The most hits of a page within one article; above any size of a page.
const MOST_HITS: u32 = 10_000;

/// Forms of words may take more characters than words of a query do.
const LONGEST_FORM: u32 = 10_000;

/// The longest word with all its forms, in characters.
const LONGEST_WORD: u32 = 4_096;

/// Settings of the index that belong to the layout of documents.
pub(super) fn settings() -> Value {
    json!({
        "mapping.nested_objects.limit": MOST_BLOCKS,
        "max_inner_result_window": MOST_HITS,
        "max_regex_length": LONGEST_FORM,
        // The same figures as the embedded engine's, which counts all forms of a word for the length of a text.
        "similarity": { "words": { "type": "BM25", "k1": 1.2, "b": 0.75, "discount_overlaps": false } },
        "analysis": {
            "tokenizer": { "blanks": { "type": "whitespace", "max_token_length": LONGEST_WORD } },
            "filter": { "forms": { "type": "pattern_capture", "preserve_original": false, "patterns": ["([^|]+)"] } },
            "analyzer": { "words": { "type": "custom", "tokenizer": "blanks", "filter": ["forms"] } },
        },
    })
}

/// How documents are indexed. Fields that are not named here are refused, so that none is forgotten.
pub(super) fn mappings() -> Value {
    let mut fields = head::mapping();
    fields.insert("whole".into(), json!({ "properties": whole() }));
    for (name, block) in [("sentences", sentences()), ("quotes", quotes()), ("entities", entities())] {
        fields.insert(name.into(), json!({ "type": "nested", "dynamic": "strict", "properties": block }));
    }
    json!({ "dynamic": "strict", "_source": { "excludes": NOT_KEPT }, "properties": fields })
}

/// Fields of these kinds.
fn fields(kinds: &[(&Value, &[&str])]) -> Map<String, Value> {
    let of_kind = |(kind, names): &(&Value, &[&str])| -> Vec<(String, Value)> {
        names.iter().map(|&name| (name.to_owned(), (*kind).clone())).collect()
    };
    kinds.iter().flat_map(of_kind).collect()
}

/// Words with their places, scored.
fn words() -> Value {
    // The gap is the one that tantivy leaves between two texts of a field.
    json!({ "type": "text", "analyzer": "words", "similarity": "words", "position_increment_gap": 1 })
}

/// Whole values, to filter and to count by.
fn counted() -> Value {
    json!({ "type": "keyword", "ignore_above": LONGEST_VALUE })
}

/// Whole values, to filter by.
fn keyword() -> Value {
    json!({ "type": "keyword", "ignore_above": LONGEST_VALUE, "doc_values": false })
}

/// Whole values, to count by.
fn column() -> Value {
    json!({ "type": "keyword", "ignore_above": LONGEST_VALUE, "index": false })
}

/// Numbers.
fn number() -> Value {
    json!({ "type": "long" })
}

/// Small numbers, to read with hits.
fn column_of_numbers() -> Value {
    json!({ "type": "integer", "index": false })
}

/// What articles, sentences and quotes share.
fn common() -> Map<String, Value> {
    fields(&[
        (&number(), &["published"]),
        (&json!({ "type": "date", "format": "epoch_millis", "index": false }), &["date"]),
        (&words(), &["title", "title_exact", "outlet", "author"]),
        (&keyword(), &["outlet_key", "author_key", "label", "has"]),
        (&counted(), &["language", "model", "tier"]),
        (&column(), &["outlet_name", "author_name", "label_pair"]),
    ])
}

/// Of the article.
fn whole() -> Map<String, Value> {
    let own = fields(&[
        (&number(), &["updated"]),
        (&column_of_numbers(), &["entity_count", "length"]),
        (&counted(), &["id", "types", "mentions", "title_phrase"]),
    ]);
    common().into_iter().chain(own).collect()
}

/// Of a sentence.
fn sentences() -> Map<String, Value> {
    let own = fields(&[
        (&number(), &["seq", "ordinal"]),
        (&words(), &["text", "text_exact"]),
        // Where it stands in the body, for hits.
        (&column_of_numbers(), &["start", "len", "paragraph"]),
        (&counted(), &["role", "types", "mentions"]),
    ]);
    common().into_iter().chain(own).collect()
}

/// Of a quote.
fn quotes() -> Map<String, Value> {
    let own = fields(&[
        (&number(), &["seq", "ordinal", "said_first", "said_last"]),
        (&words(), &["text", "text_exact", "speaker", "about", "cue", "cue_exact"]),
        (&column(), &["cue_lemma"]),
        (&counted(), &["types", "speaker_ids", "addressee_ids", "about_ids", "facet"]),
        (&json!({ "type": "double" }), &["confidence", "speaker_confidence"]),
    ]);
    common().into_iter().chain(own).collect()
}

/// Of an entity of the article.
fn entities() -> Map<String, Value> {
    let unscored = json!({ "type": "text", "analyzer": "words", "norms": false, "index_options": "docs" });
    let mut fields = fields(&[
        (&counted(), &["id", "kind", "name", "initial", "whole"]),
        (&unscored, &["names", "titles"]),
        (&number(), &["mentions", "quotes"]),
    ]);
    // How many of its mentions have each form.
    let forms = FORMS.map(|(_, word)| (word.to_owned(), number()));
    fields.insert("forms".into(), json!({ "properties": Map::from_iter(forms) }));
    // How often each alias and each title occurs, for the figures over all articles.
    for name in ["alias_counts", "title_counts"] {
        fields.insert(
            name.into(),
            json!({ "type": "nested", "properties": {
            "text": { "type": "keyword", "ignore_above": LONGEST_VALUE }, "count": { "type": "long" },
        } }),
        );
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_indexed_or_counted() {
        let mappings = mappings();
        for block in NOT_KEPT {
            let fields = mappings["properties"][block]["properties"].as_object().unwrap();
            assert!(!fields.is_empty(), "{block}");
            for (name, kind) in fields {
                assert!(kind["index"] != false || kind["doc_values"] != false, "{block}.{name}");
            }
        }
        assert_eq!(mappings["properties"]["seq"]["type"], "long");
    }
}
