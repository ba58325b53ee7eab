//! The sentence splitter: where the sentences of one paragraph end.

use std::ops::Range;

use crate::abbreviation::{Dotted, dotted};
use crate::chars::{is_closing_bracket, is_opening_bracket, is_terminal, is_wide_terminal};
use crate::{Span, Token, TokenKind};

/// A sentence, or a line that stands for one (headline, caption).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// From its first to its last token.
    pub span: Span,
    /// Which paragraph it belongs to, counted from 0.
    pub paragraph: u32,
    /// What it is for in the article.
    pub role: SentenceRole,
}

/// What a sentence is for in an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentenceRole {
    /// Running text.
    Body,
    /// The title line.
    Headline,
    /// A line between paragraphs that heads what follows.
    Subheading,
    /// Words below or beside a picture.
    Caption,
}

/// Words that, written with a capital after an abbreviation, begin a new sentence.
const STARTERS: [&str; 82] = [
    "A",
    "About",
    "After",
    "All",
    "Also",
    "Although",
    "An",
    "And",
    "Another",
    "Any",
    "Are",
    "As",
    "At",
    "Because",
    "Before",
    "Both",
    "But",
    "By",
    "Can",
    "Did",
    "Do",
    "During",
    "Each",
    "Earlier",
    "Even",
    "Every",
    "For",
    "From",
    "Had",
    "Has",
    "He",
    "Her",
    "Here",
    "His",
    "How",
    "However",
    "I",
    "If",
    "In",
    "Instead",
    "Is",
    "It",
    "Its",
    "Last",
    "Later",
    "Like",
    "Many",
    "Meanwhile",
    "More",
    "Most",
    "My",
    "No",
    "Not",
    "Now",
    "Of",
    "On",
    "One",
    "Or",
    "Our",
    "She",
    "Since",
    "So",
    "Some",
    "Such",
    "That",
    "The",
    "Their",
    "Then",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "To",
    "Under",
    "We",
    "What",
    "When",
    "While",
    "With",
    "You",
    "Your",
];

/// Verbs that tie a name to the quotation before it: "'Why?' Doe asked."
const SAYING: [&str; 24] = [
    "said",
    "says",
    "asked",
    "asks",
    "added",
    "adds",
    "replied",
    "wrote",
    "writes",
    "tweeted",
    "told",
    "tells",
    "exclaimed",
    "shouted",
    "declared",
    "continued",
    "answered",
    "responded",
    "concluded",
    "explained",
    "wondered",
    "joked",
    "quipped",
    "insisted",
];

/// How many words may stand between a quotation and the verb that tells of it.
const SAYING_WITHIN: usize = 5;

/// A sentence has at most this many tokens …
pub(crate) const LONGEST: usize = 240;
/// … and bytes, of which one token may have more.
const LONGEST_BYTES: usize = 4_000;

/// Cuts the tokens of one paragraph (`tokens[range]`) into sentences, as ranges of token positions.
pub(crate) fn split(text: &str, tokens: &[Token], range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let splitter = Splitter { text, tokens, end: range.end };
    let mut start = range.start;
    let mut i = range.start;
    while i < range.end {
        let (ends, next) = splitter.end_at(start, i);
        while splitter.is_too_long(start..next) {
            let cut = splitter.cut(start, next);
            out.push(start..cut);
            start = cut;
        }
        if ends && start < next {
            out.push(start..next);
            start = next;
        }
        i = next;
    }
    if start < range.end {
        out.push(start..range.end);
    }
}

struct Splitter<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// One past the paragraph's last token.
    end: usize,
}

impl<'a> Splitter<'a> {
    /// Whether a sentence that began at `start` ends with token `i` and what clings to it, and which
    /// token comes after these.
    fn end_at(&self, start: usize, i: usize) -> (bool, usize) {
        if self.another_quotation(i) {
            return (true, i + 1);
        }
        let word = self.word(i);
        let mark = self.tokens[i].kind == TokenKind::Mark && word.chars().next().is_some_and(is_terminal);
        let dotted_word = self.tokens[i].kind == TokenKind::Word && word.ends_with('.');
        if !mark && !dotted_word || self.is_list_number(start, i) || self.is_omission(start, i) {
            return (false, i + 1);
        }
        let next = self.after_closers(i + 1);
        if next >= self.end {
            return (true, next);
        }
        let glued = self.tokens[next].span.start() == self.tokens[next - 1].span.end();
        let ends = if glued {
            self.ends_without_blank(i, next)
        } else if dotted_word && next == i + 1 {
            self.word_ends(i, next)
        } else {
            self.begins(next) && !self.saying_follows(i, next)
        };
        (ends, next)
    }

    /// Whether a quotation that breaks off ends with token `i`, and the next one begins: “and the mill—” “It is sold,”.
    fn another_quotation(&self, i: usize) -> bool {
        let kind = |i: usize| self.tokens.get(i).map(|token| token.kind);
        let apart = |next: &Token| self.tokens[i].span.end() < next.span.start();
        let meets =
            i + 1 < self.end && kind(i) == Some(TokenKind::CloseQuote) && kind(i + 1) == Some(TokenKind::OpenQuote);
        let breaks = || i > 0 && matches!(self.word(i - 1), "—" | "–" | "-" | "--" | "…" | "...");
        meets && breaks() && self.tokens.get(i + 1).is_some_and(apart)
    }

    /// Whether a sentence of these tokens is longer than any may be.
    fn is_too_long(&self, tokens: Range<usize>) -> bool {
        let bytes = || self.tokens[tokens.end - 1].span.end() - self.tokens[tokens.start].span.start();
        tokens.len() > LONGEST || tokens.len() > 1 && bytes() > LONGEST_BYTES
    }

    /// Where a sentence that began at `start` and is too long at `end` is cut: in its latter half behind a semicolon,
    /// else behind a comma, else before a blank, else as late as can be.
    fn cut(&self, start: usize, end: usize) -> usize {
        let mut last = (start + LONGEST).min(end - 1);
        while last > start + 1 && self.is_too_long(start..last) {
            last -= 1;
        }
        let half = (start + 1).max(start + (last - start) / 2);
        let behind = |mark: &str| (half..=last).rev().find(|&i| self.word(i - 1) == mark);
        let blank = || (half..=last).rev().find(|&i| self.tokens[i - 1].span.end() < self.tokens[i].span.start());
        behind(";").or_else(|| behind(",")).or_else(blank).unwrap_or(last)
    }

    /// The first token from `i` on that does not cling to the sentence before.
    fn after_closers(&self, mut i: usize) -> usize {
        while i < self.end && self.clings(i) {
            i += 1;
        }
        i
    }

    fn clings(&self, i: usize) -> bool {
        match self.tokens[i].kind {
            TokenKind::CloseQuote => true,
            TokenKind::Mark => self.first_char(i).is_some_and(|c| is_terminal(c) || is_closing_bracket(c)),
            _ => false,
        }
    }

    /// An ellipsis before any word stands for words left out: "… and so on".
    fn is_omission(&self, start: usize, i: usize) -> bool {
        self.first_char(i).is_some_and(|c| matches!(c, '.' | '…'))
            && i - start <= 2
            && self.tokens[start..i].iter().all(|token| token.kind == TokenKind::OpenQuote)
    }

    /// "1." at the start of a line numbers what follows.
    fn is_list_number(&self, start: usize, i: usize) -> bool {
        i == start + 1 && self.tokens[start].kind == TokenKind::Number && self.word(start).len() <= 3
    }

    /// Without a blank, only marks of scripts that need none, a capital after a small letter, or a new quotation part sentences.
    fn ends_without_blank(&self, i: usize, next: usize) -> bool {
        let wide = self.first_char(i).is_some_and(is_wide_terminal);
        let before = i.checked_sub(1).map(|b| self.word(b));
        let small_before = before.is_some_and(|w| w.chars().next_back().is_some_and(char::is_lowercase));
        let capital = self.tokens[next].kind == TokenKind::Word
            && self.first_char(next).is_some_and(char::is_uppercase)
            && self.word(next).chars().nth(1).is_none_or(char::is_lowercase);
        let single_stop = self.word(i).chars().count() == 1;
        wide || single_stop && (small_before || next > i + 1) && capital
            || next > i + 1 && self.tokens[next].kind == TokenKind::OpenQuote
    }

    /// Whether a word with its full stop ("U.S.", "Mr.", "J.") is the last of a sentence.
    fn word_ends(&self, i: usize, next: usize) -> bool {
        let word = self.word(i);
        match dotted(word.trim_end_matches('.')) {
            Some(Dotted::Leading) => false,
            _ => {
                // A new quotation or bracket after it: what counts is the word inside.
                let first = self.skip_openers(next);
                first < self.end
                    && (STARTERS.binary_search(&self.word(first)).is_ok()
                        || word.starts_with(char::is_uppercase)
                            && matches!(self.word(first), "Mr." | "Mrs." | "Ms." | "Dr."))
            }
        }
    }

    fn skip_openers(&self, mut i: usize) -> usize {
        while i < self.end && self.tokens[i].kind == TokenKind::OpenQuote {
            i += 1;
        }
        i
    }

    /// Whether token `i` can begin a sentence: all but small letters and marks that carry on.
    fn begins(&self, i: usize) -> bool {
        match self.tokens[i].kind {
            TokenKind::OpenQuote => {
                let first = self.skip_openers(i);
                first >= self.end || self.begins(first)
            }
            TokenKind::CloseQuote => false,
            TokenKind::Number => true,
            TokenKind::Word => !self.first_char(i).is_some_and(char::is_lowercase) || self.is_branded(i),
            TokenKind::Mark => self.first_char(i).is_some_and(|c| {
                is_opening_bracket(c)
                    || !matches!(c, ',' | ';' | ':' | '%' | '/' | '=' | '&') && !c.is_ascii_alphanumeric()
            }),
        }
    }

    /// A name that begins with one small letter: "iPhone".
    fn is_branded(&self, i: usize) -> bool {
        self.word(i).chars().nth(1).is_some_and(char::is_uppercase)
    }

    /// After a question or exclamation in quotation marks: whether the words that follow tell who said it.
    fn saying_follows(&self, i: usize, next: usize) -> bool {
        let closed = (i + 1..next).any(|k| self.tokens[k].kind == TokenKind::CloseQuote);
        if !closed || !self.first_char(i).is_some_and(|c| matches!(c, '?' | '!' | '…')) {
            return false;
        }
        let words = (next..self.end.min(next + SAYING_WITHIN)).take_while(|&k| self.tokens[k].kind == TokenKind::Word);
        words.enumerate().any(|(n, k)| n > 0 && SAYING.contains(&self.word(k)))
    }

    fn word(&self, i: usize) -> &'a str {
        self.tokens[i].span.of(self.text)
    }

    fn first_char(&self, i: usize) -> Option<char> {
        self.word(i).chars().next()
    }
}

#[cfg(test)]
mod tests {
    use super::STARTERS;

    #[test]
    fn starters_are_sorted_for_binary_search() {
        assert!(STARTERS.is_sorted());
    }
}
