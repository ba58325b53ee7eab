//! The part-of-speech tagger: its tags, its dictionary and the features of words.

pub use crate::tags::{Before, Class, Dictionary, FEATURES, Form, NAME, Tag, features, forms_of};
