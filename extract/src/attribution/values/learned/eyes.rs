//! A document as features of values see it: numbers for words, and what depends on what.
//!
//! The accessors take any token, also one outside of the text.

use crate::attribution::decide::syntax::Syntax;
use crate::attribution::values::mentions::Cast;
use crate::attribution::values::question::Means;
use crate::model::word;
use crate::tags::Tag;
use crate::view::Reading;

/// A document with what features look at.
pub(super) struct Eyes<'e, 'd> {
    /// The document.
    pub(super) r: &'e Reading<'d>,
    /// Its mentions and entities.
    pub(super) cast: &'e Cast<'e>,
    /// What depends on what.
    pub(super) syntax: Syntax<'e>,
}

impl<'e, 'd> Eyes<'e, 'd> {
    /// Indexes the dependencies in both directions.
    pub(super) fn new(r: &'e Reading<'d>, cast: &'e Cast<'e>, means: &Means<'e>) -> Self {
        Self { r, cast, syntax: Syntax::new(means.tree) }
    }

    /// The hash of the word in lower case; 0 outside of the text.
    pub(super) fn word(&self, i: usize) -> u32 {
        if i < self.r.len() { word(self.r.lower(i)) } else { 0 }
    }

    /// The dictionary form of a verb, else the word.
    pub(super) fn lemma(&self, i: usize) -> u32 {
        if self.r.tag(i).is_verb() { word(&self.r.infinitive(i)) } else { self.word(i) }
    }

    /// The number of the word's tag.
    pub(super) fn tag(&self, i: usize) -> u32 {
        self.r.tag(i) as u32
    }

    /// The coarse, middle and fine cluster of the word.
    pub(super) fn groups(&self, i: usize) -> [u32; 3] {
        self.r.groups(i).map(u32::from)
    }

    /// The word if it is a function word or a mark, else its part of speech; 98 for an opening
    /// quotation mark.
    pub(super) fn sketch(&self, i: usize) -> u32 {
        match self.r.tag(i) {
            Tag::Nn | Tag::Nns | Tag::Nnp | Tag::Jj | Tag::Cd | Tag::Rb => self.tag(i),
            tag if tag.is_verb() => self.tag(i),
            _ if self.r.is_open_quote(i) => 98,
            _ => self.word(i),
        }
    }

    /// The type of the mention that ends with the word, as an odd number for a name and an even one
    /// for a pronoun or description; 0 where none does.
    pub(super) fn kind(&self, i: usize) -> u32 {
        self.cast.headed_by(i).map_or(0, |place| {
            let pronoun = u32::from(place.mention.name.is_none());
            2 * (self.cast.kind_of(place.mention.entity) as u32) + pronoun + 1
        })
    }
}
