//! The numbers that stand for the values of enumerations in the store.

use sayso_document::{Act, EntityType, MentionForm, Polarity, QuoteKind, SentenceRole, Tier};

use super::damage::corrupt;
use crate::Result;

/// The values of an enumeration; a value's place in the list is its code in the store. Append only.
pub(super) struct Codes<T: 'static>(&'static [T]);

impl<T: Copy + PartialEq> Codes<T> {
    /// The code of a value. The lists below are complete, so there always is one.
    pub(super) fn code(&self, value: T) -> u8 {
        self.0.iter().position(|&known| known == value).unwrap_or(usize::from(u8::MAX)) as u8
    }

    pub(super) fn value(&self, code: u8) -> Result<T> {
        self.0.get(usize::from(code)).copied().ok_or_else(|| corrupt(&format!("holds the unknown code {code}")))
    }
}

pub(super) const ROLES: Codes<SentenceRole> =
    Codes(&[SentenceRole::Body, SentenceRole::Headline, SentenceRole::Subheading, SentenceRole::Caption]);

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

pub(super) const FORMS: Codes<MentionForm> =
    Codes(&[MentionForm::Name, MentionForm::TitledName, MentionForm::Description, MentionForm::Pronoun]);

pub(super) const ACTS: Codes<Act> = Codes(&[Act::Speech, Act::Thought, Act::Intent, Act::Finding, Act::Other]);

pub(super) const KINDS: Codes<QuoteKind> = Codes(&[QuoteKind::Direct, QuoteKind::Indirect, QuoteKind::Mixed]);

pub(super) const TIERS: Codes<Tier> = Codes(&[Tier::Fast, Tier::Accurate]);

pub(super) const POLARITIES: Codes<Polarity> = Codes(&[Polarity::Asserted, Polarity::Negated, Polarity::Hypothetical]);

/// The code of an entity type in the store.
pub(in crate::embedded) fn type_code(kind: EntityType) -> u8 {
    TYPES.code(kind)
}

/// The entity type that a code in the store stands for.
pub(in crate::embedded) fn type_of(code: u8) -> Result<EntityType> {
    TYPES.value(code)
}

/// The code of a tier in the store.
pub(in crate::embedded) fn tier_code(tier: Tier) -> u8 {
    TIERS.code(tier)
}

/// The tier that a code in the store stands for.
pub(in crate::embedded) fn tier_of(code: u8) -> Result<Tier> {
    TIERS.value(code)
}
