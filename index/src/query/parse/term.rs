//! What is between the operators: words, phrases and fields.
//!
//! A term is one of these:
//!
//! - a word, `harbour`, with a star, a question mark or a tilde if need be: `harb*`, `po?ice`, `harbor~1`;
//! - a phrase, `"a b"`, whose last word may be a beginning, `"a b"*`, or whose words may be near each other, `"a b"~3`;
//! - a group in parentheses;
//! - a field with one of these behind its colon, or with a range;
//! - any of these with a weight behind it: `harbour^2`.

use super::leaf::{expected, named};
use super::place::{Name, Place, Shape};
use super::raw::Raw;
use super::{Kind, Parsed, Parser, ends_word, is_quote};
use crate::query::Expr;
use crate::{steps, text};

/// The most words that may be between those of a phrase.
const MAX_SLOP: u32 = 100;

/// The largest weight after `^`.
const MAX_WEIGHT: f32 = 100.0;

/// Whether this is a comparison of nothing with a value.
fn compares(raw: &str) -> bool {
    ["<=", ">=", "<", ">", "="]
        .iter()
        .any(|sign| raw.strip_prefix(sign).is_some_and(|value| value.starts_with(char::is_alphanumeric)))
}

impl<'q> Parser<'q> {
    /// A phrase, with what may follow its closing mark.
    pub(super) fn phrase(&mut self, place: Place<'q>) -> Parsed<Option<Expr>> {
        let open = self.at;
        let words = self.quoted()?;
        let shape = match self.peek() {
            Some('*') => {
                self.at += 1;
                Shape::Prefix
            }
            Some('~') => {
                self.at += 1;
                let digits = self.until(|c| ends_word(c) || matches!(c, '^' | '*' | '~' | '?'));
                let expected = format!("a number from 0 to {MAX_SLOP}");
                let at = self.at;
                let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                let parsed = digits.parse().ok().filter(|&slop| plain && slop <= MAX_SLOP);
                let slop = parsed.ok_or_else(|| self.fault(Kind::BadDistance, at, expected).with_found(digits))?;
                self.at += digits.len();
                Shape::Phrase(slop)
            }
            _ => Shape::Phrase(0),
        };
        if matches!(self.peek(), Some('*' | '~' | '?')) {
            return Err(self.fault(Kind::BadPrefix, self.at, "either a star or a tilde after a phrase"));
        }
        let expr = self.leaf(place, shape, words.clone(), open)?;
        let expr = self.clause(open, &words, expr)?;
        self.boosted(expr)
    }

    /// What is between the quotation mark here and the next one.
    pub(super) fn quoted(&mut self) -> Parsed<String> {
        let open = self.at;
        self.at += self.peek().map_or(0, char::len_utf8);
        let raw = Raw::read(self.text, self.at, is_quote);
        self.at += raw.len;
        match self.peek() {
            Some(close) => self.at += close.len_utf8(),
            None => return Err(self.fault(Kind::Unbalanced, open, "a closing quotation mark for this one")),
        }
        Ok(raw.text)
    }

    /// Takes the weight that follows a phrase or parenthesis.
    pub(super) fn boosted(&mut self, expr: Option<Expr>) -> Parsed<Option<Expr>> {
        if self.peek() != Some('^') {
            return Ok(expr);
        }
        let at = self.at;
        let raw = self.until(ends_word);
        self.at += raw.len();
        let weight = self.weight(at, &raw[1..])?;
        Ok(expr.map(|expr| Expr::Boost { expr: Box::new(expr), weight }))
    }

    /// Reads the weight after the `^` at this byte.
    fn weight(&self, at: usize, digits: &str) -> Parsed<f32> {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let weight = digits.parse().ok().filter(|&weight: &f32| plain && weight > 0.0 && weight <= MAX_WEIGHT);
        let expected = || format!("a number above 0, up to {MAX_WEIGHT}, after this sign");
        weight.ok_or_else(|| self.fault(Kind::BadBoost, at, expected()).with_found(digits))
    }

    /// Refuses syntax of other query languages that would be taken for words here.
    fn not_foreign(&self, start: usize, raw: &str) -> Parsed<()> {
        if raw.starts_with(['[', '{']) && self.is_range(raw) {
            let expected = "words, or a range of dates after date:, such as date:[2026-01 TO 2026-02]";
            return Err(self.fault(Kind::BadRange, start, expected));
        }
        let near = raw.strip_prefix("NEAR").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let (sign, expected) = match raw {
            "&&" => (raw, "AND"),
            "||" => (raw, "OR"),
            _ if near => (raw, "words in quotation marks and how many others may be between them, \"two words\"~5"),
            _ if raw.starts_with('!') && raw[1..].starts_with(char::is_alphanumeric) => {
                ("!", "NOT, or - right before the word")
            }
            _ if compares(raw) => {
                let sign = &raw[..raw.find(|c| !matches!(c, '<' | '>' | '=')).unwrap_or(raw.len())];
                (sign, "a field with a range before this sign, such as date:>=2026, or a blank behind it")
            }
            _ if raw.len() > 2 && raw.starts_with('/') && raw.ends_with('/') => {
                (raw, "a word in which ? stands for a letter and * for any number of them")
            }
            _ => return Ok(()),
        };
        Err(self.fault(Kind::ForeignOperator, start, expected).with_found(sign))
    }

    /// Whether the opening bracket here begins `[a TO b]`. Of what stands behind TO, no more than a date has is looked
    /// at.
    fn is_range(&self, raw: &str) -> bool {
        const DATE_BYTES: usize = 64;
        let behind = &self.text[self.at + raw.len()..];
        let rest = behind.trim_start();
        steps::take(raw.len() + behind.len() - rest.len() + DATE_BYTES);
        let Some(last) = rest.strip_prefix("TO").filter(|last| last.starts_with(char::is_whitespace)) else {
            return false;
        };
        let near = &last[..last.floor_char_boundary(DATE_BYTES.min(last.len()))];
        near.split_whitespace().next().is_some_and(|last| last.contains([']', '}']))
    }

    /// A word with its marks, or a field.
    pub(super) fn word(&mut self, place: Place<'q>) -> Parsed<Option<Expr>> {
        let start = self.at;
        let plain = self.until(ends_word);
        self.not_foreign(start, plain)?;
        if let Some((name, _)) = plain.split_once(':')
            && is_name(name)
        {
            return self.fielded(name);
        }
        let mut raw = Raw::read(self.text, start, ends_word);
        self.at += raw.len;
        let mut weight = None;
        if let Some(at) = raw.find(&['^']) {
            if at == 0 {
                let expected = "a word, phrase or group right before this sign, or \\^ for the sign itself";
                return Err(self.fault(Kind::BadBoost, raw.origin(at), expected));
            }
            weight = Some(self.weight(raw.origin(at), &raw.text[at + 1..])?);
            raw.cut(at);
        }
        let expr = self.shaped(place, start, raw)?;
        Ok(match weight {
            Some(weight) => expr.map(|expr| Expr::Boost { expr: Box::new(expr), weight }),
            None => expr,
        })
    }

    /// A word by its stars, question marks and tilde.
    fn shaped(&mut self, place: Place<'q>, start: usize, raw: Raw) -> Parsed<Option<Expr>> {
        if raw.text == "*" && raw.find(&['*']).is_some() {
            let expr = self.leaf(place, Shape::Any, String::new(), start)?;
            return self.count(start, 1).map(|()| Some(expr));
        }
        let end = raw.text.len();
        let wild = raw.find(&['*', '?']).filter(|_| raw.text.contains(char::is_alphanumeric));
        let (shape, end) = match (wild, raw.find(&['~'])) {
            (None, None) => (Shape::Word, end),
            (Some(star), None) if star + 1 == end && raw.text.ends_with('*') => (Shape::Prefix, star),
            (Some(sign), tilde) => {
                self.check_wildcard(&raw, sign, tilde)?;
                (Shape::Wildcard, end)
            }
            (None, Some(tilde)) => (Shape::Fuzzy(self.distance(&raw, tilde)?), tilde),
        };
        let text = raw.text[..end].to_owned();
        let expr = self.leaf(place, shape, text.clone(), start)?;
        let words = if shape == Shape::Wildcard { text.replace(['*', '?'], "") } else { text };
        let found = self.clause(start, &words, expr)?;
        let marked = matches!(shape, Shape::Prefix | Shape::Fuzzy(_));
        match found {
            None if marked => Err(self.fault(Kind::ExpectedWord, start, "letters before this mark")),
            found => Ok(found),
        }
    }

    /// Refuses a wildcard that could not be meant: before any letter, after the last one, or beside other marks.
    fn check_wildcard(&self, raw: &Raw, sign: usize, tilde: Option<usize>) -> Parsed<()> {
        let fault = |at: usize, expected: &str| Err(self.fault(Kind::BadPrefix, raw.origin(at), expected));
        if let Some(tilde) = tilde {
            return fault(tilde, "either ? and * or a tilde, not both");
        }
        if !raw.text[..sign].contains(char::is_alphanumeric) {
            return fault(sign, "a letter before ? or *");
        }
        if raw.text.ends_with('?') && raw.text[..raw.text.len() - 1].chars().all(char::is_alphanumeric) {
            return fault(raw.text.len() - 1, "letters after ?, or \\? for the sign itself; * stands for any ending");
        }
        match raw.text.char_indices().find(|&(_, c)| !c.is_alphanumeric() && c != '*' && c != '?') {
            Some((at, _)) => fault(at, "only letters, ? and * in one word"),
            None => Ok(()),
        }
    }

    /// The number after the tilde. Without one, short words may have one error and long ones two.
    fn distance(&self, raw: &Raw, tilde: usize) -> Parsed<u8> {
        match &raw.text[tilde + 1..] {
            "" => Ok(if raw.text[..tilde].chars().count() < 8 { 1 } else { 2 }),
            "1" => Ok(1),
            "2" => Ok(2),
            other => {
                let expected = "1, 2 or nothing after the tilde";
                Err(self.fault(Kind::BadDistance, raw.origin(tilde + 1), expected).with_found(other))
            }
        }
    }

    /// A field with its value.
    fn fielded(&mut self, name: &'q str) -> Parsed<Option<Expr>> {
        const VALUE: &str = "a word or phrase right after the colon";
        let start = self.at;
        if self.in_field {
            let expected = "words without a field, because a field already applies here";
            return Err(self.fault(Kind::UnknownField, start, expected).with_found(name));
        }
        let Some(field) = named(name, self.options.quotes) else {
            return Err(self.fault(Kind::UnknownField, start, expected(name, self.options.quotes)).with_found(name));
        };
        self.at += name.len() + 1;
        let value = self.at;
        let Name::At(place) = field else {
            let expr = self.ranged(field)?;
            self.narrows = true;
            return Ok(Some(expr));
        };
        if self.at_end() || self.peek().is_some_and(char::is_whitespace) {
            return Err(self.fault(Kind::ExpectedWord, value, VALUE));
        }
        self.in_field = true;
        let expr = self.primary(place)?;
        self.in_field = false;
        self.narrows = place != Place::TEXT;
        expr.ok_or_else(|| self.fault(Kind::ExpectedWord, value, VALUE)).map(Some)
    }

    /// Counts a part of the query and the words that it looks for. Without any word there is no part.
    pub(super) fn clause(&mut self, at: usize, words: &str, expr: Expr) -> Parsed<Option<Expr>> {
        let words = match &expr {
            Expr::Is(_) => 1,
            _ => text::exact(words).count(),
        };
        if words == 0 {
            return Ok(None);
        }
        self.count(at, words)?;
        self.expansions += match &expr {
            Expr::Prefix { .. } | Expr::Wildcard { .. } | Expr::Entity { .. } => 1,
            Expr::Fuzzy { .. } => words,
            _ => 0,
        };
        if self.expansions > self.options.max_expansions {
            let most = self.options.max_expansions;
            let expected = format!("at most {most} words with a star, a question mark or a tilde, and names");
            return Err(self.fault(Kind::TooManyExpansions, at, expected));
        }
        Ok(Some(expr))
    }

    /// Counts words against the most that the options allow; `at` is where they begin.
    pub(super) fn count(&mut self, at: usize, words: usize) -> Parsed<()> {
        self.clauses += words;
        if self.clauses > self.options.max_clauses {
            let expected = format!("at most {} words, those of phrases too", self.options.max_clauses);
            return Err(self.fault(Kind::TooManyClauses, at, expected));
        }
        Ok(())
    }
}

/// Whether what stands before a colon looks like the name of a field: letters, or "label." and a key.
fn is_name(name: &str) -> bool {
    let key = |key: &str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    match name.get(..6) {
        Some(head) if head.eq_ignore_ascii_case("label.") => key(&name[6..]),
        _ => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()),
    }
}
