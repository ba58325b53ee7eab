//! Stores analysed articles and answers queries about them.
//!
//! Callers speak to the [`Engine`] trait in domain terms: a parsed query ([`query::Expr`]), typed filters, page keys
//! and hits. [`Embedded`] is the engine that needs nothing installed: it keeps all data in one directory.
//!
//! - [`Write`] says what to change, and [`Progress`] how far the change is: first durable, then searchable.
//! - [`query`] has the query language and the typed queries.
//! - [`Page`] is one page of hits; its [`PageKey`] leads to the next one, in the same view of the data.
//!
//! This crate does not analyse anything: an [`AnalyzedArticle`] comes with its analysis, for example from
//! `sayso-extract`.
//!
//! ```
//! use std::sync::mpsc;
//!
//! use sayso_document::{Analysis, Document};
//! use sayso_index::query::{ParseOptions, SentenceQuery, parse};
//! use sayso_index::{AnalyzedArticle, Article, Embedded, EmbeddedOptions, Engine, Interrupt, Progress, Write};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let engine = Embedded::open(folder.path(), EmbeddedOptions::default())?;
//!
//! // An article with its sentences, and nothing else found in it.
//! let article = Article { id: "a1".into(), body: "The ferry sails again.".into(), ..Article::default() };
//! let sentences = Document::new(&article.body).sentences().to_vec();
//! let analysis = Analysis { sentences, ..Analysis::default() };
//!
//! let (sender, progress) = mpsc::channel();
//! let put = Write::Put(Box::new(AnalyzedArticle { article, analysis }), None);
//! engine.write(put, Box::new(move |step| sender.send(step).expect("the receiver waits for both steps")));
//! assert!(matches!(progress.recv()?, Progress::Durable(_)));
//! assert!(matches!(progress.recv()?, Progress::Searchable(_)));
//!
//! let query = SentenceQuery { expr: parse("sail", &ParseOptions::sentences())?, ..SentenceQuery::default() };
//! let page = engine.sentences(&query, &Interrupt::default())?;
//! assert_eq!(page.total.count, 1);
//! assert_eq!(page.hits[0].article.id, "a1");
//! # Ok(())
//! # }
//! ```

mod aggregate;
mod alike;
mod article;
mod calendar;
mod clock;
mod completion;
mod counts;
mod decide;
mod digest;
mod edits;
pub mod embedded;
mod engine;
mod error;
mod export;
mod highlight;
mod hits;
mod keys;
mod lookup;
mod meant;
mod name;
#[cfg(feature = "opensearch")]
pub mod opensearch;
pub mod query;
mod queue;
mod record;
mod room;
mod rows;
pub mod similar;
mod spelling;
mod steps;
mod synonyms;
mod text;
mod whole;
pub mod why;
mod wildcard;
mod words;

pub use article::{AnalyzedArticle, Article, EntityId, EntityRecord, Version, text_digest};
pub use embedded::{Checked, Compacted, Embedded, EmbeddedOptions, Finding, Opened, Rebuilt, turns_panics_into_errors};
pub use engine::{
    Change, Engine, Health, Interrupt, OnProgress, Outdated, Pending, Progress, Receipt, Status, Wanted, Write,
};
pub use error::{Error, ErrorKind, Result};
pub use export::{Exported, Kept};
pub use hits::{
    ArticleHit, ArticleMatch, Before, EntityHit, EntitySuggestion, Explanation, Facet, FacetValue, MatchedBy,
    MatchedSentence, MentionHit, Page, PageKey, PhraseSuggestion, QuoteHit, SentenceHit, Spelling, Suggestions, Total,
};
pub use synonyms::{SynonymError, Synonyms};
