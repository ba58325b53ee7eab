//! What the features of all decisions are made of: numbers for words, tags, types and distances.

use std::ops::Range;

use sayso_document::{EntityType, MentionForm, Patience};

use super::syntax::Syntax;
use crate::attribution::candidate::content::Starts;
use crate::coref::Chains;
use crate::model::{feature, word};
use crate::parse::Tree;
use crate::tags::Tag;
use crate::view::Reading;

/// A document with a number for everything that features look at. Lists have one value per token.
/// It is built once per document, so that a feature is a few look-ups and one hash however often a
/// token is looked at. Positions outside of the text are allowed everywhere and have numbers of
/// their own, so templates need not ask for borders.
pub(crate) struct Sight<'r, 'd> {
    /// The words, tags, quotations and sentences.
    pub(crate) r: &'r Reading<'d>,
    /// Hash of the last three characters of the word, in lower case.
    endings: Vec<u32>,
    /// The number of the type of entity that is mentioned here ([`kind_number`]), plus ten for
    /// descriptions and pronouns; 0 outside of mentions.
    kinds: Vec<u8>,
    /// Where likely cues and their subjects begin; empty until the cue model has spoken.
    pub(crate) starts: Starts,
    /// The dependencies.
    pub(crate) syntax: Syntax<'r>,
    /// Running counts, one for each [`Sort`].
    tallies: [Tally; Sort::ALL.len()],
    /// Running counts of likely cues; empty until [`Sight::tally_cues`].
    cues: Tally,
}

/// What is counted in ranges of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Verbs with tense.
    Finite,
    /// Opening quotation marks.
    OpenQuote,
    /// Opening and closing brackets.
    Open,
    Close,
    /// Commas outside of quotations.
    Comma,
    /// Words outside of quotations that lead to another clause.
    Break,
}

impl Sort {
    /// All of them, in the order of their numbers.
    const ALL: [Self; 6] = [Self::Finite, Self::OpenQuote, Self::Open, Self::Close, Self::Comma, Self::Break];

    /// Whether the token at `i` is of this sort.
    fn holds(self, r: &Reading<'_>, i: usize) -> bool {
        match self {
            Self::Finite => r.tag(i).is_finite(),
            Self::OpenQuote => r.is_open_quote(i),
            Self::Open => r.tag(i) == Tag::Open,
            Self::Close => r.tag(i) == Tag::Close,
            Self::Comma => r.tag(i) == Tag::Comma && r.quotation_at(i).is_none(),
            Self::Break => {
                let parts = ["but", "while", "according", "which", "who", "because", "although", ";"];
                parts.contains(&r.lower(i)) && r.quotation_at(i).is_none()
            }
        }
    }
}

/// Prefix sums: at position `i`, how many tokens before token `i` are of a sort. How many there are
/// in a range then costs two look-ups, however long it is.
#[derive(Debug)]
struct Tally(Vec<u32>);

impl Tally {
    /// Counts over `len` tokens.
    fn new(len: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut sums = Vec::with_capacity(len + 1);
        sums.push(0);
        let mut sum = 0;
        sums.extend((0..len).map(|i| {
            sum += u32::from(holds(i));
            sum
        }));
        Self(sums)
    }

    /// How many there are in a range, which is cut to the text.
    fn count(&self, tokens: &Range<usize>) -> u32 {
        let last = self.0.len() - 1;
        self.0[tokens.end.min(last)].saturating_sub(self.0[tokens.start.min(last)])
    }
}

/// What earlier stages found in a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// Its entities and their mentions.
    pub(crate) chains: &'a Chains,
    /// Its dependencies.
    pub(crate) tree: &'a Tree,
}

impl<'r, 'd> Sight<'r, 'd> {
    /// Builds all tables but those of cues. None when nobody waits any longer.
    pub(crate) fn new(r: &'r Reading<'d>, seen: Seen<'r>, patience: &Patience<'_>) -> Option<Self> {
        #[cfg(test)]
        crate::view::built::note("features");
        let Seen { chains: Chains { entities, mentions, .. }, tree } = seen;
        let mut kinds = vec![0; r.len()];
        for mention in mentions.iter().filter(|m| m.entity < entities.len()).rev() {
            let kind = kind_number(entities[mention.entity].kind)
                + if matches!(mention.form, MentionForm::Description | MentionForm::Pronoun) { 10 } else { 0 };
            let (from, to) = (r.token_at(mention.span.start()), r.token_at(mention.span.end().saturating_sub(1)) + 1);
            kinds[from..to.min(r.len())].fill(kind);
        }
        let ending = |i: usize| {
            let lower = r.lower(i);
            let from = lower.char_indices().rev().nth(2).map_or(0, |(at, _)| at);
            word(&lower[from..])
        };
        // A few look-ups for each word.
        patience.spend(r.len() / 4)?;
        Some(Self {
            r,
            endings: (0..r.len()).map(ending).collect(),
            kinds,
            starts: Starts::new(r.len()),
            syntax: Syntax::new(tree),
            cues: Tally::new(0, |_| false),
            tallies: Sort::ALL.map(|sort| Tally::new(r.len(), |i| sort.holds(r, i))),
        })
    }

    /// Makes what is marked in `starts` ready to be counted.
    pub(crate) fn tally_cues(&mut self) {
        self.cues = Tally::new(self.r.len(), |i| self.starts.cue(i));
    }

    /// At how many tokens of a range likely cues begin.
    pub(crate) fn cues(&self, tokens: &Range<usize>) -> u32 {
        self.cues.count(tokens)
    }

    /// How many tokens of a range are of a sort.
    pub(crate) fn tally(&self, sort: Sort, tokens: &Range<usize>) -> u32 {
        self.tallies[sort as usize].count(tokens)
    }

    /// How many tokens of some ranges are of a sort, up to 3.
    pub(crate) fn few(&self, sort: Sort, ranges: &[Range<usize>]) -> u32 {
        ranges.iter().map(|tokens| self.tally(sort, tokens)).sum::<u32>().min(3)
    }

    /// The hash of the word in lower case; 0 outside of the text.
    pub(crate) fn word(&self, i: usize) -> u32 {
        self.r.number(i)
    }

    /// The number of a token's ending.
    pub(crate) fn ending(&self, i: usize) -> u32 {
        self.endings.get(i).copied().unwrap_or(0)
    }

    /// The number of a token's part of speech, plus 40 inside a quotation; 99 outside of the text.
    pub(crate) fn tag(&self, i: usize) -> u32 {
        if i >= self.r.len() {
            99
        } else {
            self.r.tag(i) as u32 + if self.r.quotation_at(i).is_some() { 40 } else { 0 }
        }
    }

    /// The word if it is a function word or a mark, else its part of speech: enough to see the
    /// shape of a sentence without what it speaks of.
    pub(crate) fn sketch(&self, i: usize) -> u32 {
        match self.r.tag(i) {
            _ if i >= self.r.len() => 99,
            Tag::Nn
            | Tag::Nns
            | Tag::Nnp
            | Tag::Jj
            | Tag::Vb
            | Tag::Vbd
            | Tag::Vbg
            | Tag::Vbn
            | Tag::Vbp
            | Tag::Vbz
            | Tag::Cd
            | Tag::Rb => self.tag(i),
            _ => self.r.number(i),
        }
    }

    /// The cluster of the word at the middle granularity; see [`Clusters`](crate::model::Clusters).
    pub(crate) fn group(&self, i: usize) -> u32 {
        u32::from(self.r.groups(i)[1])
    }

    /// The cluster of the word at the finest granularity.
    pub(crate) fn fine(&self, i: usize) -> u32 {
        u32::from(self.r.groups(i)[2])
    }

    /// The cluster of the word at the coarsest granularity.
    pub(crate) fn broad(&self, i: usize) -> u32 {
        u32::from(self.r.groups(i)[0])
    }

    /// The number of the entity type at a token.
    pub(crate) fn kind(&self, i: usize) -> u32 {
        self.kinds.get(i).map_or(0, |&kind| u32::from(kind))
    }
}

/// The number of an entity type, in features.
/// Types that behave alike as sources share one. Changing a number needs a refit of every model
/// that asks for [`Sight::kind`].
fn kind_number(kind: EntityType) -> u8 {
    match kind {
        EntityType::Person => 1,
        EntityType::Organization => 2,
        EntityType::Place => 3,
        EntityType::Norp => 4,
        EntityType::Facility | EntityType::Event | EntityType::Product => 5,
        _ => 6,
    }
}

/// A list of hashed features in the making, in the order in which they were added. Scores are added
/// up in that order, so it must not change without a refit.
#[derive(Debug, Default)]
pub(crate) struct Features(pub(crate) Vec<u32>);

impl Features {
    /// Begins with features that are known already.
    pub(crate) fn with(values: &[u32]) -> Self {
        let mut list = Vec::with_capacity(72);
        list.extend_from_slice(values);
        Self(list)
    }

    /// Adds the feature of a template with these values. A template number is never given a second
    /// meaning.
    pub(crate) fn add(&mut self, template: u32, values: &[u32]) {
        self.0.push(feature(template, values));
    }
}

/// A distance or length in tokens, in steps that grow with it: exact up to 6, then ever coarser,
/// and 13 for more than 40.
pub(crate) fn steps(len: usize) -> u32 {
    match len {
        0..=6 => len as u32,
        7..=8 => 7,
        9..=11 => 8,
        12..=15 => 9,
        16..=20 => 10,
        21..=28 => 11,
        29..=40 => 12,
        _ => 13,
    }
}

/// The distance from `a` to `b` in [`steps`], plus 50 where `b` comes first.
pub(crate) fn apart(a: usize, b: usize) -> u32 {
    if b >= a { steps(b - a) } else { 50 + steps(a - b) }
}

/// How many of the tokens fulfil something, up to 3.
pub(crate) fn count(tokens: Range<usize>, is: impl Fn(usize) -> bool) -> u32 {
    tokens.filter(|&i| is(i)).take(3).count() as u32
}
