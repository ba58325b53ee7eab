//! What is between the operators: words, phrases, fields and dates.

use super::{Kind, Parsed, Parser, ends_word, is_quote};
use crate::query::{Expr, Field, date};
use crate::{steps, text};

/// The most words that may be between those of a phrase.
const MAX_SLOP: u32 = 100;

/// The fields by name; `date` has its own values.
const NAMES: [(&str, Option<Field>); 8] = [
    ("text", Some(Field::Text)),
    ("title", Some(Field::Title)),
    ("outlet", Some(Field::Outlet)),
    ("author", Some(Field::Author)),
    ("speaker", Some(Field::Speaker)),
    ("about", Some(Field::About)),
    ("cue", Some(Field::Cue)),
    ("date", None),
];

impl Parser<'_> {
    pub(super) fn phrase(&mut self, field: Field) -> Parsed<Option<Expr>> {
        let open = self.at;
        let start = open + self.peek().map_or(0, char::len_utf8);
        let Some(len) = self.text[start..].find(is_quote) else {
            return Err(self.fault(Kind::Unbalanced, open, "a closing quotation mark for this one"));
        };
        let words = &self.text[start..start + len];
        self.at = start + len;
        self.at += self.peek().map_or(0, char::len_utf8);
        let mut slop = 0;
        match self.peek() {
            Some('*') => return Err(self.fault(Kind::BadPrefix, self.at, "a star only after a word")),
            Some('~') => {
                self.at += 1;
                let digits = self.until(|c| !c.is_ascii_digit());
                let expected = format!("a number from 0 to {MAX_SLOP}");
                let at = self.at;
                let parsed = digits.parse().ok().filter(|&slop| slop <= MAX_SLOP);
                slop = parsed.ok_or_else(|| self.fault(Kind::BadDistance, at, expected))?;
                self.at += digits.len();
            }
            _ => {}
        }
        self.clause(open, words, Expr::Phrase { field, text: words.to_owned(), slop })
    }

    /// Refuses syntax of other query languages that would be taken for words here.
    fn not_foreign(&self, start: usize, raw: &str) -> Parsed<()> {
        if raw.starts_with(['[', '{']) && self.is_range(raw) {
            let expected = "words, or a range of dates after date:, such as date:[2026-01 TO 2026-02]";
            return Err(self.fault(Kind::BadRange, start, expected));
        }
        let operator = match raw {
            "&&" => "AND",
            "||" => "OR",
            _ if raw.starts_with('!') && raw[1..].starts_with(char::is_alphanumeric) => {
                "NOT, or - right before the word"
            }
            _ => return self.no_boost(start, raw),
        };
        let sign = if raw.starts_with('!') { "!" } else { raw };
        Err(self.fault(Kind::ForeignOperator, start, operator).with_found(sign))
    }

    /// Refuses `word^2`, and the `^2` after a phrase or parenthesis.
    fn no_boost(&self, start: usize, raw: &str) -> Parsed<()> {
        let Some((before, weight)) = raw.rsplit_once('^') else { return Ok(()) };
        let is_weight =
            weight.starts_with(|c: char| c.is_ascii_digit()) && weight.chars().all(|c| c.is_ascii_digit() || c == '.');
        if !is_weight {
            return Ok(());
        }
        let expected = "nothing after the word; put it in quotation marks to look for the sign itself";
        Err(self.fault(Kind::Boost, start + before.len(), expected).with_found(&raw[before.len()..]))
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

    pub(super) fn word(&mut self, field: Field) -> Parsed<Option<Expr>> {
        let start = self.at;
        let raw = self.until(ends_word);
        self.not_foreign(start, raw)?;
        if let Some((name, _)) = raw.split_once(':')
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            return self.fielded(name);
        }
        self.at += raw.len();
        if raw == "*" && field == Field::Text {
            return self.count(start, 1).map(|()| Some(Expr::All));
        }
        let star = raw.find('*');
        let tilde = raw.find('~');
        let expr = match (star, tilde) {
            (None, None) => {
                return self.clause(start, raw, Expr::Word { field, text: raw.to_owned() });
            }
            (Some(star), None) if star + 1 == raw.len() => Expr::Prefix { field, text: raw[..star].to_owned() },
            (Some(star), _) => {
                return Err(self.fault(Kind::BadPrefix, start + star, "a star only at the end of a word"));
            }
            (None, Some(tilde)) => {
                let distance = self.distance(start, raw, tilde)?;
                Expr::Fuzzy { field, text: raw[..tilde].to_owned(), distance }
            }
        };
        let end = star.or(tilde).unwrap_or(0);
        let expr = self.clause(start, &raw[..end], expr)?;
        expr.ok_or_else(|| self.fault(Kind::ExpectedWord, start, "letters before this mark")).map(Some)
    }

    /// The number after the tilde. Without one, short words may have one error and long ones two.
    fn distance(&self, start: usize, raw: &str, tilde: usize) -> Parsed<u8> {
        match &raw[tilde + 1..] {
            "" => Ok(if raw[..tilde].chars().count() < 8 { 1 } else { 2 }),
            "1" => Ok(1),
            "2" => Ok(2),
            other => {
                let expected = "1, 2 or nothing after the tilde";
                Err(self.fault(Kind::BadDistance, start + tilde + 1, expected).with_found(other))
            }
        }
    }

    fn fielded(&mut self, name: &str) -> Parsed<Option<Expr>> {
        let start = self.at;
        if self.in_field {
            let expected = "words without a field, because a field already applies here";
            return Err(self.fault(Kind::UnknownField, start, expected).with_found(name));
        }
        let known = NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|&(_, field)| field);
        let allowed = known.filter(|field| field.is_none_or(|field| self.options.fields.contains(&field)));
        let Some(field) = allowed else {
            let allowed = |field: Option<Field>| field.is_none_or(|field| self.options.fields.contains(&field));
            let names: Vec<&str> = NAMES.iter().filter(|&&(_, field)| allowed(field)).map(|&(name, _)| name).collect();
            let expected = format!("one of {}, or quotation marks around words with a colon", names.join(", "));
            return Err(self.fault(Kind::UnknownField, start, expected).with_found(name));
        };
        self.at += name.len() + 1;
        let value = self.at;
        let Some(field) = field else { return self.dates().map(Some) };
        if self.at_end() || self.peek().is_some_and(char::is_whitespace) {
            return Err(self.fault(Kind::ExpectedWord, value, "a word or phrase right after the colon"));
        }
        self.in_field = true;
        let expr = self.primary(field)?;
        self.in_field = false;
        expr.ok_or_else(|| self.fault(Kind::ExpectedWord, value, "a word or phrase right after the colon")).map(Some)
    }

    fn dates(&mut self) -> Parsed<Expr> {
        let start = self.at;
        let (from, until) = match self.peek() {
            Some('[' | '{') => self.range()?,
            _ => {
                let raw = self.until(ends_word);
                self.at += raw.len();
                let sign = raw.find(|c| c != '<' && c != '>' && c != '=').unwrap_or(raw.len());
                let (from, until) = self.date(start + sign, &raw[sign..])?;
                match &raw[..sign] {
                    "" | "=" => (Some(from), Some(until)),
                    ">=" => (Some(from), None),
                    ">" => (Some(until), None),
                    "<=" => (None, Some(until)),
                    "<" => (None, Some(from)),
                    _ => return Err(self.fault(Kind::BadDate, start, "one of >, >=, <, <=")),
                }
            }
        };
        self.count(start, 1)?;
        Ok(Expr::Date { from, until })
    }

    /// `[2026-01-01 TO 2026-02]`, both ends included; `{` and `}` leave their end out; `*` is open.
    fn range(&mut self) -> Parsed<(Option<i64>, Option<i64>)> {
        let open = self.at;
        let Some(len) = self.rest().find([']', '}']) else {
            return Err(self.fault(Kind::Unbalanced, open, "a closing bracket for this one"));
        };
        let inside = &self.text[open + 1..open + len];
        let Some((first, last)) = inside.split_once(" TO ") else {
            return Err(self.fault(Kind::BadDate, open + 1, "two dates with TO between them"));
        };
        let (with_first, with_last) = (self.rest().starts_with('['), self.rest()[len..].starts_with(']'));
        let at = |part: &str| open + 1 + (part.trim_start().as_ptr() as usize - inside.as_ptr() as usize);
        let end = |part: &str| match part.trim() {
            "*" => Ok(None),
            date => self.date(at(part), date).map(Some),
        };
        let from = end(first)?.map(|(start, end)| if with_first { start } else { end });
        let until = end(last)?.map(|(start, end)| if with_last { end } else { start });
        if let Some((from, until)) = from.zip(until)
            && from >= until
        {
            let expected = "the earlier date first; [ and ] include their date, { and } do not";
            return Err(self.fault(Kind::EmptyRange, open, expected));
        }
        self.at = open + len + 1;
        Ok((from, until))
    }

    fn date(&self, at: usize, text: &str) -> Parsed<date::Interval> {
        date::interval(text)
            .ok_or_else(|| self.fault(Kind::BadDate, at, "a date such as 2026, 2026-01 or 2026-01-31").with_found(text))
    }

    /// Counts a part of the query and the words that it looks for. Without any word there is no part.
    fn clause(&mut self, at: usize, words: &str, expr: Expr) -> Parsed<Option<Expr>> {
        let words = text::exact(words).count();
        if words == 0 {
            return Ok(None);
        }
        self.count(at, words)?;
        self.expansions += match &expr {
            Expr::Prefix { .. } => 1,
            Expr::Fuzzy { .. } => words,
            _ => 0,
        };
        if self.expansions > self.options.max_expansions {
            let expected = format!("at most {} words with a star or a tilde", self.options.max_expansions);
            return Err(self.fault(Kind::TooManyExpansions, at, expected));
        }
        Ok(Some(expr))
    }

    fn count(&mut self, at: usize, words: usize) -> Parsed<()> {
        self.clauses += words;
        if self.clauses > self.options.max_clauses {
            let expected = format!("at most {} words, those of phrases too", self.options.max_clauses);
            return Err(self.fault(Kind::TooManyClauses, at, expected));
        }
        Ok(())
    }
}
