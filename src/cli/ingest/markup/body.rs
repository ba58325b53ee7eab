//! Turns bodies in Markdown or HTML into plain text.
//!
//! A record does not say which format its body is in, so only clear signs count. A text with a stray `<` or `*` stays
//! exactly as it is.

use super::elements::{IN_LINES, TELLING};
use super::fragment::fragment_text;
use super::markdown;
use super::references::with_references_read;
use super::shortcodes;

/// The plain text of a body. HTML and Markdown become what a reader would see, with a blank line between paragraphs. In
/// other text, character references are resolved, and everything else stays exactly as it is.
pub(in crate::cli) fn body_text(body: &str) -> String {
    let html = is_html(body);
    match shortcodes::without(body, html) {
        Some(rest) if rest.contains('<') && !rest.contains("<p") => with_paragraphs(&rest),
        Some(rest) => plain_text(&rest, html),
        None => plain_text(body, html),
    }
}

/// The text of a body as WordPress keeps it: HTML in which blank lines part paragraphs.
fn with_paragraphs(body: &str) -> String {
    let page = body.replace("\r\n", "\n").replace("\n\n", "<p>").replace('\n', "<br>");
    fragment_text(&page).unwrap_or_else(|| body.to_string())
}

fn plain_text(body: &str, html: bool) -> String {
    if html {
        return fragment_text(body).unwrap_or_else(|| body.to_string());
    }
    if markdown::is_markdown(body) {
        return markdown::plain(body);
    }
    let read = with_references_read(body);
    // Escaped as a whole, as in feeds: "&lt;p&gt;…".
    if read != body && is_html(&read) {
        return fragment_text(&read).unwrap_or(read);
    }
    read
}

/// The plain text of a line, such as a title. Only tags that HTML knows are markup there: "<now>" is a word.
pub(in crate::cli::ingest) fn line_text(line: &str) -> String {
    if !is_html(line) {
        return body_text(line);
    }
    let mut escaped = String::with_capacity(line.len());
    let mut rest = 0;
    for (at, _) in line.match_indices('<') {
        let known =
            |tag: Tag| [&TELLING[..], &IN_LINES].iter().any(|names| names.binary_search(&tag.name.as_str()).is_ok());
        if !line[at..].starts_with("<!--") && !Tag::at(line, at).is_some_and(known) {
            escaped.push_str(&line[rest..at]);
            escaped.push_str("&lt;");
            rest = at + 1;
        }
    }
    escaped.push_str(&line[rest..]);
    fragment_text(&escaped).unwrap_or_else(|| line.to_string())
}

/// Whether tags show that a text is HTML: an element that is opened and closed, two paragraphs or line breaks, or a
/// line break without a space on one side.
pub(in crate::cli::ingest) fn is_html(text: &str) -> bool {
    let mut opened = [false; TELLING.len()];
    let mut breaks = 0;
    for (at, _) in text.match_indices('<') {
        let Some(tag) = Tag::at(text, at) else { continue };
        let Ok(name) = TELLING.binary_search(&tag.name.as_str()) else { continue };
        if tag.closes && opened[name] {
            return true;
        }
        if !tag.closes {
            opened[name] = true;
            // "The <br> tag" mentions it, "is<br>shut" uses it.
            let apart = text[..at].ends_with(' ') && text[tag.end..].starts_with(' ');
            breaks += match tag.name.as_str() {
                "p" => 1,
                "br" if apart => 0,
                "br" => 2,
                _ => 0,
            };
            if breaks >= 2 {
                return true;
            }
        }
    }
    false
}

/// A tag in the syntax of HTML.
struct Tag {
    name: String,
    closes: bool,
    end: usize,
}

impl Tag {
    /// The longest tag that is recognised, in bytes.
    const LONGEST: usize = 4_000;

    /// The tag at byte `at`, where there is a `<`.
    fn at(text: &str, at: usize) -> Option<Self> {
        let rest = &text[at + 1..];
        let closes = rest.starts_with('/');
        let rest = if closes { &rest[1..] } else { rest };
        let width = rest.bytes().take(12).take_while(u8::is_ascii_alphanumeric).count();
        let after = rest.as_bytes().get(width)?;
        if width == 0 || !(after.is_ascii_whitespace() || matches!(after, b'>' | b'/')) {
            return None;
        }
        let close = rest.bytes().take(Self::LONGEST).position(|byte| matches!(byte, b'<' | b'>'))?;
        (rest.as_bytes()[close] == b'>').then(|| Self {
            name: rest[..width].to_ascii_lowercase(),
            closes,
            end: text.len() - rest.len() + close + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_to_the_letter() {
        for text in [
            "The bridge is shut.\nThe ferry runs.\n\n  “We wait,” she said. ",
            "5 < 6 and 7 > 3, 2 * 3 * 4 = 24, a_b_c, *sic*",
            "Write to <ann@dorn.example> or Tom <Reed>.",
            "The <p> tag begins a paragraph, the <br> tag a line.",
            "if a<b and c>d then",
            "# 5 in the table, #1 last year",
            "> We wait, she wrote.\n\nTom Reed agreed.",
            "- steel\n- stone",
            "* steel\n* stone",
            "1984. That was the year.",
            "https://dorn.example/?a=1&copy=2&lt=3",
            "AT&T, R&D; Q&A",
            "He swore: f**k that, d**n it.",
            "Rated **** by all. Rated *** by some.",
            "[1] See the report (page 3). [sic] (no link)",
            "___________\n\nSigned",
            "Marn Post\n---------",
            "    indented as it was",
            "$HOME and `ls` and \\n",
            "",
        ] {
            assert_eq!(body_text(text), text);
        }
    }

    #[test]
    fn html_becomes_what_it_shows() {
        for (text, expected) in [
            ("<p>The bridge is shut.</p><p>“We wait,” she said.</p>", "The bridge is shut.\n\n“We wait,” she said."),
            ("The bridge is<br>shut.", "The bridge is shut."),
            ("Tom <b>Reed</b> said &ldquo;no&rdquo;.", "Tom Reed said “no”."),
            ("<P CLASS=x>One<P>Two", "One\n\nTwo"),
            ("&lt;p&gt;One &amp;amp; two.&lt;/p&gt;", "One & two."),
            ("Holt &amp; Sons &ldquo;wait&rdquo;&#8230;", "Holt & Sons “wait”…"),
            ("Mart&iacute;n Cal&shy;loway", "Martín Calloway"),
            ("<!DOCTYPE html><html><body><h1>Tide</h1>One.</body></html>", "Tide\n\nOne."),
        ] {
            assert_eq!(body_text(text), expected, "{text}");
        }
    }

    #[test]
    fn markdown_becomes_what_it_shows() {
        for (text, expected) in [
            ("# Tide\n\nThe **harbour** is shut.", "Tide\n\nThe harbour is shut."),
            ("See [the report](https://dorn.example/a_b) of *today*.", "See the report of today."),
            ("![A mill](mill.jpg)\n\nThe mill is sold.", "The mill is sold."),
            (
                "Brandt said **in a statement**:\n\n> We wait.\n> We pay.\n\n- steel\n- stone",
                "Brandt said in a statement:\n\nWe wait.\nWe pay.\n\nsteel\n\nstone",
            ),
            ("**One.**\nTwo.\n\nThree.", "One.\nTwo.\n\nThree."),
            ("**One** < two & *three*, a&amp;b", "One < two & three, a&b"),
            ("The **bridge** is ~~not~~ shut.", "The bridge is shut."),
        ] {
            assert_eq!(body_text(text), expected, "{text}");
        }
    }
}
