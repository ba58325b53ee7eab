//! JSON records as articles.

use std::str::FromStr;

use prost_types::Timestamp;
use serde_json::{Map, Value};

use super::super::dates;
use crate::proto::Article;

/// A field of an article, and the names that records give it when nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Url,
    Source,
    Title,
    Authors,
    Language,
    PublishedAt,
    Body,
}

impl Field {
    const ALL: [(Self, &'static str, &'static [&'static str]); 8] = [
        (Self::Id, "id", &["id"]),
        (Self::Url, "url", &["url", "link"]),
        (Self::Source, "source", &["source", "publisher", "outlet"]),
        (Self::Title, "title", &["title", "headline"]),
        (Self::Authors, "authors", &["authors", "author", "byline"]),
        (Self::Language, "language", &["language", "lang"]),
        (Self::PublishedAt, "published_at", &["published_at", "publishedAt", "date", "published", "timestamp"]),
        (Self::Body, "body", &["body", "text", "content"]),
    ];
}

/// Under which name records hold a field: `body=text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldName {
    field: Field,
    name: String,
}

impl FromStr for FieldName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields = || Field::ALL.map(|(_, label, _)| label).join(", ");
        let (label, name) = text.split_once('=').ok_or("expected FIELD=NAME, for example body=text")?;
        let found = Field::ALL.iter().find(|(_, known, _)| *known == label);
        let (field, ..) = found.ok_or_else(|| format!("no field \"{label}\"; the fields are {}", fields()))?;
        Ok(Self { field: *field, name: name.into() })
    }
}

/// Where records hold what.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    chosen: Vec<FieldName>,
}

type Record = Map<String, Value>;

/// An article as a record tells it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    /// The article.
    pub(super) article: Article,
    /// What was passed over because it could not be understood.
    pub(super) passed_over: Option<String>,
}

impl Layout {
    /// The usual names, except for the fields that `chosen` names.
    pub(super) fn new(chosen: Vec<FieldName>) -> Self {
        Self { chosen }
    }

    /// The names to look under, in order of preference.
    fn names(&self, field: Field) -> Vec<&str> {
        let chosen: Vec<_> =
            self.chosen.iter().filter(|name| name.field == field).map(|name| name.name.as_str()).collect();
        if !chosen.is_empty() {
            return chosen;
        }
        Field::ALL
            .iter()
            .filter(|(known, ..)| *known == field)
            .flat_map(|(_, _, names)| names.iter().copied())
            .collect()
    }

    /// The first of the field's names that the record has a value for, with the value.
    fn find<'r>(&self, record: &'r Record, field: Field) -> Option<(String, &'r Value)> {
        self.names(field).into_iter().find_map(|name| {
            let value = record.get(name).or_else(|| nested(record, name)).filter(|value| !value.is_null())?;
            Some((name.to_string(), value))
        })
    }

    fn text(&self, record: &Record, field: Field) -> Result<String, String> {
        self.find(record, field).map_or(Ok(String::new()), |(name, value)| text_of(&name, value))
    }

    /// The record as an article.
    ///
    /// # Errors
    /// In words, when it is no object, has no body, or holds something else where text is expected. A
    /// date that cannot be understood is no reason to lose an article: it is passed over, and told.
    pub(super) fn article(&self, value: &Value) -> Result<Told, String> {
        let record = value.as_object().ok_or_else(|| format!("expected an object, found {}", kind(value)))?;
        let mut told = self.metadata(record)?;
        if self.find(record, Field::Body).is_none() {
            return Err(format!("no body: the record has no field {}", self.names(Field::Body).join(" or ")));
        }
        told.article.body = self.text(record, Field::Body)?;
        Ok(told)
    }

    /// All but the body.
    pub(super) fn metadata(&self, record: &Record) -> Result<Told, String> {
        let published = self.find(record, Field::PublishedAt).map_or(Ok(None), |(name, value)| moment(&name, value));
        let (published_at, passed_over) = match published {
            Ok(moment) => (moment, None),
            Err(why) => (None, Some(why)),
        };
        let article = Article {
            id: self.text(record, Field::Id)?,
            url: self.text(record, Field::Url)?,
            source: self.text(record, Field::Source)?,
            title: self.text(record, Field::Title)?,
            authors: self.find(record, Field::Authors).map_or(Ok(Vec::new()), |(name, value)| authors(&name, value))?,
            language: self.text(record, Field::Language)?,
            published_at,
            published_on: None,
            body: String::new(),
        };
        Ok(Told { article, passed_over })
    }
}

/// The records of a JSON file: the items of an array, or those under `articles`, or the one object.
pub(super) fn records(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Object(mut object) => match object.remove("articles") {
            Some(Value::Array(items)) => items,
            Some(other) => {
                object.insert("articles".into(), other);
                vec![Value::Object(object)]
            }
            None => vec![Value::Object(object)],
        },
        other => vec![other],
    }
}

/// The value at a dotted path: `meta.date`.
fn nested<'r>(record: &'r Record, path: &str) -> Option<&'r Value> {
    let (first, rest) = path.split_once('.')?;
    let inner = record.get(first)?.as_object()?;
    inner.get(rest).or_else(|| nested(inner, rest))
}

/// Text, or a number as text, or what an object calls its name (`"source": {"name": "Veld Courier"}`).
fn text_of(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Object(object) => match object.get("name") {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(format!("field {name}: expected text, found an object without a name")),
        },
        other => Err(format!("field {name}: expected text, found {}", kind(other))),
    }
}

fn authors(name: &str, value: &Value) -> Result<Vec<String>, String> {
    let authors = match value {
        Value::Array(items) => items.iter().map(|item| text_of(name, item)).collect::<Result<Vec<_>, _>>()?,
        one => vec![text_of(name, one)?],
    };
    Ok(authors.into_iter().filter(|author| !author.trim().is_empty()).collect())
}

fn moment(name: &str, value: &Value) -> Result<Option<Timestamp>, String> {
    let found = match value {
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => dates::parse_published(text),
        Value::Number(number) => dates::read_number(&number.to_string()).map(|found| found.time),
        _ => None,
    };
    found.map(Some).ok_or_else(|| {
        format!("field {name}: {value} is no date that is understood (RFC 3339, YYYY-MM-DD or epoch seconds)")
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_usual_names_are_known() {
        let record = json!({
            "id": 17, "link": "https://courier.example/1", "source": {"id": null, "name": "Veld Courier"},
            "headline": "Tide", "author": "Ines Okafor", "lang": "en", "date": "2026-03-03", "text": "The tide turned."
        });
        let article = Layout::default().article(&record).unwrap().article;
        assert_eq!((article.id.as_str(), article.url.as_str()), ("17", "https://courier.example/1"));
        assert_eq!((article.source.as_str(), article.title.as_str()), ("Veld Courier", "Tide"));
        assert_eq!((article.authors, article.language.as_str()), (vec!["Ines Okafor".to_string()], "en"));
        assert_eq!(dates::show_day(&article.published_at.unwrap()), "3 March 2026");
        assert_eq!(article.body, "The tide turned.");
    }

    #[test]
    fn chosen_names_take_the_place_of_the_usual_ones() {
        let chosen = ["body=story", "published_at=meta.when", "id=url"].map(|text| text.parse().unwrap()).to_vec();
        let record = json!({
            "id": "1", "url": "u", "text": "not this", "story": "this", "meta": {"when": 1_772_546_700},
            "authors": [{"name": "A"}, "B", ""], "title": null
        });
        let article = Layout::new(chosen).article(&record).unwrap().article;
        assert_eq!((article.id.as_str(), article.body.as_str(), article.title.as_str()), ("u", "this", ""));
        assert_eq!(article.authors, ["A", "B"]);
        assert_eq!(dates::show_day(&article.published_at.unwrap()), "3 March 2026");
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        let refused = |record: Value| Layout::default().article(&record).unwrap_err();
        assert_eq!(refused(json!({"title": "Tide"})), "no body: the record has no field body or text or content");
        assert_eq!(refused(json!({"body": "a", "title": ["Tide"]})), "field title: expected text, found a list");
        assert_eq!(refused(json!([1])), "expected an object, found a list");
        let dated = Layout::default().article(&json!({"body": "a", "date": "soon"})).unwrap();
        assert!(dated.passed_over.unwrap().starts_with("field date: \"soon\" is no date"));
        assert!("text=body".parse::<FieldName>().unwrap_err().starts_with("no field \"text\"; the fields are id, url"));
    }

    #[test]
    fn a_file_holds_one_record_or_several() {
        assert_eq!(records(json!([1, 2])).len(), 2);
        assert_eq!(records(json!({"status": "ok", "articles": [1, 2, 3]})).len(), 3);
        assert_eq!(records(json!({"articles": 7, "body": "a"})), [json!({"articles": 7, "body": "a"})]);
    }
}
