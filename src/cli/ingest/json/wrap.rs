//! Finds lists of records in what surrounds them: replies of services, feeds, database dumps.

use serde_json::{Map, Value};

use super::names::folded;

/// How deep a list of records may be nested in objects.
pub(super) const DEEPEST: usize = 4;

/// Folded names of such lists, and of the objects around them. The most certain come first.
const WRAPPERS: [&str; 30] = [
    "articles",
    "items",
    "entries",
    "results",
    "docs",
    "hits",
    "stories",
    "posts",
    "documents",
    "news",
    "records",
    "rows",
    "response",
    "result",
    "data",
    "feed",
    "rss",
    "channel",
    "rdf",
    "item",
    "entry",
    "@graph",
    "graph",
    "payload",
    "value",
    "values",
    "list",
    "content",
    "objects",
    "db",
];

/// Folded names of the member that holds the actual record if the object is only its envelope.
const ENVELOPES: [&str; 11] =
    ["source", "fields", "article", "attributes", "node", "document", "data", "metadata", "meta", "embedded", "thread"];

type Record = Map<String, Value>;

/// Whether a member of this name may be a list of records, or hold one.
pub(super) fn is_wrapper(name: &str) -> bool {
    WRAPPERS.contains(&folded(name).as_str())
}

/// The list of records that an object wraps, and the object that directly holds the list. None if there is no such
/// list.
pub(super) fn unwrapped(object: &mut Record, depth: usize) -> Option<(Vec<Value>, Record)> {
    for wrapper in WRAPPERS {
        let names: Vec<String> = object.keys().filter(|name| folded(name) == wrapper).cloned().collect();
        for name in names {
            let found = match object.get_mut(&name) {
                Some(Value::Array(items)) if items.is_empty() || items.iter().any(Value::is_object) => {
                    let items = std::mem::take(items);
                    Some((items, std::mem::take(object)))
                }
                // A feed with a single item is not a list if it was converted from XML.
                Some(one @ Value::Object(_)) if matches!(wrapper, "item" | "entry") => {
                    let items = vec![one.take()];
                    Some((items, std::mem::take(object)))
                }
                Some(Value::Object(inner)) if depth < DEEPEST => unwrapped(inner, depth + 1),
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// The record and the envelopes in it, outermost first.
pub(super) fn layers(record: &Record) -> Vec<&Record> {
    let mut layers = vec![record];
    let mut at = 0;
    // An envelope may hold another one.
    while at < layers.len() && layers.len() < 8 {
        for (name, value) in layers[at] {
            // An outlet is often called `source`. The envelope of Elasticsearch is called `_source`.
            let envelope = if name == "source" { false } else { ENVELOPES.contains(&folded(name).as_str()) };
            match value {
                Value::Object(inner) if envelope => layers.push(inner),
                _ => {}
            }
        }
        at += 1;
    }
    layers
}

/// The objects in wrappers that have no list, outermost first: `{"response": {"content": {…}}}`.
pub(super) fn inner(object: &Record) -> Vec<&Record> {
    let mut found: Vec<&Record> = Vec::new();
    let (mut level, mut depth) = (vec![object], 0);
    while !level.is_empty() && depth < DEEPEST {
        let next = level.iter().flat_map(|object| object.iter()).filter(|(name, _)| is_wrapper(name));
        level = next.filter_map(|(_, value)| value.as_object()).collect();
        found.extend(&level);
        depth += 1;
    }
    found
}
