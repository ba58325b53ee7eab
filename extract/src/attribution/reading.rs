//! A document as the stages of attribution read it: words in small letters, tags, quotations, units.

use std::ops::Range;

use sayso_document::{Document, Span, TokenKind};

use super::lemma;
use super::marks::{self, Quotation};
use super::phrase;
use super::verbs;
use crate::tags::{Tag, Words};

/// How many tokens any stage looks ahead or back from one place. A quotation that is stepped over
/// counts as one. The limit keeps the whole work linear in the length of the text.
pub(super) const REACH: usize = 160;

/// A document with what all stages ask of it. Every list has one value per token.
pub(super) struct Reading<'d> {
    pub(super) document: &'d Document<'d>,
    words: Words<'d>,
    /// The tags of the words, mended.
    tags: Vec<Tag>,
    sentences: Vec<u32>,
    quotations: Vec<Quotation>,
    /// Position of the quotation that holds the token, plus one; 0 outside of quotations.
    quoted: Vec<u32>,
    /// Sentences, joined where a quotation runs over their border. Token ranges in reading order.
    units: Vec<Range<usize>>,
    unit_of: Vec<u32>,
}

impl<'d> Reading<'d> {
    pub(super) fn new(document: &'d Document<'d>, words: Words<'d>) -> Self {
        let n = document.tokens().len();
        let mut sentences = vec![0; n];
        for s in 0..document.sentences().len() {
            document.tokens_of(s).for_each(|token| sentences[token] = s as u32);
        }
        let quotations = marks::pair(document, &sentences);
        let mut quoted = vec![0; n];
        for (place, quotation) in quotations.iter().enumerate() {
            quoted[quotation.range()].fill(place as u32 + 1);
        }
        let units = units(document, &quoted, &quotations);
        let mut unit_of = vec![0; n];
        for (place, unit) in units.iter().enumerate() {
            unit_of[unit.clone()].fill(place as u32);
        }
        let mut reading =
            Self { document, tags: words.tags().to_vec(), words, sentences, quotations, quoted, units, unit_of };
        reading.mend_tags();
        reading
    }

    /// Corrects tags that the wider context shows to be wrong.
    fn mend_tags(&mut self) {
        for i in 1..self.len() {
            if self.quotation_at(i - 1) != self.quotation_at(i) {
                continue;
            }
            let mended = match self.tags[i] {
                Tag::Nns if self.tag(i - 1).is_noun() && self.is_hidden_verb(i) => Tag::Vbz,
                Tag::Vbz if self.is_hidden_plural(i) => Tag::Nns,
                Tag::Nn if self.is_hidden_gerund(i) => Tag::Vbg,
                Tag::Nn | Tag::Jj if self.is_hidden_infinitive(i) => Tag::Vb,
                Tag::Nns if self.is_hidden_plan(i) => Tag::Vbz,
                Tag::Vbn if self.is_hidden_past(i) || self.ends_subject(i) && self.lacks_verb_after(i) => Tag::Vbd,
                Tag::Vb if self.ends_subject(i) => Tag::Vbp,
                same => same,
            };
            self.tags[i] = mended;
        }
    }

    /// "The Post reports that" may look like a run of nouns; what follows shows the verb.
    fn is_hidden_verb(&self, i: usize) -> bool {
        let may = self.words.may_be(i, Tag::Vbz);
        let clause = matches!(self.tag(i + 1), Tag::Prp | Tag::Wp | Tag::Dt | Tag::Prps)
            || matches!(self.lower(i + 1), "that" | "how" | "too");
        let quotation =
            self.is_open_quote(i + 1) || matches!(self.lower(i + 1), "," | ":") && self.is_open_quote(i + 2);
        let colon = self.is(i + 1, ":") && self.tag(i - 1) == Tag::Nnp;
        let relative = self.is(i + 1, "that") && self.tag(i + 2).is_finite();
        may && (clause && !relative || quotation || colon) && matches!(self.tag(i - 1), Tag::Nnp | Tag::Nn)
    }

    /// "Clinton plans to call".
    fn is_hidden_plan(&self, i: usize) -> bool {
        self.tag(i - 1) == Tag::Nnp
            && self.tag(i + 1) == Tag::To
            && matches!(self.tag(i + 2), Tag::Vb | Tag::Vbp)
            && self.words.may_be(i, Tag::Vbz)
    }

    /// Whether the phrase before `i` opens its clause, so that the verb at `i` is the first of it.
    fn ends_subject(&self, i: usize) -> bool {
        let Some(start) = phrase::before(self, i) else { return false };
        let floor = self.unit(i).start;
        let Some(before) = start.checked_sub(1).filter(|_| start > floor) else { return start == floor };
        match self.tag(before) {
            Tag::Comma | Tag::Colon | Tag::Wrb => !(floor..before).rev().take(15).any(|j| self.tag(j) == Tag::Colon),
            Tag::Cc => self.tag(before.saturating_sub(1)) == Tag::Comma || before == floor,
            Tag::In => matches!(
                self.lower(before),
                "that" | "because" | "while" | "as" | "though" | "although" | "if" | "after" | "since"
            ),
            _ => false,
        }
    }

    /// "The researchers reported that": no other verb with tense comes before the clause ends.
    fn lacks_verb_after(&self, i: usize) -> bool {
        if self.is(i + 1, "by") {
            return false;
        }
        let end = (i + 1..self.unit(i).end.min(i + 15)).find(|&j| {
            self.tag(j).is_finite()
                || matches!(self.tag(j), Tag::Comma | Tag::Stop | Tag::Colon | Tag::Quote | Tag::Wdt | Tag::Wp)
                || self.is(j, "that")
        });
        end.is_none_or(|j| !self.tag(j).is_finite())
    }

    /// "for talks": no verb with tense follows a preposition.
    fn is_hidden_plural(&self, i: usize) -> bool {
        let preposition = matches!(
            self.lower(i - 1),
            "for" | "of" | "in" | "on" | "with" | "from" | "at" | "into" | "about" | "by" | "over"
        );
        (preposition && self.tag(i - 1) == Tag::In || matches!(self.tag(i - 1), Tag::Dt | Tag::Prps | Tag::Jj))
            && self.words.may_be(i, Tag::Nns)
            && !self.is(i - 1, "that")
    }

    /// "is warning voters" is no noun phrase.
    fn is_hidden_gerund(&self, i: usize) -> bool {
        self.lower(i).ends_with("ing")
            && verbs::is_be(self.lower(i - 1))
            && (matches!(self.tag(i + 1), Tag::Dt | Tag::Prp | Tag::Prps | Tag::Nnp | Tag::Nns)
                || self.is(i + 1, "that"))
            && self.words.may_be(i, Tag::Vbg)
    }

    /// "to contrast her approach": a noun does not stand between "to" and an article.
    fn is_hidden_infinitive(&self, i: usize) -> bool {
        self.tag(i - 1) == Tag::To
            && matches!(self.tag(i + 1), Tag::Dt | Tag::Prp | Tag::Prps | Tag::Nnp)
            && self.words.may_be(i, Tag::Vb)
    }

    /// "Trump called for": without an auxiliary a participle after a name or pronoun is a past tense.
    fn is_hidden_past(&self, i: usize) -> bool {
        let mut before = i - 1;
        while before > 0 && i - before < 3 && self.tag(before) == Tag::Rb {
            before -= 1;
        }
        let past = self.words.may_be(i, Tag::Vbd);
        past && match self.tag(before) {
            Tag::Prp => matches!(self.lower(before), "he" | "she" | "they" | "we" | "i"),
            Tag::Nnp => !self.is(i + 1, "by"),
            Tag::Nn | Tag::Nns => before + 1 < i && !self.is(i + 1, "by"),
            Tag::Comma => !self.is(i + 1, "by") && self.closes_apposition(before),
            _ => false,
        }
    }

    /// Whether the comma at `i` closes an apposition to a name: "Adam Schiff, the top Democrat,".
    fn closes_apposition(&self, i: usize) -> bool {
        let opens = (i.saturating_sub(25).max(1)..i).rev().find(|&j| {
            self.tag(j) == Tag::Comma
                && (matches!(self.tag(j + 1), Tag::Dt | Tag::Prps | Tag::Cd | Tag::Vbg)
                    || matches!(self.lower(j + 1), "who" | "which"))
        });
        opens.is_some_and(|j| self.tag(j - 1) == Tag::Nnp && self.unit_at(j) == self.unit_at(i))
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.tags.len()
    }

    /// The word in small letters, with straight apostrophes; empty outside of the text.
    pub(super) fn lower(&self, i: usize) -> &str {
        self.words.lower(i)
    }

    /// The dictionary form of the verb at `i`.
    pub(super) fn infinitive(&self, i: usize) -> String {
        lemma::of_verb(self.lower(i), self.words.dictionary())
    }

    /// Whether the token is this word.
    pub(super) fn is(&self, i: usize, word: &str) -> bool {
        self.lower(i) == word
    }

    /// The tag; the end of the text counts as a full stop.
    pub(super) fn tag(&self, i: usize) -> Tag {
        self.tags.get(i).copied().unwrap_or(Tag::Stop)
    }

    pub(super) fn kind(&self, i: usize) -> Option<TokenKind> {
        self.document.tokens().get(i).map(|token| token.kind)
    }

    pub(super) fn is_open_quote(&self, i: usize) -> bool {
        self.quotation_at(i).is_some_and(|q| self.quotations[q].open == i)
    }

    pub(super) fn is_close_quote(&self, i: usize) -> bool {
        self.quotation_at(i).is_some_and(|q| self.quotations[q].end == i + 1)
    }

    pub(super) fn quotations(&self) -> &[Quotation] {
        &self.quotations
    }

    /// Which quotation holds the token.
    pub(super) fn quotation_at(&self, i: usize) -> Option<usize> {
        self.quoted.get(i).and_then(|&q| (q as usize).checked_sub(1))
    }

    pub(super) fn sentence_of(&self, i: usize) -> usize {
        self.sentences.get(i).copied().unwrap_or(0) as usize
    }

    pub(super) fn paragraph_of(&self, i: usize) -> u32 {
        self.document.sentences().get(self.sentence_of(i)).map_or(0, |sentence| sentence.paragraph)
    }

    pub(super) fn units(&self) -> &[Range<usize>] {
        &self.units
    }

    pub(super) fn unit_at(&self, i: usize) -> usize {
        self.unit_of.get(i).copied().unwrap_or(0) as usize
    }

    /// The tokens of the unit around a token.
    pub(super) fn unit(&self, i: usize) -> Range<usize> {
        self.units.get(self.unit_at(i)).cloned().unwrap_or(0..0)
    }

    /// The unit around a token, no further than [`REACH`] tokens to both sides.
    pub(super) fn window(&self, i: usize) -> Range<usize> {
        let unit = self.unit(i);
        unit.start.max(i.saturating_sub(REACH))..unit.end.min(i + REACH)
    }

    /// The bytes that a range of tokens covers. The range must not be empty.
    pub(super) fn span(&self, tokens: &Range<usize>) -> Span {
        let list = self.document.tokens();
        list[tokens.start].span.cover(list[tokens.end - 1].span)
    }

    /// The first token that starts at or after a byte.
    pub(super) fn token_at(&self, byte: usize) -> usize {
        self.document.tokens().partition_point(|token| token.span.end() <= byte)
    }

    /// Whether the token begins with a capital letter.
    pub(super) fn is_capital(&self, i: usize) -> bool {
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
            Some(unit) if runs_on => unit.end = tokens.end,
            _ => units.push(tokens),
        }
    }
    units.retain(|unit| !unit.is_empty());
    units
}
