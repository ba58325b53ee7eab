//! What a word or phrase means in the field where it stands.
//!
//! | field | a word there is |
//! |---|---|
//! | `text`, `title`, `outlet`, `author`, `speaker`, `about`, `cue` | words to be found, with stars and tildes |
//! | `entity`, `addressee` | the name of an entity, looked up as filters do |
//! | `language`, `type`, `kind`, `act`, `polarity`, `label.KEY` | a whole value |
//!
//! A star alone asks in any of them whether there is something at all.

use super::place::{Name, Place, Shape};
use super::{Kind, Parsed, Parser};
use crate::article::{type_of, type_words};
use crate::query::expr::{Expr, Field, Part, Property, Role};
use crate::words::{ACTS, KINDS, POLARITIES};

/// The names of fields; the second half is for quotes only.
const NAMES: [(&str, Name); 18] = [
    ("text", Name::At(Place::TEXT)),
    ("title", Name::At(Place::Words(Field::Title))),
    ("outlet", Name::At(Place::Words(Field::Outlet))),
    ("author", Name::At(Place::Words(Field::Author))),
    ("language", Name::At(Place::Language)),
    ("entity", Name::At(Place::Name(Role::Any))),
    ("type", Name::At(Place::Type)),
    ("date", Name::Date),
    ("published", Name::Date),
    ("speaker", Name::At(Place::Words(Field::Speaker))),
    ("about", Name::At(Place::Words(Field::About))),
    ("addressee", Name::At(Place::Name(Role::Addressee))),
    ("cue", Name::At(Place::Words(Field::Cue))),
    ("kind", Name::At(Place::Kind)),
    ("act", Name::At(Place::Act)),
    ("polarity", Name::At(Place::Polarity)),
    ("confidence", Name::Confidence),
    ("said", Name::Said),
];

/// How many of them sentences have, too.
const OF_SENTENCES: usize = 9;

/// What begins the name of a field for labels; the key follows.
const LABEL: &str = "label.";

/// Names that other programs use, with ours.
const MEANT: [(&str, &str); 5] =
    [("source", "outlet"), ("headline", "title"), ("byline", "author"), ("lang", "language"), ("to", "addressee")];

/// Longest code of a language, in bytes.
const LANGUAGE_BYTES: usize = 35;

/// The field of this name.
pub(super) fn named(name: &str, quotes: bool) -> Option<Name<'_>> {
    if name.len() > LABEL.len() && name.is_char_boundary(LABEL.len()) {
        let (head, key) = name.split_at(LABEL.len());
        if head.eq_ignore_ascii_case(LABEL) {
            return Some(Name::At(Place::Label(key)));
        }
    }
    let known = if quotes { &NAMES[..] } else { &NAMES[..OF_SENTENCES] };
    known.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|&(_, name)| name)
}

/// What would have been right in place of an unknown name.
pub(super) fn expected(name: &str, quotes: bool) -> String {
    let known = if quotes { &NAMES[..] } else { &NAMES[..OF_SENTENCES] };
    let letters: Vec<char> = name.to_lowercase().chars().take(20).collect();
    let meant = MEANT.iter().find(|(other, _)| name.eq_ignore_ascii_case(other)).map(|&(_, ours)| ours);
    let near = known.iter().map(|&(known, _)| known).find(|known| crate::edits::within(&letters, known, 1));
    let meant = meant.filter(|ours| known.iter().any(|(known, _)| known == ours)).or(near);
    let meant = meant.map(|ours| format!("{ours}, or another ")).unwrap_or_default();
    let of_quotes = !quotes && NAMES[OF_SENTENCES..].iter().any(|(known, _)| name.eq_ignore_ascii_case(known));
    let meant = if of_quotes { "a search for quotes, which have it, or ".into() } else { meant };
    let names: Vec<&str> = known.iter().map(|&(name, _)| name).collect();
    format!("{meant}one of {}, label.KEY, or quotation marks around words with a colon", names.join(", "))
}

impl Parser<'_> {
    /// What a word or phrase asks for at its place. `at` is where it begins.
    pub(super) fn leaf(&self, place: Place<'_>, shape: Shape, text: String, at: usize) -> Parsed<Expr> {
        match (place, shape) {
            (Place::Words(field), Shape::Any) => self.any_of(field, at),
            (Place::Words(field), shape) => Ok(words(field, shape, text)),
            (Place::Name(role), Shape::Any) => Ok(has(if role == Role::Any { Part::Entity } else { Part::Addressee })),
            (Place::Name(role), Shape::Word | Shape::Phrase(0)) => Ok(Expr::Entity { role, name: text }),
            (Place::Name(_), _) => {
                Err(self.fault(Kind::BadValue, at, "a name, or a star for anybody; names have no star, ? or tilde"))
            }
            (_, Shape::Word | Shape::Phrase(0) | Shape::Any) => {
                let any = (shape == Shape::Any).then_some(());
                self.value(place, any, &text, at)
            }
            _ => Err(self.fault(Kind::BadValue, at, "a whole value, without star, ? or tilde")),
        }
    }

    /// A field with nothing but a star.
    fn any_of(&self, field: Field, at: usize) -> Parsed<Expr> {
        match field {
            Field::Text => Ok(Expr::All),
            Field::Title => Ok(has(Part::Title)),
            Field::Outlet => Ok(has(Part::Outlet)),
            Field::Author => Ok(has(Part::Author)),
            Field::Speaker => Ok(has(Part::Speaker)),
            Field::About => Ok(has(Part::About)),
            Field::Cue => Err(self.fault(Kind::ExpectedWord, at, "a verb")),
        }
    }

    /// A value of a field that has no words. `any`: whatever it is.
    fn value(&self, place: Place<'_>, any: Option<()>, text: &str, at: usize) -> Parsed<Expr> {
        let property = match (place, any) {
            (Place::Language, Some(())) => Some(Property::Has(Part::Language)),
            (Place::Language, None) => language(text).map(Property::Language),
            (Place::Label(key), _) => {
                let value = any.is_none().then(|| text.to_owned());
                Some(Property::Label { key: key.to_owned(), value })
            }
            (_, Some(())) => None,
            (Place::Type, None) => type_of(&text.to_lowercase()).map(Property::Type),
            (Place::Kind, None) => of(&KINDS, text).map(Property::Kind),
            (Place::Act, None) => of(&ACTS, text).map(Property::Act),
            (Place::Polarity, None) => of(&POLARITIES, text).map(Property::Polarity),
            (Place::Words(_) | Place::Name(_), None) => None,
        };
        property.map(Expr::Is).ok_or_else(|| self.fault(Kind::BadValue, at, values(place)).with_found(text))
    }
}

/// The condition that a document has this at all.
fn has(part: Part) -> Expr {
    Expr::Is(Property::Has(part))
}

/// A condition on words.
fn words(field: Field, shape: Shape, text: String) -> Expr {
    match shape {
        Shape::Word | Shape::Any => Expr::Word { field, text },
        Shape::Phrase(slop) => Expr::Phrase { field, text, slop },
        Shape::Prefix => Expr::Prefix { field, text },
        Shape::Wildcard => Expr::Wildcard { field, text },
        Shape::Fuzzy(distance) => Expr::Fuzzy { field, text, distance },
    }
}

/// The value with this word, case aside.
fn of<T: Copy>(table: &[(T, &str)], text: &str) -> Option<T> {
    table.iter().find(|(_, word)| text.eq_ignore_ascii_case(word)).map(|&(value, _)| value)
}

/// The code of a language, in small letters.
fn language(text: &str) -> Option<String> {
    let is_code = !text.is_empty()
        && text.len() <= LANGUAGE_BYTES
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    is_code.then(|| text.to_ascii_lowercase())
}

/// The values of a field.
fn values(place: Place<'_>) -> String {
    let of = |words: Vec<&str>| format!("one of {}", words.join(", "));
    match place {
        Place::Type => of(type_words().collect()),
        Place::Kind => of(KINDS.iter().map(|&(_, word)| word).collect()),
        Place::Act => of(ACTS.iter().map(|&(_, word)| word).collect()),
        Place::Polarity => of(POLARITIES.iter().map(|&(_, word)| word).collect()),
        Place::Language => "the code of a language, such as en or pt-br, or a star".into(),
        Place::Label(_) | Place::Words(_) | Place::Name(_) => "a value".into(),
    }
}
