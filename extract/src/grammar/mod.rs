//! The grammar of a sentence, read from its tags.
//!
//! | file | finds |
//! |---|---|
//! | [`verbs`] | verb groups: "has repeatedly said", "was not told" |
//! | [`subject`] | the subject of a verb group, before it or after it ("said Lind") |
//! | [`phrase`] | noun phrases to the left and right of a place |
//! | [`frame`] | what follows a verb or noun: a clause, a quotation, an object, a phrase |
//!
//! These rules read tags from left to right and look a bounded number of tokens ahead. They stand
//! beside the dependency parser ([`parse`](crate::parse)), which is learned and sees the whole
//! sentence: each is right where the other errs, and the decisions hear both.

pub(crate) mod frame;
pub(crate) mod phrase;
pub(crate) mod subject;
pub(crate) mod verbs;
