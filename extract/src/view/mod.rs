//! A document as all stages read it: the spelling of its words, sentences, quotations, units and
//! turns, and later its tags.
//!
//! It is built once for a document and then only read. A *unit* is a sentence, or several that a
//! quotation joins because it runs over their border; most stages look no further than the unit
//! around them.
//!
//! | file | finds |
//! |---|---|
//! | [`quotations`] | pairs of quotation marks |
//! | [`turns`] | the labels of a conversation, if the text is one |

#[cfg(test)]
pub(crate) mod built;
pub(crate) mod quotations;
pub(crate) mod turns;

use std::ops::Range;

use sayso_document::{Document, Patience, Span, TokenKind};

use quotations::Quotation;
use turns::Turn;

use crate::model::{Clusters, Groups};
use crate::tags::{Spelling, Tag, Words, lemma};

/// How many tokens any stage looks ahead or back from one place; a quotation that is stepped over
/// counts as one. The limit keeps the whole analysis linear in the length of the text.
pub(crate) const REACH: usize = 160;

/// The most tokens of a unit of several sentences; a quotation over more is read in parts.
const MAX_UNIT_TOKENS: usize = 1_200;

/// A document with what all stages ask of it. It is made once. Every list has one value per token.
pub(crate) struct View<'d> {
    /// The tokens, sentences and paragraphs.
    pub(crate) document: &'d Document<'d>,
    /// Words in lower case, hashes and clusters.
    spelling: Spelling,
    /// The sentence of each token.
    sentences: Vec<u32>,
    /// The quotations, in reading order.
    quotations: Vec<Quotation>,
    /// Position of the quotation that holds the token, plus one; 0 outside of quotations.
    quoted: Vec<u32>,
    /// The number of the speech in which the token stands, from 1; 0 outside. See
    /// [`quotations::speeches`].
    speeches: Vec<u32>,
    /// The units, as ranges of tokens in reading order.
    units: Vec<Range<usize>>,
    /// The unit of each token.
    unit_of: Vec<u32>,
    /// The turns of a conversation; empty for most texts.
    turns: Vec<Turn>,
}

impl<'d> View<'d> {
    /// Builds the view of a document. None when nobody waits any longer.
    pub(crate) fn new(document: &'d Document<'d>, clusters: &Clusters, patience: &Patience<'_>) -> Option<Self> {
        #[cfg(test)]
        crate::view::built::note("view");
        let n = document.tokens().len();
        patience.spend(n / 4)?;
        let spelling = Spelling::new(document, clusters);
        let mut sentences = vec![0; n];
        for s in 0..document.sentences().len() {
            document.tokens_of(s).for_each(|token| sentences[token] = s as u32);
        }
        patience.spend(n / 4)?;
        let quotations = quotations::pair(document, &sentences);
        let mut quoted = vec![0; n];
        for (place, quotation) in quotations.iter().enumerate() {
            quoted[quotation.range()].fill(place as u32 + 1);
        }
        let speeches = quotations::speeches(document);
        let units = units(document, &quoted, &quotations);
        let mut unit_of = vec![0; n];
        for (place, unit) in units.iter().enumerate() {
            unit_of[unit.clone()].fill(place as u32);
        }
        let turns = turns::turns(document, patience)?;
        Some(Self { document, spelling, sentences, quotations, quoted, speeches, units, unit_of, turns })
    }

    /// How its words are spelt.
    pub(crate) fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    /// The sentence of a token; the first one outside of the text.
    pub(crate) fn sentence_of(&self, i: usize) -> usize {
        self.sentences.get(i).copied().unwrap_or(0) as usize
    }

    /// The paragraph of a token.
    pub(crate) fn paragraph_of(&self, i: usize) -> u32 {
        self.document.sentences().get(self.sentence_of(i)).map_or(0, |sentence| sentence.paragraph)
    }

    /// The number of the speech that a token stands in, from 1; 0 outside of speech.
    pub(crate) fn speech_of(&self, i: usize) -> u32 {
        self.speeches.get(i).copied().unwrap_or(0)
    }

    /// The turns of the conversation that the document writes down; none where it writes down none.
    pub(crate) fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The quotations, in reading order.
    pub(crate) fn quotations(&self) -> &[Quotation] {
        &self.quotations
    }
}

/// A view whose words have tags: what grammar and attribution read.
pub(crate) struct Reading<'d> {
    /// The tokens, sentences and paragraphs.
    pub(crate) document: &'d Document<'d>,
    /// What is known of them.
    view: View<'d>,
    /// Their tags.
    words: Words<'d>,
}

impl<'d> Reading<'d> {
    pub(crate) fn new(view: View<'d>, words: Words<'d>) -> Self {
        Self { document: view.document, view, words }
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.words.tags().len()
    }

    /// The word in lower case, with straight apostrophes; empty outside of the text.
    pub(crate) fn lower(&self, i: usize) -> &str {
        self.view.spelling.lower(i)
    }

    /// The hash of the word in lower case; 0 outside of the text.
    pub(crate) fn number(&self, i: usize) -> u32 {
        self.view.spelling.number(i)
    }

    /// The clusters of the word.
    pub(crate) fn groups(&self, i: usize) -> Groups {
        self.view.spelling.groups(i)
    }

    /// The lemma of the verb at `i`.
    pub(crate) fn infinitive(&self, i: usize) -> String {
        lemma::of_verb(self.lower(i), self.words.dictionary())
    }

    /// Whether the token is this word, in lower case.
    pub(crate) fn is(&self, i: usize, word: &str) -> bool {
        self.lower(i) == word
    }

    /// The tag; the end of the text counts as a full stop.
    pub(crate) fn tag(&self, i: usize) -> Tag {
        self.words.tags().get(i).copied().unwrap_or(Tag::Stop)
    }

    /// The kind of token; none outside of the text.
    pub(crate) fn kind(&self, i: usize) -> Option<TokenKind> {
        self.document.tokens().get(i).map(|token| token.kind)
    }

    /// Whether the token opens a quotation.
    pub(crate) fn is_open_quote(&self, i: usize) -> bool {
        self.quotation_at(i).is_some_and(|q| self.view.quotations[q].open == i)
    }

    /// Whether the token closes one, or is its last without a closing mark.
    pub(crate) fn is_close_quote(&self, i: usize) -> bool {
        self.quotation_at(i).is_some_and(|q| self.view.quotations[q].end == i + 1)
    }

    /// The quotations, in reading order.
    pub(crate) fn quotations(&self) -> &[Quotation] {
        self.view.quotations()
    }

    /// The turns of a conversation.
    pub(crate) fn turns(&self) -> &[Turn] {
        self.view.turns()
    }

    /// The position of the quotation that holds the token.
    pub(crate) fn quotation_at(&self, i: usize) -> Option<usize> {
        self.view.quoted.get(i).and_then(|&q| (q as usize).checked_sub(1))
    }

    /// The sentence of a token.
    pub(crate) fn sentence_of(&self, i: usize) -> usize {
        self.view.sentence_of(i)
    }

    /// The paragraph of a token.
    pub(crate) fn paragraph_of(&self, i: usize) -> u32 {
        self.view.paragraph_of(i)
    }

    /// The units, in reading order.
    pub(crate) fn units(&self) -> &[Range<usize>] {
        &self.view.units
    }

    /// The position of the unit around a token.
    pub(crate) fn unit_at(&self, i: usize) -> usize {
        self.view.unit_of.get(i).copied().unwrap_or(0) as usize
    }

    /// The tokens of the unit around a token.
    pub(crate) fn unit(&self, i: usize) -> Range<usize> {
        self.view.units.get(self.unit_at(i)).cloned().unwrap_or(0..0)
    }

    /// The unit around a token, no further than [`REACH`] tokens to both sides.
    pub(crate) fn window(&self, i: usize) -> Range<usize> {
        let unit = self.unit(i);
        unit.start.max(i.saturating_sub(REACH))..unit.end.min(i + REACH)
    }

    /// The bytes of a range of tokens, which must not be empty.
    pub(crate) fn span(&self, tokens: &Range<usize>) -> Span {
        let list = self.document.tokens();
        list[tokens.start].span.cover(list[tokens.end - 1].span)
    }

    /// The first token that ends behind a byte.
    pub(crate) fn token_at(&self, byte: usize) -> usize {
        self.document.tokens().partition_point(|token| token.span.end() <= byte)
    }

    /// Whether the token begins with a capital letter.
    pub(crate) fn is_capital(&self, i: usize) -> bool {
        i < self.len() && self.document.word(i).starts_with(char::is_uppercase)
    }
}

/// Sentences, joined where a quotation runs over their border.
fn units(document: &Document<'_>, quoted: &[u32], quotations: &[Quotation]) -> Vec<Range<usize>> {
    let mut units: Vec<Range<usize>> = Vec::new();
    for s in 0..document.sentences().len() {
        let tokens = document.tokens_of(s);
        let runs_on = tokens.start > 0
            && quoted.get(tokens.start).is_some_and(|&q| {
                q > 0 && q == quoted[tokens.start - 1] && quotations[q as usize - 1].open < tokens.start
            });
        match units.last_mut() {
            Some(unit) if runs_on && tokens.end - unit.start <= MAX_UNIT_TOKENS => unit.end = tokens.end,
            _ => units.push(tokens),
        }
    }
    units.retain(|unit| !unit.is_empty());
    units
}
