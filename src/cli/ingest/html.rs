//! Web pages as articles.

use dom_smoothie::{Config, Readability, TextMode};
use encoding_rs::Encoding;

use super::super::dates;
use crate::proto::Article;

/// How far into a page its encoding must be declared (WHATWG HTML, "prescan a byte stream").
const PRESCAN: usize = 1024;

/// The article of a page: readability's choice of text, with one blank line between paragraphs,
/// and what the page tells about itself.
pub(in crate::cli) fn article(bytes: &[u8]) -> Result<Article, String> {
    let page = decode(bytes)?;
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let mut reader = Readability::new(page, None, Some(config)).map_err(|error| error.to_string())?;
    // Before parsing, which takes the page apart.
    let address = address(&reader);
    let found = reader.parse().map_err(|_| "no article found in the page".to_string())?;
    let author = found.byline.as_deref().map(author).filter(|author| !author.is_empty());
    Ok(Article {
        url: found.url.or(address).unwrap_or_default(),
        source: found.site_name.unwrap_or_default(),
        title: found.title,
        authors: author.into_iter().collect(),
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

/// The byline without the word that it begins with.
fn author(byline: &str) -> String {
    let byline = byline.split_whitespace().collect::<Vec<_>>().join(" ");
    ["By ", "by ", "BY "].iter().find_map(|by| byline.strip_prefix(by)).unwrap_or(&byline).to_string()
}

/// The lines without blanks at their ends, and never more than one empty line between two.
fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = 0;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            gap += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if gap > 0 { "\n\n" } else { "\n" });
        }
        out.push_str(line);
        gap = 0;
    }
    out
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

    const PAGE: &str = include_str!("../fixtures/page.html");

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
    fn a_page_without_an_article_is_refused() {
        assert!(article(b"").is_err());
        assert!(article(b"<html><body></body></html>").is_err());
    }
}
