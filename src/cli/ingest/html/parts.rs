//! Finds the `<article>` elements of a page that its reader left out. Only one is taken for the article, but some pages
//! divide one into several.

use std::collections::HashSet;

use dom_query::{Document, NodeId, NodeRef};

use super::super::markup::rendered;
use super::super::note::Note;
use super::facts;

/// Shorter elements are cards that lead to other articles, in bytes.
const MIN_BYTES: usize = 200;

/// A paragraph of this many characters tells whether an element was read.
const PARAGRAPH_CHARS: usize = 60;

/// How many nodes of a heading are searched for a link.
const MAX_IN_HEADING: usize = 20;

/// How many elements are looked at, and how many are reported.
const MAX_ELEMENTS: usize = 100;
const MAX_REPORTED: usize = 3;

/// The `<article>` elements of a page that are in no other one.
pub(super) struct Parts {
    parts: Vec<Part>,
    /// Whether the page has no more than one heading of the first level.
    one_heading: bool,
}

struct Part {
    text: String,
    parent: Option<NodeId>,
    /// Whether it has a heading of a whole page, or one that leads to another.
    is_whole: bool,
}

impl Parts {
    /// Gathers the elements, before the page is taken apart.
    pub(super) fn of(tree: &Document, language: &str) -> Self {
        let nodes = tree.select("article");
        let is_outermost = |node: &&NodeRef<'_>| {
            !node.ancestors_it(None).any(|around| around.has_name("article")) && !facts::is_in_comments(node)
        };
        let outermost: Vec<_> = nodes.nodes().iter().take(MAX_ELEMENTS).filter(is_outermost).collect();
        if outermost.len() < 2 {
            return Self { parts: Vec::new(), one_heading: true };
        }
        let part = |node: &NodeRef<'_>| Part {
            text: rendered::text_of(*node, language),
            parent: node.parent().map(|parent| parent.id),
            is_whole: node.descendants_it().any(|inner| is_own_heading(&inner)),
        };
        let parts = outermost.into_iter().map(part).filter(|part| part.text.len() >= MIN_BYTES).collect();
        Self { parts, one_heading: tree.select("h1").length() <= 1 }
    }

    /// Puts the parts of one article together, if the text has only some of them. Of whole articles, those that are not
    /// in the text are told.
    pub(super) fn complete(self, text: String) -> (String, Vec<Note>) {
        let known: HashSet<&str> = text.split("\n\n").collect();
        let is_read = |part: &Part| {
            let mut long =
                part.text.split("\n\n").filter(|words| words.chars().nth(PARAGRAPH_CHARS).is_some()).peekable();
            long.peek().is_none() || long.any(|words| known.contains(words))
        };
        let missing: Vec<_> = self.parts.iter().filter(|part| !is_read(part)).collect();
        if missing.is_empty() {
            let note =
                |part: &Part| Note::new("", start(part), "is in the text, but may begin another article of the page");
            let notes = self.parts.iter().skip(1).filter(|part| part.is_whole).take(MAX_REPORTED).map(note).collect();
            return (text, notes);
        }
        let first = &self.parts[0];
        let siblings = self.parts.iter().all(|part| part.parent == first.parent);
        if siblings && self.one_heading && !self.parts[1..].iter().any(|part| part.is_whole) {
            let whole = self.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n\n");
            let value = format!("{} <article> elements", self.parts.len());
            return (whole, vec![Note::new("", value, "are read as parts of one article")]);
        }
        let note = |part: &&Part| Note::new("", start(part), "is left out: it begins another article of the page");
        let notes = missing.iter().take(MAX_REPORTED).map(note).collect();
        (text, notes)
    }
}

/// The first line of a part, in quotation marks.
fn start(part: &Part) -> String {
    format!("{:?}", part.text.lines().next().unwrap_or_default())
}

fn is_own_heading(node: &NodeRef<'_>) -> bool {
    let is_link = |heading: &NodeRef<'_>| {
        heading.descendants_it().take(MAX_IN_HEADING).any(|inner| inner.has_name("a"))
            || heading.parent().is_some_and(|around| around.has_name("a"))
    };
    node.has_name("h1") || ["h2", "h3", "h4"].iter().any(|name| node.has_name(name)) && is_link(node)
}
