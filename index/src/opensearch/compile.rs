//! From a parsed query ([`Expr`]) to a query of OpenSearch, within the block of a sentence or a quote.
//!
//! The words of a condition are those of `crate::rows`, as in the embedded engine. They are terms already, so nothing
//! here is read by an analyzer but the words of a phrase, which it parts at blanks.

use sayso_document::Date;
use serde_json::{Value, json};

use super::misspelt::within_edits;
use crate::Result;
use crate::article::type_word;
use crate::keys::{label_key, label_value, part_word};
use crate::query::{Expr, Field, Part, Property, Role};
use crate::rows::{Matcher, Row, has_stems, rows};
use crate::words::{act_word, kind_word, polarity_word};

/// The blocks that are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocks {
    /// The sentences of an article.
    Sentences,
    /// Its quotes.
    Quotes,
    /// What is known of it as a whole, which is no block of its own.
    Whole,
}

impl Blocks {
    /// The field of the document that has them.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Sentences => "sentences",
            Self::Quotes => "quotes",
            Self::Whole => "whole",
        }
    }

    /// The full name of one of their fields.
    pub(super) fn field(self, name: &str) -> String {
        format!("{}.{name}", self.path())
    }
}

/// Lucene leaves a factor out of BM25 that is the same for all words, k1 + 1. Beside what scores a fixed 1, it counts.
const SCALE: f32 = 2.2;

/// Compiles queries. `names` looks up the ids of the entities that a name means.
pub(super) struct Compiler<'a> {
    /// The kind of blocks that the query looks at.
    pub(super) blocks: Blocks,
    /// Who is meant by a name.
    pub(super) names: &'a dyn Fn(&str) -> Result<Vec<String>>,
}

/// Matches nothing.
pub(super) fn nothing() -> Value {
    json!({ "match_none": {} })
}

/// Matches what passes all of these, with a score of 0.
pub(super) fn all_of(filters: Vec<Value>) -> Value {
    match filters.is_empty() {
        true => json!({ "bool": { "filter": [{ "match_all": {} }] } }),
        false => json!({ "bool": { "filter": filters } }),
    }
}

/// Matches what passes any of these.
pub(super) fn any_of(parts: &[Value]) -> Value {
    json!({ "bool": { "should": parts, "minimum_should_match": 1 } })
}

/// Any of these values of a field.
pub(super) fn terms(field: String, values: impl IntoIterator<Item = impl Into<Value>>) -> Value {
    let values: Vec<Value> = values.into_iter().map(Into::into).collect();
    json!({ "terms": { field: values } })
}

/// Moments in `[from, until)`.
pub(super) fn within(field: String, from: Option<i64>, until: Option<i64>) -> Value {
    match (from, until) {
        (None, None) => json!({ "match_all": {} }),
        (Some(from), None) => json!({ "range": { field: { "gte": from } } }),
        (None, Some(until)) => json!({ "range": { field: { "lt": until } } }),
        (Some(from), Some(until)) => json!({ "range": { field: { "gte": from, "lt": until } } }),
    }
}

/// The best of these counts.
fn best_of(mut queries: Vec<Value>) -> Value {
    match queries.len() {
        0 => nothing(),
        1 => queries.remove(0),
        _ => json!({ "dis_max": { "queries": queries } }),
    }
}

/// Matches the same, and all matches have a score of 1.
fn constant(query: Value) -> Value {
    json!({ "constant_score": { "filter": query } })
}

impl Compiler<'_> {
    /// Compiles a query.
    pub(super) fn compile(&self, expr: &Expr) -> Result<Value> {
        Ok(match expr {
            Expr::All => all_of(Vec::new()),
            Expr::Fuzzy { field, .. } => self.fuzzy(*field, expr),
            Expr::Word { .. } | Expr::Phrase { .. } | Expr::Prefix { .. } | Expr::Wildcard { .. } => self.written(expr),
            Expr::Date { from: None, until: None } => self.compile(&Expr::Is(Property::Has(Part::Date)))?,
            Expr::Date { from, until } => all_of(vec![within(self.blocks.field("published"), *from, *until)]),
            Expr::Is(property) => all_of(vec![self.property(property)]),
            Expr::Entity { role, name } => all_of(vec![self.entity(*role, name)?]),
            Expr::Either(parts) => best_of(self.all(parts)?),
            Expr::Boost { expr, weight } => json!({ "bool": { "must": [self.compile(expr)?], "boost": weight } }),
            Expr::Bool { must, should, must_not } => {
                let required = usize::from(must.is_empty() && !should.is_empty());
                json!({ "bool": {
                    "must": self.all(must)?,
                    "should": self.all(should)?,
                    "must_not": self.all(must_not)?,
                    "filter": { "match_all": {} },
                    "minimum_should_match": required,
                } })
            }
        })
    }

    /// Compiles several.
    fn all(&self, list: &[Expr]) -> Result<Vec<Value>> {
        list.iter().map(|expr| self.compile(expr)).collect()
    }

    /// The field of exact words, for a field of a query. None for one that these blocks do not have.
    pub(super) fn exact(&self, field: Field) -> Option<String> {
        let quotes = self.blocks == Blocks::Quotes;
        let name = match field {
            Field::Text if self.blocks == Blocks::Whole => return None,
            Field::Text => "text_exact",
            Field::Title => "title_exact",
            Field::Outlet => "outlet",
            Field::Author => "author",
            Field::Speaker if quotes => "speaker",
            Field::About if quotes => "about",
            Field::Cue if quotes => "cue_exact",
            Field::Speaker | Field::About | Field::Cue => return None,
        };
        Some(self.blocks.field(name))
    }

    /// A condition on words.
    fn written(&self, expr: &Expr) -> Value {
        let Some((field, rows)) = rows(expr) else { return nothing() };
        let Some(exact) = self.exact(field) else { return nothing() };
        let stemmed = match has_stems(field) {
            true => exact.trim_end_matches("_exact").to_owned(),
            false => exact.clone(),
        };
        best_of(rows.iter().map(|row| row_query(&exact, &stemmed, row)).collect())
    }

    /// Words within some edits of these, all of them.
    fn fuzzy(&self, field: Field, expr: &Expr) -> Value {
        let Some(exact) = self.exact(field) else { return nothing() };
        let matchers = rows(expr).map(|(_, rows)| rows).unwrap_or_default().into_iter().flat_map(|row| row.words);
        let near = |matcher| match matcher {
            Matcher::Fuzzy(text, edits) => Some(within_edits(&exact, &text, edits)),
            _ => None,
        };
        let parts: Vec<Value> = matchers.filter_map(near).collect();
        if parts.is_empty() { nothing() } else { json!({ "bool": { "must": parts } }) }
    }

    /// A property; nothing if these blocks do not have it.
    fn property(&self, property: &Property) -> Value {
        let one = |name: &str, value: &str| json!({ "term": { self.blocks.field(name): value } });
        let quotes = self.blocks == Blocks::Quotes;
        match property {
            Property::Language(code) => one("language", &code.to_ascii_lowercase()),
            Property::Label { key, value: None } => one("label", &label_key(key)),
            Property::Label { key, value: Some(value) } => one("label", &label_value(key, value)),
            Property::Type(kind) => one("types", type_word(*kind)),
            Property::Kind(kind) if quotes => one("facet", kind_word(*kind)),
            Property::Act(act) if quotes => one("facet", act_word(*act)),
            Property::Polarity(polarity) if quotes => one("facet", polarity_word(*polarity)),
            Property::Confidence { least, most } if quotes => confident(*least, *most),
            Property::Said { from, until } if quotes => said(*from, *until),
            Property::Has(part) => one("has", part_word(*part)),
            Property::Kind(_) | Property::Act(_) | Property::Polarity(_) => nothing(),
            Property::Confidence { .. } | Property::Said { .. } => nothing(),
        }
    }

    /// Entities of a name, in a part of the hit.
    fn entity(&self, role: Role, name: &str) -> Result<Value> {
        let ids = (self.names)(name)?;
        Ok(match (role, self.blocks) {
            (Role::Any, Blocks::Sentences | Blocks::Whole) => terms(self.blocks.field("mentions"), ids),
            (Role::Any, Blocks::Quotes) => of_anybody(&ids),
            (Role::Addressee, Blocks::Sentences | Blocks::Whole) => nothing(),
            (Role::Addressee, Blocks::Quotes) => terms(self.blocks.field("addressee_ids"), ids),
        })
    }
}

/// Words in a row. Rows of stems are found in one field, all others in the other.
fn row_query(exact: &str, stemmed: &str, row: &Row) -> Value {
    let mut field = exact;
    let mut words = Vec::with_capacity(row.words.len());
    let mut prefix = None;
    for matcher in &row.words {
        match matcher {
            Matcher::Exact(word) => words.push(word.as_str()),
            Matcher::Stem(stem) => {
                field = stemmed;
                words.push(stem);
            }
            Matcher::Prefix(begun) => prefix = Some(begun.as_str()),
            Matcher::Wildcard(form) => return constant(json!({ "regexp": { exact: pattern(form) } })),
            Matcher::Fuzzy(..) => return nothing(),
        }
    }
    match prefix {
        None => sequence(field, &words, row.slop),
        Some(begun) if words.is_empty() => constant(json!({ "prefix": { field: { "value": begun } } })),
        Some(begun) => begun_phrase(field, &words, begun),
    }
}

/// One word, or several in this order, with up to `slop` others between them.
fn sequence(field: &str, words: &[&str], slop: u32) -> Value {
    match words {
        [] => nothing(),
        [word] => json!({ "term": { field: { "value": word, "boost": SCALE } } }),
        words => json!({ "match_phrase": { field: { "query": words.join(" "), "slop": slop, "boost": SCALE } } }),
    }
}

/// Words in this order, then one that begins so. As in the embedded engine, the words before it are scored, where there
/// are several. Spans refuse a beginning of more words than the cluster looks for; `match_phrase_prefix` would leave
/// some of them out.
fn begun_phrase(field: &str, words: &[&str], begun: &str) -> Value {
    let mut clauses: Vec<Value> =
        words.iter().map(|word| json!({ "span_term": { field: { "value": word } } })).collect();
    clauses.push(json!({ "span_multi": { "match": { "prefix": { field: { "value": begun } } } } }));
    let spans = json!({ "span_near": { "clauses": clauses, "slop": 0, "in_order": true } });
    match words {
        [_] => constant(spans),
        words => json!({ "bool": { "must": [sequence(field, words, 0)], "filter": [spans] } }),
    }
}

/// A form as a regular expression: a star is any letters, a question mark one. Forms for capitals begin with a control
/// character, which is no letter.
fn pattern(form: &str) -> Value {
    let mut pattern = String::new();
    for c in form.chars() {
        match c {
            '*' => pattern.push_str("[^\u{0}-\u{1f}]*"),
            '?' => pattern.push_str("[^\u{0}-\u{1f}]"),
            c if c.is_alphanumeric() => pattern.push(c),
            c => pattern.extend(['\\', c]),
        }
    }
    json!({ "value": pattern, "flags": "NONE", "max_determinized_states": 100_000 })
}

/// Quotes in which one of these entities speaks, is spoken to or is mentioned.
pub(super) fn of_anybody(ids: &[String]) -> Value {
    let parts = ["speaker_ids", "about_ids", "addressee_ids"];
    any_of(&parts.map(|name| terms(Blocks::Quotes.field(name), ids.iter().map(String::as_str))))
}

/// Quotes of a confidence in this range.
fn confident(least: f32, most: f32) -> Value {
    // What is stored is the nearest number with 24 bits to one of three digits.
    const HALF_A_STEP: f64 = 0.000_5;
    let (least, most) = (f64::from(least) - HALF_A_STEP, f64::from(most) + HALF_A_STEP);
    json!({ "range": { Blocks::Quotes.field("confidence"): { "gte": least, "lte": most } } })
}

/// Quotes that may have been said in `[from, until)`, if the text dates them.
pub(super) fn said(from: Option<Date>, until: Option<Date>) -> Value {
    let day = |date: Date| i64::from(date.days());
    let last = from.map(|from| within(Blocks::Quotes.field("said_last"), Some(day(from)), None));
    let first = until.map(|until| within(Blocks::Quotes.field("said_first"), None, Some(day(until))));
    let ends: Vec<Value> = last.into_iter().chain(first).collect();
    if ends.is_empty() { nothing() } else { all_of(ends) }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::FORMS;
    use super::*;
    use crate::query::{ParseOptions, parse};

    fn compiled(text: &str) -> Value {
        let compiler = Compiler { blocks: Blocks::Sentences, names: &|_| Ok(vec!["person/ada-lind".into()]) };
        compiler.compile(&parse(text, &ParseOptions::sentences()).unwrap()).unwrap()
    }

    #[test]
    fn words_are_looked_for_in_the_form_that_is_asked_for() {
        let stem = json!({ "term": { "sentences.text": { "value": "harbor", "boost": SCALE } } });
        assert_eq!(compiled("Harbours"), stem);
        let words = json!({ "query": "the ports", "slop": 2, "boost": SCALE });
        let phrase = json!({ "match_phrase": { "sentences.text_exact": words } });
        assert_eq!(compiled("\"The ports\"~2"), phrase);
        let ways = &compiled("e-mail")["dis_max"]["queries"];
        assert_eq!(ways[0]["match_phrase"]["sentences.text"]["query"], "e mail");
        assert_eq!(ways[1]["term"]["sentences.text"]["value"], "email");
        assert_eq!(compiled("title:WHO")["term"]["sentences.title_exact"]["value"], "\u{1}who");
        let pattern = &compiled("po?t*")["constant_score"]["filter"]["regexp"]["sentences.text_exact"]["value"];
        assert_eq!(pattern, "po[^\u{0}-\u{1f}]t[^\u{0}-\u{1f}]*");
        let speaker = Expr::Word { field: Field::Speaker, text: "lind".into() };
        let compiler = Compiler { blocks: Blocks::Sentences, names: &|_| Ok(Vec::new()) };
        assert_eq!(compiler.compile(&speaker).unwrap(), nothing(), "sentences have no speakers");
    }

    #[test]
    fn no_word_of_a_phrase_is_parted() {
        assert!(!compiled("\"a|b c\"").to_string().contains(FORMS));
    }
}
