//! Finds lists of records in what surrounds them: replies of services, feeds, database dumps.

use serde_json::{Map, Value};

use super::names::folded;
use super::{rich, values};

/// How deep a list of records may be nested in objects.
pub(super) const DEEPEST: usize = 4;

/// Folded names of such lists, and of the objects around them. The most certain come first.
const WRAPPERS: [&str; 33] = [
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
    "nodes",
    "edges",
    "contentelements",
];

/// Folded names of the member that holds the actual record if the object is only its envelope.
const ENVELOPES: [&str; 15] = [
    "source",
    "fields",
    "article",
    "attributes",
    "node",
    "document",
    "data",
    "metadata",
    "meta",
    "embedded",
    "thread",
    "story",
    "sys",
    "system",
    "elements",
];

type Record = Map<String, Value>;

/// Whether a member of this name may be a list of records, or hold one.
pub(super) fn is_wrapper(name: &str) -> bool {
    WRAPPERS.contains(&folded(name).as_str())
}

/// The list of records that an object wraps, and the object that directly holds the list. None if there is no such
/// list.
pub(super) fn unwrapped(object: &mut Record, depth: usize) -> Option<(Vec<Value>, Record)> {
    let is_record = is_record(object);
    for wrapper in WRAPPERS {
        let names: Vec<String> = object.keys().filter(|name| folded(name) == wrapper).cloned().collect();
        for name in names {
            let found = match object.get_mut(&name) {
                Some(Value::Array(items)) if is_of_one_text(wrapper, items, is_record) => None,
                Some(Value::Array(items)) if items.is_empty() || items.iter().any(Value::is_object) => {
                    let items = std::mem::take(items);
                    Some((items, std::mem::take(object)))
                }
                // A feed with a single item is not a list if it was converted from XML.
                Some(one @ Value::Object(_)) if matches!(wrapper, "item" | "entry") => {
                    let items = vec![one.take()];
                    Some((items, std::mem::take(object)))
                }
                Some(Value::Object(inner)) if depth < DEEPEST && !rich::is_root(inner) => unwrapped(inner, depth + 1),
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// Whether a list holds the parts of one text: nodes of an editor, or in a record what has neither name nor address.
fn is_of_one_text(wrapper: &str, items: &[Value], in_record: bool) -> bool {
    let mut objects = items.iter().filter_map(Value::as_object).peekable();
    let within = in_record
        && matches!(
            wrapper,
            "content" | "items" | "list" | "value" | "values" | "rows" | "objects" | "nodes" | "contentelements"
        );
    let found = objects.peek().is_some();
    found
        && (objects.clone().any(|item| rich::part(item).is_some())
            || within && (wrapper == "content" || !objects.any(is_record)))
}

/// Whether an object says of itself what records and feeds do: what it is called, or where it is.
pub(super) fn is_record(object: &Record) -> bool {
    const NAMES: [&str; 8] = ["id", "_id", "guid", "title", "headline", "url", "link", "slug"];
    NAMES.iter().any(|name| object.get(*name).is_some_and(|value| !values::is_empty(value)))
}

/// Whether an object holds the fields of a record, as in Storyblok: `"content": {"component": "article", …}`.
pub(super) fn is_component(name: &str, object: &Record) -> bool {
    name == "content" && object.get("component").is_some_and(Value::is_string)
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
                Value::Object(inner) if envelope || is_component(name, inner) => layers.push(inner),
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
