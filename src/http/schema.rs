//! Messages as JSON Schema (draft 2020-12), as the JSON form of protobuf has them.

use std::collections::BTreeMap;

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value as Json, json};

use super::comments::Comments;

/// Whether the JSON form of a message is a text.
pub(super) fn is_text(message: &MessageDescriptor) -> bool {
    text(message).is_some()
}

/// The schema of a message whose JSON form is a text.
fn text(message: &MessageDescriptor) -> Option<Json> {
    Some(match message.full_name() {
        "google.protobuf.Timestamp" => json!({"type": "string", "format": "date-time"}),
        "google.protobuf.Duration" => json!({"type": "string", "pattern": r"^-?\d+(\.\d+)?s$", "examples": ["1.5s"]}),
        "google.protobuf.FieldMask" => {
            json!({"type": "string", "description": "Names of fields, with commas between them."})
        }
        _ => return None,
    })
}

/// The schemas of messages and enums, by name, and those that they refer to.
pub(super) struct Schemas<'a> {
    comments: &'a Comments,
    by_name: BTreeMap<String, Json>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(comments: &'a Comments) -> Self {
        Self { comments, by_name: BTreeMap::new() }
    }

    pub(super) fn into_json(self) -> Json {
        Json::Object(self.by_name.into_iter().collect())
    }

    /// A reference to the schema of a message, which is added.
    pub(super) fn refer(&mut self, message: &MessageDescriptor) -> Json {
        let name = name(message.full_name());
        if !self.by_name.contains_key(&name) {
            // A message may contain itself.
            self.by_name.insert(name.clone(), Json::Null);
            let schema = self.message(message);
            self.by_name.insert(name.clone(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn message(&mut self, message: &MessageDescriptor) -> Json {
        if message.full_name() == "google.protobuf.Any" {
            return json!({
                "type": "object",
                "properties": {"@type": {"type": "string"}},
                "required": ["@type"],
                "additionalProperties": true,
            });
        }
        let properties: Map<_, _> =
            message.fields().map(|field| (field.json_name().to_owned(), self.field(&field))).collect();
        let mut schema = json!({"type": "object", "properties": properties});
        describe(&mut schema, self.comments.at(&message.parent_file(), message.path()));
        schema
    }

    /// The schema of a field, with what the protos say of it.
    pub(super) fn field(&mut self, field: &FieldDescriptor) -> Json {
        let mut schema = if field.is_map() {
            let values = match field.kind() {
                Kind::Message(entry) => self.kind(&entry.map_entry_value_field().kind()),
                _ => Json::Bool(true),
            };
            json!({"type": "object", "additionalProperties": values})
        } else if field.is_list() {
            json!({"type": "array", "items": self.kind(&field.kind())})
        } else {
            self.kind(&field.kind())
        };
        describe(&mut schema, self.comments.at(&field.parent_file(), field.path()));
        schema
    }

    fn kind(&mut self, kind: &Kind) -> Json {
        match kind {
            Kind::Double | Kind::Float => json!({"type": "number"}),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({"type": "integer", "format": "int32"}),
            Kind::Uint32 | Kind::Fixed32 => json!({"type": "integer", "minimum": 0}),
            // More than a number of JavaScript can hold.
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => json!({"type": "string", "pattern": r"^-?\d+$"}),
            Kind::Uint64 | Kind::Fixed64 => json!({"type": "string", "pattern": r"^\d+$"}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::String => json!({"type": "string"}),
            Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
            Kind::Message(message) => text(message).unwrap_or_else(|| self.refer(message)),
            Kind::Enum(choices) => self.choices(choices),
        }
    }

    fn choices(&mut self, choices: &EnumDescriptor) -> Json {
        let name = name(choices.full_name());
        if !self.by_name.contains_key(&name) {
            let names: Vec<_> = choices.values().map(|value| value.name().to_owned()).collect();
            let said = choices.values().map(|value| {
                let said = self.comments.at(&choices.parent_file(), value.path());
                format!("- `{}`: {said}", value.name())
            });
            let of_all = self.comments.at(&choices.parent_file(), choices.path());
            let description = std::iter::once(of_all.to_owned()).chain([String::new()]).chain(said);
            let description = description.collect::<Vec<_>>().join("\n");
            self.by_name.insert(name.clone(), json!({"type": "string", "enum": names, "description": description}));
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }
}

/// The name of a message or an enum, without the package if it is ours.
fn name(full: &str) -> String {
    full.strip_prefix("sayso.v1.").unwrap_or(full).to_owned()
}

fn describe(schema: &mut Json, said: &str) {
    if !said.is_empty() {
        schema["description"] = said.into();
    }
}
