//! A text cut into tokens, sentences and paragraphs.

use std::ops::Range;

use crate::marks::Directions;
use crate::{Patience, Sentence, SentenceRole, Span, Token, markup, paragraph, role, sentence, token};

/// A text with its tokens, sentences and paragraphs.
///
/// Every token belongs to exactly one sentence, every sentence to exactly one paragraph, and all are in reading order.
/// Tokens and sentences have a maximum length, so code that looks at a whole sentence from each of its tokens still
/// takes time in proportion to the text.
///
/// ```
/// use sayso_document::Document;
///
/// let document = Document::new("Ferries resume\n\nMr. Lind said no. He left.");
/// assert_eq!(document.paragraphs().len(), 2);
/// assert_eq!(document.sentences().len(), 3);
///
/// // The tokens of the last sentence, as positions among all tokens.
/// let words: Vec<_> = document.tokens_of(2).map(|token| document.word(token)).collect();
/// assert_eq!(words, ["He", "left", "."]);
/// assert_eq!(document.sentence_at(document.text().len() - 1), Some(2));
/// ```
#[derive(Clone, Debug)]
pub struct Document<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    sentences: Vec<Sentence>,
    /// The first token of each sentence, and the number of tokens at the end.
    first_token: Vec<u32>,
    /// The first sentence of each paragraph, and the number of sentences at the end.
    first_sentence: Vec<u32>,
}

impl<'t> Document<'t> {
    /// Cuts `text` into tokens, sentences and paragraphs. Any string is a document.
    pub fn new(text: &'t str) -> Self {
        Patience::endless(|patience| Self::read(text, patience))
    }

    /// The length of the longest token in bytes. A longer word or row of marks is cut.
    pub const LONGEST_TOKEN: usize = token::LONGEST;

    /// The length of the longest sentence in tokens. A longer one is cut at a mark between clauses, or else between
    /// words.
    pub const LONGEST_SENTENCE: usize = sentence::LONGEST;

    /// The same, for as long as somebody waits. None once nobody does.
    pub fn read(text: &'t str, patience: &Patience<'_>) -> Option<Self> {
        let mut tokens = token::tokenize(text, patience)?;
        let (mut sentences, mut first_token, mut first_sentence) = (Vec::new(), vec![0], vec![0]);
        let (mut ranges, mut directions) = (Vec::new(), Directions::default());
        let mut at = 0;
        for paragraph in paragraph::paragraphs(text, patience)? {
            let end = at + tokens[at..].partition_point(|token| token.span.start() < paragraph.end);
            if at == end {
                // Nothing but left-over markup.
                continue;
            }
            patience.spend(end - at)?;
            directions.direct(text, &mut tokens, at..end);
            sentence::split(text, &tokens, at..end, &mut ranges);
            let number = first_sentence.len() as u32 - 1;
            for range in ranges.drain(..) {
                let span = tokens[range.start].span.cover(tokens[range.end - 1].span);
                sentences.push(Sentence { span, paragraph: number, role: SentenceRole::Body });
                first_token.push(range.end as u32);
            }
            first_sentence.push(sentences.len() as u32);
            at = end;
        }
        role::assign(text, &tokens, &first_token, &mut sentences);
        Some(Self { text, tokens, sentences, first_token, first_sentence })
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

    /// The tokens of a sentence, as positions in [`Document::tokens`]. Never empty.
    pub fn tokens_of(&self, sentence: usize) -> Range<usize> {
        self.first_token[sentence] as usize..self.first_token[sentence + 1] as usize
    }

    /// The paragraphs, in reading order, as ranges of positions in [`Document::sentences`]. None is empty.
    pub fn paragraphs(&self) -> impl ExactSizeIterator<Item = Range<usize>> {
        self.first_sentence.windows(2).map(|pair| pair[0] as usize..pair[1] as usize)
    }

    /// The sentences of a paragraph, as positions in [`Document::sentences`]. Never empty.
    pub fn sentences_of(&self, paragraph: usize) -> Range<usize> {
        self.first_sentence[paragraph] as usize..self.first_sentence[paragraph + 1] as usize
    }

    /// The sentence that a token belongs to.
    pub fn sentence_of_token(&self, token: usize) -> usize {
        self.first_token.partition_point(|&first| first as usize <= token).saturating_sub(1)
    }

    /// The sentence that covers byte `byte`; between sentences and at their ends the one before, if any.
    pub fn sentence_at(&self, byte: usize) -> Option<usize> {
        self.sentences.partition_point(|sentence| sentence.span.start() <= byte).checked_sub(1)
    }

    /// The token that covers byte `byte`; None in white space and outside of the text.
    pub fn token_at(&self, byte: usize) -> Option<usize> {
        let at = self.first_token_from(byte);
        match self.tokens.get(at) {
            Some(token) if token.span.start() <= byte => Some(at),
            _ => None,
        }
    }

    /// The first token that ends after byte `byte`: the one there, or the next. The number of tokens if none.
    pub fn first_token_from(&self, byte: usize) -> usize {
        self.tokens.partition_point(|token| token.span.end() <= byte)
    }

    /// The tokens that a span touches, as positions in [`Document::tokens`].
    pub fn tokens_in(&self, span: Span) -> Range<usize> {
        let start = self.first_token_from(span.start());
        start..start.max(self.tokens.partition_point(|token| token.span.start() < span.end()))
    }

    /// The words of a token.
    pub fn word(&self, token: usize) -> &'t str {
        self.tokens[token].span.of(self.text)
    }

    /// The first character of a token; for a character reference such as `&quot;`, the character it stands for.
    pub fn first_char(&self, token: usize) -> char {
        markup::first_char(self.word(token))
    }

    /// The words from the first to the last token of a range, as one span. Empty for an empty range.
    pub fn span_of(&self, tokens: Range<usize>) -> Span {
        if tokens.is_empty() {
            let at = self.tokens.get(tokens.start).map_or(self.text.len(), |token| token.span.start());
            return Span::new(at, at);
        }
        self.tokens[tokens.start].span.cover(self.tokens[tokens.end - 1].span)
    }
}
