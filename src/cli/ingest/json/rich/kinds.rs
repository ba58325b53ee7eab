//! The kinds of nodes in rich text, by their folded names, as the editors of content management systems name them.

use serde_json::{Map, Value};

use super::super::names::folded;

/// Members that name the kind of a node, the most certain first.
const KIND_NAMES: [&str; 10] = [
    "type",
    "_type",
    "nodeType",
    "blockType",
    "slice_type",
    "__component",
    "component",
    "__typename",
    "object",
    "blockName",
];

/// Nodes that stand within a line.
const INLINE: [&str; 39] = [
    "a",
    "abbr",
    "assethyperlink",
    "autolink",
    "b",
    "br",
    "break",
    "cite",
    "em",
    "embeddedentryinline",
    "emoji",
    "emphasis",
    "entryhyperlink",
    "fragment",
    "hardbreak",
    "hashtag",
    "hyperlink",
    "i",
    "inline",
    "inlinecode",
    "itemlink",
    "leaf",
    "linebreak",
    "link",
    "mark",
    "mention",
    "mentionnode",
    "q",
    "s",
    "small",
    "softbreak",
    "span",
    "strong",
    "sub",
    "sup",
    "text",
    "textrun",
    "u",
    "urllink",
];

/// Nodes that are paragraphs, or hold some. A list of such is never a list of records.
const BLOCKS: [&str; 67] = [
    "block",
    "blockquote",
    "bulletedlist",
    "bulletedlistitem",
    "bulletlist",
    "callout",
    "caption",
    "checklist",
    "checklistitem",
    "codeblock",
    "column",
    "columnlist",
    "columns",
    "delimiter",
    "details",
    "detailscontent",
    "detailssummary",
    "div",
    "divider",
    "expand",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "headerfive",
    "headerfour",
    "headerone",
    "headersix",
    "headerthree",
    "headertwo",
    "heading",
    "heading1",
    "heading2",
    "heading3",
    "heading4",
    "heading5",
    "heading6",
    "horizontalrule",
    "hr",
    "li",
    "list",
    "listitem",
    "numberedlist",
    "numberedlistitem",
    "oitem",
    "ol",
    "olistitem",
    "orderedlist",
    "orderedlistitem",
    "p",
    "panel",
    "paragraph",
    "preformatted",
    "pullquote",
    "quote",
    "subheading",
    "table",
    "thematicbreak",
    "todo",
    "ul",
    "unorderedlistitem",
    "unstyled",
];

/// Nodes that show no words besides their caption.
const WORDLESS: [&str; 36] = [
    "ad",
    "advert",
    "advertisement",
    "asset",
    "audio",
    "break",
    "contentsdivider",
    "delimiter",
    "divider",
    "embeddedassetblock",
    "file",
    "gallery",
    "hardbreak",
    "horizontalrule",
    "hr",
    "image",
    "imageblock",
    "img",
    "interstitiallink",
    "linebreak",
    "media",
    "mediagroup",
    "mediasingle",
    "pagebreak",
    "photo",
    "picture",
    "script",
    "separator",
    "softbreak",
    "spacer",
    "style",
    "svg",
    "tableofcontents",
    "thematicbreak",
    "upload",
    "video",
];

/// The name of a node's kind: that of the element for trees of HTML. Empty if it says none.
pub(super) fn name(node: &Map<String, Value>) -> &str {
    let kind = KIND_NAMES.iter().find_map(|name| node.get(*name)?.as_str());
    let element = || ["tagName", "name"].iter().find_map(|name| node.get(*name)?.as_str());
    let kind = match kind {
        Some("tag" | "element" | "Element") => element().or(kind),
        // Blocks of WordPress: {"name": "core/paragraph", "attributes": {…}}.
        None if node.contains_key("innerBlocks") || node.contains_key("attributes") => element(),
        kind => kind,
    };
    kind.unwrap_or_default()
}

/// The folded name of a node's kind, without that of its group: `core/paragraph`.
pub(super) fn of(node: &Map<String, Value>) -> String {
    let name = name(node);
    let kind = folded(name.rsplit(['/', '.']).next().unwrap_or(name));
    // "ParagraphBlock"
    match kind.strip_suffix("block").filter(|short| is_block(short) || is_wordless(short)) {
        Some(short) => short.to_string(),
        None => kind,
    }
}

pub(super) fn is_inline(kind: &str) -> bool {
    INLINE.binary_search(&kind).is_ok() || kind.ends_with("inline")
}

pub(super) fn is_block(kind: &str) -> bool {
    BLOCKS.binary_search(&kind).is_ok()
}

pub(super) fn is_wordless(kind: &str) -> bool {
    WORDLESS.binary_search(&kind).is_ok()
}

pub(super) fn is_quotation(kind: &str) -> bool {
    kind.contains("quote") || kind == "callout"
}

/// Whether an editor has marked the words of a node as deleted, or struck them through, which says that they do not hold.
pub(super) fn is_deleted(node: &Map<String, Value>) -> bool {
    /// The bit for struck words in the format of Lexical.
    const STRUCK: u64 = 4;
    let tells = |kind: &str| {
        let kind = folded(kind);
        ["deletion", "delete", "deleted", "suggestiondelete", "trackdelete", "del", "s"].contains(&kind.as_str())
            || kind.starts_with("strike")
    };
    let marks = node.get("marks").and_then(Value::as_array).into_iter().flatten();
    let mut marks = marks.filter_map(|mark| mark.get("type").unwrap_or(mark).as_str());
    let flags = |of: Option<&Value>| {
        let flags = of.and_then(Value::as_object).into_iter().flatten();
        flags.into_iter().any(|(name, value)| *value == Value::Bool(true) && tells(name))
    };
    let own = node.iter().any(|(name, value)| *value == Value::Bool(true) && tells(name));
    let in_lexical = node.get("format").and_then(Value::as_u64).is_some_and(|bits| bits & STRUCK != 0)
        && node.get("type").is_some_and(|kind| kind == "text");
    let is_element = matches!(of(node).as_str(), "del" | "s" | "strike");
    marks.any(tells)
        || own
        || flags(node.get("annotations"))
        || flags(node.get("attributes"))
        || in_lexical
        || is_element
}

/// Whether a node breaks the line.
pub(super) fn is_break(kind: &str) -> bool {
    matches!(kind, "br" | "break" | "hardbreak" | "linebreak" | "softbreak")
}

/// Whether a node names somebody or something within a line, which its attributes tell.
pub(super) fn is_mention(kind: &str) -> bool {
    kind.contains("mention") && kind != "mentions" || matches!(kind, "emoji" | "status" | "inlinecard" | "hashtag")
}

/// Whether what a node of this kind holds stands in one line.
pub(super) fn is_line(kind: &str) -> bool {
    matches!(kind, "p" | "paragraph" | "unstyled" | "pre" | "preformatted")
        || kind.strip_prefix('h').is_some_and(|level| level.len() == 1)
        || kind.starts_with("head")
        || is_inline(kind)
}

/// Whether a text has two words at least.
pub(super) fn is_words(text: &str) -> bool {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_do_not_contradict_each_other() {
        for list in [&INLINE[..], &BLOCKS, &WORDLESS] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
        }
        assert_eq!(BLOCKS.iter().find(|kind| is_inline(kind)), None, "a block within a line");
    }
}
