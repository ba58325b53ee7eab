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

/// How many sections are looked at.
const MAX_SECTIONS: usize = 20;

/// The `<article>` elements of a page that are in no other one, and its sections.
pub(super) struct Parts {
    parts: Vec<Part>,
    /// Boxes with a heading of their own that stand behind another box.
    sections: Vec<Part>,
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
        let sections = sections(tree, language);
        let outermost: Vec<_> = nodes.nodes().iter().take(MAX_ELEMENTS).filter(is_outermost).collect();
        if outermost.len() < 2 {
            return Self { parts: Vec::new(), sections, one_heading: true };
        }
        let part = |node: &NodeRef<'_>| Part {
            text: rendered::text_of(*node, language),
            parent: node.parent().map(|parent| parent.id),
            is_whole: node.descendants_it().any(|inner| is_own_heading(&inner)),
        };
        let parts = outermost.into_iter().map(part).filter(|part| part.text.len() >= MIN_BYTES).collect();
        Self { parts, sections, one_heading: tree.select("h1").length() <= 1 }
    }

    /// Puts the parts of one article together, if the text has only some of them. Of whole articles and of sections, those
    /// that are not in the text are told.
    pub(super) fn complete(self, text: String) -> (String, Vec<Note>) {
        let (text, mut notes) = self.with_parts(text);
        let known: HashSet<&str> = text.split("\n\n").collect();
        let missing = self.sections.iter().filter(|section| !section.is_among(&known)).take(MAX_REPORTED);
        let left_out = |section: &Part| Note::new("", start(section), "is left out: it is a section beside the text");
        notes.extend(missing.map(left_out));
        (text, notes)
    }

    fn with_parts(&self, text: String) -> (String, Vec<Note>) {
        let known: HashSet<&str> = text.split("\n\n").collect();
        let missing: Vec<_> = self.parts.iter().filter(|part| !part.is_among(&known)).collect();
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

impl Part {
    /// Whether one of its long paragraphs is known, or it has none.
    fn is_among(&self, known: &HashSet<&str>) -> bool {
        let mut long = self.text.split("\n\n").filter(|words| is_long(words)).peekable();
        long.peek().is_none() || long.any(|words| known.contains(words))
    }
}

fn is_long(words: &str) -> bool {
    words.chars().nth(PARAGRAPH_CHARS).is_some()
}

/// The boxes of a page with a heading and at least one sentence, behind another box: the second page of an article, say.
/// Those that lead elsewhere have links.
fn sections(tree: &Document, language: &str) -> Vec<Part> {
    const OUTSIDE: [&str; 5] = ["aside", "nav", "footer", "header", "form"];
    let is_box = |node: &NodeRef<'_>| node.has_name("div") || node.has_name("section");
    let headings = tree.select("h2, h3, h4");
    let mut seen = HashSet::new();
    let section = |heading: &NodeRef<'_>| {
        let around = heading.parent().filter(is_box).filter(|around| seen.insert(around.id))?;
        let mut before = around.prev_sibling();
        while let Some(sibling) = before.filter(|sibling| !is_box(sibling)) {
            before = sibling.prev_sibling();
        }
        let outside = around.ancestors_it(None).any(|node| OUTSIDE.iter().any(|name| node.has_name(name)));
        let mut links = around.descendants_it().filter(|inner| inner.has_name("a"));
        if before.is_none() || outside || links.nth(1).is_some() || facts::is_in_comments(&around) {
            return None;
        }
        let text = rendered::text_of(around, language);
        let is_sentence = |words: &str| is_long(words) && words.ends_with(['.', '!', '?', '”', '"']);
        let has_sentence = text.split("\n\n").any(is_sentence);
        has_sentence.then_some(Part { text, parent: None, is_whole: false })
    };
    headings.nodes().iter().filter(|heading| !is_own_heading(heading)).take(MAX_SECTIONS).filter_map(section).collect()
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
