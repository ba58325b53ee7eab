//! Reads the properties of a page of Notion, which hold what other records have in fields of their own.

use serde_json::{Value, json};

use super::layout::Record;

/// Adds the properties to a record as plain fields, unless it has fields of these names: `{"Date": {"type": "date",
/// "date": {"start": "2026-03-03"}}}` becomes `{"Date": "2026-03-03"}`.
pub(super) fn spread(record: &mut Record) {
    let Some(Value::Object(properties)) = record.get("properties") else { return };
    let fields: Vec<(String, Value)> = properties
        .iter()
        .filter_map(|(name, property)| {
            let kind = property.get("type")?.as_str()?;
            let value = value_of(kind, property.get(kind)?)?;
            // There is one title, whatever it is called.
            Some((if kind == "title" { kind.into() } else { name.clone() }, value))
        })
        .collect();
    for (name, value) in fields {
        record.entry(name).or_insert(value);
    }
}

fn value_of(kind: &str, value: &Value) -> Option<Value> {
    let names = |name: &str| {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(|item| item.get(name)?.as_str()).collect::<Vec<_>>()
    };
    Some(match kind {
        "title" | "rich_text" => names("plain_text").concat().into(),
        "date" => value.get("start")?.clone(),
        "people" | "multi_select" => json!(names("name")),
        "select" | "status" => value.get("name")?.clone(),
        "url" | "number" | "checkbox" => value.clone(),
        _ => return None,
    })
}
