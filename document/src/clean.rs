//! The words of a quote as one readable text.

use crate::markup::plain_text;
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
        let parts = self.content.iter().map(|span| match self.kind {
            QuoteKind::Direct => spoken(span.of(text)),
            QuoteKind::Indirect | QuoteKind::Mixed => plain_text(span.of(text)),
        });
        let mut joined = String::new();
        for part in parts.filter(|part| !part.is_empty()) {
            join(&mut joined, &part);
        }
        joined.strip_suffix(',').unwrap_or(&joined).to_owned()
    }
}

/// Words that several spans cover, as one readable text: parts that stand apart are joined by " … ".
pub fn join_spans(spans: &[Span], text: &str) -> String {
    spans.iter().map(|span| plain_text(span.of(text))).collect::<Vec<_>>().join(" … ")
}

/// Adds a part. The comma of "…," she said. "…" was a full stop before the cue came between, when the
/// next part begins a sentence.
fn join(joined: &mut String, part: &str) {
    if joined.is_empty() {
        joined.push_str(part);
        return;
    }
    let begins = part.trim_start_matches(MARKS).starts_with(char::is_uppercase);
    if begins && !part.starts_with("I ") && joined.ends_with(',') {
        joined.pop();
        joined.push('.');
    }
    joined.push(' ');
    joined.push_str(part);
}

/// The words inside quotation marks. A mark that re-opens a quotation at a new paragraph goes too.
fn spoken(words: &str) -> String {
    // "that “the port is open”": the mark opens after the word that joins it to the sentence.
    let joined = words.strip_prefix("that ").filter(|rest| rest.starts_with(MARKS));
    let marks = |c: char| MARKS.contains(&c) || c.is_whitespace();
    let paragraphs = joined.unwrap_or(words).lines().map(|line| plain_text(line).trim_start_matches(marks).to_owned());
    let paragraphs = paragraphs.filter(|words| !words.is_empty());
    // "… is open,”": the comma may stand before the closing mark, or after it in British style.
    paragraphs.collect::<Vec<_>>().join(" ").trim_end_matches(marks).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Act, Polarity};

    fn clean(kind: QuoteKind, text: &str, content: &[&str]) -> String {
        let span = |part: &&str| {
            let start = text.find(*part).unwrap();
            Span::new(start, start + part.len())
        };
        let quote = Quote {
            content: content.iter().map(span).collect(),
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
        };
        quote.clean_text(text)
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
