//! Titles that follow a name: "Ada Lind, chief executive of Orbit, said".

use sayso_document::{Span, TokenKind};

use super::words::Words;
use crate::lexicon::Class;

/// The most tokens of a title behind a name.
const LONGEST: usize = 14;

/// The span of the title between commas behind the name that ends before token `at`, without its
/// article. Its head, before any preposition, must be a word for a title.
pub(super) fn title_after(words: &Words, at: usize) -> Option<Span> {
    let sentence = words.document.sentence_of_token(at.checked_sub(1)?);
    let end = words.document.tokens_of(sentence).end;
    if at + 1 >= end || words.text(at) != "," {
        return None;
    }
    let start = at + 1 + usize::from(matches!(words.text(at + 1), "the" | "a" | "an"));
    let stop = (start..end.min(start + LONGEST)).find(|&i| ends(words, i, end))?;
    // The head comes before any "of", "for", "at", "in", "who".
    let head_end = (start..stop).find(|&i| is_preposition(words.text(i))).unwrap_or(stop);
    let head = head_end.checked_sub(1).filter(|&i| i >= start)?;
    let small_or_titled = words.is(head, Class::TITLE) && !words.is(start, Class::PLACE_WORD);
    let clean =
        (start..head).all(|i| words.document.tokens()[i].kind == TokenKind::Word && !is_verb_like(words.text(i)));
    let last = head_end == stop || !matches!(words.text(stop - 1), "who" | "which");
    (small_or_titled && clean && last).then(|| words.document.span_of(start..stop))
}

/// Whether a title ends before token `i`; "minister of trade and industry" goes on.
fn ends(words: &Words, i: usize, end: usize) -> bool {
    matches!(words.text(i), "," | "." | ";" | ")" | "who" | "said" | "says" | "told" | "and" | "—" | "–")
        && !(
            // "minister of trade and industry" goes on.
            words.text(i) == "and" && i + 1 < end && words.is(i + 1, Class::COMPLEMENT)
        )
}

fn is_preposition(word: &str) -> bool {
    matches!(word, "of" | "for" | "at" | "in" | "to" | "with" | "on" | "from" | "and")
}

fn is_verb_like(word: &str) -> bool {
    matches!(word, "is" | "was" | "has" | "had" | "who" | "which" | "that" | "said" | "but" | "while" | "as")
}
