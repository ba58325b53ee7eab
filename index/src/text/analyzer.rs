//! The readers of text that tantivy is given.
//!
//! A document is read with all forms of its words. A query is not read here: `crate::rows` says which words it looks
//! for, so that the highlights can ask the same.

use std::borrow::Cow;

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

use super::Stemmer;
use super::forms::{Forms, forms};

/// Yields folded words and their other forms to tantivy.
pub(crate) fn exact_analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Folding::default())
}

/// Yields these and forms for capitals.
pub(crate) fn cased_analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Folding { cased: true, ..Folding::default() })
}

/// Yields the stems of words and of their other forms.
pub(crate) fn stemming_analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Folding { stems: true, ..Folding::default() })
}

/// Tantivy's tokenizer of folded words.
#[derive(Clone, Default)]
struct Folding {
    cased: bool,
    stems: bool,
    token: Token,
}

/// The folded words of one text, each followed by its other forms at the same position.
struct FoldingStream<'a> {
    forms: Forms<'a>,
    stemmer: Option<Stemmer>,
    token: &'a mut Token,
}

impl Tokenizer for Folding {
    type TokenStream<'a> = FoldingStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> FoldingStream<'a> {
        self.token.reset();
        let stemmer = self.stems.then(Stemmer::default);
        FoldingStream { forms: forms(text, self.cased), stemmer, token: &mut self.token }
    }
}

impl TokenStream for FoldingStream<'_> {
    fn advance(&mut self) -> bool {
        self.forms.reuse(std::mem::take(&mut self.token.text));
        let Some(form) = self.forms.next() else { return false };
        self.token.offset_from = form.word.start;
        self.token.offset_to = form.word.end;
        self.token.position = form.position;
        self.token.text = form.word.text;
        if let Some(Cow::Owned(stem)) = self.stemmer.as_mut().map(|stemmer| stemmer.stem(&self.token.text)) {
            self.token.text = stem;
        } else if let Some(stemmer) = &mut self.stemmer {
            let len = stemmer.stem(&self.token.text).len();
            self.token.text.truncate(len);
        }
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
