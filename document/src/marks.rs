//! Gives quotation marks their direction.
//!
//! Curly marks mostly tell it themselves. Straight ones are decided by their neighbours, and where
//! these do not tell, by whether a quotation is open in the same paragraph.

use crate::chars::{is_closing_bracket, is_dash, is_double_mark, is_opening_bracket, is_single_mark};
use crate::{Token, TokenKind};

/// Turns the quotation marks among the tokens of one paragraph into opening and closing ones.
/// Apostrophes and inch signs stay marks.
pub(crate) fn direct(text: &str, paragraph: &mut [Token]) {
    let mut state = State::default();
    for i in 0..paragraph.len() {
        if paragraph[i].kind != TokenKind::Mark {
            continue;
        }
        let Some(mark) = paragraph[i].span.of(text).chars().next() else { continue };
        let pair = paragraph[i].span.len() == 2 && matches!(mark, '\'' | '`');
        if is_double_mark(mark) || pair {
            let mark = if pair && mark == '`' { '“' } else { mark };
            paragraph[i].kind = state.double(mark, &Neighbours::of(text, paragraph[i]));
        } else if is_single_mark(mark) {
            state.single(text, paragraph, i, mark);
        }
    }
    state.close_single(paragraph);
}

/// What is open at some point of a paragraph.
#[derive(Default)]
struct State {
    /// The double mark that opened the current quotation.
    double: Option<char>,
    /// The token that may have opened a quotation in single marks; it stays a mark until it is closed.
    single: Option<usize>,
    /// The last mark that may close it; after an "s" it may as well be an apostrophe, "the workers' pay".
    closing: Option<usize>,
}

impl State {
    fn double(&mut self, mark: char, around: &Neighbours) -> TokenKind {
        let inside = self.double.is_some();
        let kind = match mark {
            '“' | '‟' if self.double == Some('„') => TokenKind::CloseQuote,
            '“' | '‟' if inside && around.only_closes() => TokenKind::CloseQuote,
            '”' if !inside && around.only_opens() => TokenKind::OpenQuote,
            '»' if !inside && around.only_opens() => TokenKind::OpenQuote,
            '«' if self.double == Some('»') => TokenKind::CloseQuote,
            '“' | '„' | '‟' | '«' | '「' | '『' => TokenKind::OpenQuote,
            '”' | '»' | '」' | '』' => TokenKind::CloseQuote,
            _ if !inside && around.after_digit && !around.can_open => TokenKind::Mark,
            _ if around.only_opens() => TokenKind::OpenQuote,
            _ if around.only_closes() => TokenKind::CloseQuote,
            _ if inside => TokenKind::CloseQuote,
            _ => TokenKind::OpenQuote,
        };
        match kind {
            TokenKind::OpenQuote => self.double = Some(mark),
            TokenKind::CloseQuote => self.double = None,
            _ => {}
        }
        kind
    }

    fn single(&mut self, text: &str, paragraph: &mut [Token], i: usize, mark: char) {
        let around = Neighbours::of(text, paragraph[i]);
        let opens = match mark {
            '‘' | '‚' | '‛' | '‹' => true,
            '’' | '›' => false,
            _ => around.only_opens(),
        };
        if opens {
            self.close_single(paragraph);
            self.single = Some(i);
        } else if mark != '`' && self.single.is_some() && around.can_close {
            self.closing = Some(i);
            if !around.after_s {
                self.close_single(paragraph);
            }
        }
    }

    /// Closes the quotation in single marks at the last mark that may have closed it.
    fn close_single(&mut self, paragraph: &mut [Token]) {
        let (opening, closing) = (self.single.take(), self.closing.take());
        if let (Some(opening), Some(closing)) = (opening, closing) {
            paragraph[opening].kind = TokenKind::OpenQuote;
            paragraph[closing].kind = TokenKind::CloseQuote;
        }
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
    /// Whether an "s" stands right before and a blank after: a plural's possessive ends so.
    after_s: bool,
}

impl Neighbours {
    fn of(text: &str, token: Token) -> Self {
        let before = text[..token.span.start()].chars().next_back();
        let after = text[token.span.end()..].chars().next();
        let blank_before = before.is_none_or(|c| c.is_whitespace() || is_opening_bracket(c) || is_dash(c) || c == '/');
        let blank_after = after.is_none_or(|c| {
            c.is_whitespace() || is_closing_bracket(c) || is_dash(c) || matches!(c, '.' | ',' | ';' | ':' | '?' | '!')
        });
        // A mark beside another mark takes the side on which that one has a word.
        let mark_before = before.is_some_and(|c| is_double_mark(c) || is_single_mark(c));
        let mark_after = after.is_some_and(|c| is_double_mark(c) || is_single_mark(c));
        Self {
            can_open: !blank_after && (blank_before || mark_before) || mark_after && blank_before,
            can_close: !blank_before && (blank_after || mark_after) || mark_before && blank_after,
            after_digit: before.is_some_and(|c| c.is_ascii_digit()),
            after_s: before == Some('s') && after.is_some_and(char::is_whitespace),
        }
    }

    fn only_opens(&self) -> bool {
        self.can_open && !self.can_close
    }

    fn only_closes(&self) -> bool {
        self.can_close && !self.can_open
    }
}
