//! Names of the columns of whole values that hits are counted by.

/// The whole name of the outlet, as it was put.
pub(in crate::embedded) const OUTLET: &str = "outlet_name";
/// The whole names of the authors, as they were put; of those that differ in case and accents alone, the first.
pub(in crate::embedded) const AUTHOR: &str = "author_name";
/// The code of the language, in small letters.
pub(in crate::embedded) const LANGUAGE: &str = "language";
/// Labels: see [`label_pair`](super::label_pair).
pub(in crate::embedded) const LABEL: &str = "label_pair";
/// Name and version of the model.
pub(in crate::embedded) const MODEL: &str = "model";
/// The tier of the model, as [`tier_word`](super::tier_word).
pub(in crate::embedded) const TIER: &str = "tier";
/// Types of the entities that a sentence mentions; of the speakers of a quote.
pub(in crate::embedded) const TYPES: &str = "types";
/// Ids of the entities that a sentence mentions.
pub(in crate::embedded) const MENTIONS: &str = "mentions";
/// Ids of the speakers.
pub(in crate::embedded) const SPEAKERS: &str = "speaker_ids";
/// Ids of the addressees.
pub(in crate::embedded) const ADDRESSEES: &str = "addressee_ids";
/// Ids of the entities that a quote mentions.
pub(in crate::embedded) const ABOUT: &str = "about_ids";
/// Kind, act, polarity and whether the speaker is named, one word each.
pub(in crate::embedded) const FACET: &str = "facet";
/// The dictionary form of the cue.
pub(in crate::embedded) const CUE: &str = "cue_lemma";
