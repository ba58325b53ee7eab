//! What the tags of a sentence tell of its grammar: noun phrases, verb groups with their subjects, and what follows a verb
//! or noun.

pub(crate) mod frame;
pub(crate) mod phrase;
pub(crate) mod subject;
pub(crate) mod verbs;
