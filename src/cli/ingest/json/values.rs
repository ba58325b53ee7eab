//! Interprets the values of a record, in the forms in which exports write them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::super::dates::{self, Published};
use super::super::byline;
use super::super::markup::body::{body_text, line_text};
use super::rich::{self, Rich};
use crate::proto::google_type::Date;

/// The first whole number that JSON readers may confuse with another: 2^53.
const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;

/// Names of members with the text that an object stands for: `{"rendered": "Tide"}`, `{"@value": "Tide"}`.
const TEXT_NAMES: [&str; 19] = [
    "name", "rendered", "value", "@value", "#text", "_text", "$t", "_", "__cdata", "main", "original", "text", "title",
    "$oid", "code", "en", "en-US", "en-GB", "basic",
];

/// Names of members with a body.
const BODY_NAMES: [&str; 17] = [
    "text", "plain", "rendered", "value", "@value", "#text", "_text", "$t", "_", "__cdata", "html", "content", "en",
    "en-US", "en-GB", "raw", "json",
];

/// Names of members with an address.
const ADDRESS_NAMES: [&str; 8] = ["href", "url", "@id", "link", "rendered", "#text", "@href", "$t"];

/// How many languages are reported that are left out.
const MAX_REPORTED: usize = 20;

/// How deep nested values are searched.
const MAX_DEPTH: usize = 4;

/// Whether a text says nothing: it is blank, or the word with which a program wrote that there is no value.
fn is_missing(text: &str) -> bool {
    matches!(text.trim(), "" | "null" | "NULL" | "Null" | "None" | "NaN" | "nan" | "NaT" | "<NA>" | "undefined")
}

/// Whether a value says nothing: null, a text that says nothing, or a list or object of such.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_missing(text),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(object) => object.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Reads text: a string, a number as text, the name in an object (`{"name": "Veld Courier"}`), or the first of a list.
pub(super) fn text(value: &Value) -> Option<String> {
    text_within(value, 0)
}

fn text_within(value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_string()).filter(|text| !is_missing(text)),
        // Tables write the whole number 17 as 17.0 if other rows have fractions.
        Value::Number(number) => Some(number.to_string().trim_end_matches(".0").to_string()),
        Value::Array(items) if depth < MAX_DEPTH => items.iter().find_map(|item| text_within(item, depth + 1)),
        // Kontent names the element beside its value.
        Value::Object(object) if object.contains_key("type") && object.get("value").is_some_and(Value::is_string) => {
            text_within(&object["value"], MAX_DEPTH)
        }
        Value::Object(object) if depth < MAX_DEPTH => {
            TEXT_NAMES.iter().find_map(|name| text_within(object.get(*name)?, depth + 1))
        }
        _ => None,
    }
}

/// Text on one line, with character references resolved.
pub(super) fn plain(text: &str) -> String {
    if text.contains(['&', '<']) {
        line_text(text).split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        text.into()
    }
}

/// Reads a body: a string, the paragraphs in a list, the text in an object, or rich text. HTML and Markdown become plain
/// text.
pub(super) fn body(value: &Value) -> Option<Rich> {
    body_within(value, 0)
}

fn body_within(value: &Value, depth: usize) -> Option<Rich> {
    let plain = |text: &str| Rich { text: body_text(text), notes: Vec::new() };
    match value {
        Value::String(text) if is_missing(text) => None,
        Value::String(text) => Some(of_encoded(text).unwrap_or_else(|| plain(text))),
        _ if depth >= MAX_DEPTH => None,
        Value::Array(items) if items.iter().all(|item| item.is_string() || item.is_null()) => {
            let parts: Vec<_> = items.iter().filter_map(Value::as_str).filter(|text| !is_missing(text)).collect();
            (!parts.is_empty()).then(|| plain(&parts.join("\n\n")))
        }
        Value::Array(items) if has_languages(items) => in_one_language(items, depth),
        Value::Array(items) => rich::read(value).or_else(|| items.iter().find_map(|item| body_within(item, depth + 1))),
        Value::Object(object) => rich::read(value).or_else(|| {
            let of = |name: &&str| body_within(object.get(*name)?, depth + 1);
            let are_languages = object.keys().all(|name| is_language(name));
            let languages = || object.keys().map(String::as_str).filter(|_| are_languages);
            let (name, mut found) =
                BODY_NAMES.into_iter().chain(languages()).find_map(|name| Some((name, of(&name)?)))?;
            let others = languages().filter(|other| *other != name && !is_empty(&object[*other]));
            found.notes.extend(others.map(|other| (other.to_string(), format!("is left out; {name} is read"))));
            Some(found)
        }),
        _ => None,
    }
}

/// The language that an object says its text is in.
fn language_of(item: &Value) -> Option<&str> {
    ["lang", "language", "locale", "langcode", "@language"].iter().find_map(|name| item.get(*name)?.as_str())
}

/// Whether a list holds one text in several languages: `{"lang": "en", "value": "…"}`.
fn has_languages(items: &[Value]) -> bool {
    let first = items.first().and_then(language_of);
    first.is_some()
        && items.iter().all(|item| language_of(item).is_some())
        && items.iter().any(|item| language_of(item) != first)
}

/// The text in English or, without that, in the first language. The others are told.
fn in_one_language(items: &[Value], depth: usize) -> Option<Rich> {
    let is_english = |item: &&Value| language_of(item).is_some_and(|code| code.starts_with("en"));
    let used = items.iter().find(is_english).or(items.first())?;
    let code = language_of(used)?;
    let of_used: Vec<Value> = items.iter().filter(|item| language_of(item) == Some(code)).cloned().collect();
    let mut found = match of_used.as_slice() {
        [one] => body_within(one, depth + 1),
        _ => rich::read(&Value::Array(of_used)),
    }?;
    let others: BTreeSet<&str> = items.iter().filter_map(language_of).filter(|other| *other != code).collect();
    found.notes.extend(
        others.into_iter().take(MAX_REPORTED).map(|other| (other.to_string(), format!("is left out; {code} is read"))),
    );
    Some(found)
}

/// Whether the name of a member is a language code: "en", "de-CH".
fn is_language(name: &str) -> bool {
    let (language, region) = name.split_once(['-', '_']).unwrap_or((name, "XX"));
    language.len() == 2
        && region.len() == 2
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Rich text that was encoded once more, as databases keep it: `"{\"blocks\": […]}"`.
fn of_encoded(text: &str) -> Option<Rich> {
    let text = text.trim();
    let is_json = text.starts_with("{\"") && text.ends_with('}') || text.starts_with("[{") && text.ends_with(']');
    if is_json { rich::read(&serde_json::from_str(text).ok()?) } else { None }
}

/// Whether a text is the address of a page.
pub(super) fn is_address(text: &str) -> bool {
    ["http://", "https://", "//", "www."].iter().any(|start| text.starts_with(start))
        && !text.contains(char::is_whitespace)
}

/// Reads an address. Of several, the first valid one.
pub(super) fn address(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_string()).filter(|text| !is_missing(text)),
        Value::Array(items) => {
            let mut found = items.iter().filter_map(address);
            let first = found.next()?;
            if is_address(&first) { Some(first) } else { found.find(|text| is_address(text)).or(Some(first)) }
        }
        Value::Object(object) => ADDRESS_NAMES.iter().find_map(|name| address(object.get(*name)?)),
        _ => None,
    }
}

/// Whether an address is that of a page, not of a whole site.
pub(super) fn is_page(address: &str) -> bool {
    let path = address.split_once("//").and_then(|(_, rest)| rest.split_once('/'));
    is_address(address) && path.is_some_and(|(_, path)| !path.is_empty())
}

/// The host in an address: "courier.example".
pub(super) fn host(address: &str) -> Option<String> {
    let rest = address.split_once("//").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then(|| host.to_string())
}

/// Reads the names of authors from a list, objects or a line. An outlet is not an author of its own articles.
pub(super) fn authors(value: &Value, outlet: &str) -> Vec<String> {
    let mut lines = Vec::new();
    gather(value, 0, &mut lines);
    byline::names(lines.iter().map(String::as_str), outlet)
}

fn gather(value: &Value, depth: usize, lines: &mut Vec<String>) {
    match value {
        Value::String(line) => lines.extend(Some(plain(line)).filter(|line| !is_missing(line))),
        Value::Array(items) if depth < MAX_DEPTH => items.iter().for_each(|item| gather(item, depth + 1, lines)),
        Value::Object(person) if depth < MAX_DEPTH => {
            let before = lines.len();
            let whole =
                ["name", "display_name", "displayName", "full_name", "fullName", "original", "rendered", "#text"];
            match whole.iter().filter_map(|name| person.get(*name)).find(|value| !is_empty(value)) {
                Some(value) => gather(value, depth + 1, lines),
                None => lines.extend(of_parts(person)),
            }
            // Text that was converted from XML: {"$t": "Ines Okafor"}.
            let marked = ["$t", "_", "_text", "__cdata", "@value", "value"].iter().find_map(|name| person.get(*name));
            if let Some(marked) = marked.filter(|_| lines.len() == before) {
                gather(marked, depth + 1, lines);
            }
            let persons =
                ["person", "by", "data", "attributes", "node", "nodes"].iter().find_map(|name| person.get(*name));
            if let Some(persons) = persons.filter(|_| lines.len() == before) {
                gather(persons, depth + 1, lines);
            }
        }
        _ => {}
    }
}

/// Given name and surname, if an object has both.
fn of_parts(person: &Map<String, Value>) -> Option<String> {
    let part = |names: &[&str]| names.iter().find_map(|name| text(person.get(*name)?));
    let first = part(&["first_name", "firstName", "firstname", "given_name", "givenName", "given", "first"]);
    let last = part(&["last_name", "lastName", "lastname", "family_name", "familyName", "family", "surname", "last"])?;
    Some(first.map_or(last.clone(), |first| format!("{first} {last}")))
}

/// Reads a publication date: text, a number, or the forms of databases and programming languages.
pub(super) fn published(value: &Value) -> Option<Published> {
    match value {
        Value::String(text) => dates::read_published(text),
        Value::Number(number) => dates::read_number(&number.to_string()),
        Value::Array(items) => of_list(items),
        Value::Object(object) => of_object(object),
        Value::Null | Value::Bool(_) => None,
    }
}

/// Reads a date as our own replies write it: `{"year": 2026, "month": 3, "day": 3}`.
pub(super) fn calendar_date(value: &Value) -> Option<Date> {
    let part = |name: &str| i32::try_from(value.get(name)?.as_i64()?).ok();
    let date = Date { year: part("year")?, month: part("month")?, day: part("day")? };
    dates::day_after(&date).map(|_| date)
}

/// The number, if several written numbers are read as this one.
pub(super) fn inexact(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.abs() >= FIRST_INEXACT && value.is_f64())
}

/// Reads the value of a label: text as it is, a number or boolean as text.
pub(super) fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(_) => text(value),
        _ => None,
    }
}

/// Reads a list of one item, or of year, month, day, hour, minute and second, as Python and Java write them.
fn of_list(items: &[Value]) -> Option<Published> {
    if let [one] = items {
        return published(one);
    }
    let numbers: Vec<i64> = items.iter().map(Value::as_i64).collect::<Option<_>>()?;
    let [year @ 1000..=9999, month, day, rest @ ..] = numbers.as_slice() else { return None };
    let part = |at: usize| rest.get(at).copied().unwrap_or(0);
    dates::read_published(&format!("{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}", part(0), part(1), part(2)))
}

/// Reads MongoDB's `$date`, Firestore's seconds, PHP's date with a zone, and objects with a value.
fn of_object(object: &Map<String, Value>) -> Option<Published> {
    if let Some(date) = object.get("$date") {
        // MongoDB writes milliseconds, in every wrapper.
        let long = date.get("$numberLong").and_then(Value::as_str).and_then(|text| text.parse().ok());
        return date.as_i64().or(long).map_or_else(|| published(date), dates::read_milliseconds);
    }
    if let Some(seconds) = ["seconds", "_seconds"].iter().find_map(|name| object.get(*name)) {
        return published(seconds);
    }
    if let Some(day) = calendar_date(&Value::Object(object.clone())) {
        return dates::read_published(&format!("{:04}-{:02}-{:02}", day.year, day.month, day.day));
    }
    if let Some(Value::String(date)) = object.get("date") {
        let zone = object.get("timezone").and_then(Value::as_str).unwrap_or_default();
        return dates::read_published(&format!("{date} {zone}"));
    }
    ["iso", "utc", "value", "@value", "#text", "_text", "$t", "_", "rendered", "date", "datetime", "iso8601"]
        .iter()
        .find_map(|name| published(object.get(*name)?))
        // A single language: {"en-US": "2026-03-03"}.
        .or_else(|| published(object.values().next().filter(|_| object.len() == 1)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn authors_come_as_objects_and_lists_of_any_kind() {
        let names = |value: Value| authors(&value, "Veld Courier").join("/");
        assert_eq!(names(json!([{"name": "Ann"}, "Bo", "", null, {"name": null}, "Ann"])), "Ann/Bo");
        assert_eq!(
            names(json!({"person": [{"firstname": "Ines", "lastname": "Okafor"}], "original": null})),
            "Ines Okafor"
        );
        assert_eq!(names(json!({"original": "By Ines Okafor", "person": [{"lastname": "Okafor"}]})), "Ines Okafor");
        assert_eq!(names(json!({"name": ["Ann", "Bo"]})), "Ann/Bo");
        assert_eq!(
            names(json!("By Ines Okafor, Staff Writer; JONAS EKHOLM; Veld Courier")),
            "Ines Okafor/Jonas Ekholm"
        );
        assert_eq!(names(json!(["Okafor, Ines", "ines okafor", "Staff Writers"])), "Ines Okafor");
        assert_eq!(names(json!([{"$t": "Ines Okafor"}, {"$t": "Jonas Ekholm"}])), "Ines Okafor/Jonas Ekholm");
        assert_eq!(names(json!(3)), "");
    }

    #[test]
    fn an_address_gives_its_machine() {
        assert_eq!(host("https://www.courier.example:80/a?b").as_deref(), Some("courier.example"));
        assert_eq!(host("courier.example").as_deref(), Some("courier.example"));
        assert_eq!(host("https://"), None);
        let links =
            json!([{"rel": "self", "href": "tag:1"}, {"rel": "alternate", "href": "https://courier.example/1"}]);
        assert_eq!(address(&links).as_deref(), Some("https://courier.example/1"));
    }
}
