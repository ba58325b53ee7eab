//! The words of a quote as one readable text.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::chars::{is_closing_bracket, is_terminal};
use crate::markup::{plain_text, read_plain};
use crate::{Document, Quote, QuoteKind, Span};

/// Marks that open or close a quotation, whichever language they come from.
const MARKS: [char; 22] = [
    '"', '“', '”', '„', '‟', '«', '»', '＂', '「', '」', '『', '』', '‘', '’', '\'', '‚', '‛', '‹', '›', '`', '´', '＇',
];

impl Quote {
    /// The content as one readable text. Spans are joined and white space is normalised. The comma before "he said" is
    /// left out, or becomes a full stop if the sentence ended there. A direct quote loses its quotation marks; in a
    /// mixed one they stay, to show which words were the speaker's own.
    ///
    /// ```
    /// use sayso_document::{Quote, QuoteKind, Span};
    ///
    /// let text = "“We are ready,” Lind said. “Not before.”";
    /// let place = |words: &str| text.find(words).expect("the words are in the text");
    /// let span = |words: &str| Span::new(place(words), place(words) + words.len());
    /// let content = vec![span("“We are ready,”"), span("“Not before.”")];
    /// let quote = Quote { cue: vec![span("said")], source: vec![span("Lind")], ..Quote::new(QuoteKind::Direct, content) };
    /// assert_eq!(quote.clean_text(text), "We are ready. Not before.");
    /// assert_eq!(quote.extent(), Span::new(0, text.len()));
    /// ```
    ///
    /// # Panics
    /// When `text` is not the text that the quote was found in.
    pub fn clean_text(&self, text: &str) -> String {
        self.clean_text_with(text, &[]).0
    }

    /// The same, with the position of each of `spans` in it, in bytes. None for a span that is not within one span of
    /// the content, or of which nothing is left, such as a quotation mark or a tag.
    ///
    /// # Panics
    /// When `text` is not the text that the quote was found in.
    pub fn clean_text_with(&self, text: &str, spans: &[Span]) -> (String, Vec<Option<Range<usize>>>) {
        let mut clean = Traced::default();
        let mut end = 0;
        for &span in &self.content {
            let mut part = Traced::default();
            match self.kind {
                QuoteKind::Direct => part.read_spoken(span, text),
                QuoteKind::Indirect | QuoteKind::Mixed => {
                    read_plain(span.of(text), |at, c| part.push(span.start() + at, c));
                }
            }
            if !part.text.is_empty() {
                clean.join(part, text.get(end..span.start()).unwrap_or_default());
                end = span.end();
            }
        }
        if clean.text.ends_with(',') {
            clean.truncate(clean.text.len() - 1);
        }
        clean.close_up();
        let place = |span: &Span| {
            let after = self.content.partition_point(|part| part.start() <= span.start());
            let part = self.content[..after].last().filter(|part| part.contains(*span));
            part.and_then(|_| clean.place_of(*span))
        };
        let places = spans.iter().map(place).collect();
        (clean.text, places)
    }
}

/// Words that several spans cover, as one readable text: parts that stand apart are joined by " … ".
///
/// ```
/// use sayso_document::{Span, join_spans};
///
/// assert_eq!(join_spans(&[Span::new(0, 3), Span::new(9, 13)], "Ada, who said no"), "Ada … said");
/// ```
pub fn join_spans(spans: &[Span], text: &str) -> String {
    spans.iter().map(|span| plain_text(span.of(text))).collect::<Vec<_>>().join(" … ")
}

/// A readable text that knows where it comes from.
///
/// A content may be as long as an article, and have as many marks. So each step looks back over a few signs at most, or
/// goes through the whole text once.
#[derive(Default)]
struct Traced {
    text: String,
    /// For each byte of `text`, where in the article's text begins what its character stands for. Ascending.
    origins: Vec<u32>,
}

impl Traced {
    fn push(&mut self, origin: usize, c: char) {
        self.text.push(c);
        // Spans do not reach further than 32 bits either.
        self.origins.resize(self.text.len(), origin as u32);
    }

    /// A blank that stands for nothing of its own.
    fn push_blank(&mut self) {
        self.push(self.origins.last().map_or(0, |&origin| origin as usize), ' ');
    }

    fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        self.origins.truncate(len);
    }

    /// Adds a part that is not empty, which these words part from the one before. The comma of “…,” she said. “…” was
    /// a full stop before the cue came between; what stands behind the cue tells.
    fn join(&mut self, part: Self, between: &str) {
        if self.text.is_empty() {
            *self = part;
            return;
        }
        let next = part.text.trim_start_matches(MARKS).chars().next();
        let goes_on = next.is_some_and(char::is_lowercase);
        let words = before_marks(&self.text);
        let last = words.chars().next_back().unwrap_or_default();
        let open = last == ',' || last.is_alphanumeric() || is_closing_bracket(last);
        if open {
            let comma = words.strip_suffix(',').map(|words| (words.len(), words.ends_with(is_terminal)));
            match (ends_sentence(between, goes_on), comma) {
                // "In the U.S.," has its full stop.
                (true, Some((comma, true))) => self.cut_out(comma),
                (true, Some((comma, false))) => self.text.replace_range(comma..=comma, "."),
                (true, None) => self.push_mark('.'),
                // “We stay”, she said, “and wait.”
                (false, None) if goes_on_after(between) => self.push_mark(','),
                (false, _) => {}
            }
        }
        self.push_blank();
        self.text.push_str(&part.text);
        self.origins.extend(part.origins);
    }

    /// Adds a mark that stands for what parts the words around a cue.
    fn push_mark(&mut self, mark: char) {
        self.push(self.origins.last().map_or(0, |&origin| origin as usize), mark);
    }

    /// Takes out blanks that stray before a comma, semicolon, colon or the end of a sentence.
    fn close_up(&mut self) {
        let stray = |at: &usize| {
            let rest = &self.text[at + 1..];
            rest.starts_with([',', ';', ':', '.', '!', '?']) && rest[1..].chars().next().is_none_or(char::is_whitespace)
        };
        let blanks: Vec<usize> = self.text.match_indices(' ').map(|(at, _)| at).filter(stray).collect();
        self.cut_out_all(blanks.into_iter().map(|at| at..at + 1));
    }

    /// Takes out these parts, which are in order and do not overlap.
    fn cut_out_all(&mut self, parts: impl Iterator<Item = Range<usize>>) {
        let mut kept = Self::default();
        let mut from = 0;
        for part in parts {
            kept.text.push_str(&self.text[from..part.start]);
            kept.origins.extend_from_slice(&self.origins[from..part.start]);
            from = part.end;
        }
        if from > 0 {
            kept.text.push_str(&self.text[from..]);
            kept.origins.extend_from_slice(&self.origins[from..]);
            *self = kept;
        }
    }

    /// Takes out the sign of one byte that stands here.
    fn cut_out(&mut self, at: usize) {
        self.text.remove(at);
        self.origins.remove(at);
    }

    /// Reads the words inside quotation marks, without the outer pair alone. A mark that re-opens a quotation at a new
    /// paragraph goes too, and so do those between two quotations that follow each other.
    fn read_spoken(&mut self, span: Span, text: &str) {
        let words = span.of(text);
        // "that “the port is open”": the mark opens after the word that joins it to the sentence.
        let joined = words.strip_prefix("that ").filter(|rest| rest.starts_with(MARKS));
        let mut start = span.end() - joined.unwrap_or(words).len();
        let mut outer: Option<char> = None;
        for line in joined.unwrap_or(words).split('\n') {
            let mut begun = false;
            read_plain(line, |at, c| {
                if !begun {
                    let mark = is_mark(c) && !c.is_whitespace();
                    outer = outer.or(Some(c).filter(|_| mark && self.text.is_empty()));
                    if c.is_whitespace() || mark && outer == Some(c) {
                        return;
                    }
                    if !self.text.is_empty() {
                        self.push_blank();
                    }
                }
                begun = true;
                self.push(start + at, c);
            });
            start += line.len() + 1;
        }
        if let Some(outer) = outer {
            self.drop_between(outer);
        }
        self.drop_close(outer);
    }

    /// Drops the marks between two quotations: “One.” “Two.”
    fn drop_between(&mut self, open: char) {
        let meets = |at: &usize| {
            let before = self.text[..*at].trim_end();
            before.len() < *at && before.ends_with(|c| is_mark(c) && is_single(c) == is_single(open))
        };
        let opens: Vec<usize> = self.text.match_indices(open).map(|(at, _)| at).filter(meets).collect();
        // A mark that opens one quotation may be the last sign of the one before, too.
        let mut marks = BTreeMap::new();
        for at in opens {
            marks.insert(at, at + open.len_utf8());
            let close = self.text[..at].trim_end().char_indices().next_back();
            marks.extend(close.map(|(at, mark)| (at, at + mark.len_utf8())));
        }
        self.cut_out_all(marks.into_iter().map(|(start, end)| start..end));
    }

    /// Drops the mark that closes what `outer` opened, and what stands behind it.
    fn drop_close(&mut self, outer: Option<char>) {
        let closes =
            |c: char| is_mark(c) && !c.is_whitespace() && outer.is_none_or(|open| is_single(open) == is_single(c));
        let mut end = self.text.trim_end().len();
        // "… is open,”" or "… is open”,": the comma may stand before the closing mark, or after it in British style.
        let before = self.text[..end].trim_end_matches([',', '.']);
        if before.len() < end && before.ends_with(closes) {
            end = before.len();
        }
        if let Some(mark) = self.text[..end].chars().next_back().filter(|&c| closes(c)) {
            end = self.text[..end].trim_end_matches(mark).trim_end().len();
        }
        self.truncate(end);
    }

    /// Where the words of a span of the article's text stand.
    fn place_of(&self, span: Span) -> Option<Range<usize>> {
        let before = |end: usize| self.origins.partition_point(|&origin| (origin as usize) < end);
        let (start, end) = (before(span.start()), before(span.end()));
        let words = self.text.get(start..end)?;
        let start = end - words.trim_start().len();
        let end = start + words.trim().len();
        (start < end).then_some(start..end)
    }
}

/// No cue is so long that no sentence ends in it, in bytes.
const LONGEST_CUE: usize = 1_000;

/// Whether a sentence ends in the words between two parts: “…,” she said. “…”; not in “…,” she said, “…”. After an
/// abbreviation, a colon or an omission it does unless the next part `goes_on` in small letters.
fn ends_sentence(between: &str, goes_on: bool) -> bool {
    if between.len() > LONGEST_CUE {
        return true;
    }
    let lines: Vec<&str> = between.split('\n').collect();
    let blank_line = lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|line| line.trim().is_empty());
    // Other breaks may be those of a wrapped text.
    let line = lines.join(" ");
    let document = Document::new(&line);
    let mut words = (0..document.tokens().len()).rev().map(|token| document.word(token));
    let Some(last) = words.find(|word| !word.chars().all(|c| is_mark(c) || is_closing_bracket(c))) else {
        return false;
    };
    if blank_line || document.sentences().len() > 1 {
        return true;
    }
    match last {
        "." | "!" | "?" => true,
        _ => !goes_on && last.ends_with(|c| is_terminal(c) || c == ':'),
    }
}

/// The text before the marks and blanks at its end. If there are more than anybody writes, most of them are left.
fn before_marks(text: &str) -> &str {
    const MOST_MARKS: usize = 64;
    let marks = text.chars().rev().take(MOST_MARKS).take_while(|&c| is_mark(c)).map(char::len_utf8).sum::<usize>();
    &text[..text.len() - marks]
}

/// Whether the words between two parts end in a comma or dash: the sentence goes on behind them.
fn goes_on_after(between: &str) -> bool {
    between.trim_end_matches(is_mark).ends_with([',', '–', '—']) && between.chars().any(char::is_alphanumeric)
}

/// Whether a quotation mark is a single one.
fn is_single(mark: char) -> bool {
    matches!(mark, '‘' | '’' | '\'' | '‚' | '‛' | '‹' | '›' | '`' | '´' | '＇')
}

/// Whether a quotation may begin or end with it.
fn is_mark(c: char) -> bool {
    MARKS.contains(&c) || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    }

    fn quote(kind: QuoteKind, text: &str, content: &[&str]) -> Quote {
        Quote::new(kind, content.iter().map(|part| span(text, part)).collect())
    }

    fn clean(kind: QuoteKind, text: &str, content: &[&str]) -> String {
        quote(kind, text, content).clean_text(text)
    }

    #[test]
    fn tells_where_words_stand() {
        let text = "He said that “the <b>port</b>&nbsp;is\n\n“open,” Lind said, “Fish&amp;Co. will\n stay.”";
        let content = ["that “the <b>port</b>&nbsp;is\n\n“open,”", "“Fish&amp;Co. will\n stay.”"];
        let quote = quote(QuoteKind::Direct, text, &content);
        let words = ["port", "port</b>&nbsp;is", "is\n\n“open", "open,”", "Fish&amp;Co", "will\n stay.”"];
        let nothing = ["that", "“", "<b>", "Lind", "open,” Lind said, “Fish", "He said that"];
        let spans: Vec<Span> = words.iter().chain(&nothing).map(|part| span(text, part)).collect();
        let (clean, places) = quote.clean_text_with(text, &spans);
        assert_eq!(clean, "the port is open, Fish&Co. will stay.");
        let shown: Vec<&str> = places.iter().flatten().map(|place| &clean[place.clone()]).collect();
        assert_eq!(shown, ["port", "port is", "is open", "open,", "Fish&Co", "will stay."]);
        assert!(places[words.len()..].iter().all(Option::is_none), "{places:?}");
    }

    #[test]
    fn marks_between_quotations_go_however_many_there_are() {
        let text = "“One. “ “ “Two.”";
        assert_eq!(clean(QuoteKind::Direct, text, &[text]), "One.   Two.");
    }

    #[test]
    fn joins_an_interrupted_quotation() {
        let text = "“The port is open,” Lind said, “and it will\nstay open.”";
        let content = ["“The port is open,”", "“and it will\nstay open.”"];
        assert_eq!(clean(QuoteKind::Direct, text, &content), "The port is open, and it will stay open.");
    }

    #[test]
    fn what_stands_behind_the_cue_tells_whether_a_sentence_ended() {
        // Each text, its parts between bars, and how they are joined.
        for (text, joined) in [
            ("|“We stay,”| Lind told the town council. |“I am sorry.”|", "We stay. I am sorry."),
            ("|“We stay,”| Lind said. |“I’ll go.”|", "We stay. I’ll go."),
            ("|“We stay,”| Lind said. |“Paris is later.”|", "We stay. Paris is later."),
            ("|“We stay,”| Lind said. |“2030 is soon.”|", "We stay. 2030 is soon."),
            ("|“We stay,”| Lind said. |“iFerry pays.”|", "We stay. iFerry pays."),
            ("|“We stay,”| did Lind say? |“NATO knows.”|", "We stay. NATO knows."),
            ("|“We stay,”| Lind said (twice.) |“I do.”|", "We stay. I do."),
            ("|“We stay,”| Lind said, |“and I am sorry.”|", "We stay, and I am sorry."),
            ("|“We stay,”| Lind said, |“Paris goes.”|", "We stay, Paris goes."),
            ("|“We stay,”| Lind said, |“I’m sure.”|", "We stay, I’m sure."),
            ("|“We stay,”| Lind said |“I do.”|", "We stay, I do."),
            ("|“We stay,”| Lind said — |“and go.”|", "We stay, and go."),
            ("|“We stay,”| said Dr. J. D. Lind, |“and go.”|", "We stay, and go."),
            ("|“We stay,”| said Lind of Dorn Corp. |“I go.”|", "We stay. I go."),
            ("|“We stay,”| said Lind of Dorn Corp. |“and I go.”|", "We stay, and I go."),
            ("|“We stay,”| Lind said, adding: |“I am sorry.”|", "We stay. I am sorry."),
            ("|“We stay,”| Lind said… |“I am sorry.”|", "We stay. I am sorry."),
            ("|“We stay,”| Lind said. Later he added, |“I go.”|", "We stay. I go."),
            ("|“We stay,”| Lind said\n\n|“I am sorry.”|", "We stay. I am sorry."),
            ("|“We stay,”| Lind\nsaid, |“and I go.”|", "We stay, and I go."),
            ("|“We met in the U.S.,”| Lind said. |“I go.”|", "We met in the U.S. I go."),
            ("|“Why?”| Lind said. |“I go.”|", "Why? I go."),
            ("|“We stay …”| Lind said. |“I go.”|", "We stay … I go."),
            ("|“We stay —”| Lind said. |“I go.”|", "We stay — I go."),
            ("|“We stay”|, Lind said. |“I go.”|", "We stay. I go."),
            ("|“We stay”|, Lind said, |“and I go.”|", "We stay, and I go."),
            ("Lind said: |“We stay.” “I go.”|", "We stay. I go."),
            ("|“We stay”| there. |“And go.”|", "We stay. And go."),
            ("|\"Do stay!\",| Lind said. |\"I go.\"|", "Do stay! I go."),
            ("|“She said, ‘Stay,’”| Lind said. |“‘Go’ was his word.”|", "She said, ‘Stay.’ ‘Go’ was his word."),
            ("|‘It is “small”’,| Lind said.", "It is “small”"),
            ("|« We stay »,| Lind said. |« I go. »|", "We stay. I go."),
            ("|„We stay“,| Lind said. |„I go.“|", "We stay. I go."),
            ("|»We stay«,| Lind said, |»and I go.«|", "We stay, and I go."),
            ("|``We stay,''| Lind said. |``I go.''|", "We stay. I go."),
            ("|“One,\n\n“two”|, Lind said. |“Three.”|", "One, two. Three."),
            ("Lind said: |“We stay,”| and: |“I go.”|", "We stay. I go."),
            ("Lind said |“we stay,”| and |“I go.”|", "we stay, I go."),
        ] {
            let pieces: Vec<&str> = text.split('|').collect();
            let content: Vec<&str> = pieces.iter().skip(1).step_by(2).copied().collect();
            assert_eq!(clean(QuoteKind::Direct, &pieces.concat(), &content), joined, "{text}");
        }
    }

    #[test]
    fn a_sentence_ends_within_the_marks_of_a_mixed_quote() {
        let text = "the port was “open,” Lind said. “I saw it.”";
        let content = ["the port was “open,”", "“I saw it.”"];
        assert_eq!(clean(QuoteKind::Mixed, text, &content), "the port was “open.” “I saw it.”");
    }

    #[test]
    fn drops_the_comma_before_the_cue_and_reopened_marks() {
        let text = "“We stay.\n\n“We do not move,” Lind said.";
        assert_eq!(clean(QuoteKind::Direct, text, &["“We stay.\n\n“We do not move,”"]), "We stay. We do not move");
    }

    #[test]
    fn a_joining_word_before_the_marks_goes() {
        let text = "said that “the port is open”";
        assert_eq!(clean(QuoteKind::Direct, text, &["that “the port is open”"]), "the port is open");
    }

    #[test]
    fn blanks_do_not_stray_before_marks() {
        let text = "it opens at 5 ; the dam , of course , holds ... for now .";
        assert_eq!(clean(QuoteKind::Indirect, text, &[text]), "it opens at 5; the dam, of course, holds ... for now.");
    }

    #[test]
    fn leaves_markup_and_its_blanks_out() {
        let text = "<p>&quot;The port&nbsp;is <b>open</b>,&quot; Lind said.</p> « oui »";
        assert_eq!(clean(QuoteKind::Direct, text, &["&quot;The port&nbsp;is <b>open</b>,&quot;"]), "The port is open");
        assert_eq!(clean(QuoteKind::Direct, text, &["« oui »"]), "oui");
    }

    #[test]
    fn keeps_the_marks_of_a_mixed_quote() {
        let text = "the port was “wide open” again";
        assert_eq!(clean(QuoteKind::Mixed, text, &[text]), text);
    }
}
