//! The quotation marks that browsers put around `<q>`.

use dom_query::NodeRef;

/// An opening and a closing mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
}

/// Languages with their outer and inner marks (CLDR, as the HTML standard suggests). Other languages get those of
/// English.
const LANGUAGES: [(&str, [&str; 4]); 22] = [
    ("bg", ["„", "“", "’", "’"]),
    ("cs", ["„", "“", "‚", "‘"]),
    ("da", ["”", "”", "’", "’"]),
    ("de", ["„", "“", "‚", "‘"]),
    ("el", ["«", "»", "“", "”"]),
    ("es", ["«", "»", "“", "”"]),
    ("et", ["„", "“", "«", "»"]),
    ("fi", ["”", "”", "’", "’"]),
    ("fr", ["«\u{a0}", "\u{a0}»", "«\u{a0}", "\u{a0}»"]),
    ("hu", ["„", "”", "»", "«"]),
    ("it", ["«", "»", "“", "”"]),
    ("ja", ["「", "」", "『", "』"]),
    ("nb", ["«", "»", "‘", "’"]),
    ("nl", ["‘", "’", "“", "”"]),
    ("no", ["«", "»", "‘", "’"]),
    ("pl", ["„", "”", "«", "»"]),
    ("pt", ["“", "”", "‘", "’"]),
    ("ro", ["„", "”", "«", "»"]),
    ("ru", ["«", "»", "„", "“"]),
    ("sk", ["„", "“", "‚", "‘"]),
    ("sv", ["”", "”", "’", "’"]),
    ("uk", ["«", "»", "„", "“"]),
];

const ENGLISH: [&str; 4] = ["“", "”", "‘", "’"];

/// Marks that a page writes itself.
const MARKED: [char; 12] = ['"', '“', '”', '„', '‘', '’', '‚', '«', '»', '‹', '「', '『'];

/// The marks for a `<q>` inside `depth` others. None if its text has marks of its own.
pub(super) fn marks(node: &NodeRef<'_>, page_language: &str, depth: usize) -> Option<Marks> {
    let own = node.immediate_text();
    if own.trim_start().starts_with(MARKED) {
        return None;
    }
    let told = std::iter::once(*node).chain(node.ancestors_it(None)).find_map(|node| node.attr("lang"));
    let language = told.as_deref().unwrap_or(page_language).to_ascii_lowercase();
    let language = language.split(['-', '_']).next().unwrap_or_default();
    let found = LANGUAGES.iter().find(|(known, _)| *known == language).map_or(ENGLISH, |(_, marks)| *marks);
    let at = if depth.is_multiple_of(2) { 0 } else { 2 };
    Some(Marks { open: found[at], close: found[at + 1] })
}
