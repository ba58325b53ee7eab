//! Messages as canonical protobuf JSON, for scripts.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use prost::Message;
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde::{Serialize, Serializer};

use super::fault::Fault;
use crate::{descriptors, echo};

/// Prints a message of the type `sayso.v1.{name}` as one JSON object: over several lines on a
/// terminal, else on one, so that a script reads one object a line.
pub(super) fn print(name: &str, message: &impl Message) -> Result<(), Fault> {
    print_object(&Canonical(dynamic(name, message)?))
}

/// Prints an object: over several lines on a terminal, else on one.
pub(super) fn print_object(object: &impl Serialize) -> Result<(), Fault> {
    let stdout = io::stdout();
    let text = if stdout.is_terminal() { serde_json::to_string_pretty(object) } else { serde_json::to_string(object) };
    writeln!(stdout.lock(), "{}", escaped(&text.map_err(Fault::new)?))?;
    Ok(())
}

/// JSON with escapes for what commands a terminal and JSON lets through: C1 controls, and characters that turn the
/// direction of text. It means the same.
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

/// A message as JSON: field names in lowerCamelCase in the order of their numbers, enums by name,
/// 64-bit numbers as strings, fields at their default left out, as the protobuf documentation's
/// "ProtoJSON Format" has it.
struct Canonical(DynamicMessage);

impl Serialize for Canonical {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_with_options(serializer, &SerializeOptions::new())
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
            serde_json::to_string(&Canonical(dynamic("ListArticlesResponse", &response).unwrap())).unwrap(),
            r#"{"articles":[{"article":{"id":"a1","publishTime":"2026-03-03T14:05:00Z"},"quoteCount":"3"}],"total":{"count":"1","exact":true}}"#
        );
        let hit = proto::EntityHit { score: 0.1, ..Default::default() };
        assert_eq!(serde_json::to_string(&Canonical(dynamic("EntityHit", &hit).unwrap())).unwrap(), r#"{"score":0.1}"#);
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
