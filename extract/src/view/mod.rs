//! A document as the stages of attribution read it: words in small letters, tags, quotations, units.

pub(crate) mod quotations;
pub(crate) mod turns;

use std::ops::Range;

use sayso_document::{Document, Span, TokenKind};

use quotations::Quotation;

use crate::tags::{Tag, Words, lemma};

/// How many tokens any stage looks ahead or back from one place. A quotation that is stepped over
/// counts as one. The limit keeps the whole work linear in the length of the text.
pub(crate) const REACH: usize = 160;

/// A unit has at most this many tokens, or one sentence: a quotation of more sentences is read in parts.
const UNIT: usize = 1_200;

/// A document with what all stages ask of it. Every list has one value per token.
pub(crate) struct Reading<'d> {
    pub(crate) document: &'d Document<'d>,
    words: Words<'d>,
    sentences: Vec<u32>,
    quotations: Vec<Quotation>,
    /// Position of the quotation that holds the token, plus one; 0 outside of quotations.
    quoted: Vec<u32>,
    /// Sentences, joined where a quotation runs over their border. Token ranges in reading order.
    units: Vec<Range<usize>>,
    unit_of: Vec<u32>,
}

impl<'d> Reading<'d> {
    pub(crate) fn new(document: &'d Document<'d>, words: Words<'d>) -> Self {
        let n = document.tokens().len();
        let mut sentences = vec![0; n];
        for s in 0..document.sentences().len() {
            document.tokens_of(s).for_each(|token| sentences[token] = s as u32);
        }
        let quotations = quotations::pair(document, &sentences);
        let mut quoted = vec![0; n];
        for (place, quotation) in quotations.iter().enumerate() {
            quoted[quotation.range()].fill(place as u32 + 1);
        }
        let units = units(document, &quoted, &quotations);
        let mut unit_of = vec![0; n];
        for (place, unit) in units.iter().enumerate() {
            unit_of[unit.clone()].fill(place as u32);
        }
        Self { document, words, sentences, quotations, quoted, units, unit_of }
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.words.tags().len()
    }

    /// The word in small letters, with straight apostrophes; empty outside of the text.
    pub(crate) fn lower(&self, i: usize) -> &str {
        self.words.lower(i)
    }

    /// The dictionary form of the verb at `i`.
    pub(crate) fn infinitive(&self, i: usize) -> String {
        lemma::of_verb(self.lower(i), self.words.dictionary())
    }

    /// Whether the token is this word.
    pub(crate) fn is(&self, i: usize, word: &str) -> bool {
        self.lower(i) == word
    }

    /// The tag; the end of the text counts as a full stop.
    pub(crate) fn tag(&self, i: usize) -> Tag {
        self.words.tags().get(i).copied().unwrap_or(Tag::Stop)
    }

    pub(crate) fn kind(&self, i: usize) -> Option<TokenKind> {
        self.document.tokens().get(i).map(|token| token.kind)
    }

    pub(crate) fn is_open_quote(&self, i: usize) -> bool {
        self.quotation_at(i).is_some_and(|q| self.quotations[q].open == i)
    }

    pub(crate) fn is_close_quote(&self, i: usize) -> bool {
        self.quotation_at(i).is_some_and(|q| self.quotations[q].end == i + 1)
    }

    pub(crate) fn quotations(&self) -> &[Quotation] {
        &self.quotations
    }

    /// Which quotation holds the token.
    pub(crate) fn quotation_at(&self, i: usize) -> Option<usize> {
        self.quoted.get(i).and_then(|&q| (q as usize).checked_sub(1))
    }

    pub(crate) fn sentence_of(&self, i: usize) -> usize {
        self.sentences.get(i).copied().unwrap_or(0) as usize
    }

    pub(crate) fn paragraph_of(&self, i: usize) -> u32 {
        self.document.sentences().get(self.sentence_of(i)).map_or(0, |sentence| sentence.paragraph)
    }

    pub(crate) fn units(&self) -> &[Range<usize>] {
        &self.units
    }

    pub(crate) fn unit_at(&self, i: usize) -> usize {
        self.unit_of.get(i).copied().unwrap_or(0) as usize
    }

    /// The tokens of the unit around a token.
    pub(crate) fn unit(&self, i: usize) -> Range<usize> {
        self.units.get(self.unit_at(i)).cloned().unwrap_or(0..0)
    }

    /// The unit around a token, no further than [`REACH`] tokens to both sides.
    pub(crate) fn window(&self, i: usize) -> Range<usize> {
        let unit = self.unit(i);
        unit.start.max(i.saturating_sub(REACH))..unit.end.min(i + REACH)
    }

    /// The bytes that a range of tokens covers. The range must not be empty.
    pub(crate) fn span(&self, tokens: &Range<usize>) -> Span {
        let list = self.document.tokens();
        list[tokens.start].span.cover(list[tokens.end - 1].span)
    }

    /// The first token that starts at or after a byte.
    pub(crate) fn token_at(&self, byte: usize) -> usize {
        self.document.tokens().partition_point(|token| token.span.end() <= byte)
    }

    /// Whether the token begins with a capital letter.
    pub(crate) fn is_capital(&self, i: usize) -> bool {
        i < self.len() && self.document.word(i).starts_with(char::is_uppercase)
    }
}

fn units(document: &Document<'_>, quoted: &[u32], quotations: &[Quotation]) -> Vec<Range<usize>> {
    let mut units: Vec<Range<usize>> = Vec::new();
    for s in 0..document.sentences().len() {
        let tokens = document.tokens_of(s);
        let runs_on = tokens.start > 0
            && quoted.get(tokens.start).is_some_and(|&q| {
                q > 0 && q == quoted[tokens.start - 1] && quotations[q as usize - 1].open < tokens.start
            });
        match units.last_mut() {
            Some(unit) if runs_on && tokens.end - unit.start <= UNIT => unit.end = tokens.end,
            _ => units.push(tokens),
        }
    }
    units.retain(|unit| !unit.is_empty());
    units
}
