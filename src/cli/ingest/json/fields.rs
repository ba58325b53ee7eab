//! Reads the fields of a record.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use serde_json::Value;

use super::super::super::dates::{self, Published};
use super::super::fit::{NO_ID, is_id, within};
use super::super::note::{MONTH_FIRST, NO_DATE, Note, shown};
use super::layout::{Chosen, Layout, Record, Told};
use super::names::{Field, FieldName, did_you_mean, folded, is_known, nearest};
use super::rich::{self, Rich};
use super::values;
use super::wrap;
use crate::convert::{AUTHORS, LANGUAGE_BYTES, METADATA_BYTES};
use crate::proto::Article;

/// The note on a number that was not read exactly.
pub(super) const INEXACT: &str = "is not used: numbers of that size are not exact; write it as text";

/// The note on a date that need not be that of publication.
const CHANGED: &str = "is when the article was last changed; it is used, as no date of publication is given";

/// How many spellings of a name are reported.
const MAX_REPORTED: usize = 20;

/// The fields of a record, by their folded names: a layer for the record, and one for each envelope in it.
pub(super) struct Fields<'r> {
    pub(super) layout: &'r Layout,
    pub(super) record: &'r Record,
    pub(super) layers: Vec<Vec<(String, &'r str, &'r Value)>>,
}

impl<'r> Fields<'r> {
    /// The values under the names of a field: first those under the usual names, then those under the fallbacks.
    fn candidates(&self, field: Field) -> [Vec<(&'r str, &'r Value)>; 2] {
        let chosen: Vec<_> = self.layout.chosen.iter().filter(|chosen| chosen.name.field == field).collect();
        if chosen.is_empty() {
            return [self.named(field.usual()), self.named(field.last())];
        }
        let found = chosen.iter().filter_map(|Chosen { name: FieldName { name, .. }, matched }| {
            let exact = self.record.get(name).or_else(|| nested(self.record, name));
            let value = exact.or_else(|| Some(self.named(&[&folded(name)]).first()?.1))?;
            matched.store(true, Ordering::Relaxed);
            Some((name.as_str(), value))
        });
        [found.collect(), Vec::new()]
    }

    /// The values under these folded names, in the order of layers, then of names.
    fn named(&self, names: &[&str]) -> Vec<(&'r str, &'r Value)> {
        let of_layer = |layer: &'_ Vec<(String, &'r str, &'r Value)>| {
            let of_name = |name: &&str| {
                let same = layer.iter().filter(|(folded, ..)| folded == name);
                same.map(|(_, name, value)| (*name, *value)).collect::<Vec<_>>()
            };
            names.iter().flat_map(of_name).collect::<Vec<_>>()
        };
        self.layers.iter().flat_map(of_layer).collect()
    }

    /// The first value that can be read. If none can, the first non-empty one under a usual name is reported.
    fn first<T>(
        &self,
        field: Field,
        read: impl Fn(&Value) -> Option<T>,
        what: &str,
        notes: &mut Vec<Note>,
    ) -> Option<(&'r str, &'r Value, T)> {
        let [usual, last] = self.candidates(field);
        let unread = usual.iter().find(|(_, value)| !values::is_empty(value)).copied();
        let found = usual.into_iter().chain(last).find_map(|(name, value)| Some((name, value, read(value)?)));
        if let Some((name, ..)) = &found {
            self.again(name, notes);
        }
        if let (None, Some((name, value))) = (&found, unread) {
            notes.push(Note::new(name, value, what));
        }
        found
    }

    /// Reports other values under the same name in another spelling: "Title" beside "title".
    pub(super) fn again(&self, used: &str, notes: &mut Vec<Note>) {
        let all = || self.layers.iter().flatten();
        let value = all().find(|(_, name, _)| *name == used).map(|found| found.2);
        let same = folded(used);
        let others = all().filter(|(folded, name, _)| *folded == same && *name != used);
        let lost = others.filter(|(_, _, other)| !values::is_empty(other) && value != Some(*other));
        let what = || format!("is not used: {used} is the same name, and is used");
        notes.extend(lost.take(MAX_REPORTED).map(|(_, name, other)| Note::new(*name, *other, what())));
    }

    fn text(&self, field: Field, most: usize, notes: &mut Vec<Note>) -> String {
        let Some((name, value, text)) = self.first(field, values::text, "is not used: text is expected", notes) else {
            return String::new();
        };
        if value.as_array().is_some_and(|items| items.iter().filter(|item| !values::is_empty(item)).count() > 1) {
            notes.push(Note::new(name, value, "are several values; the first one is used"));
        }
        within(name, text, most, notes)
    }

    pub(super) fn metadata(&self) -> Told {
        let mut notes = Vec::new();
        let mut article = Article {
            id: self.id(&mut notes),
            url: self.url(&mut notes),
            title: values::plain(&self.text(Field::Title, METADATA_BYTES, &mut notes)),
            language_code: self.text(Field::Language, LANGUAGE_BYTES, &mut notes),
            ..Article::default()
        };
        self.outlet(&mut article, &mut notes);
        article.authors = self.authors(&article.outlet, &mut notes);
        self.date(&mut article, &mut notes);
        article.labels = self.labels(&mut notes);
        self.misspelt(&mut notes);
        Told { article, notes }
    }

    /// Reports unknown names that look like a misspelt name of a field that the record lacks.
    fn misspelt(&self, notes: &mut Vec<Note>) {
        let is_chosen = |name: &str| self.layout.chosen.iter().any(|chosen| folded(&chosen.name.name) == name);
        for (folded, name, value) in self.layers.iter().flatten() {
            if values::is_empty(value) || is_known(folded) || is_chosen(folded) {
                continue;
            }
            if let Some((field, meant)) = nearest(folded)
                && self.candidates(field).concat().is_empty()
            {
                notes.push(Note::new(*name, value, did_you_mean(meant)));
            }
        }
    }

    fn id(&self, notes: &mut Vec<Note>) -> String {
        let what = "is not used: an id is text or a number";
        let Some((name, value, id)) = self.first(Field::Id, values::text, what, notes) else {
            // That of an item in a feed may be its address, which is its url.
            let is_chosen = self.layout.chosen.iter().any(|chosen| chosen.name.field == Field::Id);
            let guid = self.named(&["guid"]).into_iter().filter(|_| !is_chosen);
            let guid = guid.into_iter().find_map(|(_, value)| values::text(value));
            return guid.filter(|id| is_id(id) && !values::is_address(id)).unwrap_or_default();
        };
        if let Some(number) = values::inexact(value) {
            notes.push(Note::new(name, number, INEXACT));
            return String::new();
        }
        if is_id(&id) {
            return id;
        }
        notes.push(Note::new(name, format!("{id:?}"), NO_ID));
        String::new()
    }

    fn url(&self, notes: &mut Vec<Note>) -> String {
        let [usual, last] = self.candidates(Field::Url);
        let unread = usual.iter().find(|(_, value)| !values::is_empty(value)).copied();
        let usual: Vec<_> =
            usual.into_iter().filter_map(|(name, value)| Some((name, values::address(value)?))).collect();
        let is_address = |(_, text): &&(&str, String)| values::is_address(text);
        if let Some((name, text)) = usual.iter().find(is_address).or(usual.first()) {
            return within(name, text.clone(), METADATA_BYTES, notes);
        }
        if let Some((name, value)) = unread {
            notes.push(Note::new(name, value, "is not used: an address is expected"));
        }
        // An id or guid may be an address or something else.
        let last = last.into_iter().filter_map(|(_, value)| values::address(value));
        last.into_iter().find(|text| values::is_address(text) && text.len() <= METADATA_BYTES).unwrap_or_default()
    }

    /// The outlet. If an address stands in its place, its host is used.
    fn outlet(&self, article: &mut Article, notes: &mut Vec<Note>) {
        let [usual, last] = self.candidates(Field::Outlet);
        let text = |(name, value)| Some((name, values::text(value)?));
        let found: Vec<(&str, String)> = usual.iter().copied().chain(last).filter_map(text).collect();
        let outlet = found.iter().find(|(_, text)| !values::is_address(text));
        let address = found.iter().find(|(_, text)| values::is_address(text));
        if let Some((name, outlet)) = outlet {
            article.outlet = within(name, values::plain(outlet), METADATA_BYTES, notes);
        } else if let Some(host) = address.and_then(|(_, address)| values::host(address)) {
            article.outlet = host;
        } else if let Some((name, value)) = usual.iter().find(|(_, value)| !values::is_empty(value)) {
            notes.push(Note::new(*name, value, "is not used: text is expected"));
        }
        // trafilatura calls the address of the page its source.
        let page = usual.iter().filter_map(|(_, value)| values::text(value)).find(|text| values::is_page(text));
        if let Some(page) = page.filter(|page| article.url.is_empty() && page.len() <= METADATA_BYTES) {
            article.url = page;
        }
    }

    fn authors(&self, outlet: &str, notes: &mut Vec<Note>) -> Vec<String> {
        let read = |value: &Value| Some(values::authors(value, outlet)).filter(|authors| !authors.is_empty());
        let what = "is not used: names of people, or of an agency, are expected";
        let Some((name, _, authors)) = self.first(Field::Authors, read, what, notes) else { return Vec::new() };
        let fitting = authors.iter().filter(|author| author.len() <= METADATA_BYTES).take(AUTHORS).cloned();
        let fitting: Vec<_> = fitting.collect();
        if fitting.len() < authors.len() {
            let what =
                format!("authors of {} are kept: {AUTHORS} names of {METADATA_BYTES} bytes at most", authors.len());
            notes.push(Note::new(name, fitting.len(), what));
        }
        fitting
    }

    fn date(&self, article: &mut Article, notes: &mut Vec<Note>) {
        let Some((name, value, mut found)) = self.first(Field::PublishTime, values::published, NO_DATE, notes) else {
            return;
        };
        // WordPress gives the local date of the outlet, and next to it the same moment in UTC.
        let in_utc = self.named(&[&format!("{}gmt", folded(name))]);
        if let Some(utc) = in_utc.first().and_then(|(_, value)| values::published(value)) {
            found.time = utc.time;
        }
        // Our own replies give the moment, and next to it the local date of the outlet.
        let there = self.named(&["publishdate"]).into_iter().find_map(|(_, value)| values::calendar_date(value));
        if let Some(there) = there.filter(|_| folded(name) == "publishtime") {
            found.day = there;
        }
        if let Some(exact) = self.with_time(name, value, notes) {
            found = exact;
        }
        let [usual, _] = self.candidates(Field::PublishTime);
        let is_other =
            |(_, value): &&(&str, &Value)| values::published(value).is_some_and(|other| other.is_apart(&found));
        if let Some((other, value)) = usual.iter().find(is_other) {
            notes.push(Note::new(*other, value, format!("is another date than {name}, which is used")));
        }
        let is_unread = |(_, value): &&(&str, &Value)| {
            value.as_str().is_some_and(|text| text.contains(|c: char| c.is_ascii_digit()))
                && values::published(value).is_none()
        };
        if let Some((other, value)) = usual.iter().find(is_unread) {
            notes.push(Note::new(*other, value, NO_DATE));
        }
        if ["updated", "modified"].iter().any(|word| folded(name).contains(word)) {
            notes.push(Note::new(name, value, CHANGED));
        }
        if found.month_first {
            notes.push(Note::new(name, value, MONTH_FIRST));
        }
        found.put_into(article);
    }

    /// The date with the time and the time zone that stand beside it: `"date": "2026-03-03", "time": "14:05",
    /// "timezone": "America/New_York"`. None if there is nothing to add.
    fn with_time(&self, name: &str, value: &Value, notes: &mut Vec<Note>) -> Option<Published> {
        let beside = |names: &[&str]| {
            self.named(names).into_iter().find_map(|(name, value)| Some((name, value.as_str()?.trim())))
        };
        let is_clock =
            |text: &str| text.contains(':') && text.len() <= 16 && text.starts_with(|c: char| c.is_ascii_digit());
        let mut text = value.as_str()?.trim().to_string();
        let mut is_exact = text.contains(':');
        let mut found = None;
        if let Some((_, time)) = beside(&["time"]).filter(|(other, time)| *other != name && !is_exact && is_clock(time))
        {
            text = format!("{text} {time}");
            found = dates::read_published(&text);
            is_exact = found.is_some();
        }
        let zone = beside(&["timezone", "tz", "zone", "timezonename"]).filter(|(_, zone)| is_exact && !zone.is_empty());
        // With a zone of its own, no other can be added.
        let Some((field, zone)) = zone.filter(|_| dates::read_published(&format!("{text} Asia/Tokyo")).is_some())
        else {
            return found;
        };
        let there = dates::read_published(&format!("{text} {zone}"));
        if there.is_none() {
            notes.push(Note::new(field, zone, "is no time zone that is understood; the time is read as UTC"));
        }
        there.or(found)
    }

    /// The client's own keys and values. A value that is not text, an exact number or a boolean costs its key.
    fn labels(&self, notes: &mut Vec<Note>) -> BTreeMap<String, String> {
        let what = "is not used: an object of texts is expected";
        let read = |value: &Value| value.as_object().cloned();
        let Some((name, _, object)) = self.first(Field::Labels, read, what, notes) else { return BTreeMap::new() };
        let mut labels = BTreeMap::new();
        for (key, value) in object {
            if let Some(number) = values::inexact(&value) {
                notes.push(Note::new(format!("{name}.{key}"), number, INEXACT));
                continue;
            }
            match values::label(&value) {
                Some(text) => drop(labels.insert(key, text)),
                None if value.is_null() => {}
                None => notes.push(Note::new(format!("{name}.{key}"), value, "is not used: text is expected")),
            }
        }
        labels
    }

    /// The name of the first body that is not blank, and what was read of it.
    pub(super) fn body(&self) -> Result<(&'r str, Rich), String> {
        let [usual, last] = self.candidates(Field::Body);
        let all: Vec<_> = usual.into_iter().chain(last).collect();
        let read = all.iter().find_map(|(name, value)| Some((*name, self.body_of(name, value)?)));
        if let Some(found) = read {
            return Ok(found);
        }
        let is_empty = |value: &Value| values::is_empty(value) || rich::is_blank(value);
        match all.iter().find(|(_, value)| !is_empty(value)).or(all.first()) {
            Some((name, value)) if !is_empty(value) => {
                Err(format!("field {name}: expected text, found {}", kind(value)))
            }
            Some(_) => Err("the body is empty".into()),
            None => Err(self.no_body()),
        }
    }

    /// The description of a record that has a name or an address, and nothing that can be its body.
    pub(super) fn summary(&self) -> Option<(&'r str, Rich)> {
        let has = |field| self.candidates(field).concat().iter().any(|(_, value)| !values::is_empty(value));
        if has(Field::Body) || !has(Field::Title) || !has(Field::Url) {
            return None;
        }
        let is_chosen = self.layout.chosen.iter().any(|chosen| chosen.name.field == Field::Body);
        let found = self.named(&["description", "summary", "abstract"]).into_iter().filter(|_| !is_chosen);
        found.into_iter().find_map(|(name, value)| Some((name, values::body(value)?)))
    }

    /// Reports other bodies that are longer than the one that is read.
    pub(super) fn longer_bodies(&self, used: &str, text: &str, notes: &mut Vec<Note>) {
        let [usual, _] = self.candidates(Field::Body);
        for (name, value) in usual.into_iter().filter(|(name, _)| folded(name) != folded(used)) {
            let other = self.body_of(name, value).map_or(0, |body| body.text.len());
            // The same text in two forms differs a little.
            if other > text.len() + text.len() / 8 + 32 {
                let what = format!("is left out, though it is longer ({other} bytes); {used} is read");
                notes.push(Note::new(name, "", what));
            }
        }
    }

    pub(super) fn has_body(&self) -> bool {
        self.candidates(Field::Body).concat().iter().any(|(name, value)| self.body_of(name, value).is_some())
    }

    /// The body in a value, unless that is a list of records.
    fn body_of(&self, name: &str, value: &Value) -> Option<Rich> {
        let is_named = |item: &Record| {
            ["title", "headline", "headlines"].iter().any(|name| item.contains_key(*name))
                && ["id", "_id", "guid", "url", "link"].iter().any(|name| item.contains_key(*name))
                && !item.contains_key("__component")
        };
        let are_records = || value.as_array().into_iter().flatten().filter_map(Value::as_object).any(is_named);
        // In a record that has a name itself, they are sections of its text.
        let is_section = folded(name) == "content" && wrap::is_record(self.record);
        // The record itself may be called so, or hold its fields there.
        let holds_record = value.as_object().is_some_and(|object| {
            let is_titled = ["title", "headline", "webTitle"].iter().any(|name| object.contains_key(*name));
            matches!(name, "story" | "article" | "document") && wrap::is_record(object)
                || name == "content" && is_titled && !wrap::is_record(self.record)
                || wrap::is_component(name, object)
        });
        if holds_record || !is_section && are_records() { None } else { values::body(value) }
    }

    fn no_body(&self) -> String {
        let is_text = |(_, value): &(&String, &Value)| {
            value
                .as_array()
                .is_some_and(|items| items.iter().filter_map(Value::as_object).any(|item| rich::part(item).is_some()))
        };
        if let Some((name, _)) = self.record.iter().find(is_text) {
            return format!("{name} holds parts of one text, no records; read it with --field body={name}");
        }
        let own: Vec<_> = self.record.keys().take(12).map(|name| shown(name)).collect();
        let own = if own.is_empty() { "none".into() } else { own.join(", ") };
        match self.layout.chosen.iter().map(|chosen| &chosen.name).find(|chosen| chosen.field == Field::Body) {
            Some(chosen) => format!("no body: the record has no field {}; its fields: {own}", chosen.name),
            None => {
                format!("no body under a usual name; name its field with --field body=NAME; the record's fields: {own}")
            }
        }
    }
}

/// The value at a dotted path such as `meta.date`.
fn nested<'r>(record: &'r Record, path: &str) -> Option<&'r Value> {
    let (first, rest) = path.split_once('.')?;
    let inner = record.get(first)?.as_object()?;
    inner.get(rest).or_else(|| nested(inner, rest))
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
