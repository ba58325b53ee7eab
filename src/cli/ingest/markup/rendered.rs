//! Turns a tree of nodes into the text that a reader sees.
//!
//! This is close to `innerText` in browsers, except that every block is a paragraph, and that a line break within a
//! sentence is a space.

use dom_query::{Document, NodeRef};

use super::elements::{BLOCKS, UNSHOWN};
use super::quotation::{self, Marks};

/// The gap between the last words and the next ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Blank,
    Cell,
    /// `<br>`: a new line, or a space within a sentence.
    Line,
    Paragraph,
}

/// A line that `<br>` ends within a sentence has at least this many characters, unless something else shows that the
/// sentence goes on.
const FULL_LINE_CHARS: usize = 40;

/// The attribute of a `<wbr>` that stands for a `<br>`.
pub(in crate::cli::ingest) const LINE: &str = "data-sayso-line";

/// The text that a page, or a piece of one, shows. `language` is the language of the page.
pub(in crate::cli::ingest) fn text(tree: &Document, language: &str) -> String {
    text_of(tree.root(), language)
}

/// The text that a node and its descendants show.
pub(in crate::cli::ingest) fn text_of(root: NodeRef<'_>, language: &str) -> String {
    let mut writer = Writer {
        out: String::new(),
        gap: Gap::None,
        tight: false,
        raw: 0,
        quotes: Vec::new(),
        opened: false,
        closed: false,
    };
    let mut steps = vec![Step::Open(root)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Open(node) if node.is_text() => writer.words(&node.text()),
            Step::Open(node) => {
                let Some(kind) = writer.open(&node, language) else { continue };
                steps.push(Step::Close(kind));
                let from = steps.len();
                steps.extend(node.children_it(false).map(Step::Open));
                steps[from..].reverse();
            }
            Step::Close(kind) => writer.close(kind),
        }
    }
    writer.out
}

enum Step<'a> {
    Open(NodeRef<'a>),
    Close(Kind),
}

/// What to do after the children of an element.
#[derive(Clone, Copy)]
enum Kind {
    Inline,
    Cell,
    Block,
    Raw,
    Quotation,
}

struct Writer {
    out: String,
    gap: Gap,
    /// Whether the next words follow without a gap, as after an opening mark.
    tight: bool,
    /// How many open elements preserve white space.
    raw: usize,
    quotes: Vec<Option<Marks>>,
    /// Whether an inline element began, and whether one ended, since the last words.
    opened: bool,
    closed: bool,
}

impl Writer {
    /// Begins an element. None if it and its content are not shown.
    fn open(&mut self, node: &NodeRef<'_>, language: &str) -> Option<Kind> {
        let Some(name) = node.node_name() else { return Some(Kind::Inline) };
        match &*name {
            name if UNSHOWN.binary_search(&name).is_ok() || is_hidden(node) => None,
            "wbr" if !node.has_attr(LINE) => None,
            "br" | "wbr" => {
                self.gap = if self.gap >= Gap::Line { Gap::Paragraph } else { Gap::Line };
                if self.raw > 0 {
                    self.gap = Gap::None;
                    self.out.push('\n');
                }
                None
            }
            "img" => {
                self.emoji(node);
                None
            }
            "sup" if self.is_note(node) => None,
            "sup" if self.is_power(node) => {
                let digits: String = node.text().trim().chars().filter_map(raised).collect();
                self.words(&digits);
                None
            }
            "q" => {
                let marks = quotation::marks(node, language, self.quotes.iter().flatten().count());
                if let Some(marks) = marks {
                    self.mark(marks.open);
                    self.tight = true;
                }
                self.quotes.push(marks);
                Some(Kind::Quotation)
            }
            "td" | "th" => {
                self.gap = self.gap.max(Gap::Cell);
                Some(Kind::Cell)
            }
            "pre" | "listing" | "xmp" => {
                self.gap = Gap::Paragraph;
                self.raw += 1;
                Some(Kind::Raw)
            }
            name if is_block(name, node) => {
                self.gap = Gap::Paragraph;
                Some(Kind::Block)
            }
            _ => {
                self.opened = true;
                Some(Kind::Inline)
            }
        }
    }

    fn close(&mut self, kind: Kind) {
        match kind {
            Kind::Inline => self.closed = true,
            Kind::Cell => self.gap = self.gap.max(Gap::Cell),
            Kind::Block => self.gap = Gap::Paragraph,
            Kind::Raw => {
                self.raw -= 1;
                self.out.truncate(self.out.trim_end().len());
                self.gap = Gap::Paragraph;
            }
            Kind::Quotation => {
                if let Some(Some(marks)) = self.quotes.pop() {
                    // A mark belongs to the last word, whatever comes between.
                    let gap = std::mem::replace(&mut self.gap, Gap::None);
                    self.mark(marks.close);
                    self.gap = gap;
                }
            }
        }
    }

    fn words(&mut self, text: &str) {
        let mut rest = text;
        if self.raw > 0 {
            self.fill(rest);
            self.out.extend(rest.chars().filter(|&c| !is_unseen(c)));
            return;
        }
        while !rest.is_empty() {
            let blank = rest.len() - rest.trim_start_matches(is_blank).len();
            if blank > 0 {
                self.gap = self.gap.max(Gap::Blank);
                rest = &rest[blank..];
                continue;
            }
            let end = rest.find(is_blank).unwrap_or(rest.len());
            let word = &rest[..end];
            rest = &rest[end..];
            if word.chars().all(is_unseen) {
                continue;
            }
            if self.is_glued(word) {
                self.gap = Gap::Blank;
            }
            self.fill(word);
            self.out.extend(word.chars().filter(|&c| !is_unseen(c)));
        }
    }

    fn mark(&mut self, mark: &str) {
        self.fill(mark);
        self.out.push_str(mark);
    }

    /// Whether only a style sheet separates `next` from the words before. That is so after the end of a sentence, or
    /// between two elements without a space, as in `storm</span><span>Photo`.
    fn is_glued(&self, next: &str) -> bool {
        let mut before = self.out.chars().rev();
        let (last, second) = (before.next(), before.next());
        let lower = |c: Option<char>| c.is_some_and(char::is_lowercase);
        let ends = matches!(last, Some('.' | '!' | '?')) && lower(second) && (self.opened || self.closed);
        let parted = lower(last) && lower(second) && self.opened && self.closed;
        let mut next = next.chars();
        let starts = next.next().is_some_and(char::is_uppercase) && lower(next.next());
        self.gap == Gap::None && !self.tight && starts && (ends || parted)
    }

    /// Writes the gap before `next`.
    fn fill(&mut self, next: &str) {
        (self.opened, self.closed) = (false, false);
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        if self.out.is_empty() || std::mem::take(&mut self.tight) {
            return;
        }
        self.out.push_str(match gap {
            Gap::None => "",
            Gap::Blank => " ",
            Gap::Cell => "\t",
            Gap::Line if self.goes_on(next) => " ",
            Gap::Line => "\n",
            Gap::Paragraph => "\n\n",
        });
    }

    /// The last words that were written. Its length is bounded, because very long lines and words must not be read
    /// again and again.
    fn end(&self) -> &str {
        &self.out[self.out.ceil_char_boundary(self.out.len().saturating_sub(4 * FULL_LINE_CHARS))..]
    }

    /// Whether the sentence before a `<br>` goes on with `next`.
    fn goes_on(&self, next: &str) -> bool {
        let line = self.end();
        let line = line.rsplit('\n').next().unwrap_or(line);
        let Some(last) = line.trim_end_matches(['"', '”', '’', '»', ')', ']']).chars().next_back() else {
            return false;
        };
        let starts_lower = next.chars().next().is_some_and(char::is_lowercase);
        let ends = matches!(last, '.' | '!' | '?' | '…' | ':' | '。' | '！' | '？');
        !ends && (starts_lower || matches!(last, ',' | ';' | '–' | '—') || line.chars().nth(FULL_LINE_CHARS).is_some())
    }

    /// Writes the emoji that a small picture stands for.
    fn emoji(&mut self, node: &NodeRef<'_>) {
        let alt = node.attr_or("alt", "");
        if alt.chars().count() <= 8 && alt.chars().any(|c| c as u32 > 0x2000) && !alt.chars().any(char::is_alphanumeric)
        {
            self.words(&alt);
        }
    }

    /// Whether superscript is the mark of a note: it contains a link to one, is marked up as one, or follows a word or
    /// sentence that has no exponent.
    fn is_note(&self, node: &NodeRef<'_>) -> bool {
        let text = node.text();
        let sign = text.trim().trim_matches(['[', ']', '(', ')']);
        let is_mark = sign.chars().count() <= 4
            && sign.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '†' | '‡' | '§' | ',' | ' '));
        let is_letter = sign.len() == 1 && sign.is_ascii();
        let links = node.descendants_it().any(|inner| inner.has_name("a") && inner.attr_or("href", "").contains('#'));
        let told = node.attr_or("class", "").contains("note") || node.class().is_some_and(|c| &*c == "reference");
        if links || told || text.trim().starts_with('[') {
            return is_mark || is_letter || text.trim().starts_with('[');
        }
        is_mark && !sign.is_empty() && !self.is_power(node)
    }

    /// Whether superscript is an exponent, after a number or a unit.
    fn is_power(&self, node: &NodeRef<'_>) -> bool {
        let text = node.text();
        let raised_only = !text.trim().is_empty() && text.trim().chars().all(|c| raised(c).is_some());
        let end = self.end();
        let word = end.rsplit(char::is_whitespace).next().unwrap_or(end);
        let unit = word.chars().count() <= 3 && word.chars().next_back().is_some_and(char::is_alphanumeric);
        let number = word.chars().next_back().is_some_and(|c| c.is_ascii_digit());
        raised_only && self.gap == Gap::None && (unit || number)
    }
}

fn raised(digit: char) -> Option<char> {
    Some(match digit {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32('⁴' as u32 + (digit as u32 - '4' as u32))?,
        '-' | '−' => '⁻',
        _ => return None,
    })
}

/// Whether an element is hidden from readers.
pub(in crate::cli::ingest) fn is_hidden(node: &NodeRef<'_>) -> bool {
    let Some(element) = node.element_ref() else { return false };
    element.attrs.iter().any(|attribute| match &*attribute.name.local {
        "hidden" => !attribute.value.eq_ignore_ascii_case("until-found"),
        "aria-hidden" => attribute.value.eq_ignore_ascii_case("true"),
        "style" => {
            let style: String = attribute.value.chars().filter(|c| !c.is_whitespace()).collect();
            let style = style.to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        }
        _ => false,
    })
}

/// Whether an element is a block, by its name or its style.
pub(in crate::cli::ingest) fn is_block(name: &str, node: &NodeRef<'_>) -> bool {
    BLOCKS.binary_search(&name).is_ok()
        || node.attr("style").is_some_and(|style| style.replace(' ', "").contains("display:block"))
}

/// White space, including no-break spaces.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// Invisible characters for line breaking and direction. Joiners of emoji and letters are part of the word.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
        || c.is_control() && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn shown(page: &str) -> String {
        text(&parse::document(page).unwrap(), "en")
    }

    #[test]
    fn blocks_are_paragraphs_and_lines_part_words() {
        for (page, expected) in [
            (
                "“The bridge is<br>shut,” Ilsa Brandt told reporters.",
                "“The bridge is shut,” Ilsa Brandt told reporters.",
            ),
            ("The bridge is shut.<br/>The ferry runs.", "The bridge is shut.\nThe ferry runs."),
            ("One.<br><br>Two.<br> <br>\n<br>Three.", "One.\n\nTwo.\n\nThree."),
            ("Karen Holt<br>River Board", "Karen Holt\nRiver Board"),
            ("<p>One<p>Two<div>Three</div>Four", "One\n\nTwo\n\nThree\n\nFour"),
            ("<ul><li>steel<li>stone</ul>", "steel\n\nstone"),
            ("<table><tr><td>Holt<td>12<tr><td>Reed<td>9</table>", "Holt\t12\n\nReed\t9"),
            ("a <b> b</b> c<i>d</i>", "a b cd"),
            ("<pre>one\n  two</pre>three", "one\n  two\n\nthree"),
            ("Cal&shy;lo<wbr>way&zwnj;x", "Calloway\u{200c}x"),
            ("a<span style='display: block'>b</span>c", "a\n\nb\n\nc"),
        ] {
            assert_eq!(shown(page), expected, "{page}");
        }
    }

    #[test]
    fn what_is_hidden_is_not_shown() {
        for hidden in [
            "<span hidden>x</span>",
            "<i style='color:red; display : none'>x</i>",
            "<b aria-hidden=true>x</b>",
            "<template>x</template>",
            "<noscript>x</noscript>",
            "<script>x</script>",
            "<svg><title>x</title></svg>",
            "<select><option>x</select>",
            "<del>x</del>",
            "<s>x</s>",
            "<strike>x</strike>",
            "<!-- x -->",
        ] {
            assert_eq!(shown(&format!("The ferry{hidden} runs.")), "The ferry runs.", "{hidden}");
        }
    }

    #[test]
    fn raised_signs_are_notes_powers_or_words() {
        for (page, expected) in [
            ("shut.<sup>1</sup> It", "shut. It"),
            ("shut<sup><a href='#fn1'>a</a></sup> on", "shut on"),
            ("shut<sup class=reference>[12]</sup> on", "shut on"),
            ("the bridge<sup>2</sup> on", "the bridge on"),
            ("12 km<sup>2</sup>", "12 km²"),
            ("10<sup>6</sup>", "10⁶"),
            ("the 2<sup>nd</sup> time", "the 2nd time"),
        ] {
            assert_eq!(shown(page), expected, "{page}");
        }
    }

    #[test]
    fn quotation_elements_get_the_marks_of_their_language() {
        for (page, expected) in [
            ("said <q>the bridge is shut</q> on Monday", "said “the bridge is shut” on Monday"),
            ("<q>He said <q>no</q></q>", "“He said ‘no’”"),
            ("<q>“No”</q>", "“No”"),
            ("<p lang=de>Er sagte <q>nein <q>doch</q></q>.", "Er sagte „nein ‚doch‘“."),
            ("<p lang=fr-CA>Il dit <q>non</q>.", "Il dit «\u{a0}non\u{a0}»."),
            ("<q><p>One.</p></q> she said", "“One.”\n\nshe said"),
        ] {
            assert_eq!(shown(page), expected, "{page}");
        }
    }
}
