//! What the encoder tells other stages, in tokens of the document instead of its own words.

use std::borrow::Cow;
use std::ops::Range;

use sayso_document::{Document, Patience, Span, TokenKind};
use sayso_network::Scores;

use super::{Encoded, Encoder, Segment};
use crate::names::{Hints, LABELS};
use crate::view::View;
use crate::view::quotations::Quotation;

/// An encoded document, ready to be asked about coreference.
pub(crate) struct Aid<'a> {
    /// The encoder, which scores links on demand.
    pub(crate) encoder: &'a Encoder,
    /// What it found in the document.
    pub(crate) encoded: &'a Encoded,
    /// The document.
    pub(crate) document: &'a Document<'a>,
}

/// Runs the encoder over a document. Scores of names come back by token rather than by word of the
/// encoder: a row of marks is one token, but many words, and keeping the latter would take too much
/// memory. None when nobody waits any longer.
pub(crate) fn encode(encoder: &Encoder, view: &View<'_>, patience: &Patience<'_>) -> Option<(Encoded, Hints)> {
    let tokens = view.document.tokens();
    let mut local = Vec::with_capacity(tokens.len());
    let mut hear = |words: &[Span], window: &Range<usize>, scores: &Scores| {
        let scores: &[[f32; LABELS]] = scores.names.as_chunks().0;
        // Windows come in order, and so do the words at the tokens.
        while let Some(token) = tokens.get(local.len()) {
            let Some(row) = scores.get(word_at(words, token.span.start()) - window.start) else { break };
            local.push(*row);
        }
    };
    let encoded = encoder.encode(&in_double_marks(view), &mut hear, patience)?;
    // Tokens behind the last word have no scores.
    local.resize(tokens.len(), [0.0; LABELS]);
    Some((encoded, Hints { local, moves: encoder.name_chain().moves }))
}

/// A quotation of fewer words may be a title or a term, which says little about how an article marks speech.
const SPEECH_TOKENS: usize = 4;

/// The text as the encoder learned to read it. Its corpora mark speech by double marks. Where an article marks more of
/// its speech by single ones, as many British papers do, those are read as double marks, and double ones within them as
/// single ones. Every mark takes as many bytes as before, so all places stay what they are.
fn in_double_marks<'t>(view: &View<'t>) -> Cow<'t, str> {
    let document = view.document;
    let text = document.text();
    let mark = |token: usize| document.tokens()[token].span.of(text);
    let is_single = |quotation: &&Quotation| matches!(mark(quotation.open), "'" | "‘" | "‛");
    let speech = || view.quotations().iter().filter(|quotation| quotation.inner_len() >= SPEECH_TOKENS);
    let single = speech().filter(is_single).count();
    if 2 * single <= speech().count() {
        return Cow::Borrowed(text);
    }
    let mut read = text.to_owned();
    for quotation in view.quotations().iter().filter(is_single) {
        for token in quotation.range().filter(|&token| is_mark(document.tokens()[token].kind)) {
            let outer = token == quotation.open || quotation.closed && token + 1 == quotation.end;
            let other = match (outer, mark(token)) {
                (true, "'") => "\"",
                (true, "‘" | "‛") => "“",
                (true, "’") => "”",
                (false, "\"") => "'",
                (false, "“") => "‘",
                (false, "”") => "’",
                _ => continue,
            };
            read.replace_range(document.tokens()[token].span.range(), other);
        }
    }
    Cow::Owned(read)
}

/// Whether a token is a quotation mark.
fn is_mark(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::OpenQuote | TokenKind::CloseQuote)
}

/// The position of the first word that ends behind a byte.
fn word_at(words: &[Span], byte: usize) -> usize {
    words.partition_point(|word| word.end() <= byte)
}

impl Aid<'_> {
    /// The encoder's word at a token.
    fn word(&self, token: usize) -> Option<usize> {
        let word = word_at(self.encoded.words(), self.document.tokens()[token].span.start());
        (word < self.encoded.words().len()).then_some(word)
    }

    /// The log odds that each offer means the same as `ask`, against "none of them"; 0 where the
    /// encoder cannot tell, which in long texts holds for words in other windows. Ranges are
    /// tokens.
    pub(crate) fn kin(&self, ask: &Range<usize>, offers: &[Range<usize>]) -> Vec<f32> {
        let segment = |tokens: &Range<usize>| {
            let (first, last) = (self.word(tokens.start)?, self.word(tokens.end.checked_sub(1)?)?);
            Some(Segment { first, last: last.max(first), rank: 0 })
        };
        let Some(own) = segment(ask) else { return vec![0.0; offers.len()] };
        let places: Vec<Option<Segment>> = offers.iter().map(segment).collect();
        let known: Vec<Segment> = places.iter().flatten().copied().collect();
        let mut odds = self.encoder.who(self.encoded, &own, &known).into_iter();
        places.iter().map(|place| place.and_then(|_| odds.next().flatten()).unwrap_or(0.0)).collect()
    }
}
