//! A piece of HTML as the text that it shows.

use super::{parse, rendered};

/// The text that a piece of HTML shows. None when it is deeper or larger than is read.
pub(super) fn fragment_text(html: &str) -> Option<String> {
    parse::document(html).ok().map(|tree| rendered::text(&tree, "en"))
}
