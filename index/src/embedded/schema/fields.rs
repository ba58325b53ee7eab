//! The forms of fields: words, whole values and numbers, and the tokenizers that part texts into words.

use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, IndexRecordOption, NumericOptions, SchemaBuilder, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TokenizerManager;

use crate::text::analyzer;

/// The tokenizer of words as they are, folded.
pub(super) const EXACT: &str = "exact";
/// The same, with forms for capitals: see [`crate::text`].
pub(super) const CASED: &str = "cased";
/// The tokenizer of stems, which find a word in any inflection.
const STEMMED: &str = "stemmed";

/// The tokenizers that the fields name.
pub(in crate::embedded) fn tokenizers() -> TokenizerManager {
    // Tantivy asks for its default tokenizer even where a field has none.
    let manager = TokenizerManager::default();
    manager.register(EXACT, analyzer::exact_analyzer());
    manager.register(CASED, analyzer::cased_analyzer());
    manager.register(STEMMED, analyzer::stemming_analyzer());
    manager
}

/// Words with their positions, to be searched and scored.
pub(super) fn words(tokenizer: &str) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(tokenizer)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    TextOptions::default().set_indexing_options(indexing)
}

/// Whole values, to filter by.
pub(super) fn keyword() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    TextOptions::default().set_indexing_options(indexing)
}

/// Whole values, to filter and to count by.
pub(super) fn counted() -> TextOptions {
    keyword().set_fast("raw")
}

/// Whole values in a column alone, to count by.
pub(super) fn column() -> TextOptions {
    TextOptions::default().set_fast("raw")
}

/// Numbers in a column, to order and filter by.
pub(super) fn fast() -> NumericOptions {
    FAST.into()
}

/// Text that can be found by any inflection of a word and by its exact form.
#[derive(Clone, Copy)]
pub(in crate::embedded) struct Words {
    /// The stems of the words.
    pub(in crate::embedded) stemmed: Field,
    /// The words as they are, folded, for phrases, prefixes and fuzzy words; and forms for their capitals.
    pub(in crate::embedded) exact: Field,
}

impl Words {
    /// Adds both fields to a schema. The exact one keeps words with this tokenizer.
    pub(super) fn add(builder: &mut SchemaBuilder, name: &str, exact: &str) -> Self {
        Self {
            stemmed: builder.add_text_field(name, words(STEMMED)),
            exact: builder.add_text_field(&format!("{name}_exact"), words(exact)),
        }
    }

    /// Adds a text to both fields of a document.
    pub(super) fn put(self, document: &mut TantivyDocument, text: &str) {
        document.add_text(self.stemmed, text);
        document.add_text(self.exact, text);
    }
}
