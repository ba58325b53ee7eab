//! Pages as the web has them, each with what is to be read in it: `fixtures/pages/NAME.html` and, beside it,
//! `NAME.json`. A new pair of files is a new test.
//!
//! `title`, `outlet`, `authors`, `published` (RFC 3339, or null), `day` (where it is another than in UTC), `language` and
//! `url` are compared as they are;
//! `has` lists paragraphs of the body and `lacks` words that may not be in it; `notes` what was not understood.
//! A page that is to be refused has `refused` alone, with words of the reason.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::read;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expected {
    title: String,
    outlet: String,
    authors: Vec<String>,
    published: Option<String>,
    day: Option<String>,
    language: String,
    url: String,
    has: Vec<String>,
    lacks: Vec<String>,
    notes: Vec<String>,
    refused: Option<String>,
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/fixtures/pages");
    let mut pages: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|end| end == "html"));
    pages.sort();
    pages
}

/// The differences from what was expected of a page. Empty if there are none.
fn faults(page: &Path) -> Vec<String> {
    let told = fs::read_to_string(page.with_extension("json")).expect("every page has a .json beside it");
    let expected: Expected = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let (article, notes) = match (read(&fs::read(page).unwrap()), &expected.refused) {
        (Err(why), Some(words)) if why.contains(words) => return Vec::new(),
        (Err(why), _) => return vec![format!("refused: {why}")],
        (Ok(_), Some(words)) => return vec![format!("should be refused: {words}")],
        (Ok(read), None) => read,
    };
    let published = article.publish_time.map(|moment| {
        jiff::Timestamp::new(moment.seconds, moment.nanos).map(|moment| moment.to_string()).unwrap_or_default()
    });
    let day = article.publish_date.map(|day| format!("{}-{:02}-{:02}", day.year, day.month, day.day));
    let mut faults = Vec::new();
    let mut compare = |what: &str, found: String, expected: String| {
        if found != expected {
            faults.push(format!("{what}\n     found {found}\n  expected {expected}"));
        }
    };
    compare("title", article.title, expected.title);
    compare("outlet", article.outlet, expected.outlet);
    compare("authors", format!("{:?}", article.authors), format!("{:?}", expected.authors));
    compare("published", format!("{published:?}"), format!("{:?}", expected.published));
    compare("day", format!("{day:?}"), format!("{:?}", expected.day));
    compare("language", article.language_code, expected.language);
    compare("url", article.url, expected.url);
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    compare("notes", format!("{notes:?}"), format!("{:?}", expected.notes));
    let paragraphs: Vec<&str> = article.body.split("\n\n").collect();
    for paragraph in &expected.has {
        if !paragraphs.contains(&paragraph.as_str()) {
            faults.push(format!("no paragraph: {paragraph}\n  in {paragraphs:#?}"));
        }
    }
    for words in &expected.lacks {
        if article.body.contains(words.as_str()) {
            faults.push(format!("should not be in the body: {words}\n  in {paragraphs:#?}"));
        }
    }
    assert!(!expected.has.is_empty() && !expected.lacks.is_empty(), "{}: `has` or `lacks` is empty", page.display());
    faults
}

#[test]
fn every_page_is_read_as_expected() {
    let pages = pages();
    assert!(pages.len() >= 60, "only {} pages", pages.len());
    let faulty: Vec<String> = pages
        .iter()
        .map(|page| (page, faults(page)))
        .filter(|(_, faults)| !faults.is_empty())
        .map(|(page, faults)| format!("{}\n  {}", page.file_name().unwrap().display(), faults.join("\n  ")))
        .collect();
    assert!(faulty.is_empty(), "{} of {} pages:\n{}", faulty.len(), pages.len(), faulty.join("\n"));
}
