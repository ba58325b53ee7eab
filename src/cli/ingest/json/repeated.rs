//! Reads JSON whose objects may repeat a name. The last value counts, as in most parsers; the lost ones are reported.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::super::note::Note;

/// Repeated names are reported to this depth: that of a record, an object in it, its labels, and a wrapper around it.
const REPORTED_DEPTH: usize = 4;

/// How many repeated names of a record are reported.
const MAX_REPORTED: usize = 20;

/// The note on a value that is lost.
const AGAIN: &str = "is not used: the name comes again, and its last value counts";

/// The value of a text. `notes` gets the lost value of each name that comes again with another value. If the text is
/// not JSON, nothing is added.
pub(super) fn read(text: &str, notes: &mut Vec<Note>) -> Result<Value, serde_json::Error> {
    let mut lost = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Place { path: String::new(), depth: 0, lost: &mut lost }.deserialize(&mut reader)?;
    reader.end()?;
    notes.append(&mut lost);
    Ok(value)
}

/// Where a value stands, as the names that lead to it.
struct Place<'l> {
    path: String,
    depth: usize,
    lost: &'l mut Vec<Note>,
}

impl Place<'_> {
    fn within(&mut self, name: Option<&str>) -> Place<'_> {
        let path = match name {
            // Deeper names are not reported.
            _ if self.depth >= REPORTED_DEPTH => String::new(),
            Some(name) => self.below(name),
            None => self.path.clone(),
        };
        Place { path, depth: self.depth + 1, lost: self.lost }
    }

    fn below(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any valid JSON value")
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = items.next_element_seed(self.within(None))? {
            found.push(item);
        }
        Ok(Value::Array(found))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut found = Map::new();
        while let Some(name) = items.next_key::<String>()? {
            let value = items.next_value_seed(self.within(Some(&name)))?;
            let before = found.get(&name).filter(|before| **before != value && !before.is_null());
            if let Some(before) = before.filter(|_| self.depth < REPORTED_DEPTH && self.lost.len() < MAX_REPORTED) {
                let note = Note::new(self.below(&name), before, AGAIN);
                self.lost.push(note);
            }
            found.insert(name, value);
        }
        Ok(Value::Object(found))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_repeated_name_loses_is_told() {
        let told = |text: &str| {
            let mut notes = Vec::new();
            let value = read(text, &mut notes).unwrap();
            assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
            (value, notes)
        };
        let (value, notes) = told(r#"{"labels": {"desk": "sport", "desk": "politics", "paid": true, "paid": true}}"#);
        assert_eq!(value, json!({"labels": {"desk": "politics", "paid": true}}));
        assert_eq!(notes, [Note::new("labels.desk", "\"sport\"", AGAIN)]);
        let (_, notes) = told(r#"{"items": [{"title": "Tide", "title": "Tide turns", "id": null, "id": 7}]}"#);
        assert_eq!(notes, [Note::new("items.title", "\"Tide\"", AGAIN)]);
        let (_, notes) = told(r#"{"a": [1.5, -3, 18446744073709551615, 1e300, "\u00e9", null, {}, []]}"#);
        assert_eq!(notes, []);
        assert_eq!(
            told(&format!("[{}]", r#"{"a": 1, "a": 2},"#.repeat(100).trim_end_matches(','))).1.len(),
            MAX_REPORTED
        );
    }

    #[test]
    fn of_what_is_no_json_nothing_is_told() {
        let mut notes = Vec::new();
        assert!(read(r#"{"a": 1, "a": 2"#, &mut notes).is_err() && read("{} x", &mut notes).is_err());
        assert_eq!(notes, []);
    }
}
