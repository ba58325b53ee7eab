//! Writes a tree in the query language, so that reading it again gives the same tree.
//!
//! | tree | written |
//! |---|---|
//! | two words of which any may match | `(a OR b)` |
//! | two words that must match | `(+a +b)` |
//! | a word that must match and one that must not | `(+a -b)` |
//! | a phrase of the title | `title:"a b"` |
//! | a month | `date:[2026-10-01T00:00:00 TO 2026-11-01T00:00:00}` |
//!
//! Groups have parentheses even where none are needed: what is written need not be short, only mean one thing.

use std::fmt::{self, Write as _};

use super::date;
use super::expr::{Expr, Field, Part, Property, Role};
use crate::article::type_word;
use crate::words;

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Word { field, text } => word(f, *field, text, ""),
            Self::Prefix { field, text } if text.contains(char::is_whitespace) => {
                f.write_str(prefix(*field))?;
                quoted(f, text)?;
                f.write_char('*')
            }
            Self::Prefix { field, text } => word(f, *field, text, "*"),
            Self::Wildcard { field, text } => write!(f, "{}{text}", prefix(*field)),
            Self::Fuzzy { field, text, distance } => word(f, *field, text, if *distance < 2 { "~1" } else { "~2" }),
            Self::Phrase { field, text, slop } => {
                f.write_str(prefix(*field))?;
                quoted(f, text)?;
                if *slop > 0 { write!(f, "~{slop}") } else { Ok(()) }
            }
            Self::Date { from, until } => {
                write!(f, "date:{}", range(from.map(date::moment_text), until.map(date::moment_text)))
            }
            Self::Is(property) => property.fmt(f),
            Self::Entity { role, name } => {
                f.write_str(if *role == Role::Any { "entity:" } else { "addressee:" })?;
                quoted(f, name)
            }
            Self::Either(parts) => group(f, parts.iter().map(|part| ("", part)), " OR "),
            Self::Boost { expr, weight } => write!(f, "{expr}^{weight}"),
            Self::Bool { must, should, must_not } if must.is_empty() && must_not.is_empty() && should.len() > 1 => {
                group(f, should.iter().map(|part| ("", part)), " OR ")
            }
            Self::Bool { must, should, must_not } => {
                let parts = must.iter().map(|part| ("+", part));
                let parts = parts.chain(should.iter().map(|part| ("", part)));
                group(f, parts.chain(must_not.iter().map(|part| ("-", part))), " ")
            }
        }
    }
}

/// Parts in parentheses, each with its sign.
fn group<'e>(
    f: &mut fmt::Formatter<'_>,
    parts: impl Iterator<Item = (&'e str, &'e Expr)>,
    between: &str,
) -> fmt::Result {
    f.write_char('(')?;
    for (number, (sign, part)) in parts.enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        let narrows = sign.is_empty() && between == " " && has_field(part);
        match narrows {
            true => write!(f, "({part})")?,
            false => write!(f, "{sign}{part}")?,
        }
    }
    f.write_char(')')
}

/// Whether what is written begins with the name of a field, which would narrow what stands beside it.
fn has_field(expr: &Expr) -> bool {
    match expr {
        Expr::Word { field, .. } | Expr::Phrase { field, .. } | Expr::Prefix { field, .. } => *field != Field::Text,
        Expr::Wildcard { field, .. } | Expr::Fuzzy { field, .. } => *field != Field::Text,
        Expr::Date { .. } | Expr::Is(_) | Expr::Entity { .. } => true,
        Expr::Boost { expr, .. } => has_field(expr),
        Expr::All | Expr::Either(_) | Expr::Bool { .. } => false,
    }
}

/// The name of a field with its colon; nothing for the text.
fn prefix(field: Field) -> &'static str {
    match field {
        Field::Text => "",
        Field::Title => "title:",
        Field::Outlet => "outlet:",
        Field::Author => "author:",
        Field::Speaker => "speaker:",
        Field::About => "about:",
        Field::Cue => "cue:",
    }
}

/// A word with what would be syntax escaped.
fn word(f: &mut fmt::Formatter<'_>, field: Field, text: &str, ending: &str) -> fmt::Result {
    f.write_str(prefix(field))?;
    let is_operator = ["AND", "OR", "NOT", "&&", "||"].contains(&text) || text.starts_with("NEAR");
    if is_operator || text.starts_with(['-', '+', '/', '<', '>', '=']) {
        f.write_char('\\')?;
    }
    for c in text.chars() {
        if super::parse::is_syntax(c) || c.is_whitespace() {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_str(ending)
}

/// Words between quotation marks.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if c == '\\' || super::parse::is_quote(c) {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

/// `[from, until)`, in signs that the language has.
fn range(from: Option<String>, until: Option<String>) -> String {
    match (from, until) {
        (None, None) => "*".into(),
        (Some(from), None) => format!(">={from}"),
        (None, Some(until)) => format!("<{until}"),
        (Some(from), Some(until)) => format!("[{from} TO {until}}}"),
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Language(code) => write!(f, "language:{code}"),
            Self::Label { key, value: None } => write!(f, "label.{key}:*"),
            Self::Label { key, value: Some(value) } => {
                write!(f, "label.{key}:")?;
                quoted(f, value)
            }
            Self::Type(kind) => write!(f, "type:{}", type_word(*kind)),
            Self::Kind(kind) => write!(f, "kind:{}", words::kind_word(*kind)),
            Self::Act(act) => write!(f, "act:{}", words::act_word(*act)),
            Self::Polarity(polarity) => write!(f, "polarity:{}", words::polarity_word(*polarity)),
            Self::Confidence { least, most } => write!(f, "confidence:[{least} TO {most}]"),
            Self::Said { from, until } => {
                write!(f, "said:{}", range(from.map(|day| day.to_string()), until.map(|day| day.to_string())))
            }
            Self::Has(part) => f.write_str(match part {
                Part::Title => "title:*",
                Part::Outlet => "outlet:*",
                Part::Author => "author:*",
                Part::Language => "language:*",
                Part::Date => "date:*",
                Part::Entity => "entity:*",
                Part::Speaker => "speaker:*",
                Part::About => "about:*",
                Part::Addressee => "addressee:*",
                Part::Said => "said:*",
            }),
        }
    }
}
