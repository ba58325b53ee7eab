//! The parser of the query language, written by hand: any text either is a query or is refused with what is wrong with
//! it.
//!
//! ```text
//! group   = chain { [ "OR" ] chain }          any of them; more of them rank higher
//! chain   = unary { "AND" unary }             all of them
//! unary   = { "NOT" | "-" | "+" } primary     must not match; must match
//! primary = ( "(" group ")" | field ":" primary | "date:" range
//!           | "\"" words "\"" [ "*" | "~" slop ] | word [ "*" | "~" [ 1 | 2 ] ] | "*" ) [ "^" weight ]
//! range   = value | ( ">" | ">=" | "<" | "<=" ) value | "[" value "TO" value "]" | "*"
//! word    = letters, "?" for one, "*" for any number; "\" takes the meaning from the sign after it
//! ```
//!
//! A field narrows: beside plain words, and without OR, it must match. Curly quotation marks count like straight ones.
//! Words without letters or digits are skipped. An empty query matches everything; a query of such words only is an
//! error. Syntax that other query languages have and this one lacks is refused instead of being taken for words:
//! `[a TO b]` of words, `&&`, `||`, `!word`, `>=word`, `--word`, `NEAR/5`, `/regex/`.

use super::ParseOptions;
use super::expr::Expr;
use super::fault::{ParseError, ParseErrorKind as Kind};
use crate::steps;

mod join;
mod leaf;
mod lenient;
mod place;
mod range;
mod raw;
mod term;

use join::{Part, Sign, combine};
use place::Place;

/// Reads a query.
///
/// An empty text matches everything. `options` says which fields may be named, and how much a query may hold.
///
/// ```
/// use sayso_index::query::{Expr, Field, ParseErrorKind, ParseOptions, parse};
///
/// let options = ParseOptions::sentences();
/// assert_eq!(parse("strike", &options)?, Expr::Word { field: Field::Text, text: "strike".into() });
/// assert_eq!(parse(" ", &options)?, Expr::All);
///
/// let error = parse("harbour && strike", &options).unwrap_err();
/// assert_eq!((error.kind(), error.position()), (ParseErrorKind::ForeignOperator, 8));
/// assert_eq!(error.to_string(), "unknown operator \"&&\" at byte 8: expected AND");
/// # Ok::<(), sayso_index::query::ParseError>(())
/// ```
///
/// # Errors
/// Says what is wrong with the query, where, and what was expected there.
pub fn parse(text: &str, options: &ParseOptions) -> Result<Expr, ParseError> {
    if text.len() > options.max_length {
        let position = text.floor_char_boundary(options.max_length);
        return Err(ParseError::new(Kind::TooLong, position, format!("at most {} bytes", options.max_length)));
    }
    if text.trim().is_empty() {
        return Ok(Expr::All);
    }
    let mut parser =
        Parser { text, at: 0, options, clauses: 0, expansions: 0, depth: 0, in_field: false, narrows: false };
    let expr = match options.lenient {
        // Pasted text is no fault if it has no words (emoji, say). But it is no search for everything either.
        true => parser.plain_text()?.or_else(|| Some(nothing())),
        false => parser.whole()?,
    };
    let expr = expr.ok_or_else(|| ParseError::new(Kind::NoWords, 0, "a word to look for"))?;
    Ok(join::calmed(expr))
}

/// What nothing matches.
fn nothing() -> Expr {
    Expr::Bool { must: Vec::new(), should: Vec::new(), must_not: vec![Expr::All] }
}

/// What was read, or where and why it cannot be.
type Parsed<T> = Result<T, ParseError>;

/// A reader of one query, from left to right.
struct Parser<'q> {
    /// The whole query.
    text: &'q str,
    /// The byte that is read next.
    at: usize,
    /// What is allowed.
    options: &'q ParseOptions,
    /// How many words were read so far, those of phrases too.
    clauses: usize,
    /// How many words were read so far that stand for several.
    expansions: usize,
    /// How many groups are open.
    depth: usize,
    /// Whether a field applies at this place.
    in_field: bool,
    /// Whether what was read last is a field with its value.
    narrows: bool,
}

/// What may follow an operator or a sign, as errors say it.
const WORD: &str = "a word, a phrase or a parenthesis";

impl<'q> Parser<'q> {
    /// Reads all of the text.
    fn whole(&mut self) -> Parsed<Option<Expr>> {
        let (expr, _) = self.group(Place::TEXT)?;
        if self.at < self.text.len() {
            return Err(self.fault(Kind::Unbalanced, self.at, "an opening parenthesis before this closing one"));
        }
        Ok(expr)
    }

    /// Reads up to the end or a closing parenthesis. Also says whether there was anything at all.
    fn group(&mut self, place: Place<'q>) -> Parsed<(Option<Expr>, bool)> {
        let mut parts: Vec<Part> = Vec::new();
        let mut any = false;
        // The position of an OR that still lacks its right side.
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
                    last.or_after = true;
                }
                continue;
            }
            let (sign, expr, narrows) = self.chain(place)?;
            let or_before = or.is_some();
            parts.extend(expr.map(|expr| Part { sign, expr, narrows, or_before, or_after: false }));
            any = true;
            or = None;
        }
        match or {
            Some(_) => Err(self.fault(Kind::DanglingOperator, self.at, WORD)),
            None => Ok((combine(parts, self.options.all_words && place.has_words()), any)),
        }
    }

    /// Reads what AND joins. Also says whether it is nothing but a field.
    fn chain(&mut self, place: Place<'q>) -> Parsed<(Sign, Option<Expr>, bool)> {
        let (sign, expr) = self.unary(place)?;
        let narrows = self.narrows;
        self.skip_blanks();
        if self.operator() != Some("AND") {
            return Ok((sign, expr, narrows));
        }
        let mut must = Vec::new();
        let mut must_not = Vec::new();
        let mut part = (sign, expr);
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
            part = self.unary(place)?;
        }
        let expr = match (must.len(), must_not.len()) {
            (0, 0) => None,
            (1, 0) => must.pop(),
            _ => Some(Expr::Bool { must, should: Vec::new(), must_not }),
        };
        Ok((Sign::Plain, expr, false))
    }

    /// What stands here with the signs and NOTs before it. Two that deny cancel each other out.
    fn unary(&mut self, place: Place<'q>) -> Parsed<(Sign, Option<Expr>)> {
        let mut sign = Sign::Plain;
        // Those that stand side by side.
        let mut signs = 0;
        loop {
            let next = self.rest().chars().nth(1);
            let bound = next.is_some_and(|c| !c.is_whitespace() && c != ')');
            sign = match (self.operator(), self.peek()) {
                (Some("NOT"), _) => {
                    signs = 0;
                    self.at += 3;
                    self.skip_blanks();
                    if sign == Sign::Not { Sign::Plain } else { Sign::Not }
                }
                (_, Some('-')) if bound => {
                    signs += 1;
                    self.at += 1;
                    if sign == Sign::Not { Sign::Plain } else { Sign::Not }
                }
                (_, Some('+')) if bound => {
                    signs += 1;
                    self.at += 1;
                    if sign == Sign::Not { Sign::Not } else { Sign::Must }
                }
                (Some(_), _) => return Err(self.fault(Kind::DanglingOperator, self.at, WORD)),
                _ if self.at_end() => return Err(self.fault(Kind::DanglingOperator, self.at, WORD)),
                (_, Some(next)) if signs > 1 && (next.is_alphanumeric() || next == '(' || is_quote(next)) => {
                    let expected = "one sign before a word: - leaves it out, + demands it";
                    return Err(self.fault(Kind::DanglingOperator, self.at - signs, expected));
                }
                _ => return Ok((sign, self.primary(place)?)),
            };
        }
    }

    /// One word, phrase or group without signs. None if it has nothing to look for.
    fn primary(&mut self, place: Place<'q>) -> Parsed<Option<Expr>> {
        self.narrows = false;
        match self.peek() {
            Some('(') => self.parentheses(place),
            Some(c) if is_quote(c) => self.phrase(place),
            _ => self.word(place),
        }
    }

    /// A group in parentheses. Nested deeper than the options allow, it is refused before it is read.
    fn parentheses(&mut self, place: Place<'q>) -> Parsed<Option<Expr>> {
        let open = self.at;
        self.depth += 1;
        if self.depth > self.options.max_depth {
            let expected = format!("at most {} parentheses within each other", self.options.max_depth);
            return Err(self.fault(Kind::TooDeep, open, expected));
        }
        self.at += 1;
        let (expr, any) = self.group(place)?;
        self.narrows = false;
        if self.peek() != Some(')') {
            return Err(self.fault(Kind::Unbalanced, open, "a closing parenthesis for this one"));
        }
        self.at += 1;
        self.depth -= 1;
        if !any {
            return Err(self.fault(Kind::EmptyGroup, open, "words between the parentheses"));
        }
        if self.peek() == Some('*') {
            return Err(self.fault(Kind::BadPrefix, self.at, "a star only after a word or phrase"));
        }
        self.boosted(expr)
    }

    /// An error at a byte of the text, and what would be right there.
    fn fault(&self, kind: Kind, at: usize, expected: impl Into<String>) -> ParseError {
        ParseError::new(kind, at, expected)
    }

    /// What has not been read yet.
    fn rest(&self) -> &'q str {
        &self.text[self.at..]
    }

    /// The next character, without reading it.
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

    /// Goes on to the next character that is no blank.
    fn skip_blanks(&mut self) {
        self.at += self.until(|c| !c.is_whitespace()).len();
    }

    /// Whether the text or the group ends here.
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

/// Whether a word ends before this character.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || c == '(' || c == ')' || is_quote(c)
}

/// Whether the character begins or ends a phrase: any of the quotation marks that keyboards and word processors write.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Whether a sign means something within a word.
pub(super) fn is_syntax(c: char) -> bool {
    matches!(c, '*' | '?' | '~' | '^' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '\\' | '!') || is_quote(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a query can be made of, and what looks like it.
    const PIECES: [&str; 84] = [
        "?",
        "a?b ",
        "a*b",
        "\\",
        "\\\"",
        "a\\:",
        "\"a\"*",
        "a^2 ",
        "(a)^2",
        "NEAR/3 ",
        "label.a:",
        "entity:a ",
        "kind:direct ",
        "said:2026 ",
        "confidence:>0.5 ",
        "speaker:*",
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

    /// 32 times the text may take 64 times the steps, as what is looked ahead is bounded; a square would be 1,024
    /// times.
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
