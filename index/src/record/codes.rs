//! The numbers that represent the values of enumerations in the store.
//!
//! The lists may only grow at the end: a value's position is in every record that was ever written.

use sayso_document::{Act, EntityType, MentionForm, Polarity, QuoteKind, SentenceRole, Tier};

use super::damage::corrupt;
use crate::Result;

/// The values of an enumeration. A value's position in the list is its code.
pub(super) struct Codes<T: 'static>(&'static [T]);

impl<T: Copy + PartialEq> Codes<T> {
    /// The code of a value. The lists below are complete, so there always is one.
    pub(super) fn code(&self, value: T) -> u8 {
        self.0.iter().position(|&known| known == value).unwrap_or(usize::from(u8::MAX)) as u8
    }

    /// The value with this code; an error if there is none.
    pub(super) fn value(&self, code: u8) -> Result<T> {
        self.0.get(usize::from(code)).copied().ok_or_else(|| corrupt(&format!("holds the unknown code {code}")))
    }
}

/// The roles of sentences.
pub(super) const ROLES: Codes<SentenceRole> =
    Codes(&[SentenceRole::Body, SentenceRole::Headline, SentenceRole::Subheading, SentenceRole::Caption]);

/// The types of entities.
pub(super) const TYPES: Codes<EntityType> = Codes(&[
    EntityType::Person,
    EntityType::Organization,
    EntityType::Place,
    EntityType::Facility,
    EntityType::Norp,
    EntityType::Event,
    EntityType::Product,
    EntityType::Date,
    EntityType::Money,
]);

/// The forms of mentions.
pub(super) const FORMS: Codes<MentionForm> =
    Codes(&[MentionForm::Name, MentionForm::TitledName, MentionForm::Description, MentionForm::Pronoun]);

/// The acts of quotes.
pub(super) const ACTS: Codes<Act> = Codes(&[Act::Speech, Act::Thought, Act::Intent, Act::Finding, Act::Other]);

/// The kinds of quotes.
pub(super) const KINDS: Codes<QuoteKind> = Codes(&[QuoteKind::Direct, QuoteKind::Indirect, QuoteKind::Mixed]);

/// The tiers of analyses.
pub(super) const TIERS: Codes<Tier> = Codes(&[Tier::Fast, Tier::Accurate]);

/// The polarities of quotes.
pub(super) const POLARITIES: Codes<Polarity> = Codes(&[Polarity::Asserted, Polarity::Negated, Polarity::Hypothetical]);

/// The code of an entity type in the store.
pub(crate) fn type_code(kind: EntityType) -> u8 {
    TYPES.code(kind)
}

/// The entity type that a code in the store stands for.
pub(crate) fn type_of(code: u8) -> Result<EntityType> {
    TYPES.value(code)
}

/// The code of a tier in the store.
pub(crate) fn tier_code(tier: Tier) -> u8 {
    TIERS.code(tier)
}

/// The tier that a code in the store stands for.
pub(crate) fn tier_of(code: u8) -> Result<Tier> {
    TIERS.value(code)
}
