//! How much of an attribution is quoted.

use sayso_document::{QuoteKind, TokenKind};

use crate::attribution::draft::Draft;
use crate::view::Reading;

/// How much of the content stands in quotation marks; a leading "that" does not count.
pub(crate) fn kind(r: &Reading<'_>, draft: &Draft) -> QuoteKind {
    let (mut quoted, mut plain) = (false, false);
    for (place, range) in draft.content.iter().enumerate() {
        for i in range.clone() {
            let leading = place == 0 && i == range.start && r.is(i, "that");
            let word = matches!(r.kind(i), Some(TokenKind::Word | TokenKind::Number));
            quoted |= r.quotation_at(i).is_some();
            plain |= word && !leading && r.quotation_at(i).is_none();
        }
    }
    match (quoted, plain) {
        (true, false) => QuoteKind::Direct,
        (true, true) => QuoteKind::Mixed,
        (false, _) => QuoteKind::Indirect,
    }
}
