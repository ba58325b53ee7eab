//! JSON records as articles.
//!
//! [`cut`] parts a file into pieces, [`parse`] makes values of them, [`wrap`] finds the records in what surrounds them,
//! [`names`] knows under which names records hold what, and [`values`] in which forms. Nothing but the body can cost an
//! article: what else is not understood is left out, and told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};

use super::fit::{NO_ID, is_id, within};
use super::note::{MONTH_FIRST, NO_DATE, Note, shown};
use crate::convert::{AUTHORS, LANGUAGE_BYTES, METADATA_BYTES};
use crate::proto::Article;

mod cut;
mod names;
mod parse;
mod repair;
mod values;
mod wrap;

pub(super) use cut::{At, Limits, Piece, pieces};
pub(super) use names::{Field, FieldName, did_you_mean, folded, is_known, nearest};
pub(super) use parse::{Malformed, parse};

/// From here on two whole numbers may be one number for JSON: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Where records hold what.
#[derive(Debug, Default)]
pub(super) struct Layout {
    chosen: Vec<Chosen>,
}

/// A name that the user gave a field, and whether a record had it.
#[derive(Debug)]
struct Chosen {
    name: FieldName,
    matched: AtomicBool,
}

type Record = Map<String, Value>;

/// An article as a record or page tells it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    /// The article.
    pub(super) article: Article,
    /// What was left out because it could not be understood, or read with a guess.
    pub(super) notes: Vec<Note>,
}

impl Layout {
    /// The usual names, except for the fields that `chosen` names.
    pub(super) fn new(chosen: Vec<FieldName>) -> Self {
        let chosen = chosen.into_iter().map(|name| Chosen { name, matched: AtomicBool::new(false) });
        Self { chosen: chosen.collect() }
    }

    /// The names that no record had so far.
    pub(super) fn unmatched(&self) -> Vec<&FieldName> {
        let unmatched = self.chosen.iter().filter(|chosen| !chosen.matched.load(Ordering::Relaxed));
        unmatched.map(|chosen| &chosen.name).collect()
    }

    /// The articles of a value: of a record, or of a list of records within it. `around` is what was told beside the
    /// list that the value comes from. In place of what is no article stands the reason, in words.
    pub(super) fn articles(&self, value: Value, around: &Record) -> Vec<Result<Told, String>> {
        let mut articles = Vec::new();
        self.gather(value, &Feed::of(around), 0, &mut articles);
        articles
    }

    fn gather(&self, value: Value, feed: &Feed, depth: usize, articles: &mut Vec<Result<Told, String>>) {
        let mut object = match value {
            Value::Object(object) => object,
            other => return articles.push(Err(format!("expected an object, found {}", kind(&other)))),
        };
        if self.fields(&object).has_body() {
            return articles.push(self.article(&object, feed));
        }
        if depth < wrap::DEEPEST
            && let Some((items, holder)) = wrap::unwrapped(&mut object, 1)
        {
            let feed = Feed::of(&holder);
            return items.into_iter().for_each(|item| self.gather(item, &feed, depth + 1, articles));
        }
        if let Some(found) = self.by_id(&object) {
            return articles.extend(found);
        }
        let inner = wrap::inner(&object).into_iter().find(|inner| self.fields(inner).has_body());
        articles.push(self.article(inner.unwrap_or(&object), feed));
    }

    /// The articles of an object that holds records under their ids.
    fn by_id(&self, object: &Record) -> Option<Vec<Result<Told, String>>> {
        let records: Vec<_> = object.iter().map(|(id, value)| Some((id, value.as_object()?))).collect::<Option<_>>()?;
        if records.is_empty() || !records.iter().all(|(_, record)| self.fields(record).has_body()) {
            return None;
        }
        let article = |(id, record): (&String, &Record)| {
            let mut told = self.article(record, &Feed::default())?;
            if told.article.id.is_empty() && is_id(id) {
                told.article.id.clone_from(id);
            }
            Ok(told)
        };
        Some(records.into_iter().map(article).collect())
    }

    fn fields<'r>(&'r self, record: &'r Record) -> Fields<'r> {
        let layer =
            |layer: &'r Record| layer.iter().map(|(name, value)| (folded(name), name.as_str(), value)).collect();
        let layers = wrap::layers(record).into_iter().map(layer).collect();
        Fields { layout: self, record, layers }
    }

    /// The record as an article, or in words why it is none.
    fn article(&self, record: &Record, feed: &Feed) -> Result<Told, String> {
        let fields = self.fields(record);
        let mut told = fields.metadata();
        feed.fill(&mut told.article);
        let (name, body) = fields.body()?;
        told.article.body = body;
        if folded(name) == "leadparagraph" {
            told.notes.push(Note::new(name, "", "is only the start of a text; the record does not hold the rest"));
        }
        if let Some(mark) = take_cut_mark(&mut told.article.body) {
            told.notes.push(Note::new(name, mark, "says that the text is cut off there"));
        }
        Ok(told)
    }

    /// All but the body.
    pub(super) fn metadata(&self, record: &Record) -> Told {
        self.fields(record).metadata()
    }
}

/// The fields of a record, by their folded names; a layer for the record and one for each envelope in it.
struct Fields<'r> {
    layout: &'r Layout,
    record: &'r Record,
    layers: Vec<Vec<(String, &'r str, &'r Value)>>,
}

impl<'r> Fields<'r> {
    /// What stands under the names of a field: first the usual ones, then those that are taken last.
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

    /// What stands under these folded names, in the order of layers, then of names.
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

    /// The first value that can be read. Where none can, the first of the usual names that tells something is told.
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
        if let (None, Some((name, value))) = (&found, unread) {
            notes.push(Note::new(name, value, what));
        }
        found
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

    fn metadata(&self) -> Told {
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

    /// Tells of names that are none of ours but nearly one of a field that the record lacks.
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
        let Some((name, value, id)) = self.first(Field::Id, values::text, what, notes) else { return String::new() };
        if let Some(number) = value.as_f64().filter(|number| number.abs() >= EXACT && value.is_f64()) {
            let what = "is not used: numbers of that size are not exact; write it as text";
            notes.push(Note::new(name, number, what));
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
        // An id or guid may be an address, and may be something else.
        let last = last.into_iter().filter_map(|(_, value)| values::address(value));
        last.into_iter().find(|text| values::is_address(text) && text.len() <= METADATA_BYTES).unwrap_or_default()
    }

    /// The outlet. An address in its place tells at least where it was published.
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
        // WordPress tells the date where the outlet is, and beside it the same moment in UTC.
        let in_utc = self.named(&[&format!("{}gmt", folded(name))]);
        if let Some(utc) = in_utc.first().and_then(|(_, value)| values::published(value)) {
            found.time = utc.time;
        }
        // We tell the moment, and beside it the date where the outlet is.
        let there = self.named(&["publishdate"]).into_iter().find_map(|(_, value)| values::calendar_date(value));
        if let Some(there) = there.filter(|_| folded(name) == "publishtime") {
            found.day = there;
        }
        if found.month_first {
            notes.push(Note::new(name, value, MONTH_FIRST));
        }
        found.put_into(article);
    }

    /// The client's own keys. A value that is no text, number or truth value costs its key.
    fn labels(&self, notes: &mut Vec<Note>) -> BTreeMap<String, String> {
        let what = "is not used: an object of texts is expected";
        let read = |value: &Value| value.as_object().cloned();
        let Some((name, _, object)) = self.first(Field::Labels, read, what, notes) else { return BTreeMap::new() };
        let mut labels = BTreeMap::new();
        for (key, value) in object {
            match values::label(&value) {
                Some(text) => drop(labels.insert(key, text)),
                None if value.is_null() => {}
                None => notes.push(Note::new(format!("{name}.{key}"), value, "is not used: text is expected")),
            }
        }
        labels
    }

    /// Name and text of the first body that is not blank.
    fn body(&self) -> Result<(&'r str, String), String> {
        let [usual, last] = self.candidates(Field::Body);
        let all: Vec<_> = usual.into_iter().chain(last).collect();
        let read = all.iter().find_map(|(name, value)| Some((*name, values::body(value)?)));
        if let Some(found) = read {
            return Ok(found);
        }
        match all.iter().find(|(_, value)| !values::is_empty(value)).or(all.first()) {
            Some((name, value)) if !values::is_empty(value) => {
                Err(format!("field {name}: expected text, found {}", kind(value)))
            }
            Some(_) => Err("the body is empty".into()),
            None => Err(self.no_body()),
        }
    }

    fn has_body(&self) -> bool {
        self.candidates(Field::Body).concat().iter().any(|(_, value)| values::has_text(value))
    }

    fn no_body(&self) -> String {
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

/// What a feed tells of all its items.
#[derive(Default)]
struct Feed {
    outlet: String,
    language: String,
    authors: Vec<String>,
}

impl Feed {
    /// What the object around a list tells. Only feeds have titles that name an outlet.
    fn of(holder: &Record) -> Self {
        let is_feed = holder.keys().any(|name| matches!(folded(name).as_str(), "items" | "item" | "entries" | "entry"))
            || holder.contains_key("version");
        let own = ["feed", "channel"].iter().find_map(|name| holder.get(*name)?.as_object());
        let Some(feed) = own.or(is_feed.then_some(holder)) else { return Self::default() };
        let text = |name: &str| feed.get(name).and_then(values::text).unwrap_or_default();
        let is_json_feed = text("version").contains("jsonfeed.org");
        let authors = ["authors", "author"].iter().filter(|_| is_json_feed).find_map(|name| feed.get(*name));
        let fits = |text: &String| text.len() <= METADATA_BYTES && !values::is_address(text);
        Self {
            outlet: Some(values::plain(&text("title"))).filter(fits).unwrap_or_default(),
            language: Some(text("language")).filter(|text| text.len() <= LANGUAGE_BYTES).unwrap_or_default(),
            authors: authors.map(|value| values::authors(value, &text("title"))).unwrap_or_default(),
        }
    }

    fn fill(&self, article: &mut Article) {
        if article.outlet.is_empty() {
            article.outlet.clone_from(&self.outlet);
        }
        if article.language_code.is_empty() {
            article.language_code.clone_from(&self.language);
        }
        if article.authors.is_empty() {
            article.authors.clone_from(&self.authors);
        }
    }
}

/// The value at a dotted path: `meta.date`.
fn nested<'r>(record: &'r Record, path: &str) -> Option<&'r Value> {
    let (first, rest) = path.split_once('.')?;
    let inner = record.get(first)?.as_object()?;
    inner.get(rest).or_else(|| nested(inner, rest))
}

/// Takes away the mark of services that give only the start of a text: "… [+1234 chars]".
fn take_cut_mark(body: &mut String) -> Option<String> {
    let end = body.trim_end();
    let at = end.strip_suffix(" chars]")?.rfind('[')?;
    let count = end[at + 1..].trim_start_matches('+').strip_suffix(" chars]")?;
    if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mark = end[at..].to_string();
    let text = end[..at].trim_end().len();
    body.truncate(text);
    Some(mark)
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

    use super::super::super::dates;
    use super::*;

    fn told(record: Value) -> Result<Told, String> {
        Layout::default().articles(record, &Map::new()).remove(0)
    }

    #[test]
    fn the_usual_names_are_known() {
        let record = json!({
            "id": 17, "link": "https://courier.example/1", "source": {"id": null, "name": "Veld Courier"},
            "headline": "Tide", "author": "Ines Okafor", "lang": "en", "date": "2026-03-03", "text": "The tide turned."
        });
        let article = told(record).unwrap().article;
        assert_eq!((article.id.as_str(), article.url.as_str()), ("17", "https://courier.example/1"));
        assert_eq!((article.outlet.as_str(), article.title.as_str()), ("Veld Courier", "Tide"));
        assert_eq!((article.authors, article.language_code.as_str()), (vec!["Ines Okafor".to_string()], "en"));
        assert_eq!(dates::show_day(&article.publish_time.unwrap()), "3 March 2026");
        assert_eq!(article.body, "The tide turned.");
    }

    #[test]
    fn chosen_names_take_the_place_of_the_usual_ones() {
        let chosen = ["body=story", "publish_time=meta.when", "id=url"].map(|text| text.parse().unwrap()).to_vec();
        let record = json!({
            "id": "1", "url": "u", "text": "not this", "story": "this", "meta": {"when": 1_772_546_700},
            "authors": [{"name": "Ann"}, "Bo", ""], "title": null
        });
        let article = Layout::new(chosen).articles(record, &Map::new()).remove(0).unwrap().article;
        assert_eq!((article.id.as_str(), article.body.as_str(), article.title.as_str()), ("u", "this", ""));
        assert_eq!(article.authors, ["Ann", "Bo"]);
        assert_eq!(dates::show_day(&article.publish_time.unwrap()), "3 March 2026");
    }

    #[test]
    fn chosen_names_that_no_record_has_are_remembered() {
        let chosen =
            ["publish_time=pubblishd", "body=story", "title=meta.title"].map(|text| text.parse().unwrap()).to_vec();
        let layout = Layout::new(chosen);
        let unmatched = |layout: &Layout| layout.unmatched().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(unmatched(&layout).len(), 3);
        for record in [json!({"story": "One.", "published": "2026-03-03"}), json!({"meta": {"title": null}})] {
            layout.articles(record, &Map::new());
        }
        assert_eq!(unmatched(&layout), ["publish_time=pubblishd"]);
    }

    #[test]
    fn misspelt_names_are_told_where_the_field_is_lacking() {
        let record = json!({"body": "The tide turned.", "titel": "Tide", "publishd": "2026-03-03", "sorce": "Veld Courier", "authro": ""});
        let told: Vec<_> = told(record).unwrap().notes.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "field publishd: \"2026-03-03\" is not used: there is no such field; did you mean published?",
                "field sorce: \"Veld Courier\" is not used: there is no such field; did you mean source?",
                "field titel: \"Tide\" is not used: there is no such field; did you mean title?",
            ]
        );
        let full = json!({"body": "The tide turned.", "title": "Tide", "titles": ["Tide"], "date": "2026-03-03", "publishd": 1});
        assert_eq!(super::Layout::default().articles(full, &Map::new()).remove(0).unwrap().notes, []);
    }

    #[test]
    fn what_is_no_article_is_told() {
        let refused = |record: Value| told(record).unwrap_err();
        assert_eq!(
            refused(json!({"title": "Tide"})),
            "no body under a usual name; name its field with --field body=NAME; the record's fields: title"
        );
        assert_eq!(refused(json!({"body": 5})), "field body: expected text, found a number");
        assert_eq!(refused(json!({"body": " ", "text": null})), "the body is empty");
        assert_eq!(refused(json!([1])), "expected an object, found a list");
    }

    #[test]
    fn no_field_but_the_body_costs_an_article() {
        for name in ["id", "url", "source", "title", "authors", "language", "published_at", "labels"] {
            let odd =
                [json!(true), json!({"x": {}}), json!([[]]), json!([true]), json!("y".repeat(20_000)), json!(1e300)];
            for value in odd {
                let told = told(json!({"body": "The tide turned.", name: value.clone()})).unwrap();
                assert_eq!(told.article.body, "The tide turned.");
                let known = told.notes.iter().any(|note| note.field.starts_with(name));
                let used = told.article != Article { body: "The tide turned.".into(), ..Article::default() };
                assert!(known || used || values::is_empty(&value), "{name}: {value} vanished without a word");
            }
        }
    }

    #[test]
    fn labels_are_texts_under_keys() {
        let labels =
            json!({"desk": "politics", "customer": 17, "share": 0.5, "paid": true, "none": null, "tags": ["a"]});
        let read = told(json!({"body": "The tide turned.", "labels": labels})).unwrap();
        let expected = [("customer", "17"), ("desk", "politics"), ("paid", "true"), ("share", "0.5")];
        assert_eq!(read.article.labels, expected.map(|(key, value)| (key.into(), value.into())).into());
        assert_eq!(read.notes, [Note::new("labels.tags", "[\"a\"]", "is not used: text is expected")]);
        let read = told(json!({"body": "The tide turned.", "labels": ["a"]})).unwrap();
        assert_eq!(read.notes, [Note::new("labels", "[\"a\"]", "is not used: an object of texts is expected")]);
    }

    #[test]
    fn what_we_print_is_read_back() {
        let record = json!({
            "id": "a1", "outlet": "Veld Courier", "languageCode": "en", "publishTime": "2026-03-04T01:05:00Z",
            "publishDate": {"year": 2026, "month": 3, "day": 3}, "labels": {"desk": "politics"}, "revision": "2",
            "createTime": "2026-03-05T00:00:00Z", "body": "The tide turned."
        });
        let article = told(record).unwrap().article;
        assert_eq!((article.outlet.as_str(), article.language_code.as_str()), ("Veld Courier", "en"));
        assert_eq!(dates::show_moment(&article.publish_time.unwrap()), "4 March 2026, 01:05 UTC");
        assert_eq!(dates::show_date(&article.publish_date.unwrap()), "3 March 2026");
        let alone = json!({"body": "The tide turned.", "publishDate": {"year": 2026, "month": 3, "day": 3}});
        assert_eq!(dates::show_day(&told(alone).unwrap().article.publish_time.unwrap()), "3 March 2026");
    }

    #[test]
    fn a_file_holds_one_record_or_several() {
        let count = |value: Value| Layout::default().articles(value, &Map::new()).len();
        assert_eq!(count(json!({"status": "ok", "articles": [{}, {}, {}]})), 3);
        assert_eq!(count(json!({"articles": [], "totalResults": 0})), 0);
        assert_eq!(count(json!({"articles": 7, "body": "a"})), 1);
        assert_eq!(count(json!({"body": "a", "items": [{"body": "b"}, {"body": "c"}]})), 1);
        assert_eq!(count(json!({"response": {"results": [{"fields": {"bodyText": "a"}}]}})), 1);
        assert_eq!(count(json!({"hits": {"total": 2, "hits": [{"_source": {}}, {"_source": {}}]}})), 2);
        assert_eq!(count(json!({"a": {"body": "a"}, "b": {"body": "b"}})), 2);
    }

    #[test]
    fn a_text_that_was_cut_off_says_so() {
        let told = told(json!({"content": "The tide turned and… [+1234 chars]"})).unwrap();
        assert_eq!(told.article.body, "The tide turned and…");
        assert_eq!(told.notes[0].to_string(), "field content: [+1234 chars] says that the text is cut off there");
    }
}
