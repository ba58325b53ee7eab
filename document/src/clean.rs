//! The words of a quote as one readable text.

use std::ops::Range;

use crate::markup::{plain_text, read_plain};
use crate::{Quote, QuoteKind, Span};

/// Marks that open or close a quotation, whichever language they come from.
const MARKS: [char; 22] = [
    '"', '“', '”', '„', '‟', '«', '»', '＂', '「', '」', '『', '』', '‘', '’', '\'', '‚', '‛', '‹', '›', '`', '´', '＇',
];

impl Quote {
    /// The content as one readable text: spans joined, white space made even, the comma before "he
    /// said" left out. A direct quote stands without its quotation marks; in a mixed one they show
    /// which words were the speaker's own.
    ///
    /// # Panics
    /// When `text` is not the text that the quote was found in.
    pub fn clean_text(&self, text: &str) -> String {
        self.clean_text_with(text, &[]).0
    }

    /// The same, and where in it the words of each of `spans` stand, in bytes. None for a span that does not lie within
    /// one span of the content, or of which nothing is left: a quotation mark, a tag.
    ///
    /// # Panics
    /// When `text` is not the text that the quote was found in.
    pub fn clean_text_with(&self, text: &str, spans: &[Span]) -> (String, Vec<Option<Range<usize>>>) {
        let mut clean = Traced::default();
        for &span in &self.content {
            let mut part = Traced::default();
            match self.kind {
                QuoteKind::Direct => part.read_spoken(span, text),
                QuoteKind::Indirect | QuoteKind::Mixed => {
                    read_plain(span.of(text), |at, c| part.push(span.start() + at, c));
                }
            }
            clean.join(part);
        }
        if clean.text.ends_with(',') {
            clean.truncate(clean.text.len() - 1);
        }
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
pub fn join_spans(spans: &[Span], text: &str) -> String {
    spans.iter().map(|span| plain_text(span.of(text))).collect::<Vec<_>>().join(" … ")
}

/// A readable text that knows where it comes from.
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

    /// Adds a part. The comma of "…," she said. "…" was a full stop before the cue came between, when the
    /// next part begins a sentence.
    fn join(&mut self, part: Self) {
        if self.text.is_empty() || part.text.is_empty() {
            if self.text.is_empty() {
                *self = part;
            }
            return;
        }
        let begins = part.text.trim_start_matches(MARKS).starts_with(char::is_uppercase);
        if begins && !part.text.starts_with("I ") && self.text.ends_with(',') {
            self.text.pop();
            self.text.push('.');
        }
        self.push_blank();
        self.text.push_str(&part.text);
        self.origins.extend(part.origins);
    }

    /// Reads the words inside quotation marks. A mark that re-opens a quotation at a new paragraph goes too.
    fn read_spoken(&mut self, span: Span, text: &str) {
        let words = span.of(text);
        // "that “the port is open”": the mark opens after the word that joins it to the sentence.
        let joined = words.strip_prefix("that ").filter(|rest| rest.starts_with(MARKS));
        let mut start = span.end() - joined.unwrap_or(words).len();
        for line in joined.unwrap_or(words).split('\n') {
            let mut begun = false;
            read_plain(line, |at, c| {
                if !begun && is_mark(c) {
                    return;
                }
                if !begun && !self.text.is_empty() {
                    self.push_blank();
                }
                begun = true;
                self.push(start + at, c);
            });
            start += line.len() + 1;
        }
        // "… is open,”": the comma may stand before the closing mark, or after it in British style.
        self.truncate(self.text.trim_end_matches(is_mark).len());
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

/// Whether a quotation may begin or end with it.
fn is_mark(c: char) -> bool {
    MARKS.contains(&c) || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Act, Polarity};

    fn span(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    }

    fn quote(kind: QuoteKind, text: &str, content: &[&str]) -> Quote {
        Quote {
            content: content.iter().map(|part| span(text, part)).collect(),
            cue: Vec::new(),
            cue_lemma: String::new(),
            source: Vec::new(),
            speakers: Vec::new(),
            addressee: None,
            about: Vec::new(),
            act: Act::Speech,
            kind,
            polarity: Polarity::Asserted,
            when: None,
            said: None,
            confidence: 1.0,
            speaker_confidence: 0.0,
        }
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
        assert_eq!(clean, "the port is open. Fish&Co. will stay.");
        let shown: Vec<&str> = places.iter().flatten().map(|place| &clean[place.clone()]).collect();
        assert_eq!(shown, ["port", "port is", "is open", "open.", "Fish&Co", "will stay."]);
        assert!(places[words.len()..].iter().all(Option::is_none), "{places:?}");
    }

    #[test]
    fn joins_an_interrupted_quotation() {
        let text = "“The port is open,” Lind said, “and it will\nstay open.”";
        let content = ["“The port is open,”", "“and it will\nstay open.”"];
        assert_eq!(clean(QuoteKind::Direct, text, &content), "The port is open, and it will stay open.");
    }

    #[test]
    fn a_sentence_after_the_cue_begins_after_a_full_stop() {
        let text = "“The port is open,” Lind said. “Ships may come.”";
        let content = ["“The port is open,”", "“Ships may come.”"];
        assert_eq!(clean(QuoteKind::Direct, text, &content), "The port is open. Ships may come.");
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
