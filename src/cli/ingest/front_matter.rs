//! Reads the front matter of Markdown files, as static sites use it: YAML between `---`, TOML between `+++`.
//!
//! Only simple forms are read: a name and a value on one line, quoted or not, lists, and names with values under
//! another name. The rest is skipped.

use std::collections::BTreeMap;

use pulldown_cmark::MetadataBlockKind;

use super::super::dates;
use super::byline;
use super::json::{Field, did_you_mean, folded, is_known, nearest};
use super::markup::markdown;
use super::note::{MONTH_FIRST, NO_DATE, Note};
use crate::proto::Article;

/// The names of the publication date, in the form of [`folded`].
const PUBLISHED: [&str; 9] = [
    "date",
    "publishedat",
    "published",
    "publishtime",
    "datepublished",
    "publishdate",
    "pubdate",
    "publisheddate",
    "created",
];

/// The article without its body, the notes, and the text after the front matter. None if a text has no front matter.
pub(super) fn read(text: &str) -> Option<(Article, Vec<Note>, &str)> {
    let (kind, block, rest) = markdown::front_matter(text)?;
    let sign = if kind == MetadataBlockKind::YamlStyle { ':' } else { '=' };
    let mut notes = Vec::new();
    let (labels, others) = labels(block, sign, &mut notes);
    let fields = fields(&others, sign);
    // A line between two horizontal rules is not front matter.
    let known = ["title", "date", "author", "authors", "url", "layout", "tags", "slug", "draft", "categories"];
    if labels.is_empty() {
        fields.iter().find(|(name, _)| known.contains(&name.as_str()))?;
    }
    let first = |names: &[&str]| {
        let with = |name: &&str| fields.iter().find(|(known, values)| folded(known) == **name && !values.is_empty());
        names.iter().find_map(with).map(|(name, values)| (name.clone(), values[0].clone()))
    };
    let text = |names: &[&str]| first(names).map(|(_, value)| value).unwrap_or_default();
    let published = first(&PUBLISHED);
    let authors = fields.iter().find(|(name, _)| matches!(name.as_str(), "authors" | "author" | "byline"));
    let mut article = Article {
        id: text(&["id"]),
        url: text(&["url", "canonicalurl", "canonical", "link", "permalink", "sourceurl"]),
        outlet: text(&["source", "outlet", "publisher", "publication", "site"]),
        title: text(&["title", "headline"]),
        language_code: text(&["lang", "language", "languagecode"]),
        labels,
        ..Article::default()
    };
    let authors = authors.map(|(_, values)| values.as_slice()).unwrap_or_default();
    article.authors = byline::names(authors.iter().map(String::as_str), &article.outlet);
    if let Some((name, value)) = published {
        match dates::read_published(&value) {
            Some(date) => {
                if date.month_first {
                    notes.push(Note::new(name, format!("{value:?}"), MONTH_FIRST));
                }
                date.put_into(&mut article);
            }
            None => notes.push(Note::new(name, format!("{value:?}"), NO_DATE)),
        }
    }
    misspelt(&fields, &article, &mut notes);
    Some((article, notes, rest))
}

/// A note on a text that begins like front matter but never closes it, so that all of it is body.
pub(super) fn unclosed(text: &str) -> Option<Note> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let rule = lines.next()?.trim_end();
    let sign = match rule {
        "---" => ':',
        "+++" => '=',
        _ => return None,
    };
    let (name, _) = lines.next()?.split_once(sign)?;
    if markdown::front_matter(text).is_some() || !is_known(&folded(&bare(name))) {
        return None;
    }
    Some(Note::new("", rule, format!("begins front matter that has no end: a line {rule}; all of it is read as text")))
}

/// Adds notes on names that look like a misspelt name of a field that the article lacks.
fn misspelt(fields: &[(String, Vec<String>)], article: &Article, notes: &mut Vec<Note>) {
    for (name, values) in fields {
        let folded = folded(name);
        let Some((field, meant)) = nearest(&folded).filter(|_| !is_known(&folded) && !values.is_empty()) else {
            continue;
        };
        let is_lacking = match field {
            Field::Outlet => article.outlet.is_empty(),
            Field::Title => article.title.is_empty(),
            Field::Authors => article.authors.is_empty(),
            Field::Language => article.language_code.is_empty(),
            Field::PublishTime => article.publish_time.is_none(),
            Field::Labels => article.labels.is_empty(),
            Field::Url => article.url.is_empty(),
            Field::Id | Field::Body => false,
        };
        if is_lacking {
            notes.push(Note::new(name, format!("{:?}", values[0]), did_you_mean(meant)));
        }
    }
}

/// The names and values under `labels` (indented in YAML, a table in TOML, or in braces), and all other lines.
fn labels(block: &str, sign: char, notes: &mut Vec<Note>) -> (BTreeMap<String, String>, String) {
    let (mut labels, mut others, mut is_inside) = (BTreeMap::new(), String::new(), false);
    let mut take = |pair: &str| match pair.split_once(sign) {
        Some((key, told)) => labels.extend(value(told).map(|value| (bare(key), value))),
        None => notes.push(Note::new("labels", pair, format!("is not used: KEY{sign} VALUE is expected"))),
    };
    for line in block.lines() {
        let (words, is_indented) = (line.trim(), line.starts_with([' ', '\t']));
        let own = if sign == '=' { words == "[labels]" } else { !is_indented && words.starts_with("labels:") };
        let ends = if sign == '=' { words.starts_with('[') } else { !is_indented };
        let is_blank = words.is_empty() || words.starts_with('#');
        is_inside = own || (is_inside && (!ends || is_blank));
        let braces = words.strip_prefix("labels").and_then(|rest| rest.trim_start().strip_prefix(sign));
        match braces.filter(|_| !is_indented && (own || !is_inside)).map(str::trim) {
            Some(list) if list.starts_with('{') => {
                let inner = list[1..].rsplit_once('}').map_or(&list[1..], |(inner, _)| inner);
                inner.split(',').filter(|pair| !pair.trim().is_empty()).for_each(&mut take);
            }
            Some(other) if value(other).is_some() => take(other),
            Some(_) => {}
            None if is_inside => Some(words).filter(|_| !own && !is_blank).into_iter().for_each(&mut take),
            None => others.extend([line, "\n"]),
        }
    }
    (labels, others)
}

/// A name without spaces and quotation marks around it.
fn bare(name: &str) -> String {
    name.trim().trim_matches(['"', '\'']).into()
}

/// The names of a block, in lower case, with their values.
fn fields(block: &str, sign: char) -> Vec<(String, Vec<String>)> {
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.lines() {
        let item = line.trim().strip_prefix("- ");
        if let (Some(item), Some((_, values))) = (item, fields.last_mut()) {
            // In "- name: Ines Okafor", the name of the object is the value.
            let item = item.trim().strip_prefix("name:").unwrap_or(item);
            values.extend(value(item));
            continue;
        }
        if line.starts_with([' ', '\t', '#', '[']) {
            continue;
        }
        let Some((name, told)) = line.split_once(sign) else { continue };
        let told = told.trim();
        let list = told.strip_prefix('[').and_then(|told| told.strip_suffix(']'));
        let values = match list {
            Some(list) => list.split(',').filter_map(value).collect(),
            None => value(told).into_iter().collect(),
        };
        fields.push((bare(name).to_lowercase(), values));
    }
    fields
}

/// A value without its quotation marks and the comment after it. None if nothing is left.
fn value(text: &str) -> Option<String> {
    let text = text.trim();
    let quoted =
        ['"', '\''].iter().find_map(|&mark| text.strip_prefix(mark)?.split_once(mark).map(|(inside, _)| inside));
    let bare = || text.split(" #").next().unwrap_or_default().trim();
    Some(quoted.unwrap_or_else(bare).to_string())
        .filter(|value| !value.is_empty() && !matches!(value.as_str(), "|" | ">" | "null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_simple_is_read() {
        let yaml = "---\ntitle: \"Tide: it turns\"\nauthors:\n  - Ines Okafor\n  - name: Jonas Ekholm\ndate: 2026-03-03 # a day\n\
                    lang: en\nlayout: post\n---\n\nThe tide turned.";
        let (article, notes, _) = read(yaml).unwrap();
        assert_eq!((article.title.as_str(), article.language_code.as_str()), ("Tide: it turns", "en"));
        assert_eq!(article.authors, ["Ines Okafor", "Jonas Ekholm"]);
        assert_eq!(article.publish_time.as_ref().map(dates::show_day).as_deref(), Some("3 March 2026"));
        assert_eq!(notes, []);
        let toml = "+++\ntitle = 'Tide'\nauthor = \"Ines Okafor\"\ndate = \"at dusk\"\ntags = ['a', 'b']\n+++\nThe tide turned.";
        let (article, notes, _) = read(toml).unwrap();
        assert_eq!((article.title.as_str(), article.authors.len()), ("Tide", 1));
        assert_eq!(notes, [Note::new("date", "\"at dusk\"", NO_DATE)]);
        assert_eq!(read("---\nThe tide: it turned.\n---\nIt did."), None);
        assert_eq!(read("The tide turned."), None);
    }

    #[test]
    fn names_are_written_in_any_way_and_misspelt_ones_are_told() {
        let text = "---\ntitle: Tide\nPublish_Time: 2026-03-03\nlanguage-code: en\nsorce: Veld Courier\nauhtor: Ines Okafor\nlinks: [a]\n---\nIt turned.";
        let (article, notes, _) = read(text).unwrap();
        assert_eq!(article.publish_time.as_ref().map(dates::show_day).as_deref(), Some("3 March 2026"));
        assert_eq!((article.language_code.as_str(), article.outlet.as_str()), ("en", ""));
        let told: Vec<_> = notes.iter().map(|note| note.field.as_str()).collect();
        assert_eq!(told, ["sorce", "auhtor"]);
    }

    #[test]
    fn front_matter_without_an_end_is_told() {
        for text in ["---\ntitle: Tide\ndate: 2026-03-03\n\nIt turned.", "+++\nPublish_Time = 2026-03-03\nIt turned."] {
            assert_eq!(read(text), None);
            let note = unclosed(text).unwrap().to_string();
            assert!(note.contains("begins front matter that has no end"), "{note}");
        }
        for text in ["---\ntitle: Tide\n---\nIt turned.", "---\nNobody knew: it turned.", "---\n", "title: Tide", ""] {
            assert_eq!(unclosed(text), None, "{text}");
        }
    }

    #[test]
    fn labels_are_read_in_every_form() {
        let labels: BTreeMap<String, String> =
            [("customer", "17"), ("desk", "politics")].map(|(key, value)| (key.into(), value.into())).into();
        for text in [
            "---\nlabels:\n  desk: politics # ours\n\n  \"customer\": '17'\n  none: null\ntitle: Tide\n---\nIt turned.",
            "---\ntitle: Tide\nlabels: {desk: politics, customer: \"17\"} # ours\n---\nIt turned.",
            "+++\ntitle = 'Tide'\n[labels]\ndesk = 'politics'\ncustomer = 17\n[params]\ndraft = true\n+++\nIt turned.",
            "+++\nlabels = { desk = 'politics', customer = 17 }\ntitle = 'Tide'\n+++\nIt turned.",
        ] {
            let (article, notes, _) = read(text).unwrap();
            assert_eq!((article.labels, article.title.as_str(), notes), (labels.clone(), "Tide", Vec::new()), "{text}");
        }
        let odd = "---\ntitle: Tide\nlabels:\n  - politics\n  id: x\ndate: 2026-03-03\n---\nIt turned.";
        let (article, notes, _) = read(odd).unwrap();
        assert_eq!((article.id.as_str(), article.labels["id"].as_str()), ("", "x"));
        assert_eq!(notes, [Note::new("labels", "- politics", "is not used: KEY: VALUE is expected")]);
        let (_, notes, _) = read("---\ntitle: Tide\nlabels: [a, b]\n---\nIt turned.").unwrap();
        assert_eq!(notes, [Note::new("labels", "[a, b]", "is not used: KEY: VALUE is expected")]);
    }
}
