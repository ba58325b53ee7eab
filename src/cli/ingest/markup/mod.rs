//! Turns HTML and Markdown into the text that they show. [`body`] decides which of them a text is. [`parse`] builds a
//! tree from HTML, and [`rendered`] turns the tree into text. [`elements`] lists the elements that matter to them.

pub(super) mod body;
mod elements;
mod fragment;
pub(super) mod markdown;
pub(super) mod parse;
mod quotation;
pub(super) mod references;
pub(super) mod rendered;
mod shortcodes;
