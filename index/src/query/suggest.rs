//! Questions about words and names: how a word may have been meant, and how what is typed may go on.

use sayso_document::EntityType;

use super::Field;

/// Asks how a word may be spelt that a query looks for.
///
/// ```
/// use sayso_index::query::{Field, SpellingQuery};
/// use sayso_index::{Engine, Interrupt, Result};
///
/// /// The word of a text that was most likely meant.
/// fn meant(engine: &dyn Engine, word: &str) -> Result<Option<String>> {
///     let query = SpellingQuery { word: word.into(), field: Field::Text, quotes: false, most: 1 };
///     let found = engine.spellings(&query, &Interrupt::default())?;
///     Ok(found.into_iter().next().map(|nearest| nearest.text))
/// }
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let engine = sayso_index::Embedded::open(folder.path(), Default::default()).expect("an engine");
/// # assert_eq!(meant(&engine, "harbuor").expect("an answer"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpellingQuery {
    /// The word.
    pub word: String,
    /// The field that it is looked for in.
    pub field: Field,
    /// Whether in quotes; otherwise in sentences.
    pub quotes: bool,
    /// The most spellings to return.
    pub most: usize,
}

/// Asks how what is being typed may go on.
///
/// ```
/// use sayso_index::query::SuggestQuery;
///
/// let query = SuggestQuery { text: "elske va".into(), ..SuggestQuery::default() };
/// assert_eq!(query.most, 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestQuery {
    /// What has been typed. Its last word is a beginning.
    pub text: String,
    /// Entities of any of these types; empty does not filter.
    pub kinds: Vec<EntityType>,
    /// The most entities, and the most phrases.
    pub most: usize,
}

impl Default for SuggestQuery {
    fn default() -> Self {
        Self { text: String::new(), kinds: Vec::new(), most: 10 }
    }
}
