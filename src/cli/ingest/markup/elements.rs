//! The HTML elements that reading a page or a body depends on. Each list is sorted.
//!
//! `sayso-document` has lists of its own, for tags that are left over in a text. They are larger and less exact than
//! these, because there is no tree to go by there: a stray tag only separates words or lines.

/// Elements that are paragraphs of their own. All others stand in a line of text, unless their style says otherwise:
/// see `rendered::is_block`.
pub(super) const BLOCKS: [&str; 45] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
    "xmp",
];

/// Elements whose content is not part of the text.
pub(super) const UNSHOWN: [&str; 38] = [
    "annotation",
    "annotation-xml",
    "applet",
    "area",
    "audio",
    "base",
    "button",
    "canvas",
    "col",
    "colgroup",
    "datalist",
    "del",
    "dialog",
    "embed",
    "frameset",
    "head",
    "iframe",
    "input",
    "link",
    "map",
    "meta",
    "meter",
    "noframes",
    "noscript",
    "object",
    "param",
    "progress",
    "rp",
    "rt",
    "s",
    "script",
    "select",
    "strike",
    "style",
    "svg",
    "template",
    "textarea",
    "video",
];

/// Elements whose tags show that a text is HTML. Other tags are as likely to be something else: `<ann>`.
pub(super) const TELLING: [&str; 38] = [
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "div",
    "em",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "html",
    "i",
    "img",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "q",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "td",
    "tr",
    "u",
    "ul",
];

/// Further elements within a line, for lines that are known to be HTML.
pub(super) const IN_LINES: [&str; 14] =
    ["abbr", "bdi", "bdo", "cite", "code", "del", "ins", "mark", "nobr", "s", "script", "style", "time", "wbr"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_do_not_contradict_each_other() {
        for list in [&BLOCKS[..], &UNSHOWN, &TELLING, &IN_LINES] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
        }
        let both = BLOCKS.iter().find(|name| UNSHOWN.contains(name));
        assert_eq!(both, None, "a block that is not shown");
    }
}
