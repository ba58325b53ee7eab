//! The values of an attribution: what the text says about it besides cue, source and content.
//!
//! | file | value |
//! |---|---|
//! | [`speaker`], [`issuer`] | the entities behind the source: through pronouns and descriptions, and those who issued a document |
//! | [`addressee`] | to whom it was said |
//! | [`act`] | speech, thought, intent, finding or other |
//! | [`polarity`], [`denial`] | asserted, negated or hypothetical, and what denies |
//! | [`kind`] | direct, indirect or mixed |
//! | [`when`] | the words that say when it was said |
//!
//! [`mentions`] is an index of who is mentioned where; `marked` computes the values for attributions that were marked
//! by hand, so that they can be measured separately. Both tiers use these rules.

pub(crate) mod act;
pub(crate) mod addressee;
pub(crate) mod denial;
mod issuer;
pub(crate) mod kind;
pub(crate) mod learned;
#[cfg(feature = "training")]
pub(crate) mod marked;
pub(crate) mod mentions;
pub(crate) mod polarity;
pub(crate) mod question;
pub(crate) mod speaker;
pub(crate) mod when;
pub(crate) mod who;
