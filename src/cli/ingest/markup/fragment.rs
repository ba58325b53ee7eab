//! Turns a piece of HTML into the text that it shows.

use super::{parse, rendered};

/// The text that a piece of HTML shows. None if it is too deep or too large.
pub(super) fn fragment_text(html: &str) -> Option<String> {
    parse::document(html).ok().map(|tree| rendered::text(&tree, "en"))
}
