//! Keeps analysed articles and finds them again.
//!
//! Services speak to the [`Engine`] trait in domain terms: a parsed query ([`query::Expr`]), typed
//! filters, page keys, hits. [`Embedded`] is the engine that needs nothing installed.

mod article;
pub mod embedded;
mod engine;
mod error;
mod highlight;
mod hits;
mod name;
pub mod query;
mod steps;
mod text;

pub use article::{AnalyzedArticle, Article, EntityId, EntityRecord};
pub use embedded::{Embedded, EmbeddedOptions, Opened, Rebuilt};
pub use engine::{
    Change, Engine, Health, Interrupt, OnProgress, Outdated, Pending, Progress, Receipt, Status, Wanted, Write,
};
pub use error::{Error, ErrorKind, Result};
pub use hits::{ArticleHit, EntityHit, MatchedBy, MentionHit, Page, PageKey, QuoteHit, SentenceHit, Total};
