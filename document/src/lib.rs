//! Texts and what is marked in them: spans, tokens, sentences, and the values that analysis yields.
//!
//! This crate knows nothing of models, files, networks or indexes. Nothing in it can fail: any
//! string is a document.

mod abbreviation;
mod annotation;
mod chars;
mod clean;
mod date;
mod document;
mod marks;
mod markup;
mod paragraph;
mod patience;
mod role;
mod sentence;
mod span;
mod token;

pub use annotation::{
    Act, Addressee, Analysis, Counted, Entity, EntityType, Mention, MentionForm, Named, Polarity, Quote, QuoteKind,
    Role, Tier,
};
pub use clean::join_spans;
pub use date::{Date, DateRange};
pub use document::Document;
pub use markup::plain_text;
pub use patience::Patience;
pub use sentence::{Sentence, SentenceRole};
pub use span::Span;
pub use token::{Token, TokenKind};
