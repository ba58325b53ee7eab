//! The values of attributions that are marked by hand: act, polarity, addressee and time.

use sayso_document::Document;

use crate::Analyzer;
pub use crate::attribution::values::marked::{Marked, Values};

/// The values of marked attributions of one document, in their order.
pub fn values(analyzer: &Analyzer, document: &Document<'_>, marked: &[Marked]) -> Vec<Values> {
    crate::attribution::values::marked::values(document, analyzer.words(document), marked)
}
