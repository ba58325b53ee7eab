//! The front matter of Markdown files, as static sites use it: YAML between `---`, TOML between `+++`.
//!
//! Only what is simple is read: a name and a value in a line, quoted or not, and lists. The rest is passed over.

use pulldown_cmark::MetadataBlockKind;

use super::super::dates;
use super::note::{MONTH_FIRST, NO_DATE, Note};
use super::{byline, markdown};
use crate::proto::Article;

/// The article without its body, what could not be understood, and the text behind. None when a text has no front matter.
pub(super) fn read(text: &str) -> Option<(Article, Vec<Note>, &str)> {
    let (kind, block, rest) = markdown::front_matter(text)?;
    let sign = if kind == MetadataBlockKind::YamlStyle { ':' } else { '=' };
    let fields = fields(block, sign);
    // A line between two rules is no front matter.
    let known = ["title", "date", "author", "authors", "url", "layout", "tags", "slug", "draft", "categories"];
    fields.iter().find(|(name, _)| known.contains(&name.as_str()))?;
    let first = |names: &[&str]| {
        let found =
            names.iter().find_map(|name| fields.iter().find(|(known, values)| known == name && !values.is_empty()));
        found.map(|(name, values)| (name.clone(), values[0].clone()))
    };
    let text = |names: &[&str]| first(names).map(|(_, value)| value).unwrap_or_default();
    let mut notes = Vec::new();
    let published = first(&["date", "published_at", "published", "datepublished", "publishdate", "pubdate", "created"]);
    let authors = fields.iter().find(|(name, _)| matches!(name.as_str(), "authors" | "author" | "byline"));
    let mut article = Article {
        id: text(&["id"]),
        url: text(&["url", "canonical_url", "canonical", "link", "source_url"]),
        outlet: text(&["source", "outlet", "publisher", "publication", "site"]),
        title: text(&["title", "headline"]),
        language_code: text(&["lang", "language"]),
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
    Some((article, notes, rest))
}

/// The names of a block, in lower case, with their values.
fn fields(block: &str, sign: char) -> Vec<(String, Vec<String>)> {
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.lines() {
        let item = line.trim().strip_prefix("- ");
        if let (Some(item), Some((_, values))) = (item, fields.last_mut()) {
            // "- name: Ines Okafor" is an object of which the name counts.
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
        fields.push((name.trim().trim_matches('"').to_lowercase(), values));
    }
    fields
}

/// A value without its quotation marks and the comment behind it. None when nothing is left.
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
}
