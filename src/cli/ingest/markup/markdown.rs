//! Turns Markdown into plain text, and finds its front matter.

use pulldown_cmark::{Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use super::fragment::fragment_text;

/// A Markdown text as a reader sees it, without marks, addresses and pictures. There is one blank line between
/// paragraphs, headings and items. Line breaks of the writer stay.
pub(in crate::cli::ingest) fn plain(text: &str) -> String {
    let mut writer = Writer::default();
    for event in Parser::new_ext(text, options()) {
        writer.take(event);
    }
    writer.finish()
}

/// Whether a text is Markdown beyond doubt: it has a heading, a link, a picture, a fenced block, or bold words. Lists,
/// quoted lines and emphasis alone also occur in plain text.
pub(in crate::cli::ingest) fn is_markdown(text: &str) -> bool {
    if !text.contains(['#', '[', '`', '*', '_', '~']) {
        return false;
    }
    let mut fenced = false;
    let mut starts = true;
    for line in text.lines() {
        let line = line.trim_end();
        fenced |= line.starts_with("```") || line.starts_with("~~~");
        if starts && is_heading(line) || has_link(line) || has_bold(line) {
            return true;
        }
        starts = line.is_empty();
    }
    fenced && text.lines().filter(|line| line.starts_with("```") || line.starts_with("~~~")).count() >= 2
}

/// Whether a line is `# Heading`, but not "# 5 in the table" or a sentence.
fn is_heading(line: &str) -> bool {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    let Some(words) = words.strip_prefix(' ') else { return false };
    let words = words.trim();
    (1..=6).contains(&level) && words.starts_with(|c: char| c.is_alphabetic() || "\"“‘'«*[".contains(c))
}

/// Whether a line has `[words](address)`, with something like an address.
fn has_link(line: &str) -> bool {
    /// No address is longer, in bytes.
    const LONGEST_ADDRESS: usize = 2_000;
    let Some(opened) = line.find('[') else { return false };
    line.match_indices("](").filter(|&(at, _)| opened < at).any(|(at, _)| {
        let address = &line[at + 2..line.floor_char_boundary(at + 2 + LONGEST_ADDRESS)];
        let end = address.find([')', ' ']).filter(|&end| end > 0);
        end.is_some_and(|end| address[..end].contains([':', '/', '.', '#']))
    })
}

/// Whether a line has `**words**` or `__words__`, with words at both ends.
fn has_bold(line: &str) -> bool {
    ["**", "__"].iter().any(|mark| {
        let mut pieces = line.split(mark).peekable();
        let mut before = pieces.next().unwrap_or_default();
        while let Some(inside) = pieces.next() {
            let Some(after) = pieces.peek() else { return false };
            let opens = !before.ends_with(|c: char| c.is_alphanumeric() || c == '*' || c == '_');
            let closes = !after.starts_with(|c: char| c.is_alphanumeric() || c == '*' || c == '_');
            let words = inside.chars().any(char::is_alphabetic)
                && !inside.starts_with(|c: char| c.is_whitespace() || c == '*')
                && !inside.ends_with(|c: char| c.is_whitespace() || c == '*');
            if opens && closes && words {
                return true;
            }
            before = inside;
        }
        false
    })
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES | Options::ENABLE_TASKLISTS
}

/// The lines of a text's front matter (YAML between `---`, TOML between `+++`), and the text after it. None if there is
/// no front matter.
pub(in crate::cli::ingest) fn front_matter(text: &str) -> Option<(MetadataBlockKind, &str, &str)> {
    let kinds = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let (event, range) = Parser::new_ext(text, kinds).into_offset_iter().next()?;
    let Event::Start(Tag::MetadataBlock(kind)) = event else { return None };
    if !text[..range.start].trim().is_empty() {
        return None;
    }
    let block = text[range.clone()].trim();
    let inner = block.get(3..block.len().checked_sub(3)?)?;
    Some((kind, inner, &text[range.end..]))
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Whether a blank line is due before the next words.
    due: bool,
    /// How many open elements show nothing: pictures, notes and struck words.
    unshown: usize,
    /// Whether struck words ended just now, with a blank on either side.
    struck: bool,
    /// Whether there are tags among the words.
    has_html: bool,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(words) | Event::Code(words) => self.words(&escaped(&words)),
            Event::Html(html) | Event::InlineHtml(html) => {
                self.has_html = true;
                self.words(&html.replace('\n', " "));
            }
            Event::SoftBreak | Event::HardBreak => self.words("\n"),
            Event::Rule => self.due = true,
            Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => (),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Image { .. } | Tag::FootnoteDefinition(_) | Tag::Strikethrough => self.unshown += 1,
            Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Superscript | Tag::Subscript => {}
            Tag::TableCell => self.words("\t"),
            _ => self.due = true,
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.struck = tag == TagEnd::Strikethrough;
        match tag {
            TagEnd::Image | TagEnd::FootnoteDefinition | TagEnd::Strikethrough => self.unshown -= 1,
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link => (),
            TagEnd::Superscript | TagEnd::Subscript | TagEnd::TableCell => (),
            _ => self.due = true,
        }
    }

    fn words(&mut self, words: &str) {
        if self.unshown > 0 || words.is_empty() {
            return;
        }
        let words = if self.due { words.trim_start_matches(['\n', '\t']) } else { words };
        let after_blank = self.out.is_empty() || self.out.ends_with([' ', '\n']);
        let words = if std::mem::take(&mut self.struck) && after_blank { words.trim_start_matches(' ') } else { words };
        if words.is_empty() {
            return;
        }
        if std::mem::take(&mut self.due) && !self.out.is_empty() {
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str("\n\n");
        }
        self.out.push_str(words);
    }

    fn finish(self) -> String {
        let text = self.out.trim();
        let plain = || unescaped(text);
        if self.has_html {
            let page = text.replace("\n\n", "<p>").replace('\n', "<br>");
            return fragment_text(&page).unwrap_or_else(plain);
        }
        plain()
    }
}

/// Escapes text for HTML, so that it stays the same next to tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
