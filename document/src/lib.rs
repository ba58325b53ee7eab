//! Texts and what is marked in them: spans, tokens, sentences, and the values that analysis yields.
//!
//! Start with [`Document`], which cuts a text into [tokens](Token), [sentences](Sentence) and paragraphs. [`Analysis`]
//! is what an analysis finds in a text: [entities](Entity), their [mentions](Mention) and [quotes](Quote). All of them
//! point into the text with [`Span`]s, which are byte offsets; the text itself is never changed.
//!
//! This crate knows nothing of models, files, networks or indexes. Nothing in it can fail: any string is a document.
//!
//! ```
//! use sayso_document::Document;
//!
//! let document = Document::new("The ferry sails again. “We are ready,” Ada Lind said.");
//! let sentences: Vec<_> = document.sentences().iter().map(|sentence| sentence.span.of(document.text())).collect();
//! assert_eq!(sentences, ["The ferry sails again.", "“We are ready,” Ada Lind said."]);
//! ```

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
