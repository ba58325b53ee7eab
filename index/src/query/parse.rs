//! The query language, read by hand: any text either is a query or is told what is wrong with it.
//!
//! ```text
//! group   = chain { [ "OR" ] chain }          any of them, the more the better
//! chain   = unary { "AND" unary }             all of them
//! unary   = { "NOT" | "-" | "+" } primary     none; must
//! primary = "(" group ")" | field ":" primary | "date:" dates
//!         | "\"" words "\"" [ "~" slop ] | word [ "*" | "~" [ 1 | 2 ] ] | "*"
//! dates   = date | ( ">" | ">=" | "<" | "<=" ) date | "[" date "TO" date "]"
//! ```
//!
//! Curly quotation marks are as good as straight ones. Words without letters or digits are passed
//! over; an empty query matches everything, one of such words alone is a fault. What other languages write and this
//! one lacks is refused in place of being taken for words: `word^2`, `[a TO b]` of words, `&&`, `||`, `!word`.

use super::expr::{Expr, Field};
use super::fault::{ParseError, ParseErrorKind as Kind};
use super::{ParseOptions, date};
use crate::{steps, text};

/// Reads a query.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse(text: &str, options: &ParseOptions) -> Result<Expr, ParseError> {
    if text.len() > options.max_length {
        let position = text.floor_char_boundary(options.max_length);
        return Err(ParseError::new(Kind::TooLong, position, format!("at most {} bytes", options.max_length)));
    }
    if text.trim().is_empty() {
        return Ok(Expr::All);
    }
    let mut parser = Parser { text, at: 0, options, clauses: 0, expansions: 0, depth: 0, in_field: false };
    let (expr, _) = parser.group(Field::Text)?;
    if parser.at < text.len() {
        return Err(parser.fault(Kind::Unbalanced, parser.at, "an opening parenthesis before this closing one"));
    }
    expr.ok_or_else(|| ParseError::new(Kind::NoWords, 0, "a word to look for"))
}

type Parsed<T> = Result<T, ParseError>;

struct Parser<'q> {
    text: &'q str,
    at: usize,
    options: &'q ParseOptions,
    clauses: usize,
    expansions: usize,
    depth: usize,
    /// Whether a field was named around this place.
    in_field: bool,
}

/// How a part of a group counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plain,
    Must,
    Not,
}

/// A part of a group, and whether OR stands beside it.
struct Part {
    sign: Sign,
    expr: Expr,
    or: bool,
}

const WORD: &str = "a word, a phrase or a parenthesis";

impl<'q> Parser<'q> {
    /// Reads up to the end or a closing parenthesis. Tells also whether there was anything at all.
    fn group(&mut self, field: Field) -> Parsed<(Option<Expr>, bool)> {
        let mut parts: Vec<Part> = Vec::new();
        let mut any = false;
        // Where an OR stands that still lacks its right side.
        let mut or = None;
        loop {
            self.skip_blanks();
            if self.at_end() {
                break;
            }
            if self.operator() == Some("OR") {
                if !any || or.is_some() {
                    return Err(self.fault(Kind::DanglingOperator, self.at, WORD));
                }
                or = Some(self.at);
                self.at += 2;
                if let Some(last) = parts.last_mut() {
                    last.or = true;
                }
                continue;
            }
            let (sign, expr) = self.chain(field)?;
            parts.extend(expr.map(|expr| Part { sign, expr, or: or.is_some() }));
            any = true;
            or = None;
        }
        match or {
            Some(_) => Err(self.fault(Kind::DanglingOperator, self.at, WORD)),
            None => Ok((combine(parts), any)),
        }
    }

    fn chain(&mut self, field: Field) -> Parsed<(Sign, Option<Expr>)> {
        let first = self.unary(field)?;
        self.skip_blanks();
        if self.operator() != Some("AND") {
            return Ok(first);
        }
        let mut must = Vec::new();
        let mut must_not = Vec::new();
        let mut part = first;
        loop {
            match part {
                (Sign::Not, Some(expr)) => must_not.push(expr),
                (_, Some(expr)) => must.push(expr),
                (_, None) => {}
            }
            self.skip_blanks();
            if self.operator() != Some("AND") {
                break;
            }
            self.at += 3;
            self.skip_blanks();
            part = self.unary(field)?;
        }
        let expr = match (must.len(), must_not.len()) {
            (0, 0) => None,
            (1, 0) => must.pop(),
            _ => Some(Expr::Bool { must, should: Vec::new(), must_not }),
        };
        Ok((Sign::Plain, expr))
    }

    fn unary(&mut self, field: Field) -> Parsed<(Sign, Option<Expr>)> {
        let mut sign = Sign::Plain;
        loop {
            let next = self.rest().chars().nth(1);
            let bound = next.is_some_and(|c| !c.is_whitespace() && c != ')');
            sign = match (self.operator(), self.peek()) {
                (Some("NOT"), _) => {
                    self.at += 3;
                    self.skip_blanks();
                    if sign == Sign::Not { Sign::Plain } else { Sign::Not }
                }
                (_, Some('-')) if bound => {
                    self.at += 1;
                    if sign == Sign::Not { Sign::Plain } else { Sign::Not }
                }
                (_, Some('+')) if bound => {
                    self.at += 1;
                    if sign == Sign::Not { Sign::Not } else { Sign::Must }
                }
                (Some(_), _) => return Err(self.fault(Kind::DanglingOperator, self.at, WORD)),
                _ if self.at_end() => return Err(self.fault(Kind::DanglingOperator, self.at, WORD)),
                _ => return Ok((sign, self.primary(field)?)),
            };
        }
    }

    fn primary(&mut self, field: Field) -> Parsed<Option<Expr>> {
        match self.peek() {
            Some('(') => self.parentheses(field),
            Some(c) if is_quote(c) => self.phrase(field),
            _ => self.word(field),
        }
    }

    fn parentheses(&mut self, field: Field) -> Parsed<Option<Expr>> {
        let open = self.at;
        self.depth += 1;
        if self.depth > self.options.max_depth {
            let expected = format!("at most {} parentheses within each other", self.options.max_depth);
            return Err(self.fault(Kind::TooDeep, open, expected));
        }
        self.at += 1;
        let (expr, any) = self.group(field)?;
        if self.peek() != Some(')') {
            return Err(self.fault(Kind::Unbalanced, open, "a closing parenthesis for this one"));
        }
        self.at += 1;
        self.depth -= 1;
        match any {
            true => Ok(expr),
            false => Err(self.fault(Kind::EmptyGroup, open, "words between the parentheses")),
        }
    }

    fn phrase(&mut self, field: Field) -> Parsed<Option<Expr>> {
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

    /// Refuses what other query languages mean something by, and what would be taken for words here.
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
        let expected = "nothing after the word; quotation marks around it look for the sign itself";
        Err(self.fault(Kind::Boost, start + before.len(), expected).with_found(&raw[before.len()..]))
    }

    /// Whether the opening bracket here begins `[a TO b]`. Of what stands behind TO, no more than a date has is looked at.
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

    fn word(&mut self, field: Field) -> Parsed<Option<Expr>> {
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

    /// What stands after the tilde; without a number, one error in short words and two in long ones.
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
            let expected = "words without a field, since one stands before them";
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

    /// Counts a part of the query and the words that it looks for; without any it is none.
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

    fn fault(&self, kind: Kind, at: usize, expected: impl Into<String>) -> ParseError {
        ParseError::new(kind, at, expected)
    }

    fn rest(&self) -> &'q str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// What comes before the next character that ends it.
    fn until(&self, ends: impl Fn(char) -> bool) -> &'q str {
        let rest = self.rest();
        let len = rest.find(ends).unwrap_or(rest.len());
        steps::take(len + 1);
        &rest[..len]
    }

    fn skip_blanks(&mut self) {
        self.at += self.until(|c| !c.is_whitespace()).len();
    }

    fn at_end(&self) -> bool {
        matches!(self.peek(), None | Some(')'))
    }

    /// AND, OR or NOT, standing alone.
    fn operator(&self) -> Option<&'static str> {
        steps::take(1);
        // Looks no further than the operator is long: a query may be one long word, of which every character is asked.
        let (word, after) =
            ["AND", "OR", "NOT"].iter().find_map(|&word| Some((word, self.rest().strip_prefix(word)?)))?;
        after.chars().next().is_none_or(ends_word).then_some(word)
    }
}

/// Words that may stand between those of a phrase.
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

fn ends_word(c: char) -> bool {
    c.is_whitespace() || c == '(' || c == ')' || is_quote(c)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Joins the parts of a group. Beside an OR, "not this" is an alternative; elsewhere it takes away.
fn combine(parts: Vec<Part>) -> Option<Expr> {
    let (mut must, mut should, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
    for Part { sign, expr, or } in parts {
        match sign {
            Sign::Must => must.push(expr),
            Sign::Not if or => {
                should.push(Expr::Bool { must: Vec::new(), should: Vec::new(), must_not: vec![expr] });
            }
            Sign::Not => must_not.push(expr),
            Sign::Plain => should.push(expr),
        }
    }
    match (must.len(), should.len(), must_not.len()) {
        (0, 0, 0) => None,
        (1, 0, 0) => must.pop(),
        (0, 1, 0) => should.pop(),
        _ => Some(Expr::Bool { must, should, must_not }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a query can be made of, and what looks like it.
    const PIECES: [&str; 68] = [
        "+",
        "-",
        "+-",
        "~",
        "*",
        "(",
        ")",
        "()",
        "[",
        "]",
        "{",
        "<",
        ":",
        "\"",
        "“",
        "\"a\"",
        "\"a\"~",
        "\"a\"~1",
        "'",
        "’s",
        ".",
        ",",
        " ",
        "\t",
        "a",
        "a ",
        "a*",
        "a* ",
        "a~",
        "a~2 ",
        "a:",
        "a.",
        "a.b",
        "a.b.cd",
        "A.",
        "1,",
        "1,000",
        "1.",
        "AND",
        "AND ",
        " AND ",
        "OR",
        " OR ",
        "NOT",
        "NOT ",
        "NOT NOT(",
        "title:",
        "title:a ",
        "title:\"a\"",
        "title:(a)",
        "date:",
        "date:2026 ",
        "date:>=2026-01",
        "date:[",
        "date:[2026 TO 2027]",
        "[a TO ",
        "[a TO b] ",
        "TO ",
        "{a ",
        "^",
        "^2",
        "!",
        "&& ",
        "\u{301}",
        "\u{ad}",
        "é",
        "漢",
        "-a",
    ];

    fn steps(text: &str) -> usize {
        let most = usize::MAX;
        let options =
            ParseOptions { max_clauses: most, max_expansions: most, max_length: most, ..ParseOptions::quotes() };
        // Most of these texts are no queries, which takes its steps, too.
        steps::of(|| parse(text, &options).map(|_| ()).unwrap_or(()))
    }

    /// 32 times the text may take 64 times the steps, as what is looked ahead is bounded; a square would be 1,024 times.
    #[track_caller]
    fn grows_with_the_text_only(before: &str, piece: &str, after: &str) {
        let of = |count| steps(&format!("{before}{}{after}", piece.repeat(count)));
        let (few, many) = (of(100), of(3_200));
        assert!(many <= 64 * few + 1_000, "{before:?} {piece:?} {after:?}: {few} steps, with 32 times as much {many}");
    }

    #[test]
    fn any_piece_over_and_over_takes_steps_in_proportion() {
        for piece in PIECES {
            for after in ["", " ", "a", "ab", "\"", ")", "]"] {
                grows_with_the_text_only("", piece, after);
            }
            for before in ["a", "\"", "title:", "date:[", "(("] {
                grows_with_the_text_only(before, piece, "");
            }
        }
    }

    proptest! {
        #[test]
        fn so_does_any_mixture(
            pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..6),
            after in prop::sample::select(&PIECES[..]),
        ) {
            grows_with_the_text_only("", &pieces.concat(), after);
        }
    }
}
