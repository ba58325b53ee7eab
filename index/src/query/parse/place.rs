//! Where a word of a query stands, and in which form.
//!
//! In `title:harb*` the place is the title, and the shape is the beginning of a word. The place holds for a whole group,
//! as in `title:(harbour OR bridge)`; the shape is that of one word or phrase.

use crate::query::expr::{Field, Role};

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place<'q> {
    /// In a field of words.
    Words(Field),
    /// In a field of names.
    Name(Role),
    /// In a field of values.
    Language,
    Label(&'q str),
    Type,
    Kind,
    Act,
    Polarity,
}

impl Place<'_> {
    /// Where a word stands that names no field.
    pub(super) const TEXT: Self = Self::Words(Field::Text);

    /// Whether several words can match at once: a quote has one kind, but many words.
    pub(super) fn has_words(self) -> bool {
        matches!(self, Self::Words(_) | Self::Name(_))
    }
}

/// The form in which a word was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    Word,
    /// With so many other words between.
    Phrase(u32),
    Prefix,
    Wildcard,
    /// With so many edits.
    Fuzzy(u8),
    /// Nothing but a star.
    Any,
}

/// The fields that a search has, by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Name<'q> {
    At(Place<'q>),
    /// A range of moments of publication.
    Date,
    /// A range of days on which something was said.
    Said,
    /// A range of confidences.
    Confidence,
}
