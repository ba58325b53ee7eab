//! Prints messages as canonical protobuf JSON, for scripts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use base64::prelude::{BASE64_STANDARD, Engine};
use prost::Message;
use prost_reflect::{DynamicMessage, Kind, MapKey, ReflectMessage, SerializeOptions, Value};
use serde::{Serialize, Serializer};

use super::fault::Fault;
use crate::{descriptors, echo};

/// Prints a message of the type `sayso.v1.{name}` as one JSON object: over several lines on a terminal, else on one
/// line, so that a script reads one object per line.
pub(super) fn print(name: &str, message: &impl Message) -> Result<(), Fault> {
    print_object(&Canonical(&dynamic(name, message)?))
}

/// Prints an object: over several lines on a terminal, else on one line.
pub(super) fn print_object(object: &impl Serialize) -> Result<(), Fault> {
    let stdout = io::stdout();
    let text = if stdout.is_terminal() { serde_json::to_string_pretty(object) } else { serde_json::to_string(object) };
    writeln!(stdout.lock(), "{}", escaped(&text.map_err(Fault::new)?))?;
    Ok(())
}

/// A message of the type `sayso.v1.{name}` as a value of JSON.
pub(super) fn value(name: &str, message: &impl Message) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(Canonical(&dynamic(name, message)?)).map_err(Fault::new)
}

/// A message of the type `sayso.v1.{name}` as one line of JSON.
pub(super) fn line(name: &str, message: &impl Message) -> Result<String, Fault> {
    let text = serde_json::to_string(&Canonical(&dynamic(name, message)?)).map_err(Fault::new)?;
    Ok(escaped(&text).into_owned())
}

/// JSON with escapes for characters that control a terminal and that JSON allows: C1 controls, and characters that
/// change the direction of text. The meaning is the same.
pub(super) fn escaped(json: &str) -> Cow<'_, str> {
    let is_risky = |c: char| c != '\n' && echo::is_command(c);
    if !json.contains(is_risky) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_risky(c) {
            // None of them is above U+FFFF.
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// A message as JSON, as "ProtoJSON Format" in the protobuf documentation has it: field names in lowerCamelCase in the
/// order of their numbers, enums by name, 64-bit numbers as strings, fields with default values left out. Maps are in
/// the order of their keys, so that the same answer prints the same.
struct Canonical<'m>(&'m DynamicMessage);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Times, durations and the like have forms of their own.
        if self.0.descriptor().full_name().starts_with("google.protobuf.") {
            return self.0.serialize_with_options(serializer, &SerializeOptions::new());
        }
        serializer.collect_map(self.0.fields().map(|(field, value)| {
            let kind = field.kind();
            (field.json_name().to_owned(), Field { value, kind })
        }))
    }
}

/// The value of a field.
struct Field<'m> {
    value: &'m Value,
    kind: Kind,
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::I32(value) => serializer.serialize_i32(*value),
            Value::U32(value) => serializer.serialize_u32(*value),
            Value::I64(value) => serializer.collect_str(value),
            Value::U64(value) => serializer.collect_str(value),
            // By its shortest decimals: as a double of the same value, 0.993 would be 0.9929999709129333.
            Value::F32(value) => serializer.serialize_f64(value.to_string().parse().unwrap_or(f64::from(*value))),
            Value::F64(value) => serializer.serialize_f64(*value),
            Value::String(value) => serializer.serialize_str(value),
            Value::Bytes(value) => serializer.collect_str(&BASE64_STANDARD.encode(value)),
            Value::EnumNumber(number) => match self.kind.as_enum().and_then(|values| values.get_value(*number)) {
                Some(value) => serializer.serialize_str(value.name()),
                None => serializer.serialize_i32(*number),
            },
            Value::Message(message) => Canonical(message).serialize(serializer),
            Value::List(items) => {
                serializer.collect_seq(items.iter().map(|value| Field { value, kind: self.kind.clone() }))
            }
            Value::Map(entries) => {
                let key = |key: &MapKey| key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned);
                let kind = self.kind.as_message().map(|entry| entry.map_entry_value_field().kind());
                #[allow(clippy::disallowed_methods, reason = "they go into a map in order")]
                let entries: BTreeMap<_, _> = entries.iter().map(|(name, value)| (key(name), value)).collect();
                let field = |value| Field { value, kind: kind.clone().unwrap_or(Kind::String) };
                serializer.collect_map(entries.into_iter().map(|(name, value)| (name, field(value))))
            }
        }
    }
}

fn dynamic(name: &str, message: &impl Message) -> Result<DynamicMessage, Fault> {
    let descriptor = descriptors::message(name).ok_or_else(|| Fault::new(format!("no message type {name}")))?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).map_err(Fault::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto;

    #[test]
    fn names_are_camel_case_and_times_are_rfc_3339() {
        let article = proto::Article {
            id: "a1".into(),
            publish_time: Some(prost_types::Timestamp { seconds: 1_772_546_700, nanos: 0 }),
            ..Default::default()
        };
        let response = proto::ListArticlesResponse {
            articles: vec![proto::ArticleSummary { article: Some(article), quote_count: 3, ..Default::default() }],
            next_page_token: String::new(),
            total: Some(proto::TotalCount { count: 1, exact: true }),
        };
        assert_eq!(
            serde_json::to_string(&Canonical(&dynamic("ListArticlesResponse", &response).unwrap())).unwrap(),
            r#"{"articles":[{"article":{"id":"a1","publishTime":"2026-03-03T14:05:00Z"},"quoteCount":"3"}],"total":{"count":"1","exact":true}}"#
        );
        let hit = proto::EntityHit { score: 0.1, ..Default::default() };
        assert_eq!(
            serde_json::to_string(&Canonical(&dynamic("EntityHit", &hit).unwrap())).unwrap(),
            r#"{"score":0.1}"#
        );
    }

    #[test]
    fn maps_are_in_order_and_all_kinds_of_values_are_written() {
        let article = proto::Article {
            labels: ["d", "a", "c", "b", "e"].map(|key| (key.into(), String::new())).into(),
            publish_date: Some(proto::google_type::Date { year: 2026, month: 3, day: 3 }),
            ..Default::default()
        };
        let quote = proto::Quote {
            article: Some(article),
            content_spans: vec![proto::TextSpan { start: 0, end: 4 }, proto::TextSpan { start: 6, end: 9 }],
            act: proto::QuoteAct::Speech as i32,
            kind: 99,
            speaker_confidence: Some(0.0),
            ..Default::default()
        };
        assert_eq!(
            serde_json::to_string(&Canonical(&dynamic("Quote", &quote).unwrap())).unwrap(),
            r#"{"article":{"publishDate":{"year":2026,"month":3,"day":3},"labels":{"a":"","b":"","c":"","d":"","e":""}},"contentSpans":[{"end":4},{"start":6,"end":9}],"speakerConfidence":0.0,"act":"QUOTE_ACT_SPEECH","kind":99}"#
        );
    }

    #[test]
    fn nothing_in_json_commands_a_terminal_and_it_means_the_same() {
        let text = "a\u{9b}31m \u{202e}b\u{2069} \u{7f}\u{2028} größe 👩\u{200d}🚀\n";
        for json in [serde_json::to_string(text).unwrap(), serde_json::to_string_pretty(&[text]).unwrap()] {
            let safe = escaped(&json);
            assert!(!safe.contains(|c: char| c != '\n' && echo::is_command(c)), "{safe:?}");
            let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
            assert_eq!(read(&safe), read(&json));
        }
    }

    #[test]
    fn every_answer_that_is_printed_has_a_known_type() {
        for name in [
            "SearchSentencesResponse",
            "SearchQuotesResponse",
            "LookupEntitiesResponse",
            "ListArticlesResponse",
            "ListMentionsResponse",
            "GetQuoteResponse",
            "GetEntityResponse",
            "GetServerInfoResponse",
            "SuggestResponse",
            "ListSimilarArticlesResponse",
            "ListSimilarQuotesResponse",
            "SentenceHit",
            "QuoteHit",
            "ArticleSummary",
            "DeleteArticleResponse",
            "DeleteArticlesResponse",
            "AnnotatedArticle",
            "ReanalyzeArticlesResponse",
            "Annotations",
        ] {
            assert!(descriptors::message(name).is_some(), "{name}");
        }
    }
}
