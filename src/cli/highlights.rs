//! From spans of an article's body to positions in a quote's text.
//!
//! A quote's text is its content made readable: quotation marks dropped, white space evened, parts
//! joined. Its letters and digits are those of the content, in the same order, so they can be paired.
//! The content's own words are read from the quote's context, which is a piece of the body; where in
//! the body it starts is found by trying.

use std::ops::Range;

use crate::proto::{Quote, TextSpan};

/// Where the words that matched stand in the quote's text. Nothing when the context does not fit.
pub(super) fn in_text(quote: &Quote, highlights: &[TextSpan]) -> Vec<Range<usize>> {
    if highlights.is_empty() {
        return Vec::new();
    }
    let text: Vec<_> = letters(&quote.text).collect();
    let Some(body) = body_letters(quote, &text) else { return Vec::new() };
    let mark = |span: &TextSpan| {
        let inside = |at: &usize| (span.start as usize..span.end as usize).contains(at);
        let first = body.iter().position(inside)?;
        let last = body.iter().rposition(inside)?;
        Some(text[first].0..text[last].0 + text[last].1.len_utf8())
    };
    highlights.iter().filter_map(mark).collect()
}

/// Where in the body each letter of the quote's text stands.
fn body_letters(quote: &Quote, text: &[(usize, char)]) -> Option<Vec<usize>> {
    let first = quote.content.first()?.start as usize;
    // The content starts somewhere in the context: the first place that makes all letters agree is it.
    (0..quote.context.len().min(first + 1)).find_map(|place| {
        let start = first - place;
        let mut found = Vec::with_capacity(text.len());
        for span in &quote.content {
            let (from, to) = ((span.start as usize).checked_sub(start)?, (span.end as usize).checked_sub(start)?);
            let part = quote.context.get(from..to).filter(|part| part.trim() == *part)?;
            for (at, letter) in letters(part) {
                if text.get(found.len())?.1 != letter {
                    return None;
                }
                found.push(span.start as usize + at);
            }
        }
        (found.len() == text.len()).then_some(found)
    })
}

fn letters(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().filter(|(_, c)| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "Rain fell. “The  pört is\nopen,” Lind said, “and the port stays open.” She left.";

    fn span(words: &str) -> TextSpan {
        let start = BODY.find(words).unwrap() as u32;
        TextSpan { start, end: start + words.len() as u32 }
    }

    fn quote() -> Quote {
        Quote {
            text: "The pört is open, and the port stays open.".into(),
            context: BODY[11..BODY.len() - 10].into(),
            content: vec![span("“The  pört is\nopen,”"), span("“and the port stays open.”")],
            ..Quote::default()
        }
    }

    #[test]
    fn words_are_found_behind_marks_and_over_the_joint() {
        let hits = [span("Rain"), span("pört"), span("open"), span("said"), span("and the"), span("port stays")];
        let quote = quote();
        let words: Vec<_> = in_text(&quote, &hits).into_iter().map(|range| &quote.text[range]).collect();
        assert_eq!(words, ["pört", "open", "and the", "port stays"]);
    }

    #[test]
    fn a_context_that_does_not_fit_marks_nothing() {
        let other =
            Quote { context: "Something else entirely, of about the same length as the other.".into(), ..quote() };
        assert!(in_text(&other, &[span("pört")]).is_empty());
        assert!(in_text(&Quote { content: Vec::new(), ..quote() }, &[span("pört")]).is_empty());
    }
}
