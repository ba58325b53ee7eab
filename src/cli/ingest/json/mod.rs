//! Reads JSON records as articles.
//!
//! [`cut`] splits a file into pieces, [`parse`] parses them, [`wrap`] finds the records in what surrounds them,
//! [`names`] knows which names records use, and [`values`] which forms values take. Nothing but the body can cost an
//! article: anything else that cannot be read is left out and reported.

use serde_json::Value;

use super::fit::is_id;
use super::mojibake;
use super::note::{Note, shown};
use crate::convert::{LANGUAGE_BYTES, METADATA_BYTES};
use crate::proto::Article;

mod cut;
mod fields;
mod layout;
mod names;
mod notion;
mod parse;
mod repair;
mod repeated;
mod rich;
mod values;
mod wrap;

pub(super) use cut::{At, Limits, Piece, pieces};
use fields::{Fields, kind};
use layout::Record;
pub(super) use layout::{Layout, Told};
pub(super) use names::{Field, FieldName, did_you_mean, folded, is_known, nearest};
pub(super) use parse::{Malformed, parse};

impl Layout {
    /// The articles in a value, which is a record or holds a list of records. `around` is the object around the list
    /// that the value comes from. For what is not an article, there is a reason in words.
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
        if let Some(kind) = rich::part(&object) {
            return articles
                .push(Err(format!("a part of a text ({}), no record: it has no title or address", shown(kind))));
        }
        notion::spread(&mut object);
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
        // A single one under a mere word is wrapped in it: {"newsItem": {…}}.
        let is_named = |(id, _): &(&String, &Record)| !id.contains(|c: char| c.is_ascii_digit());
        if records.is_empty() || !records.iter().all(|(_, record)| self.fields(record).has_body()) {
            return None;
        }
        let is_wrapped = records.len() == 1 && records.iter().all(is_named);
        let article = |(id, record): (&String, &Record)| {
            let mut told = self.article(record, &Feed::default())?;
            if told.article.id.is_empty() && is_id(id) && !is_wrapped {
                told.article.id.clone_from(id);
            }
            Ok(told)
        };
        Some(records.into_iter().map(article).collect())
    }

    fn fields<'r>(&'r self, record: &'r Record) -> Fields<'r> {
        // The envelope of Elasticsearch is no outlet, which is often called `source`.
        let is_field = |(name, value): &(&String, &Value)| *name != "_source" || !value.is_object();
        let layer = |layer: &'r Record| {
            layer.iter().filter(is_field).map(|(name, value)| (folded(name), name.as_str(), value)).collect()
        };
        let layers = wrap::layers(record).into_iter().map(layer).collect();
        Fields { layout: self, record, layers }
    }

    /// The record as an article, or why it is not one.
    fn article(&self, record: &Record, feed: &Feed) -> Result<Told, String> {
        let fields = self.fields(record);
        let mut told = fields.metadata();
        feed.fill(&mut told.article);
        let (name, body) = fields.body().or_else(|why| {
            // Only where nothing else can be the text: next to one, it says less.
            let found = fields.summary().ok_or(why)?;
            let what = "is read as the text, as the record has no other; it may be only a summary";
            told.notes.push(Note::new(found.0, "", what));
            Ok::<_, String>(found)
        })?;
        told.article.body = body.text;
        told.notes.extend(body.notes.into_iter().map(|(value, what)| Note::new(name, value, what)));
        if mojibake::is_likely(&told.article.body) {
            let what = "looks like UTF-8 that was encoded twice; it is kept as it is";
            told.notes.push(Note::new(name, "", what));
        }
        fields.again(name, &mut told.notes);
        fields.longer_bodies(name, &told.article.body, &mut told.notes);
        if folded(name) == "leadparagraph" {
            told.notes.push(Note::new(name, "", "is only the start of a text; the record does not hold the rest"));
        }
        if let Some(mark) = take_cut_mark(&mut told.article.body) {
            told.notes.push(Note::new(name, mark, "says that the text is cut off there"));
        }
        Ok(told)
    }

    /// Everything but the body.
    pub(super) fn metadata(&self, record: &Record) -> Told {
        self.fields(record).metadata()
    }
}

/// What a feed says about all its items.
#[derive(Default)]
struct Feed {
    outlet: String,
    language: String,
    authors: Vec<String>,
}

impl Feed {
    /// What the object around a list says. Only in feeds is the title the name of an outlet.
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

/// Removes the mark of services that give only the start of a text: "… [+1234 chars]".
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::dates;
    use super::fields::INEXACT;
    use serde_json::Map;

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
    fn numbers_that_are_not_exact_are_no_labels() {
        let labels =
            json!({"ledger": 12_345_678_901_234_567_890_123.0, "big": u64::MAX, "small": i64::MIN, "half": 0.5});
        let read = told(json!({"body": "The tide turned.", "labels": labels})).unwrap();
        assert_eq!(read.notes, [Note::new("labels.ledger", 12_345_678_901_234_567_890_123.0, INEXACT)]);
        assert_eq!(read.article.labels.keys().collect::<Vec<_>>(), ["big", "half", "small"]);
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
