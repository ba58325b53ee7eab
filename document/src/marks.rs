//! Gives quotation marks their direction.
//!
//! Curly marks mostly tell it themselves. Straight ones are decided by their neighbours, and where
//! these do not tell, by whether a quotation is open in the same paragraph. A single mark may be an
//! apostrophe: it opens a quotation only if another one closes it.

use std::ops::Range;

use crate::chars::{is_apostrophe, is_closing_bracket, is_dash, is_double_mark, is_opening_bracket, is_single_mark};
use crate::markup::{first_char, last_char};
use crate::{Token, TokenKind};

/// Words that go on after a quotation in single marks but not after a possessive: "'for dogs' and", "'dogs' he said".
const AFTER_QUOTATION: [&str; 42] = [
    "a", "after", "and", "are", "as", "at", "because", "before", "but", "by", "during", "for", "from", "had", "has",
    "he", "i", "if", "in", "into", "is", "it", "of", "on", "or", "said", "says", "she", "than", "that", "the", "they",
    "to", "was", "we", "were", "when", "which", "while", "who", "will", "with",
];

/// The directions of the marks of a document, paragraph by paragraph.
#[derive(Default)]
pub(crate) struct Directions {
    /// Single marks that begin the last paragraphs, and that nothing closed: quotations that may go on.
    unclosed: Vec<usize>,
}

impl Directions {
    /// Turns the quotation marks among the tokens of one paragraph (`tokens[range]`) into opening and closing
    /// ones. Apostrophes and inch signs stay marks.
    pub(crate) fn direct(&mut self, text: &str, tokens: &mut [Token], range: Range<usize>) {
        let start = range.start;
        let paragraph = &mut tokens[range];
        let mut state = State::default();
        for i in 0..paragraph.len() {
            if paragraph[i].kind != TokenKind::Mark {
                continue;
            }
            let word = paragraph[i].span.of(text);
            let mark = first_char(word);
            let pair = is_single_mark(mark) && mark.len_utf8() * 2 == word.len();
            if is_double_mark(mark) || pair {
                // Two single marks are a double one, that looks to the same side.
                let mark = match mark {
                    '`' | '‘' => '“',
                    '’' | '´' => '”',
                    mark => mark,
                };
                state.double(text, paragraph, i, mark);
            } else if is_single_mark(mark) {
                state.single(text, paragraph, i, mark);
            }
        }
        let left = state.close_single(paragraph);
        self.go_on(text, tokens, start, left == Some(0));
    }

    /// A quotation in single marks over several paragraphs opens each of them, and closes the last alone.
    fn go_on(&mut self, text: &str, tokens: &mut [Token], start: usize, left_open: bool) {
        if left_open {
            self.unclosed.push(start);
            return;
        }
        if tokens[start].kind == TokenKind::OpenQuote && is_single_mark(first_char(tokens[start].span.of(text))) {
            self.unclosed.iter().for_each(|&mark| tokens[mark].kind = TokenKind::OpenQuote);
        }
        self.unclosed.clear();
    }
}

/// What is open at some point of a paragraph.
#[derive(Default)]
struct State {
    /// The double mark that opened the current quotation, and its token.
    double: Option<(char, usize)>,
    single: Option<Single>,
}

/// A quotation in single marks; its marks stay as they are until it is closed.
struct Single {
    open: usize,
    mark: char,
    /// The double mark that was open when it began: it must end inside the same one.
    within: Option<usize>,
    /// The mark that closes it if no better one follows; after an "s" it may as well be an apostrophe, "the workers' pay".
    closing: Option<usize>,
    /// Whether the words after that mark show that it closes.
    shown: bool,
}

impl State {
    fn double(&mut self, text: &str, paragraph: &mut [Token], i: usize, mark: char) {
        let around = Neighbours::of(text, paragraph, i);
        let inside = self.double.is_some();
        let open = self.double.map(|(mark, _)| mark);
        let kind = match mark {
            _ if around.stands_for_apostrophe => TokenKind::Mark,
            '“' | '‟' if open == Some('„') => TokenKind::CloseQuote,
            '“' | '‟' if inside && around.only_closes() => TokenKind::CloseQuote,
            '”' | '»' if !inside && around.only_opens() => TokenKind::OpenQuote,
            '«' if open == Some('»') => TokenKind::CloseQuote,
            '“' | '„' | '‟' | '«' | '「' | '『' => TokenKind::OpenQuote,
            '”' | '»' | '」' | '』' => TokenKind::CloseQuote,
            _ if around.is_measure || !inside && around.after_digit && !around.can_open => TokenKind::Mark,
            _ if around.only_opens() => TokenKind::OpenQuote,
            _ if around.only_closes() || inside => TokenKind::CloseQuote,
            _ => TokenKind::OpenQuote,
        };
        match kind {
            TokenKind::OpenQuote => self.double = Some((mark, i)),
            TokenKind::CloseQuote => {
                let within = self.double.map(|(_, open)| open);
                if within.is_some() && self.single.as_ref().is_some_and(|single| single.within == within) {
                    self.close_single(paragraph);
                }
                self.double = None;
            }
            _ => {}
        }
        paragraph[i].kind = kind;
    }

    fn single(&mut self, text: &str, paragraph: &mut [Token], i: usize, mark: char) {
        let around = Neighbours::of(text, paragraph, i);
        let open = self.single.as_ref().map(|single| single.mark);
        let closes = matches!((open, mark), (Some('‚'), '‘') | (Some('›'), '‹')) || mark == '‘' && around.only_closes();
        let opens = match mark {
            _ if closes || around.before_years => false,
            '‘' | '‚' | '‛' | '‹' => true,
            '›' => open.is_none() && around.only_opens(),
            '’' | '´' => false,
            // A straight mark inside of curly ones is an apostrophe.
            _ => around.only_opens() && !matches!(open, Some('‘' | '‚')),
        };
        let within = self.double.map(|(_, open)| open);
        if opens {
            self.close_single(paragraph);
            self.single = Some(Single { open: i, mark, within, closing: None, shown: false });
            return;
        }
        let Some(single) = &mut self.single else { return };
        if single.within != within || mark == '`' || !(closes || around.can_close) {
            return;
        }
        if around.may_be_apostrophe && is_apostrophe(mark) {
            if !single.shown {
                single.closing = Some(i);
                single.shown = around.shows_end;
            }
        } else {
            single.closing = Some(i);
            self.close_single(paragraph);
        }
    }

    /// Closes the quotation in single marks at the mark that may have closed it. Returns the opening mark if none may.
    fn close_single(&mut self, paragraph: &mut [Token]) -> Option<usize> {
        let single = self.single.take()?;
        let Some(closing) = single.closing else { return Some(single.open) };
        paragraph[single.open].kind = TokenKind::OpenQuote;
        paragraph[closing].kind = TokenKind::CloseQuote;
        None
    }
}

/// What stands at both sides of a mark.
struct Neighbours {
    /// Whether the mark may open a quotation here.
    can_open: bool,
    /// Whether the mark may close a quotation here.
    can_close: bool,
    /// Whether a digit stands right before: feet, inches, minutes.
    after_digit: bool,
    /// Whether it ends a measure in feet and inches: 6'2".
    is_measure: bool,
    /// Whether the digits of a year follow: the '90s.
    before_years: bool,
    /// Whether a word before and a blank after may make it an apostrophe: "the workers' pay", "goin' home".
    may_be_apostrophe: bool,
    /// Whether it stands where only an apostrophe makes sense: It”s.
    stands_for_apostrophe: bool,
    /// Whether the word after shows that it is no possessive.
    shows_end: bool,
}

impl Neighbours {
    fn of(text: &str, tokens: &[Token], i: usize) -> Self {
        let word = |k: usize| tokens[k].span.of(text);
        let before = (i > 0 && tokens[i - 1].span.end() == tokens[i].span.start()).then(|| i - 1);
        let after = (i + 1 < tokens.len() && tokens[i].span.end() == tokens[i + 1].span.start()).then(|| i + 1);
        let (last, first) = (before.map(|k| last_char(word(k))), after.map(|k| first_char(word(k))));
        let blank_before = last.is_none_or(|c| is_opening_bracket(c) || is_dash(c) || c == '/');
        let blank_after = first.is_none_or(|c| {
            is_closing_bracket(c) || is_dash(c) || matches!(c, '.' | ',' | ';' | ':' | '?' | '!' | '…')
        });
        // A mark beside another mark takes the side on which that one has a word.
        let is_mark = |c: char| is_double_mark(c) || is_single_mark(c);
        let (mark_before, mark_after) = (last.is_some_and(is_mark), first.is_some_and(is_mark));
        let next = tokens.get(i + 1).map(|token| token.span.of(text)).unwrap_or_default();
        let years = next.strip_suffix('s').unwrap_or(next);
        let clipped = before.map(word).is_some_and(|w| w.ends_with('s') || w.len() > 3 && w.ends_with("in"));
        let measure =
            |w: &str| first_char(w).is_ascii_digit() && last_char(w).is_ascii_digit() && w.contains(is_apostrophe);
        Self {
            can_open: !blank_after && (blank_before || mark_before) || mark_after && blank_before,
            can_close: !blank_before && (blank_after || mark_after) || mark_before && blank_after,
            after_digit: last.is_some_and(|c| c.is_ascii_digit()),
            is_measure: before.map(word).is_some_and(measure),
            before_years: after.is_some() && years.len() == 2 && years.bytes().all(|b| b.is_ascii_digit()),
            may_be_apostrophe: clipped && after.is_none() && i + 1 < tokens.len(),
            stands_for_apostrophe: last.is_some_and(char::is_alphabetic)
                && after.is_some()
                && matches!(next, "s" | "t" | "re" | "ve" | "ll"),
            shows_end: AFTER_QUOTATION.binary_search(&next.to_ascii_lowercase().as_str()).is_ok(),
        }
    }

    fn only_opens(&self) -> bool {
        self.can_open && !self.can_close
    }

    fn only_closes(&self) -> bool {
        self.can_close && !self.can_open
    }
}

#[cfg(test)]
mod tests {
    use super::AFTER_QUOTATION;

    #[test]
    fn words_are_sorted_for_binary_search() {
        assert!(AFTER_QUOTATION.is_sorted());
    }
}
