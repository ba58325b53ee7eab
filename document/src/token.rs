//! The tokeniser: one pass over the text, from left to right.

use unicode_segmentation::UnicodeSegmentation;

use crate::abbreviation::{is_abbreviation, needs_number};
use crate::chars::{is_apostrophe, is_dash, is_hyphen, is_joiner, is_single_mark, is_word};
use crate::markup::{self, Leftover};
use crate::{Patience, Span};

/// The smallest unit of text: a word, a number, a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its position. Tokens do not overlap; between them is only white space, and what nobody reads:
    /// left-over tags, references to spaces, characters without width.
    pub span: Span,
    /// What sort of token it is.
    pub kind: TokenKind,
}

/// What sort of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters, with inner apostrophes, hyphens and the dots of abbreviations: "don't", "U.S.",
    /// "sit-down". A possessive "'s" is a word of its own.
    Word,
    /// Digits, with inner separators: "2022", "1,000", "3.5".
    Number,
    /// An opening quotation mark.
    OpenQuote,
    /// A closing quotation mark.
    CloseQuote,
    /// Any other mark or symbol, one at a time (an ellipsis or a dash of several signs is one).
    Mark,
}

/// The longest token, in bytes. Words of scripts that put no blanks between them, addresses and rows of marks are the
/// only ones that come near.
pub(crate) const LONGEST: usize = 2_000;
/// One step of scanning a word takes at most this many bytes: a character reference that was escaped twice.
const REFERENCE: usize = 24;

/// Words that drop their first letters: the apostrophe belongs to them.
const ELIDED: [&str; 8] = ["em", "til", "till", "tis", "twas", "cause", "bout", "n"];

/// Cuts the text into tokens. Quotation marks come out as [`TokenKind::Mark`]; the next stage gives
/// them their direction.
pub(crate) fn tokenize(text: &str, patience: &Patience<'_>) -> Option<Vec<Token>> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while let Some(c) = char_at(text, at) {
        patience.spend(1)?;
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (end, kind) = match markup::leftover(text, at) {
            Some(Leftover::Gap { end } | Leftover::Break { end, .. }) => {
                at = end;
                continue;
            }
            Some(Leftover::Sign { end, sign }) => {
                match apostrophe_word(text, at, end).filter(|_| is_apostrophe(sign)) {
                    Some(end) => (end, TokenKind::Word),
                    None => (end, TokenKind::Mark),
                }
            }
            None => token_from(text, at, c),
        };
        tokens.push(Token { span: Span::new(at, end), kind });
        at = end;
    }
    Some(tokens)
}

/// The end and kind of the token that starts at byte `at` with `c`.
fn token_from(text: &str, at: usize, c: char) -> (usize, TokenKind) {
    if is_word(c) && !is_joiner(c) {
        return Word::scan(text, at);
    }
    if is_apostrophe(c)
        && let Some(end) = apostrophe_word(text, at, at + c.len_utf8())
    {
        return (end, TokenKind::Word);
    }
    let end = if c == '.' || is_dash(c) {
        run_end(text, at, |d| if c == '.' { d == '.' } else { is_dash(d) })
    } else if is_single_mark(c) {
        // Two single marks stand for a double one.
        let next = at + c.len_utf8();
        if char_at(text, next) == Some(c) { next + c.len_utf8() } else { next }
    } else {
        let near = &text[at..text.floor_char_boundary(at + LONGEST)];
        let cluster = near.graphemes(true).next();
        at + cluster.map_or(c.len_utf8(), str::len)
    };
    (end, TokenKind::Mark)
}

/// The end of a word that begins with an apostrophe (from byte `at` up to `from`): a possessive "'s" or a
/// clipped word such as "'em".
fn apostrophe_word(text: &str, at: usize, from: usize) -> Option<usize> {
    let letters = text[from..].bytes().take(6).take_while(u8::is_ascii_alphabetic).count();
    let end = from + letters;
    if letters == 0 || char_at(text, end).is_some_and(is_word) {
        return None;
    }
    let word = &text[from..end];
    let attached = text[..at].chars().next_back().is_some_and(is_word_or_dot);
    if attached && word.eq_ignore_ascii_case("s") {
        return Some(end);
    }
    let clipped = ELIDED.iter().any(|one| one.eq_ignore_ascii_case(word));
    // "rock 'n' roll": clipped at both ends.
    let both = clipped && word.eq_ignore_ascii_case("n");
    let last = char_at(text, end).filter(|&c| both && is_apostrophe(c)).map_or(0, char::len_utf8);
    clipped.then_some(end + last)
}

fn is_word_or_dot(c: char) -> bool {
    is_word(c) || c == '.'
}

fn run_end(text: &str, at: usize, same: impl Fn(char) -> bool) -> usize {
    let near = &text[at..text.floor_char_boundary(at + LONGEST)];
    at + near.chars().take_while(|&c| same(c)).map(char::len_utf8).sum::<usize>()
}

fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at) {
        Some(&byte) if byte.is_ascii() => Some(char::from(byte)),
        Some(_) => text[at..].chars().next(),
        None => None,
    }
}

/// The state of scanning one word or number. All of it is local, so that scanning is linear.
struct Word<'t> {
    text: &'t str,
    start: usize,
    /// Where the scanner stands.
    at: usize,
    /// The last character taken.
    last: char,
    /// How many characters were taken since the start, a dot or a hyphen.
    run: usize,
    /// Whether a dot was taken.
    dotted: bool,
    /// Whether a letter was taken.
    letters: bool,
}

impl<'t> Word<'t> {
    fn scan(text: &'t str, start: usize) -> (usize, TokenKind) {
        let mut word = Word { text, start, at: start, last: ' ', run: 0, dotted: false, letters: false };
        while let Some(c) = char_at(text, word.at) {
            if word.at + REFERENCE - start > LONGEST {
                break;
            } else if is_word(c) {
                word.take(c);
            } else if !word.connect(c) {
                break;
            }
        }
        let kind = if word.letters { TokenKind::Word } else { TokenKind::Number };
        (word.at, kind)
    }

    fn take(&mut self, c: char) {
        self.at += c.len_utf8();
        self.last = c;
        self.run += 1;
        self.letters |= c.is_alphabetic();
    }

    fn take_connector(&mut self, c: char) {
        self.at += c.len_utf8();
        self.last = c;
        self.run = 0;
        self.dotted |= c == '.';
    }

    /// Takes the connector `c` if the word goes on after it. Returns whether the word may go on.
    fn connect(&mut self, c: char) -> bool {
        let after = self.at + c.len_utf8();
        let next = char_at(self.text, after);
        let goes_on = match c {
            '.' => return self.dot(after, next),
            '&' if let Some((end, sign)) = markup::sign(self.text, self.at) => return self.reference(end, sign),
            '&' => self.last.is_uppercase() && next.is_some_and(char::is_uppercase),
            '_' | '@' => next.is_some_and(is_word),
            ',' | '/' => self.last.is_ascii_digit() && !self.letters && next.is_some_and(|n| n.is_ascii_digit()),
            ':' if self.text[after..].starts_with("//") => return self.address(),
            ':' => self.last.is_ascii_digit() && !self.letters && next.is_some_and(|n| n.is_ascii_digit()),
            _ if is_apostrophe(c) => next.is_some_and(is_word) && apostrophe_word(self.text, self.at, after).is_none(),
            _ if is_hyphen(c) => next.is_some_and(|n| is_word(n) && (self.letters || n.is_alphabetic())),
            _ => false,
        };
        if goes_on {
            self.take_connector(c);
        }
        goes_on
    }

    /// Takes a reference that stands for a character inside a word: "don&#39;t", "AT&amp;T", "caf&eacute;".
    fn reference(&mut self, end: usize, sign: char) -> bool {
        let next = char_at(self.text, end);
        let goes_on = match sign {
            '&' => self.last.is_uppercase() && next.is_some_and(char::is_uppercase),
            _ if is_apostrophe(sign) => next.is_some_and(is_word) && apostrophe_word(self.text, self.at, end).is_none(),
            _ => is_word(sign),
        };
        if goes_on {
            self.at = end;
            self.last = sign;
            self.run += 1;
        }
        goes_on
    }

    /// Decides about a full stop; `next` is the character after it.
    fn dot(&mut self, after: usize, next: Option<char>) -> bool {
        let last = self.last;
        if last.is_ascii_digit() && next.is_some_and(|n| n.is_ascii_digit()) {
            self.take_connector('.');
            return true;
        }
        let domain = last.is_lowercase() && next.is_some_and(char::is_lowercase) && self.at - self.start > 1;
        if self.run == 1 && last.is_alphabetic() && (self.dotted || !domain) {
            return self.letter_dot(after, next);
        }
        let degree = &self.text[self.start..self.at] == "Ph" && next == Some('D');
        if domain || degree {
            self.take_connector('.');
            return true;
        }
        self.abbreviation_dot(after, next)
    }

    /// A full stop after a single letter: an initial or a part of an acronym.
    fn letter_dot(&mut self, after: usize, next: Option<char>) -> bool {
        if let Some(n) = next.filter(|n| n.is_alphabetic()) {
            let second = char_at(self.text, after + n.len_utf8());
            let ends_here = n.is_uppercase() && second.is_some_and(char::is_lowercase);
            if ends_here || self.last.is_uppercase() || second.is_none_or(|s| !is_word(s)) {
                self.take_connector('.');
            }
            return self.last == '.' && !ends_here;
        }
        let pronoun = self.at - self.start == 1 && self.last == 'I' && !self.initials_follow(after);
        if self.dotted || self.last.is_uppercase() && !pronoun {
            self.take_connector('.');
            // Only a hyphen can carry on after the last dot: "U.S.-led".
            return next.is_some_and(is_hyphen);
        }
        self.abbreviation_dot(after, next)
    }

    /// Whether another initial follows, as in "I. M. Orr".
    fn initials_follow(&self, after: usize) -> bool {
        let mut rest = self.text[after..].chars().skip_while(|c| *c == ' ');
        rest.next().is_some_and(char::is_uppercase) && rest.next() == Some('.')
    }

    fn abbreviation_dot(&mut self, after: usize, next: Option<char>) -> bool {
        let word = &self.text[self.start..self.at];
        if next.is_none_or(|n| !is_word(n)) && is_abbreviation(word, needs_number(word) && self.number_follows(after)) {
            self.take_connector('.');
        }
        false
    }

    fn number_follows(&self, after: usize) -> bool {
        let mut rest = self.text[after..].chars();
        rest.next().is_some_and(char::is_whitespace) && rest.next().is_some_and(|c| c.is_ascii_digit())
    }

    /// Takes the rest of a web address, without the marks of the sentence that it ends.
    fn address(&mut self) -> bool {
        let rest = &self.text[self.at..self.text.floor_char_boundary(self.start + LONGEST)];
        let stop = |c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | '<' | '>' | ')' | ']' | '’');
        let long = &rest[..rest.find(stop).unwrap_or(rest.len())];
        let address = long.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        self.at += address.len().max(1);
        self.letters = true;
        false
    }
}
