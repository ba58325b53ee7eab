//! Web pages as articles.

use dom_smoothie::{Config, Readability, TextMode};
use encoding_rs::Encoding;

use super::super::dates;
use crate::proto::Article;

mod parse;
mod quotation;
mod references;
mod rendered;

pub(super) use references::reference;

/// The text that a piece of HTML shows. None when it is deeper or larger than is read.
pub(super) fn fragment_text(html: &str) -> Option<String> {
    parse::document(html).ok().map(|tree| rendered::text(&tree, "en"))
}

/// How far into a page its encoding must be declared (WHATWG HTML, "prescan a byte stream").
const PRESCAN: usize = 1024;

/// The deepest nesting that is read.
const DEEPEST: usize = 1000;

/// Elements whose end tag may not be left out, and which may lie in each other.
const NESTING: [&str; 19] = [
    "a",
    "article",
    "aside",
    "b",
    "blockquote",
    "center",
    "div",
    "em",
    "font",
    "form",
    "i",
    "main",
    "ol",
    "section",
    "small",
    "span",
    "strong",
    "table",
    "ul",
];

/// The article of a page: readability's choice of text, with one blank line between paragraphs,
/// and what the page tells about itself.
pub(in crate::cli) fn article(bytes: &[u8]) -> Result<Article, String> {
    let page = decode(bytes)?;
    if is_too_deep(&page) {
        return Err(format!("elements lie in each other more than {DEEPEST} deep"));
    }
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let mut reader = Readability::new(page, None, Some(config)).map_err(|error| error.to_string())?;
    // Before parsing, which takes the page apart.
    let address = address(&reader);
    let found = reader.parse().map_err(|_| "no article found in the page".to_string())?;
    Ok(Article {
        url: found.url.or(address).unwrap_or_default(),
        source: found.site_name.unwrap_or_default(),
        title: found.title,
        authors: found.byline.as_deref().map(authors).unwrap_or_default(),
        language: found.lang.unwrap_or_default(),
        published_at: found.published_time.as_deref().and_then(dates::parse_published),
        body: paragraphs(&found.text_content),
        ..Article::default()
    })
}

/// Where the page says that it was published.
fn address(reader: &Readability) -> Option<String> {
    let canonical = reader.doc.select("link[rel=canonical]").attr("href");
    let address = canonical.or_else(|| reader.doc.select("meta[property='og:url']").attr("content"))?;
    Some(address.trim().to_string()).filter(|address| address.starts_with("http"))
}

/// The names in a byline: "By Ines Okafor and Jonas Ekholm".
fn authors(byline: &str) -> Vec<String> {
    let byline = byline.split_whitespace().collect::<Vec<_>>().join(" ");
    let names = ["By ", "by ", "BY "].iter().find_map(|by| byline.strip_prefix(by)).unwrap_or(&byline);
    let names = names.split(", ").flat_map(|part| part.split(" and ")).map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_string).collect()
}

/// The lines, one blank line between two: each is a block of the page, or was broken on purpose.
fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n\n")
}

/// Whether blocks lie deeper in each other than any sane page has them. Choosing the article takes
/// time that grows with the square of the depth.
fn is_too_deep(page: &str) -> bool {
    let mut depth = 0_usize;
    for tag in page.split('<').skip(1) {
        let (closes, name) = tag.strip_prefix('/').map_or((false, tag), |name| (true, name));
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        // Only elements that must be closed; else every paragraph of an old page would count.
        if NESTING.iter().any(|element| element.eq_ignore_ascii_case(name)) {
            depth = if closes { depth.saturating_sub(1) } else { depth + 1 };
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// The page as text: by its byte order mark, as UTF-8, or in the encoding that it declares.
fn decode(bytes: &[u8]) -> Result<String, String> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode(bytes).0.into_owned());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_string());
    }
    let encoding = declared(bytes).ok_or("not valid UTF-8, and the page declares no other encoding")?;
    let (text, _, faulty) = encoding.decode(bytes);
    if faulty { Err(format!("not valid {}, which the page declares", encoding.name())) } else { Ok(text.into_owned()) }
}

/// The encoding that a page declares near its start: `charset=…`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCAN)]).to_ascii_lowercase();
    let after = start.split_once("charset=")?.1.trim_start_matches(['"', '\'', ' ']);
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':' | '.'));
    Encoding::for_label(&after.as_bytes()[..end.unwrap_or(after.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../fixtures/page.html");

    #[test]
    fn a_page_gives_its_article_and_what_it_tells_about_itself() {
        let article = article(PAGE.as_bytes()).unwrap();
        assert_eq!(article.title, "Harbour of Veld to reopen after storm");
        assert_eq!(article.source, "Veld Courier");
        assert_eq!(article.authors, ["Ines Okafor"]);
        assert_eq!(article.language, "en");
        assert_eq!(article.url, "https://courier.example/harbour");
        assert_eq!(dates::show_moment(&article.published_at.unwrap()), "3 March 2026, 14:05 UTC");
        let paragraphs: Vec<_> = article.body.split("\n\n").collect();
        assert!(
            paragraphs.iter().any(|p| p.starts_with("“The harbour will open on Friday,” Harbour Commissioner")),
            "{paragraphs:#?}"
        );
        assert!(paragraphs.len() >= 4, "{paragraphs:#?}");
        assert!(!article.body.contains("Subscribe") && !article.body.contains("analytics"), "{}", article.body);
    }

    #[test]
    fn other_encodings_are_read_when_the_page_declares_them() {
        let page = PAGE.replace("utf-8", "windows-1252");
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&page);
        assert!(article(&bytes).unwrap().body.contains("“The harbour will open on Friday,”"));
        let silent = PAGE.replace("utf-8", "");
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&silent);
        assert_eq!(article(&bytes).unwrap_err(), "not valid UTF-8, and the page declares no other encoding");
    }

    #[test]
    fn bylines_hold_one_name_or_several() {
        assert_eq!(authors("By  Ines Okafor"), ["Ines Okafor"]);
        assert_eq!(
            authors("Ines Okafor, Jonas Ekholm and Mira Solberg"),
            ["Ines Okafor", "Jonas Ekholm", "Mira Solberg"]
        );
    }

    #[test]
    fn a_page_that_would_take_for_ever_is_refused() {
        let deep = format!("<body>{}{}", "<div>".repeat(20_000), "<p>Text.".repeat(20_000));
        assert!(article(deep.as_bytes()).unwrap_err().contains("deep"));
        assert!(!is_too_deep(&"<p>Text.<br><div>a</div>".repeat(20_000)));
    }

    #[test]
    fn a_page_without_an_article_is_refused() {
        assert!(article(b"").is_err());
        assert!(article(b"<html><body></body></html>").is_err());
    }
}
