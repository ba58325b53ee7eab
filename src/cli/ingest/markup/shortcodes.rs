//! The shortcodes of WordPress, which stand in the texts of its exports: `[caption width="3"]The mill[/caption]`.

/// Shortcodes of WordPress itself that may stand without attributes.
const OWN: [&str; 4] = ["caption", "embed", "gallery", "playlist"];

/// Those whose content is an address.
const ADDRESSES: [&str; 3] = ["audio", "embed", "video"];

/// How many names are looked for the end of.
const MOST_NAMES: usize = 64;

/// The longest shortcode that is recognised, in bytes.
const LONGEST: usize = 2_000;

struct Code<'t> {
    name: &'t str,
    closes: bool,
    has_attributes: bool,
    end: usize,
}

/// A text without shortcodes. What they enclose, such as a caption, stays as a paragraph of its own. None if there are
/// none: other words in brackets are words.
pub(super) fn without(text: &str, is_html: bool) -> Option<String> {
    let (begin, end) = if is_html { ("<div>", "</div>") } else { ("\n\n", "\n\n") };
    let mut out = String::new();
    let (mut rest, mut open, mut unclosed): (usize, Vec<&str>, Vec<&str>) = (0, Vec::new(), Vec::new());
    for (at, _) in text.match_indices('[') {
        if at < rest {
            continue;
        }
        let Some(code) = Code::at(text, at) else { continue };
        if code.closes {
            if open.contains(&code.name) || OWN.contains(&code.name) {
                open.retain(|name| *name != code.name);
                out.push_str(&text[rest..at]);
                out.push_str(end);
                rest = code.end;
            }
            continue;
        }
        let is_told = code.has_attributes || OWN.contains(&code.name);
        let is_open = open.contains(&code.name);
        // Without attributes, a name with an underscore is one if it is closed.
        if !is_told && !is_open && !code.name.contains('_') {
            continue;
        }
        let searches = !is_open && !unclosed.contains(&code.name) && open.len() + unclosed.len() < MOST_NAMES;
        let closing = format!("[/{}]", code.name);
        let inside = if searches { text[code.end..].find(&closing) } else { None };
        if searches && inside.is_none() {
            unclosed.push(code.name);
        }
        if !is_told && !is_open && inside.is_none() {
            continue;
        }
        out.push_str(&text[rest..at]);
        rest = code.end;
        let Some(inside) = inside else { continue };
        if ADDRESSES.contains(&code.name) {
            rest = code.end + inside + closing.len();
            out.push_str(if is_html { "" } else { begin });
        } else {
            open.push(code.name);
            out.push_str(begin);
        }
    }
    if rest == 0 {
        return None;
    }
    out.push_str(&text[rest..]);
    Some(if is_html { out } else { parted(&out) })
}

/// Paragraphs with one blank line between them.
fn parted(text: &str) -> String {
    let paragraphs: Vec<_> = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).collect();
    paragraphs.join("\n\n")
}

impl<'t> Code<'t> {
    /// The shortcode at byte `at`, where there is a `[`.
    fn at(text: &'t str, at: usize) -> Option<Self> {
        let rest = &text[at + 1..];
        let closes = rest.starts_with('/');
        let rest = if closes { &rest[1..] } else { rest };
        let start = text.len() - rest.len();
        let width = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-' | b'0'..=b'9'))
            .count();
        let inside = rest.bytes().take(LONGEST).position(|byte| matches!(byte, b']' | b'['))?;
        if width == 0 || !rest.starts_with(|c: char| c.is_ascii_lowercase()) || rest.as_bytes()[inside] != b']' {
            return None;
        }
        let attributes = rest[width..inside].trim().trim_end_matches('/').trim();
        let has_attributes = ["=\"", "='", "=&quot;", "=“", "=”"].iter().any(|sign| attributes.contains(sign));
        // Between the name and the attributes is a blank.
        let apart = rest.as_bytes()[width..=inside].first().is_some_and(|byte| matches!(byte, b' ' | b']' | b'/'));
        let valid = apart && (attributes.is_empty() || has_attributes && !closes);
        valid.then_some(Self { name: &rest[..width], closes, has_attributes, end: start + inside + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcodes_go_and_what_they_enclose_stays() {
        for (text, expected) in [
            (
                "One said.\n\n[caption id=\"a\" width=\"3\"]<The mill[/caption]\n\nTwo said. [gallery ids=\"1,2\"]",
                "One said.\n\n<The mill\n\nTwo said.",
            ),
            ("[vc_row][vc_column width=\"1/2\"]One said.[/vc_column]\nTwo.", "[vc_row]\n\nOne said.\n\nTwo."),
            ("One.\n[embed]https://v.example/1[/embed]\nTwo.", "One.\n\nTwo."),
            ("One. [gallery] Two.", "One.  Two."),
        ] {
            let read = without(text, false);
            assert_eq!(read.as_deref(), Some(expected), "{text}");
        }
        let html = without("<p>One.</p>[caption id='a']<img src=x> The mill[/caption]", true);
        assert_eq!(html.as_deref(), Some("<p>One.</p><div><img src=x> The mill</div>"));
    }

    #[test]
    fn other_words_in_brackets_stay() {
        for text in
            ["[sic] and [1], [the mayor] said", "[audio unclear] he said", "[a=b] [/sic]", "[caption", "[see p. 3]"]
        {
            assert_eq!(without(text, false), None, "{text}");
        }
    }
}
