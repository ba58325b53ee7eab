//! Texts and what is marked in them: spans, tokens, sentences, and the values that analysis yields.
//!
//! This crate knows nothing of models, files, networks or indexes. Nothing in it can fail: any
//! string is a document.

mod annotation;
mod document;
mod span;

pub use annotation::{
    Act, Addressee, Analysis, Counted, Entity, EntityType, Mention, MentionForm, Polarity, Quote, QuoteKind,
};
pub use document::{Document, Sentence, SentenceRole, Token, TokenKind};
pub use span::Span;
