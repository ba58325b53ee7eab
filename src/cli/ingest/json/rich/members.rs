//! The names of the members of nodes, as editors use them.

/// Members with the words of a node. Each is the whole text, so only the first one counts.
pub(super) const WORDS: [&str; 4] = ["plain_text", "text", "value", "insert"];

/// Members with words that may be marked up in HTML, where there are none of the above.
pub(super) const MARKED_WORDS: [&str; 10] =
    ["content", "body", "paragraph", "quote", "data", "values", "html", "bodyHtml", "body_html", "bodyTextSummary"];

/// Members with words above those of a node.
pub(super) const HEADINGS: [&str; 6] = ["heading", "headline", "title", "subheading", "subtitle", "question"];

/// The member with the first row of a table.
pub(super) const HEADER: &str = "header";

/// The member with the name of who says the words of a node, as in transcripts.
pub(super) const SPEAKER: &str = "speaker";

/// Members with the nodes in a node.
pub(super) const LISTS: [&str; 24] = [
    "root",
    "editorState",
    "document",
    "doc",
    "content",
    "children",
    "nodes",
    "blocks",
    "items",
    "elements",
    "content_elements",
    "innerBlocks",
    "rich_text",
    "richText",
    "ops",
    "paragraphs",
    "sections",
    "columns",
    "rows",
    "cells",
    "body",
    "leaves",
    "text",
    "value",
];

/// Those of them whose nodes may stand in one line.
pub(super) const LINES: [&str; 8] = ["content", "children", "nodes", "rich_text", "richText", "ops", "leaves", "text"];

/// Members whose objects say more about a node.
pub(super) const PARTS: [&str; 6] = ["data", "model", "attributes", "textData", "primary", "fields"];

/// Members with words below those of a node, and more of those below a quotation.
pub(super) const BELOW: [&str; 4] = ["answer", "caption", "citation", "attribution"];
pub(super) const BELOW_QUOTATIONS: [&str; 4] = ["cite", "author", "credit", "source"];

/// Members whose words are no part of the text, or the same words in another form.
pub(super) const OTHERS: [&str; 23] = [
    "accessibilityText",
    "alt",
    "altText",
    "bodyTextSummary",
    "class",
    "className",
    "entityMap",
    "format",
    "html",
    "innerHTML",
    "innerContent",
    "markDefs",
    "markdown",
    "mode",
    "originalContent",
    "processed",
    "raw",
    "rendered",
    "safe_value",
    "style",
    "summary",
    "title",
    "url",
];
