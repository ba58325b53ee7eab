//! A text cut into tokens, sentences and paragraphs.

use std::ops::Range;

use crate::Span;

/// A text with its tokens, sentences and paragraphs.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    sentences: Vec<Sentence>,
}

/// The smallest unit of text: a word, a number, a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands. Tokens do not overlap; between them is only white space.
    pub span: Span,
    /// What sort of token it is.
    pub kind: TokenKind,
}

/// What sort of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters, with inner apostrophes, hyphens and the dots of abbreviations: "don't", "U.S.", "sit-down".
    Word,
    /// Digits, with inner separators: "2022", "1,000", "3.5".
    Number,
    /// An opening quotation mark.
    OpenQuote,
    /// A closing quotation mark.
    CloseQuote,
    /// Any other mark or symbol, one at a time (an ellipsis or a dash of several signs is one).
    Mark,
}

/// A sentence, or a line that stands for one (headline, caption).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// From its first to its last token.
    pub span: Span,
    /// Which paragraph it belongs to, counted from 0.
    pub paragraph: u32,
    /// What it is for in the article.
    pub role: SentenceRole,
}

/// What a sentence is for in an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentenceRole {
    /// Running text.
    Body,
    /// The title line.
    Headline,
    /// A line between paragraphs that heads what follows.
    Subheading,
    /// Words below or beside a picture.
    Caption,
}

impl<'t> Document<'t> {
    /// Cuts `text` into tokens, sentences and paragraphs. Any string is a document.
    pub fn new(text: &'t str) -> Self {
        Self { text, tokens: Vec::new(), sentences: Vec::new() }
    }

    /// The text, as given.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The tokens, in reading order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The sentences, in reading order.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The tokens of a sentence, as positions in [`Document::tokens`].
    pub fn tokens_of(&self, _sentence: usize) -> Range<usize> {
        0..0
    }

    /// The words of a token.
    pub fn word(&self, token: usize) -> &'t str {
        self.tokens[token].span.of(self.text)
    }
}
