//! Names of the columns of whole values that hits are counted by.

pub(in crate::embedded) const OUTLET: &str = "outlet_name";
pub(in crate::embedded) const AUTHOR: &str = "author_name";
pub(in crate::embedded) const LANGUAGE: &str = "language";
pub(in crate::embedded) const LABEL: &str = "label_pair";
pub(in crate::embedded) const MODEL: &str = "model";
pub(in crate::embedded) const TIER: &str = "tier";
pub(in crate::embedded) const TYPES: &str = "types";
pub(in crate::embedded) const MENTIONS: &str = "mentions";
pub(in crate::embedded) const SPEAKERS: &str = "speaker_ids";
pub(in crate::embedded) const ADDRESSEES: &str = "addressee_ids";
pub(in crate::embedded) const ABOUT: &str = "about_ids";
pub(in crate::embedded) const FACET: &str = "facet";
pub(in crate::embedded) const CUE: &str = "cue_lemma";
