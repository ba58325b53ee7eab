//! The fields of an article, or of one block of it.

use serde_json::{Map, Value};

use crate::keys::part_word;
use crate::opensearch::tokens::{NOTHING, Reading, tokens};
use crate::query::Part;

/// Fields with their values.
#[derive(Clone, Default)]
pub(super) struct Block(pub(super) Map<String, Value>);

impl Block {
    /// Sets a field.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Sets a field to one value or more; without any, it is left out.
    pub(super) fn set_all(&mut self, name: &str, values: impl IntoIterator<Item = impl Into<Value>>) {
        let mut values: Vec<Value> = values.into_iter().map(Into::into).collect();
        match values.len() {
            0 => {}
            1 => self.set(name, values.remove(0)),
            _ => self.set(name, values),
        }
    }

    /// Adds values to a field.
    pub(super) fn add(&mut self, name: &str, more: impl IntoIterator<Item = impl Into<Value>>) {
        let mut values = match self.0.remove(name) {
            Some(Value::Array(values)) => values,
            other => other.into_iter().collect(),
        };
        values.extend(more.into_iter().map(Into::into));
        self.set_all(name, values);
    }

    /// Sets a field of words to what these texts have.
    pub(super) fn set_words(&mut self, name: &str, reading: Reading, texts: &[&str]) {
        let read = texts.iter().map(|text| tokens(text, reading)).filter(|tokens| !tokens.is_empty());
        self.set_all(name, read);
        if !self.0.contains_key(name) {
            self.set(name, NOTHING);
        }
    }

    /// Sets a field of stems, and that of the same words as they are.
    pub(super) fn set_stems_and_words(&mut self, name: &str, reading: Reading, texts: &[&str]) {
        self.set_words(name, Reading::Stemmed, texts);
        self.set_words(&format!("{name}_exact"), reading, texts);
    }

    /// Says what there is at all.
    pub(super) fn add_parts(&mut self, parts: &[(Part, bool)]) {
        self.add("has", parts.iter().filter(|(_, has)| *has).map(|&(part, _)| part_word(part)));
    }
}
