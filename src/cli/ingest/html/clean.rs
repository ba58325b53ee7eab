//! Removes from a page what belongs to no article, before the article is looked for.

use std::collections::HashMap;

use dom_query::{Document, NodeId, NodeRef};

use super::super::byline;
use super::super::markup::rendered;
use super::facts;

/// Parts of classes and ids that only elements around articles have.
const BOXES: [&str; 38] = [
    "addtoany",
    "advert",
    "article-tools",
    "author-bio",
    "breadcrumb",
    "comment-list",
    "comments-area",
    "comments-section",
    "cookie",
    "consent",
    "disqus",
    "element-invisible",
    "follow-us",
    "gdpr",
    "inline-ad",
    "jp-relatedposts",
    "keep-reading",
    "mailing-list",
    "most-read",
    "newsletter",
    "outbrain",
    "paywall-prompt",
    "post-tags",
    "pullquote",
    "pull-quote",
    "read-next",
    "recommended",
    "related-",
    "related_",
    "screen-reader",
    "screenreader",
    "sharedaddy",
    "share-buttons",
    "signup",
    "social-share",
    "sr-only",
    "taboola",
    "visually-hidden",
];

/// An element whose class or id has such a part is removed only if it holds at most this share (one in so many) of the
/// page's text. A larger one is not what its name says.
const MAX_BOX_PART: usize = 3;

/// The longest text that counts as a byline, and the longest block around it, in bytes; and how many bylines are looked
/// at.
const MAX_BYLINE_BYTES: usize = 120;
const MAX_BYLINE_BLOCK_BYTES: usize = 160;
const MAX_BYLINES: usize = 100;

/// Removes the elements around articles, and those that readers do not see. With `reveal`, hidden elements are shown
/// instead.
pub(super) fn clean(tree: &Document, reveal: bool) {
    // Programs put comments between the words of a sentence, where the article's reader would end a paragraph.
    for node in tree.root().descendants().into_iter().filter(NodeRef::is_comment) {
        node.remove_from_parent();
    }
    for node in tree.select("[hidden], [style], [aria-hidden]").nodes() {
        if reveal || node.has_name("body") || node.has_name("html") {
            node.remove_attrs(&["hidden", "style", "aria-hidden"]);
        } else if rendered::is_hidden(node) {
            node.remove_from_parent();
        }
    }
    corrections(tree);
    let sizes = sizes(tree);
    let size = |node: &NodeRef<'_>| sizes.get(&node.id).copied().unwrap_or(0);
    let whole = tree.body().map_or(0, |body| size(&body));
    for node in tree.select("[class], [id]").nodes() {
        if is_box(node) && size(node) * MAX_BOX_PART <= whole {
            node.remove_from_parent();
        }
    }
    links_elsewhere(tree, &size);
    bylines(tree, &size);
    keep_lines(tree);
    for node in tree.select("[style]").nodes() {
        if node.attr_or("style", "").replace(' ', "").to_ascii_lowercase().contains("display:block")
            && node.has_name("span")
        {
            node.rename("div");
        }
    }
}

/// Makes paragraphs of the article of corrections in its footer, which the article's reader leaves out.
fn corrections(tree: &Document) {
    const STARTS: [&str; 10] = [
        "correction",
        "clarification",
        "editor’s note",
        "editor's note",
        "an earlier version",
        "this article was",
        "this article has been",
        "this story was",
        "this story has been",
        "update:",
    ];
    let corrects = |node: &NodeRef<'_>| {
        let start: String = node.text().trim_start().chars().take(40).collect::<String>().to_lowercase();
        STARTS.iter().any(|words| start.starts_with(words))
    };
    for footer in tree.select("article footer").nodes().iter().take(MAX_BYLINES) {
        let paragraphs: Vec<_> = footer.children_it(false).filter(NodeRef::is_element).collect();
        if paragraphs.iter().any(&corrects) {
            paragraphs.iter().filter(|node| !corrects(node)).for_each(NodeRef::remove_from_parent);
            footer.rename("div");
            footer.remove_attrs(&["class", "id"]);
        } else if paragraphs.is_empty() && corrects(footer) {
            footer.rename("p");
            footer.remove_attrs(&["class", "id"]);
        }
    }
}

/// The bytes of text in each node, without surrounding white space and scripts. It takes one pass, however deep the
/// nodes lie.
pub(super) fn sizes(tree: &Document) -> HashMap<NodeId, usize> {
    let nodes: Vec<_> = tree.root().descendants_it().collect();
    let mut sizes: HashMap<NodeId, usize> = HashMap::with_capacity(nodes.len());
    for node in nodes.iter().rev() {
        let is_code = || node.parent().is_some_and(|parent| parent.has_name("script") || parent.has_name("style"));
        let own = if node.is_text() && !is_code() { node.text().trim().len() } else { 0 };
        let size = *sizes.entry(node.id).and_modify(|size| *size += own).or_insert(own);
        if let Some(parent) = node.parent() {
            *sizes.entry(parent.id).or_insert(0) += size;
        }
    }
    sizes
}

/// Marks single line breaks as something else. The article's reader removes a `<br>` before a paragraph that it makes
/// of what follows two of them, although words stand between.
fn keep_lines(tree: &Document) {
    for node in tree.select("br").nodes() {
        let words = |node: Option<NodeRef<'_>>| {
            node.is_some_and(|node| node.is_text() || !node.has_name("br") && !is_blocky(&node))
        };
        if words(beside(node, NodeRef::prev_sibling)) && words(beside(node, NodeRef::next_sibling)) {
            node.rename("wbr");
            node.set_attr(rendered::LINE, "");
        }
    }
}

/// The nearest sibling in a direction that is not blank.
fn beside<'a>(node: &NodeRef<'a>, next: fn(&NodeRef<'a>) -> Option<NodeRef<'a>>) -> Option<NodeRef<'a>> {
    let mut at = next(node);
    while let Some(found) = at.filter(|found| found.is_text() && found.text().trim().is_empty()) {
        at = next(&found);
    }
    at
}

fn is_blocky(node: &NodeRef<'_>) -> bool {
    node.node_name().is_some_and(|name| rendered::is_block(&name, node))
}

fn is_box(node: &NodeRef<'_>) -> bool {
    let Some(name) = node.node_name() else { return false };
    if matches!(&*name, "html" | "body" | "article" | "main" | "a" | "blockquote") {
        return false;
    }
    let names = format!("{} {}", node.attr_or("class", ""), node.attr_or("id", "")).to_ascii_lowercase();
    names.split_ascii_whitespace().any(|name| {
        let layout = ["has-", "with-", "no-", "is-"].iter().any(|start| name.starts_with(start));
        !layout && BOXES.iter().any(|word| name.contains(word))
    })
}

/// Removes lines between paragraphs that lead to another article, such as "Read more: Ferry prices rise".
fn links_elsewhere(tree: &Document, size: &dyn Fn(&NodeRef<'_>) -> usize) {
    const STARTS: [&str; 9] = [
        "read more:",
        "related:",
        "see also:",
        "also read:",
        "read also:",
        "more:",
        "read next:",
        "watch:",
        "recommended:",
    ];
    const ALONE: [&str; 7] = ["advertisement", "read more", "related", "share", "subscribe", "also read", "see also"];
    for node in tree.select("p, div, li, h2, h3, h4, h5, h6").nodes() {
        let (own, around) = (size(node), node.parent().map_or(0, |parent| size(&parent)));
        // Of nested elements with the same text, only the outermost is looked at.
        let inner =
            own == around && node.parent().is_some_and(|parent| parent.has_name("div") || parent.has_name("li"));
        if own == 0 || own > MAX_BYLINE_BLOCK_BYTES || inner {
            continue;
        }
        let text = node.text().trim().to_lowercase();
        let text = text.replace(" :", ":");
        let links = || node.descendants_it().any(|inner| inner.has_name("a"));
        let alone = ALONE.contains(&text.trim_end_matches(':')) && !node.has_name("li");
        if alone || STARTS.iter().any(|start| text.starts_with(start)) && links() {
            node.remove_from_parent();
        }
    }
}

/// Removes bylines: the authors are in the article's metadata.
fn bylines(tree: &Document, size: &dyn Fn(&NodeRef<'_>) -> usize) {
    let nodes = tree.select("[class*=byline], [class*=Byline], [itemprop~=author], [rel~=author], [property~=author], [property~='schema:author']");
    for node in nodes
        .nodes()
        .iter()
        .filter(|node| size(node) <= MAX_BYLINE_BYTES && !facts::is_in_comments(node))
        .take(MAX_BYLINES)
    {
        let alone = node.parent().is_none_or(|parent| size(&parent) <= MAX_BYLINE_BLOCK_BYTES);
        if alone && !node.has_name("body") && !byline::names([&*node.text()], "").is_empty() {
            node.remove_from_parent();
        }
    }
}
