//! What coreference knows of an entity, for the stages that decide which one a source means.

use super::profile::Profile;
use super::title::comparable;

/// What is known of one entity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'c>(pub(super) &'c Profile);

/// Where a word stands among what an entity is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Called {
    /// Nowhere.
    No,
    /// In one of its names.
    Name,
    /// In a title or an apposition.
    Role,
    /// It is the head of a name.
    Head,
    /// It is the head of a title or of an apposition.
    Office,
}

impl Known<'_> {
    /// Whether it is a man; none where nothing tells.
    pub(crate) fn male(self) -> Option<bool> {
        self.0.gender.known().then_some(self.0.gender.male)
    }

    /// How often it is named.
    pub(crate) fn total(self) -> u32 {
        self.0.total
    }

    /// Whether it is ever named by several words.
    pub(crate) fn full(self) -> bool {
        self.0.full
    }

    /// Whether it has titles or appositions.
    pub(crate) fn has_office(self) -> bool {
        !self.0.offices.is_empty()
    }

    /// The heads of its titles and appositions, in [`comparable_word`] form.
    pub(crate) fn offices(&self) -> &[u32] {
        &self.0.offices
    }

    /// The heads of its names of several words, likewise.
    pub(crate) fn heads(&self) -> &[u32] {
        &self.0.heads
    }

    /// Where a word, in [`comparable_word`] form, stands among what it is called.
    pub(crate) fn called(self, word: u32) -> Called {
        let Profile { offices, heads, roles, name, .. } = self.0;
        match () {
            () if offices.contains(&word) => Called::Office,
            () if heads.contains(&word) => Called::Head,
            () if roles.contains(&word) => Called::Role,
            () if name.contains(&word) => Called::Name,
            () => Called::No,
        }
    }
}

/// The number of a word in the form in which titles are compared.
pub(crate) fn comparable_word(word: &str) -> u32 {
    comparable(word)
}
