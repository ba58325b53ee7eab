//! Read masks (AIP-157): which fields of a reply the caller wants.

use std::collections::BTreeMap;

use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use prost_types::FieldMask;

use super::Fault;
use crate::descriptors;

/// Most paths of a mask.
pub(crate) const MASK_PATHS: usize = 100;

/// Which fields of a message are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    message: MessageDescriptor,
    wanted: Wanted,
}

/// What is wanted of a message: all of it, or some fields by their numbers.
#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    All,
    Some(BTreeMap<u32, Wanted>),
}

impl Mask {
    /// Reads the mask of a request for the message `sayso.v1.{name}`. A path may be written as in the proto
    /// (`article.publish_time`) or as in JSON (`article.publishTime`), and leads through lists.
    pub(crate) fn read(mask: Option<&FieldMask>, name: &str) -> Result<Self, Fault> {
        let message = descriptors::message(name).expect("the caller names a message of the package");
        let paths = mask.map_or(&[][..], |mask| &mask.paths);
        if paths.len() > MASK_PATHS {
            let said = format!("has {} paths; the limit mask_paths is {MASK_PATHS}", paths.len());
            return Err(Fault::too_much("read_mask", "mask_paths", MASK_PATHS, said));
        }
        let mut wanted = if paths.is_empty() { Wanted::All } else { Wanted::Some(BTreeMap::new()) };
        for path in paths {
            wanted.add(&message, path)?;
        }
        Ok(Self { message, wanted })
    }

    /// What is wanted of the field at this path; none when nothing is.
    pub(crate) fn of(&self, path: &str) -> Option<Self> {
        let mut found = self.clone();
        for name in path.split('.') {
            let field = found.message.get_field_by_name(name).expect("the path is one of the message");
            let Kind::Message(message) = field.kind() else { unreachable!("{path} leads through messages") };
            let wanted = match found.wanted {
                Wanted::All => Wanted::All,
                Wanted::Some(mut fields) => fields.remove(&field.number())?,
            };
            found = Self { message, wanted };
        }
        Some(found)
    }

    /// Whether the field of this name is wanted, or a part of it.
    pub(crate) fn has(&self, name: &str) -> bool {
        match &self.wanted {
            Wanted::All => true,
            Wanted::Some(fields) => {
                self.message.get_field_by_name(name).is_some_and(|field| fields.contains_key(&field.number()))
            }
        }
    }

    /// The message with only the wanted fields.
    pub(crate) fn apply<M: Message + Default>(&self, message: M) -> M {
        if self.wanted == Wanted::All {
            return message;
        }
        let mut fields = DynamicMessage::decode(self.message.clone(), message.encode_to_vec().as_slice())
            .expect("the message is of the type that the mask is for");
        self.wanted.keep_in(&mut fields);
        M::decode(fields.encode_to_vec().as_slice()).expect("what was encoded can be decoded")
    }
}

impl Wanted {
    fn add(&mut self, message: &MessageDescriptor, path: &str) -> Result<(), Fault> {
        if path == "*" {
            *self = Self::All;
            return Ok(());
        }
        let mut place = (self, Some(message.clone()));
        for name in path.split('.') {
            let (wanted, message) = place;
            let inside = message.ok_or_else(|| no_field(path, name, None))?;
            let field = field(&inside, name).ok_or_else(|| no_field(path, name, Some(&inside)))?;
            let Self::Some(fields) = wanted else { return Ok(()) };
            let below = fields.entry(field.number()).or_insert_with(|| Self::Some(BTreeMap::new()));
            place = (below, contents(&field));
        }
        *place.0 = Self::All;
        Ok(())
    }

    fn keep_in(&self, message: &mut DynamicMessage) {
        let Self::Some(wanted) = self else { return };
        let held: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).collect();
        for field in held {
            match wanted.get(&field.number()) {
                None => message.clear_field(&field),
                Some(Self::All) => {}
                Some(below) => match message.get_field_mut(&field) {
                    Value::Message(inside) => below.keep_in(inside),
                    Value::List(items) => {
                        items.iter_mut().filter_map(Value::as_message_mut).for_each(|item| below.keep_in(item));
                    }
                    _ => {}
                },
            }
        }
    }
}

fn field(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))
}

/// The message that a field holds, one or many; none of maps and plain values.
fn contents(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(message) if !field.is_map() => Some(message),
        _ => None,
    }
}

fn no_field(path: &str, name: &str, inside: Option<&MessageDescriptor>) -> Fault {
    let said = match inside {
        None => format!("{path:?} continues after a field that has no fields of its own"),
        Some(inside) => {
            let names: Vec<_> = inside.fields().map(|field| field.name().to_owned()).collect();
            format!("{path:?} is not a field: {} has no {name:?}; it has {}", inside.name(), names.join(", "))
        }
    };
    Fault::invalid("read_mask", said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Article, EntityRef, Quote, QuoteHit, TextPhrase};

    fn mask(paths: &[&str]) -> Result<Mask, Fault> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Mask::read(Some(&FieldMask { paths }), "QuoteHit")
    }

    fn hit() -> QuoteHit {
        let speaker = |name: &str| EntityRef { id: format!("person/{name}"), name: name.into(), r#type: 1 };
        QuoteHit {
            quote: Some(Quote {
                text: "The quay is closed.".into(),
                speakers: vec![speaker("ada"), speaker("bo")],
                source: Some(TextPhrase { text: "Ada and Bo".into(), spans: vec![] }),
                article: Some(Article {
                    outlet: "Veld Courier".into(),
                    labels: [("a".into(), "b".into())].into(),
                    ..Default::default()
                }),
                ..Default::default()
            }),
            score: 2.0,
            ..Default::default()
        }
    }

    #[test]
    fn keeps_what_is_named_also_within_lists() {
        let kept = mask(&["quote.speakers.name", "quote.article.labels"]).unwrap().apply(hit());
        let quote = kept.quote.unwrap();
        assert_eq!(quote.speakers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["ada", "bo"]);
        assert!(quote.speakers.iter().all(|one| one.id.is_empty()));
        assert_eq!((quote.text.as_str(), quote.source), ("", None));
        let article = quote.article.unwrap();
        assert_eq!((article.outlet.as_str(), article.labels.len()), ("", 1));
        assert_eq!(kept.score, 0.0);
    }

    #[test]
    fn no_mask_an_empty_one_and_a_star_keep_all() {
        assert_eq!(Mask::read(None, "QuoteHit").unwrap().apply(hit()), hit());
        for paths in [&[][..], &["*"], &["score", "*"]] {
            assert_eq!(mask(paths).unwrap().apply(hit()), hit(), "{paths:?}");
        }
    }

    #[test]
    fn a_whole_field_and_a_part_of_it_are_the_whole_in_any_order() {
        for paths in [["quote", "quote.text"], ["quote.text", "quote"]] {
            assert_eq!(mask(&paths).unwrap().apply(hit()).quote, hit().quote, "{paths:?}");
        }
    }

    #[test]
    fn names_may_be_as_in_json() {
        let (json, proto) = (mask(&["quote.cueLemma"]).unwrap(), mask(&["quote.cue_lemma"]).unwrap());
        assert_eq!(json.wanted, proto.wanted);
        assert!(json.has("quote") && !json.has("score"));
        assert!(json.of("quote").unwrap().has("cue_lemma"));
        assert!(json.of("quote.article").is_none());
    }

    #[test]
    fn a_path_that_names_nothing_is_refused_with_what_there_is() {
        for (path, told) in [
            ("quote.words", "highlights"),
            ("", "score"),
            ("score.x", "no fields of its own"),
            ("quote.article.labels.desk", "no fields of its own"),
        ] {
            let fault = mask(&[path]).unwrap_err();
            assert_eq!(fault.field, "read_mask");
            assert!(
                fault.message.contains(if path == "quote.words" { "cue_lemma" } else { told }),
                "{}",
                fault.message
            );
        }
        let many = vec!["score"; MASK_PATHS + 1];
        assert_eq!(mask(&many).unwrap_err().reason, "LIMIT_EXCEEDED");
    }
}
