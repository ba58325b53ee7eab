//! The fields of a message that an address names: `pageSize=5&filter.outlets=A`.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use prost::Message;
use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage};
use serde_json::{Value as Json, json};
use tonic::Status;

use super::schema;
use crate::{echo, grpc::status};

/// How JSON is read: a field that there is not is a mistake.
pub(super) fn strict() -> DeserializeOptions {
    DeserializeOptions::new().deny_unknown_fields(true)
}

/// Sets the fields that the query of an address names.
pub(super) fn fill(message: &mut DynamicMessage, query: &str) -> Result<(), Status> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut named = BTreeSet::new();
    for (name, value) in pairs {
        let (name, value) = (decoded(name)?, decoded(value)?);
        let is_list = put(message, &name, value)?;
        if !named.insert(name.clone()) && !is_list {
            return Err(status::malformed(&format!("the address gives {} twice", echo::clip(&name))));
        }
    }
    Ok(())
}

/// A part of a query, in which `+` is a space.
fn decoded(part: &str) -> Result<String, Status> {
    let spaced = part.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8();
    let text = text.map_err(|_| status::malformed("the query of the address is not percent-encoded UTF-8"))?;
    Ok(text.into_owned())
}

/// Sets the field with this name, whose parts have dots between them: `filter.outlets`. Returns whether it is one of
/// many values.
pub(super) fn put(message: &mut DynamicMessage, name: &str, value: String) -> Result<bool, Status> {
    let given = echo::clip(&value).into_owned();
    let (named, field) = nested(&message.descriptor(), name, value)?;
    let told = |_| {
        let (name, accepted) = (echo::clip(name), accepted(&field.kind()));
        status::malformed(&format!("{name} in the address is {accepted}, not {given:?}"))
    };
    let named = DynamicMessage::deserialize_with_options(message.descriptor(), named, &strict()).map_err(told)?;
    message.merge(named.encode_to_vec().as_slice()).map_err(|error| status::malformed(&error.to_string()))?;
    Ok(field.is_list())
}

/// The JSON of a message in which only the field with this name is set, and the innermost field of that name.
fn nested(kind: &MessageDescriptor, name: &str, value: String) -> Result<(Json, FieldDescriptor), Status> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let field = field_of(kind, first).ok_or_else(|| unknown(kind, first))?;
    let name = field.json_name().to_owned();
    let (inside, named) = match (rest, field.kind()) {
        (Some(rest), Kind::Message(inner)) if has_parts(&field) => nested(&inner, rest, value)?,
        (Some(_), _) => {
            let message = format!("{} in the address has no fields that an address can name", echo::clip(first));
            return Err(status::malformed(&message));
        }
        (None, Kind::Message(inner)) if !schema::is_text(&inner) || field.is_map() => {
            let message = format!(
                "{} in the address has fields of its own: name one of them, with a dot between, or send the request as \
                 JSON with POST",
                echo::clip(first)
            );
            return Err(status::malformed(&message));
        }
        (None, kind) if field.is_list() => (json!([scalar(&kind, value)]), field),
        (None, kind) => (scalar(&kind, value), field),
    };
    Ok((json!({(name): inside}), named))
}

fn field_of(kind: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    kind.get_field_by_json_name(name).or_else(|| kind.get_field_by_name(name))
}

/// Whether a field is one message, whose fields an address can name.
fn has_parts(field: &FieldDescriptor) -> bool {
    field.kind().as_message().is_some() && !field.is_list() && !field.is_map()
}

/// What to say of a field that there is not. One with its name in a field of the message may be meant.
fn unknown(kind: &MessageDescriptor, name: &str) -> Status {
    let known: Vec<_> = kind.fields().map(|field| field.json_name().to_owned()).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let deeper = |outer: FieldDescriptor| {
        let inner = field_of(outer.kind().as_message()?, name).filter(|_| has_parts(&outer))?;
        Some(format!("{}.{}", outer.json_name(), inner.json_name()))
    };
    let meant: Vec<_> = kind.fields().filter_map(deeper).collect();
    let meant = if meant.is_empty() { String::new() } else { format!("; it may be {}", meant.join(" or ")) };
    status::malformed(&format!("{} is not a field of {}, which has {known}{meant}", echo::clip(name), kind.name()))
}

/// What a value of this kind is, for people.
fn accepted(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Double | Kind::Float => "a number".to_owned(),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => format!("a whole number up to {}", i32::MAX),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => format!("a whole number up to {}", i64::MAX),
        Kind::Uint32 | Kind::Fixed32 => format!("a whole number from 0 to {}", u32::MAX),
        Kind::Uint64 | Kind::Fixed64 => format!("a whole number from 0 to {}", u64::MAX),
        Kind::String => "text".to_owned(),
        Kind::Bytes => "bytes in base64".to_owned(),
        Kind::Enum(names) => {
            let names: Vec<_> = names.values().map(|value| value.name().to_owned()).collect();
            format!("one of {}", names.join(", "))
        }
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => "a time like 2026-03-03T14:05:00Z".to_owned(),
            "google.protobuf.Duration" => "seconds like 1.5s".to_owned(),
            _ => "names of fields, with commas between them".to_owned(),
        },
    }
}

/// A value as JSON has it. JSON takes numbers as text, too.
fn scalar(kind: &Kind, value: String) -> Json {
    match (kind, value.as_str()) {
        (Kind::Bool, "true" | "") => Json::Bool(true),
        (Kind::Bool, "false") => Json::Bool(false),
        _ => Json::String(value),
    }
}
