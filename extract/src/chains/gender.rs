//! Which pronoun fits a person.

use sayso_document::Document;

use crate::lexicon::{Class, Lexicon};
use crate::names::NameMention;

/// The gender that names and titles tell; both flags false when they tell none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gender {
    pub(super) male: bool,
    pub(super) female: bool,
}

impl Gender {
    pub(super) const MALE: Self = Self { male: true, female: false };
    pub(super) const FEMALE: Self = Self { male: false, female: true };

    /// What a mention tells: first by its title, then by the first name.
    pub(super) fn of(document: &Document, lexicon: &Lexicon, name: &NameMention) -> Self {
        if let Some(title) = name.title {
            let classes = title.of(document.text()).split_whitespace().map(|word| lexicon.class(word));
            let told =
                classes.map(|c| Self { male: c.is(Class::MALE), female: c.is(Class::FEMALE) }).find(|g| g.known());
            if let Some(gender) = told {
                return gender;
            }
        }
        if name.tokens.len() < 2 {
            return Self::default();
        }
        let class = lexicon.class(document.word(name.tokens.start));
        let (male, female) = (class.is(Class::MALE_NAME), class.is(Class::FEMALE_NAME));
        if male == female { Self::default() } else { Self { male, female } }
    }

    pub(super) fn known(self) -> bool {
        self.male != self.female
    }

    /// Whether both may be one person's.
    pub(super) fn agrees(self, other: Self) -> bool {
        !self.known() || !other.known() || self == other
    }
}
