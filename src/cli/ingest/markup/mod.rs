//! HTML and Markdown as the text that they show. [`body`] tells which of them a text is.
//!
//! [`parse`] makes a tree of HTML, [`rendered`] text of the tree.

pub(super) mod body;
mod fragment;
pub(super) mod markdown;
pub(super) mod parse;
mod quotation;
pub(super) mod references;
pub(super) mod rendered;
