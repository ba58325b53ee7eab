//! The OpenAPI 3.1 document, made from the protos and their comments.

use std::collections::BTreeSet;

use axum::http::Method;
use prost_reflect::{FieldDescriptor, Kind};
use serde_json::{Map, Value as Json, json};

use super::{
    comments::Comments,
    rules::{Payload, Rule, Rules},
    schema::{self, Schemas},
};
use crate::{descriptors, proto::AccessScope};

/// How deep fields of a request may lie that an address can name: `filter.publishTime.startTime`.
const MAX_DEPTH: usize = 3;

/// The document of all rules.
pub(super) fn document(rules: &Rules) -> Json {
    let comments = Comments::of(descriptors::files());
    let mut schemas = Schemas::new(&comments);
    let mut paths = Map::new();
    let mut services = BTreeSet::new();
    for rule in rules.iter() {
        let operation = operation(rule, &comments, &mut schemas);
        let verb = rule.verb.as_str().to_ascii_lowercase();
        services.insert(rule.method.parent_service().name().to_owned());
        let path = paths.entry(rule.template.shown.clone()).or_insert_with(|| json!({}));
        path[verb] = operation;
    }
    let error = error(&mut schemas);
    let mut components = schemas.into_json();
    components["Error"] = error;
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sayso",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Who said what, about whom, when, and where it is written. Every call is a call of the gRPC API \
                in JSON: fields may be named in camelCase or as in the protos, 64-bit numbers are strings, and streams \
                are one JSON document a line.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": services.into_iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "paths": paths,
        "security": [{}, {"key": []}],
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {
                "type": "http",
                "scheme": "bearer",
                "description": "A key from `sayso keys create`, or a token of the identity provider, if the server asks for them.",
            }},
        },
    })
}

/// The schema of an error (AIP-193).
fn error(schemas: &mut Schemas) -> Json {
    let details = descriptors::message_of("google.protobuf.Any").map_or(Json::Bool(true), |any| schemas.refer(&any));
    json!({
        "type": "object",
        "description": "Why a call failed. `details` holds a google.rpc.ErrorInfo, whose `reason` is the name of an ErrorReason.",
        "properties": {"error": {
            "type": "object",
            "properties": {
                "code": {"type": "integer", "description": "The status of HTTP."},
                "message": {"type": "string"},
                "status": {"type": "string", "description": "The code of gRPC: INVALID_ARGUMENT, NOT_FOUND …"},
                "details": {"type": "array", "items": details},
            },
            "required": ["code", "message", "status"],
        }},
        "required": ["error"],
    })
}

fn operation(rule: &Rule, comments: &Comments, schemas: &mut Schemas) -> Json {
    let method = &rule.method;
    let service = method.parent_service();
    // The examples of the protos are for grpcurl.
    let said = comments.at(&service.parent_file(), method.path()).split("\n\nExample: ").next().unwrap_or_default();
    let summary = said.split_inclusive(". ").next().unwrap_or_default().trim().trim_end_matches('.');
    let scope = descriptors::scope(method).and_then(|scope| AccessScope::try_from(scope).ok()).unwrap_or_default();
    let suffix = if rule.number == 0 { "" } else { "ByPost" };
    let kind = if method.is_server_streaming() { "application/x-ndjson" } else { "application/json" };
    let mut operation = json!({
        "operationId": format!("{}{suffix}", method.name()),
        "tags": [service.name()],
        "summary": summary,
        "description": said,
        "x-required-scope": scope.as_str_name().trim_start_matches("ACCESS_SCOPE_").to_ascii_lowercase(),
        "responses": {
            "200": {"description": "The answer.", "content": {kind: {"schema": schemas.refer(&method.output())}}},
            "default": {
                "description": "Why the call failed.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    });
    let parameters = parameters(rule, schemas);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = body(rule, schemas) {
        operation["requestBody"] = body;
    }
    operation
}

fn body(rule: &Rule, schemas: &mut Schemas) -> Option<Json> {
    let input = rule.method.input();
    let schema = match &rule.body {
        Payload::None => return None,
        Payload::Whole => schemas.refer(&input),
        Payload::Field(name) => schemas.field(&input.get_field_by_name(name)?),
    };
    let kind = if rule.method.is_client_streaming() { "application/x-ndjson" } else { "application/json" };
    Some(json!({"required": true, "content": {kind: {"schema": schema}}}))
}

/// The fields of a request that are in its address.
fn parameters(rule: &Rule, schemas: &mut Schemas) -> Vec<Json> {
    let mut all = Vec::new();
    let input = rule.method.input();
    let in_path: Vec<_> = rule.template.variables().collect();
    for field in in_path.iter().filter_map(|name| input.get_field_by_name(name)) {
        all.push(json!({"name": field.name(), "in": "path", "required": true, "schema": schemas.field(&field)}));
    }
    if rule.body == Payload::Whole || rule.method.is_client_streaming() {
        return all;
    }
    let in_body = match &rule.body {
        Payload::Field(name) => Some(name.as_str()),
        _ => None,
    };
    let left = input.fields().filter(|field| !in_path.contains(&field.name()) && in_body != Some(field.name()));
    for field in left {
        in_query(&field, "", MAX_DEPTH, schemas, &mut all);
    }
    debug_assert!(rule.verb != Method::GET || in_body.is_none(), "a GET has no body");
    all
}

/// Adds a field that an address can name, or those within it.
fn in_query(field: &FieldDescriptor, before: &str, depth: usize, schemas: &mut Schemas, into: &mut Vec<Json>) {
    let name = format!("{before}{}", field.json_name());
    match field.kind() {
        _ if field.is_map() => {}
        Kind::Message(inner) if !schema::is_text(&inner) => {
            if !field.is_list() && depth > 1 && field.parent_message() != &inner {
                for inside in inner.fields() {
                    in_query(&inside, &format!("{name}."), depth - 1, schemas, into);
                }
            }
        }
        _ => {
            let mut schema = schemas.field(field);
            let said = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter = json!({"name": name, "in": "query", "schema": schema});
            if let Some(said) = said {
                parameter["description"] = said;
            }
            into.push(parameter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document = document(&Rules::of_protos());
        let text = document.to_string();
        let mut references = 0;
        for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
            references += 1;
        }
        assert!(references > 100);
        let search = &document["paths"]["/v1/sentences:search"]["get"];
        assert_eq!(search["operationId"], "SearchSentences");
        let names: Vec<_> =
            search["parameters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"query") && names.contains(&"filter.outlets"), "{names:?}");
        let ids: BTreeSet<_> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), Rules::of_protos().iter().count());
    }
}
