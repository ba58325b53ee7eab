//! Reads a text from left to right.

use jiff::tz::Offset;

/// The rest of the text.
pub(super) struct Cursor<'t>(pub(super) &'t str);

impl<'t> Cursor<'t> {
    pub(super) fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    pub(super) fn after(&self, count: usize) -> Option<char> {
        self.0.chars().nth(count)
    }

    pub(super) fn advance(&mut self) {
        self.0 = self.peek().map_or("", |c| &self.0[c.len_utf8()..]);
    }

    pub(super) fn take(&mut self, of: impl Fn(char) -> bool) -> &'t str {
        let end = self.0.find(|c| !of(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    pub(super) fn digits(&mut self) -> &'t str {
        self.take(|c| c.is_ascii_digit())
    }

    pub(super) fn digits_or_letters(&mut self) -> &'t str {
        let digits = self.digits();
        if digits.is_empty() { self.take(|c| c.is_ascii_alphabetic()) } else { digits }
    }

    /// Reads a word, including full stops and what occurs in the names of time zones.
    pub(super) fn word(&mut self) -> &'t str {
        self.take(|c| c.is_alphabetic() || matches!(c, '.' | '/' | '_'))
    }

    pub(super) fn skip_between(&mut self) {
        self.take(|c| c.is_whitespace() || is_invisible(c) || matches!(c, ',' | ';' | '|' | '·' | '•' | ':'));
    }

    pub(super) fn until(&mut self, end: char) -> Option<&'t str> {
        let (inside, rest) = self.0.split_once(end)?;
        self.0 = rest;
        Some(inside)
    }

    /// Reads "a.m." or "p.m.", and returns which it is.
    pub(super) fn half_of_day(&mut self) -> Option<bool> {
        let rest = self.0.trim_start();
        let mut after = Cursor(rest);
        let word: String = after.take(|c| c.is_ascii_alphabetic() || c == '.').to_ascii_lowercase().replace('.', "");
        let after_noon = match word.as_str() {
            "am" => false,
            "pm" => true,
            _ => return None,
        };
        *self = after;
        Some(after_noon)
    }

    /// Skips the letters of "3rd".
    pub(super) fn ordinal(&mut self) -> bool {
        let ending = ["st", "nd", "rd", "th"].iter().find_map(|ending| {
            let rest = self.0.strip_prefix(ending)?;
            (!rest.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(rest)
        });
        if let Some(rest) = ending {
            self.0 = rest;
        }
        ending.is_some()
    }

    /// Reads an offset: +0100, -05:00, −5.
    pub(super) fn offset(&mut self) -> Option<Offset> {
        let sign = if self.peek()? == '+' { 1 } else { -1 };
        self.advance();
        let digits = self.digits();
        let (hours, minutes) = match digits.len() {
            1 | 2 if self.peek() == Some(':') => {
                self.advance();
                (digits, self.digits())
            }
            1 | 2 => (digits, "0"),
            4 => digits.split_at(2),
            _ => return None,
        };
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        if hours > 15 || minutes > 59 {
            return None;
        }
        Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
    }
}

/// Marks of direction and of width that pages leave around dates.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
