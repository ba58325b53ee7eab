//! Reads web pages as articles.
//!
//! [`decode`] decodes the bytes, [`parse`] builds a tree from the text, [`statements`] gathers what the page says about
//! itself, [`clean`] and readability find the article in the tree, and [`rendered`] turns it into text. Nothing is
//! fetched, and no script runs.

use std::io;
use std::thread;

use dom_smoothie::{Config, Readability};

use super::byline;
use super::foreign;
use super::markup::{body, parse, rendered};
use super::note::Note;
use crate::proto::Article;
use parts::Parts;
use statements::Statements;

mod clean;
mod decode;
mod facts;
mod linked_data;
#[cfg(test)]
mod pages;
mod parts;
mod published;
mod statements;
mod title;

/// The stack on which a page is read. A page of the greatest depth that is read uses a part of it.
const STACK_BYTES: usize = 64 << 20;

/// The text in JSON-LD replaces the visible one if it is so many times longer. The page shows only the beginning then.
const LONGER_TIMES: usize = 2;

/// The article of a page, with one blank line between paragraphs, and what the page tells about itself; and
/// what of that could not be understood.
///
/// # Errors
/// In words, when it is no page, too large or too deep, or when there is no article in it.
pub(in crate::cli) fn read(bytes: &[u8]) -> Result<(Article, Vec<Note>), String> {
    if let Some(why) = foreign::refusal(bytes) {
        return Err(why);
    }
    // A page must not cost the others, whatever is wrong with it or with its parser.
    let work = || read_here(bytes);
    let outcome = thread::scope(|scope| {
        let worker = thread::Builder::new().name("page".into()).stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        Ok::<_, io::Error>(worker.join())
    });
    match outcome {
        Ok(Ok(read)) => read,
        Ok(Err(_)) => Err("the page cannot be read: its markup breaks the reader".into()),
        Err(error) => Err(format!("no thread to read the page with: {error}")),
    }
}

fn read_here(bytes: &[u8]) -> Result<(Article, Vec<Note>), String> {
    let (page, note) = decode::decode(bytes);
    let mut notes: Vec<Note> = note.into_iter().collect();
    let mut reader = reader(&page)?;
    let statements = Statements::new(&reader.doc);
    let outlet = facts::outlet(&statements);
    let language = facts::language(&reader.doc, &statements);
    let (title, cut) = title::title(&reader.doc, &statements, &outlet);
    let (mut authors, long) = facts::authors(&reader.doc, &statements, &outlet);
    notes.extend(cut.into_iter().chain(long));
    let (published, unread) = published::published(&reader.doc, &statements);
    notes.extend(unread);
    let mut shown = shown(&mut reader, &language, false);
    if shown.is_none() {
        // Some pages hide their article until a script has run.
        shown = self::shown(&mut self::reader(&page)?, &language, true);
    }
    let Shown { text, byline, notes: left_out } = shown.unwrap_or_default();
    notes.extend(left_out);
    if authors.is_empty() {
        authors = byline::names(byline.as_deref(), &outlet);
    }
    let body = without_title(whole_body(text, &statements), &title);
    if body.trim().is_empty() {
        return Err("no article found in the page".into());
    }
    let url = statements.url;
    let mut article = Article { url, outlet, title, authors, language_code: language, body, ..Article::default() };
    if let Some(published) = published {
        published.put_into(&mut article);
    }
    Ok((article, notes))
}

fn reader(page: &str) -> Result<Readability, String> {
    // JSON-LD is read in `linked_data`, which knows more of its forms.
    let config = Config { disable_json_ld: true, keep_classes: true, ..Config::default() };
    Readability::with_document(parse::document(page)?, None, Some(config)).map_err(|error| error.to_string())
}

/// What readability takes for the article.
#[derive(Default)]
struct Shown {
    text: String,
    byline: Option<String>,
    /// What was left out, and what was put together.
    notes: Vec<Note>,
}

/// What readability takes for the article. None if it finds nothing.
fn shown(reader: &mut Readability, language: &str, reveal: bool) -> Option<Shown> {
    clean::clean(&reader.doc, reveal);
    let parts = Parts::of(&reader.doc, language);
    let found = reader.parse().ok()?;
    let article = reader.doc.select_single("#readability-page-1");
    let text = rendered::text_of(*article.nodes().first()?, language);
    if text.trim().is_empty() {
        return None;
    }
    let (text, notes) = parts.complete(text);
    Some(Shown { text, byline: found.byline, notes })
}

/// The text without the headline at its start.
fn without_title(body: String, title: &str) -> String {
    match body.split_once("\n\n") {
        Some((first, rest)) if !title.is_empty() && first == title => rest.to_string(),
        _ => body,
    }
}

/// The text of the article in JSON-LD, if the page shows only its beginning.
fn whole_body(shown: String, statements: &Statements) -> String {
    let about = statements.linked.article(&statements.url).filter(|about| about.is_article);
    let told = about.and_then(|about| about.text("articleBody")).map(|text| body::body_text(&text)).unwrap_or_default();
    if told.len() > LONGER_TIMES * shown.len() { told } else { shown }
}

#[cfg(test)]
mod tests {
    use super::super::super::dates;
    use super::*;

    const PAGE: &str = include_str!("../../fixtures/page.html");

    #[test]
    fn a_page_gives_its_article_and_what_it_tells_about_itself() {
        let article = read(PAGE.as_bytes()).unwrap().0;
        assert_eq!(article.title, "Harbour of Veld to reopen after storm");
        assert_eq!(article.outlet, "Veld Courier");
        assert_eq!(article.authors, ["Ines Okafor"]);
        assert_eq!(article.language_code, "en");
        assert_eq!(article.url, "https://courier.example/harbour");
        assert_eq!(dates::show_moment(&article.publish_time.unwrap()), "3 March 2026, 14:05 UTC");
        let paragraphs: Vec<_> = article.body.split("\n\n").collect();
        assert!(
            paragraphs.iter().any(|p| p.starts_with("“The harbour will open on Friday,” Harbour Commissioner")),
            "{paragraphs:#?}"
        );
        assert!(paragraphs.len() >= 4, "{paragraphs:#?}");
        assert!(!article.body.contains("Subscribe") && !article.body.contains("analytics"), "{}", article.body);
    }

    #[test]
    fn a_comment_between_words_ends_no_paragraph() {
        let page = "<title>Bridge</title><article><div>The bridge at Marn was shut on Monday.<br><br>Tom<!-- --> Reddick \
                    said that it would <!-- a -->open<!-- b --> again by Friday.</div></article>";
        let body = read(page.as_bytes()).unwrap().0.body;
        assert!(body.ends_with("Tom Reddick said that it would open again by Friday."), "{body}");
    }

    #[test]
    fn pages_that_would_take_for_ever_or_all_the_stack_are_refused() {
        let many = |tags: &str| format!("<body>{}<p>Text.", tags.repeat(50_000));
        for tags in [
            "<u>",
            "<b><i><u>",
            "<div>",
            "<x-y>",
            "<table><tr><td>",
            "<font size=1>",
            "<ul><li>",
            "<svg>",
            "<math><mi>",
            "<select><div>",
            "<a><div>",
            "<template>",
            "<details>",
            "<ins>",
            "<ruby>",
            "<object>",
            "<q>",
            "<button><b>",
        ] {
            let outcome = read(many(tags).as_bytes()).map(|(article, _)| article.body.len());
            assert!(
                outcome.clone().is_err_and(|why| why.contains("deep")) || outcome.is_ok_and(|len| len < 100),
                "{tags}"
            );
        }
        assert!(
            read(many("<p>Text.<br><div>a</div>").as_bytes()).is_ok_and(|(article, _)| article.body.len() > 400_000)
        );
        for page in [
            format!("<title>{}</title><h2>b</h2><p>Text.", "a | ".repeat(50_000)),
            format!("<body>{}<p>Text.", "<article><p>Text.</p></article>".repeat(10_000)),
        ] {
            assert!(read(page.as_bytes()).is_ok_and(|(_, notes)| notes.len() < 10), "{}", &page[..40]);
        }
        let crowded = format!("<p {}>Text.", (0..20_000).map(|i| format!("a{i} ")).collect::<String>());
        assert_eq!(read(crowded.as_bytes()).unwrap_err(), "an element has more than 1000 attributes");
        assert!(read("&".repeat(400_000).as_bytes()).unwrap_err().starts_with("a text has more than 10000"));
        let large = "x".repeat(17 << 20);
        assert!(read(large.as_bytes()).unwrap_err().starts_with("too large: the page has 17825792 bytes"));
    }

    #[test]
    fn a_page_without_an_article_is_refused() {
        assert!(read(b"").is_err());
        assert!(read(b"<html><body></body></html>").is_err());
    }
}
