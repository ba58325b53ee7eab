//! Takes out of a page what belongs to no article, before the article is looked for.

use dom_query::{Document, NodeRef};

use super::{byline, facts, rendered};

/// Parts of the names of classes and ids that only boxes around articles have.
const BOXES: [&str; 34] = [
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
    "sharedaddy",
    "share-buttons",
    "signup",
    "social-share",
    "taboola",
];

/// A box holds at most this share of the text of the page: else its name belies it.
const SHARE: usize = 3;

/// Takes away boxes, and what readers are not shown; or, with `reveal`, shows that.
pub(super) fn clean(tree: &Document, reveal: bool) {
    for node in tree.select("[hidden], [style], [aria-hidden]").nodes() {
        if reveal || node.has_name("body") || node.has_name("html") {
            node.remove_attrs(&["hidden", "style", "aria-hidden"]);
        } else if rendered::is_hidden(node) {
            node.remove_from_parent();
        }
    }
    let whole = tree.body().map_or(0, |body| body.normalized_char_count());
    for node in tree.select("[class], [id]").nodes() {
        if is_box(node) && node.normalized_char_count() * SHARE <= whole {
            node.remove_from_parent();
        }
    }
    bylines(tree);
    for node in tree.select("[style]").nodes() {
        if node.attr_or("style", "").replace(' ', "").to_ascii_lowercase().contains("display:block")
            && node.has_name("span")
        {
            node.rename("div");
        }
    }
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

/// The byline stands in the article's authors.
fn bylines(tree: &Document) {
    let nodes = tree.select("[class*=byline], [class*=Byline], [itemprop~=author], [rel~=author]");
    for node in nodes.nodes().iter().filter(|node| !facts::is_in_comments(node)) {
        let text = node.text();
        let short = text.chars().count() <= 120;
        let alone = node.parent().is_none_or(|parent| parent.normalized_char_count() <= 160);
        if short && alone && !node.has_name("body") && !byline::names([&*text], "").is_empty() {
            node.remove_from_parent();
        }
    }
}
