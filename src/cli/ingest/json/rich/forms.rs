//! Forms of rich text that are written otherwise before they are read: lists for elements, and captions that stand apart.

use serde_json::{Map, Value, json};

use super::kinds;

/// Elements that show that a list is JsonML. Shorter words than these are as likely to be words.
const TELLING: [&str; 18] = [
    "article",
    "blockquote",
    "body",
    "div",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "main",
    "ol",
    "p",
    "section",
    "table",
    "ul",
];

/// The tree of elements that a list stands for in JsonML: `["p", {"class": "x"}, "One ", ["b", "two"]]`, or several of
/// such. None if it is another list.
pub(super) fn of_lists(value: &Value) -> Option<Value> {
    let items = value.as_array()?;
    if is_element(items) && TELLING.contains(&name(items)?) {
        return Some(Value::Array(vec![element(value)]));
    }
    let is_block = |item: &Value| {
        item.as_array()
            .is_some_and(|inner| is_element(inner) && name(inner).is_some_and(|name| TELLING.contains(&name)))
    };
    let is_part = |item: &Value| match item {
        Value::Array(inner) => is_element(inner),
        other => other.is_string() || other.is_null(),
    };
    let told = items.iter().any(is_block) && items.iter().all(is_part);
    told.then(|| Value::Array(items.iter().map(element).collect()))
}

fn name(items: &[Value]) -> Option<&str> {
    items.first()?.as_str()
}

fn is_element(items: &[Value]) -> bool {
    let known = |name: &str| {
        TELLING.contains(&name) || kinds::is_inline(name) || kinds::is_block(name) || kinds::is_wordless(name)
    };
    items.len() > 1 && name(items).is_some_and(known)
}

fn element(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            // Attributes are an object.
            let inner = items.iter().skip(1).filter(|item| item.is_string() || item.is_array()).map(element);
            json!({"type": "tag", "name": items.first(), "children": inner.collect::<Vec<_>>()})
        }
        Value::String(text) => json!({"type": "text", "text": text}),
        _ => Value::Null,
    }
}

/// The same content of Draft.js with the captions of its pictures in the blocks that show them. None if there are none.
pub(super) fn with_captions(value: &Value) -> Option<Value> {
    let entities = value.get("entityMap")?;
    let caption = |block: &Value| {
        let keys = block.get("entityRanges")?.as_array()?.iter().filter_map(|range| range.get("key"));
        keys.into_iter().find_map(|key| {
            let entity = match entities {
                Value::Array(all) => all.get(usize::try_from(key.as_u64()?).ok()?)?,
                all => all.get(key.as_str().map_or_else(|| key.to_string(), str::to_owned))?,
            };
            let text = entity.get("data")?.get("caption")?.as_str()?;
            kinds::is_words(text).then(|| text.to_owned())
        })
    };
    let blocks = value.get("blocks")?.as_array()?;
    if !blocks.iter().any(|block| caption(block).is_some()) {
        return None;
    }
    let with_caption = |block: &Value| match (block.as_object(), caption(block)) {
        (Some(object), Some(caption)) => {
            let mut object: Map<String, Value> = object.clone();
            object.insert("caption".into(), caption.into());
            Value::Object(object)
        }
        _ => block.clone(),
    };
    Some(json!({"blocks": blocks.iter().map(with_caption).collect::<Vec<_>>(), "entityMap": entities}))
}
