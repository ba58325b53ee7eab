//! Reads rich text: the trees of nodes in which editors of content management systems keep a text, as of ProseMirror
//! and TipTap, Slate, Lexical, Draft.js, Editor.js, Quill, Notion, Portable Text, Contentful, Strapi, WordPress blocks.
//!
//! They all differ in names only: a node has a kind, words, and further nodes. So one reader knows all the names. What
//! it does not know is counted, to be reported. Every node is visited once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::markup::body::body_text;
use members::{BELOW, BELOW_QUOTATIONS, HEADER, HEADINGS, LINES, LISTS, MARKED_WORDS, OTHERS, PARTS, SPEAKER, WORDS};
use writer::Writer;

mod forms;
mod kinds;
mod members;
#[cfg(test)]
mod tests;
mod writer;

type Node = Map<String, Value>;

/// The note on parts that are not read.
const NOT_KNOWN: &str = "is left out: it is not known how to read such a part of a text";

/// How many kinds are reported of which no words are known.
const MAX_REPORTED: usize = 20;

/// Members of pictures and videos whose objects have the words that are shown below, and what these are called there.
const TITLED: [(&str, &str); 2] = [("attrs", "title"), ("videoData", "title")];

/// How deep the words of an unknown node are looked for.
const MAX_DEPTH: usize = 8;

/// What was read of a tree.
pub(super) struct Rich {
    /// Its text, with a blank line between paragraphs.
    pub(super) text: String,
    /// What was left out of it, and in what way, as the end of a sentence.
    pub(super) notes: Vec<(String, String)>,
}

/// Reads a tree. None if a value is none, or holds no words.
pub(super) fn read(value: &Value) -> Option<Rich> {
    if let Some(other) = forms::of_lists(value).or_else(|| forms::with_captions(value)) {
        return read_tree(&other);
    }
    if is_tree(value) { read_tree(value) } else { None }
}

fn read_tree(value: &Value) -> Option<Rich> {
    let mut reader = Reader { writer: Writer::default(), left_out: BTreeMap::new(), deleted: 0, is_html: false };
    match value {
        Value::Array(items) => reader.top(items),
        other => drop(reader.node(other, false)),
    }
    let text = reader.writer.finish();
    let shown = |(kind, count): (String, usize)| if count > 1 { format!("{kind} ({count} times)") } else { kind };
    let more = reader.left_out.len().saturating_sub(MAX_REPORTED);
    let known = reader.left_out.into_iter().take(MAX_REPORTED).map(|part| (shown(part), NOT_KNOWN.to_string()));
    let rest = (more > 0).then(|| (format!("{more} further kinds"), "are left out, too".to_string()));
    let deleted =
        (reader.deleted > 0).then(|| (String::new(), "text marked as deleted or struck is left out".to_string()));
    let notes = known.chain(rest).chain(deleted).collect();
    (!text.is_empty()).then_some(Rich { text, notes })
}

/// Whether a value is a tree: an object with nodes in it, or a list of more than texts.
fn is_tree(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.iter().all(|item| item.is_string() || item.is_null()) && !are_forms(items),
        Value::Object(node) => {
            let holds_nodes = |name: &str| match node.get(name) {
                Some(Value::Array(items)) => !items.is_empty() && !are_forms(items),
                Some(Value::Object(inner)) => LISTS.iter().any(|name| inner.get(*name).is_some_and(Value::is_array)),
                _ => false,
            };
            LISTS.iter().chain(&PARTS).any(|name| holds_nodes(name)) || is_root(node)
        }
        _ => false,
    }
}

/// Whether a list holds one text in several forms, as feeds write it: `{"type": "text/html", "value": "<p>…"}`.
fn are_forms(items: &[Value]) -> bool {
    let is_form = |kind: &str| kind.contains('/') && !kind.starts_with("core/") || matches!(kind, "html" | "xhtml");
    items.iter().all(|item| item.get("type").and_then(Value::as_str).is_some_and(is_form))
}

/// Whether an object says that it is the whole of a rich text.
pub(super) fn is_root(node: &Node) -> bool {
    let kind = kinds::of(node);
    matches!(kind.as_str(), "doc" | "root" | "document") && node.get("content").is_none_or(Value::is_array)
        || node.get("blocks").is_some_and(Value::is_array) && node.contains_key("entityMap")
        || node.get("root").is_some_and(|root| root.get("children").is_some())
        || node.get("document").is_some_and(|root| root.get("nodes").or_else(|| root.get("children")).is_some())
}

/// Whether a tree holds no words at all.
pub(super) fn is_blank(value: &Value) -> bool {
    value.as_object().is_some_and(is_root) && !has_words(value, 0)
}

/// The kind of an object that is a paragraph or the like of a rich text, and no record.
pub(super) fn part(node: &Node) -> Option<&str> {
    let is_record = ["title", "headline", "url", "link", "webUrl"].iter().any(|name| node.contains_key(*name));
    let name = ["type", "_type", "nodeType", "blockType"].iter().find_map(|name| node.get(*name)?.as_str())?;
    (!is_record && kinds::is_block(&kinds::of(node))).then_some(name)
}

/// Reads nodes into a text.
struct Reader {
    writer: Writer,
    /// The kinds of nodes without known words, and how many there are of each.
    left_out: BTreeMap<String, usize>,
    /// How many nodes are marked as deleted.
    deleted: usize,
    /// Whether the tree is one of HTML elements, where line breaks are white space.
    is_html: bool,
}

impl Reader {
    /// Reads the outermost list. Words in it are paragraphs, whatever stands between them, unless blanks show that they
    /// are the parts of one. So are those of lists in it.
    fn top(&mut self, items: &[Value]) {
        let words = |item: &Value| WORDS.iter().find_map(|name| item.get(*name)?.as_str().map(str::to_owned));
        let are_spaced = || {
            let texts: Vec<String> = items.iter().filter_map(words).collect();
            let seam = |pair: &[String]| pair[0].ends_with(' ') || pair[1].starts_with([' ', ',', '.']);
            texts.windows(2).any(seam) || items.iter().any(|item| item.get("plain_text").is_some())
        };
        for kind in items.iter().filter_map(scalar) {
            *self.left_out.entry(kind.into()).or_default() += 1;
        }
        let is_delta = || items.iter().any(|item| item.get("insert").is_some());
        let in_line = are_in_line(items) && (is_delta() || are_spaced());
        if !items.iter().any(Value::is_array) {
            return self.list(items, in_line);
        }
        for item in items {
            self.writer.paragraph();
            match item {
                Value::Array(inner) => self.top(inner),
                other => self.list(std::slice::from_ref(other), in_line),
            }
            self.writer.paragraph();
        }
    }

    /// Reads a list of nodes, which either all stand in one line or are paragraphs of their own.
    fn list(&mut self, items: &[Value], in_line: bool) {
        // Rows of a table.
        if !items.is_empty() && items.iter().all(Value::is_array) {
            return items.iter().for_each(|row| self.row(row));
        }
        for item in items {
            let node = item.as_object();
            let kind = node.map(kinds::of).unwrap_or_default();
            let in_line = in_line && !kinds::is_block(&kind);
            if !in_line {
                self.writer.paragraph();
            }
            let found = self.node(item, in_line);
            if !in_line {
                self.writer.paragraph();
            }
            if !found && kind.is_empty() && node.is_some_and(|node| holds_words(node, 0)) {
                *self.left_out.entry("untyped".into()).or_default() += 1;
            }
        }
    }

    fn row(&mut self, row: &Value) {
        self.writer.paragraph();
        for (at, cell) in row.as_array().into_iter().flatten().enumerate() {
            if at > 0 {
                self.writer.words("\t");
            }
            match cell {
                Value::String(text) => self.writer.words(&body_text(text)),
                other => drop(self.node(other, true)),
            }
        }
        self.writer.paragraph();
    }

    /// Reads a node. Returns whether it is one that holds words or nodes.
    fn node(&mut self, value: &Value, in_line: bool) -> bool {
        match value {
            Value::String(text) if in_line => self.writer.words(text),
            Value::String(text) => self.writer.words(&body_text(text)),
            Value::Array(items) => self.list(items, in_line || are_in_line(items)),
            Value::Object(node) => return self.object(node, in_line),
            _ => return false,
        }
        true
    }

    fn object(&mut self, node: &Node, in_line: bool) -> bool {
        let kind = kinds::of(node);
        if kinds::is_deleted(node) {
            self.deleted += 1;
            return true;
        }
        self.is_html |= node.contains_key("tagName") || node.get("type").is_some_and(|kind| kind == "tag");
        if kinds::is_break(&kind) {
            self.writer.line_break();
            return true;
        }
        if kinds::is_wordless(&kind) {
            self.wordless(node);
            return true;
        }
        let before = self.writer.mark();
        if !in_line {
            self.beside(node, &HEADINGS);
            if let Some(Value::String(speaker)) = node.get(SPEAKER) {
                self.writer.words(&format!("{}: ", speaker.trim().trim_end_matches(':')));
            }
        }
        let (mut found, words) = self.own(node, &kind, in_line);
        if !in_line {
            found |= self.beside(node, &BELOW);
            found |= kinds::is_quotation(&kind) && self.beside(node, &BELOW_QUOTATIONS);
        }
        if !found {
            // A title alone is that of something else, to which this is a link.
            self.writer.take_back(before);
        }
        if found {
            self.unread(node, &kind, words.unwrap_or_default());
        } else if !kind.is_empty() && (!is_known(&kind) || holds_words(node, 0)) {
            *self.left_out.entry(kinds::name(node).to_string()).or_default() += 1;
        }
        found
    }

    /// Reads the caption of a picture or the like.
    fn wordless(&mut self, node: &Node) {
        for name in ["content", "children"] {
            if let Some(Value::Array(items)) = node.get(name) {
                self.list(items, are_in_line(items));
            }
        }
        self.beside(node, &["caption"]);
        for (part, title) in TITLED {
            let title = node.get(part).and_then(|part| part.get(title)).and_then(Value::as_str);
            if let Some(title) = title.filter(|title| kinds::is_words(title)) {
                self.writer.paragraph();
                self.writer.words(&body_text(title));
                self.writer.paragraph();
            }
        }
        if let Some(html) = inner_html(node) {
            self.writer.words(&body_text(html));
        }
        let further = ["media", "attrs", "value"].iter().filter_map(|name| node.get(*name));
        for part in parts(node).chain(further).filter_map(Value::as_object) {
            self.beside(part, &["caption"]);
        }
    }

    /// Reads the words of a node and the nodes in it. Returns whether there are any, and the words.
    fn own<'n>(&mut self, node: &'n Node, kind: &str, in_line: bool) -> (bool, Option<&'n str>) {
        if kinds::is_mention(kind)
            && let Some(name) = mentioned(node)
        {
            self.writer.words(name);
            return (true, Some(name));
        }
        let start = self.writer.mark();
        let words = self.words(node, in_line);
        let mut found = words.is_some();
        let behind = self.writer.mark();
        let is_line = in_line || kinds::is_line(kind);
        if let Some(header) = node.get(HEADER).filter(|header| header.is_array() && kind == "table") {
            self.row(header);
            found = true;
        }
        for name in LISTS {
            match node.get(name) {
                Some(Value::Array(items)) => {
                    self.list(items, is_line || LINES.contains(&name) && are_in_line(items));
                    found |= !items.is_empty();
                }
                Some(inner @ Value::Object(_)) if words.is_none() || name != "text" => {
                    found |= self.node(inner, is_line)
                }
                _ => {}
            }
        }
        for part in parts(node).filter(|part| part.is_object() && words.is_none()) {
            found |= self.node(part, in_line);
        }
        // Some give the words of a node and, once more, those of the nodes in it.
        if let Some(words) = words {
            self.writer.take_back_repeated(start, behind, words);
        }
        (found, words)
    }

    /// Writes the words that a node has itself, and returns them.
    fn words<'n>(&mut self, node: &'n Node, in_line: bool) -> Option<&'n str> {
        let of = |names: &[&str]| names.iter().find_map(|name| node.get(*name).and_then(Value::as_str));
        if let Some(Value::String(text)) = node.get("insert") {
            // Each line is a paragraph in Quill.
            self.writer.lines(text);
            return Some(text);
        }
        if let Some(name) = node.get("insert").and_then(|embed| embed.get("mention")?.get("value")?.as_str()) {
            self.writer.words(name);
            return Some(name);
        }
        let embeds = node.get("insert").and_then(Value::as_object).into_iter().flat_map(Map::keys);
        for embed in embeds.filter(|name| !kinds::is_wordless(name)) {
            *self.left_out.entry(format!("insert.{embed}")).or_default() += 1;
        }
        if let Some(html) = inner_html(node) {
            self.writer.words(&body_text(html));
            return Some(html);
        }
        let plain = of(&WORDS);
        let words = plain.or_else(|| of(&MARKED_WORDS))?;
        if self.is_html {
            self.writer.blanks_folded(words);
        } else if in_line && plain.is_some() {
            self.writer.words(words);
        } else {
            self.writer.words(&body_text(words));
        }
        Some(words)
    }

    /// Reads what stands above or below a node, as paragraphs. Returns whether there is anything.
    fn beside(&mut self, node: &Node, names: &[&str]) -> bool {
        let mut found = false;
        for value in names.iter().filter_map(|name| node.get(*name)) {
            self.writer.paragraph();
            found |= !is_empty(value) && self.node(value, false);
            self.writer.paragraph();
        }
        found
    }

    /// Counts the members with words that are not known.
    fn unread(&mut self, node: &Node, kind: &str, words: &str) {
        let is_known = |name: &str| {
            [&HEADINGS[..], &BELOW, &OTHERS, &[SPEAKER]].iter().any(|names| names.contains(&name))
                || kind == "table" && name == HEADER
                || kinds::is_quotation(kind) && BELOW_QUOTATIONS.contains(&name)
        };
        let own = kinds::name(node);
        for (name, value) in node.iter().filter(|(name, _)| *name != "insert" && !kinds::is_mention(kind)) {
            let is_unread = match value {
                Value::String(text) => text != words && kinds::is_words(text),
                // Those under other names were visited.
                other => {
                    !LISTS.contains(&name.as_str())
                        && !PARTS.contains(&name.as_str())
                        && name != own
                        && has_words(other, 0)
                }
            };
            if is_unread && !is_known(name) {
                let path = if own.is_empty() { name.clone() } else { format!("{own}.{name}") };
                *self.left_out.entry(path).or_default() += 1;
            }
        }
    }
}

/// What a value is that is neither text nor holds any.
fn scalar(value: &Value) -> Option<&'static str> {
    match value {
        Value::Number(_) => Some("a number"),
        Value::Bool(_) => Some("true or false"),
        _ => None,
    }
}

/// The objects that say more about a node. Notion names one by the kind: `{"type": "quote", "quote": {…}}`.
fn parts(node: &Node) -> impl Iterator<Item = &Value> {
    let kind = node.get("type").and_then(Value::as_str).filter(|kind| !LISTS.contains(kind) && !PARTS.contains(kind));
    PARTS.iter().filter_map(|name| node.get(*name)).chain(kind.and_then(|kind| node.get(kind)))
}

/// Whether the nodes of a list stand in one line: one of them is nothing but words, or what only stands in lines.
fn are_in_line(items: &[Value]) -> bool {
    let stands_in_line = |node: &Node| is_leaf(node) || kinds::is_inline(&kinds::of(node)) && !has_markup(node);
    items.iter().filter_map(Value::as_object).any(stands_in_line)
}

/// Whether a node is nothing but words: `{"text": "Two ", "bold": true}`.
fn is_leaf(node: &Node) -> bool {
    let has_words = ["text", "insert", "plain_text", "leaves"].iter().any(|name| node.contains_key(*name));
    let kind = kinds::of(node);
    has_words && (kind.is_empty() || kinds::is_inline(&kind)) && !HEADINGS.iter().any(|name| node.contains_key(*name))
}

/// Whether the words of a node are in HTML, so that it is a paragraph, whatever it is called.
fn has_markup(node: &Node) -> bool {
    node.get("content").is_some_and(Value::is_string) || node.contains_key("model") || node.contains_key("html")
}

/// The markup of a block as WordPress parses it: `{"blockName": "core/paragraph", "innerHTML": "<p>…"}`.
fn inner_html(node: &Node) -> Option<&str> {
    node.get("innerHTML").filter(|_| node.contains_key("blockName"))?.as_str()
}

/// The name of whom or what a node in a line stands for.
fn mentioned(node: &Node) -> Option<&str> {
    let names = ["text", "label", "name", "character", "value"];
    let own = names[1..].iter().find_map(|name| node.get(*name)?.as_str());
    names.iter().find_map(|name| node.get("attrs")?.get(*name)?.as_str()).or(own)
}

fn is_known(kind: &str) -> bool {
    kinds::is_block(kind) && kind != "block" || kinds::is_inline(kind) || matches!(kind, "doc" | "root" | "document")
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(node) => node.is_empty(),
        _ => true,
    }
}

fn holds_words(node: &Node, depth: usize) -> bool {
    node.iter().any(|(name, value)| !OTHERS.contains(&name.as_str()) && has_words(value, depth))
}

fn has_words(value: &Value, depth: usize) -> bool {
    match value {
        Value::String(text) => kinds::is_words(text),
        Value::Array(items) if depth < MAX_DEPTH => items.iter().any(|item| has_words(item, depth + 1)),
        Value::Object(node) if depth < MAX_DEPTH => holds_words(node, depth + 1),
        _ => false,
    }
}
