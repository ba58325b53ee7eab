//! Arguments of a tool, and what is wrong with them in words that help to call again.

use std::borrow::Cow;
use std::marker::PhantomData;

use rmcp::model::JsonObject;
use rmcp::schemars::{JsonSchema, Schema, SchemaGenerator, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cli::fault::Fault;

/// Arguments as they came, of a tool that takes `T`. They are read by [`Given::read`], which names the argument that is
/// wrong: the library would answer with the words of its JSON reader, which do not.
#[derive(Clone, Debug)]
pub(super) struct Given<T> {
    arguments: JsonObject,
    taken: PhantomData<fn() -> T>,
}

impl<'de, T> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { arguments: JsonObject::deserialize(deserializer)?, taken: PhantomData })
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: DeserializeOwned + JsonSchema> Given<T> {
    /// The arguments.
    ///
    /// # Errors
    /// An argument that the tool does not take, one that is missing, or one of another type. The error names it, and
    /// what would be accepted.
    pub(super) fn read(self) -> Result<T, Fault> {
        let read = serde_json::from_value(Value::Object(self.arguments.clone()));
        read.map_err(|error| Fault::usage(wrong::<T>(&self.arguments).unwrap_or_else(|| error.to_string())))
    }
}

/// What is wrong with these arguments: the first fault.
fn wrong<T: DeserializeOwned + JsonSchema>(arguments: &JsonObject) -> Option<String> {
    let schema = schema_for!(T);
    let known: Vec<&str> =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| &**name).collect();
    if let Some(name) = arguments.keys().find(|name| !known.contains(&name.as_str())) {
        return Some(format!("there is no argument \"{name}\": expected {}", known.join(", ")));
    }
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(name) = required.iter().find(|name| !arguments.contains_key(**name)) {
        return Some(format!("the argument \"{name}\" is missing"));
    }
    arguments.iter().find_map(|(name, value)| {
        // This one alone, and texts for those without which nothing is read.
        let mut alone: JsonObject = required.iter().map(|name| ((*name).to_owned(), Value::from(""))).collect();
        alone.insert(name.clone(), value.clone());
        let error = serde_json::from_value::<T>(Value::Object(alone)).err()?;
        Some(format!("{name} is {value}: expected {}", expected(&error.to_string())))
    })
}

/// What the library expected instead, in words: behind "expected" in its error.
fn expected(error: &str) -> String {
    let words = error.rsplit("expected ").next().unwrap_or(error).replace('`', "");
    match words.as_str() {
        "u16" => "a number from 0 to 65535".to_owned(),
        "a boolean" => "true or false".to_owned(),
        _ => words,
    }
}
