//! Parses HTML into a tree of nodes, with time and memory bounded by its length.

use std::cell::Cell;

use dom_query::{Document, NodeId, NodeRef};
use html5ever::tendril::TendrilSink;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::{Tracer, TreeBuilderOpts};
use html5ever::{ParseOpts, parse_document};

/// The longest page that is read, in bytes.
pub(in crate::cli::ingest) const PAGE_BYTES: usize = 16 << 20;

/// The deepest nesting that is read. Finding the article takes time that grows with the depth of each element. No page
/// that people read comes near: browsers stop at 512.
const MAX_DEPTH: usize = 1_000;

/// The most nodes of a page: elements, texts and comments.
const MAX_NODES: usize = 400_000;

/// The most attributes of an element. The parser compares each with those before it.
const MAX_ATTRIBUTES: usize = 1_000;

/// The most `&`, `<` and `>` in one text. Readability writes the article as HTML, which takes time proportional to the
/// length of a text for each of them.
const MAX_ESCAPED_SIGNS: usize = 10_000;

/// How many bytes are parsed between two checks of the tree's size. A short run of tags can reopen all formatting
/// elements.
const STEP_BYTES: usize = 4 << 10;

/// Parses a page, or a piece of one.
///
/// # Errors
/// In words, if the page is longer or deeper or has more elements than is read.
pub(in crate::cli::ingest) fn document(page: &str) -> Result<Document, String> {
    if page.len() > PAGE_BYTES {
        return Err(format!("too large: the page has {} bytes, and {PAGE_BYTES} are read", page.len()));
    }
    if has_crowded_tag(page) {
        return Err(too_crowded());
    }
    let opts = ParseOpts {
        tokenizer: TokenizerOpts::default(),
        // The content of <noscript> is for readers who run no scripts, as we do not.
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
    };
    let mut parser = parse_document(Document::default(), opts);
    let mut rest = page;
    while !rest.is_empty() {
        let (step, after) = rest.split_at(rest.floor_char_boundary(STEP_BYTES));
        rest = after;
        parser.process(step.into());
        let builder = &parser.tokenizer.sink;
        check_growth(&builder.sink)?;
        let open = Open(Cell::new(0));
        builder.trace_handles(&open);
        // Formatting elements are counted twice: where they stand, and in the list of those to reopen.
        if open.0.get() > 2 * MAX_DEPTH {
            return Err(too_deep());
        }
    }
    let tree = parser.finish();
    check_growth(&tree)?;
    check_nodes(tree.root())?;
    Ok(tree)
}

/// Counts the open elements of a parser. Each end tag and each start of a paragraph searches them.
struct Open(Cell<usize>);

impl Tracer for Open {
    type Handle = NodeId;

    fn trace_handle(&self, _: &NodeId) {
        self.0.set(self.0.get() + 1);
    }
}

/// Checks that the tree is not too large or too deep.
fn check_growth(tree: &Document) -> Result<(), String> {
    if tree.tree.len() > MAX_NODES {
        return Err(format!("the page has more than {MAX_NODES} elements and texts"));
    }
    // The parser collects errors of the markup, which nobody reads.
    tree.errors.borrow_mut().clear();
    // The root and the body take over the attributes of all further tags of their kind.
    let root = tree.root().first_element_child();
    let mut grown = root.iter().copied().chain(root.iter().filter_map(NodeRef::last_child));
    let crowded = |node: NodeRef<'_>| node.element_ref().is_some_and(|element| element.attrs.len() > MAX_ATTRIBUTES);
    if grown.any(crowded) { Err(too_crowded()) } else { Ok(()) }
}

fn check_nodes(root: NodeRef<'_>) -> Result<(), String> {
    let mut at = root.first_child();
    let mut depth = 1_usize;
    while let Some(node) = at {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let shown = node.is_text()
            && !node.parent().is_some_and(|parent| parent.has_name("script") || parent.has_name("style"));
        if shown && node.text().bytes().filter(|byte| matches!(byte, b'&' | b'<' | b'>')).count() > MAX_ESCAPED_SIGNS {
            return Err(format!("a text has more than {MAX_ESCAPED_SIGNS} of the signs &, < and >"));
        }
        if let Some(child) = node.first_child() {
            (at, depth) = (Some(child), depth + 1);
            continue;
        }
        let mut node = node;
        at = loop {
            if let Some(next) = node.next_sibling() {
                break Some(next);
            }
            match node.parent() {
                Some(parent) if depth > 1 => (node, depth) = (parent, depth - 1),
                _ => break None,
            }
        };
    }
    Ok(())
}

fn too_crowded() -> String {
    format!("an element has more than {MAX_ATTRIBUTES} attributes")
}

fn too_deep() -> String {
    format!("elements are nested more than {MAX_DEPTH} deep")
}

/// Whether a tag has more attributes than are read. Each word outside quotation marks counts as one. There are no tags
/// in scripts, styles and comments.
fn has_crowded_tag(page: &str) -> bool {
    let bytes = page.as_bytes();
    let mut at = 0;
    while let Some(width) = bytes[at..].iter().position(|&byte| byte == b'<') {
        at += width + 1;
        if bytes[at..].starts_with(b"!--") {
            at = page[at..].find("-->").map_or(bytes.len(), |end| at + end);
            continue;
        }
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (count, end) = attributes(bytes, at);
        if count > MAX_ATTRIBUTES {
            return true;
        }
        let name = &bytes[at..end.min(at + 8)];
        at = end;
        for raw in ["script", "style", "title", "textarea"] {
            if name.len() >= raw.len() && name[..raw.len()].eq_ignore_ascii_case(raw.as_bytes()) {
                at = skip_to_end(bytes, at, raw.as_bytes());
            }
        }
    }
    false
}

/// The number of attributes of the tag whose name begins at `at`, and where the tag ends.
fn attributes(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let (mut count, mut in_word) = (0, true);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return (count, at),
            b'"' | b'\'' if bytes[at - 1] == b'=' => {
                at = bytes[at + 1..].iter().position(|&other| other == byte).map_or(bytes.len(), |end| at + 1 + end);
                in_word = false;
            }
            b'/' => in_word = false,
            byte if byte.is_ascii_whitespace() => in_word = false,
            _ if !in_word => (count, in_word) = (count + 1, true),
            _ => (),
        }
        at += 1;
    }
    (count, bytes.len())
}

/// Where the end tag of an element with raw text begins.
fn skip_to_end(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(width) = bytes[at.min(bytes.len())..].windows(2).position(|pair| pair == b"</") {
        at += width + 2;
        if bytes.get(at..at + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)) {
            return at;
        }
    }
    bytes.len()
}
